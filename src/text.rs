//! Text messages over a stream.
//!
//! TCP carries bytes and knows no messages: what one side sends in one piece can arrive in three,
//! and two messages can arrive together. So the two sides must agree where a message ends. Here it
//! ends at a line break. Not every peer sends one, though, so bytes that nothing follows for a moment
//! count as a message too: see [`Reader::receive`] before you change anything.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// The longest message that is received, in bytes. Without a limit, one peer could fill the memory.
pub const LONGEST: usize = 64 * 1024;

/// How long a line must be quiet before bytes without a line break count as a message.
pub const QUIET: Duration = Duration::from_millis(50);

/// Sends one message, with a line break behind it.
///
/// # Errors
/// Those of the stream: the peer has left, or reset the connection.
pub fn send(mut stream: &TcpStream, message: &str) -> io::Result<()> {
    // One write, not two: the line break should not travel in a packet of its own.
    stream.write_all(format!("{message}\n").as_bytes())
}

/// Receives messages from a stream, and keeps what arrived too early for the next one.
pub struct Reader<'a> {
    stream: &'a TcpStream,
    received: Vec<u8>,
    searched: usize, // so many bytes of `received` are known to hold no line break
}

/// What one more read brought.
enum More {
    Bytes,
    Quiet,
    End,
}

impl<'a> Reader<'a> {
    /// A reader of `stream`. Use one reader for a stream: what it has read, no other can read again.
    pub fn new(stream: &'a TcpStream) -> Self {
        Reader { stream, received: Vec::new(), searched: 0 }
    }

    /// Waits for the next message, and returns it without its line break. `None`: the peer has left.
    ///
    /// A message ends at `\n` or `\r\n`, at the end of the stream, or when nothing has followed for
    /// [`QUIET`]. Bytes that are not UTF-8 become replacement characters.
    ///
    /// # Errors
    /// `InvalidData` when a message is longer than [`LONGEST`], and those of the stream.
    pub fn receive(&mut self) -> io::Result<Option<String>> {
        loop {
            let line_break = self.received[self.searched..].iter().position(|&byte| byte == b'\n');
            let length = line_break.map_or(self.received.len(), |found| self.searched + found);
            if length > LONGEST {
                let error = format!("a message longer than {} KiB", LONGEST / 1024);
                return Err(io::Error::new(ErrorKind::InvalidData, error));
            }
            if line_break.is_some() {
                return Ok(Some(self.take(length + 1)));
            }
            self.searched = length;
            match self.read_more()? {
                More::Bytes => continue,
                More::Quiet | More::End if length > 0 => return Ok(Some(self.take(length))),
                More::Quiet => continue,
                More::End => return Ok(None),
            }
        }
    }

    /// Takes the first `length` bytes out of what was received, as text without its line break.
    fn take(&mut self, length: usize) -> String {
        let bytes: Vec<u8> = self.received.drain(..length).collect();
        self.searched = 0;
        let line = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        String::from_utf8_lossy(line).into_owned()
    }

    /// Reads once. Waits without limit for a message to begin, but only [`QUIET`] for it to go on.
    fn read_more(&mut self) -> io::Result<More> {
        let begun = !self.received.is_empty();
        if begun {
            self.stream.set_read_timeout(Some(QUIET))?;
        }
        let mut buffer = [0; 4096];
        let result = self.stream.read(&mut buffer);
        if begun {
            self.stream.set_read_timeout(None)?;
        }
        match result {
            Ok(0) => Ok(More::End),
            Ok(count) => {
                self.received.extend(&buffer[..count]);
                Ok(More::Bytes)
            }
            // The two names that systems have for "the time is up".
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                Ok(More::Quiet)
            }
            // A signal came in between: nothing is lost, read again.
            Err(error) if error.kind() == ErrorKind::Interrupted => Ok(More::Bytes),
            Err(error) => Err(error),
        }
    }
}

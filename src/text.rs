//! Text messages over a stream.
//!
//! TCP carries bytes and knows no messages: what one side sends in one piece can arrive in three,
//! and two messages can arrive together. So the two sides must agree where a message ends. Here it
//! ends at a line break. Not every peer sends one, though, so bytes that nothing follows for a moment
//! count as a message too: see [`Reader::receive`] before you change anything.

use std::borrow::Cow;
use std::io::{self, ErrorKind, Read, Write};
use std::mem;
use std::net::TcpStream;
use std::ops::RangeInclusive;
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
    stream.write_all([message, "\n"].concat().as_bytes())
}

/// The text as it can be shown on anybody's terminal: control characters, which could move the cursor
/// or change what was shown before, become replacement characters. So do those that break a line or turn its
/// direction (Unicode Standard Annex 9), which could show a text as another one.
pub fn printable(text: &str) -> Cow<'_, str> {
    // Most texts are plain ASCII, and looking at their bytes is much faster than at their characters.
    if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return Cow::Borrowed(text);
    }
    let turns = |c| matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    Cow::Owned(text.replace(|c: char| c.is_control() || turns(c), "\u{fffd}"))
}

/// Receives messages from a stream, and keeps what arrived too early for the next one.
#[derive(Debug)]
pub struct Reader<'a> {
    stream: &'a TcpStream,
    buffer: Vec<u8>,
    taken: usize,    // up to here, the buffer was returned as messages
    searched: usize, // up to here, there is no further line break
    filled: usize,   // up to here, there is something in the buffer
    at_once: usize,  // so many bytes are read at once
    was_quiet: bool, // the last message had no line break: it may still come
}

/// What one more read brought.
enum More {
    Bytes,
    Quiet,
    End,
}

/// How many bytes are read at once from a peer that says little, and from one that says much.
const AT_ONCE: RangeInclusive<usize> = 4 * 1024..=64 * 1024;

impl<'a> Reader<'a> {
    /// A reader of `stream`. Use one reader for a stream: what it has read, no other can read again.
    pub fn new(stream: &'a TcpStream) -> Self {
        let at_once = *AT_ONCE.start();
        let (buffer, was_quiet) = (Vec::new(), false);
        Reader { stream, buffer, taken: 0, searched: 0, filled: 0, at_once, was_quiet }
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
            if let Some(message) = self.next_received()? {
                return Ok(Some(message));
            }
            let is_begun = self.taken < self.filled;
            match self.read_more(is_begun)? {
                More::Bytes => continue,
                More::Quiet | More::End if is_begun => {
                    self.was_quiet = true;
                    return Ok(Some(self.take(self.filled)));
                }
                More::Quiet => continue,
                More::End => return Ok(None),
            }
        }
    }

    /// The next message, if all of it was received already. It does not wait, so whoever handles
    /// messages in batches takes what has come with the first one.
    ///
    /// # Errors
    /// `InvalidData` when a message is longer than [`LONGEST`].
    pub fn next_received(&mut self) -> io::Result<Option<String>> {
        let unsearched = &self.buffer[self.searched..self.filled];
        let line_break = unsearched.iter().position(|&byte| byte == b'\n');
        let end = line_break.map_or(self.filled, |found| self.searched + found);
        let message = &self.buffer[self.taken..end];
        // A `\r` at the end belongs to the line break, even while the rest of that is on its way.
        let message = message.strip_suffix(b"\r").unwrap_or(message);
        if message.len() > LONGEST {
            let error = format!("a message longer than {} KiB", LONGEST / 1024);
            return Err(io::Error::new(ErrorKind::InvalidData, error));
        }
        let is_empty = message.is_empty();
        self.searched = end;
        if line_break.is_none() {
            return Ok(None);
        }
        let message = self.take(end + 1);
        // The line break of a message that was returned already is no message of its own.
        if mem::take(&mut self.was_quiet) && is_empty {
            return self.next_received();
        }
        Ok(Some(message))
    }

    /// Takes the bytes up to `end` as text, without the line break behind them.
    fn take(&mut self, end: usize) -> String {
        let line = &self.buffer[self.taken..end];
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let message = String::from_utf8_lossy(line).into_owned();
        self.taken = end;
        self.searched = end;
        message
    }

    /// Reads once. Waits without limit for a message to begin, but only [`QUIET`] for it to go on.
    fn read_more(&mut self, is_begun: bool) -> io::Result<More> {
        // What was taken makes room for what comes.
        self.buffer.copy_within(self.taken..self.filled, 0);
        self.filled -= self.taken;
        self.searched -= self.taken;
        self.taken = 0;
        if self.buffer.len() < self.filled + self.at_once {
            self.buffer.resize(self.filled + self.at_once, 0);
        }
        match self.read(is_begun) {
            Ok(0) => Ok(More::End),
            Ok(count) => {
                self.filled += count;
                // A peer that fills the buffer has more to say: fewer and larger reads are faster then.
                let is_full = count == self.at_once;
                let at_once = if is_full { self.at_once * 2 } else { self.at_once / 2 };
                self.at_once = at_once.clamp(*AT_ONCE.start(), *AT_ONCE.end());
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

    fn read(&mut self, is_begun: bool) -> io::Result<usize> {
        let mut stream = self.stream;
        let space = &mut self.buffer[self.filled..self.filled + self.at_once];
        if !is_begun {
            return stream.read(space);
        }
        stream.set_read_timeout(Some(QUIET))?;
        let result = stream.read(space);
        stream.set_read_timeout(None)?;
        result
    }
}

//! Text messages over a stream.
//!
//! TCP carries bytes, not messages: what one side sends in one piece can arrive in three, and two messages
//! can arrive together. So the two sides must agree where a message ends. Here it ends at a line break. Not
//! every peer sends one, though, so bytes that nothing follows for a moment count as a message too: see
//! [`QUIET`] before you change anything.

use std::borrow::Cow;
use std::io::{self, BufRead, BufReader, ErrorKind, Write};
use std::mem;
use std::net::TcpStream;
use std::time::Duration;

/// The longest message that is received, in bytes. Without a limit, one peer could fill the memory.
pub const LONGEST: usize = 64 * 1024;

/// How many bytes are read at once. A peer that says much sends this many and more, and few large reads are
/// faster than many small ones. For a peer that says little, memory is only taken for what it says.
const AT_ONCE: usize = 64 * 1024;

/// How long a line must be quiet before bytes without a line break count as a message.
///
/// This is a rule for one machine. It exists so that peers that send no line break are understood, such as
/// the programs in the handouts. On a real network a pause of 50 ms inside a message is normal (a packet was
/// lost, and is sent again), and this rule would cut that message in two. So a protocol for a real network
/// needs an end that the sender states: a line break, say, or a length before the message, as in
/// [`frame`](crate::frame).
pub const QUIET: Duration = Duration::from_millis(50);

/// Sends one message, with a line break after it.
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
///
/// Bytes wait in two places: in the `BufReader` as they came, and in `message` when they are known to belong
/// to the next message.
#[derive(Debug)]
pub struct Reader<'a> {
    stream: BufReader<&'a TcpStream>,
    message: Vec<u8>, // the next one, as far as it was received
    was_quiet: bool,  // the last message had no line break: it may still come
}

impl<'a> Reader<'a> {
    /// A reader of `stream`. Use one reader for a stream: what it has read, no other can read again.
    pub fn new(stream: &'a TcpStream) -> Self {
        let stream = BufReader::with_capacity(AT_ONCE, stream);
        Reader { stream, message: Vec::new(), was_quiet: false }
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
            let is_begun = !self.message.is_empty();
            if !self.read_more(is_begun)? {
                self.was_quiet = true;
                return Ok(is_begun.then(|| self.take_message()));
            }
        }
    }

    /// The next message, if all of it was received already. It does not wait: a program that handles
    /// messages in batches takes what has come with the first one.
    ///
    /// # Errors
    /// `InvalidData` when a message is longer than [`LONGEST`].
    pub fn next_received(&mut self) -> io::Result<Option<String>> {
        let count = self.stream.buffer().read_until(b'\n', &mut self.message)?;
        self.stream.consume(count);
        if without_line_break(&self.message).len() > LONGEST {
            let error = format!("a message longer than {} KiB", LONGEST / 1024);
            return Err(io::Error::new(ErrorKind::InvalidData, error));
        }
        if !self.message.ends_with(b"\n") {
            return Ok(None);
        }
        let message = self.take_message();
        // The line break of a message that was returned already is not a message of its own.
        if mem::take(&mut self.was_quiet) && message.is_empty() {
            return self.next_received();
        }
        Ok(Some(message))
    }

    /// Reads once. Waits without limit for a message to begin, but only [`QUIET`] for it to go on. `false`: it
    /// does not go on, or the stream has ended.
    fn read_more(&mut self, is_begun: bool) -> io::Result<bool> {
        if is_begun {
            self.stream.get_ref().set_read_timeout(Some(QUIET))?;
        }
        let result = self.stream.fill_buf().map(|bytes| !bytes.is_empty());
        if is_begun {
            self.stream.get_ref().set_read_timeout(None)?;
        }
        match result {
            // A signal came in between: nothing is lost, read again.
            Err(error) if error.kind() == ErrorKind::Interrupted => Ok(true),
            // The two names that systems have for "the time is up".
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                Ok(!is_begun)
            }
            result => result,
        }
    }

    /// What `message` holds, as text and without the line break.
    fn take_message(&mut self) -> String {
        let text = String::from_utf8_lossy(without_line_break(&self.message)).into_owned();
        self.message.clear();
        text
    }
}

/// A `\r` at the end belongs to the line break, even while the rest of that is on its way.
fn without_line_break(message: &[u8]) -> &[u8] {
    let line = message.strip_suffix(b"\n").unwrap_or(message);
    line.strip_suffix(b"\r").unwrap_or(line)
}

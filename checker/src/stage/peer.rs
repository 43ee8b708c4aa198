//! A peer on the stage: the checker's own socket, with nothing of the helpers in it.

use std::cell::Cell;
use std::io::Write;
use std::net::Shutdown;
use std::rc::Rc;
use std::time::{Duration, Instant};

use chatlings::proto::{FastHandshake, Message};
use prost::encoding::{DecodeContext, decode_key, skip_field};
use socket2::SockRef;

use crate::sandbox::limits::seconds;
use crate::stage::board::{Board, QUIET, Wire, WireId};
use crate::stage::stage::{Scene, Stop};
use crate::stage::transcript::{Mark, quoted};

/// The longest frame that is taken for one; a longer length is a mistake.
const LONGEST: u32 = 16 * 1024 * 1024;

/// How long the other side may take to read a piece before the next one is sent all the same.
const PIECE: Duration = Duration::from_millis(50);

/// How long it mostly takes to, where the system does not tell whether it has (elsewhere than on Linux).
const MOSTLY: Duration = Duration::from_millis(15);

/// How often it is looked at least whether it has: short of the time in which a line must go on.
const BETWEEN_LOOKS: Duration = Duration::from_millis(25);

/// One side of a connection, played by the checker.
pub struct Peer {
    board: Rc<Board>,
    name: String,
    wire: WireId,
    is_quiet: bool,
    is_strict: bool, // the other side is a program of the course, which ends a message with a line break
    line_break_may_follow: Cell<bool>,
}

/// Why a peer heard nothing, or not enough.
enum Silence {
    /// The other side has closed the connection.
    Closed,
    /// What came instead, or that nothing did.
    Instead(String),
}

/// A protobuf message that can be shown in a transcript.
pub trait Shown: prost::Message + Default + PartialEq {
    /// Its type's name.
    const NAME: &'static str;

    /// How many fields it has. Their numbers begin at 1.
    const FIELDS: u32;

    /// As in Rust, without the fields that have their default: those need not travel.
    fn shown(&self) -> String;
}

impl Peer {
    pub(crate) fn new(board: Rc<Board>, name: &str, wire: WireId, is_strict: bool) -> Peer {
        let name = name.to_string();
        Peer { board, name, wire, is_quiet: true, is_strict, line_break_may_follow: false.into() }
    }

    /// The same peer, whose doings are in the transcript from now on.
    pub fn aloud(mut self) -> Peer {
        self.is_quiet = false;
        self
    }

    fn note(&self, mark: Mark, text: &str) {
        if !self.is_quiet {
            self.board.note(&self.name, mark, text);
        }
    }

    fn fails<T>(&self, message: impl Into<String>) -> Result<T, Stop> {
        Err(Stop::fails(&self.name, message))
    }

    /// Sends a message, with a line break.
    pub fn says(&self, message: &str) -> Scene {
        self.note(Mark::Sent, message);
        self.sends(format!("{message}\n").as_bytes())
    }

    /// Sends a message, with a line break, that stays out of the transcript.
    pub fn says_quietly(&self, message: &str) -> Scene {
        self.sends(format!("{message}\n").as_bytes())
    }

    /// The actor's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Says the word that closes the connection, and waits until it is closed. A foreign server may know the
    /// word only as its own client sends it, without a line break: then it is said once more, in that way.
    pub fn closes_with(&self, word: &str) -> Scene {
        self.says(word)?;
        let is_closed = || self.board.with_wire(self.wire, |wire| wire.end().map(drop));
        if !self.is_strict && self.board.wait(self.board.patience() / 4, is_closed)?.is_none() {
            self.sends_raw(word.as_bytes(), &format!("{word} (no newline)")).ok(); // it may have closed just now
        }
        self.is_disconnected()
    }

    /// Sends bytes as they are, and writes `shown` into the transcript.
    pub fn sends_raw(&self, bytes: &[u8], shown: &str) -> Scene {
        self.note(Mark::Sent, shown);
        self.sends(bytes)
    }

    /// Sends bytes as they are, and waits a moment for the other side to read them, so that what is sent next
    /// comes in another piece. Returns a time by which they were not yet read.
    pub fn sends_piece(&self, bytes: &[u8]) -> Result<Instant, Stop> {
        self.sends(bytes)?;
        let sent = Instant::now();
        // What has arrived wakes up whoever waits for it. When all wait again, it was read.
        self.board.wait(Duration::from_millis(1), || None::<()>)?;
        let (mut looked, mut unread_at) = (sent, sent);
        self.board.wait(PIECE, || {
            let now = Instant::now();
            let is_busy = self.board.is_busy().unwrap_or(sent.elapsed() < MOSTLY);
            // In a long time without a look it could have been read, and waited for more.
            if is_busy && unread_at == looked && looked.elapsed() < BETWEEN_LOOKS {
                unread_at = now;
            }
            looked = now;
            (!is_busy).then_some(())
        })?;
        Ok(unread_at)
    }

    fn sends(&self, bytes: &[u8]) -> Scene {
        match self.board.send(self.wire, bytes)? {
            true => Ok(()),
            false => {
                let has_left = || self.board.with_wire(self.wire, |wire| wire.end().map(drop));
                let reason = match self.board.wait(Duration::ZERO, has_left)? {
                    Some(()) => self.board.why_closed(self.wire)?,
                    None => "the other side does not read".to_string(),
                };
                self.fails(format!("cannot send: {reason}"))
            }
        }
    }

    /// Waits for this message and, from a program of the course, the line break behind it.
    pub fn hears(&self, expected: &str) -> Scene {
        if !self.is_strict {
            // A foreign program may greet, and put something before the message.
            return self.hears_of(expected).map(drop);
        }
        let heard =
            self.hears_message(|heard| !expected.starts_with(heard) || heard == expected)?;
        match heard {
            Ok(heard) if heard == expected => {
                self.note(Mark::Received, &heard);
                match self.line_break_may_follow.get() && !self.hears_line_break()? {
                    true => self.fails(format!(
                        "expected a line break behind {}, but none came",
                        quoted(&heard)
                    )),
                    false => Ok(()),
                }
            }
            Ok(heard) => {
                self.fails(format!("expected {}, but heard {}", quoted(expected), quoted(&heard)))
            }
            Err(silence) => {
                let instead = self.describe(silence)?;
                self.fails(format!("expected {}, but {instead}", quoted(expected)))
            }
        }
    }

    /// Whether this message comes within `limit`.
    pub fn hears_within(&self, expected: &str, limit: Duration) -> Result<bool, Stop> {
        let deadline = self.board.time() + limit;
        loop {
            let left = deadline.saturating_sub(self.board.time());
            match self.next_message_within(left)? {
                Some(heard) if heard == expected => return Ok(true),
                // A foreign program may greet, and put something before the message.
                Some(heard) if !self.is_strict => match heard.contains(expected) {
                    true => return Ok(true),
                    false => continue,
                },
                _ => return Ok(false),
            }
        }
    }

    /// Waits for the line break of a message that was heard without. A program may write the two one after
    /// the other: then its system can keep the second back until ours has acknowledged the first, and that
    /// takes up to half a second (RFC 1122, 4.2.3.2).
    fn hears_line_break(&self) -> Result<bool, Stop> {
        let heard = self.board.wait(self.board.patience() / 4, || {
            self.board.with_wire(self.wire, |wire| {
                let is_over = wire.end().is_some() || !wire.unread().is_empty();
                is_over.then(|| self.skips_line_break(wire))
            })
        })?;
        Ok(heard.unwrap_or(false))
    }

    /// Takes the line break of a message that was heard without, if it has come. Says whether it has.
    fn skips_line_break(&self, wire: &mut Wire) -> bool {
        if wire.unread().is_empty() || !self.line_break_may_follow.replace(false) {
            return false;
        }
        let rest = wire.unread().strip_prefix(b"\r").unwrap_or(wire.unread());
        let is_there = rest.starts_with(b"\n");
        if is_there {
            wire.take(wire.unread().len() - rest.len() + 1);
        }
        is_there
    }

    /// Waits for the next message. Without a line break, one counts when `may_end` says so and nothing
    /// follows it for a moment.
    fn hears_message(
        &self,
        may_end: impl Fn(&str) -> bool,
    ) -> Result<Result<String, Silence>, Stop> {
        self.hears_message_within(self.board.patience(), may_end)
    }

    fn hears_message_within(
        &self,
        limit: Duration,
        may_end: impl Fn(&str) -> bool,
    ) -> Result<Result<String, Silence>, Stop> {
        let heard = self.board.wait(limit, || {
            self.board.with_wire(self.wire, |wire| {
                self.skips_line_break(wire);
                let line_break = wire.unread().iter().position(|&byte| byte == b'\n');
                let is_over = wire.end().is_some() || wire.quiet_for() > QUIET;
                let count = match line_break {
                    Some(position) => position + 1,
                    None if wire.unread().is_empty() => {
                        return wire.end().map(|_| Err(Silence::Closed));
                    }
                    None if !is_over => return None,
                    None => match may_end(&String::from_utf8_lossy(wire.unread()))
                        || wire.end().is_some()
                    {
                        true => wire.unread().len(),
                        false => return None,
                    },
                };
                self.line_break_may_follow.set(line_break.is_none());
                let line = String::from_utf8_lossy(&wire.take(count).0).into_owned();
                Some(Ok(line.trim_end_matches(['\r', '\n']).to_string()))
            })
        })?;
        Ok(heard.unwrap_or_else(|| {
            let unread = self
                .board
                .with_wire(self.wire, |wire| String::from_utf8_lossy(wire.unread()).into_owned());
            let came = if unread.is_empty() {
                "nothing".to_string()
            } else {
                format!("only {}", quoted(&unread))
            };
            Err(Silence::Instead(format!("{came} came within {}", seconds(limit))))
        }))
    }

    fn describe(&self, silence: Silence) -> Result<String, Stop> {
        match silence {
            Silence::Closed => self.board.why_closed(self.wire),
            Silence::Instead(what) => Ok(what),
        }
    }

    /// Waits until something comes, in whatever words, and takes all of it. `expected` says what it is.
    pub fn hears_something(&self, expected: &str) -> Result<String, Stop> {
        let limit = self.board.patience();
        let has_come = |wire: &mut Wire| {
            self.skips_line_break(wire);
            (wire.end().is_some() || !wire.unread().is_empty()).then_some(())
        };
        if self.board.wait(limit, || self.board.with_wire(self.wire, has_come))?.is_none() {
            let limit = seconds(limit);
            return self.fails(format!("expected {expected}, but nothing came within {limit}"));
        }
        // A wait of its own: what has come in the last moment is in time too.
        let is_all =
            |wire: &mut Wire| (wire.end().is_some() || wire.quiet_for() > QUIET).then_some(());
        self.board.wait(limit, || self.board.with_wire(self.wire, is_all))?;
        let bytes = self.board.with_wire(self.wire, |wire| wire.take(wire.unread().len()).0);
        if bytes.is_empty() {
            let instead = self.board.why_closed(self.wire)?;
            return self.fails(format!("expected {expected}, but {instead}"));
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        self.line_break_may_follow.set(!text.ends_with('\n'));
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            self.note(Mark::Received, line);
        }
        Ok(text)
    }

    /// Waits for a message with this text in it, and returns those that came before it.
    pub fn hears_of(&self, text: &str) -> Result<Vec<String>, Stop> {
        self.hears_where(&quoted(text), |message| message.contains(text))
    }

    /// Waits for a message that `is_right`, and returns those that came before it. `expected` says what it is.
    pub fn hears_where(
        &self,
        expected: &str,
        mut is_right: impl FnMut(&str) -> bool,
    ) -> Result<Vec<String>, Stop> {
        let mut others: Vec<String> = Vec::new();
        let deadline = self.board.time() + self.board.patience();
        loop {
            match self.hears_message(|_| true)? {
                Ok(message) if is_right(&message) => {
                    self.note(Mark::Received, &message);
                    return Ok(others);
                }
                Ok(message) if self.board.is_late(deadline) => {
                    let last = quoted(&message);
                    let limit = seconds(self.board.patience());
                    return self.fails(format!(
                        "expected {expected}, but heard only others within {limit}, the last {last}"
                    ));
                }
                Ok(message) => others.push(message),
                Err(silence) => {
                    let instead = self.describe(silence)?;
                    let instead = match others.iter().rfind(|other| !other.is_empty()) {
                        Some(other) => {
                            format!("the last it heard was {}, and {instead}", quoted(other))
                        }
                        None => instead,
                    };
                    return self.fails(format!("expected {expected}, but {instead}"));
                }
            }
        }
    }

    /// The next message, if one comes in time.
    pub fn next_message(&self) -> Result<Option<String>, Stop> {
        self.next_message_within(self.board.patience())
    }

    /// The next message, if one comes within `limit`.
    pub fn next_message_within(&self, limit: Duration) -> Result<Option<String>, Stop> {
        Ok(self.hears_message_within(limit, |_| true)?.ok())
    }

    /// Reads no more. What comes stays with the system, until it can take no more.
    pub fn stops_reading(&self) {
        self.note(Mark::Event, "stops reading");
        self.board
            .with_socket(self.wire, |socket| SockRef::from(socket).set_recv_buffer_size(4096));
        self.board.with_wire(self.wire, |wire| wire.pause());
    }

    /// Sends bytes to somebody who may take no more. `false`: for a moment, none got through.
    pub fn sends_if_taken(&self, mut bytes: &[u8]) -> Result<bool, Stop> {
        const MOMENT: Duration = Duration::from_millis(100);
        while !bytes.is_empty() {
            let send = || self.board.with_socket(self.wire, |mut socket| socket.write(bytes).ok());
            match self.board.wait(self.board.patient(MOMENT), || send().flatten())? {
                Some(count) => bytes = &bytes[count..],
                None => return Ok(false),
            }
        }
        Ok(true)
    }

    /// The failure that something else was heard.
    pub fn complains<T>(&self, message: impl Into<String>) -> Result<T, Stop> {
        self.fails(message)
    }

    /// Makes sure that nothing comes, for this long.
    pub fn hears_nothing_for(&self, moment: Duration) -> Scene {
        let heard = self.board.wait(moment, || {
            self.board.with_wire(self.wire, |wire| {
                (!wire.unread().is_empty()).then(|| wire.unread().to_vec())
            })
        })?;
        match heard {
            None => Ok(()),
            Some(bytes) => self
                .fails(format!("expected to hear nothing yet, but heard {}", quoted_bytes(&bytes))),
        }
    }

    /// Waits until the other side has closed the connection, without another word.
    pub fn is_disconnected(&self) -> Scene {
        let expected = "expected the connection to be closed";
        let end = self.board.wait(self.board.patience(), || {
            self.board.with_wire(self.wire, |wire| {
                self.skips_line_break(wire);
                match wire.unread() {
                    [] => wire.end().map(Ok),
                    // A foreign program may say goodbye.
                    bytes if !self.is_strict => {
                        wire.take(bytes.len());
                        None
                    }
                    bytes => Some(Err(bytes.to_vec())),
                }
            })
        })?;
        match end {
            Some(Ok(_)) => {
                self.note(Mark::Event, "is disconnected");
                Ok(())
            }
            Some(Err(bytes)) => {
                self.fails(format!("{expected}, but heard {} first", quoted_bytes(&bytes)))
            }
            None => {
                let limit = seconds(self.board.patience());
                self.fails(format!("{expected}, but it was still open after {limit}"))
            }
        }
    }

    /// Waits until so many of these connections were closed by the other side, and says how many were.
    pub fn wait_until_closed(peers: &[Peer], count: usize) -> Result<usize, Stop> {
        let is_closed = |peer: &&Peer| peer.board.with_wire(peer.wire, |wire| wire.end().is_some());
        let closed = || peers.iter().filter(is_closed).count();
        if let Some(peer) = peers.first() {
            peer.board.wait(peer.board.patience(), || (closed() >= count).then_some(()))?;
        }
        Ok(closed())
    }

    /// Closes the connection as a program does that has ended well (TCP FIN).
    pub fn leaves(&self) {
        self.note(Mark::Event, "leaves");
        self.board.with_socket(self.wire, |socket| socket.shutdown(Shutdown::Both));
        self.board.close(self.wire);
    }

    /// Closes the sending side only: the other side comes to the end of what it can read.
    pub fn stops_sending(&self) {
        self.note(Mark::Event, "stops sending");
        self.board.with_socket(self.wire, |socket| socket.shutdown(Shutdown::Write));
    }

    /// Resets the connection as a program does that has crashed (TCP RST).
    pub fn resets(&self) {
        self.note(Mark::Event, "resets the connection");
        self.board.with_socket(self.wire, |socket| {
            SockRef::from(socket).set_linger(Some(Duration::ZERO))
        });
        self.board.close(self.wire);
    }

    /// Sends a protobuf message in a frame.
    pub fn sends_frame<M: Shown>(&self, message: &M) -> Scene {
        let frame = frame_of(message);
        self.note(Mark::Sent, &format!("{}   {}", message.shown(), hex(&frame)));
        self.sends(&frame)
    }

    /// Waits for this protobuf message.
    pub fn receives<M: Shown>(&self, expected: &M) -> Scene {
        let received: M = self.receives_frame(&expected.shown())?;
        if received == *expected {
            return Ok(());
        }
        self.finds_wrong(expected, &received)
    }

    /// The failure that another message came than the expected one.
    pub fn finds_wrong<T, M: Shown>(&self, expected: &M, received: &M) -> Result<T, Stop> {
        self.fails(format!("expected {}, but received {}", expected.shown(), received.shown()))
    }

    /// Waits for a frame with a message of this type. `expected` says in words what is expected.
    pub fn receives_frame<M: Shown>(&self, expected: &str) -> Result<M, Stop> {
        let frame = self.board.wait(self.board.patience(), || {
            self.board.with_wire(self.wire, |wire| {
                let whole = whole_frame(wire.unread());
                match whole {
                    Ok(Some(count)) => Some(Ok(wire.take(count).0)),
                    Ok(None) => wire.end().map(|_| Err(Silence::Closed)),
                    Err(mistake) => Some(Err(Silence::Instead(mistake))),
                }
            })
        })?;
        let frame = match frame {
            Some(Ok(frame)) => frame,
            Some(Err(silence)) => {
                return self.misses_frame(expected, &self.describe(silence)?);
            }
            None => {
                return self.misses_frame(
                    expected,
                    &format!("nothing came within {}", seconds(self.board.patience())),
                );
            }
        };
        match M::decode(&frame[4..]) {
            Ok(message) if has_no_other_fields::<M>(&frame[4..]) => {
                self.note(Mark::Received, &format!("{}   {}", message.shown(), hex(&frame)));
                Ok(message)
            }
            Ok(_) => self.misses_frame(
                expected,
                &format!("these bytes are no {}: {}", M::NAME, hex(&frame)),
            ),
            Err(error) => self.misses_frame(
                expected,
                &format!("these bytes do not decode: {} ({error})", hex(&frame)),
            ),
        }
    }

    fn misses_frame<T>(&self, expected: &str, instead: &str) -> Result<T, Stop> {
        self.board.wait(QUIET, || None::<()>)?; // all of what comes at once, not a part
        let unread = self.board.with_wire(self.wire, |wire| wire.unread().to_vec());
        let rest = match &unread[..] {
            [] => String::new(),
            bytes => format!("; unread: {}{}", hex(bytes), announcement(bytes)),
        };
        self.fails(format!("expected {expected}, but {instead}{rest}"))
    }
}

impl Shown for Message {
    const NAME: &'static str = "Message";
    const FIELDS: u32 = 3;

    fn shown(&self) -> String {
        let mut fields = Vec::new();
        if self.from != 0 {
            fields.push(format!("from: {}", self.from));
        }
        if self.to != 0 {
            fields.push(format!("to: {}", self.to));
        }
        if !self.msg.is_empty() {
            let text = quoted(&self.msg);
            let size = format!(" ({} bytes)", self.msg.len());
            let size = if text.contains('…') { &*size } else { "" };
            fields.push(format!("msg: {text}{size}"));
        }
        with_fields(Self::NAME, &fields)
    }
}

impl Shown for FastHandshake {
    const NAME: &'static str = "FastHandshake";
    const FIELDS: u32 = 2;

    fn shown(&self) -> String {
        let mut fields = Vec::new();
        if self.id != 0 {
            fields.push(format!("id: {}", self.id));
        }
        if self.error {
            fields.push("error: true".to_string());
        }
        with_fields(Self::NAME, &fields)
    }
}

fn with_fields(name: &str, fields: &[String]) -> String {
    match fields {
        [] => format!("{name} {{}}"),
        fields => format!("{name} {{ {} }}", fields.join(", ")),
    }
}

/// A message in a frame: its length as 4 bytes, big-endian, then the message.
pub fn frame_of<M: Shown>(message: &M) -> Vec<u8> {
    let body = message.encode_to_vec();
    let mut frame = (body.len() as u32).to_be_bytes().to_vec();
    frame.extend(body);
    frame
}

/// Whether the fields of an encoded message are all of this type. `decode` skips those that it does not know: then it
/// is another type. A field that has its default may be there, or not.
fn has_no_other_fields<M: Shown>(mut body: &[u8]) -> bool {
    while !body.is_empty() {
        let Ok((number, wire_type)) = decode_key(&mut body) else { return false };
        let is_known = (1..=M::FIELDS).contains(&number);
        if !is_known || skip_field(wire_type, number, &mut body, DecodeContext::default()).is_err()
        {
            return false;
        }
    }
    true
}

/// How many bytes the first frame takes, if it is there as a whole. The error says what is wrong with it.
fn whole_frame(bytes: &[u8]) -> Result<Option<usize>, String> {
    let Some((header, body)) = bytes.split_first_chunk::<4>() else {
        return Ok(None);
    };
    let length = u32::from_be_bytes(*header);
    if length > LONGEST {
        return Err("a frame of an impossible length came".to_string());
    }
    Ok((body.len() >= length as usize).then_some(4 + length as usize))
}

/// What the first four bytes say, and whether they say it the wrong way round.
fn announcement(bytes: &[u8]) -> String {
    let Some((header, body)) = bytes.split_first_chunk::<4>() else {
        return String::new();
    };
    let (big, little) = (u32::from_be_bytes(*header), u32::from_le_bytes(*header));
    let mut text = format!(". The first 4 bytes announce {big} bytes, and {} follow", body.len());
    if little as usize == body.len() || (big > LONGEST && little <= LONGEST) {
        text.push_str(&format!(
            " (read as little-endian: {little}; the length must be big-endian)"
        ));
    }
    text
}

/// `00 00 00 02 08 01`
fn hex(bytes: &[u8]) -> String {
    const MOST: usize = 24;
    let shown: Vec<String> = bytes.iter().take(MOST).map(|byte| format!("{byte:02x}")).collect();
    let rest = if bytes.len() > MOST { " …" } else { "" };
    shown.join(" ") + rest
}

fn quoted_bytes(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => quoted(text.trim_end_matches(['\r', '\n'])),
        _ => first_message(bytes)
            .map_or(format!("the bytes {}", hex(bytes)), |message| message.shown()),
    }
}

/// The message in the first frame, if it is one.
fn first_message(bytes: &[u8]) -> Option<Message> {
    let count = whole_frame(bytes).ok()??;
    <Message as prost::Message>::decode(&bytes[4..count]).ok()
}

#[cfg(test)]
mod tests {
    use prost::Message as _;

    use super::*;

    #[test]
    fn a_field_that_has_its_default_may_be_there_or_not() {
        for body in [&[][..], &[0x10, 0], &[0x08, 0, 0x10, 0], &[0x08, 0, 0x10, 0, 0x1a, 0]] {
            assert_eq!(Message::decode(body), Ok(Message::default()));
            assert!(has_no_other_fields::<Message>(body), "{body:?}");
        }
    }

    #[test]
    fn a_field_of_another_type_or_anything_else_behind_the_message_is_noticed() {
        let message = Message { from: 1, to: 0, msg: "bread".to_string() }.encode_to_vec();
        assert!(has_no_other_fields::<Message>(&message));
        assert!(!has_no_other_fields::<FastHandshake>(&message)); // field 3
        for rest in [&[0][..], &[0x20, 1], &[0x1a, 9], b"\n"] {
            assert!(!has_no_other_fields::<Message>(&[&message, rest].concat()), "{rest:?}");
        }
    }
}

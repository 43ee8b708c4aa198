//! A peer on the stage: the checker's own socket, with nothing of the helpers in it.

use std::cell::{Cell, RefCell};
use std::io::{self, ErrorKind, Write};
use std::net::TcpStream;
use std::rc::Rc;
use std::time::{Duration, Instant};

use crate::sandbox::sockets::send_in_two;
use crate::stage::board::{Board, QUIET};
use crate::stage::difference::Difference;
use crate::stage::expected::{Expected, Kind, MOST_BEFORE, has, is_begun, too_many_unasked};
use crate::stage::framing::Framing;
use crate::stage::protobuf::{Shown, first_message};
use crate::stage::show::{hex, quoted, seconds};
use crate::stage::stop::{Missed, Scene, Stop};
use crate::stage::symptom::Symptom;
use crate::stage::transcript::{Line, Mark};
use crate::stage::wire::{Wire, WireId};

/// How long the other side may take to read a piece before the next one is sent all the same.
const PIECE: Duration = Duration::from_millis(50);

/// How long it mostly takes to, where the system does not tell whether it has (elsewhere than on Linux).
const MOSTLY: Duration = Duration::from_millis(15);

/// One side of a connection, played by the checker.
pub struct Peer {
    pub(super) board: Rc<Board>,
    pub(super) wire: WireId,
    pub(super) framing: Framing,
    pub(super) name: String,
    pub(super) is_quiet: bool,
    pub(super) is_strict: bool, // the other side is a program of the course, which ends a message with a line break
    line_break_may_follow: Cell<bool>,
    pub(super) unheard: RefCell<Vec<String>>, // the words of its last message, if the reply had none of them in it
    pub(super) rested: Cell<bool>,            // the programs did, when this one said something last
}

/// What comes over a wire to someone who waits for a message or a frame.
pub(super) enum Came<T> {
    /// All of it.
    Whole(T),
    /// The other side has closed the connection.
    End,
    /// Something else.
    Wrong(String),
}

/// What a peer has heard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// What was expected, as it came.
    pub text: String,
    /// The messages that came before it.
    pub before: Vec<String>,
}

/// A message without its line break, and the bytes that it came in.
struct Message {
    text: String,
    bytes: Vec<u8>,
}

impl Message {
    /// With all that nobody sees but the line break: a carriage return before that, say.
    fn shown(&self) -> String {
        String::from_utf8_lossy(without_line_break_in(&self.bytes)).into_owned()
    }
}

impl Peer {
    pub(super) fn new(
        board: Rc<Board>,
        name: &str,
        wire: WireId,
        framing: Framing,
        is_strict: bool,
    ) -> Peer {
        let name = name.to_string();
        board.with_wire(wire, |wire| wire.reader = name.clone());
        Peer {
            board,
            wire,
            framing,
            name,
            is_quiet: true,
            is_strict,
            line_break_may_follow: false.into(),
            unheard: RefCell::default(),
            rested: false.into(),
        }
    }

    /// The same peer, whose doings are in the transcript from now on.
    pub fn aloud(mut self) -> Peer {
        self.is_quiet = false;
        self
    }

    /// The actor's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn note(&self, mark: Mark, text: &str) {
        if !self.is_quiet {
            self.board.note(&self.name, mark, text);
        }
    }

    /// Writes a line about bytes into the transcript.
    pub(super) fn notes_bytes(&self, mark: Mark, text: &str, bytes: &[u8]) {
        if !self.is_quiet {
            let other = self.board.with_wire(self.wire, |wire| wire.sender.clone());
            self.board.note_line(Line::new(&self.name, mark, text).with(&other, bytes));
        }
    }

    /// The failure that something else happened.
    pub fn fails<T>(&self, message: impl Into<String>) -> Result<T, Stop> {
        Err(Stop::fails(&self.name, message))
    }

    // ── sending ──────────────────────────────────────────────────────────────────────────────────

    /// Sends a message, with a line break.
    pub fn says(&self, message: &str) -> Scene {
        self.sends_raw(format!("{message}\n").as_bytes(), message)
    }

    /// Sends a message, with a line break, that stays out of the transcript.
    pub fn says_quietly(&self, message: &str) -> Scene {
        self.sends(format!("{message}\n").as_bytes())
    }

    /// Sends bytes as they are, and writes `shown` into the transcript.
    pub fn sends_raw(&self, bytes: &[u8], shown: &str) -> Scene {
        self.notes_bytes(Mark::Sent, shown, bytes);
        if !self.is_quiet {
            self.rested.set(self.board.rests_now());
        }
        self.sends(bytes)
    }

    /// Sends bytes as they are, and waits a moment for the other side to read them, so that what is sent next mostly
    /// comes in another piece.
    pub fn sends_piece(&self, bytes: &[u8]) -> Scene {
        self.sends(bytes)?;
        let sent = Instant::now();
        // What has arrived wakes up anyone who waits for it. When all wait again, it was read.
        self.board.wait(Duration::from_millis(1), || None::<()>)?;
        self.board.wait(PIECE, || {
            let is_busy = self.board.is_busy().unwrap_or(sent.elapsed() < MOSTLY);
            (!is_busy).then_some(())
        })?;
        Ok(())
    }

    /// Sends bytes in two pieces, of which each is read on its own. That takes no waiting, so nobody can be late. Whether
    /// somebody is there to read them, the answer tells.
    pub fn sends_in_two(&self, first: &str, second: &str, shown: [&str; 2]) -> Scene {
        self.notes_bytes(Mark::Sent, shown[0], first.as_bytes());
        self.notes_bytes(Mark::Sent, shown[1], second.as_bytes());
        let send = |socket: &TcpStream| send_in_two(socket, first.as_bytes(), second.as_bytes());
        match self.board.with_socket(self.wire, send) {
            Some(Ok(true)) => Ok(()),
            Some(Err(error)) if has_left(&error) => Ok(()),
            Some(Ok(false)) | None => self.fails("cannot send: the other side does not read"),
            Some(Err(error)) => {
                Err(Stop::NotChecked(format!("two pieces cannot be sent: {error}")))
            }
        }
    }

    fn sends(&self, bytes: &[u8]) -> Scene {
        match self.board.send(self.wire, bytes)? {
            true => Ok(()),
            false => {
                let has_left = || self.board.with_wire(self.wire, |wire| wire.end().map(drop));
                let reason = match self.board.wait(Duration::ZERO, has_left)? {
                    Some(()) => self.board.why_closed(self.wire)?,
                    None => "it does not".to_string(),
                };
                let other = self.board.with_wire(self.wire, |wire| wire.sender.clone());
                let other = if other == "server" { "the server".to_string() } else { other };
                self.fails(format!("expected {other} to read what is sent, but {reason}"))
            }
        }
    }

    /// Sends bytes to somebody who may take no more: until, for a moment, none got through. Returns how many did.
    pub fn sends_if_taken(&self, bytes: &[u8]) -> Result<usize, Stop> {
        const MOMENT: Duration = Duration::from_millis(100);
        let mut left = bytes;
        while !left.is_empty() {
            let send = || self.board.with_socket(self.wire, |mut socket| socket.write(left).ok());
            let sent = self.board.wait(self.board.patient(MOMENT), || send().flatten())?;
            let Some(sent) = sent else { break };
            self.board.note_sent(sent);
            left = &left[sent..];
        }
        Ok(bytes.len() - left.len())
    }

    // ── hearing ──────────────────────────────────────────────────────────────────────────────────

    /// Waits for what is expected: a text is expected exactly, and see [`crate::stage::expected`] for other ways.
    ///
    /// From a program of the course, an exact text must be the next message, with a line break behind it. A
    /// foreign program may greet, and put something before the text or behind it. But the text comes once, and nothing
    /// else that was said in this scene comes before it.
    pub fn hears<'a>(&self, expected: impl Into<Expected<'a>>) -> Result<Heard, Stop> {
        let Expected { words, kind } = expected.into();
        match kind {
            Kind::Exactly(texts) if self.is_strict => self.hears_exactly(&texts[0], &words),
            Kind::Exactly(texts) => {
                let heard = self.hears_once(&texts, &words);
                heard.map_err(|stop| stop.misses(Missed::Text(texts[0].to_string(), self.wire)))
            }
            Kind::ReplyTo(message) if self.is_strict => self.hears_exactly(&message, &words),
            Kind::ReplyTo(message) => self.hears_reply(&message),
            Kind::Containing(text) => {
                let is_whole = |heard: &str| !is_begun(heard, text);
                let is_right = |heard: &str| has(heard, text);
                let heard = self.hears_matching(&words, MOST_BEFORE, &is_whole, &is_right);
                heard.map_err(|stop| stop.misses(Missed::Text(text.to_string(), self.wire)))
            }
            Kind::Matching(is_right) => {
                self.hears_matching(&words, MOST_BEFORE, &|_| true, &is_right)
            }
            Kind::Anything => self.hears_anything(&words),
        }
    }

    fn hears_exactly(&self, text: &str, words: &str) -> Result<Heard, Stop> {
        let may_end = |heard: &str| !text.starts_with(heard) || heard == text;
        let message = match self.waits_for_message(self.board.patience(), may_end)? {
            Came::Whole(message) => message,
            other => {
                let instead = self.says_instead(other)?;
                return self.misses_text(text, words, &instead);
            }
        };
        let heard = quoted(&message.text);
        if message.text != text {
            let stop = Stop::fails(&self.name, format!("expected {words}, but heard {heard}"));
            let came = without_line_break_in(&message.bytes);
            return Err(stop.differs(Difference::of_texts(text, came)));
        }
        self.notes_bytes(Mark::Received, &message.shown(), &message.bytes);
        if self.line_break_may_follow.get() && !self.hears_line_break()? {
            let message = format!("expected a line break behind {heard}, but none came");
            return Err(Stop::fails(&self.name, message).because(Symptom::SendsNoLineBreak));
        }
        Ok(Heard { text: message.text, before: Vec::new() })
    }

    fn misses_text<T>(&self, text: &str, words: &str, instead: &str) -> Result<T, Stop> {
        let stop = Stop::fails(&self.name, format!("expected {words}, but {instead}"));
        Err(stop.misses(Missed::Text(text.to_string(), self.wire)))
    }

    pub(super) fn hears_matching(
        &self,
        words: &str,
        most_before: usize,
        is_whole: &dyn Fn(&str) -> bool,
        is_right: &dyn Fn(&str) -> bool,
    ) -> Result<Heard, Stop> {
        let patience = self.board.patience();
        let mut before: Vec<String> = Vec::new();
        let deadline = self.board.time() + patience;
        loop {
            match self.waits_for_message(patience, is_whole)? {
                Came::Whole(message) if is_right(&message.text) => {
                    self.notes_bytes(Mark::Received, &message.shown(), &message.bytes);
                    return Ok(Heard { text: message.text, before });
                }
                Came::Whole(message) if self.board.is_late(deadline) => {
                    let (last, limit) = (quoted(&message.text), seconds(patience));
                    return self.fails(format!(
                        "expected {words}, but heard only others within {limit}, the last {last}"
                    ));
                }
                Came::Whole(message) => {
                    before.push(message.text);
                    if before.len() > most_before {
                        let instead = too_many_unasked(before.len(), &before[0]);
                        return self.fails(format!("expected {words}, but {instead}"));
                    }
                }
                other => {
                    let instead = self.says_instead(other)?;
                    let instead = match before.iter().rfind(|other| !other.is_empty()) {
                        Some(other) => {
                            format!("the last it heard was {}, and {instead}", quoted(other))
                        }
                        None => instead,
                    };
                    return self.fails(format!("expected {words}, but {instead}"));
                }
            }
        }
    }

    pub(super) fn hears_anything(&self, words: &str) -> Result<Heard, Stop> {
        let limit = self.board.patience();
        if let Some(text) = self.hears_within(limit)? {
            return Ok(Heard { text, before: Vec::new() });
        }
        let instead = self.why_silent(limit)?;
        self.fails(format!("expected {words}, but {instead}"))
    }

    /// All that comes within `limit`, and what follows it at once: in however many lines, if anything does.
    pub fn hears_within(&self, limit: Duration) -> Result<Option<String>, Stop> {
        let has_come = |wire: &mut Wire| {
            self.skips_line_break(wire);
            (wire.end().is_some() || !wire.unread().is_empty()).then_some(())
        };
        self.board.wait(limit, || self.board.with_wire(self.wire, has_come))?;
        if self.board.with_wire(self.wire, |wire| wire.unread().is_empty()) {
            return Ok(None);
        }
        // A wait of its own: what has come in the last moment is in time too.
        let is_all =
            |wire: &mut Wire| (wire.end().is_some() || wire.quiet_for() > QUIET).then_some(());
        self.board.wait(self.board.patience(), || self.board.with_wire(self.wire, is_all))?;
        let bytes = self.board.with_wire(self.wire, Wire::take_all);
        self.line_break_may_follow.set(!bytes.ends_with(b"\n"));
        self.notes_lines(&bytes);
        Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// Why nothing came within `limit`: the other side has closed the connection, or it is silent.
    pub fn why_silent(&self, limit: Duration) -> Result<String, Stop> {
        match self.is_closed() {
            true => self.board.why_closed(self.wire),
            false => Ok(format!("nothing came within {}", seconds(limit))),
        }
    }

    pub(super) fn notes_lines(&self, bytes: &[u8]) {
        for line in bytes.split_inclusive(|&byte| byte == b'\n') {
            let text = String::from_utf8_lossy(line);
            if !text.trim().is_empty() {
                self.notes_bytes(Mark::Received, text.strip_suffix('\n').unwrap_or(&text), line);
            }
        }
    }

    /// The next message, if one comes within `limit`.
    pub fn next_message(&self, limit: Duration) -> Result<Option<String>, Stop> {
        match self.waits_for_message(limit, |_| true)? {
            Came::Whole(message) => Ok(Some(message.text)),
            Came::End | Came::Wrong(_) => Ok(None),
        }
    }

    /// Waits for the next message. Without a line break, one counts when `may_end` says so and nothing
    /// follows it for a moment.
    fn waits_for_message(
        &self,
        limit: Duration,
        may_end: impl Fn(&str) -> bool,
    ) -> Result<Came<Message>, Stop> {
        let came = self.board.wait(limit, || {
            self.board.with_wire(self.wire, |wire| {
                self.skips_line_break(wire);
                let line_break = wire.unread().iter().position(|&byte| byte == b'\n');
                let has_ended = wire.end().is_some();
                let count = match line_break {
                    Some(position) => position + 1,
                    None if wire.unread().is_empty() => return has_ended.then_some(Came::End),
                    None if has_ended => wire.unread().len(),
                    None if wire.quiet_for() <= QUIET => return None,
                    None if may_end(&String::from_utf8_lossy(wire.unread())) => wire.unread().len(),
                    None => return None,
                };
                self.line_break_may_follow.set(line_break.is_none());
                let bytes = wire.take(count).0;
                let text = without_line_break(&String::from_utf8_lossy(&bytes)).to_string();
                Some(Came::Whole(Message { text, bytes }))
            })
        })?;
        Ok(came.unwrap_or_else(|| {
            let unread = self.board.with_wire(self.wire, |wire| wire.unread().to_vec());
            let came = match &unread[..] {
                [] => "nothing".to_string(),
                unread => format!("only {}", quoted(&String::from_utf8_lossy(unread))),
            };
            Came::Wrong(format!("{came} came within {}", seconds(self.board.waited(limit))))
        }))
    }

    fn says_instead<T>(&self, came: Came<T>) -> Result<String, Stop> {
        match came {
            Came::Wrong(what) => Ok(what),
            Came::Whole(_) | Came::End => self.board.why_closed(self.wire),
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
    pub(super) fn skips_line_break(&self, wire: &mut Wire) -> bool {
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
                .fails(format!("expected to hear nothing yet, but heard {}", self.quoted(&bytes))),
        }
    }

    pub(super) fn quoted(&self, bytes: &[u8]) -> String {
        match std::str::from_utf8(bytes) {
            Ok(text) if !text.contains('\0') => quoted(without_line_break(text)),
            _ => first_message(bytes, self.framing)
                .map_or(format!("the bytes {}", hex(bytes)), |message| message.shown()),
        }
    }
}

fn without_line_break(text: &str) -> &str {
    text.trim_end_matches(['\r', '\n'])
}

/// What has arrived of a line: all but the line break.
fn without_line_break_in(bytes: &[u8]) -> &[u8] {
    bytes.strip_suffix(b"\n").unwrap_or(bytes)
}

/// Whether nothing can be sent since the other side has closed the connection.
fn has_left(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::BrokenPipe | ErrorKind::ConnectionReset)
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::sync::Arc;

    use super::*;
    use crate::sandbox::limits::Limits;
    use crate::sandbox::sockets::local;

    #[test]
    fn that_the_other_side_has_left_is_told_by_what_is_heard_and_not_by_what_is_sent() {
        let board = Rc::new(Board::new(String::new(), Limits::default(), Arc::default()));
        let listener = TcpListener::bind(local(0)).expect("a free port");
        let client = TcpStream::connect(listener.local_addr().expect("its address"));
        let wire = board.add_socket("server", client.expect("it listens")).expect("it is taken");
        drop(listener.accept().expect("a call"));
        let peer = Peer::new(board, "alice", wire, Framing::default(), true);
        for _ in 0..2 {
            assert!(peer.sends_in_two("tim", "ber\n", ["tim", "ber"]).is_ok());
        }
        let Err(Stop::Fails(failure)) = peer.hears("timber") else {
            panic!("it has heard something")
        };
        assert!(failure.message.ends_with("but the connection was closed"), "{}", failure.message);
    }
}

//! What a peer sends and receives in frames: see [`framing`](crate::stage::framing) for their bytes, and
//! [`protobuf`](crate::stage::protobuf) for what is in them.

use std::time::Duration;

use crate::stage::board::QUIET;
use crate::stage::difference::Difference;
use crate::stage::framing::{Frame, Framing};
use crate::stage::peer::{Came, Peer};
use crate::stage::protobuf::{
    Shown, are_messages, explanation, frame_of, framings_of, has_no_other_fields,
};
use crate::stage::show::{hex, seconds};
use crate::stage::stop::{Scene, Stop};
use crate::stage::transcript::Mark;
use crate::stage::wire::Wire;

impl Peer {
    /// Sends a protobuf message in a frame.
    pub fn sends_frame<M: Shown>(&self, message: &M) -> Scene {
        let frame = frame_of(message, self.framing);
        self.sends_raw(&frame, &format!("{}   {}", message.shown(), hex(&frame)))
    }

    /// Sends the length of a message and, once the other side has read it, the message. Nothing may come in between:
    /// whoever replies has not understood what the length is for. Without frames, all of it goes at once.
    pub fn sends_length_first<M: Shown>(&self, message: &M) -> Scene {
        let body = message.encode_to_vec();
        let frame = self.framing.frame(&body);
        let (header, body) = frame.split_at(frame.len() - body.len());
        if header.is_empty() {
            return self.sends_frame(message);
        }
        let size = match header.len() {
            1 => "1 byte".to_string(),
            count => format!("{count} bytes"),
        };
        self.sends_raw(header, &format!("the length of a message ({size})   {}", hex(header)))?;
        self.hears_nothing_at_rest()?;
        match self.sends_raw(body, &format!("then {}   {}", message.shown(), hex(body))) {
            Err(Stop::Fails(_)) => Ok(()), // it has been closed, which is what comes instead of a reply
            other => other,
        }
    }

    /// Makes sure that nothing has come when all programs rest: what was sent is not all of a message.
    pub fn hears_nothing_at_rest(&self) -> Scene {
        match &self.unread_at_rest()?[..] {
            [] => Ok(()),
            came => self.fails(format!(
                "expected nothing before all of the message is there, but {} came",
                hex(came)
            )),
        }
    }

    /// Makes sure that what was sent does not come back, when all programs rest. Messages may come, which say that
    /// something is wrong.
    pub fn hears_no_echo_at_rest(&self) -> Scene {
        let unread = self.unread_at_rest()?;
        if are_messages(&unread, self.framing) {
            return Ok(());
        }
        self.fails(format!("expected nothing to come back for that, but {} came", hex(&unread)))
    }

    fn unread_at_rest(&self) -> Result<Vec<u8>, Stop> {
        self.board.comes_to_rest(self.board.patience())?;
        Ok(self.board.with_wire(self.wire, |wire| wire.unread().to_vec()))
    }

    /// Waits for this protobuf message.
    pub fn receives<M: Shown>(&self, expected: &M) -> Scene {
        self.receives_within(self.board.patience(), expected)
    }

    /// Waits for this protobuf message, at most for `limit`.
    pub fn receives_within<M: Shown>(&self, limit: Duration, expected: &M) -> Scene {
        let received: M =
            self.receives_frame_like(limit, &expected.shown(), &frame_of(expected, self.framing))?;
        if received == *expected {
            return Ok(());
        }
        self.finds_wrong(expected, &received)
    }

    /// The failure that another message came than the expected one.
    pub fn finds_wrong<T, M: Shown>(&self, expected: &M, received: &M) -> Result<T, Stop> {
        let message = format!("expected {}, but received {}", expected.shown(), received.shown());
        let difference = Difference::of_bytes(
            &frame_of(expected, self.framing),
            &frame_of(received, self.framing),
        );
        Err(Stop::fails(self.name(), message).differs(difference))
    }

    /// Waits for a frame with a message of this type. `expected` says in words what is expected.
    pub fn receives_frame<M: Shown>(&self, expected: &str) -> Result<M, Stop> {
        self.receives_frame_like(self.board.patience(), expected, &[])
    }

    /// The same within `limit`, where it is known what the frame should be.
    fn receives_frame_like<M: Shown>(
        &self,
        limit: Duration,
        expected: &str,
        right: &[u8],
    ) -> Result<M, Stop> {
        let misses =
            |came: &[u8], instead: &str| self.misses_frame::<M, _>(expected, right, came, instead);
        let came = self.board.wait(limit, || {
            self.board.with_wire(self.wire, |wire| match self.first_frame(wire) {
                Ok(Some(frame)) => Some(Came::Whole((frame, wire.take(frame.count).0))),
                Ok(None) => wire.end().map(|_| Came::End),
                Err(mistake) => Some(Came::Wrong(mistake)),
            })
        })?;
        let (frame, bytes) = match came {
            Some(Came::Whole(frame)) => frame,
            Some(Came::End) => {
                let instead = self.board.why_closed(self.wire)?;
                return misses(&[], &instead);
            }
            Some(Came::Wrong(mistake)) => return misses(&[], &mistake),
            None => {
                let instead = format!("nothing came within {}", seconds(self.board.waited(limit)));
                let why = " (without frames, a message with only defaults is no bytes at all)";
                let why = if self.framing == Framing::None { why } else { "" };
                return misses(&[], &(instead + why));
            }
        };
        let body = &bytes[frame.header..];
        let instead = match M::decode(body) {
            Ok(message) if has_no_other_fields::<M>(body) => {
                let shown = format!("{}   {}", message.shown(), hex(&bytes));
                self.notes_bytes(Mark::Received, &shown, &bytes);
                return Ok(message);
            }
            Ok(_) => format!("these bytes are not a {}: {}", M::NAME, hex(&bytes)),
            Err(error) => format!("these bytes do not decode: {} ({error})", hex(&bytes)),
        };
        misses(&bytes, &instead)
    }

    /// The first frame of what has come. Without frames, a message is what comes together.
    fn first_frame(&self, wire: &Wire) -> Result<Option<Frame>, String> {
        let is_more_to_come = self.framing == Framing::None && !has_all(wire);
        if is_more_to_come { Ok(None) } else { self.framing.first(wire.unread()) }
    }

    /// The failure that another thing came than the expected frame. `came` was taken already.
    fn misses_frame<M: Shown, T>(
        &self,
        expected: &str,
        right: &[u8],
        came: &[u8],
        instead: &str,
    ) -> Result<T, Stop> {
        self.board.wait(QUIET, || None::<()>)?; // all of what comes at once, not a part
        let unread = self.board.with_wire(self.wire, |wire| wire.unread().to_vec());
        let rest = match &unread[..] {
            [] => String::new(),
            bytes => {
                format!("; unread: {}{}", hex(bytes), explanation::<M>(bytes, self.framing))
            }
        };
        let stop = Stop::fails(self.name(), format!("expected {expected}, but {instead}{rest}"));
        let came = [came, &unread].concat();
        Err(match right.is_empty() || came.is_empty() {
            true => stop,
            false => stop.differs(Difference::of_bytes(right, &came)),
        })
    }

    /// Waits for bytes that are one message of this type which `is_right`, in whatever frame, and says how they may be
    /// framed: in no way, if no such bytes come within `limit`.
    pub fn receives_in_any_frame<M: Shown>(
        &self,
        limit: Duration,
        is_right: impl Fn(&M) -> bool,
    ) -> Result<Vec<Framing>, Stop> {
        let found = self.board.wait(limit, || {
            self.board.with_wire(self.wire, |wire| {
                let found = match has_all(wire) {
                    true => framings_of(wire.unread(), &is_right),
                    false => Vec::new(),
                };
                let is_over = !found.is_empty() || wire.end().is_some();
                is_over.then_some(found)
            })
        })?;
        Ok(found.unwrap_or_default())
    }
}

/// Whether nothing more comes for a moment, or at all.
fn has_all(wire: &Wire) -> bool {
    wire.end().is_some() || wire.quiet_for() > QUIET
}

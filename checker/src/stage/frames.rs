//! What a peer sends and receives in frames: see [`protobuf`](crate::stage::protobuf).

use crate::stage::board::QUIET;
use crate::stage::difference::Difference;
use crate::stage::peer::{Came, Peer};
use crate::stage::protobuf::{Shown, announcement, frame_of, has_no_other_fields, whole_frame};
use crate::stage::show::{hex, seconds};
use crate::stage::stop::{Scene, Stop};
use crate::stage::transcript::Mark;

impl Peer {
    /// Sends a protobuf message in a frame.
    pub fn sends_frame<M: Shown>(&self, message: &M) -> Scene {
        let frame = frame_of(message);
        self.sends_raw(&frame, &format!("{}   {}", message.shown(), hex(&frame)))
    }

    /// Waits for this protobuf message.
    pub fn receives<M: Shown>(&self, expected: &M) -> Scene {
        let received: M = self.receives_frame_like(&expected.shown(), &frame_of(expected))?;
        if received == *expected {
            return Ok(());
        }
        self.finds_wrong(expected, &received)
    }

    /// The failure that another message came than the expected one.
    pub fn finds_wrong<T, M: Shown>(&self, expected: &M, received: &M) -> Result<T, Stop> {
        let message = format!("expected {}, but received {}", expected.shown(), received.shown());
        let difference = Difference::of_bytes(&frame_of(expected), &frame_of(received));
        Err(Stop::fails(self.name(), message).differs(difference))
    }

    /// Waits for a frame with a message of this type. `expected` says in words what is expected.
    pub fn receives_frame<M: Shown>(&self, expected: &str) -> Result<M, Stop> {
        self.receives_frame_like(expected, &[])
    }

    /// The same, where it is known what the frame should be.
    fn receives_frame_like<M: Shown>(&self, expected: &str, right: &[u8]) -> Result<M, Stop> {
        let patience = self.board.patience();
        let came = self.board.wait(patience, || {
            self.board.with_wire(self.wire, |wire| match whole_frame(wire.unread()) {
                Ok(Some(count)) => Some(Came::Whole(wire.take(count).0)),
                Ok(None) => wire.end().map(|_| Came::End),
                Err(mistake) => Some(Came::Wrong(mistake)),
            })
        })?;
        let frame = match came {
            Some(Came::Whole(frame)) => frame,
            Some(Came::End) => {
                let instead = self.board.why_closed(self.wire)?;
                return self.misses_frame(expected, right, &[], &instead);
            }
            Some(Came::Wrong(mistake)) => return self.misses_frame(expected, right, &[], &mistake),
            None => {
                let instead =
                    format!("nothing came within {}", seconds(self.board.waited(patience)));
                return self.misses_frame(expected, right, &[], &instead);
            }
        };
        let instead = match M::decode(&frame[4..]) {
            Ok(message) if has_no_other_fields::<M>(&frame[4..]) => {
                let shown = format!("{}   {}", message.shown(), hex(&frame));
                self.notes_bytes(Mark::Received, &shown, &frame);
                return Ok(message);
            }
            Ok(_) => format!("these bytes are not a {}: {}", M::NAME, hex(&frame)),
            Err(error) => format!("these bytes do not decode: {} ({error})", hex(&frame)),
        };
        self.misses_frame(expected, right, &frame, &instead)
    }

    /// The failure that another thing came than the expected frame. `came` was taken already.
    fn misses_frame<T>(
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
            bytes => format!("; unread: {}{}", hex(bytes), announcement(bytes)),
        };
        let stop = Stop::fails(self.name(), format!("expected {expected}, but {instead}{rest}"));
        let came = [came, &unread].concat();
        Err(match right.is_empty() || came.is_empty() {
            true => stop,
            false => stop.differs(Difference::of_bytes(right, &came)),
        })
    }
}

//! Whether what a peer hears was written in one piece. Two small writes one after the other travel in two segments: the
//! sender's system keeps the second back until the first is acknowledged, and does not put both into one (RFC 896).

use std::time::Duration;

use crate::sandbox::sockets;
use crate::stage::peer::Peer;
use crate::stage::show::{hex, quoted};
use crate::stage::stop::{Scene, Stop};
use crate::stage::wire::Wire;

/// In how many segments all had come that came before, where the system tells.
pub struct Pieces(Option<u32>);

impl Peer {
    /// Counts in how many pieces comes what comes from now on: see [`Peer::hears_in_one_piece`]. Where the system does not
    /// tell, two are seen as two if one is taken before the other is there, so it is given some time for that.
    pub fn counts_pieces(&self) -> Pieces {
        self.board.with_socket(self.wire, sockets::acknowledge_late);
        Pieces(self.segments())
    }

    fn segments(&self) -> Option<u32> {
        self.board.with_socket(self.wire, sockets::segments_of)?
    }

    /// Waits for so many lines that are `wanted`, and passes over others: quickly, for somebody in a crowd that hears much.
    /// If nothing comes for too long, these are all that have come.
    pub fn next_lines(
        &self,
        wanted: impl Fn(&str) -> bool,
        count: usize,
    ) -> Result<Vec<String>, Stop> {
        let mut lines = Vec::with_capacity(count);
        while lines.len() < count {
            let whole_lines = |wire: &mut Wire| {
                let end = wire.unread().iter().rposition(|&byte| byte == b'\n').map(|end| end + 1);
                (end.is_some() || wire.end().is_some()).then(|| wire.take(end.unwrap_or(0)).0)
            };
            let limit = self.board.patience();
            let taken = self.board.wait(limit, || self.board.with_wire(self.wire, whole_lines))?;
            let text = String::from_utf8_lossy(&taken.unwrap_or_default()).into_owned();
            if text.is_empty() {
                break;
            }
            lines.extend(text.lines().filter(|line| wanted(line)).map(str::to_string));
        }
        Ok(lines)
    }

    /// Makes sure that what comes next is whole in its first piece, and leaves it to be heard. `expected` says what it is,
    /// and `wholes` how many of those there are in some bytes. If nothing whole comes, that is for another check to say.
    pub fn hears_in_one_piece(
        &self,
        before: Pieces,
        expected: &str,
        wholes: impl Fn(&[u8]) -> usize,
    ) -> Scene {
        // After this time, the other side's system may have sent something again, which is counted again.
        const SENT_AGAIN: Duration = Duration::from_millis(200);
        let limit = self.board.patience();
        let wait = |is_there: &dyn Fn(&Wire) -> bool| {
            let found = |wire: &mut Wire| {
                let is_over = wire.end().is_some() || is_there(wire);
                is_over.then(|| wire.unread().to_vec())
            };
            self.board.wait(limit, || self.board.with_wire(self.wire, found))
        };
        let first = wait(&|wire| !wire.unread().is_empty())?.unwrap_or_default();
        if first.is_empty() {
            return Ok(());
        }
        let all = wait(&|wire| wholes(wire.unread()) > 0)?.unwrap_or_default();
        let segments = self.segments().filter(|_| self.board.most_held_up() < SENT_AGAIN);
        let is_written_apart = match (before.0, segments) {
            (Some(before), Some(now)) => now.saturating_sub(before) as usize > wholes(&all),
            _ => wholes(&first) == 0,
        };
        if wholes(&all) == 0 || !is_written_apart {
            return Ok(());
        }
        let apart = match std::str::from_utf8(&first) {
            _ if wholes(&first) > 0 => "a part of it".to_string(), // all was there when it was looked for
            Ok(text) if !text.contains('\0') => format!("{} came first: the rest", quoted(text)),
            _ => format!("the bytes {} came first: the rest", hex(&first)),
        };
        self.fails(format!("expected {expected} in one piece, but {apart} was written apart"))
    }
}

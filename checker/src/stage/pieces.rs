//! Whether what a peer hears was written in one piece. Two small writes one after the other travel in two packets, and
//! the sender's system keeps the second back until the first is acknowledged (RFC 896).

use crate::sandbox::sockets;
use crate::stage::peer::Peer;
use crate::stage::show::{hex, quoted};
use crate::stage::stop::{Scene, Stop};
use crate::stage::wire::Wire;

impl Peer {
    /// From now on, what the other side writes in two small pieces comes in two: see [`Peer::hears_in_one_piece`].
    pub fn acknowledges_late(&self) {
        self.board.with_socket(self.wire, sockets::acknowledge_late);
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

    /// Makes sure that what comes next is whole in its first piece, and leaves it to be heard. `expected` says what it is.
    /// If nothing comes, that is for another check to say.
    pub fn hears_in_one_piece(&self, expected: &str, is_whole: impl Fn(&[u8]) -> bool) -> Scene {
        let first_piece = |wire: &mut Wire| {
            let is_there = !wire.unread().is_empty() || wire.end().is_some();
            is_there.then(|| wire.unread().to_vec())
        };
        let limit = self.board.patience();
        let piece = self.board.wait(limit, || self.board.with_wire(self.wire, first_piece))?;
        let piece = piece.unwrap_or_default();
        if piece.is_empty() || is_whole(&piece) {
            return Ok(());
        }
        let rest = |wire: &mut Wire| (wire.unread().len() > piece.len()).then_some(());
        if self.board.wait(limit / 4, || self.board.with_wire(self.wire, rest))?.is_none() {
            return Ok(());
        }
        let shown = match std::str::from_utf8(&piece) {
            Ok(text) if !text.contains('\0') => quoted(text),
            _ => format!("the bytes {}", hex(&piece)),
        };
        self.fails(format!(
            "expected {expected} in one piece, but {shown} came first: the rest was written apart"
        ))
    }
}

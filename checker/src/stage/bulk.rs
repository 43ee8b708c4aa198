//! Much that a peer hears at once, of which only the amount matters.

use std::time::Duration;

use crate::stage::peer::Peer;
use crate::stage::stop::Stop;
use crate::stage::wire::Wire;

impl Peer {
    /// Waits until at least so many bytes have come, and takes all that has. `false`: they did not within `limit`. A
    /// message without a line break is whole only when nothing follows for a while, and this is too long in bulk.
    pub fn hears_bytes(&self, count: usize, limit: Duration) -> Result<bool, Stop> {
        let have_come = |wire: &mut Wire| {
            let have_come = wire.unread().len() >= count;
            (have_come || wire.end().is_some()).then(|| {
                wire.take_all();
                have_come
            })
        };
        let came = self.board.wait(limit, || self.board.with_wire(self.wire, have_come))?;
        Ok(came == Some(true))
    }

    /// Takes all that has come.
    pub fn passes_over(&self) {
        self.board.with_wire(self.wire, Wire::take_all);
    }
}

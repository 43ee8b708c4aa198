//! Much that a peer hears at once, of which only the amount matters.

use std::time::Duration;

use crate::stage::peer::Peer;
use crate::stage::stop::Stop;
use crate::stage::wire::Wire;

impl Peer {
    /// Waits until so many of this letter have come, in whatever lines, and takes all that has. `false`: they did not within
    /// `limit`. A message without a line break is whole only when nothing follows for a while, and this is too long in
    /// bulk.
    pub fn hears_letters(&self, letter: u8, count: usize, limit: Duration) -> Result<bool, Stop> {
        let mut heard = 0;
        let mut have_come = |wire: &mut Wire| {
            let has_ended = wire.end().is_some(); // nothing comes behind it
            heard += wire.take_all().into_iter().filter(|byte| *byte == letter).count();
            (heard >= count || has_ended).then_some(heard >= count)
        };
        let come = self.board.wait(limit, || self.board.with_wire(self.wire, &mut have_come))?;
        Ok(come == Some(true))
    }

    /// Takes all that has come.
    pub fn passes_over(&self) {
        self.board.with_wire(self.wire, Wire::take_all);
    }
}

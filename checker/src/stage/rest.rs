//! Whether the programs on the board are at work, or wait for something.

use std::time::Duration;

use crate::sandbox::census;
use crate::stage::board::Board;
use crate::stage::player::Player;
use crate::stage::stop::Stop;
use crate::stage::wire::MOST;

impl Board {
    /// Waits until all programs rest: for a moment, all of their threads wait for something. `false`: they are at
    /// work all the time, as those who ask again and again whether there is something to do. Where the system
    /// does not tell (elsewhere than on Linux), they rest.
    pub fn comes_to_rest(&self, limit: Duration) -> Result<bool, Stop> {
        const LOOKS: usize = 10;
        // So much work is not chance. On a busy machine, somebody may wait for long to do a little.
        const MUCH: Duration = Duration::from_millis(30);
        let before = self.worked();
        let mut at_rest = 0;
        let is_decided = || {
            at_rest = if self.is_busy() == Some(true) { 0 } else { at_rest + 1 };
            (at_rest == LOOKS || self.is_flooded()).then_some(())
        };
        let is_decided = self.wait(limit, is_decided)?.is_some();
        Ok(is_decided || self.worked() < before + MUCH)
    }

    /// How long all programs have been at work so far.
    fn worked(&self) -> Duration {
        let players = self.players.borrow();
        players.iter().flat_map(Player::family).filter_map(census::worked).sum()
    }

    /// Whether somebody prints without end: it is not worth while to wait for it.
    fn is_flooded(&self) -> bool {
        self.wires.borrow().iter().any(|wire| wire.unread().len() > MOST / 4)
    }

    /// Whether a thread of a program is at work now, where the system tells (Linux).
    pub fn is_busy(&self) -> Option<bool> {
        let players = self.players.borrow();
        players.iter().flat_map(Player::family).filter_map(census::is_busy).max()
    }
}

//! Whether the programs on the board are at work, or wait for something.

use std::time::Duration;

use crate::sandbox::census::{self, State, Work};
use crate::stage::board::Board;
use crate::stage::player::Player;
use crate::stage::stop::{Scene, Stop};
use crate::stage::wire::MOST;

impl Board {
    /// Waits until all programs rest: for a moment, all of their threads wait for something. `false`: they are at
    /// work all the time, as those who ask again and again whether there is something to do, or print without end.
    /// Where the system does not tell (elsewhere than on Linux), they rest.
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
        Ok(!self.is_flooded() && (is_decided || self.worked() < before + MUCH))
    }

    /// Lets programs finish what they are at, if it takes a moment.
    pub fn settle(&self) -> Scene {
        const MOMENT: Duration = Duration::from_millis(300);
        self.comes_to_rest(self.patient(MOMENT)).map(drop)
    }

    /// How long all programs have been at work so far.
    fn worked(&self) -> Duration {
        let players = self.players.borrow();
        players.iter().flat_map(Player::family).filter_map(census::worked).sum()
    }

    /// How long the threads that the programs have now had a processor, as exactly as the system tells.
    fn ran(&self) -> Duration {
        let players = self.players.borrow();
        let work = players.iter().flat_map(Player::family).flat_map(census::work_of);
        work.map(|(_, work)| work.ran).sum()
    }

    /// Whether somebody prints without end: it is not worth while to wait for it.
    pub(super) fn is_flooded(&self) -> bool {
        self.flooder().is_some()
    }

    /// Somebody who prints or sends without end, and since when.
    pub(super) fn flooder(&self) -> Option<(String, Duration)> {
        let wires = self.wires.borrow();
        let wire = wires.iter().find(|wire| wire.unread().len() > MOST / 4)?;
        let since = wire.unread_since()?.elapsed();
        Some((wire.sender.clone(), self.clock.elapsed().saturating_sub(since)))
    }

    /// Looks at what the programs' threads have done, and comes to all whose waiting for a processor is to be
    /// forgiven; and whether one of them waits for the disk. A program that has been using the processor for long, in
    /// silence, waits for nothing else; all the more if that began when somebody left, or an earlier scene has seen it too.
    pub(super) fn looks_at_work(&self) -> (Vec<(i32, Work)>, bool) {
        const LONG: Duration = Duration::from_secs(1);
        const LONG_IF_KNOWN: Duration = Duration::from_millis(400);
        let is_known = self.in_vain.is_spinning();
        let (now, is_silent) = (self.clock.elapsed(), self.is_silent.replace(true));
        let (mut all, mut waits_for_disk) = (Vec::new(), false);
        for player in self.players.borrow_mut().iter_mut() {
            let mut family = player.family();
            family.insert(player.process.leader() as i32); // it tells how the program has ended
            let work: Vec<(i32, Work)> =
                family.iter().flat_map(|member| census::work_of(*member)).collect();
            waits_for_disk |= work.iter().any(|(_, work)| work.state == State::ForDisk);
            player.spin.look(now, &work, is_silent);
            let is_explained =
                || player.spin.began().is_some_and(|began| self.parting(&began).is_some());
            let long = if is_known || is_explained() { LONG_IF_KNOWN } else { LONG };
            if player.spin.ran() < self.patient(long) {
                all.extend(work);
            }
        }
        (all, waits_for_disk)
    }

    /// Remembers that somebody leaves now, in words: what a program does next may come of it. But not if one was at
    /// work before.
    pub fn parts(&self, words: &str, rested: bool) {
        if rested {
            self.partings.borrow_mut().push((self.clock.elapsed(), words.to_string()));
        }
    }

    /// Whether the programs rest at the moment, or do when they have done a little more: what a scene does next must not be
    /// put off. Who waits for a processor is waited for: they may have nothing to do but to wait for something again.
    pub fn rests_now(&self) -> bool {
        const LITTLE: Duration = Duration::from_millis(2);
        const LONGEST: Duration = Duration::from_millis(200);
        let before = self.ran();
        let is_decided = || match self.is_busy() {
            Some(true) => (self.ran() >= before + LITTLE).then_some(false),
            Some(false) | None => Some(true),
        };
        self.wait(LONGEST, is_decided).ok().flatten() == Some(true) // if the scene is over, it will be told soon enough
    }

    /// Whether it is in vain to wait any longer: an earlier scene has waited in vain for a program that used the
    /// processor all the time, and so does one of these.
    pub(super) fn is_in_vain(&self, waited: Duration) -> bool {
        const LONG_ENOUGH: Duration = Duration::from_millis(500);
        const MUCH: Duration = Duration::from_millis(400);
        let spins = |player: &Player| player.spin.ran() > self.patient(MUCH);
        self.in_vain.is_spinning()
            && waited > self.patient(LONG_ENOUGH)
            && self.players.borrow().iter().any(spins)
    }

    /// Whether a thread of a program is at work now, where the system tells (Linux).
    pub fn is_busy(&self) -> Option<bool> {
        let players = self.players.borrow();
        players.iter().flat_map(Player::family).filter_map(census::is_at_work).max()
    }
}

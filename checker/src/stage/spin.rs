//! Whether a program uses the processor all the time, as a loop does that asks again and again for what does not come.

use std::collections::HashMap;
use std::ops::Range;
use std::time::Duration;

use crate::sandbox::census::{State, Work};

/// How much time a look is about, at least: what the system tells comes a moment late.
const WINDOW: Duration = Duration::from_millis(100);

/// How much it is about at most.
const LONGEST_WINDOW: Duration = Duration::from_secs(1);

/// The part of a window in which a program that uses the processor all the time is ready to run, at least.
const MOST: f64 = 0.6;

/// What is known of one program, from looks that come again and again.
#[derive(Debug, Default)]
pub(super) struct Spin {
    looked: Option<Duration>, // on the scene's clock; none before the first look
    work: HashMap<i32, Work>, // of each thread, at the last look
    began: Option<Range<Duration>>,
    ran: Duration, // in silence, since then
}

impl Spin {
    /// Takes note of what its threads have done by `now`. `is_silent`: since the last look, nothing was sent to
    /// anybody, or has come. How long a thread that is ready to run has waited for a processor is only known when it has
    /// got one.
    pub(super) fn look(&mut self, now: Duration, work: &[(i32, Work)], is_silent: bool) {
        let first = Duration::ZERO;
        let window = self.looked.unwrap_or(first)..now;
        if self.looked.is_some() && window.end.saturating_sub(window.start) < WINDOW {
            self.ran = if is_silent { self.ran } else { Duration::ZERO };
            return;
        }
        let is_first = self.looked.is_none();
        let (mut ran, mut ready) = (Duration::ZERO, Duration::ZERO);
        for (thread, after) in work {
            let before = self.work.get(thread).copied().unwrap_or_default();
            ran += after.ran.saturating_sub(before.ran);
            ready += after.waited.saturating_sub(before.waited);
        }
        ready += ran;
        let is_ready = work.iter().any(|(_, work)| work.state == State::Ready);
        let length = window.end.saturating_sub(window.start);
        let has_rested = is_first || ready < length.mul_f64(MOST);
        if has_rested && !is_first && length < LONGEST_WINDOW && is_ready {
            return; // the window goes on
        }
        self.looked = Some(now);
        self.work = work.iter().copied().collect();
        if has_rested {
            (self.began, self.ran) = (None, Duration::ZERO);
            return;
        }
        self.began.get_or_insert(window);
        self.ran = if is_silent { self.ran + ran } else { Duration::ZERO };
    }

    /// When it began to use the processor all the time, if it does: some time in this range.
    pub(super) fn began(&self) -> Option<Range<Duration>> {
        self.began.clone()
    }

    /// How long it has had a processor since, while nothing was sent to anybody, or has come.
    pub(super) fn ran(&self) -> Duration {
        self.ran
    }
}

#[cfg(test)]
mod tests {
    use super::State::{Other, Ready};
    use super::*;

    const MS: fn(u64) -> Duration = Duration::from_millis;

    fn work(ran: u64, waited: u64, state: State) -> [(i32, Work); 1] {
        [(7, Work { ran: MS(ran), waited: MS(waited), turns: 1, state })]
    }

    #[test]
    fn a_program_that_is_ready_to_run_all_the_time_spins_even_if_others_have_the_processor() {
        let mut spin = Spin::default();
        spin.look(MS(1000), &work(5, 0, Other), true);
        spin.look(MS(1100), &work(5, 0, Other), true);
        assert_eq!(spin.began(), None, "it rests");
        spin.look(MS(1200), &work(30, 75, Other), true);
        spin.look(MS(1300), &work(55, 150, Other), true);
        assert_eq!((spin.began(), spin.ran()), (Some(MS(1100)..MS(1200)), MS(50)));
        spin.look(MS(1400), &work(55, 150, Ready), true);
        assert_eq!(spin.began(), Some(MS(1100)..MS(1200)), "it is ready to run");
        spin.look(MS(1500), &work(90, 315, Ready), true);
        assert_eq!(spin.began(), Some(MS(1100)..MS(1200)), "it has waited");
        spin.look(MS(1600), &work(90, 315, Other), true);
        assert_eq!((spin.began(), spin.ran()), (None, MS(0)), "it rests again");
    }

    #[test]
    fn what_it_runs_counts_only_while_nothing_comes() {
        let mut spin = Spin::default();
        spin.look(MS(0), &work(0, 0, Other), true);
        spin.look(MS(100), &work(100, 0, Other), true);
        spin.look(MS(150), &work(150, 0, Other), false);
        spin.look(MS(200), &work(200, 0, Other), true);
        assert_eq!((spin.began(), spin.ran()), (Some(MS(0)..MS(100)), MS(100)));
    }
}

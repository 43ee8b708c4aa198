//! Those who want to say something while the log is full, and how long they wait for whom.
//!
//! There are no sockets here, and no locks: the [room](super) keeps a queue in its state, and asks it. Whoever comes
//! first goes first, so that a flood cannot overtake a single line. The first one looks a few times a second whether
//! those that it waits for get on, and if they do not, it has no more patience, and the room removes them.
//!
//! Why this rate, this window and no other rule is in `docs/room.md`.

use std::collections::VecDeque;
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use super::log::LONGEST;

/// How often the first one looks, if it is not woken before.
pub const LOOK: Duration = Duration::from_millis(50);

/// How much everybody must have got before the patience of those who wait is over, in bytes of the log.
pub const LEAST: u64 = LONGEST as u64 / 2;

/// How long those who wait have patience. Together with [`LEAST`] this makes a log's length a second.
pub const PATIENCE: Duration = Duration::from_millis(500);

/// The threads that wait, in the order in which they have come.
#[derive(Default)]
pub struct Queue {
    threads: VecDeque<Thread>,
}

impl Queue {
    /// Whether nobody waits.
    pub fn is_empty(&self) -> bool {
        self.threads.is_empty()
    }

    /// Puts the calling thread at the end. It then parks, and may be woken for nothing.
    pub fn enter(&mut self) {
        self.threads.push_back(thread::current());
    }

    /// Whether the calling thread is the first.
    pub fn is_mine(&self) -> bool {
        self.threads.front().is_some_and(|first| first.id() == thread::current().id())
    }

    /// Lets the first one go. The next wakes by itself to look, if nobody wakes it before.
    pub fn leave(&mut self) {
        self.threads.pop_front();
    }

    /// Wakes the first one.
    pub fn wake(&self) {
        if let Some(first) = self.threads.front() {
            first.unpark();
        }
    }
}

/// How long others have waited, and how much everybody has got meanwhile.
///
/// Only time in which somebody waits counts, and of the time between two looks not more than [`LOOK`]. So a process
/// that was stopped, or a machine that is busy, uses up nobody's patience.
#[derive(Default)]
pub struct Patience {
    since: u64, // what everybody had got when this began: bytes of the log
    waited: Duration,
    last_look: Option<Instant>,
}

impl Patience {
    /// Takes a look. `got` says how many bytes of the log everybody has got since the room began.
    pub fn look(&mut self, got: u64, now: Instant) {
        if got >= self.goal() {
            *self = Patience { since: got, ..Patience::default() };
        }
        if let Some(last) = self.last_look {
            self.waited += now.saturating_duration_since(last).min(LOOK);
        }
        self.last_look = Some(now);
    }

    /// From now on nobody waits, until the next look.
    pub fn rest(&mut self) {
        self.last_look = None;
    }

    /// Whether those who have not reached the goal are to be removed.
    pub fn is_over(&self) -> bool {
        self.waited >= PATIENCE
    }

    /// What everybody must have got before the patience is over, in bytes since the room began.
    pub fn goal(&self) -> u64 {
        self.since + LEAST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_comes_first_goes_first() {
        let mut queue = Queue::default();
        assert!(queue.is_empty() && !queue.is_mine());
        thread::scope(|scope| {
            let other = scope.spawn(thread::park);
            queue.threads.push_back(other.thread().clone());
            queue.enter();
            assert!(!queue.is_mine(), "somebody was here before");
            queue.wake();
        });
        queue.leave();
        assert!(queue.is_mine());
        queue.leave();
        assert!(queue.is_empty());
    }

    #[test]
    fn who_was_woken_before_it_parks_does_not_sleep() {
        let mut queue = Queue::default();
        queue.enter();
        queue.wake();
        thread::park(); // or this test would not end
    }

    /// Looks once at each of these times, in milliseconds, while everybody has got so much.
    fn looks(patience: &mut Patience, start: Instant, times: &[u64], got: u64) {
        for time in times {
            patience.look(got, start + Duration::from_millis(*time));
        }
    }

    #[test]
    fn patience_is_over_after_half_a_second_in_which_too_little_was_got() {
        let (mut patience, start) = (Patience::default(), Instant::now());
        looks(&mut patience, start, &[0, 50, 100, 150, 200, 250, 300, 350, 400, 450], 1000);
        assert!(!patience.is_over());
        looks(&mut patience, start, &[500], LEAST - 1);
        assert!(patience.is_over());
    }

    #[test]
    fn patience_is_renewed_when_everybody_has_got_half_a_log() {
        let (mut patience, start) = (Patience::default(), Instant::now());
        assert_eq!(patience.goal(), LEAST);
        looks(&mut patience, start, &[0, 50, 100, 150, 200, 250, 300, 350, 400, 450], 0);
        looks(&mut patience, start, &[500], LEAST + 7);
        assert!(!patience.is_over());
        assert_eq!(patience.goal(), 2 * LEAST + 7);
    }

    #[test]
    fn of_the_time_between_two_looks_little_counts() {
        let (mut patience, start) = (Patience::default(), Instant::now());
        looks(&mut patience, start, &[0, 60_000, 120_000, 180_000], 0);
        assert_eq!(patience.waited, 3 * LOOK, "the process was stopped meanwhile");
    }

    #[test]
    fn time_in_which_nobody_waits_does_not_count() {
        let (mut patience, start) = (Patience::default(), Instant::now());
        looks(&mut patience, start, &[0, 30], 0);
        patience.rest();
        looks(&mut patience, start, &[70, 80], 0);
        assert_eq!(patience.waited, Duration::from_millis(40));
    }

    #[test]
    fn looks_in_quick_succession_count_no_more_than_the_time_between_them() {
        let (mut patience, start) = (Patience::default(), Instant::now());
        (0..400).for_each(|time| looks(&mut patience, start, &[time], 0));
        assert_eq!(patience.waited, Duration::from_millis(399));
    }
}

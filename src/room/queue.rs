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

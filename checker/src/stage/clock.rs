//! A scene's clock, which forgives a program that the machine was too busy to run.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::sandbox::census::{self, State, Work};

/// How often it is looked at, at most, who had to wait.
const OFTEN: Duration = Duration::from_millis(50);

/// Anyone who waited for less did not really wait.
const HARDLY: Duration = Duration::from_millis(5);

/// The time since a scene began. It stands still while a thread in it is ready to go on, but others have the
/// processors, or the disk.
pub struct Clock {
    began: Cell<Instant>,
    lost: Cell<Duration>,
    longest_wait: Cell<Duration>,
    looked: Cell<Instant>,
    work: RefCell<HashMap<i32, Seen>>, // by thread
}

/// What was seen of a thread at the last look.
#[derive(Clone, Copy, Default)]
struct Seen {
    /// What it had done by then.
    work: Work,
    /// For how long it had been waiting for a processor by then, as far as that was seen.
    waits: Duration,
}

impl Default for Clock {
    fn default() -> Clock {
        Clock::new()
    }
}

impl Clock {
    /// A clock that begins now.
    pub fn new() -> Clock {
        let now = Instant::now();
        let work = census::work_of_this_thread().into_iter();
        Clock {
            began: Cell::new(now),
            lost: Cell::default(),
            longest_wait: Cell::default(),
            looked: Cell::new(now),
            work: RefCell::new(
                work.map(|(id, work)| (id, Seen { work, ..Seen::default() })).collect(),
            ),
        }
    }

    /// A clock that began a while ago, and has forgiven some of that.
    #[cfg(test)]
    pub(super) fn that_began(ago: Duration, forgiven: Duration) -> Clock {
        let clock = Clock::new();
        clock
            .began
            .set(Instant::now().checked_sub(ago).expect("a time since the system was started"));
        clock.lost.set(forgiven);
        clock
    }

    /// Begins now, after all.
    pub fn begin_again(&self) {
        self.began.set(Instant::now());
        self.lost.set(Duration::ZERO);
    }

    /// When it began.
    pub fn began(&self) -> Instant {
        self.began.get()
    }

    /// What the clock says. It never goes slower than a tenth of other clocks: a program with many busy threads
    /// keeps itself waiting.
    pub fn time(&self) -> Duration {
        self.elapsed().saturating_sub(self.lost.get()).max(self.elapsed() / 10)
    }

    /// What another clock, without forgiveness, would say.
    pub fn elapsed(&self) -> Duration {
        self.began.get().elapsed()
    }

    /// The longest time that a thread in the scene had to wait for a processor, between two looks on average, since this
    /// was last asked.
    pub fn take_longest_wait(&self) -> Duration {
        self.longest_wait.take()
    }

    /// The same, which may be asked again.
    pub fn longest_wait(&self) -> Duration {
        self.longest_wait.get()
    }

    /// Whether it is time to look who had to wait.
    pub fn is_to_look(&self) -> bool {
        self.looked.get().elapsed() >= OFTEN
    }

    /// Sets the clock back by the time since this was last called in which one of these threads, or the one that asks, had
    /// to wait for a processor. Where one waits for another, all their waits count, as far as there was time for them in
    /// which nobody was at work; and the longest in any case, which may have begun before. The system tells how long a
    /// thread has waited when it gets a processor, but one may end before the next look: if it was ready to run at the last
    /// look, and has not run since, it has waited all the while. `waits_for_disk`: one of them does now, and so it is taken
    /// to have done all the while. Returns whether anybody had to.
    pub fn forgive(
        &self,
        threads: impl Iterator<Item = (i32, Work)>,
        waits_for_disk: bool,
    ) -> bool {
        let since = self.looked.replace(Instant::now()).elapsed();
        let mut before = self.work.borrow_mut();
        let for_disk = if waits_for_disk { since } else { Duration::ZERO };
        let (mut all, mut longest, mut ran) = (Duration::ZERO, for_disk, Duration::ZERO);
        for (thread, work) in threads.chain(census::work_of_this_thread()) {
            let Seen { work: earlier, waits } = before.get(&thread).copied().unwrap_or_default();
            let still_waits = work == earlier && work.state == State::Ready;
            let waits_now = if still_waits { waits + since } else { Duration::ZERO };
            before.insert(thread, Seen { work, waits: waits_now });
            let told = work.waited.saturating_sub(earlier.waited);
            let waited = if still_waits { since } else { told.saturating_sub(waits) };
            (all, longest) = (all + waited, longest.max(waited));
            ran += work.ran.saturating_sub(earlier.ran);
            let turns = work.turns.saturating_sub(earlier.turns).max(1);
            let for_a_turn = waits_now.max(told / turns);
            self.longest_wait.set(self.longest_wait.get().max(for_a_turn));
        }
        self.lost.set(self.lost.get() + longest.max(all.min(since.saturating_sub(ran))));
        longest > HARDLY
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::process;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread;

    use super::*;

    #[test]
    fn the_clock_stands_still_while_there_are_more_threads_at_work_than_processors() {
        const LONG_ENOUGH: Duration = Duration::from_secs(10);
        let clock = Clock::new();
        let is_forgiven = AtomicBool::new(false);
        let began = clock.began.get();
        let goes_on = || !is_forgiven.load(Ordering::Relaxed) && began.elapsed() < LONG_ENOUGH;
        let processors = thread::available_parallelism().expect("a number").get();
        thread::scope(|scope| {
            for _ in 0..processors * 2 {
                scope.spawn(|| while goes_on() {});
            }
            while goes_on() {
                let own = || census::work_of(process::id() as i32).into_iter();
                let forgiven = clock.is_to_look() && clock.forgive(own(), false);
                is_forgiven.store(forgiven, Ordering::Relaxed);
                thread::yield_now();
            }
        });
        assert!(is_forgiven.into_inner());
        assert!(clock.time() + HARDLY < clock.elapsed());
    }

    #[test]
    fn the_longest_wait_is_that_for_one_turn() {
        const MS: fn(u64) -> Duration = Duration::from_millis;
        let work = |waited, turns| {
            [(-1, Work { ran: MS(9), waited, turns, state: State::Other })].into_iter()
        };
        let clock = Clock::new();
        clock.forgive(work(MS(0), 10), false);
        clock.take_longest_wait(); // this thread's own, until now
        clock.forgive(work(MS(100_000), 14), false); // longer than this thread can have waited
        assert_eq!(clock.take_longest_wait(), MS(25_000));
        assert_eq!(clock.take_longest_wait(), Duration::ZERO);
    }

    #[test]
    fn who_still_waits_is_forgiven_and_only_once() {
        const MS: fn(u64) -> Duration = Duration::from_millis;
        let work = |waited, turns, state| {
            [(-1, Work { ran: MS(9), waited: MS(waited), turns, state })].into_iter()
        };
        let clock = Clock::that_began(MS(20_000), MS(0));
        let after_1_s = |work| {
            clock.looked.set(Instant::now().checked_sub(MS(1000)).expect("a time"));
            clock.lost.set(MS(0));
            clock.forgive(work, false);
            clock.lost.get()
        };
        after_1_s(work(0, 4, State::Other));
        assert!(after_1_s(work(0, 4, State::Ready)) < MS(500), "it may just have become ready");
        clock.take_longest_wait();
        assert!(after_1_s(work(0, 4, State::Ready)) >= MS(1000), "it has not run since");
        assert!(after_1_s(work(0, 4, State::Ready)) >= MS(1000));
        assert!(clock.take_longest_wait() >= MS(2000));
        let forgiven = after_1_s(work(2700, 5, State::Other)); // now it is told, with the time before the first look
        assert!((MS(500)..MS(900)).contains(&forgiven), "{forgiven:?}");
        assert!(after_1_s(work(2700, 5, State::Other)) < MS(500), "it rests");
        after_1_s(work(2700, 6, State::Ready));
        assert!(after_1_s(work(2700, 7, State::Ready)) < MS(500), "it has run since");
    }

    #[test]
    fn who_waits_for_one_that_waits_is_forgiven_for_both() {
        const MS: fn(u64) -> Duration = Duration::from_millis;
        let work = |waited, ran| {
            let (ran, waited) = (MS(ran), MS(waited));
            let work = Work { ran, waited, turns: 1, state: State::Other };
            [(-1, work), (-2, work)].into_iter()
        };
        let clock = Clock::that_began(MS(10_000), MS(0));
        clock.forgive(work(0, 0), false);
        let goes_on_for_5_s = || {
            clock.looked.set(Instant::now().checked_sub(MS(5000)).expect("a time"));
            clock.lost.set(MS(0));
        };
        goes_on_for_5_s();
        clock.forgive(work(2000, 0), false);
        assert!(clock.lost.get() >= MS(4000), "{:?}", clock.lost);
        goes_on_for_5_s();
        clock.forgive(work(102_000, 0), false);
        assert!(clock.lost.get() < MS(200_000), "no longer than the longest: {:?}", clock.lost);
        goes_on_for_5_s();
        clock.forgive(work(104_000, 100_000), false);
        assert_eq!(clock.lost.get(), MS(2000), "they were at work for all the rest");
        goes_on_for_5_s();
        clock.forgive(work(104_000, 100_000), true);
        assert!(clock.lost.get() >= MS(5000), "one waits for the disk: {:?}", clock.lost);
    }
}

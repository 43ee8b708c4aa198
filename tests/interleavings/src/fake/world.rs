//! The world of one execution: who is awake, what the sockets have taken, and what time it is.
//!
//! Time passes only when every thread sleeps: then the clock goes to the next deadline. So in this world a thread
//! that has something to do is never late, and who is removed for being late has really not read.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::PoisonError;
use std::time::Duration;

use shuttle::rand::{Rng, thread_rng};
use shuttle::sync::{Condvar, Mutex, MutexGuard};
use shuttle::thread::{ThreadId, current};

use crate::fake::net::Socket;

/// How often time may pass in one execution. It goes on forever if somebody waits in vain.
const MOST_TICKS: usize = 400;

thread_local! {
    // All threads of an execution share one of the system's threads.
    static WORLD: RefCell<Option<Arc<World>>> = const { RefCell::new(None) };
}

/// Why a thread sleeps.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reason {
    /// It has parked.
    Parked,
    /// It waits until this socket takes more.
    Socket(usize),
    /// It waits until nothing more happens.
    Quiet,
}

struct Sleeper {
    thread: ThreadId,
    reason: Reason,
    deadline: Option<Duration>,
}

struct Inner {
    now: Duration,
    ticks: usize,
    threads: usize, // that have begun and not ended
    awake: usize,   // how many do not sleep, with the one that plays the scenario
    sleepers: Vec<Sleeper>,
    tokens: Vec<ThreadId>,    // of those who were unparked before they parked
    slept_out: Vec<ThreadId>, // whose last park ended with its deadline
    sockets: Vec<Socket>,
}

/// See above.
pub struct World {
    inner: Mutex<Inner>,
    changed: Condvar,
}

impl World {
    /// Begins a new world, for an execution.
    pub fn begin() -> Arc<World> {
        let inner = Inner {
            now: Duration::ZERO,
            ticks: 0,
            threads: 0,
            awake: 1, // the one that plays the scenario
            sleepers: Vec::new(),
            tokens: Vec::new(),
            slept_out: Vec::new(),
            sockets: Vec::new(),
        };
        let world = Arc::new(World { inner: Mutex::new(inner), changed: Condvar::new() });
        WORLD.set(Some(Arc::clone(&world)));
        world
    }

    /// The world of this execution.
    pub fn current() -> Arc<World> {
        WORLD.with_borrow(|world| world.clone()).expect("a world has begun")
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What time it is.
    pub fn now(&self) -> Duration {
        self.lock().now
    }

    /// Whether nobody has woken the calling thread when it parked last: it has slept until its deadline.
    pub fn has_slept_out(&self) -> bool {
        self.lock().slept_out.contains(&current().id())
    }

    /// How many threads there are, apart from the one that plays the scenario.
    pub fn threads(&self) -> usize {
        self.lock().threads
    }

    /// The scheduler's choice of a number below `count`.
    pub fn chooses(&self, count: usize) -> usize {
        thread_rng().gen_range(0..count)
    }

    /// A thread is about to begin.
    pub fn adds_thread(&self) {
        let mut inner = self.lock();
        inner.threads += 1;
        inner.awake += 1;
    }

    /// A thread has ended.
    pub fn loses_thread(&self) {
        let mut inner = self.lock();
        inner.threads -= 1;
        inner.awake -= 1;
        self.goes_on(&mut inner);
    }

    /// Another connection. It is known by its number.
    pub fn adds_socket(&self, socket: Socket) -> usize {
        let mut inner = self.lock();
        inner.sockets.push(socket);
        inner.sockets.len() - 1
    }

    /// Does something with a socket, at a time.
    pub fn with_socket<T>(&self, id: usize, act: impl FnOnce(&mut Socket, Duration) -> T) -> T {
        let mut inner = self.lock();
        let now = inner.now;
        act(&mut inner.sockets[id], now)
    }

    /// Sleeps until somebody wakes it, or the deadline.
    pub fn sleep(&self, reason: Reason, deadline: Option<Duration>) {
        self.sleep_unless(reason, |_, _| Ok(deadline));
    }

    /// Sleeps, but not if there is no need to. The choice and the sleep are one step.
    pub fn sleep_unless(
        &self,
        reason: Reason,
        until: impl FnOnce(Duration, &[Socket]) -> Result<Option<Duration>, ()>,
    ) {
        let thread = current().id();
        let mut inner = self.lock();
        let Ok(deadline) = until(inner.now, &inner.sockets) else { return };
        if reason == Reason::Parked {
            inner.slept_out.retain(|other| *other != thread);
            if let Some(index) = inner.tokens.iter().position(|token| *token == thread) {
                inner.tokens.swap_remove(index);
                return;
            }
        }
        inner.sleepers.push(Sleeper { thread, reason, deadline });
        inner.awake -= 1;
        self.goes_on(&mut inner);
        while inner.sleepers.iter().any(|sleeper| sleeper.thread == thread) {
            inner = self.changed.wait(inner).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Waits until all threads have ended, or sleep without a deadline.
    pub fn waits_for_quiet(&self) {
        self.sleep(Reason::Quiet, None);
    }

    /// Wakes those who sleep for this reason.
    pub fn wake(&self, reason: Reason) {
        let mut inner = self.lock();
        self.wake_those(&mut inner, |sleeper| sleeper.reason == reason);
    }

    /// Wakes a thread that has parked, or lets it pass the next time.
    pub fn unpark(&self, thread: ThreadId) {
        let mut inner = self.lock();
        let is_meant =
            |sleeper: &Sleeper| sleeper.thread == thread && sleeper.reason == Reason::Parked;
        if self.wake_those(&mut inner, is_meant) == 0 && !inner.tokens.contains(&thread) {
            inner.tokens.push(thread);
        }
    }

    fn wake_those(&self, inner: &mut Inner, is_meant: impl Fn(&Sleeper) -> bool) -> usize {
        let before = inner.sleepers.len();
        inner.sleepers.retain(|sleeper| !is_meant(sleeper));
        let woken = before - inner.sleepers.len();
        inner.awake += woken;
        self.changed.notify_all();
        woken
    }

    /// When nobody is awake: time passes, until the next deadline. If there is none, it is quiet.
    fn goes_on(&self, inner: &mut Inner) {
        if inner.awake > 0 {
            return;
        }
        let Some(next) = inner.sleepers.iter().filter_map(|sleeper| sleeper.deadline).min() else {
            self.wake_those(inner, |sleeper| sleeper.reason == Reason::Quiet);
            return;
        };
        inner.now = inner.now.max(next);
        inner.ticks += 1;
        assert!(inner.ticks <= MOST_TICKS, "somebody waits in vain");
        let is_due = |sleeper: &Sleeper| sleeper.deadline.is_some_and(|deadline| deadline <= next);
        let parked = |sleeper: &&Sleeper| sleeper.reason == Reason::Parked && is_due(sleeper);
        let slept_out: Vec<_> =
            inner.sleepers.iter().filter(parked).map(|sleeper| sleeper.thread).collect();
        inner.slept_out.extend(slept_out);
        self.wake_those(inner, is_due);
    }
}

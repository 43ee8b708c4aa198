//! Threads that the world knows of, so that it can tell when nobody has anything to do.

use std::io;
use std::time::Duration;

use crate::fake::world::{Reason, World};

pub use shuttle::thread::{Scope, scope};

/// Which thread it is.
pub type ThreadId = shuttle::thread::ThreadId;

/// A thread, to be woken.
#[derive(Clone, Debug)]
pub struct Thread {
    id: ThreadId,
}

impl Thread {
    /// Its id.
    pub fn id(&self) -> ThreadId {
        self.id
    }

    /// Wakes it, or lets it pass the next time that it parks.
    pub fn unpark(&self) {
        World::current().unpark(self.id);
    }
}

/// The calling thread.
pub fn current() -> Thread {
    Thread { id: shuttle::thread::current().id() }
}

/// Sleeps until it is woken, or the time is over.
pub fn park_timeout(limit: Duration) {
    let world = World::current();
    let deadline = world.now() + limit;
    world.sleep(Reason::Parked, Some(deadline));
}

/// How a thread is started.
#[derive(Default)]
pub struct Builder;

impl Builder {
    /// As the standard library's.
    pub fn new() -> Builder {
        Builder
    }

    /// Names are not needed here.
    pub fn name(self, _name: String) -> Builder {
        self
    }

    /// All stacks are the same here.
    pub fn stack_size(self, _bytes: usize) -> Builder {
        self
    }

    /// Starts a thread that is waited for.
    ///
    /// # Errors
    /// None here.
    pub fn spawn_scoped<'scope>(
        self,
        scope: &'scope Scope<'scope, '_>,
        body: impl FnOnce() + Send + 'scope,
    ) -> io::Result<()> {
        World::current().adds_thread();
        scope.spawn(|| {
            body();
            World::current().loses_thread();
        });
        Ok(())
    }

    /// Starts the thread.
    ///
    /// # Errors
    /// None here.
    pub fn spawn(self, body: impl FnOnce() + Send + 'static) -> io::Result<()> {
        let world = World::current();
        world.adds_thread();
        shuttle::thread::spawn(move || {
            body();
            World::current().loses_thread();
        });
        Ok(())
    }
}

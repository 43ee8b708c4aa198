//! What scenes with the same programs have waited for in vain. The next scene does not wait again as long, since it
//! would wait for the same reason.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// What is known so far.
#[derive(Debug, Default)]
pub struct InVain {
    server: AtomicBool, // to listen
    spinning: AtomicBool,
    ports: Mutex<BTreeSet<(PortWait, u16)>>,
}

/// What of a port is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum PortWait {
    Turn,
    Port,
}

impl InVain {
    /// What still holds when the scenes are played once more: that a program does nothing but use the processor.
    pub fn again(&self) -> InVain {
        InVain { spinning: self.is_spinning().into(), ..InVain::default() }
    }

    /// Whether the server is known not to listen.
    pub(super) fn is_server(&self) -> bool {
        self.server.load(Ordering::Relaxed)
    }

    /// Notes that the server was waited for in vain.
    pub(super) fn note_server(&self) {
        self.server.store(true, Ordering::Relaxed);
    }

    /// Whether a program that uses the processor all the time is known to do nothing else.
    pub(super) fn is_spinning(&self) -> bool {
        self.spinning.load(Ordering::Relaxed)
    }

    /// Notes that a program that used the processor all the time was waited for in vain.
    pub(super) fn note_spinning(&self) {
        self.spinning.store(true, Ordering::Relaxed);
    }

    /// Whether this of a port was waited for in vain the last time.
    pub(super) fn is_port(&self, what: PortWait, port: u16) -> bool {
        self.ports.lock().unwrap_or_else(PoisonError::into_inner).contains(&(what, port))
    }

    /// Notes whether this of a port was waited for in vain.
    pub(super) fn note_port(&self, what: PortWait, port: u16, is_in_vain: bool) {
        let mut ports = self.ports.lock().unwrap_or_else(PoisonError::into_inner);
        match is_in_vain {
            true => ports.insert((what, port)),
            false => ports.remove(&(what, port)),
        };
    }
}

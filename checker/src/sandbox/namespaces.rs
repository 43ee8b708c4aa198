//! What a program has of its own, rather than sees of the machine's: a network, pids, files, and what comes with them
//! (<https://man7.org/linux/man-pages/man7/namespaces.7.html>).
//!
//! A thread has namespaces, and what it starts has the same. So each scene is played by a thread of its own, which
//! makes a network for its sockets and its programs; and each program is started by a thread of its own, since one that
//! has made a pid namespace for its children can start no thread any more. Both threads end with what they are for, so
//! nothing has to be taken back.
//!
//! Making them takes a right that root has. Others get it in a user namespace: see [`crate::sandbox::user`].

use std::io;
use std::panic::resume_unwind;
use std::process::{Child, Command};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// Whether programs that are started from now on have namespaces of their own.
static ARE_MADE: AtomicBool = AtomicBool::new(false);

/// Whether each scene has a network of its own, and each program all else.
pub fn are_made() -> bool {
    ARE_MADE.load(Ordering::Relaxed)
}

/// Whether they are made from now on, if it has been tried that they can be.
pub fn make(from_now_on: bool) {
    ARE_MADE.store(from_now_on, Ordering::Relaxed);
}

/// Does something on a network of its own, in a thread of its own; or here, where there are no such networks.
///
/// # Errors
/// When the system has no thread or no network to give.
pub fn on_own_network<T: Send>(act: impl FnOnce() -> T + Send) -> io::Result<T> {
    if !are_made() {
        return Ok(act());
    }
    in_a_thread("scene", || {
        kinds::own_network()?;
        Ok(act())
    })
}

/// Starts a command. If namespaces are made, it is the first process of one of pids: whatever loses its parent becomes
/// its child, and all end with it.
///
/// # Errors
/// Those of [`Command::spawn`], or when the system has no thread or no such namespace to give.
pub(super) fn spawn(command: &mut Command) -> io::Result<Child> {
    if !are_made() {
        return command.spawn();
    }
    in_a_thread("start", || {
        kinds::own_pids()?;
        command.spawn()
    })
}

fn in_a_thread<T: Send>(name: &str, act: impl FnOnce() -> io::Result<T> + Send) -> io::Result<T> {
    thread::scope(|scope| {
        let thread = thread::Builder::new().name(name.to_string()).spawn_scoped(scope, act)?;
        thread.join().unwrap_or_else(|panic| resume_unwind(panic))
    })
}

pub(super) use kinds::{own_mounts, own_network};

#[cfg(target_os = "linux")]
mod kinds {
    use std::io::{self, ErrorKind};

    use nix::sched::{CloneFlags, unshare};
    use rustix::io::retry_on_intr;
    use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketType, recv, send, socket};
    use rustix::thread::{
        CapabilitySet, capabilities, configure_capability_in_ambient_set, set_capabilities,
    };

    /// Gives this thread a network with a loopback interface alone, and nobody on it.
    pub fn own_network() -> io::Result<()> {
        unshare(CloneFlags::CLONE_NEWNET)?;
        bring_up_loopback()
    }

    /// The processes that this thread starts have pids of their own; it can start no thread any more.
    pub(super) fn own_pids() -> io::Result<()> {
        unshare(CloneFlags::CLONE_NEWPID)?;
        // The first of them is to arrange what it sees. A program that is started has a right of its user's only if it
        // is handed on like this, unless that is root.
        let mut sets = capabilities(None)?;
        sets.inheritable |= CapabilitySet::SYS_ADMIN;
        set_capabilities(None, sets)?;
        Ok(configure_capability_in_ambient_set(CapabilitySet::SYS_ADMIN, true)?)
    }

    /// Gives this process mounts, a host's name and System V's queues and memory of its own.
    pub fn own_mounts() -> io::Result<()> {
        let kinds = CloneFlags::CLONE_NEWNS | CloneFlags::CLONE_NEWIPC | CloneFlags::CLONE_NEWUTS;
        Ok(unshare(kinds)?)
    }

    /// Asks for it by the system's protocol (<https://man7.org/linux/man-pages/man7/rtnetlink.7.html>).
    fn bring_up_loopback() -> io::Result<()> {
        const LENGTH: u32 = 32;
        const NEW_LINK: u16 = 16;
        const REQUEST_WITH_ANSWER: u16 = 1 | 4;
        const LOOPBACK: u32 = 1; // is the first interface of each network
        const UP: u32 = 1;
        let mut request = Vec::new();
        request.extend(LENGTH.to_ne_bytes());
        request.extend([NEW_LINK, REQUEST_WITH_ANSWER].map(u16::to_ne_bytes).as_flattened());
        request.extend([0; 8]); // its number, and the sender's
        request.extend([0; 4]); // any family, any type
        request.extend([LOOPBACK, UP, UP].map(u32::to_ne_bytes).as_flattened());
        let route = socket(AddressFamily::NETLINK, SocketType::RAW, None)?;
        retry_on_intr(|| send(&route, &request, SendFlags::empty()))?;
        let mut answer = [0; 64];
        let (count, _) = retry_on_intr(|| recv(&route, &mut answer[..], RecvFlags::empty()))?;
        let error = answer[..count].get(16..20).and_then(|bytes| bytes.try_into().ok());
        match error.map(i32::from_ne_bytes) {
            Some(0) => Ok(()),
            Some(error) => Err(io::Error::from_raw_os_error(-error)),
            None => Err(ErrorKind::InvalidData.into()),
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod kinds {
    use std::io::{self, ErrorKind};

    pub fn own_network() -> io::Result<()> {
        Err(ErrorKind::Unsupported.into())
    }

    pub(super) fn own_pids() -> io::Result<()> {
        Err(ErrorKind::Unsupported.into())
    }

    pub fn own_mounts() -> io::Result<()> {
        Err(ErrorKind::Unsupported.into())
    }
}

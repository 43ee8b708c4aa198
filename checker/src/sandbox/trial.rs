//! A program that tries out how it is confined, and tells: what holds is found out rather than believed.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;

use rustix::process::{Pid, geteuid, getpid, getppid, getsid, test_kill_process};
use serde::{Deserialize, Serialize};

use crate::sandbox::writes::confine_writes;

/// The first argument that makes the checker's own binary this program. [`Task`] follows.
pub(super) const WORD: &str = "--try-the-sandbox";

/// What it is to try.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Task {
    /// The checker.
    pub(super) checker: i32,
    /// Its [`pid_namespace`].
    pub(super) pid_namespace: Option<PathBuf>,
    /// A file of the checker's user, which it must be able neither to write nor to read.
    pub(super) outside: PathBuf,
    /// Its own folder.
    pub(super) folder: PathBuf,
    /// Where the checker listens, on the network of the machine.
    pub(super) service: SocketAddr,
}

/// What it could do, and what it has.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Found {
    /// Whether it could write a file outside of its folder.
    pub(super) writes: bool,
    /// Whether it could read one.
    pub(super) reads: bool,
    /// Whether it could write one in its folder, as it must.
    pub(super) writes_own: bool,
    /// Whether it could signal the checker.
    pub(super) signals: bool,
    /// Whether it could look into the checker.
    pub(super) looks: bool,
    /// Whether it could see processes that are not of its own.
    pub(super) sees: bool,
    /// Whether it could call a service of this machine.
    pub(super) calls_out: bool,
    /// Whether it could call itself, as it must.
    pub(super) calls_own: bool,
    /// Whether it has a session of its own.
    pub(super) has_session: bool,
    /// Whether it could make a file in memory alone, as one of the calls that are refused.
    pub(super) calls: bool,
    /// Whose it is.
    pub(super) user: u32,
    /// The version of Landlock that the system has.
    pub(super) landlock: Option<i32>,
}

/// Tries everything, and prints what it has found. It does no harm where it succeeds.
pub(super) fn tell(task: &str) -> io::Result<()> {
    let Task { checker, pid_namespace: of_checker, outside, folder, service } =
        serde_json::from_str(task)?;
    let own_server = TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let own_server = own_server.and_then(|server| Ok((server.local_addr()?, server)));
    // With pids of its own, that of the checker is nobody's, or somebody else's.
    let own = pid_namespace();
    let may_call_it = own.is_none() || own == of_checker;
    let sees = sees_others();
    // In a pid namespace, the first process leads the session; else it is this one.
    let session = getsid(None).ok();
    let found = Found {
        writes: OpenOptions::new().append(true).open(&outside).is_ok(),
        reads: File::open(&outside).is_ok(),
        writes_own: File::create(folder.join("trial")).is_ok(),
        signals: may_call_it
            && Pid::from_raw(checker).is_some_and(|pid| test_kill_process(pid).is_ok()),
        looks: sees && File::open(format!("/proc/{checker}/environ")).is_ok(),
        sees,
        calls_out: TcpStream::connect(service).is_ok(),
        calls_own: own_server.is_ok_and(|(address, _)| TcpStream::connect(address).is_ok()),
        has_session: session.is_some() && (session == Some(getpid()) || session == getppid()),
        calls: could_call(),
        user: geteuid().as_raw(),
        landlock: confine_writes(&folder, None, false), // once more; it only tells the version
    };
    println!("{}", serde_json::to_string(&found)?);
    Ok(())
}

/// The pid namespace of this process, by the name that the system has for it.
pub(super) fn pid_namespace() -> Option<PathBuf> {
    fs::read_link("/proc/self/ns/pid").ok()
}

/// Whether any process is listed but this one and its parent.
fn sees_others() -> bool {
    let own = [Some(getpid()), getppid()].map(|pid| pid.map_or(0, Pid::as_raw_pid));
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let mut pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.any(|pid: i32| !own.contains(&pid))
}

#[cfg(target_os = "linux")]
fn could_call() -> bool {
    rustix::fs::memfd_create("trial", rustix::fs::MemfdFlags::CLOEXEC).is_ok()
}

#[cfg(not(target_os = "linux"))]
fn could_call() -> bool {
    true
}

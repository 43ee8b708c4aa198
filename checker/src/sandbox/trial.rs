//! A program that tries out how it is confined, and tells: what holds is found out rather than believed.

use std::fs::{File, OpenOptions};
use std::path::Path;

use rustix::process::{getpid, getppid, getsid, test_kill_process};
use serde::{Deserialize, Serialize};

use crate::sandbox::writes::confine_writes;

/// The first argument that makes the checker's own binary this program. Two more follow: a file that it must not be able
/// to write, and its folder.
pub(super) const WORD: &str = "--try-the-sandbox";

/// What it could do, and what it has.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Found {
    /// Whether it could write a file outside of its folder.
    pub(super) writes: bool,
    /// Whether it could write one in its folder, as it must.
    pub(super) writes_own: bool,
    /// Whether it could signal the checker.
    pub(super) signals: bool,
    /// Whether it could look into the checker.
    pub(super) looks: bool,
    /// Whether it has a session of its own.
    pub(super) has_session: bool,
    /// Whether it could make a file in memory alone, as one of the calls that are refused.
    pub(super) calls: bool,
    /// The version of Landlock that the system has.
    pub(super) landlock: Option<i32>,
}

/// Tries everything, and prints what it has found. It does no harm where it succeeds.
pub(super) fn tell(outside: &Path, folder: &Path) {
    let checker = getppid();
    let environment = checker.map(|checker| format!("/proc/{}/environ", checker.as_raw_pid()));
    let found = Found {
        writes: OpenOptions::new().append(true).open(outside).is_ok(),
        writes_own: File::create(folder.join("trial")).is_ok(),
        signals: checker.is_some_and(|checker| test_kill_process(checker).is_ok()),
        looks: environment.is_some_and(|path| File::open(path).is_ok()),
        has_session: getsid(None) == Ok(getpid()),
        calls: could_call(),
        landlock: confine_writes(folder), // once more; it only tells the version
    };
    println!("{}", serde_json::to_string(&found).unwrap_or_default());
}

#[cfg(target_os = "linux")]
fn could_call() -> bool {
    rustix::fs::memfd_create("trial", rustix::fs::MemfdFlags::CLOEXEC).is_ok()
}

#[cfg(not(target_os = "linux"))]
fn could_call() -> bool {
    true
}

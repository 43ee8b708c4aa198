//! A program's process: the leader of a group of its own, so that all that it starts ends with it.

use std::collections::BTreeSet;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions};

/// The groups that are running, so that Ctrl-C can end them too.
static RUNNING: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());

/// Ends every group that is running. The caller must exit then: nothing can be started any more.
pub fn end_all_groups() {
    let running = lock_running();
    for group in running.iter().copied().filter_map(Pid::from_raw) {
        let _ = rustix::process::kill_process_group(group, Signal::KILL);
    }
    std::mem::forget(running);
}

fn lock_running() -> MutexGuard<'static, BTreeSet<i32>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How a program ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    /// With this status.
    Status(i32),
    /// By this signal.
    Signal(i32),
}

/// A process that was started. Dropping it ends it.
pub struct Process {
    child: Child,
    exit: Option<Exit>,
    reaped: bool,
}

impl Process {
    /// Starts a command, with pipes to and from it.
    ///
    /// # Errors
    /// When there is no such program, or it cannot be run.
    pub fn start(command: &mut Command) -> io::Result<(Process, ChildStdin, ChildStdout, ChildStderr)> {
        command.process_group(0).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // Under the lock, so that Ctrl-C cannot come between the start and the note of it.
        let mut running = lock_running();
        let mut child = command.spawn()?;
        running.insert(child.id() as i32);
        drop(running);
        match (child.stdin.take(), child.stdout.take(), child.stderr.take()) {
            (Some(stdin), Some(stdout), Some(stderr)) => {
                Ok((Process { child, exit: None, reaped: false }, stdin, stdout, stderr))
            }
            _ => unreachable!("all three were asked for, as pipes"),
        }
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    fn pid(&self) -> Option<Pid> {
        Pid::from_raw(self.child.id() as i32)
    }

    /// How it ended, if it has. This does not take its status away, so its id stays its own: the group
    /// can be ended later without hitting a stranger that was given the same number.
    pub fn exit(&mut self) -> Option<Exit> {
        if self.exit.is_none() {
            let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
            let status = rustix::process::waitid(WaitId::Pid(self.pid()?), options).ok().flatten()?;
            let exited = status.exit_status().map(Exit::Status);
            self.exit = exited.or(status.terminating_signal().map(Exit::Signal));
        }
        self.exit
    }

    /// Ends it, and all that it has started in its group.
    pub fn end_group(&self) {
        // Once it is reaped, its number may be a stranger's.
        if let (false, Some(group)) = (self.reaped, self.pid()) {
            let _ = rustix::process::kill_process_group(group, Signal::KILL);
        }
    }

    /// Ends its group, and takes its status away: then it is gone.
    pub fn reap(&mut self) {
        self.end_group();
        let mut running = lock_running();
        let _ = self.child.wait();
        running.remove(&(self.child.id() as i32));
        self.reaped = true;
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.reap();
    }
}

/// A `panic!` that a Rust program reported on its stderr.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panic {
    /// `exercises/src/bin/ex1_server.rs`
    pub file: String,
    /// The line in it.
    pub line: usize,
    /// What it said.
    pub message: String,
}

impl Panic {
    /// Whether it is a `todo!()`.
    pub fn is_to_do(&self) -> bool {
        self.message.starts_with("not yet implemented")
    }
}

/// The panics that a Rust program reported: `thread 'main' (7) panicked at src/main.rs:3:5:` and, on
/// the next line, the message.
pub fn find_panics(log: &str) -> Vec<Panic> {
    let mut panics = Vec::new();
    let mut lines = log.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n'));
    while let Some(line) = lines.next() {
        let place = line.split_once("' panicked at ").or(line.split_once(") panicked at "));
        let Some((_, place)) = place else { continue };
        // The place ends in line and column; the message may not have arrived yet.
        let mut parts = place.trim_end_matches(':').rsplitn(3, ':');
        let (_column, line, file) = (parts.next(), parts.next(), parts.next());
        if let (Some(file), Some(Ok(line)), Some(message)) = (file, line.map(str::parse), lines.next()) {
            panics.push(Panic { file: file.to_string(), line, message: message.to_string() });
        }
    }
    panics
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_found_with_its_place() {
        let log = "a log\n\nthread 'main' (17) panicked at a/b.rs:24:5:\nnot yet implemented: x\nnote: run\n";
        let (file, message) = ("a/b.rs".to_string(), "not yet implemented: x".to_string());
        let expected = Panic { file, line: 24, message };
        assert_eq!(find_panics(log), std::slice::from_ref(&expected));
        assert!(expected.is_to_do());
        assert_eq!(find_panics(&log.replace(" (17)", "")), [expected]);
    }

    #[test]
    fn a_panic_whose_message_is_still_on_its_way_waits() {
        assert_eq!(find_panics("thread 'main' (17) panicked at a/b.rs:24:5:\nnot yet impl"), []);
    }
}

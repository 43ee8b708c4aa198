//! What keeps a program within its limits, and clears away whatever it leaves behind.
//!
//! A program that is checked is a stranger's. It gets a folder of its own for temporary files, and limits
//! that the system keeps; from time to time its family is looked at, and what is too much ends the check. All
//! that it has started is marked by a variable of the environment, and comes back to this process when it is
//! orphaned (`PR_SET_CHILD_SUBREAPER`), so that nobody gets away by leaving the group or the session.
//! The last two work on Linux only; elsewhere a program's process group is ended, and no more.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{self, Command};
use std::sync::Once;
use std::thread;
use std::time::{Duration, Instant};
use std::{env, fs, io};

use rustix::process::{Pid, Signal, WaitOptions};
use tempfile::TempDir;

use crate::census::{self, Entry, census};
use crate::limits::{Limits, MIB};

/// The variable that marks all that a scene has started: the scene's folder is its value.
const MARK: &str = "CHATLINGS_CHECK";

/// How many threads each of the processes may have that a program may be.
const THREADS: u64 = 32;

/// How long it may take to end what a program has left behind.
const LONGEST_END: Duration = Duration::from_secs(5);

/// The bounds of one scene.
pub struct Containment {
    limits: Limits,
    folder: TempDir,
    leaders: BTreeSet<i32>,
    born: u64, // when the first of them was
}

impl Containment {
    /// Bounds for the programs of one scene.
    ///
    /// # Errors
    /// When there is no place for temporary files.
    pub fn new(limits: Limits) -> io::Result<Containment> {
        static ADOPTS_ORPHANS: Once = Once::new();
        ADOPTS_ORPHANS.call_once(adopt_orphans);
        let folder = tempfile::Builder::new().prefix(&prefix()).tempdir()?;
        Ok(Containment { limits, folder, leaders: BTreeSet::new(), born: u64::MAX })
    }

    /// Marks what a command will start, and gives it the folder.
    pub fn prepare(&self, command: &mut Command) {
        command.env(MARK, self.folder.path()).env("TMPDIR", self.folder.path());
    }

    /// Sets the limits of a program that was just started, and leads a group of its own.
    pub fn add(&mut self, pid: u32) {
        let pid = pid as i32;
        self.leaders.insert(pid);
        restrict(pid, &self.limits);
        if self.born == u64::MAX {
            self.born = census::entry(pid).map_or(0, |entry| entry.born);
        }
    }

    /// Whose family has taken too much, if any: the id of its leader, and what it did.
    pub fn excess(&self) -> Option<(u32, String)> {
        let entries = census::recent_census();
        self.leaders.iter().find_map(|leader| {
            let family = census::with_descendants(&entries, &BTreeSet::from([*leader]));
            for member in &family {
                restrict(member.pid, &self.limits);
            }
            Some((*leader as u32, self.excess_of(&family)?))
        })
    }

    fn excess_of(&self, family: &[Entry]) -> Option<String> {
        let limits = &self.limits;
        let sum = |of: fn(&Entry) -> u64| family.iter().map(of).sum::<u64>();
        let threads = limits.processes * THREADS;
        let on_disk = sum(|member| census::written(member.pid)) + size_of(self.folder.path());
        if sum(|member| member.memory) > limits.memory {
            let mib = limits.memory / MIB;
            return Some(format!("took more than {mib} MiB of memory (--max-memory)"));
        }
        if family.len() as u64 > limits.processes {
            let most = limits.processes;
            return Some(format!("was more than {most} processes (--max-processes)"));
        }
        if sum(|member| member.threads as u64) > threads {
            return Some(format!("had more than {threads} threads (--max-processes × {THREADS})"));
        }
        if on_disk > limits.disk {
            let mib = limits.disk / MIB;
            return Some(format!("wrote more than {mib} MiB to the disk (--max-disk)"));
        }
        if family.iter().any(|member| census::open_files(member.pid) >= limits.files) {
            let most = limits.files;
            return Some(format!("had {most} files and sockets open at once (--max-files)"));
        }
        None
    }

    /// The TCP ports that the program `leader` listens on.
    pub fn ports_of(leader: u32) -> BTreeSet<u16> {
        let family = census::with_descendants(&census(), &BTreeSet::from([leader as i32]));
        census::listening_ports(&family)
    }

    /// Ends what the programs of this scene have left behind. They themselves must have ended by now, so that
    /// whoever they have started is an orphan, and a child of this process.
    pub fn end_strays(&self) {
        end_strays_of(|root| self.is_ours(root));
    }

    fn is_ours(&self, root: &Entry) -> bool {
        if self.leaders.contains(&root.group) {
            return true;
        }
        match census::variable(root.pid, MARK) {
            Some(folder) => Path::new(&folder) == self.folder.path(),
            // It has left the group, and has no mark any more. (What others start in this process, such as
            // cargo, stays in its session.)
            None => root.born >= self.born && has_left_session(root),
        }
    }
}

/// Ends all that scenes of this process have started and left behind, and removes their temporary files: for
/// an end that comes from outside.
pub fn clear_all() {
    end_strays_of(|root| census::own().is_some_and(|own| root.group != own.group));
    for entry in fs::read_dir(env::temp_dir()).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(&prefix()) {
            let _ = fs::remove_dir_all(entry.path()); // nothing more can be done about it
        }
    }
}

/// How the names of this process's folders begin.
fn prefix() -> String {
    format!("chatlings-{}-", process::id())
}

fn has_left_session(root: &Entry) -> bool {
    census::own().is_some_and(|own| root.session != own.session)
}

/// Ends the orphans among the children of this process that are meant, with all that they have started.
fn end_strays_of(is_meant: impl Fn(&Entry) -> bool) {
    let own = process::id() as i32;
    let deadline = Instant::now() + LONGEST_END;
    while Instant::now() < deadline {
        let entries = census();
        let is_orphan =
            |entry: &&Entry| entry.parent == own && !crate::process::is_leader(entry.pid);
        let roots = entries.iter().filter(is_orphan).filter(|entry| is_meant(entry));
        let roots: BTreeSet<i32> = roots.map(|entry| entry.pid).collect();
        if roots.is_empty() {
            return;
        }
        let family = census::with_descendants(&entries, &roots);
        // First all are stopped, so that none can start another one while the list is gone through.
        for signal in [Signal::STOP, Signal::KILL] {
            for pid in family.iter().filter(|member| !member.is_dead).filter_map(Entry::id) {
                let _ = rustix::process::kill_process(pid, signal); // it may have ended by itself
            }
        }
        for pid in roots.iter().filter_map(|pid| Pid::from_raw(*pid)) {
            let _ = rustix::process::waitpid(Some(pid), WaitOptions::NOHANG);
        }
        thread::sleep(Duration::from_millis(1)); // the end of a process takes a moment
    }
}

/// The size of all files in a folder, in bytes.
fn size_of(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let sizes = entries.map(|entry| match entry.metadata() {
        Ok(data) if data.is_dir() => size_of(&entry.path()),
        Ok(data) => data.len(),
        Err(_) => 0, // it is gone already
    });
    sizes.sum()
}

#[cfg(target_os = "linux")]
fn adopt_orphans() {
    let own = Pid::from_raw(process::id() as i32);
    let _ = rustix::process::set_child_subreaper(own); // on a system without it, orphans stay orphans
}

#[cfg(not(target_os = "linux"))]
fn adopt_orphans() {}

/// Sets the limits that the system keeps, for a process and whatever it will start.
#[cfg(target_os = "linux")]
fn restrict(pid: i32, limits: &Limits) {
    use rustix::process::{Resource, Rlimit, getrlimit, prlimit};
    let limits = [
        (Resource::Core, 0),
        (Resource::Fsize, limits.disk),
        (Resource::Nofile, limits.files),
        // What was asked for, used or not; much of it often is not. What is used is looked at.
        (Resource::Data, limits.memory * 4),
    ];
    for (resource, most) in limits {
        let allowed = getrlimit(resource).maximum.unwrap_or(u64::MAX).min(most);
        let limit = Rlimit { current: Some(allowed), maximum: Some(allowed) };
        let _ = prlimit(Pid::from_raw(pid), resource, limit); // it may have ended already
    }
}

#[cfg(not(target_os = "linux"))]
fn restrict(_pid: i32, _limits: &Limits) {}

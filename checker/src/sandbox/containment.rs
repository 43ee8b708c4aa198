//! What keeps a program within its limits, and clears away whatever it leaves behind.
//!
//! A program that is checked is a stranger's. It gets a folder of its own for temporary files, and limits
//! that the system keeps; from time to time its family is looked at, and what is too much ends the check. All
//! that it has started is marked by a variable of the environment, and comes back to this process when it is
//! orphaned (`PR_SET_CHILD_SUBREAPER`), so that nobody gets away by leaving the group or the session.
//! The last two work on Linux only; elsewhere a program's process group is ended, and no more.
//!
//! An orphan that has lost its mark is of the scene that has seen it in a program's family. One that nobody has seen
//! is nobody's, and is ended with the checker: see [`end_everything`](crate::sandbox::ending::end_everything).

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;
use std::process::Command;
use std::sync::Once;

use crate::sandbox::census::{self, Entry, census};
use crate::sandbox::confine::Bounds;
#[cfg(target_os = "linux")]
use crate::sandbox::confine::{allowed, limits_of};
use crate::sandbox::ending::{end_orphans, orphans_among};
use crate::sandbox::folder::Folder;
use crate::sandbox::limits::{Limits, MIB};
use crate::sandbox::process::{Pipes, Process, StartError, Stdio};
use crate::sandbox::running::between_starts;

/// The variable that marks all that a scene has started: the scene's folder is its value.
const MARK: &str = "CHATLINGS_CHECK";

/// How many threads each of the processes may have that a program may be.
const THREADS: u64 = 8;

/// The bounds of one scene.
pub struct Containment {
    limits: Limits,
    folder: Folder,
    leaders: BTreeMap<i32, u32>, // each with its program, which it is itself unless it only looks after that
    seen: RefCell<BTreeSet<(i32, u64)>>, // who was in a family: the id, and when it was born
}

impl Containment {
    /// Bounds for the programs of one scene.
    ///
    /// # Errors
    /// When there is no place for temporary files.
    pub fn new(limits: Limits) -> io::Result<Containment> {
        static ADOPTS_ORPHANS: Once = Once::new();
        ADOPTS_ORPHANS.call_once(adopt_orphans);
        Ok(Containment {
            limits,
            folder: Folder::new()?,
            leaders: BTreeMap::new(),
            seen: RefCell::default(),
        })
    }

    /// Starts a program within these bounds. What it starts in turn is marked, and the folder is its place for
    /// temporary files and its home.
    ///
    /// # Errors
    /// Those of [`Process::start`].
    pub fn start(
        &mut self,
        command: &mut Command,
        on: Stdio,
    ) -> Result<(Process, Pipes), StartError> {
        for variable in [MARK, "TMPDIR", "HOME"] {
            command.env(variable, self.folder.path());
        }
        let bounds = Bounds::new(&self.limits, self.folder.path(), command);
        let (process, pipes) = Process::start_within(bounds, command, on)?;
        let leader = process.leader() as i32;
        self.leaders.insert(leader, process.id());
        restrict(leader, &self.limits); // a launcher has done that already, where there was one
        Ok((process, pipes))
    }

    /// The only folder that its programs may write to.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The family that has taken too much, if any: the id of its program, and what it did. Orphans count as children of
    /// the first of the programs.
    pub fn excess(&self) -> Option<(u32, String)> {
        let entries = census::recent_census();
        let mut orphans = orphans_among(&entries, |orphan| self.is_ours(orphan));
        self.leaders.iter().find_map(|(leader, program)| {
            let mut roots = std::mem::take(&mut orphans);
            roots.insert(*leader);
            let mut family = census::with_descendants(&entries, &roots);
            family.retain(|member| member.pid != *leader || *program == *leader as u32);
            for member in &family {
                if self.seen.borrow_mut().insert((member.pid, member.born)) {
                    restrict(member.pid, &self.limits);
                }
            }
            Some((*program, self.excess_of(*leader, &family)?))
        })
    }

    fn excess_of(&self, leader: i32, family: &[Entry]) -> Option<String> {
        let limits = &self.limits;
        let sum = |of: fn(&Entry) -> u64| family.iter().map(of).sum::<u64>();
        let threads = limits.processes * THREADS;
        // What is in the folder was written by them, and counts once; and in memory (tmpfs) only there.
        let written = sum(|member| census::written(member.pid));
        let is_counted = family.iter().any(|member| member.pid == leader);
        // What those wrote who have ended is what their parent has written.
        let of_others = if is_counted { 0 } else { census::written(leader) };
        let on_disk = (written + of_others).max(self.folder.size());
        if sum(|member| member.memory) > limits.memory {
            let mib = limits.memory / MIB;
            return Some(format!("took more than {mib} MiB of memory (--max-memory)"));
        }
        if family.iter().filter(|member| !member.is_dead).count() as u64 > limits.processes {
            let most = limits.processes;
            return Some(format!("was more than {most} processes (--max-processes)"));
        }
        if sum(|member| member.threads) > threads {
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

    /// Ends what the programs of this scene have left behind. They themselves must have ended by now, so that
    /// everything they have started is an orphan, and a child of this process. Returns those who could not be ended.
    pub fn end_strays(&self) -> BTreeSet<i32> {
        let is_ours = |orphan: &Entry| self.is_ours(orphan);
        let suspects = orphans_among(&census(), is_ours);
        if suspects.is_empty() {
            return suspects;
        }
        // A program of another scene that is just being started looks like an orphan.
        between_starts(|| end_orphans(is_ours))
    }

    fn is_ours(&self, root: &Entry) -> bool {
        if self.leaders.contains_key(&root.group) || self.leaders.contains_key(&root.session) {
            return true;
        }
        match census::variable(root.pid, MARK) {
            Some(folder) => Path::new(&folder) == self.folder.path(),
            None => self.seen.borrow().contains(&(root.pid, root.born)),
        }
    }
}

#[cfg(target_os = "linux")]
fn adopt_orphans() {
    use rustix::process::Pid;
    let own = Pid::from_raw(std::process::id() as i32);
    let _ = rustix::process::set_child_subreaper(own); // on a system without it, orphans stay orphans
}

#[cfg(not(target_os = "linux"))]
fn adopt_orphans() {}

/// Sets the limits that the system keeps, for a process and whatever it will start.
#[cfg(target_os = "linux")]
fn restrict(pid: i32, limits: &Limits) {
    use rustix::process::{Pid, prlimit};
    for (resource, most) in limits_of(limits) {
        let _ = prlimit(Pid::from_raw(pid), resource, allowed(resource, most)); // it may have ended already
    }
}

#[cfg(not(target_os = "linux"))]
fn restrict(_pid: i32, _limits: &Limits) {}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::os::unix::process::CommandExt;

    use super::*;

    #[test]
    fn an_orphan_without_a_mark_counts_only_where_it_was_seen() {
        let mut sleep = Command::new("sleep");
        let mut orphan = sleep.arg("60").env_clear().process_group(0).spawn().expect("it starts");
        let entry = census::entry(orphan.id() as i32).expect("it runs");
        let new = || Containment::new(Limits::default()).expect("a folder");
        let (one, other) = (new(), new());
        assert!(!one.is_ours(&entry) && !other.is_ours(&entry), "nobody has seen it");
        one.seen.borrow_mut().insert((entry.pid, entry.born));
        assert!(one.is_ours(&entry) && !other.is_ours(&entry), "one of them has seen it");
        orphan.kill().and_then(|()| orphan.wait()).expect("it ends");
    }
}

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

use crate::sandbox::census::{self, Entry, census};
use crate::sandbox::limits::{Limits, MIB};

/// The variable that marks all that a scene has started: the scene's folder is its value.
const MARK: &str = "CHATLINGS_CHECK";

/// How many threads each of the processes may have that a program may be.
const THREADS: u64 = 8;

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

    /// Whose family has taken too much, if any: the id of its leader, and what it did. Orphans count as children of
    /// the first of the leaders.
    pub fn excess(&self) -> Option<(u32, String)> {
        let entries = census::recent_census();
        let mut orphans = orphans_among(&entries, |orphan| self.is_ours(orphan));
        self.leaders.iter().find_map(|leader| {
            let mut roots = std::mem::take(&mut orphans);
            roots.insert(*leader);
            let family = census::with_descendants(&entries, &roots);
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
        let on_disk =
            sum(|member| census::written(member.pid)) + content_of(self.folder.path()).size;
        if sum(|member| member.memory) > limits.memory {
            let mib = limits.memory / MIB;
            return Some(format!("took more than {mib} MiB of memory (--max-memory)"));
        }
        if family.iter().filter(|member| !member.is_dead).count() as u64 > limits.processes {
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
        census::listening_ports(&census::family_now(leader))
    }

    /// Ends what the programs of this scene have left behind. They themselves must have ended by now, so that
    /// whoever they have started is an orphan, and a child of this process. Returns who could not be ended.
    pub fn end_strays(&self) -> BTreeSet<i32> {
        let is_ours = |orphan: &Entry| self.is_ours(orphan);
        let suspects = orphans_among(&census(), is_ours);
        if suspects.is_empty() {
            return suspects;
        }
        // A program of another scene that is just being started looks like an orphan.
        crate::sandbox::process::between_starts(|| end_strays_of(is_ours))
    }

    fn is_ours(&self, root: &Entry) -> bool {
        if self.leaders.contains(&root.group) {
            return true;
        }
        match census::variable(root.pid, MARK) {
            Some(folder) => Path::new(&folder) == self.folder.path(),
            // It has left its group, and has no mark any more. (What others start in this process, such as
            // cargo, stays in the group of this one.)
            None => root.born >= self.born && is_in_another_group(root),
        }
    }
}

impl Drop for Containment {
    fn drop(&mut self) {
        remove(self.folder.path());
    }
}

/// Ends all that scenes of this process have started and left behind, and removes their temporary files: for
/// an end that comes from outside.
pub fn clear_all() {
    end_strays_of(is_in_another_group);
    for entry in fs::read_dir(env::temp_dir()).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(&prefix()) {
            remove(&entry.path());
        }
    }
}

/// How the names of this process's folders begin.
fn prefix() -> String {
    format!("chatlings-{}-", process::id())
}

fn is_in_another_group(root: &Entry) -> bool {
    census::own().is_some_and(|own| root.group != own.group)
}

/// The orphans among the children of this process that are meant.
fn orphans_among(entries: &[Entry], is_meant: impl Fn(&Entry) -> bool) -> BTreeSet<i32> {
    let own = process::id() as i32;
    let orphans = entries
        .iter()
        .filter(|entry| entry.parent == own && !crate::sandbox::process::is_leader(entry.pid))
        .filter(|entry| is_meant(entry));
    orphans.map(|entry| entry.pid).collect()
}

/// Ends such orphans, with all that they have started. Returns who could not be ended.
fn end_strays_of(is_meant: impl Fn(&Entry) -> bool) -> BTreeSet<i32> {
    let deadline = Instant::now() + LONGEST_END;
    loop {
        let entries = census();
        let roots = orphans_among(&entries, &is_meant);
        if roots.is_empty() || Instant::now() > deadline {
            return roots;
        }
        let family = census::with_descendants(&entries, &roots);
        // A group is ended as a whole, so that none of it can start another one meanwhile.
        for group in groups_of(&family, &entries) {
            let _ = rustix::process::kill_process_group(group, Signal::KILL); // it may have ended by itself
        }
        // First all others are stopped, so that none can start another one while the list is gone through.
        for signal in [Signal::STOP, Signal::KILL] {
            for pid in family.iter().filter(|member| !member.is_dead).filter_map(Entry::id) {
                let _ = rustix::process::kill_process(pid, signal); // it may have ended by itself
            }
        }
        for pid in roots.iter().filter_map(|pid| Pid::from_raw(*pid)) {
            let _ = rustix::process::waitpid(Some(pid), WaitOptions::NOHANG);
        }
        thread::sleep(Duration::from_micros(200)); // the end of a process takes a moment
    }
}

/// The groups in which there is nobody else than this family.
fn groups_of(family: &[Entry], entries: &[Entry]) -> Vec<Pid> {
    let family: BTreeSet<i32> = family.iter().map(|member| member.pid).collect();
    let (ours, others): (Vec<_>, Vec<_>) =
        entries.iter().partition(|entry| family.contains(&entry.pid));
    let groups = |of: Vec<&Entry>| of.iter().map(|entry| entry.group).collect::<BTreeSet<i32>>();
    groups(ours).difference(&groups(others)).filter_map(|group| Pid::from_raw(*group)).collect()
}

/// What is in a folder.
#[derive(Default)]
struct Content {
    /// The size of all files, in bytes. Each of them takes a block, and each folder too.
    size: u64,
    /// Whether there are folders within so many others that they were not looked at.
    is_deep: bool,
}

fn content_of(folder: &Path) -> Content {
    const BLOCK: u64 = 4096;
    const DEEPEST: usize = 64;
    let mut content = Content::default();
    let mut folders = vec![(folder.to_path_buf(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(data) if data.is_dir() && depth == DEEPEST => content.is_deep = true,
                Ok(data) if data.is_dir() => {
                    content.size += BLOCK;
                    folders.push((entry.path(), depth + 1));
                }
                Ok(data) => content.size += data.len().max(BLOCK),
                Err(_) => {} // it is gone already
            }
        }
    }
    content
}

/// Removes a folder with all that is in it. If that fails, nothing more can be done about it.
fn remove(folder: &Path) {
    // `remove_dir_all` calls itself for each folder in a folder, so many thousands would overflow its stack.
    if content_of(folder).is_deep {
        let mut rm = Command::new("rm");
        let _ = rm.arg("-rf").arg(folder).stderr(process::Stdio::null()).status();
    } else {
        let _ = fs::remove_dir_all(folder);
    }
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

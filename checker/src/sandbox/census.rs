//! What runs on this machine, as far as the system tells: on Linux, by `/proc`; elsewhere nobody is listed.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::Pid;

pub use system::{
    entry, footprint, is_busy, kept_this_thread_waiting, kept_waiting, memory_at_most, open_files,
    own, sockets_of, variable, worked, written,
};

/// One process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its id.
    pub pid: i32,
    /// The id of its parent.
    pub parent: i32,
    /// The id of its process group, 0 when that was founded outside of the container that this process is in.
    pub group: i32,
    /// How many threads it has.
    pub threads: u64,
    /// When it was started, in clock ticks since the system was.
    pub born: u64,
    /// How much memory it has, in bytes.
    pub memory: u64,
    /// Whether it has ended, and only waits for its parent to take notice.
    pub is_dead: bool,
}

/// What processes hold of the system.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Footprint {
    /// Their threads.
    pub threads: usize,
    /// Their open files and sockets.
    pub descriptors: usize,
}

/// What a program has of the system's memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Memory {
    /// What it has asked for, used or not.
    Asked,
    /// What it has used.
    Used,
}

impl Entry {
    /// Its id, as system calls take it.
    pub fn id(&self) -> Option<Pid> {
        Pid::from_raw(self.pid)
    }
}

/// All processes.
pub fn census() -> Vec<Entry> {
    system::all()
}

/// All processes, as they were a moment ago at most: many scenes ask at the same time, and the answer is the same for
/// all of them.
pub fn recent_census() -> Arc<Vec<Entry>> {
    const MOMENT: Duration = Duration::from_millis(40);
    static LAST: Mutex<Option<(Instant, Arc<Vec<Entry>>)>> = Mutex::new(None);
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((when, entries)) = &*last
        && when.elapsed() < MOMENT
    {
        return Arc::clone(entries);
    }
    let entries = Arc::new(census());
    *last = Some((Instant::now(), Arc::clone(&entries)));
    entries
}

/// These processes and all that they have started, as far as their parents live.
pub fn with_descendants(entries: &[Entry], roots: &BTreeSet<i32>) -> Vec<Entry> {
    let mut family = roots.clone();
    let mut size = 0;
    while size < family.len() {
        size = family.len();
        let children = entries.iter().filter(|entry| family.contains(&entry.parent));
        let children: Vec<i32> = children.map(|entry| entry.pid).collect();
        family.extend(children);
    }
    entries.iter().filter(|entry| family.contains(&entry.pid)).cloned().collect()
}

/// A program and all that it has started.
pub fn family_now(program: u32) -> Vec<Entry> {
    with_descendants(&census(), &BTreeSet::from([program as i32]))
}

/// A program and all that it has started, as they were a moment ago.
pub fn family_of(program: u32) -> BTreeSet<i32> {
    let program = BTreeSet::from([program as i32]);
    let family = with_descendants(&recent_census(), &program);
    family.iter().map(|member| member.pid).chain(program).collect()
}

#[cfg(target_os = "linux")]
mod system {
    use std::ffi::OsStr;
    use std::fs;
    use std::process;
    use std::sync::LazyLock;
    use std::time::Duration;

    use procfs::process::{FDTarget, Process, Stat, all_processes};
    use procfs::{FromRead, ProcResult};

    use super::{Entry, Footprint, Memory};

    /// A process, where the system tells of it. (In a container, `/proc` may be the machine's, which numbers the
    /// processes differently.)
    fn process(pid: i32) -> Option<Process> {
        static KNOWS_US: LazyLock<bool> =
            LazyLock::new(|| Process::myself().is_ok_and(|own| own.pid() == process::id() as i32));
        KNOWS_US.then(|| Process::new(pid).ok())?
    }

    pub(super) fn all() -> Vec<Entry> {
        let processes = all_processes().into_iter().flatten().flatten();
        processes.filter_map(|process| process.stat().ok()).map(entry_of).collect()
    }

    /// This process.
    pub fn own() -> Option<Entry> {
        entry(process::id() as i32)
    }

    /// One process.
    pub fn entry(pid: i32) -> Option<Entry> {
        process(pid)?.stat().ok().map(entry_of)
    }

    fn entry_of(stat: Stat) -> Entry {
        Entry {
            pid: stat.pid,
            parent: stat.ppid,
            group: stat.pgrp,
            threads: stat.num_threads as u64,
            born: stat.starttime,
            memory: stat.rss * procfs::page_size(),
            is_dead: matches!(stat.state, 'Z' | 'X'),
        }
    }

    /// A variable of the environment that a process was started with.
    pub fn variable(pid: i32, name: &str) -> Option<String> {
        let variables = process(pid)?.environ().ok()?;
        Some(variables.get(OsStr::new(name))?.to_string_lossy().into_owned())
    }

    /// How long the threads of a process have been at work, in all.
    pub fn worked(pid: i32) -> Option<Duration> {
        let stat = process(pid)?.stat().ok()?;
        let ticks = (stat.utime + stat.stime) as f64;
        Some(Duration::from_secs_f64(ticks / procfs::ticks_per_second() as f64))
    }

    /// Whether a thread of a process is at work, or wants to be, rather than waits for something.
    pub fn is_busy(pid: i32) -> Option<bool> {
        let mut threads = process(pid)?.tasks().ok()?.flatten();
        Some(threads.any(|thread| thread.stat().is_ok_and(|stat| stat.state == 'R')))
    }

    /// How long each thread of a process, by its id, has waited for a processor while others had them
    /// (<https://docs.kernel.org/scheduler/sched-stats.html>).
    pub fn kept_waiting(pid: i32) -> Vec<(i32, Duration)> {
        let threads = process(pid).and_then(|process| process.tasks().ok()).into_iter().flatten();
        let waited = |delay| Duration::from_nanos(delay);
        let threads = threads.flatten().map(|thread| (thread.tid, thread.schedstat()));
        threads.filter_map(|(id, stat)| Some((id, waited(stat.ok()?.run_delay)))).collect()
    }

    /// How long the thread that asks has waited so. No thread has the id 0.
    pub fn kept_this_thread_waiting() -> Option<(i32, Duration)> {
        let file = "/proc/thread-self/schedstat";
        let stat: ProcResult<_> = procfs::process::Schedstat::from_file(file);
        Some((0, Duration::from_nanos(stat.ok()?.run_delay)))
    }

    /// How many files and sockets a process has open.
    pub fn open_files(pid: i32) -> u64 {
        let count = process(pid).and_then(|process| process.fd_count().ok());
        count.unwrap_or(0) as u64
    }

    /// How many bytes a process has written to the disk so far.
    pub fn written(pid: i32) -> u64 {
        let io = process(pid).and_then(|process| process.io().ok());
        io.map_or(0, |io| io.write_bytes)
    }

    /// What these processes hold.
    pub fn footprint(pids: impl Iterator<Item = i32>) -> Footprint {
        let mut sum = Footprint::default();
        for process in pids.filter_map(process) {
            sum.threads += process.tasks().map_or(0, Iterator::count);
            sum.descriptors +=
                fs::read_dir(format!("/proc/{}/fd", process.pid())).map_or(0, Iterator::count);
        }
        sum
    }

    /// The most memory that a process has had so far, in KiB.
    pub fn memory_at_most(pid: u32, memory: Memory) -> Option<u64> {
        let status = process(pid as i32)?.status().ok()?;
        match memory {
            Memory::Asked => status.vmpeak,
            Memory::Used => status.vmhwm,
        }
    }

    /// The numbers (inodes) of the sockets that a process has open.
    pub fn sockets_of(pid: i32) -> Vec<u64> {
        let files = process(pid).and_then(|process| process.fd().ok()).into_iter().flatten();
        let targets = files.flatten().map(|file| file.target);
        targets
            .filter_map(|target| match target {
                FDTarget::Socket(inode) => Some(inode),
                _ => None,
            })
            .collect()
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    #![allow(missing_docs)] // as above, where the system tells

    use std::time::Duration;

    use super::{Entry, Footprint, Memory};

    pub(super) fn all() -> Vec<Entry> {
        Vec::new()
    }

    pub fn own() -> Option<Entry> {
        None
    }

    pub fn entry(_pid: i32) -> Option<Entry> {
        None
    }

    pub fn variable(_pid: i32, _name: &str) -> Option<String> {
        None
    }

    pub fn worked(_pid: i32) -> Option<Duration> {
        None
    }

    pub fn is_busy(_pid: i32) -> Option<bool> {
        None
    }

    pub fn kept_waiting(_pid: i32) -> Vec<(i32, Duration)> {
        Vec::new()
    }

    pub fn kept_this_thread_waiting() -> Option<(i32, Duration)> {
        None
    }

    pub fn open_files(_pid: i32) -> u64 {
        0
    }

    pub fn written(_pid: i32) -> u64 {
        0
    }

    pub fn footprint(_pids: impl Iterator<Item = i32>) -> Footprint {
        Footprint::default()
    }

    pub fn memory_at_most(_pid: u32, _memory: Memory) -> Option<u64> {
        None
    }

    pub fn sockets_of(_pid: i32) -> Vec<u64> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(pid: i32, parent: i32) -> Entry {
        Entry { pid, parent, group: 7, threads: 1, born: 500, memory: 0, is_dead: false }
    }

    #[test]
    fn a_family_is_followed_over_generations_in_any_order() {
        let entries = [sample(5, 4), sample(4, 3), sample(3, 1), sample(6, 1)];
        let family = with_descendants(&entries, &BTreeSet::from([3]));
        assert_eq!(family.iter().map(|entry| entry.pid).collect::<Vec<_>>(), [5, 4, 3]);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn this_process_is_listed_with_what_it_holds() {
        let own = own().expect("the system tells");
        assert!(census().iter().any(|entry| entry.pid == own.pid && !entry.is_dead));
        assert!(own.memory > 0 && own.threads > 0);
        let holds = footprint([own.pid].into_iter());
        assert!(holds.threads > 0 && holds.descriptors > 2, "{holds:?}");
        assert_eq!(variable(own.pid, "PATH"), std::env::var("PATH").ok());
    }
}

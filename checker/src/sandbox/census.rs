//! What runs on this machine, as far as the system tells: on Linux, by `/proc`; elsewhere nobody is listed.

use std::collections::BTreeSet;
use std::fs::{self, DirEntry, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::{Arc, LazyLock, Mutex, PoisonError, TryLockError};
use std::time::{Duration, Instant};

use rustix::process::Pid;

use crate::sandbox::nobody;

/// One process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its id.
    pub pid: i32,
    /// The id of its parent.
    pub parent: i32,
    /// The id of its process group, 0 when that was founded outside of the container that this process is in.
    pub group: i32,
    /// The id of its session, likewise.
    pub session: i32,
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
    let folders = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = folders.filter_map(|folder| folder.file_name().to_str()?.parse::<i32>().ok());
    pids.filter_map(entry).collect()
}

/// All processes, as they were a moment ago: many scenes ask at the same time, and the answer is the same for all of
/// them. While one of them makes a new list, the others go by the last one: that one may have to wait for a processor.
pub fn recent_census() -> Arc<Vec<Entry>> {
    const MOMENT: Duration = Duration::from_millis(40);
    static LAST: Mutex<Option<(Instant, Arc<Vec<Entry>>)>> = Mutex::new(None);
    static MAKER: Mutex<()> = Mutex::new(());
    let last = || LAST.lock().unwrap_or_else(PoisonError::into_inner);
    let known = last().clone();
    let _maker = match (known, MAKER.try_lock()) {
        (Some((when, entries)), _) if when.elapsed() < MOMENT => return entries,
        (Some((_, entries)), Err(TryLockError::WouldBlock)) => return entries,
        (_, maker) => maker,
    };
    let entries = Arc::new(census());
    *last() = Some((Instant::now(), Arc::clone(&entries)));
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

/// Where the system tells this of a process, if it does. (In a container, `/proc` may be the machine's, which numbers
/// the processes differently.)
fn path_of(pid: i32, what: &str) -> Option<PathBuf> {
    static KNOWS_US: LazyLock<bool> = LazyLock::new(|| {
        fs::read_link("/proc/self").is_ok_and(|own| own.as_os_str() == &*process::id().to_string())
    });
    KNOWS_US.then(|| Path::new("/proc").join(pid.to_string()).join(what))
}

/// What a file of a process says, where the system tells.
fn text_of(pid: i32, file: &str) -> Option<String> {
    short_text(&path_of(pid, file)?)
}

/// What a short file says. The system makes up the text as it is read, so all of it comes at once; asking for it in the
/// usual small steps would cost several times as much, and many of these files are read many times a second.
fn short_text(path: &Path) -> Option<String> {
    let mut buffer = [0; 4096];
    let count = nobody::looks(|| File::open(path).ok()?.read(&mut buffer).ok())?;
    Some(String::from_utf8_lossy(&buffer[..count]).into_owned())
}

/// What a folder of a process lists, where the system tells.
fn list_of(pid: i32, folder: &str) -> impl Iterator<Item = DirEntry> {
    let list = path_of(pid, folder).and_then(|folder| nobody::looks(|| fs::read_dir(folder).ok()));
    list.into_iter().flatten().flatten()
}

/// The command that a process was started with, as far as it fits a page: its words, each with a zero behind it. A
/// process that is being started still has that of its parent, or none.
pub fn command_line(pid: i32) -> Option<String> {
    text_of(pid, "cmdline").filter(|line| !line.is_empty())
}

/// The child that a process has had for the longest time.
pub fn first_child(pid: u32) -> Option<u32> {
    let children = text_of(pid as i32, &format!("task/{pid}/children"));
    let mut first = children.iter().filter_map(|list| list.split(' ').next()?.parse().ok());
    first.next().or_else(|| {
        let entries = census(); // a system may keep no such list
        let children = entries.iter().filter(|entry| entry.parent == pid as i32);
        children.min_by_key(|child| (child.born, child.pid)).map(|child| child.pid as u32)
    })
}

/// This process.
pub fn own() -> Option<Entry> {
    entry(process::id() as i32)
}

/// One process.
pub fn entry(pid: i32) -> Option<Entry> {
    entry_of(pid, &text_of(pid, "stat")?)
}

/// Reads a line such as `7 (a name) S 1 7 7 …` (<https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html>).
fn entry_of(pid: i32, stat: &str) -> Option<Entry> {
    let fields: Vec<&str> = fields_of(stat)?.collect(); // once: such lines are read thousands of times a second
    let number = |field: usize| fields.get(field - FIRST_FIELD)?.parse::<u64>().ok();
    Some(Entry {
        pid,
        parent: number(4)? as i32,
        group: number(5)? as i32,
        session: number(6)? as i32,
        threads: number(20)?,
        born: number(22)?,
        memory: number(24)? * rustix::param::page_size() as u64,
        is_dead: matches!(fields.first(), Some(&"Z" | &"X")),
    })
}

/// The fields of such a line, from the third on. The name before them may have any characters in it, but no `)` follows it.
fn fields_of(stat: &str) -> Option<impl Iterator<Item = &str>> {
    Some(stat.rsplit_once(')')?.1.trim_ascii().split(' '))
}

/// The number that the first of these fields has.
const FIRST_FIELD: usize = 3;

/// One of these fields, as they are numbered there.
fn field_of(stat: &str, field: usize) -> Option<&str> {
    fields_of(stat)?.nth(field - FIRST_FIELD)
}

/// A variable of the environment that a process was started with.
pub fn variable(pid: i32, name: &str) -> Option<String> {
    let path = path_of(pid, "environ")?;
    let environment = nobody::looks(|| fs::read(path)).ok()?;
    let mut variables = environment.split(|byte| *byte == 0).map(String::from_utf8_lossy);
    variables
        .find_map(|variable| variable.strip_prefix(name)?.strip_prefix('=').map(str::to_string))
}

/// How long the threads of a process have been at work, in all.
pub fn worked(pid: i32) -> Option<Duration> {
    let stat = text_of(pid, "stat")?;
    let ticks = |field| field_of(&stat, field)?.parse::<u64>().ok();
    let seconds = (ticks(14)? + ticks(15)?) as f64 / rustix::param::clock_ticks_per_second() as f64;
    Some(Duration::from_secs_f64(seconds))
}

/// Whether a thread of a process is at work, or wants to be, rather than waits for something: other than for the disk,
/// which is read when a program begins, say. Then it goes on without anybody's doing, too.
pub fn is_at_work(pid: i32) -> Option<bool> {
    let stat = |thread: DirEntry| short_text(&thread.path().join("stat"));
    let mut stats = list_of(pid, "task").filter_map(stat).peekable();
    stats.peek()?;
    Some(stats.any(|stat| matches!(field_of(&stat, 3), Some("R" | "D"))))
}

/// What a thread has done so far, other than to wait for something
/// (<https://docs.kernel.org/scheduler/sched-stats.html>).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// How long it had a processor.
    pub ran: Duration,
    /// How long it was ready to run, but others had the processors.
    pub waited: Duration,
    /// How often it got one.
    pub turns: u32,
    /// What it is at now.
    pub state: State,
}

/// What a thread is at (proc_pid_stat(5)).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum State {
    /// It has a processor, or is ready to run.
    Ready,
    /// It waits for the disk.
    ForDisk,
    /// It waits for something else.
    #[default]
    Other,
}

/// What each thread of a process, by its id, has done so far.
pub fn work_of(pid: i32) -> Vec<(i32, Work)> {
    let work = |thread: DirEntry| {
        let stat = short_text(&thread.path().join("stat"))?;
        let state = match field_of(&stat, 3)? {
            "R" => State::Ready,
            "D" => State::ForDisk,
            _ => State::Other,
        };
        let work = work_in(&short_text(&thread.path().join("schedstat"))?)?;
        Some((thread.file_name().to_str()?.parse().ok()?, Work { state, ..work }))
    };
    list_of(pid, "task").filter_map(work).collect()
}

/// What the thread that asks has done. No thread has the id 0.
pub fn work_of_this_thread() -> Option<(i32, Work)> {
    Some((0, work_in(&short_text(Path::new("/proc/thread-self/schedstat"))?)?))
}

/// The numbers of a line such as `709466336 302474643 86`: nanoseconds, nanoseconds, and how many times.
fn work_in(schedstat: &str) -> Option<Work> {
    let mut numbers = schedstat.split_whitespace().map(|word| word.parse::<u64>().ok());
    let mut next = || numbers.next()?;
    let (ran, waited) = (Duration::from_nanos(next()?), Duration::from_nanos(next()?));
    let turns = u32::try_from(next()?).unwrap_or(u32::MAX);
    Some(Work { ran, waited, turns, state: State::default() })
}

/// How many files and sockets a process has open. (Before Linux 6.2, nobody has any.)
pub fn open_files(pid: i32) -> u64 {
    let folder = path_of(pid, "fd").and_then(|folder| nobody::looks(|| fs::metadata(folder)).ok());
    folder.map_or(0, |folder| folder.len())
}

/// How many bytes a process has written to the disk so far.
pub fn written(pid: i32) -> u64 {
    let bytes = || value_in(&text_of(pid, "io")?, "write_bytes:")?.parse().ok();
    bytes().unwrap_or(0)
}

/// What these processes hold.
pub fn footprint(pids: impl Iterator<Item = i32>) -> Footprint {
    let mut sum = Footprint::default();
    for pid in pids {
        sum.threads += list_of(pid, "task").count();
        sum.descriptors += list_of(pid, "fd").count();
    }
    sum
}

/// The ids of a process's threads; that of the main one is its own.
pub fn threads_of(pid: i32) -> impl Iterator<Item = i32> {
    list_of(pid, "task").filter_map(|thread| thread.file_name().to_str()?.parse().ok())
}

/// The most memory that a process has had so far, in KiB.
pub fn memory_at_most(pid: u32, memory: Memory) -> Option<u64> {
    let field = match memory {
        Memory::Asked => "VmPeak:",
        Memory::Used => "VmHWM:",
    };
    value_in(&text_of(pid as i32, "status")?, field)?.parse().ok()
}

/// The first word behind `field` in a text with a field on each line.
fn value_in<'a>(text: &'a str, field: &str) -> Option<&'a str> {
    text.lines().find_map(|line| line.strip_prefix(field))?.split_whitespace().next()
}

/// The numbers (inodes) of the sockets that a process has open: `socket:[4711]`.
pub fn sockets_of(pid: i32) -> Vec<u64> {
    let targets =
        list_of(pid, "fd").filter_map(|file| nobody::looks(|| fs::read_link(file.path())).ok());
    let inode = |target: PathBuf| {
        target.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok()
    };
    targets.filter_map(inode).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(pid: i32, parent: i32) -> Entry {
        let stat =
            format!("{pid} (a (b) c) Z {parent} 7 8 0 0 0 0 0 0 0 0 0 0 0 0 0 3 0 500 0 2 0");
        entry_of(pid, &stat).expect("a line of /proc/PID/stat")
    }

    #[test]
    fn a_line_of_the_system_is_read() {
        let memory = 2 * rustix::param::page_size() as u64;
        let expected = Entry {
            pid: 9,
            parent: 1,
            group: 7,
            session: 8,
            threads: 3,
            born: 500,
            memory,
            is_dead: true,
        };
        assert_eq!(sample(9, 1), expected);
    }

    #[test]
    fn a_thread_is_running_by_its_state_and_not_by_its_name() {
        assert_eq!(field_of("9 (client 127.0.0) R 1 7", 3), Some("R"));
        assert_eq!(field_of("9 (client) R) S 1 7", 3), Some("S"));
    }

    #[test]
    fn a_line_tells_how_long_a_thread_ran_and_was_kept_waiting() {
        let (ran, waited) = (Duration::from_nanos(709_466_336), Duration::from_nanos(302_474_643));
        let work = Work { ran, waited, turns: 86, state: State::Other };
        assert_eq!(work_in("709466336 302474643 86\n"), Some(work));
        assert_eq!(work_in(""), None);
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

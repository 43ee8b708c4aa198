//! What runs on this machine, as far as the system tells (`/proc`, Linux; elsewhere nobody is listed).

use std::collections::BTreeSet;
use std::fmt::Display;
use std::fs::{self, DirEntry};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::Pid;

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
    pub threads: usize,
    /// When it was started, in clock ticks since the system was.
    pub born: u64,
    /// How much memory it has, in bytes.
    pub memory: u64,
    /// Whether it has ended, and only waits for its parent to take notice.
    pub is_dead: bool,
}

/// All processes.
pub fn census() -> Vec<Entry> {
    let folders = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = folders.filter_map(|folder| folder.file_name().to_str()?.parse::<i32>().ok());
    pids.filter_map(entry).collect()
}

/// All processes, as they were a moment ago at most: many scenes ask at the same time.
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

/// Where the system tells this of a process, if it does. (In a container it may have numbered the processes as
/// they are outside.)
fn path_of(pid: impl Display, what: &str) -> Option<PathBuf> {
    static KNOWS_US: LazyLock<bool> = LazyLock::new(|| {
        fs::read_link("/proc/self").is_ok_and(|own| own.as_os_str() == &*process::id().to_string())
    });
    KNOWS_US.then(|| Path::new("/proc").join(pid.to_string()).join(what))
}

/// What a file of a process says, where the system tells.
pub fn text_of(pid: impl Display, file: &str) -> Option<String> {
    fs::read_to_string(path_of(pid, file)?).ok()
}

/// What a folder of a process lists, where the system tells.
pub fn list_of(pid: impl Display, folder: &str) -> Option<impl Iterator<Item = DirEntry>> {
    Some(fs::read_dir(path_of(pid, folder)?).ok()?.flatten())
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
    // The name may have any characters in it, but no `)` follows it.
    let (_, rest) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let number = |field: usize| fields.get(field - 3)?.parse::<u64>().ok(); // as numbered there
    Some(Entry {
        pid,
        parent: number(4)? as i32,
        group: number(5)? as i32,
        threads: number(20)? as usize,
        born: number(22)?,
        memory: number(24)? * rustix::param::page_size() as u64,
        is_dead: matches!(fields.first(), Some(&"Z" | &"X")),
    })
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

/// A variable of the environment that a process was started with.
pub fn variable(pid: i32, name: &str) -> Option<String> {
    let environment = fs::read(path_of(pid, "environ")?).ok()?;
    let variables = environment.split(|byte| *byte == 0).map(String::from_utf8_lossy);
    let mut values = variables
        .filter_map(|variable| variable.strip_prefix(name)?.strip_prefix('=').map(str::to_string));
    values.next()
}

/// How long the threads of a process have been at work, in all.
pub fn worked(pid: i32) -> Option<Duration> {
    let stat = text_of(pid, "stat")?;
    let (_, rest) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let ticks = |field: usize| fields.get(field - 3)?.parse::<u64>().ok();
    let seconds = (ticks(14)? + ticks(15)?) as f64 / rustix::param::clock_ticks_per_second() as f64;
    Some(Duration::from_secs_f64(seconds))
}

/// Whether a thread of a process is at work, or wants to be, rather than waits for something.
pub fn is_busy(pid: i32) -> Option<bool> {
    Some(of_threads(pid, "stat")?.any(|(_, stat)| is_running(&stat)))
}

/// What a file tells of each thread of a process, by the thread's id.
fn of_threads(pid: i32, file: &str) -> Option<impl Iterator<Item = (String, String)>> {
    Some(list_of(pid, "task")?.filter_map(move |thread| {
        let text = fs::read_to_string(thread.path().join(file)).ok()?;
        Some((thread.file_name().into_string().ok()?, text))
    }))
}

/// Whether a line such as `7 (a name) R 1 7 7 …` says so.
fn is_running(stat: &str) -> bool {
    stat.rsplit_once(')').is_some_and(|(_, rest)| rest.trim_start().starts_with('R'))
}

/// How long each thread of a process, by its id, has waited for a processor while others had them
/// (<https://docs.kernel.org/scheduler/sched-stats.html>).
pub fn kept_waiting(pid: i32) -> Vec<(String, Duration)> {
    let threads = of_threads(pid, "schedstat").into_iter().flatten();
    threads.filter_map(|(thread, stat)| Some((thread, waited(&stat)?))).collect()
}

/// How long the thread that asks has waited so.
pub fn kept_this_thread_waiting() -> Option<(String, Duration)> {
    let stat = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(("this thread".to_string(), waited(&stat)?))
}

/// The second number of a line such as `709466336 302474643 86`, in nanoseconds.
fn waited(schedstat: &str) -> Option<Duration> {
    Some(Duration::from_nanos(schedstat.split_whitespace().nth(1)?.parse().ok()?))
}

/// How many files and sockets a process has open. (Before Linux 6.2, nobody has any.)
pub fn open_files(pid: i32) -> u64 {
    let folder = path_of(pid, "fd").and_then(|folder| fs::metadata(folder).ok());
    folder.map_or(0, |folder| folder.len())
}

/// How many bytes a process has written to the disk so far.
pub fn written(pid: i32) -> u64 {
    let text = text_of(pid, "io").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("write_bytes: "));
    line.and_then(|bytes| bytes.parse().ok()).unwrap_or(0)
}

/// The TCP ports that these processes listen on.
pub fn listening_ports(processes: &[Entry]) -> BTreeSet<u16> {
    let mut ports = BTreeSet::new();
    for process in processes {
        let files = list_of(process.pid, "fd").into_iter().flatten();
        let files = files.filter_map(|file| fs::read_link(file.path()).ok());
        let sockets: BTreeSet<String> = files.map(|file| file.display().to_string()).collect();
        for table in ["net/tcp", "net/tcp6"] {
            let text = text_of(process.pid, table).unwrap_or_default();
            ports.extend(text.lines().filter_map(|line| listening_port(line, &sockets)));
        }
    }
    ports
}

/// The port of a line such as `0: 0100007F:1F90 00000000:0000 0A … 4711 …`: 0A is *listening*, 4711 the inode.
fn listening_port(line: &str, sockets: &BTreeSet<String>) -> Option<u16> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let (local, state, inode) = (fields.get(1)?, fields.get(3)?, fields.get(9)?);
    let is_theirs = *state == "0A" && sockets.contains(&format!("socket:[{inode}]"));
    is_theirs.then(|| Some(address(local)?.port()))?
}

/// The connections of a port on this machine that are closed on both sides, but kept for a minute, since the
/// server has closed them first (TIME_WAIT, RFC 9293): client and server of each.
pub fn lingering(port: u16) -> Vec<(SocketAddr, SocketAddr)> {
    let tables = ["tcp", "tcp6"].map(|table| fs::read_to_string(format!("/proc/net/{table}")));
    let lines = tables.iter().flatten().flat_map(|table| table.lines());
    lines.filter_map(lingering_connection).filter(|(_, server)| server.port() == port).collect()
}

/// The remote and the local address of a line such as `1: 0100007F:1F90 0100007F:9688 06 …`, if that is its state.
fn lingering_connection(line: &str) -> Option<(SocketAddr, SocketAddr)> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let (local, remote) = (address(fields.get(1)?)?, address(fields.get(2)?)?);
    (*fields.get(3)? == "06").then_some((remote, local))
}

/// `0100007F:1F90` is 127.0.0.1:8080. (An IPv4 address in IPv6 ends in the same.)
fn address(text: &str) -> Option<SocketAddr> {
    let (host, port) = text.split_once(':')?;
    let host = u32::from_str_radix(host.get(host.len().checked_sub(8)?..)?, 16).ok()?;
    Some(SocketAddr::from((host.to_ne_bytes(), u16::from_str_radix(port, 16).ok()?)))
}

impl Entry {
    /// Its id, as system calls take it.
    pub fn id(&self) -> Option<Pid> {
        Pid::from_raw(self.pid)
    }
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
        let page = rustix::param::page_size() as u64;
        let expected = Entry {
            pid: 9,
            parent: 1,
            group: 7,
            threads: 3,
            born: 500,
            memory: 2 * page,
            is_dead: true,
        };
        assert_eq!(sample(9, 1), expected);
    }

    #[test]
    fn a_thread_is_running_by_its_state_and_not_by_its_name() {
        assert!(is_running("9 (client 127.0.0) R 1 7"));
        assert!(!is_running("9 (client) R) S 1 7"));
    }

    #[test]
    fn a_line_tells_how_long_a_thread_was_kept_waiting() {
        assert_eq!(waited("709466336 302474643 86\n"), Some(Duration::from_nanos(302_474_643)));
        assert_eq!(waited(""), None);
    }

    #[test]
    fn a_family_is_followed_over_generations_in_any_order() {
        let entries = [sample(5, 4), sample(4, 3), sample(3, 1), sample(6, 1)];
        let family = with_descendants(&entries, &BTreeSet::from([3]));
        assert_eq!(family.iter().map(|entry| entry.pid).collect::<Vec<_>>(), [5, 4, 3]);
    }

    #[test]
    fn a_connection_that_is_only_kept_has_a_client_and_a_server() {
        let line =
            "1: 0100007F:1F90 0100007F:9688 06 00000000:00000000 03:000012D5 00000000 0 0 0 3";
        let expected = ("127.0.0.1:38536".parse(), "127.0.0.1:8080".parse());
        let expected = (expected.0.expect("an address"), expected.1.expect("an address"));
        assert_eq!(lingering_connection(line), Some(expected));
        assert_eq!(lingering_connection(&line.replace(" 06 ", " 01 ")), None);
        let mapped = line.replace("0100007F", "0000000000000000FFFF00000100007F");
        assert_eq!(lingering_connection(&mapped), Some(expected));
    }

    #[test]
    fn only_a_listening_socket_of_theirs_has_a_port() {
        let sockets = BTreeSet::from(["socket:[4711]".to_string()]);
        let line =
            "0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 4711 1";
        assert_eq!(listening_port(line, &sockets), Some(8080));
        assert_eq!(listening_port(&line.replace(" 0A ", " 01 "), &sockets), None);
        assert_eq!(listening_port(&line.replace("4711", "4712"), &sockets), None);
    }
}

//! What Linux tells of processes and sockets (`/proc`: proc(5)).

use std::collections::BTreeSet;
use std::fs;

/// What a process has.
#[derive(Clone, Copy, Debug)]
pub struct Footprint {
    /// How many threads.
    pub threads: usize,
    /// How many descriptors: files, sockets, pipes.
    pub descriptors: usize,
    /// How much memory, in KiB.
    pub memory_kib: usize,
}

impl Footprint {
    /// That of a process that runs.
    ///
    /// # Panics
    /// When it does not.
    pub fn of(process: u32) -> Footprint {
        let count = |folder| {
            let folder = fs::read_dir(format!("/proc/{process}/{folder}"));
            folder.expect("the process runs").count()
        };
        let status = fs::read_to_string(format!("/proc/{process}/status"));
        let status = status.expect("the process runs");
        let memory = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let memory = memory.expect("its memory").trim().trim_end_matches(" kB");
        let memory_kib = memory.parse().expect("a number");
        Footprint { threads: count("task"), descriptors: count("fd"), memory_kib }
    }
}

/// What a process does now: `S` is waiting, `T` is stopped.
///
/// # Panics
/// When it does not run.
pub fn state_of(process: u32) -> char {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).expect("the process runs");
    let (_, behind_name) = stat.rsplit_once(") ").expect("a name in parentheses");
    behind_name.chars().next().expect("a state")
}

/// The command lines of all processes.
///
/// # Panics
/// When the system lists none.
pub fn command_lines() -> Vec<String> {
    let folders = fs::read_dir("/proc").expect("a list of processes").flatten();
    let lines = folders.filter_map(|folder| fs::read_to_string(folder.path().join("cmdline")).ok());
    lines.map(|line| line.replace('\0', " ")).collect()
}

/// A TCP socket.
pub struct Socket {
    /// Its port on this side.
    pub port: u16,
    /// Whether it waits for connections.
    pub is_listening: bool,
    /// Whether it is connected.
    pub is_established: bool,
    /// How many bytes wait to be read; of one that listens, how many connections wait to be accepted.
    pub waiting: u64,
}

/// All TCP sockets, whatever their state.
///
/// # Panics
/// When the system lists none.
pub fn sockets() -> Vec<Socket> {
    let table = fs::read_to_string("/proc/net/tcp").expect("a list of sockets");
    table.lines().skip(1).map(|line| socket(line).expect("five columns and more")).collect()
}

fn socket(line: &str) -> Option<Socket> {
    let columns: Vec<&str> = line.split_whitespace().collect();
    let behind_colon = |column: usize| columns.get(column)?.rsplit(':').next();
    Some(Socket {
        port: u16::from_str_radix(behind_colon(1)?, 16).ok()?,
        is_listening: *columns.get(3)? == "0A",
        is_established: *columns.get(3)? == "01",
        waiting: u64::from_str_radix(behind_colon(4)?, 16).ok()?,
    })
}

/// The ports that any TCP socket has on this side.
pub fn ports_in_use() -> BTreeSet<u16> {
    sockets().iter().map(|socket| socket.port).collect()
}

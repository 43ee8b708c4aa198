//! Bad peers against the servers of milestones 1 to 3: the server stays up, serves those who behave, logs a
//! line for each fault, and afterwards holds no more threads, descriptors and memory than before.
//!
//! Loopback only, and bounded in count and time.

#![cfg(target_os = "linux")] // it reads /proc

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use chatlings::text;
use checker::cargo::{self, Package};
use checker::cast::Launch;
use socket2::SockRef;

const DEADLINE: Duration = Duration::from_secs(20);

/// How much memory a server may hold on to, in KiB: what its allocator keeps for the next time.
const SPARE_KIB: usize = 24 * 1024;

/// A server that is tried, and how one gets to talk in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    /// Milestone 1: capitals for whoever connects.
    Capitals,
    /// Milestones 2 and 3: a room that asks for a name.
    Room,
}

struct Server {
    child: Child,
    address: SocketAddr,
    log: Arc<Mutex<Vec<String>>>,
    kind: Kind,
    visitors: AtomicUsize,
}

#[derive(Debug)]
struct Footprint {
    threads: usize,
    descriptors: usize,
    memory_kib: usize,
}

impl Server {
    /// Starts a worked program, with a limit to its descriptors if there is one.
    fn start(program: &'static str, kind: Kind, most_descriptors: Option<usize>) -> Server {
        let path = path_of(program);
        let limit = most_descriptors.map_or(String::new(), |most| format!("ulimit -n {most}; "));
        let mut command = Command::new("sh");
        command.args(["-c", &format!("{limit}exec {} --port 0", path.display())]);
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("a pipe");
        BufReader::new(stdout).read_line(&mut line).expect("it says where it listens");
        let address = line
            .trim()
            .strip_prefix("listening on ")
            .expect("the address")
            .parse()
            .expect("an address");
        let log: Arc<Mutex<Vec<String>>> = Arc::default();
        let (lines, stderr) = (Arc::clone(&log), child.stderr.take().expect("a pipe"));
        thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                lines.lock().expect("the log").push(line);
            }
        });
        Server { child, address, log, kind, visitors: AtomicUsize::new(0) }
    }

    fn connect(&self) -> TcpStream {
        let stream = checker::board::call(self.address, DEADLINE).expect("the server accepts");
        stream.set_read_timeout(Some(DEADLINE)).expect("a time limit");
        stream
    }

    /// Somebody who has given a name, if that is asked for, and may talk.
    fn enter(&self) -> TcpStream {
        let mut stream = self.connect();
        if self.kind == Kind::Room {
            let name = format!("visitor{}", self.visitors.fetch_add(1, Ordering::Relaxed));
            hear_of(&mut stream, "ame"); // Your username? What is your name?
            stream.write_all(format!("{name}\n").as_bytes()).expect("it is sent");
            hear_of(&mut stream, "Welcome");
        }
        stream
    }

    /// Makes sure that those who behave are served.
    fn serves(&self) {
        let mut alice = self.enter();
        let word = "straße";
        match self.kind {
            Kind::Capitals => {
                alice.write_all(format!("{word}\n").as_bytes()).expect("it is sent");
                hear_of(&mut alice, "STRASSE");
            }
            Kind::Room => {
                let mut bob = self.enter();
                alice.write_all(format!("{word}\n").as_bytes()).expect("it is sent");
                hear_of(&mut bob, word);
            }
        }
    }

    fn footprint(&self) -> Footprint {
        let process = format!("/proc/{}", self.child.id());
        let count =
            |folder: &str| fs::read_dir(format!("{process}/{folder}")).expect("it runs").count();
        let status = fs::read_to_string(format!("{process}/status")).expect("it runs");
        let memory =
            status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("its memory");
        let memory_kib = memory.trim().trim_end_matches(" kB").parse().expect("a number");
        Footprint { threads: count("task"), descriptors: count("fd"), memory_kib }
    }

    /// Waits until it holds no more than before.
    fn shrinks_to(&self, before: &Footprint) {
        wait_until(&format!("{:?} is back to {before:?}", self.footprint()), || {
            let now = self.footprint();
            now.threads <= before.threads
                && now.descriptors <= before.descriptors
                && now.memory_kib <= before.memory_kib + SPARE_KIB
        });
    }

    /// How many connections wait to be accepted: for a socket that listens, that is the fifth column of
    /// `/proc/net/tcp`, behind the colon (proc_net_tcp of the kernel's documentation).
    fn backlog(&self) -> u64 {
        let table = fs::read_to_string("/proc/net/tcp").expect("the table of sockets");
        let end = format!(":{:04X} 00000000:0000 0A", self.address.port());
        let line = table.lines().find(|line| line.contains(&end)).expect("it listens");
        let (_, waiting) =
            line.split_whitespace().nth(4).expect("a column").split_once(':').expect("two");
        u64::from_str_radix(waiting, 16).expect("a number")
    }

    fn count_in_log(&self, text: &str) -> usize {
        self.log.lock().expect("the log").iter().filter(|line| line.contains(text)).count()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if thread::panicking() {
            eprintln!("the server's log: {:#?}", self.log.lock().map(|log| log.clone()));
        }
    }
}

fn path_of(program: &'static str) -> PathBuf {
    let builds = cargo::build(&[(Package::Solutions, program)], false).expect("cargo runs");
    match &builds[&(Package::Solutions, program)].launch {
        Launch::Built(_, path) => path.clone(),
        other => panic!("{program}: {other:?}"),
    }
}

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < DEADLINE, "not within {DEADLINE:?}: {what}");
        thread::sleep(Duration::from_millis(2));
    }
}

/// Reads until this text has come. Returns all that has come.
fn hear_of(stream: &mut TcpStream, text: &str) -> String {
    let mut heard = Vec::new();
    let mut buffer = [0; 4096];
    while !String::from_utf8_lossy(&heard).contains(text) {
        let count = stream
            .read(&mut buffer)
            .unwrap_or_else(|error| panic!("waiting for {text:?}: {error}"));
        assert!(count > 0, "closed before {text:?} came: {:?}", String::from_utf8_lossy(&heard));
        heard.extend(&buffer[..count]);
    }
    String::from_utf8_lossy(&heard).into_owned()
}

/// Waits until the server has closed or reset the connection.
fn is_closed(stream: &mut TcpStream) {
    let mut buffer = [0; 4096];
    while stream.read(&mut buffer).is_ok_and(|count| count > 0) {}
}

fn reset(stream: TcpStream) {
    SockRef::from(&stream).set_linger(Some(Duration::ZERO)).expect("it is reset");
}

/// A server that has served somebody already: what it sets up for its first client counts as before.
fn warm(program: &'static str, kind: Kind) -> (Server, Footprint) {
    let server = Server::start(program, kind, None);
    let idle = server.footprint();
    server.serves();
    server.shrinks_to(&Footprint { memory_kib: usize::MAX / 2, ..idle });
    let before = server.footprint();
    (server, before)
}

fn endless_line(program: &'static str, kind: Kind) {
    let (server, before) = warm(program, kind);
    let mut mallory = server.enter();
    let line = vec![b'x'; 10 * 1024 * 1024];
    let _ = mallory.write_all(&line); // the server closes before it has all of it
    is_closed(&mut mallory);
    server.serves();
    wait_until("the fault is logged", || server.count_in_log("longer than 64 KiB") == 1);
    drop(mallory);
    server.shrinks_to(&before);
    assert_eq!(server.count_in_log("longer than 64 KiB"), 1);
}

/// The longest lines that a server receives, which get longer by what it puts before them.
fn longest_lines(program: &'static str, kind: Kind) {
    let (server, before) = warm(program, kind);
    let mut listener = server.enter();
    for byte in [b'x', b'\0', b'\xff'] {
        let mut mallory = server.enter();
        let line = [&[byte; text::LONGEST][..], b"\n"].concat();
        let _ = mallory.write_all(&line); // the server may close before it has all of it
        let _ = mallory.write_all(b"/quit\n");
        let _ = mallory.shutdown(Shutdown::Write);
        is_closed(&mut mallory);
    }
    let mut alice = server.enter();
    alice.write_all(b"THE END\n").expect("it is sent");
    let heard = hear_of(&mut listener, "THE END");
    let longest = heard.lines().map(str::len).max();
    assert!(longest <= Some(text::LONGEST), "a line of {longest:?} bytes");
    drop((alice, listener));
    server.shrinks_to(&before);
}

fn bytes_that_are_no_text(program: &'static str, kind: Kind) {
    let (server, before) = warm(program, kind);
    let mut listener = server.enter();
    let mut mallory = server.enter();
    mallory.write_all(b"nul \0, invalid \xff\xfe, and THE END\n").expect("it is sent");
    match kind {
        Kind::Capitals => drop(hear_of(&mut mallory, "THE END")),
        Kind::Room => drop(hear_of(&mut listener, "THE END")),
    }
    drop((mallory, listener));
    server.serves();
    server.shrinks_to(&before);
}

fn silent_crowd(program: &'static str, kind: Kind) {
    let (server, before) = warm(program, kind);
    let crowd: Vec<TcpStream> = (0..500).map(|_| server.connect()).collect();
    server.serves();
    assert!(
        server.footprint().threads >= 500,
        "all of them are connected: {:?}",
        server.footprint()
    );
    drop(crowd);
    server.serves();
    server.shrinks_to(&before);
}

fn resets_in_a_loop(program: &'static str, kind: Kind) {
    let (server, before) = warm(program, kind);
    for round in 0..200 {
        let mut mallory = server.connect();
        if round % 2 == 0 {
            let _ = mallory.write_all(b"half a wo");
        }
        reset(mallory);
    }
    server.serves();
    server.shrinks_to(&before);
}

fn no_descriptors_left(program: &'static str, kind: Kind) {
    let server = Server::start(program, kind, Some(64));
    server.serves();
    let before = server.footprint();
    // More than it can have: the rest wait in the backlog.
    let crowd: Vec<TcpStream> = (0..100).map(|_| server.connect()).collect();
    wait_until("it runs out of descriptors", || server.count_in_log("Too many open files") > 0);
    drop(crowd);
    wait_until("those who waited had their turn", || server.backlog() == 0);
    server.shrinks_to(&before);
    server.serves();
    server.shrinks_to(&before);
}

/// All trials of one server as tests of its module.
macro_rules! trials {
    ($module:ident, $program:literal, $kind:expr) => {
        mod $module {
            use super::*;

            #[test]
            fn a_line_of_10_mb_ends_its_own_connection() {
                endless_line($program, $kind);
            }

            #[test]
            fn nul_bytes_and_invalid_utf_8_harm_nobody() {
                bytes_that_are_no_text($program, $kind);
            }

            #[test]
            fn five_hundred_who_say_nothing_hold_nobody_up() {
                silent_crowd($program, $kind);
            }

            #[test]
            fn two_hundred_who_connect_and_reset_leave_nothing_behind() {
                resets_in_a_loop($program, $kind);
            }

            #[test]
            fn running_out_of_descriptors_is_survived() {
                no_descriptors_left($program, $kind);
            }
        }
    };
}

#[test]
fn ms2_sends_no_line_that_is_too_long_for_others() {
    longest_lines("ms2_server", Kind::Room);
}

#[test]
fn ms3_sends_no_line_that_is_too_long_for_others() {
    longest_lines("ms3_server", Kind::Room);
}

trials!(ms1, "ms1_server", Kind::Capitals);
trials!(ms2, "ms2_server", Kind::Room);
trials!(ms3, "ms3_server", Kind::Room);

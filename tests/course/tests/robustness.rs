//! Bad peers against the servers of milestones 1 to 3, and against the event loop of 1.4: the server stays up,
//! serves those who behave, logs a line for each fault, and afterwards holds no more threads, descriptors and
//! memory than before.
//!
//! Loopback only, and bounded in count and time.

#![cfg(target_os = "linux")] // it reads /proc

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use chatlings::text;
use course_tests::play::{call, reference};
use course_tests::system::{Footprint, sockets, state_of};
use course_tests::{DEADLINE, wait_until};
use rustix::process::{Pid, Signal, kill_process};
use socket2::SockRef;

const EVENT_LOOP: &str = "ex4_event_loop";

/// How much memory a server may hold on to, in KiB: what its allocator keeps for the next time.
const SPARE_KIB: usize = 24 * 1024;

/// A server that is tried, and how one gets to talk in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    /// The event loop of 1.4: every message comes back, and one thread serves all.
    Echo,
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

impl Server {
    /// Starts a reference solution, with a limit to its descriptors if there is one.
    fn start(program: &'static str, kind: Kind, most_descriptors: Option<usize>) -> Server {
        let path = reference(program);
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
        let stream = call(self.address, DEADLINE).expect("the server accepts");
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
            Kind::Echo => {
                alice.write_all(format!("{word}\n").as_bytes()).expect("it is sent");
                hear_of(&mut alice, word);
            }
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
        Footprint::of(self.child.id())
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

    /// How many connections wait to be accepted.
    fn backlog(&self) -> u64 {
        let port = self.address.port();
        let socket =
            sockets().into_iter().find(|socket| socket.port == port && socket.is_listening);
        socket.expect("it listens").waiting
    }

    /// How many connections it has.
    fn connections(&self) -> usize {
        let port = self.address.port();
        sockets().iter().filter(|socket| socket.port == port && socket.is_established).count()
    }

    fn state(&self) -> char {
        state_of(self.child.id())
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("it runs");
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

/// Reads until the server closes.
fn hear_all(stream: &mut TcpStream) -> String {
    let mut heard = String::new();
    stream.read_to_string(&mut heard).expect("the server closes");
    heard
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
        Kind::Echo | Kind::Capitals => hear_of(&mut mallory, "THE END"),
        Kind::Room => hear_of(&mut listener, "THE END"),
    };
    drop((mallory, listener));
    server.serves();
    server.shrinks_to(&before);
}

fn silent_crowd(program: &'static str, kind: Kind) {
    let (server, before) = warm(program, kind);
    let crowd: Vec<TcpStream> = (0..500).map(|_| server.connect()).collect();
    server.serves();
    let now = server.footprint();
    assert!(now.descriptors >= 500, "all of them are connected: {now:?}");
    match kind {
        Kind::Echo => assert_eq!(now.threads, before.threads),
        Kind::Capitals | Kind::Room => assert!(now.threads >= 500, "a thread each: {now:?}"),
    }
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
    ($module:ident, $program:expr, $kind:expr) => {
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

/// In the middle of a flood, and of others who come and break off.
#[test]
fn ms3_removes_who_does_not_read_says_so_and_holds_nothing_of_it() {
    let (server, before) = warm("ms3_server", Kind::Room);
    let (mut alice, bob, mut mallory) = (server.enter(), server.enter(), server.enter());
    let began = Instant::now();
    let goes_on = || server.count_in_log("removed") == 0 && began.elapsed() < DEADLINE;
    thread::scope(|scope| {
        scope.spawn(|| {
            while goes_on() {
                alice.write_all(&b"bread and butter\n".repeat(100)).expect("it is sent");
            }
            alice.write_all(b"THE END\n").expect("it is sent");
        });
        scope.spawn(|| {
            while goes_on() {
                reset(server.enter());
            }
        });
        let mut lines = BufReader::new(&bob).lines().map_while(Result::ok);
        assert!(lines.any(|line| line.ends_with("THE END")), "bob does not hear all of it");
    });
    assert_eq!(server.count_in_log("removed"), 1);
    is_closed(&mut mallory);
    drop((alice, bob, mallory));
    server.serves();
    server.shrinks_to(&before);
}

trials!(event_loop, EVENT_LOOP, Kind::Echo);
trials!(ms1, "ms1_server", Kind::Capitals);
trials!(ms2, "ms2_server", Kind::Room);
trials!(ms3, "ms3_server", Kind::Room);

#[test]
fn the_event_loop_closes_those_who_only_stop_sending() {
    let (server, before) = warm(EVENT_LOOP, Kind::Echo);
    let mut crowd: Vec<TcpStream> = (0..50).map(|_| server.connect()).collect();
    for client in &mut crowd {
        client.write_all(b"bread\n").expect("it is sent");
        client.shutdown(Shutdown::Write).expect("it is connected");
        assert_eq!(hear_all(client), "bread\n");
    }
    server.shrinks_to(&before);
}

#[test]
fn the_event_loop_answers_a_last_line_without_a_line_break() {
    let server = Server::start(EVENT_LOOP, Kind::Echo, None);
    let mut alice = server.connect();
    alice.write_all(b"bread\nplum").expect("it is sent");
    alice.shutdown(Shutdown::Write).expect("it is connected");
    assert_eq!(hear_all(&mut alice), "bread\nplum\n");
}

#[test]
fn the_event_loop_takes_a_late_line_break_for_no_message() {
    let server = Server::start(EVENT_LOOP, Kind::Echo, None);
    let mut alice = server.connect();
    alice.write_all(b"bread").expect("it is sent");
    hear_of(&mut alice, "bread\n");
    alice.write_all(b"\nplum\n\nend\n").expect("it is sent");
    assert_eq!(hear_all(&mut alice), "plum\n\n");
}

/// The replies are longer than what is said, since each byte that is no UTF-8 comes back as three. With one of
/// these sizes, the last of them do not fit into the connection when `end` is read.
#[test]
fn the_event_loop_sends_all_replies_before_it_closes() {
    let server = Server::start(EVENT_LOOP, Kind::Echo, None);
    let mut bob = server.connect();
    for lines in (8 * 1024..14 * 1024).step_by(64) {
        let mut alice = server.connect();
        let mut said = [&[0xff; 127], &b"\n"[..]].concat().repeat(lines);
        said.extend(b"end\n");
        alice.write_all(&said).expect("it is sent");
        // Bob and alice have turns. Then the server has read all that she has said, or waits for her.
        for _ in 0..10 {
            bob.write_all(b"plum\n").expect("it is sent");
            hear_of(&mut bob, "plum");
        }
        assert_eq!(hear_all(&mut alice).len(), lines * (3 * 127 + 1), "{lines} lines");
    }
}

#[test]
fn the_event_loop_takes_a_line_of_64_kib_and_none_that_is_longer() {
    let server = Server::start(EVENT_LOOP, Kind::Echo, None);
    let line = "x".repeat(64 * 1024);
    let mut alice = server.connect();
    alice.write_all(format!("{line}\r\nend\n").as_bytes()).expect("it is sent");
    assert!(hear_all(&mut alice) == format!("{line}\n"), "not the same line");
    let mut mallory = server.connect();
    mallory.write_all(format!("{line}x\n").as_bytes()).expect("it is sent");
    is_closed(&mut mallory);
    wait_until("the fault is logged", || server.count_in_log("longer than 64 KiB") == 1);
}

#[test]
fn the_event_loop_lets_nobody_starve_beside_one_who_sends_and_reads_without_a_pause() {
    let server = Server::start(EVENT_LOOP, Kind::Echo, None);
    let mut alice = server.connect();
    alice.write_all(b"bread\n").expect("it is sent");
    hear_of(&mut alice, "bread");
    let crowd: Vec<TcpStream> = (0..10).map(|_| server.connect()).collect();
    server.serves();
    wait_until("only they are connected", || server.connections() == 11);
    // While the server is stopped, alice begins to send, and the others leave: all of them are ready at once.
    server.signal(Signal::STOP);
    wait_until("it is stopped", || server.state() == 'T');
    alice.write_all(&b"bread\n".repeat(1000)).expect("it is sent");
    let mut reading = alice.try_clone().expect("a copy");
    let sends = thread::spawn(move || {
        let _ = alice.write_all(&b"bread\n".repeat(1024 * 1024)); // for many turns
        let _ = alice.write_all(&[b'x'; 128 * 1024]); // a fault, for the log
    });
    let reads = thread::spawn(move || is_closed(&mut reading));
    crowd.into_iter().for_each(reset);
    wait_until("they have left", || server.connections() == 1);
    server.signal(Signal::CONT);
    wait_until("all are done", || server.log.lock().expect("the log").len() == 11);
    let log = server.log.lock().expect("the log").join("\n");
    assert!(log.ends_with("longer than 64 KiB"), "alice was done before the others: {log}");
    sends.join().expect("it ends");
    reads.join().expect("it ends");
}

#[test]
fn the_event_loop_goes_on_after_it_was_stopped() {
    let server = Server::start(EVENT_LOOP, Kind::Echo, None);
    server.serves();
    wait_until("it waits", || server.state() == 'S');
    server.signal(Signal::STOP);
    wait_until("it is stopped", || server.state() == 'T');
    server.signal(Signal::CONT);
    server.serves();
}

#[test]
fn the_event_loop_logs_once_that_it_has_no_descriptors_left() {
    let server = Server::start(EVENT_LOOP, Kind::Echo, Some(64));
    let mut alice = server.enter();
    let crowd: Vec<TcpStream> = (0..100).map(|_| server.connect()).collect();
    wait_until("it runs out of descriptors", || server.count_in_log("Too many open files") > 0);
    // Each of these is answered after 50 ms, in which the server tries to accept more than once.
    for word in ["bread", "plum", "quartz", "lobster"] {
        alice.write_all(word.as_bytes()).expect("it is sent");
        hear_of(&mut alice, word);
    }
    assert_eq!(server.count_in_log("Too many open files"), 1);
    drop(crowd);
}

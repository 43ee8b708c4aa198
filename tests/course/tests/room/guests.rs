//! Who is in the room of a test: how they are connected, what they say, and what they must hear.
//!
//! Lines are numbered by each speaker, so that anyone who hears them can tell whether one is missing, comes twice, or
//! comes in pieces.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, BufRead, BufReader, Read};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::ops::Range;
use std::process;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::{self, Scope, ScopedJoinHandle};
use std::time::{Duration, Instant};

use chatlings::room::{Member, Room};
use course_tests::{DEADLINE, wait_until};
use socket2::{Domain, SockRef, Socket, Type};

/// A short line, as it is in a chat.
pub const SHORT: usize = 20;

/// A long line: a few hundred fill the log.
pub const LONG: usize = 4000;

/// What makes lines as long as they should be.
const FILLING: &[u8] = &[b'x'; 64 * 1024];

/// So many bytes are read at once by anyone who has no reason to read fewer.
pub const USUAL: usize = 64 * 1024;

/// Somebody in the room, and the connection over which they hear.
pub type Guest = (Arc<Member>, TcpStream);

/// How somebody is connected. What is `None` is as the system has it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Link {
    /// How many bytes their system keeps until they are read (Linux keeps a little more).
    pub receive_buffer: Option<usize>,
    /// The longest segments that it takes, in bytes.
    pub segment: Option<u32>,
}

/// A system that keeps little, so that its user is soon known to read nothing.
pub const SMALL: Link = Link { receive_buffer: Some(4096), segment: None };

/// Ends all tests if the one that calls this takes far too long: with a room that is stuck, it would never end. It is over
/// when what comes back is dropped.
pub fn must_end() -> mpsc::Sender<()> {
    let (is_over, over) = mpsc::channel();
    let test = thread::current().name().unwrap_or_default().to_string();
    thread::spawn(move || {
        if over.recv_timeout(4 * DEADLINE) == Err(RecvTimeoutError::Timeout) {
            eprintln!("{test} is stuck");
            process::exit(1);
        }
    });
    is_over
}

/// Two ends of one connection: that of the room, and that of somebody in it. Reading from the second one gives up after
/// the deadline.
pub fn connection(link: Link) -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a listener");
    let address: SocketAddr = listener.local_addr().expect("an address");
    let ours = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    if let Some(length) = link.receive_buffer {
        ours.set_recv_buffer_size(length).expect("a receive buffer");
    }
    if let Some(length) = link.segment {
        ours.set_tcp_mss(length).expect("a length of segments");
    }
    ours.connect(&address.into()).expect("a connection");
    ours.set_read_timeout(Some(DEADLINE)).expect("a time limit");
    (listener.accept().expect("the other end").0, ours.into())
}

/// Somebody new in the room, and what they hear.
pub fn enter(room: &Arc<Room>, name: &str) -> Guest {
    enter_over(room, name, Link::default())
}

/// Somebody new in the room who is connected like this.
pub fn enter_over(room: &Arc<Room>, name: &str, link: Link) -> Guest {
    let (theirs, ours) = connection(link);
    let member = room.join(name, &Arc::new(theirs), b"welcome\n").expect("a connection");
    hears(&ours, b"welcome\n");
    (member.expect("the name is free"), ours)
}

/// So many new ones, called `guest-1`, `guest-2`.
pub fn enter_many(room: &Arc<Room>, who: &str, count: usize) -> Vec<Guest> {
    (1..=count).map(|number| enter(room, &format!("{who}-{number}"))).collect()
}

/// Makes sure that this is what comes next.
pub fn hears(mut stream: &TcpStream, expected: &[u8]) {
    let mut heard = vec![0; expected.len()];
    stream.read_exact(&mut heard).expect("something is heard");
    assert_eq!(String::from_utf8_lossy(&heard), String::from_utf8_lossy(expected));
}

/// Whether the room has a member of this name.
pub fn has(room: &Room, name: &str) -> bool {
    room.names().iter().any(|other| other == name)
}

// ── speaking ─────────────────────────────────────────────────────────────────────────────────────

/// A numbered line of somebody's, so many bytes long.
pub fn line(speaker: &str, number: usize, length: usize) -> Vec<u8> {
    let begun = format!("{speaker} {number} ");
    format!("{begun:x<width$}\n", width = length - 1).into_bytes()
}

/// Says lines, one by one, as long as `goes_on` says so of their number. Returns how many.
pub fn says_while(
    room: &Arc<Room>,
    speaker: &Member,
    length: usize,
    mut goes_on: impl FnMut(usize) -> bool,
) -> usize {
    let mut number = 0;
    while goes_on(number) {
        room.say(speaker, line(speaker.name(), number, length));
        number += 1;
    }
    number
}

/// Lets each of these say lines, one by one, as long as `goes_on` says so of their number, all at once.
pub fn say_while<'s>(
    scope: &'s Scope<'s, '_>,
    room: &'s Arc<Room>,
    guests: &'s [Guest],
    length: usize,
    goes_on: impl Fn(usize) -> bool + Copy + Send + 's,
) -> Vec<ScopedJoinHandle<'s, usize>> {
    let speak = |member: &'s Member| move || says_while(room, member, length, goes_on);
    guests.iter().map(|(member, _)| scope.spawn(speak(member))).collect()
}

/// Says lines, one by one, until none of these is in the room any more. Returns how many, and who is still there when the
/// deadline is over.
pub fn says_until_gone(
    room: &Arc<Room>,
    speaker: &Member,
    length: usize,
    names: &[&str],
) -> (usize, Vec<String>) {
    let began = Instant::now();
    let still_there = || room.names().into_iter().filter(|name| names.contains(&name.as_str()));
    let count = says_while(room, speaker, length, |number| {
        let is_to_look = number % 100 == 0;
        !is_to_look || (began.elapsed() < DEADLINE && still_there().count() > 0)
    });
    (count, still_there().collect())
}

/// Says the last line, which ends what everybody hears.
pub fn says_the_end(room: &Arc<Room>, speaker: &Member) {
    room.say(speaker, b"the end\n".to_vec());
}

// ── hearing ──────────────────────────────────────────────────────────────────────────────────────

/// What somebody has heard: of each speaker, the numbers of the lines; and a number that is the same for those who have
/// heard the same lines in the same order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// The lines of each speaker.
    pub lines: BTreeMap<String, Range<usize>>,
    order: u64,
}

impl Heard {
    /// Of each of these, so many lines from the first on.
    pub fn lines_of<'a>(
        counts: impl IntoIterator<Item = (&'a str, usize)>,
    ) -> BTreeMap<String, Range<usize>> {
        counts.into_iter().map(|(speaker, count)| (speaker.to_string(), 0..count)).collect()
    }

    /// Adds a line, which must be the next of its speaker.
    fn add(&mut self, line: &str) {
        let mut hasher = DefaultHasher::new();
        (self.order, line).hash(&mut hasher);
        self.order = hasher.finish();
        let mut words = line.split(' ');
        let speaker = words.next().unwrap_or_default();
        let number = words.next().and_then(|number| number.parse::<usize>().ok());
        let number = number.unwrap_or_else(|| panic!("not a whole line: {line:?}"));
        let rest = words.next().unwrap_or_default();
        assert_eq!(FILLING.get(..rest.len()), Some(rest.as_bytes()), "not a whole line: {line:?}");
        match self.lines.get_mut(speaker) {
            Some(lines) => {
                assert_eq!(number, lines.end, "{speaker}'s lines have a gap, or one comes twice");
                lines.end += 1;
            }
            None => drop(self.lines.insert(speaker.to_string(), number..number + 1)),
        }
    }
}

/// Hears everything up to the end, reading so many bytes at once at most.
pub fn hears_to_the_end(stream: impl Read, at_once: usize) -> Heard {
    hears_lines(stream, at_once, usize::MAX)
}

/// Lets each of these hear everything up to the end.
pub fn hear_to_the_end<'s>(
    scope: &'s Scope<'s, '_>,
    guests: &'s [Guest],
) -> Vec<ScopedJoinHandle<'s, Heard>> {
    let hear = |stream: &'s TcpStream| move || hears_to_the_end(stream, USUAL);
    guests.iter().map(|(_, stream)| scope.spawn(hear(stream))).collect()
}

/// Hears so many lines, or those up to the end.
pub fn hears_lines(stream: impl Read, at_once: usize, count: usize) -> Heard {
    let mut heard = Heard::default();
    let mut reader = BufReader::with_capacity(at_once, stream);
    let mut line = String::new();
    for number in 0..count {
        line.clear();
        let result = reader.read_line(&mut line);
        assert!(result.is_ok_and(|count| count > 0), "cut off after {number} lines: {line:?}");
        let line = line.strip_suffix('\n').expect("a line break, or the connection has ended");
        if line == "the end" {
            break;
        }
        heard.add(line);
    }
    heard
}

/// A connection that is read with a pause before each time.
pub struct Slowly<'a>(pub &'a TcpStream, pub Duration);

impl Read for Slowly<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        thread::sleep(self.1); // on purpose: it is what is tried
        self.0.read(buffer)
    }
}

/// Reads whatever comes, until the connection ends.
pub fn passes_over(mut stream: &TcpStream) {
    let _ = io::copy(&mut stream, &mut io::sink()); // an error means that it has ended
}

/// What all of these have heard, who must have heard the same.
pub fn the_same(threads: Vec<ScopedJoinHandle<Heard>>) -> Heard {
    let mut heard = joined(threads);
    let first = heard.pop().expect("somebody listens");
    for other in heard {
        assert_eq!(other, first, "all hear the same, in the same order");
    }
    first
}

/// What came of all these threads.
pub fn joined<T>(threads: Vec<ScopedJoinHandle<T>>) -> Vec<T> {
    let threads = threads.into_iter();
    threads.map(|thread| thread.join().expect("the thread does not panic")).collect()
}

// ── leaving ──────────────────────────────────────────────────────────────────────────────────────

/// Breaks a connection off.
pub fn resets(stream: TcpStream) {
    SockRef::from(&stream).set_linger(Some(Duration::ZERO)).expect("a reset");
}

/// Makes sure that nothing is left of somebody who was removed: the connection has ended, the name is free, and no thread
/// and no list has a share of the member.
pub fn has_left_nothing(room: &Arc<Room>, member: Arc<Member>, stream: TcpStream) {
    passes_over(&stream);
    wait_until("nobody has a share of the member", || Arc::strong_count(&member) == 1);
    let (again, _stream) = enter(room, member.name());
    room.leave(&again);
}

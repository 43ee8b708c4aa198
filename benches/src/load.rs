//! The load generator: one thread that plays all members of a room, or all clients of an echo server.
//!
//! It is bounded: a flood lasts a given time, never runs more than a window of lines ahead of the slowest
//! receiver, and gives up when nothing has arrived for a while.

use std::io::{ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

/// How long nothing may arrive before a run is given up.
const GIVE_UP: Duration = Duration::from_secs(5);

/// How many lines a flood may be ahead of what the slowest receiver has got: a quarter of a second of the
/// server's own pace, within these bounds.
const WINDOW: RangeInclusive<u64> = 256..=16 * 1024;

/// How many connect at once: fewer than a listener's backlog holds.
const AT_ONCE: usize = 1000;

/// The length of a line, with its line break, in bytes.
const LINE: usize = 64;

/// How one joins and speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// The server asks for a name, and welcomes; a message is a line.
    Room,
    /// A message is a line, from the first one on.
    Raw,
    /// That of NATS: every member subscribes to one subject, and publishes to it.
    Nats,
}

impl Protocol {
    fn greeting(self, number: usize) -> String {
        match self {
            Protocol::Room => format!("m{number}\n"),
            Protocol::Raw => String::new(),
            Protocol::Nats => {
                "CONNECT {\"verbose\":false,\"echo\":false,\"pedantic\":false}\r\nSUB c 1\r\nPING\r\n"
                    .to_string()
            }
        }
    }

    /// What a member is sent last when it has been let in.
    fn welcome(self) -> Option<&'static [u8]> {
        match self {
            Protocol::Room => Some(b"Welcome"),
            Protocol::Raw => None,
            Protocol::Nats => Some(b"PONG"),
        }
    }

    fn message(self) -> Vec<u8> {
        let text = "x".repeat(LINE - 1);
        match self {
            Protocol::Room | Protocol::Raw => format!("{text}\n").into_bytes(),
            Protocol::Nats => format!("PUB c {}\r\n{text}\r\n", text.len()).into_bytes(),
        }
    }

    /// How many line breaks a member receives for a message.
    fn line_breaks(self) -> u64 {
        if self == Protocol::Nats { 2 } else { 1 }
    }
}

struct Member {
    stream: TcpStream,
    line_breaks: u64,
    is_greeted: bool,
    is_welcome: bool,
    is_stalled: bool,
    heard: Vec<u8>, // until it is welcome
}

impl Member {
    fn new(stream: TcpStream) -> Member {
        Member {
            stream,
            line_breaks: 0,
            is_greeted: false,
            is_welcome: false,
            is_stalled: false,
            heard: Vec::new(),
        }
    }
}

/// What came of a flood.
pub struct Flood {
    /// Deliveries a second.
    pub rate: f64,
    /// Deliveries that never came.
    pub lost: u64,
}

/// All members.
pub struct Swarm {
    address: SocketAddr,
    protocol: Protocol,
    poll: Poll,
    events: Events,
    members: Vec<Member>,
    welcome: usize,   // how many members were let in
    line_breaks: u64, // how many have come to all members together
    buffer: Vec<u8>,
}

impl Swarm {
    /// No members yet.
    pub fn new(address: SocketAddr, protocol: Protocol) -> Result<Swarm> {
        Ok(Swarm {
            address,
            protocol,
            poll: Poll::new()?,
            events: Events::with_capacity(1024),
            members: Vec::new(),
            welcome: 0,
            line_breaks: 0,
            buffer: vec![0; 256 * 1024],
        })
    }

    /// Connects `count` members, a thousand at once, and says how long it took until the last was let in.
    pub fn open(&mut self, count: usize) -> Result<Duration> {
        let began = Instant::now();
        let mut last = began;
        while self.welcome < count {
            while self.members.len() < count.min(self.welcome + AT_ONCE) {
                let mut stream = TcpStream::connect(self.address)?;
                let interest = Interest::READABLE | Interest::WRITABLE;
                let token = Token(self.members.len());
                self.poll.registry().register(&mut stream, token, interest)?;
                self.members.push(Member::new(stream));
            }
            ensure!(last.elapsed() < GIVE_UP, "not all members were let in");
            if self.turn(Duration::from_millis(100))? > 0 {
                last = Instant::now();
            }
        }
        let took = began.elapsed();
        while self.turn(Duration::from_millis(100))? > 0 {} // announcements
        Ok(took)
    }

    /// Waits until a server that lets members in silently has let in all of them: each hears a line.
    pub fn probe(&mut self) -> Result<()> {
        if self.protocol.welcome().is_some() {
            return Ok(());
        }
        self.reset();
        let began = Instant::now();
        while self.members[1..].iter().any(|member| member.line_breaks == 0) {
            ensure!(began.elapsed() < GIVE_UP, "not all members were let in");
            self.members[0].stream.write_all(&self.protocol.message())?;
            while self.turn(Duration::from_millis(20))? > 0 {}
        }
        Ok(())
    }

    /// Lets the last member read no more.
    pub fn stall_one(&mut self) {
        if let Some(member) = self.members.last_mut() {
            member.is_stalled = true;
        }
    }

    /// Waits for events once, and reads all that has come. Returns how many events there were.
    fn turn(&mut self, limit: Duration) -> Result<usize> {
        match self.poll.poll(&mut self.events, Some(limit)) {
            Err(error) if error.kind() == ErrorKind::Interrupted => return Ok(0),
            result => result?,
        }
        let mut count = 0;
        for event in &self.events {
            count += 1;
            let number = event.token().0;
            let member = &mut self.members[number];
            if !member.is_greeted && event.is_writable() {
                if let Some(error) = member.stream.take_error()? {
                    bail!("cannot connect: {error}");
                }
                member.stream.set_nodelay(true)?;
                let greeting = self.protocol.greeting(number);
                member.stream.write_all(greeting.as_bytes())?;
                member.is_greeted = true;
                member.is_welcome = self.protocol.welcome().is_none();
                self.welcome += usize::from(member.is_welcome);
            }
            if event.is_readable() && !member.is_stalled {
                loop {
                    match member.stream.read(&mut self.buffer) {
                        Ok(0) => bail!("member {number} was disconnected"),
                        Ok(count) => {
                            let bytes = &self.buffer[..count];
                            let line_breaks = memchr::memchr_iter(b'\n', bytes).count() as u64;
                            member.line_breaks += line_breaks;
                            self.line_breaks += line_breaks;
                            if let (false, Some(welcome)) =
                                (member.is_welcome, self.protocol.welcome())
                            {
                                member.heard.extend(bytes);
                                member.is_welcome =
                                    memchr::memmem::find(&member.heard, welcome).is_some();
                                self.welcome += usize::from(member.is_welcome);
                            }
                            if count < self.buffer.len() {
                                // mio is edge-triggered; a short read means that it is empty now
                                break;
                            }
                        }
                        Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                        Err(error) if error.kind() == ErrorKind::Interrupted => {}
                        Err(error) => bail!("member {number}: {error}"),
                    }
                }
            }
        }
        Ok(count)
    }

    fn reset(&mut self) {
        self.line_breaks = 0;
        for member in &mut self.members {
            member.line_breaks = 0;
        }
    }

    /// How long it takes until all others have a line that one says: the median of several.
    pub fn latency(&mut self, rounds: usize) -> Result<Duration> {
        let message = self.protocol.message();
        let mut times = Vec::new();
        for round in 0..rounds {
            while self.turn(Duration::from_millis(1))? > 0 {}
            self.reset();
            let speaker = round % self.members.len();
            let began = Instant::now();
            self.members[speaker].stream.write_all(&message)?;
            let expected = self.protocol.line_breaks() * (self.members.len() as u64 - 1);
            while self.line_breaks < expected {
                ensure!(began.elapsed() < GIVE_UP, "a line did not reach everybody");
                self.turn(Duration::from_millis(100))?;
            }
            times.push(began.elapsed());
        }
        times.sort();
        Ok(times[times.len() / 2])
    }

    /// Lets the first `senders` members talk without a pause for some time.
    pub fn flood(&mut self, senders: usize, time: Duration) -> Result<Flood> {
        self.reset();
        let message = self.protocol.message();
        let length = message.len() as u64;
        let block = message.repeat(1024);
        let mut sent = vec![0u64; senders]; // bytes
        let began = Instant::now();
        let (mut received, mut last_arrival) = (0, began);
        loop {
            let is_time = began.elapsed() < time;
            let lines: u64 = sent.iter().sum::<u64>() / length;
            let least = self.lines_of_slowest(senders);
            let pace = (least as f64 / began.elapsed().as_secs_f64() / 4.0) as u64;
            let goes_on = is_time && lines < least + pace.clamp(*WINDOW.start(), *WINDOW.end());
            for (number, bytes) in sent.iter_mut().enumerate() {
                let start = (*bytes % block.len() as u64) as usize;
                // A sender that stops does so at the end of a line.
                let end = if goes_on { block.len() } else { start.next_multiple_of(message.len()) };
                match self.members[number].stream.write(&block[start..end]) {
                    Ok(count) => *bytes += count as u64,
                    Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                    Err(error) => bail!("sender {number}: {error}"),
                }
            }
            self.turn(Duration::from_millis(1))?;
            let now_received = self.members.iter().map(|member| self.lines_of(member)).sum();
            if now_received > received {
                (received, last_arrival) = (now_received, Instant::now());
            }
            let listeners = self.members.iter().filter(|member| !member.is_stalled).count() as u64;
            let expected = sent.iter().sum::<u64>() / length * (listeners - 1);
            let is_whole = sent.iter().all(|bytes| bytes % length == 0);
            let is_done = !is_time && is_whole && received >= expected;
            if is_done || last_arrival.elapsed() > GIVE_UP {
                let rate = received as f64 / last_arrival.duration_since(began).as_secs_f64();
                return Ok(Flood { rate, lost: expected.saturating_sub(received) });
            }
        }
    }

    fn lines_of(&self, member: &Member) -> u64 {
        member.line_breaks / self.protocol.line_breaks()
    }

    /// How many lines the slowest of those who only listen has got.
    fn lines_of_slowest(&self, senders: usize) -> u64 {
        let listeners = self.members.iter().skip(senders).filter(|member| !member.is_stalled);
        listeners.map(|member| self.lines_of(member)).min().unwrap_or(0)
    }

    /// Lets everybody say a line, wait for its echo, and say the next, for some time: round trips a second.
    pub fn echo(&mut self, time: Duration) -> Result<f64> {
        self.reset();
        let message = self.protocol.message();
        let mut asked = vec![0u64; self.members.len()];
        let began = Instant::now();
        let mut last = began;
        while began.elapsed() < time {
            for (member, asked) in self.members.iter_mut().zip(&mut asked) {
                if member.line_breaks == *asked {
                    member.stream.write_all(&message)?;
                    *asked += 1;
                }
            }
            if self.turn(Duration::from_millis(100))? > 0 {
                last = Instant::now();
            }
            ensure!(last.elapsed() < GIVE_UP, "an echo did not come");
        }
        let echoes: u64 = self.members.iter().map(|member| member.line_breaks).sum();
        let rate = echoes as f64 / began.elapsed().as_secs_f64();
        // What is still under way must not be counted by the next measurement.
        while self.members.iter().zip(&asked).any(|(member, asked)| member.line_breaks < *asked) {
            if self.turn(Duration::from_millis(100))? > 0 {
                last = Instant::now();
            }
            ensure!(last.elapsed() < GIVE_UP, "an echo did not come");
        }
        Ok(rate)
    }
}

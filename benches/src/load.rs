//! The load generator: one thread that plays all members of a room, or all clients of an echo server.
//!
//! It is bounded: a flood lasts a given time, never runs more than a window of lines ahead of the slowest
//! receiver, and gives up when nothing has arrived for a while.

use std::io::{ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

/// How long nothing may arrive before a run is given up.
const GIVE_UP: Duration = Duration::from_secs(5);

/// How many lines a flood may be ahead of what the slowest receiver has got.
const WINDOW: u64 = 16 * 1024;

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
    is_welcome: bool,
    greeted: bool,
    tail: Vec<u8>,
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
            buffer: vec![0; 256 * 1024],
        })
    }

    /// Connects `count` members at once, and says how long it took until the last one was let in.
    pub fn open(&mut self, count: usize) -> Result<Duration> {
        let began = Instant::now();
        for number in 0..count {
            let mut stream = TcpStream::connect(self.address)?;
            let interest = Interest::READABLE | Interest::WRITABLE;
            self.poll.registry().register(&mut stream, Token(number), interest)?;
            self.members.push(Member {
                stream,
                line_breaks: 0,
                is_welcome: false,
                greeted: false,
                tail: Vec::new(),
            });
        }
        let mut last = Instant::now();
        while self.members.iter().any(|member| !member.is_welcome) {
            ensure!(last.elapsed() < GIVE_UP, "not all members were let in");
            if self.turn(Duration::from_millis(100))? > 0 {
                last = Instant::now();
            }
        }
        let took = began.elapsed();
        self.settle()?;
        Ok(took)
    }

    /// Waits until nothing has come for a while; for those who let in silently, until a line arrives.
    fn settle(&mut self) -> Result<()> {
        while self.turn(Duration::from_millis(200))? > 0 {}
        Ok(())
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
            if !member.greeted && event.is_writable() {
                if let Some(error) = member.stream.take_error()? {
                    bail!("cannot connect: {error}");
                }
                member.stream.set_nodelay(true)?;
                let greeting = self.protocol.greeting(number);
                member.stream.write_all(greeting.as_bytes())?;
                member.greeted = true;
                member.is_welcome = self.protocol.welcome().is_none();
            }
            if event.is_readable() {
                loop {
                    match member.stream.read(&mut self.buffer) {
                        Ok(0) => bail!("member {number} was disconnected"),
                        Ok(count) => {
                            let bytes = &self.buffer[..count];
                            member.line_breaks += memchr::memchr_iter(b'\n', bytes).count() as u64;
                            if let (false, Some(welcome)) =
                                (member.is_welcome, self.protocol.welcome())
                            {
                                member.tail.extend(bytes);
                                member.is_welcome =
                                    memchr::memmem::find(&member.tail, welcome).is_some();
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
        for member in &mut self.members {
            member.line_breaks = 0;
        }
    }

    /// How long it takes until all others have a line that one says: the median of several.
    pub fn latency(&mut self, rounds: usize) -> Result<Duration> {
        let message = self.protocol.message();
        let mut times = Vec::new();
        for round in 0..rounds {
            self.settle_quick()?;
            self.reset();
            let speaker = round % self.members.len();
            let began = Instant::now();
            self.members[speaker].stream.write_all(&message)?;
            let expected = self.protocol.line_breaks();
            loop {
                let behind = self
                    .members
                    .iter()
                    .enumerate()
                    .any(|(number, member)| number != speaker && member.line_breaks < expected);
                if !behind {
                    break;
                }
                ensure!(began.elapsed() < GIVE_UP, "a line did not reach everybody");
                self.turn(Duration::from_millis(100))?;
            }
            times.push(began.elapsed());
        }
        times.sort();
        Ok(times[times.len() / 2])
    }

    fn settle_quick(&mut self) -> Result<()> {
        while self.turn(Duration::from_millis(1))? > 0 {}
        Ok(())
    }

    /// Lets the first `senders` members talk without a pause for some time.
    pub fn flood(&mut self, senders: usize, time: Duration) -> Result<Flood> {
        self.reset();
        let message = self.protocol.message();
        let block = message.repeat(1024);
        let breaks = self.protocol.line_breaks();
        let mut sent = vec![0u64; senders]; // bytes
        let began = Instant::now();
        let mut last_arrival = Instant::now();
        let mut received_before = 0;
        loop {
            let is_time = began.elapsed() < time;
            let total: u64 = sent.iter().sum::<u64>() / message.len() as u64;
            let least = self
                .members
                .iter()
                .skip(senders)
                .map(|m| m.line_breaks / breaks)
                .min()
                .unwrap_or(0);
            for (number, bytes) in sent.iter_mut().enumerate() {
                let in_block = (*bytes % block.len() as u64) as usize;
                let rest = if is_time && total < least + WINDOW {
                    &block[in_block..]
                } else {
                    // finish the line
                    let in_line = in_block % message.len();
                    let end =
                        if in_line == 0 { in_block } else { in_block + message.len() - in_line };
                    &block[in_block..end]
                };
                if rest.is_empty() {
                    continue;
                }
                match self.members[number].stream.write(rest) {
                    Ok(count) => *bytes += count as u64,
                    Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                    Err(error) => bail!("sender {number}: {error}"),
                }
            }
            self.turn(Duration::from_millis(1))?;
            let received: u64 = self.members.iter().map(|m| m.line_breaks / breaks).sum();
            if received > received_before {
                received_before = received;
                last_arrival = Instant::now();
            }
            let lines: u64 = sent.iter().sum::<u64>() / message.len() as u64;
            let whole = sent.iter().all(|bytes| bytes % message.len() as u64 == 0);
            let expected = lines * (self.members.len() as u64 - 1);
            let done = !is_time && whole && received >= expected;
            if done || last_arrival.elapsed() > GIVE_UP {
                let rate = received as f64 / last_arrival.duration_since(began).as_secs_f64();
                return Ok(Flood { rate, lost: expected.saturating_sub(received) });
            }
        }
    }
}

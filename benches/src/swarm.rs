//! The members of a room, or the clients of an echo server: all of them are played by one thread.
//!
//! The servers have two kinds of work, and so does this thread: the system's, to copy bytes, and its own. It takes the
//! bytes as a client does: it has them copied into a buffer and looks at each (there is a way to have the system throw
//! them away, `MSG_TRUNC`, but that is not what a client has to do). On two cores one thread of load is what leaves the
//! server a core; a second would take from the server what it gives. So the load can be full before the server is, and the
//! tables say so: see `Flood`.

use std::io::{ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

use crate::protocol::{MARK, Protocol, deliveries};
use crate::shape::LINE;

/// How long nothing may arrive before a run is given up.
pub const GIVE_UP: Duration = Duration::from_secs(10);

/// How many connect at once: fewer than a listener's backlog holds.
const AT_ONCE: usize = 1000;

/// How many bytes are read at once.
const READ: usize = 256 * 1024;

/// One member.
pub struct Member {
    /// Its connection.
    pub stream: TcpStream,
    /// How many lines it has got since the last [`Swarm::reset`].
    pub got: u64,
    /// Whether it reads no more.
    pub is_stalled: bool,
    is_greeted: bool,
    is_welcome: bool,
    heard: Vec<u8>, // until it is welcome
}

impl Member {
    fn new(stream: TcpStream) -> Member {
        Member {
            stream,
            got: 0,
            is_stalled: false,
            is_greeted: false,
            is_welcome: false,
            heard: Vec::new(),
        }
    }
}

/// All members.
pub struct Swarm {
    address: SocketAddr,
    /// How they talk.
    pub protocol: Protocol,
    /// The members, in the order in which they came.
    pub members: Vec<Member>,
    /// How many lines all of them together have got since the last [`Swarm::reset`].
    pub got: u64,
    poll: Poll,
    events: Events,
    welcome: usize, // how many members were let in
    buffer: Vec<u8>,
}

impl Swarm {
    /// No members yet.
    pub fn new(address: SocketAddr, protocol: Protocol) -> Result<Swarm> {
        Ok(Swarm {
            address,
            protocol,
            members: Vec::new(),
            got: 0,
            poll: Poll::new()?,
            events: Events::with_capacity(1024),
            welcome: 0,
            buffer: vec![0; READ],
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
        let message = self.protocol.message(LINE, MARK);
        let began = Instant::now();
        while self.members[1..].iter().any(|member| member.got == 0) {
            ensure!(began.elapsed() < GIVE_UP, "not all members were let in");
            self.members[0].stream.write_all(&message)?;
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
    pub fn turn(&mut self, limit: Duration) -> Result<usize> {
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
                member.stream.write_all(self.protocol.greeting(number).as_bytes())?;
                member.is_greeted = true;
                member.is_welcome = self.protocol.welcome().is_none();
                self.welcome += usize::from(member.is_welcome);
            }
            if event.is_readable() && !member.is_stalled {
                let was_welcome = member.is_welcome;
                self.got += member.read_all(self.protocol, &mut self.buffer, number)?;
                self.welcome += usize::from(member.is_welcome && !was_welcome);
            }
        }
        Ok(count)
    }

    /// Counts from zero again.
    pub fn reset(&mut self) {
        self.got = 0;
        for member in &mut self.members {
            member.got = 0;
        }
    }
}

impl Member {
    /// Reads all that has come, and returns how many lines that were.
    fn read_all(&mut self, protocol: Protocol, buffer: &mut [u8], number: usize) -> Result<u64> {
        let before = self.got;
        loop {
            match self.stream.read(buffer) {
                Ok(0) => bail!("member {number} was disconnected"),
                Ok(count) => {
                    let bytes = &buffer[..count];
                    self.got += deliveries(bytes);
                    if let (false, Some(welcome)) = (self.is_welcome, protocol.welcome()) {
                        self.heard.extend(bytes);
                        self.is_welcome = memchr::memmem::find(&self.heard, welcome).is_some();
                    }
                    if count < buffer.len() {
                        // mio is edge-triggered; a short read means that it is empty now
                        return Ok(self.got - before);
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    return Ok(self.got - before);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => bail!("member {number}: {error}"),
            }
        }
    }
}

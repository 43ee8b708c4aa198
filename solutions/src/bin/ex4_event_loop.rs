//! # 1.4 without threads: one event loop for all clients
//!
//! The server of 1.4 again, on one thread. The system says which connections are *ready*, and only
//! those are looked at. No call waits for a client. What a client has begun is kept in its
//! `Conversation` until it goes on: half a line, and replies that it has not taken yet.

use std::collections::HashMap;
use std::io::{self, ErrorKind, Read, Write};
use std::mem;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use chatlings::args::{self, ServerArgs};
use chatlings::{console, ports, serve, text};
use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Registry, Token};

const LISTENER: Token = Token(0);

/// How often a client is read from in one turn. Then the others have theirs.
const READS: usize = 16;

/// A client, with what it has begun to say and what it has not taken yet.
struct Conversation {
    stream: TcpStream,
    received: Vec<u8>,
    received_at: Instant,
    was_quiet: bool, // the last message had no line break: it may still come
    to_send: Vec<u8>,
    is_over: bool, // only what is to be sent is left
}

/// When a conversation goes on.
enum Next {
    /// When the system says that its connection is ready.
    WhenReady,
    /// At this time, ready or not.
    At(Instant),
    Never,
}

fn main() -> ExitCode {
    let args: ServerArgs = args::parse("Echoes until `end`, all clients on one thread", ports::EX4);
    console::report(run(&args.address()))
}

fn run(address: &str) -> io::Result<()> {
    let listener = serve::listen(address)?;
    listener.set_nonblocking(true)?;
    let mut listener = TcpListener::from_std(listener);
    let mut poll = Poll::new()?;
    poll.registry().register(&mut listener, LISTENER, Interest::READABLE)?;
    println!("listening on {}", listener.local_addr()?);
    let mut events = Events::with_capacity(1024);
    let mut conversations: HashMap<Token, Conversation> = HashMap::new();
    let mut due: HashMap<Token, Instant> = HashMap::new(); // who has a turn, and when
    let mut last = 0;
    let mut is_logged = false;
    loop {
        let first = due.values().min();
        let wait = first.map(|time| time.saturating_duration_since(Instant::now()));
        match poll.poll(&mut events, wait) {
            // A signal came in between, such as the one that goes on with a stopped program.
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            result => result?,
        }
        let now = Instant::now();
        due.extend(events.iter().map(|event| (event.token(), now)));
        let turns: Vec<Token> =
            due.extract_if(|_, time| *time <= now).map(|(token, _)| token).collect();
        for token in turns {
            if token == LISTENER {
                match accept(&listener, poll.registry(), Token(last + 1)) {
                    Ok(client) => {
                        last += 1;
                        conversations.insert(Token(last), client);
                        due.insert(LISTENER, now); // the next client may be waiting already
                        is_logged = false;
                    }
                    Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                    Err(error) => {
                        // As in `serve::accept`: try again, and do not fill the log.
                        if !is_logged {
                            console::log(&format!("cannot accept a client: {error}"));
                        }
                        due.insert(LISTENER, now + Duration::from_millis(20));
                        is_logged = true;
                    }
                }
            } else if let Some(client) = conversations.get_mut(&token) {
                let next = client.go_on().unwrap_or_else(|error| {
                    console::log(&format!("client {}: {error}", token.0));
                    Next::Never
                });
                match next {
                    Next::WhenReady => {}
                    Next::At(time) => drop(due.insert(token, time)),
                    Next::Never => drop(conversations.remove(&token)),
                }
            }
        }
    }
}

/// Accepts the next client that has called: `WouldBlock` if there is none.
fn accept(listener: &TcpListener, registry: &Registry, token: Token) -> io::Result<Conversation> {
    let (mut stream, _) = listener.accept()?;
    registry.register(&mut stream, token, Interest::READABLE | Interest::WRITABLE)?;
    let (received, to_send) = (Vec::new(), Vec::new());
    let (received_at, was_quiet, is_over) = (Instant::now(), false, false);
    Ok(Conversation { stream, received, received_at, was_quiet, to_send, is_over })
}

impl Conversation {
    /// Goes on as far as it goes without waiting, with no more than [`READS`] reads in one turn.
    fn go_on(&mut self) -> io::Result<Next> {
        let mut buffer = [0; 16 * 1024];
        for _ in 0..READS {
            // From a client that takes no replies, no more is read.
            if !self.send()? {
                return Ok(Next::WhenReady);
            }
            if self.is_over {
                return Ok(Next::Never);
            }
            match self.stream.read(&mut buffer) {
                Ok(0) => {
                    self.end_line()?;
                    self.is_over = true;
                }
                Ok(count) => {
                    self.received.extend(&buffer[..count]);
                    self.received_at = Instant::now();
                    self.answer()?;
                }
                // All was read. The system says when there is more, but only to a reader that has come this far.
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    let quiet_at = self.received_at + text::QUIET;
                    if self.received.is_empty() {
                        return Ok(Next::WhenReady);
                    }
                    if Instant::now() < quiet_at {
                        return Ok(Next::At(quiet_at));
                    }
                    self.end_line()?;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(Next::At(Instant::now()))
    }

    /// Nothing follows: what has been begun, if anything, counts as a line.
    fn end_line(&mut self) -> io::Result<()> {
        if !self.received.is_empty() {
            self.received.push(b'\n');
            self.answer()?;
            self.was_quiet = true;
        }
        Ok(())
    }

    /// Puts the reply to every whole line with what is to be sent, up to the line `end`.
    fn answer(&mut self) -> io::Result<()> {
        let mut taken = 0;
        for line in self.received.split_inclusive(|&byte| byte == b'\n') {
            let message = line.strip_suffix(b"\n").unwrap_or(line);
            let message = message.strip_suffix(b"\r").unwrap_or(message);
            if message.len() > text::LONGEST {
                let error = format!("a message longer than {} KiB", text::LONGEST / 1024);
                return Err(io::Error::new(ErrorKind::InvalidData, error));
            }
            if !line.ends_with(b"\n") {
                break; // the rest of it is on its way
            }
            taken += line.len();
            if message == b"end" {
                self.is_over = true;
                break;
            }
            // The line break of a message that was answered already is not a message of its own.
            if !(mem::take(&mut self.was_quiet) && message.is_empty()) {
                self.to_send.extend(String::from_utf8_lossy(message).as_bytes());
                self.to_send.push(b'\n');
            }
        }
        self.received.drain(..taken);
        Ok(())
    }

    /// Sends what there is to send. `false`: the client takes no more at the moment.
    fn send(&mut self) -> io::Result<bool> {
        while !self.to_send.is_empty() {
            match self.stream.write(&self.to_send) {
                Ok(count) => drop(self.to_send.drain(..count)),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }
}

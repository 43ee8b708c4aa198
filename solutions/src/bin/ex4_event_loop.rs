//! # 1.4 without threads: one event loop for all clients
//!
//! The server of 1.4 again, on one thread. The system says which connections are *ready*, and only
//! those are looked at. No call waits for a client, so whatever a client has begun is kept in its
//! `Conversation` until it goes on: half a line, and replies that it has not taken yet.

use std::collections::HashMap;
use std::io::{self, ErrorKind, Read, Write};
use std::process::ExitCode;
use std::time::Instant;

use chatlings::args::{self, ServerArgs};
use chatlings::{console, ports, serve, text};
use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token};

const LISTENER: Token = Token(0);

/// A client, with what it has begun to say and what it has not taken yet.
struct Conversation {
    stream: TcpStream,
    received: Vec<u8>,
    received_at: Instant,
    to_send: Vec<u8>,
}

fn main() -> ExitCode {
    let args: ServerArgs = args::parse("Echoes until `end`, all clients on one thread", ports::EX4);
    console::report(run(&args.address()))
}

fn run(address: &str) -> io::Result<()> {
    let listener = serve::listen(address)?;
    println!("listening on {}", listener.local_addr()?);
    listener.set_nonblocking(true)?;
    let mut listener = TcpListener::from_std(listener);
    let mut poll = Poll::new()?;
    poll.registry().register(&mut listener, LISTENER, Interest::READABLE)?;
    let mut events = Events::with_capacity(1024);
    let mut conversations: HashMap<Token, Conversation> = HashMap::new();
    let mut soon: Vec<Token> = Vec::new(); // to be looked at again soon, ready or not
    let mut last = 0;
    loop {
        poll.poll(&mut events, if soon.is_empty() { None } else { Some(text::QUIET / 5) })?;
        let ready: Vec<Token> = events.iter().map(|event| event.token()).collect();
        for token in soon.split_off(0).into_iter().chain(ready) {
            if token == LISTENER {
                while let Some(mut stream) = accept(&listener, &mut soon) {
                    last += 1;
                    let interest = Interest::READABLE | Interest::WRITABLE;
                    poll.registry().register(&mut stream, Token(last), interest)?;
                    conversations.insert(Token(last), Conversation::new(stream));
                }
            } else if let Some(client) = conversations.get_mut(&token) {
                let goes_on = client.go_on().unwrap_or_else(|error| {
                    console::log(&format!("client {}: {error}", token.0));
                    false
                });
                match (goes_on, client.received.is_empty()) {
                    (true, true) => {}
                    (true, false) => soon.push(token), // it is in the middle of a line
                    (false, _) => drop(conversations.remove(&token)),
                }
            }
        }
    }
}

/// The next client that has called, if any.
fn accept(listener: &TcpListener, soon: &mut Vec<Token>) -> Option<TcpStream> {
    match listener.accept() {
        Ok((stream, _)) => Some(stream),
        Err(error) if error.kind() == ErrorKind::WouldBlock => None,
        Err(error) => {
            console::log(&format!("cannot accept a client: {error}"));
            soon.push(LISTENER);
            None
        }
    }
}

impl Conversation {
    fn new(stream: TcpStream) -> Conversation {
        let (received, to_send) = (Vec::new(), Vec::new());
        Conversation { stream, received, received_at: Instant::now(), to_send }
    }

    /// Goes on as far as it goes without waiting. `false`: the conversation is over.
    fn go_on(&mut self) -> io::Result<bool> {
        let mut buffer = [0; 16 * 1024];
        // From a client that takes no replies, no more is read.
        while self.send()? {
            let count = match self.stream.read(&mut buffer) {
                Ok(0) => return Ok(false),
                Ok(count) => count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            };
            self.received.extend(&buffer[..count]);
            self.received_at = Instant::now();
            if !self.answer() {
                return self.send().map(|_| false);
            }
            if count < buffer.len() {
                self.send()?;
                break; // it was all there is; the system says when there is more
            }
        }
        if !self.received.is_empty() && self.received_at.elapsed() >= text::QUIET {
            self.received.push(b'\n'); // nothing has followed: it counts as a line
            return Ok(self.answer() && self.send().is_ok());
        }
        Ok(true)
    }

    /// Puts the reply to every whole line with what is to be sent. `false`: a line was `end`.
    fn answer(&mut self) -> bool {
        let mut lines = self.received.split_inclusive(|&byte| byte == b'\n').peekable();
        let mut taken = 0;
        while let Some(line) = lines.next_if(|line| line.ends_with(b"\n")) {
            taken += line.len();
            let line = String::from_utf8_lossy(line);
            match line.trim_end_matches(['\r', '\n']) {
                "end" => return false,
                message => self.to_send.extend(format!("{message}\n").as_bytes()),
            }
        }
        self.received.drain(..taken);
        self.received.len() <= text::LONGEST
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

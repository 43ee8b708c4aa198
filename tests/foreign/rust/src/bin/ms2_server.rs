//! # Milestone 2: a chat room: the server, without helpers

use std::collections::HashMap;
use std::env;
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{self, ExitCode};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

const ABOUT: &str = "A chat room: whatever one says, all others hear";
const USAGE: &str = "usage: ms2_server [--host HOST (127.0.0.1)] [--port PORT (5001)]";

/// The longest message, in bytes.
const LONGEST: usize = 64 * 1024;

/// The dictionary of connections. One at a time writes to them, so that all hear the same order.
#[derive(Default)]
struct ChatRoom {
    connections: Mutex<HashMap<String, Arc<TcpStream>>>,
}

/// Cuts what comes over a connection into messages.
struct Messages<'a> {
    conn: &'a TcpStream,
    reader: BufReader<&'a TcpStream>,
    was_cut: bool, // the last one had no line break, which may still come
}

fn main() -> ExitCode {
    let (host, port) = options();
    let Err(error) = run(&host, port) else {
        return ExitCode::SUCCESS;
    };
    eprintln!("error: cannot listen on {host}:{port}: {} (try another --port)", error.kind());
    ExitCode::FAILURE
}

fn options() -> (String, u16) {
    let (mut host, mut port) = ("127.0.0.1".to_string(), 5001);
    let mut words = env::args().skip(1);
    while let Some(word) = words.next() {
        match (word.as_str(), words.next()) {
            ("--help", _) => {
                println!("{ABOUT}\n{USAGE}");
                process::exit(0)
            }
            ("--host", Some(value)) => host = value,
            ("--port", Some(value)) => port = value.parse().unwrap_or_else(|_| wrong_usage()),
            _ => wrong_usage(),
        }
    }
    (host, port)
}

fn wrong_usage() -> ! {
    eprintln!("{USAGE}");
    process::exit(2)
}

fn run(host: &str, port: u16) -> io::Result<()> {
    let listener = TcpListener::bind((host, port))?;
    println!("listening on {}", listener.local_addr()?);
    ChatRoom::accept_clients(&Arc::default(), &listener);
    Ok(())
}

fn log(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

impl ChatRoom {
    fn accept_clients(self: &Arc<ChatRoom>, listener: &TcpListener) {
        for conn in listener.incoming() {
            let started = conn.and_then(|conn| {
                let room = Arc::clone(self);
                thread::Builder::new().spawn(move || {
                    if let Err(error) = room.handle_client(&Arc::new(conn)) {
                        log(&format!("a client: {error}"));
                    }
                })
            });
            if let Err(error) = started {
                log(&format!("a client cannot be served: {error}"));
                thread::sleep(Duration::from_millis(50)); // it may be that no descriptor is free
            }
        }
    }

    fn handle_client(&self, conn: &Arc<TcpStream>) -> io::Result<()> {
        (&**conn).write_all(b"Hello, who are you?\n")?;
        let mut messages = Messages { conn, reader: BufReader::new(conn), was_cut: false };
        let Some(cid) = messages.next()? else { return Ok(()) };
        let cid = cid.trim().replace(char::is_control, "?");
        if !self.enter(&cid, conn)? {
            return Ok(());
        }
        log(&format!("{cid} has entered"));
        self.broadcast(&format!("{cid} has entered the room"), &cid);
        let result = self.pass_on(messages, &cid);
        self.connections.lock().unwrap_or_else(PoisonError::into_inner).remove(&cid);
        self.broadcast(&format!("{cid} has left the room"), &cid);
        log(&format!("{cid} has left"));
        result
    }

    /// Welcomes or refuses a client. Asking for its name and taking it needs one lock.
    fn enter(&self, cid: &str, conn: &Arc<TcpStream>) -> io::Result<bool> {
        let mut connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        let refusal = match cid {
            "" => Some("A name cannot be empty.\n".to_string()),
            _ if connections.contains_key(cid) => Some(format!("There is a {cid} already.\n")),
            _ => None,
        };
        match &refusal {
            Some(refusal) => (&**conn).write_all(refusal.as_bytes())?,
            None => {
                (&**conn).write_all(format!("Welcome to the room, {cid}.\n").as_bytes())?;
                connections.insert(cid.to_string(), Arc::clone(conn));
            }
        }
        Ok(refusal.is_none())
    }

    fn pass_on(&self, mut messages: Messages, cid: &str) -> io::Result<()> {
        while let Some(message) = messages.next()? {
            self.broadcast(&format!("{cid}: {message}"), cid);
        }
        Ok(())
    }

    /// Sends a message to all but the client with this identification. One that does not read holds it up.
    fn broadcast(&self, msg: &str, cid: &str) {
        let connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        for (_, conn) in connections.iter().filter(|(other, _)| *other != cid) {
            let _ = (&**conn).write_all(format!("{msg}\n").as_bytes()); // its own thread finds out
        }
    }
}

impl Messages<'_> {
    /// The next one: up to a line break, the end of the stream, or 50 ms of quiet.
    fn next(&mut self) -> io::Result<Option<String>> {
        while !self.reader.fill_buf()?.is_empty() {
            let mut line = Vec::new();
            self.conn.set_read_timeout(Some(Duration::from_millis(50)))?;
            let read = (&mut self.reader).take(LONGEST as u64 + 2).read_until(b'\n', &mut line);
            self.conn.set_read_timeout(None)?;
            if let Err(error) = read
                && error.kind() != ErrorKind::WouldBlock
            {
                return Err(error);
            }
            let text = line.strip_suffix(b"\n").unwrap_or(&line);
            let text = text.strip_suffix(b"\r").unwrap_or(text);
            if text.len() > LONGEST {
                return Err(io::Error::other("a message is longer than 64 KiB"));
            }
            let is_rest = self.was_cut && text.is_empty();
            self.was_cut = !line.ends_with(b"\n");
            if !is_rest {
                return Ok(Some(String::from_utf8_lossy(text).into_owned()));
            }
        }
        Ok(None)
    }
}

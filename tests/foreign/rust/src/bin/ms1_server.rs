//! # Milestone 1: capitals for many: the server, without helpers

use std::collections::HashMap;
use std::env;
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::thread;
use std::time::Duration;

const ABOUT: &str = "Sends messages back in capitals, to any number of clients";
const USAGE: &str = "usage: ms1_server [--host HOST (127.0.0.1)] [--port PORT (5605)]";

/// The longest message, in bytes.
const LONGEST: usize = 64 * 1024;

/// The connected clients: the socket of each, under its id.
type Clients = RwLock<HashMap<u64, Arc<TcpStream>>>;

/// A client that is in the dictionary, until it is dropped.
struct Client<'a> {
    id: u64,
    socket: Arc<TcpStream>,
    clients: &'a Clients,
}

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    if words == ["--help"] {
        println!("{ABOUT}\n{USAGE}");
        return ExitCode::SUCCESS;
    }
    let Some((host, port)) = options(&words) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    let bound = TcpListener::bind((host.as_str(), port));
    match bound.and_then(|listener| Ok((listener.local_addr()?, listener))) {
        Ok((address, listener)) => {
            println!("listening on {address}");
            serve(&listener)
        }
        Err(error) => {
            let reason = error.kind();
            eprintln!("error: cannot listen on {host}:{port}: {reason} (try another --port)");
            ExitCode::FAILURE
        }
    }
}

fn options(mut words: &[String]) -> Option<(String, u16)> {
    let (mut host, mut port) = ("127.0.0.1".to_string(), 5605);
    while let [option, value, rest @ ..] = words {
        match option.as_str() {
            "--host" => host = value.clone(),
            "--port" => port = value.parse().ok()?,
            _ => return None,
        }
        words = rest;
    }
    words.is_empty().then_some((host, port))
}

/// The threads live in the scope, so they can borrow the dictionary.
fn serve(listener: &TcpListener) -> ! {
    let clients = Clients::default();
    let clients = &clients;
    thread::scope(|scope| {
        loop {
            let started = listener.accept().and_then(|(socket, _)| {
                thread::Builder::new().spawn_scoped(scope, || Client::add(socket, clients).talk())
            });
            if let Err(error) = started {
                log(&format!("a client cannot be served: {error}"));
                thread::sleep(Duration::from_millis(50)); // it may be that no descriptor is free
            }
        }
    })
}

fn log(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

impl Client<'_> {
    fn add(socket: TcpStream, clients: &Clients) -> Client<'_> {
        static LAST_ID: AtomicU64 = AtomicU64::new(0);
        let id = LAST_ID.fetch_add(1, Ordering::Relaxed) + 1;
        let socket = Arc::new(socket);
        let mut dictionary = clients.write().unwrap_or_else(PoisonError::into_inner);
        dictionary.insert(id, Arc::clone(&socket));
        let count = dictionary.len();
        drop(dictionary); // the lock, before anything is written
        log(&format!("client {id} has come: {count} are here"));
        Client { id, socket, clients }
    }

    fn talk(&self) {
        if let Err(error) = self.answer_all() {
            log(&format!("client {}: {error}", self.id));
        }
    }

    fn answer_all(&self) -> io::Result<()> {
        let mut socket = &*self.socket;
        let mut reader = BufReader::new(socket);
        let mut was_cut = false; // the last message had no line break, which may still come
        while !reader.fill_buf()?.is_empty() {
            let mut line = Vec::new();
            socket.set_read_timeout(Some(Duration::from_millis(50)))?;
            let read = (&mut reader).take(LONGEST as u64 + 2).read_until(b'\n', &mut line);
            socket.set_read_timeout(None)?;
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
            let text = String::from_utf8_lossy(text);
            if text.contains("CLOSE SOCKET") {
                return Ok(());
            }
            if !(was_cut && text.is_empty()) {
                socket.write_all((text.to_uppercase() + "\n").as_bytes())?;
            }
            was_cut = !line.ends_with(b"\n");
        }
        Ok(())
    }
}

impl Drop for Client<'_> {
    fn drop(&mut self) {
        let mut dictionary = self.clients.write().unwrap_or_else(PoisonError::into_inner);
        dictionary.remove(&self.id);
        let count = dictionary.len();
        drop(dictionary);
        log(&format!("client {} has left: {count} are here", self.id));
    }
}

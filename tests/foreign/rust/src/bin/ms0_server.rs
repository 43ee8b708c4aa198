//! # Milestone 0: capitals for one client: the server, without helpers

use std::env;
use std::error::Error;
use std::io::{ErrorKind, Read, Write};
use std::mem;
use std::net::{TcpListener, TcpStream};
use std::process::{self, ExitCode};
use std::time::Duration;

const ABOUT: &str = "Sends one client's messages back in capitals";
const USAGE: &str = "usage: ms0_server [--host HOST (127.0.0.1)] [--port PORT (5001)]";

/// The longest message, in bytes.
const LONGEST: usize = 64 * 1024;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    let (host, port) = options();
    if let Err(error) = run(&host, port) {
        eprintln!("error: {error}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
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

fn run(host: &str, port: u16) -> Result<()> {
    let listener = TcpListener::bind((host, port)).map_err(|error| {
        format!("cannot listen on {host}:{port}: {} (try another --port)", error.kind())
    })?;
    println!("listening on {}", listener.local_addr()?);
    let (mut client, _) = listener.accept()?;
    let mut received = Vec::new();
    let mut was_cut = false;
    while let Some(line) = receive(&mut client, &mut received)? {
        let text = String::from_utf8_lossy(&line);
        let text = text.strip_suffix('\n').unwrap_or(&text);
        let text = text.strip_suffix('\r').unwrap_or(text);
        // The line break of a message that was answered without it is not a message of its own.
        if !(was_cut && text.is_empty()) {
            client.write_all((text.to_uppercase() + "\n").as_bytes())?;
        }
        was_cut = !line.ends_with(b"\n");
    }
    Ok(())
}

/// Takes a line out of what was received, and reads on until there is one: up to a line break, the end of
/// the stream, or 50 ms of quiet. `None`: the client has left.
fn receive(client: &mut TcpStream, received: &mut Vec<u8>) -> Result<Option<Vec<u8>>> {
    let mut piece = [0; 4096];
    loop {
        let line_break = received.iter().position(|&byte| byte == b'\n');
        if line_break.unwrap_or(received.len()) > LONGEST {
            return Err("a message is longer than 64 KiB".into());
        }
        if let Some(position) = line_break {
            return Ok(Some(received.drain(..=position).collect()));
        }
        let is_begun = !received.is_empty();
        client.set_read_timeout(is_begun.then_some(Duration::from_millis(50)))?;
        match client.read(&mut piece) {
            Ok(0) => return Ok(is_begun.then(|| mem::take(received))),
            Ok(count) => received.extend(&piece[..count]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                return Ok(Some(mem::take(received)));
            }
            Err(error) => return Err(error.into()),
        }
    }
}

//! # 1.2 A client, and a reply: the server, without helpers

use std::env;
use std::error::Error;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{self, ExitCode};
use std::time::Duration;

const ABOUT: &str = "Prints one message, sends it back, and ends";
const USAGE: &str = "usage: ex2_server [--host HOST (127.0.0.1)] [--port PORT (8080)]";

/// The longest message, in bytes.
const LONGEST: usize = 64 * 1024;

fn main() -> ExitCode {
    let (host, port) = options();
    if let Err(error) = run(&host, port) {
        eprintln!("error: {error}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn options() -> (String, u16) {
    let (mut host, mut port) = ("127.0.0.1".to_string(), 8080);
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

fn run(host: &str, port: u16) -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind((host, port)).map_err(|error| {
        format!("cannot listen on {host}:{port}: {} (try another --port)", error.kind())
    })?;
    println!("listening on {}", listener.local_addr()?);
    let (mut client, _) = listener.accept()?;
    let message = receive(&client)?;
    println!("{message}");
    client.write_all((message + "\n").as_bytes())?;
    Ok(())
}

/// The message: up to a line break, the end of the stream, or 50 ms of quiet.
fn receive(client: &TcpStream) -> Result<String, Box<dyn Error>> {
    let mut reader = BufReader::new(client).take(LONGEST as u64 + 2);
    if reader.fill_buf()?.is_empty() {
        return Err("the client left without a message".into());
    }
    client.set_read_timeout(Some(Duration::from_millis(50)))?;
    let mut line = Vec::new();
    match reader.read_until(b'\n', &mut line) {
        Err(error) if error.kind() != ErrorKind::WouldBlock => return Err(error.into()),
        _ => {} // whatever came in time is in the line
    }
    let text = line.strip_suffix(b"\n").unwrap_or(&line);
    let text = text.strip_suffix(b"\r").unwrap_or(text);
    if text.len() > LONGEST {
        return Err("the message is longer than 64 KiB".into());
    }
    Ok(String::from_utf8_lossy(text).into_owned())
}

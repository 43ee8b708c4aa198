//! # 1.1 A server for one message, without helpers

use std::env;
use std::io::{self, ErrorKind, Read};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

const ABOUT: &str = "Prints the one message that one client sends, and ends";
const USAGE: &str = "usage: ex1_server [--host HOST (127.0.0.1)] [--port PORT (8080)]";

const LONGEST: usize = 64 * 1024;
const QUIET: Duration = Duration::from_millis(50);

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
    match message_of_one_client(&host, port) {
        Ok(message) => {
            println!("{message}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn options(mut words: &[String]) -> Option<(String, u16)> {
    let (mut host, mut port) = ("127.0.0.1".to_string(), 8080);
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

fn message_of_one_client(host: &str, port: u16) -> Result<String, String> {
    let listener = TcpListener::bind((host, port)).map_err(|error| {
        format!("cannot listen on {host}:{port}: {} (try another --port)", error.kind())
    })?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    println!("listening on {address}");
    let (client, _) = listener.accept().map_err(|error| error.to_string())?;
    let bytes = receive(client).map_err(|error| format!("the client: {error}"))?;
    let line = bytes.split(|&byte| byte == b'\n').next().unwrap_or_default();
    match bytes.len() {
        0 => Err("the client left without a message".to_string()),
        _ if line.len() > LONGEST => Err("the message is longer than 64 KiB".to_string()),
        _ => Ok(String::from_utf8_lossy(line).trim_end_matches('\r').to_string()),
    }
}

/// Reads to a line break, the end of the stream, or 50 ms of quiet.
fn receive(mut client: TcpStream) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    while !bytes.contains(&b'\n') && bytes.len() <= LONGEST {
        match client.read(&mut piece) {
            Ok(0) => break,
            Ok(count) => bytes.extend(&piece[..count]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => break,
            Err(error) => return Err(error),
        }
        client.set_read_timeout(Some(QUIET))?;
    }
    Ok(bytes)
}

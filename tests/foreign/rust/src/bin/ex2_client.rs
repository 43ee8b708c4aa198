//! # 1.2 A client, and a reply: the client, without helpers

use std::env;
use std::io::{self, BufRead, ErrorKind, IsTerminal, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::Duration;

const ABOUT: &str = "Sends one line, displays the reply, and ends";
const USAGE: &str = "usage: ex2_client [--host HOST (127.0.0.1)] [--port PORT (8080)]";

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (host, port) = match words[..] {
        ["--help"] => {
            println!("{ABOUT}\n{USAGE}");
            return ExitCode::SUCCESS;
        }
        [] => ("127.0.0.1", "8080"),
        ["--host", host] => (host, "8080"),
        ["--port", port] => ("127.0.0.1", port),
        ["--host", host, "--port", port] | ["--port", port, "--host", host] => (host, port),
        _ => ("", ""), // and an empty port is not a number
    };
    let Ok(port) = port.parse() else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match run(host, port) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(host: &str, port: u16) -> io::Result<()> {
    let mut server = TcpStream::connect((host, port)).map_err(|error| {
        let reason = format!("{} (is the server running?)", error.kind());
        io::Error::other(format!("cannot connect to {host}:{port}: {reason}"))
    })?;
    if io::stdin().is_terminal() && io::stdout().is_terminal() {
        print!("> ");
        io::stdout().flush()?;
    }
    let Some(typed) = io::stdin().lock().split(b'\n').next().transpose()? else {
        return Ok(()); // the user has nothing to say
    };
    let typed = String::from_utf8_lossy(&typed);
    server.write_all(format!("{}\n", typed.trim_end_matches('\r')).as_bytes())?;
    println!("{}", receive(&server)?);
    Ok(())
}

/// The reply: up to a line break, the end of the stream, or 50 ms of quiet.
fn receive(mut server: &TcpStream) -> io::Result<String> {
    let mut reply = Vec::new();
    let mut piece = [0; 4096];
    while !reply.contains(&b'\n') {
        match server.read(&mut piece) {
            Ok(0) if reply.is_empty() => {
                return Err(io::Error::other("the server left without a reply"));
            }
            Ok(0) => break,
            Ok(count) => reply.extend(&piece[..count]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => break,
            Err(error) => return Err(error),
        }
        if reply.len() > 64 * 1024 {
            return Err(io::Error::other("the reply is longer than 64 KiB"));
        }
        server.set_read_timeout(Some(Duration::from_millis(50)))?;
    }
    let text = String::from_utf8_lossy(&reply);
    Ok(text.lines().next().unwrap_or_default().to_string())
}

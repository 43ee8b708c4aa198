//! # Milestone 1: capitals for many: the client, without helpers

use std::env;
use std::error::Error;
use std::io::{self, BufRead, ErrorKind, IsTerminal, Read, Write};
use std::mem;
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::Duration;

const ABOUT: &str = "Sends lines and displays the replies, until `CLOSE SOCKET`";
const USAGE: &str = "usage: ms1_client [--host HOST (127.0.0.1)] [--port PORT (5605)]";

/// The longest reply, in bytes.
const LONGEST: usize = 64 * 1024;

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (host, port) = match words[..] {
        ["--help"] => {
            println!("{ABOUT}\n{USAGE}");
            return ExitCode::SUCCESS;
        }
        [] => ("127.0.0.1", "5605"),
        ["--host", host] => (host, "5605"),
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

fn run(host: &str, port: u16) -> Result<(), Box<dyn Error>> {
    let mut server = TcpStream::connect((host, port)).map_err(|error| {
        let reason = format!("{} (is the server running?)", error.kind());
        format!("cannot connect to {host}:{port}: {reason}")
    })?;
    let (mut received, mut was_cut) = (Vec::new(), false);
    let mut typed = io::stdin().lock().split(b'\n');
    loop {
        if io::stdin().is_terminal() && io::stdout().is_terminal() {
            print!("> ");
            io::stdout().flush()?;
        }
        // The end of input says `CLOSE SOCKET` for the user.
        let line = typed.next().unwrap_or(Ok(b"CLOSE SOCKET".to_vec()))?;
        let line = String::from_utf8_lossy(&line);
        writeln!(server, "{}", line.trim_end_matches('\r'))?;
        if line.contains("CLOSE SOCKET") {
            return Ok(());
        }
        let mut reply = receive(&mut server, &mut received)?;
        if was_cut && matches!(&reply[..], b"\n" | b"\r\n") {
            // It belongs to the reply that was displayed without it.
            reply = receive(&mut server, &mut received)?;
        }
        was_cut = !reply.ends_with(b"\n");
        println!("{}", String::from_utf8_lossy(&reply).trim_end_matches(['\r', '\n']));
    }
}

/// Takes a reply out of what was received, and reads on until there is one: up to a line break, the end of
/// the stream, or 50 ms of quiet.
fn receive(server: &mut TcpStream, received: &mut Vec<u8>) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut piece = [0; 4096];
    loop {
        let line_break = received.iter().position(|&byte| byte == b'\n');
        if line_break.unwrap_or(received.len()) > LONGEST {
            return Err("a reply is longer than 64 KiB".into());
        }
        if let Some(position) = line_break {
            return Ok(received.drain(..=position).collect());
        }
        let is_begun = !received.is_empty();
        server.set_read_timeout(is_begun.then_some(Duration::from_millis(50)))?;
        match server.read(&mut piece) {
            Ok(0) if !is_begun => return Err("the server has closed the connection".into()),
            Ok(0) => return Ok(mem::take(received)),
            Ok(count) => received.extend(&piece[..count]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(mem::take(received)),
            Err(error) => return Err(error.into()),
        }
    }
}

//! # 1.4 One thread per client: the server, without helpers

use std::env;
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::mem;
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

const ABOUT: &str = "Echoes the messages of many clients, each until it says `end`";
const USAGE: &str = "usage: ex4_server [--host HOST (127.0.0.1)] [--port PORT (8080)]";

/// The longest message, in bytes.
const LONGEST: usize = 64 * 1024;

/// The messages of one client, as an iterator.
struct Messages<'a> {
    client: &'a TcpStream,
    reader: BufReader<&'a TcpStream>,
    is_cut: bool, // the last one had no line break, which may still come
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

fn serve(listener: &TcpListener) -> ! {
    loop {
        let started = listener.accept().and_then(|(client, address)| {
            thread::Builder::new().name(address.to_string()).spawn(move || {
                if let Err(error) = echo(&client) {
                    log(&format!("{address}: {error}"));
                }
            })
        });
        if let Err(error) = started {
            log(&format!("a client cannot be served: {error}"));
            thread::sleep(Duration::from_millis(50)); // it may be that no descriptor is free
        }
    }
}

fn log(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

fn echo(mut client: &TcpStream) -> io::Result<()> {
    for message in Messages::of(client) {
        match message?.as_str() {
            "end" => break,
            text => writeln!(client, "{text}")?,
        }
    }
    Ok(())
}

impl Messages<'_> {
    fn of(client: &TcpStream) -> Messages<'_> {
        Messages { client, reader: BufReader::new(client), is_cut: false }
    }

    /// A line with its line break; without one if nothing has followed for 50 ms, or if the stream has ended.
    fn next_line(&mut self) -> io::Result<Vec<u8>> {
        let mut line = Vec::new();
        self.client.set_read_timeout(None)?;
        self.reader.fill_buf()?;
        self.client.set_read_timeout(Some(Duration::from_millis(50)))?;
        match (&mut self.reader).take(LONGEST as u64 + 2).read_until(b'\n', &mut line) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(line),
            result => result.map(|_| line),
        }
    }
}

impl Iterator for Messages<'_> {
    type Item = io::Result<String>;

    fn next(&mut self) -> Option<io::Result<String>> {
        loop {
            let line = match self.next_line() {
                Ok(line) if line.is_empty() => return None,
                Ok(line) => line,
                Err(error) => return Some(Err(error)),
            };
            let text = line.strip_suffix(b"\n").unwrap_or(&line);
            let text = text.strip_suffix(b"\r").unwrap_or(text);
            if text.len() > LONGEST {
                return Some(Err(io::Error::other("a message is longer than 64 KiB")));
            }
            let was_cut = mem::replace(&mut self.is_cut, !line.ends_with(b"\n"));
            if !(was_cut && text.is_empty()) {
                return Some(Ok(String::from_utf8_lossy(text).into_owned()));
            }
        }
    }
}

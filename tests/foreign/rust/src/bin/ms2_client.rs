//! # Milestone 2: a chat room: the client, without helpers

use std::env;
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::Duration;

const ABOUT: &str = "Talks with others in a chat room";
const USAGE: &str =
    "usage: ms2_client [--host HOST (127.0.0.1)] [--port PORT (5001)] [--name NAME]";

/// The longest message, in bytes.
const LONGEST: usize = 64 * 1024;

/// Which side has ended.
enum Ended {
    User,
    Server,
}

struct Options {
    host: String,
    port: u16,
    name: Option<String>,
}

/// Cuts what comes from the server into messages.
struct Messages {
    reader: BufReader<TcpStream>,
    was_cut: bool, // the last one had no line break, which may still come
}

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    if words == ["--help"] {
        println!("{ABOUT}\n{USAGE}");
        return ExitCode::SUCCESS;
    }
    let Some(options) = Options::read(&words) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match run(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

impl Options {
    fn read(mut words: &[String]) -> Option<Options> {
        let mut options = Options { host: "127.0.0.1".to_string(), port: 5001, name: None };
        while let [option, value, rest @ ..] = words {
            match option.as_str() {
                "--host" => options.host = value.clone(),
                "--port" => options.port = value.parse().ok()?,
                "--name" => options.name = Some(value.clone()),
                _ => return None,
            }
            words = rest;
        }
        words.is_empty().then_some(options)
    }
}

/// One thread receives, one reads what the user types, and this one waits for either to end. When it
/// returns, the program is over, whatever the other still waits for.
fn run(options: Options) -> io::Result<()> {
    let Options { host, port, name } = options;
    let server = TcpStream::connect((host.as_str(), port)).map_err(|error| {
        let reason = format!("{} (is the server running?)", error.kind());
        io::Error::other(format!("cannot connect to {host}:{port}: {reason}"))
    })?;
    let mut messages = Messages { reader: BufReader::new(server.try_clone()?), was_cut: false };
    let question = messages.next()?.ok_or_else(closed)?;
    println!("{question}");
    let (ended, endings) = mpsc::channel();
    let user_ended = ended.clone();
    thread::Builder::new().name("receive".to_string()).spawn(move || receive(messages, &ended))?;
    thread::Builder::new().name("send".to_string()).spawn(move || {
        // What cannot be sent any more tells that the server has gone.
        let side = send(&server, name).map_or(Ended::Server, |()| Ended::User);
        let _ = user_ended.send(side); // nobody waits for it if the program is over
        let _ = server.shutdown(Shutdown::Write); // the server ends its side then
    })?;
    match endings.recv() {
        Ok(Ended::User) => drop(endings.recv()), // the last messages, and the end of the server's side
        _ => return Err(closed()),
    }
    Ok(())
}

fn closed() -> io::Error {
    io::Error::other("the server has closed the connection")
}

/// Sends the name, and then line after line, until the end of input.
fn send(mut server: &TcpStream, name: Option<String>) -> io::Result<()> {
    let mut typed = io::stdin().lock().split(b'\n');
    let name = match name {
        Some(name) => name.into_bytes(),
        None => typed.next().unwrap_or(Ok(Vec::new()))?,
    };
    for line in [Ok(name)].into_iter().chain(typed) {
        let line = line?;
        let text = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(&line));
        server.write_all((text + "\n").as_bytes())?;
    }
    Ok(())
}

fn receive(mut messages: Messages, ended: &Sender<Ended>) {
    while let Ok(Some(message)) = messages.next() {
        println!("{message}");
    }
    let _ = ended.send(Ended::Server);
}

impl Messages {
    /// The next one: up to a line break, the end of the stream, or 50 ms of quiet.
    fn next(&mut self) -> io::Result<Option<String>> {
        loop {
            self.reader.get_ref().set_read_timeout(None)?;
            if self.reader.fill_buf()?.is_empty() {
                return Ok(None);
            }
            self.reader.get_ref().set_read_timeout(Some(Duration::from_millis(50)))?;
            let mut line = Vec::new();
            match (&mut self.reader).take(LONGEST as u64 + 2).read_until(b'\n', &mut line) {
                Err(error) if error.kind() != ErrorKind::WouldBlock => return Err(error),
                _ => {} // whatever came in time is in the line
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
    }
}

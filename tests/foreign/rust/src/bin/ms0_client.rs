//! # Milestone 0: capitals for one client: the client, without helpers

use std::env;
use std::io::{self, BufRead, IsTerminal, Read, Write};
use std::mem;
use std::net::TcpStream;
use std::process::ExitCode;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread;
use std::time::Duration;

const ABOUT: &str = "Sends line after line and displays the replies";
const USAGE: &str = "usage: ms0_client [--host HOST (127.0.0.1)] [--port PORT (5001)]";

/// The longest reply, in bytes.
const LONGEST: usize = 64 * 1024;

/// What has come from the server, piece by piece: a thread reads, so that another can wait with a limit.
struct Replies {
    pieces: Receiver<Vec<u8>>,
    received: Vec<u8>,
    is_cut: bool, // the last reply had no line break, which may still come
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
    match run(&host, port) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn options(mut words: &[String]) -> Option<(String, u16)> {
    let (mut host, mut port) = ("127.0.0.1".to_string(), 5001);
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

fn run(host: &str, port: u16) -> io::Result<()> {
    let mut server = TcpStream::connect((host, port)).map_err(|error| {
        let reason = format!("{} (is the server running?)", error.kind());
        io::Error::other(format!("cannot connect to {host}:{port}: {reason}"))
    })?;
    let mut replies = Replies::of(server.try_clone()?)?;
    while let Some(line) = read_line()? {
        server.write_all((line + "\n").as_bytes())?;
        println!("{}", replies.receive()?);
    }
    Ok(())
}

/// A line that the user types. `None` at the end of input.
fn read_line() -> io::Result<Option<String>> {
    if io::stdin().is_terminal() && io::stdout().is_terminal() {
        print!("> ");
        io::stdout().flush()?;
    }
    let mut line = Vec::new();
    io::stdin().lock().read_until(b'\n', &mut line)?;
    let text = String::from_utf8_lossy(&line);
    Ok((!line.is_empty()).then(|| text.trim_end_matches(['\r', '\n']).to_string()))
}

fn read_pieces(mut server: TcpStream, pieces: SyncSender<Vec<u8>>) {
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = server.read(&mut buffer) {
        if pieces.send(buffer[..count].to_vec()).is_err() {
            return;
        }
    }
}

impl Replies {
    fn of(server: TcpStream) -> io::Result<Replies> {
        let (sender, pieces) = mpsc::sync_channel(16);
        thread::Builder::new().spawn(move || read_pieces(server, sender))?;
        Ok(Replies { pieces, received: Vec::new(), is_cut: false })
    }

    /// A reply: up to a line break, the end of the stream, or 50 ms of quiet.
    fn receive(&mut self) -> io::Result<String> {
        let closed = |_| io::Error::other("the server has closed the connection");
        while self.received.is_empty() {
            self.received = self.pieces.recv().map_err(closed)?;
            if mem::take(&mut self.is_cut) {
                let rest = self.received.strip_prefix(b"\r").unwrap_or(&self.received);
                self.received = rest.strip_prefix(b"\n").unwrap_or(rest).to_vec();
            }
        }
        while !self.received.contains(&b'\n') && self.received.len() <= LONGEST {
            match self.pieces.recv_timeout(Duration::from_millis(50)) {
                Ok(piece) => self.received.extend(piece),
                Err(_) => break, // nothing has followed in time, or never will
            }
        }
        let line_break = self.received.iter().position(|&byte| byte == b'\n');
        let length = line_break.unwrap_or(self.received.len());
        if length > LONGEST {
            return Err(io::Error::other("a reply is longer than 64 KiB"));
        }
        self.is_cut = line_break.is_none();
        let reply = String::from_utf8_lossy(&self.received[..length]).into_owned();
        self.received.drain(..(length + 1).min(self.received.len()));
        Ok(reply.trim_end_matches('\r').to_string())
    }
}

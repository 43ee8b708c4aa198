//! # 1.4 One thread per client: the client, without helpers

use std::env;
use std::io::{self, BufRead, BufReader, ErrorKind, IsTerminal, Read, Write};
use std::mem;
use std::net::TcpStream;
use std::process::{self, ExitCode};
use std::time::Duration;

const ABOUT: &str = "Sends line after line and displays the replies, until `end`";
const USAGE: &str = "usage: ex4_client [--host HOST (127.0.0.1)] [--port PORT (8080)]";

/// The longest reply, in bytes.
const LONGEST: usize = 64 * 1024;

/// The connection to the server.
struct Connection {
    stream: TcpStream,
    reader: BufReader<TcpStream>,
    is_cut: bool, // the last reply had no line break, which may still come
}

fn main() -> ExitCode {
    let (host, port) = options();
    let result = Connection::open(&host, port).and_then(|mut connection| connection.talk());
    if let Err(error) = &result {
        eprintln!("error: {error}");
    }
    ExitCode::from(u8::from(result.is_err()))
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

impl Connection {
    fn open(host: &str, port: u16) -> io::Result<Connection> {
        let stream = TcpStream::connect((host, port)).map_err(|error| {
            let reason = format!("{} (is the server running?)", error.kind());
            io::Error::other(format!("cannot connect to {host}:{port}: {reason}"))
        })?;
        let reader = BufReader::new(stream.try_clone()?);
        Ok(Connection { stream, reader, is_cut: false })
    }

    fn talk(&mut self) -> io::Result<()> {
        let mut typed = io::stdin().lock().split(b'\n');
        loop {
            if io::stdin().is_terminal() && io::stdout().is_terminal() {
                print!("> ");
                io::stdout().flush()?;
            }
            // The end of input says `end` for the user.
            let line = typed.next().unwrap_or(Ok(b"end".to_vec()))?;
            let line = line.strip_suffix(b"\r").unwrap_or(&line);
            self.stream.write_all(&[line, b"\n"].concat())?;
            if line == b"end" {
                return Ok(());
            }
            println!("{}", self.receive()?);
        }
    }

    /// A reply: up to a line break, the end of the stream, or 50 ms of quiet.
    fn receive(&mut self) -> io::Result<String> {
        loop {
            self.stream.set_read_timeout(None)?;
            if self.reader.fill_buf()?.is_empty() {
                return Err(io::Error::other("the server has closed the connection"));
            }
            self.stream.set_read_timeout(Some(Duration::from_millis(50)))?;
            let mut line = Vec::new();
            let read = (&mut self.reader).take(LONGEST as u64 + 2).read_until(b'\n', &mut line);
            if let Err(error) = read
                && error.kind() != ErrorKind::WouldBlock
            {
                return Err(error);
            }
            let text = line.strip_suffix(b"\n").unwrap_or(&line);
            let text = text.strip_suffix(b"\r").unwrap_or(text);
            if text.len() > LONGEST {
                return Err(io::Error::other("a reply is longer than 64 KiB"));
            }
            let was_cut = mem::replace(&mut self.is_cut, !line.ends_with(b"\n"));
            if !(was_cut && text.is_empty()) {
                return Ok(String::from_utf8_lossy(text).into_owned());
            }
        }
    }
}

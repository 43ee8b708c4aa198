//! # 2.1 The server operator, without helpers

use std::env;
use std::io::{self, BufRead, BufReader, ErrorKind, IsTerminal, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{self, ExitCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

const ABOUT: &str = "Echoes messages, and answers its operator's `num.users`";
const USAGE: &str = "usage: ex5_server [--host HOST (127.0.0.1)] [--port PORT (8080)]";

/// The longest message, in bytes.
const LONGEST: usize = 64 * 1024;

/// One client that counts, for as long as this value lives.
struct Counted(Arc<AtomicUsize>);

impl Counted {
    fn up(count: &Arc<AtomicUsize>) -> Counted {
        count.fetch_add(1, Ordering::SeqCst);
        Counted(Arc::clone(count))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

fn main() -> ExitCode {
    let (host, port) = options();
    let Err(error) = run(&host, port) else {
        return ExitCode::SUCCESS;
    };
    eprintln!("error: cannot listen on {host}:{port}: {} (try another --port)", error.kind());
    ExitCode::FAILURE
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

fn run(host: &str, port: u16) -> io::Result<()> {
    let listener = TcpListener::bind((host, port))?;
    println!("listening on {}", listener.local_addr()?);
    let count = Arc::default();
    let shown = Arc::clone(&count);
    thread::Builder::new().name("operator".to_string()).spawn(move || operate(&shown))?;
    for client in listener.incoming() {
        let started = client.and_then(|client| {
            // Counted here, so that a client counts from the moment it is accepted.
            let counted = Counted::up(&count);
            thread::Builder::new().spawn(move || {
                if let Err(error) = echo(&client) {
                    log(&format!("a client: {error}"));
                }
                drop(counted);
            })
        });
        if let Err(error) = started {
            log(&format!("a client cannot be served: {error}"));
            thread::sleep(Duration::from_millis(50)); // it may be that no descriptor is free
        }
    }
    Ok(())
}

fn log(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

fn operate(count: &AtomicUsize) {
    let is_seen = io::stdin().is_terminal() && io::stdout().is_terminal();
    let prompt = || {
        if is_seen {
            print!("> ");
            let _ = io::stdout().flush();
        }
    };
    prompt();
    for line in io::stdin().lock().split(b'\n').map_while(Result::ok) {
        match line.trim_ascii() {
            b"num.users" => println!("{} users are connected", count.load(Ordering::SeqCst)),
            _ => println!("The one command is num.users."),
        }
        prompt();
    }
}

fn echo(mut client: &TcpStream) -> io::Result<()> {
    let mut reader = BufReader::new(client);
    let mut was_cut = false; // the last message had no line break, which may still come
    while !reader.fill_buf()?.is_empty() {
        let mut line = Vec::new();
        client.set_read_timeout(Some(Duration::from_millis(50)))?;
        let read = (&mut reader).take(LONGEST as u64 + 2).read_until(b'\n', &mut line);
        client.set_read_timeout(None)?;
        match read {
            Err(error) if error.kind() != ErrorKind::WouldBlock => return Err(error),
            _ => {} // whatever came in time is in the line
        }
        let text = line.strip_suffix(b"\n").unwrap_or(&line);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        match text {
            b"end" => break,
            b"" if was_cut => {}
            _ if text.len() > LONGEST => {
                return Err(io::Error::other("a message is longer than 64 KiB"));
            }
            _ => {
                client.write_all((String::from_utf8_lossy(text) + "\n").as_bytes())?;
            }
        }
        was_cut = !line.ends_with(b"\n");
    }
    Ok(())
}

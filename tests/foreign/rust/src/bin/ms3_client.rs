//! # Milestone 3: an instant messenger: the client, without helpers
//!
//! A terminal shows what is typed by itself, and hands over whole lines only. So while this program runs,
//! `stty` switches that off: each key arrives at once, and the program itself shows what was typed so far.

use std::env;
use std::io::{self, BufRead, BufReader, ErrorKind, IsTerminal, Read, Write};
use std::mem;
use std::net::{Shutdown, TcpStream};
use std::process::{Command, ExitCode, Stdio};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

const ABOUT: &str = "Talks in an instant messenger, until `/quit`";
const USAGE: &str =
    "usage: ms3_client [--host HOST (127.0.0.1)] [--port PORT (4330)] [--name NAME]";

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

/// The terminal as it was before. It is so again when this is dropped.
struct Terminal {
    before: String,
}

/// What the user sees, and has typed so far. On a terminal, that is shown in the last row.
struct Screen {
    is_terminal: bool,
    typed: Vec<u8>,
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
        let mut options = Options { host: "127.0.0.1".to_string(), port: 4330, name: None };
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
    if let Some(name) = name {
        (&server).write_all((name + "\n").as_bytes())?;
    }
    let terminal = Terminal::take();
    let screen = Screen { is_terminal: terminal.is_some(), typed: Vec::new() };
    screen.draw();
    let screen = Arc::new(Mutex::new(screen));
    let (ended, endings) = mpsc::channel();
    let (socket, shown, server_ended) = (server.try_clone()?, Arc::clone(&screen), ended.clone());
    thread::Builder::new().spawn(move || receive(&socket, &shown, &server_ended))?;
    thread::Builder::new().spawn(move || {
        let _ = send(&server, &screen, &ended); // if it fails, the server has closed the connection
        let _ = server.shutdown(Shutdown::Write); // the server ends its side then
    })?;
    match endings.recv() {
        Ok(Ended::User) => drop(endings.recv()), // the last messages, and the end of the server's side
        _ => return Err(io::Error::other("the server has closed the connection")),
    }
    Ok(())
}

/// Sends line after line. The end of input says `/quit` for the user.
fn send(mut server: &TcpStream, screen: &Mutex<Screen>, ended: &Sender<Ended>) -> io::Result<()> {
    loop {
        let line = read_line(screen)?.unwrap_or(b"/quit".to_vec());
        let line = String::from_utf8_lossy(&line);
        let line = line.trim_end_matches('\r');
        let is_last = line == "/quit";
        if is_last {
            let _ = ended.send(Ended::User); // before the server can know
        }
        server.write_all(format!("{line}\n").as_bytes())?;
        if is_last {
            return Ok(());
        }
    }
}

/// A line that the user types. `None` at the end of input.
fn read_line(screen: &Mutex<Screen>) -> io::Result<Option<Vec<u8>>> {
    if !lock(screen).is_terminal {
        return io::stdin().lock().split(b'\n').next().transpose();
    }
    let mut is_escape = false; // an arrow, say, is ESC, a bracket, and a letter
    for byte in io::stdin().lock().bytes() {
        let byte = byte?;
        let mut screen = lock(screen);
        match byte {
            3 | 4 if screen.typed.is_empty() => return Ok(None), // Ctrl-C, Ctrl-D
            3 | 21 => screen.typed.clear(),                      // Ctrl-C, Ctrl-U
            b'\r' | b'\n' => {
                println!();
                let line = mem::take(&mut screen.typed);
                screen.draw();
                return Ok(Some(line));
            }
            // All bytes of a character but the first begin with the bits 10.
            8 | 127 => while screen.typed.pop().is_some_and(|last| last & 0xc0 == 0x80) {},
            27 => is_escape = true,
            _ if is_escape => is_escape = !byte.is_ascii_alphabetic() && byte != b'~',
            ..32 => {}
            _ => screen.typed.push(byte),
        }
        screen.draw();
    }
    Ok(None)
}

/// Shows each message: up to a line break, the end of the stream, or 50 ms of quiet.
fn receive(server: &TcpStream, screen: &Mutex<Screen>, ended: &Sender<Ended>) {
    let mut reader = BufReader::new(server);
    let mut was_cut = false; // the last one had no line break, which may still come
    while let Ok(line @ [_, ..]) = next_line(server, &mut reader).as_deref() {
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        if text.len() > LONGEST {
            break;
        }
        if !(was_cut && text.is_empty()) {
            lock(screen).show(&String::from_utf8_lossy(text).replace(char::is_control, "\u{fffd}"));
        }
        was_cut = !line.ends_with(b"\n");
    }
    let _ = ended.send(Ended::Server);
}

/// What comes next, with its line break. Empty: the server has closed the connection.
fn next_line(server: &TcpStream, reader: &mut BufReader<&TcpStream>) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    server.set_read_timeout(None)?;
    reader.fill_buf()?;
    server.set_read_timeout(Some(Duration::from_millis(50)))?;
    match reader.take(LONGEST as u64 + 2).read_until(b'\n', &mut line) {
        Err(error) if error.kind() != ErrorKind::WouldBlock => Err(error),
        _ => Ok(line), // whatever came in time is in the line
    }
}

fn lock(screen: &Mutex<Screen>) -> MutexGuard<'_, Screen> {
    screen.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Screen {
    /// Puts a message above what is being typed.
    fn show(&self, message: &str) {
        match self.is_terminal {
            true => println!("\r\x1b[K{message}"),
            false => println!("{message}"),
        }
        self.draw();
    }

    /// Shows what is being typed, in place of whatever is in this row: its end, if it is long.
    fn draw(&self) {
        if self.is_terminal {
            let typed = String::from_utf8_lossy(&self.typed);
            let skipped = typed.chars().count().saturating_sub(70);
            let shown: String = typed.chars().skip(skipped).collect();
            print!("\r\x1b[K> {shown}");
            let _ = io::stdout().flush();
        }
    }
}

impl Terminal {
    /// Keys arrive at once, are not shown, and Ctrl-C is a key like any other. `None`: there is no terminal,
    /// or none that can do this.
    fn take() -> Option<Terminal> {
        if !(io::stdin().is_terminal() && io::stdout().is_terminal()) {
            return None;
        }
        let before = stty(&["-g"])?.trim().to_string();
        stty(&["-icanon", "-echo", "-isig"])?;
        Some(Terminal { before })
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        print!("\r\x1b[K"); // the prompt
        let _ = io::stdout().flush();
        let _ = stty(&[&self.before]);
    }
}

/// Looks at the settings of the terminal that is stdin, or changes them. `None`: that failed.
fn stty(arguments: &[&str]) -> Option<String> {
    let output = Command::new("stty").args(arguments).stdin(Stdio::inherit()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

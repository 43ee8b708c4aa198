//! # Milestone 3: an instant messenger: the server, without helpers
//!
//! The room is a thread, and the only one that knows who is there: so it needs no lock. It takes what the
//! members' threads tell it, one event after the other, and never writes to a socket: it puts lines into
//! a queue for each member, from which another thread writes. A member whose queue stays full must go.

use std::collections::BTreeMap;
use std::env;
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::mem;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, SyncSender, TrySendError};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

const ABOUT: &str = "A chat room that a stalled member cannot hold up";
const USAGE: &str = "usage: ms3_server [--host HOST (127.0.0.1)] [--port PORT (4330)]";

/// The longest message, in bytes.
const LONGEST: usize = 64 * 1024;

/// How many lines may wait for a member.
const QUEUE: usize = 256;

/// How long all wait for a member whose queue is full.
const PATIENCE: Duration = Duration::from_millis(400);

/// How long a write to a member may take, though nobody waits for it.
const LONGEST_WRITE: Duration = Duration::from_secs(5);

type Line = Arc<str>;

/// What a member's thread tells the room.
enum Event {
    Join { name: String, client: Arc<TcpStream>, id: SyncSender<Option<u64>> },
    Say { id: u64, lines: Vec<String> },
    Who { id: u64 },
    Leave { id: u64 },
}

#[derive(Default)]
struct Room {
    members: BTreeMap<u64, Member>,
    last_id: u64,
}

struct Member {
    name: String,
    client: Arc<TcpStream>,
    queue: SyncSender<Line>,
}

/// Cuts what comes from a client into messages.
struct Messages<'a> {
    client: &'a TcpStream,
    reader: BufReader<&'a TcpStream>,
    was_cut: bool, // the last one had no line break, which may still come
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
    let Err(error) = run(&host, port) else {
        return ExitCode::SUCCESS;
    };
    eprintln!("error: cannot listen on {host}:{port}: {} (try another --port)", error.kind());
    ExitCode::FAILURE
}

fn options(mut words: &[String]) -> Option<(String, u16)> {
    let (mut host, mut port) = ("127.0.0.1".to_string(), 4330);
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
    let listener = TcpListener::bind((host, port))?;
    // Nothing waits in this channel: a thread that has an event waits for the room, so they take turns.
    let (room, events) = mpsc::sync_channel(0);
    thread::Builder::new().name("room".to_string()).spawn(|| Room::default().run(events))?;
    println!("listening on {}", listener.local_addr()?);
    for client in listener.incoming() {
        let room = room.clone();
        let started = client.and_then(|client| {
            thread::Builder::new().spawn(move || {
                if let Err(error) = serve_client(&Arc::new(client), &room) {
                    log(&format!("a client: {error}"));
                }
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

fn serve_client(client: &Arc<TcpStream>, room: &SyncSender<Event>) -> io::Result<()> {
    client.set_nodelay(true)?;
    client.set_write_timeout(Some(LONGEST_WRITE))?;
    let mut messages = Messages { client, reader: BufReader::new(client), was_cut: false };
    let Some(id) = enter(client, &mut messages, room)? else {
        return Ok(());
    };
    let result = talk(id, &mut messages, room);
    room.send(Event::Leave { id }).map_err(io::Error::other)?;
    result
}

/// Asks for a username, three times at most.
fn enter(
    client: &Arc<TcpStream>,
    messages: &mut Messages,
    room: &SyncSender<Event>,
) -> io::Result<Option<u64>> {
    let mut question = "Your username?\n";
    for _ in 0..3 {
        (&**client).write_all(question.as_bytes())?;
        let Some(name) = messages.next()? else {
            return Ok(None);
        };
        let name = name.trim();
        if !(1..=32).contains(&name.chars().count()) || name.contains(char::is_control) {
            question = "It needs 1 to 32 characters, none of them a control character. Another?\n";
            continue;
        }
        let (id, answer) = mpsc::sync_channel(1);
        let (name, client) = (name.to_string(), Arc::clone(client));
        room.send(Event::Join { name, client, id }).map_err(io::Error::other)?;
        if let Some(id) = answer.recv().map_err(io::Error::other)? {
            return Ok(Some(id));
        }
        question = "Somebody has this username. Another?\n";
    }
    (&**client).write_all(b"That was the third one. Goodbye.\n")?;
    Ok(None)
}

fn talk(id: u64, messages: &mut Messages, room: &SyncSender<Event>) -> io::Result<()> {
    let mut said = Vec::new(); // lines that have come together, and go on together
    while let Some(message) = messages.next()? {
        let is_command = matches!(message.as_str(), "/quit" | "/who");
        if !is_command && !message.is_empty() {
            said.push(message.replace(char::is_control, "\u{fffd}"));
        }
        if (is_command || !messages.has_another()) && !said.is_empty() {
            let lines = mem::take(&mut said);
            room.send(Event::Say { id, lines }).map_err(io::Error::other)?;
        }
        match message.as_str() {
            "/quit" => break,
            "/who" => room.send(Event::Who { id }).map_err(io::Error::other)?,
            _ => {}
        }
    }
    Ok(())
}

impl Room {
    fn run(mut self, events: Receiver<Event>) {
        for event in events {
            match event {
                Event::Join { name, client, id } => drop(id.send(self.join(name, client))),
                Event::Say { id, lines } => self.say(id, &lines),
                Event::Who { id } => self.list(id),
                Event::Leave { id } => {
                    if let Some(member) = self.members.remove(&id) {
                        log(&format!("{} has left", member.name));
                    }
                }
            }
        }
    }

    /// The id of the new member. `None`: the name is taken.
    fn join(&mut self, name: String, client: Arc<TcpStream>) -> Option<u64> {
        if self.members.values().any(|member| member.name == name) {
            return None;
        }
        let (queue, lines) = mpsc::sync_channel(QUEUE);
        let writer = thread::Builder::new().name(format!("to {name}"));
        let socket = Arc::clone(&client);
        writer.spawn(move || write_lines(&socket, &lines)).ok()?;
        log(&format!("{name} has come"));
        let welcome = format!("Hello, {name}. /who lists who is here, /quit leaves.\n");
        let member = Member { name, client, queue };
        member.put(&welcome.into(), Instant::now());
        self.last_id += 1;
        self.members.insert(self.last_id, member);
        Some(self.last_id)
    }

    /// Since the room waits for one at a time, and nobody else adds to the queues meanwhile, one deadline is
    /// fair to all: a queue that is full when it has passed was full all the time.
    fn say(&mut self, id: u64, lines: &[String]) {
        let Some(sender) = self.members.get(&id) else {
            return; // it was removed, and does not know yet
        };
        let stamp = format!("[{}] {}: ", time_of_day(), sender.name);
        let lines: String = lines.iter().flat_map(|line| [&*stamp, line, "\n"]).collect();
        let line = lines.into();
        let deadline = Instant::now() + PATIENCE;
        self.members.retain(|other, member| *other == id || member.put(&line, deadline));
    }

    fn list(&mut self, id: u64) {
        let names: Vec<&str> = self.members.values().map(|member| member.name.as_str()).collect();
        let line = format!("Here are {}.\n", names.join(", ")).into();
        let deadline = Instant::now() + PATIENCE;
        self.members.retain(|other, member| *other != id || member.put(&line, deadline));
    }
}

impl Member {
    /// Puts a line into the queue as soon as there is space. `false`: the member does not read, or is gone.
    fn put(&self, line: &Line, deadline: Instant) -> bool {
        loop {
            match self.queue.try_send(Arc::clone(line)) {
                Ok(()) => return true,
                Err(TrySendError::Full(_)) if Instant::now() < deadline => {
                    thread::sleep(Duration::from_millis(1));
                }
                Err(_) => break,
            }
        }
        log(&format!("{} takes nothing, or is gone: removed", self.name));
        let _ = self.client.shutdown(Shutdown::Both); // an error means that it was closed already
        false
    }
}

/// Writes what is in a queue until that is given up, or until the client takes nothing for too long.
fn write_lines(mut client: &TcpStream, lines: &Receiver<Line>) {
    for line in lines {
        let mut text = line.to_string();
        while text.len() < LONGEST
            && let Ok(more) = lines.try_recv()
        {
            text.push_str(&more);
        }
        if client.write_all(text.as_bytes()).is_err() {
            break;
        }
    }
    let _ = client.shutdown(Shutdown::Both); // which ends the thread that reads, too
}

/// As `14:03:07`, in UTC: the standard library knows no time zones.
fn time_of_day() -> String {
    let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let (minutes, seconds) = (since_1970.as_secs() / 60, since_1970.as_secs() % 60);
    format!("{:02}:{:02}:{seconds:02}", minutes / 60 % 24, minutes % 60)
}

impl Messages<'_> {
    /// Whether there is one that has come already.
    fn has_another(&self) -> bool {
        self.reader.buffer().contains(&b'\n')
    }

    /// The next one: up to a line break, the end of the stream, or 50 ms of quiet.
    fn next(&mut self) -> io::Result<Option<String>> {
        while !self.reader.fill_buf()?.is_empty() {
            let mut line = Vec::new();
            self.client.set_read_timeout(Some(Duration::from_millis(50)))?;
            let read = (&mut self.reader).take(LONGEST as u64 + 2).read_until(b'\n', &mut line);
            self.client.set_read_timeout(None)?;
            if let Err(error) = read
                && error.kind() != ErrorKind::WouldBlock
            {
                return Err(error);
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
        Ok(None)
    }
}

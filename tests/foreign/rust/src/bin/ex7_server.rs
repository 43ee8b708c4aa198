//! # 2.3 A handshake: the server, without helpers
//!
//! How a message becomes bytes: <https://protobuf.dev/programming-guides/encoding/>

use std::env;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

const ABOUT: &str = "Gives each client an id, then echoes its protobuf messages until `end`";
const USAGE: &str = "usage: ex7_server [--host HOST (127.0.0.1)] [--port PORT (8080)] \
                     [--max-clients COUNT (64)]";

/// The longest frame, in bytes.
const LONGEST: u32 = 1024 * 1024;

/// How many clients are connected, and the id that was given last.
#[derive(Default)]
struct Seats {
    taken: AtomicUsize,
    last_id: AtomicI64,
}

/// A client's seat, which is free again when this is dropped.
struct Seat<'a> {
    id: i64,
    taken: &'a AtomicUsize,
}

struct Options {
    host: String,
    port: u16,
    max_clients: usize,
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
    let Err(error) = run(&options) else {
        return ExitCode::SUCCESS;
    };
    let (address, reason) = (format!("{}:{}", options.host, options.port), error.kind());
    eprintln!("error: cannot listen on {address}: {reason} (try another --port)");
    ExitCode::FAILURE
}

impl Options {
    fn read(mut words: &[String]) -> Option<Options> {
        let mut options = Options { host: "127.0.0.1".to_string(), port: 8080, max_clients: 64 };
        while let [option, value, rest @ ..] = words {
            match option.as_str() {
                "--host" => options.host = value.clone(),
                "--port" => options.port = value.parse().ok()?,
                "--max-clients" => options.max_clients = value.parse().ok()?,
                _ => return None,
            }
            words = rest;
        }
        words.is_empty().then_some(options)
    }
}

/// The threads live in the scope, so they can borrow the seats.
fn run(options: &Options) -> io::Result<()> {
    let listener = TcpListener::bind((options.host.as_str(), options.port))?;
    println!("listening on {}", listener.local_addr()?);
    let seats = &Seats::default();
    thread::scope(|scope| {
        for client in listener.incoming() {
            let started = client.and_then(|client| {
                thread::Builder::new().spawn_scoped(scope, move || {
                    if let Err(error) = talk(&client, seats.take(options.max_clients)) {
                        let _ = writeln!(io::stderr(), "a client: {error}");
                    }
                })
            });
            if let Err(error) = started {
                let _ = writeln!(io::stderr(), "a client cannot be served: {error}");
                thread::sleep(Duration::from_millis(50)); // it may be that no descriptor is free
            }
        }
        Ok(())
    })
}

impl Seats {
    /// The next id, if there is a seat. Two threads cannot take the same one: if the number has changed in
    /// between, `fetch_update` looks again.
    fn take(&self, most: usize) -> Option<Seat<'_>> {
        let one_more = |taken: usize| (taken < most).then_some(taken + 1);
        self.taken.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_more).ok()?;
        let id = self.last_id.fetch_add(1, Ordering::SeqCst) + 1;
        Some(Seat { id, taken: &self.taken })
    }
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        self.taken.fetch_sub(1, Ordering::SeqCst);
    }
}

fn talk(client: &TcpStream, seat: Option<Seat>) -> io::Result<()> {
    let Some(seat) = seat else {
        return send(client, &[2 << 3, 1]); // error: true
    };
    let mut handshake = vec![1 << 3];
    put_varint(&mut handshake, seat.id as u64);
    send(client, &handshake)?;
    let mut reader = BufReader::new(client);
    while !reader.fill_buf()?.is_empty() {
        let mut length = [0; 4];
        reader.read_exact(&mut length)?;
        let length = u32::from_be_bytes(length);
        if length > LONGEST {
            return Err(io::Error::other(format!("a frame of {length} bytes is too long")));
        }
        let mut body = vec![0; length as usize];
        reader.read_exact(&mut body)?;
        match text_of(&body) {
            None => return Err(io::Error::other("these bytes are not a message")),
            Some("end") => break,
            Some(_) => send(client, &body)?, // as it came
        }
    }
    Ok(())
}

fn send(mut client: &TcpStream, body: &[u8]) -> io::Result<()> {
    client.write_all(&[&(body.len() as u32).to_be_bytes(), body].concat())
}

/// The `msg` of a `Message`. `None`: the bytes are not such a message.
fn text_of(mut bytes: &[u8]) -> Option<&str> {
    let mut text = "";
    while !bytes.is_empty() {
        // A field's number, and in the last three bits how its value is written. After it a number: the
        // value itself or, of a text, its length.
        let (key, number) = (take_varint(&mut bytes)?, take_varint(&mut bytes)?);
        match (key >> 3, key & 7) {
            (1 | 2, 0) => {}
            (3, 2) => text = str::from_utf8(bytes.split_off(..number.try_into().ok()?)?).ok()?,
            _ => return None,
        }
    }
    Some(text)
}

/// A number in groups of seven bits, the lowest first. All bytes but the last have the highest bit set.
fn take_varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let byte = *bytes.split_off_first()?;
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return (shift < 63 || byte < 2).then_some(number);
        }
    }
    None
}

fn put_varint(bytes: &mut Vec<u8>, mut number: u64) {
    while number > 0x7f {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

//! # 2.3 A handshake: the client, without helpers
//!
//! How a message becomes bytes: <https://protobuf.dev/programming-guides/encoding/>

use std::collections::BTreeMap;
use std::env;
use std::error::Error;
use std::io::{self, BufRead, IsTerminal, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

const ABOUT: &str = "Gets an id from the server, then sends lines under it, until `end`";
const USAGE: &str = "usage: ex7_client [--host HOST (127.0.0.1)] [--port PORT (8080)]";

/// The longest frame, in bytes.
const LONGEST: u32 = 1024 * 1024;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The keys of the fields: a field's number, and in the last three bits how its value is written.
const HANDSHAKE: &[u8] = &[ID, ERROR];
const ID: u8 = 1 << 3;
const ERROR: u8 = 2 << 3;
const MESSAGE: &[u8] = &[FROM, TO, MSG];
const FROM: u8 = 1 << 3;
const TO: u8 = 2 << 3;
const MSG: u8 = 3 << 3 | 2;

/// The fields of a message, by key.
#[derive(Default)]
struct Fields {
    numbers: BTreeMap<u8, u64>,
    texts: BTreeMap<u8, String>,
}

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

fn run(host: &str, port: u16) -> Result<()> {
    let mut server = TcpStream::connect((host, port)).map_err(|error| {
        let reason = format!("{} (is the server running?)", error.kind());
        format!("cannot connect to {host}:{port}: {reason}")
    })?;
    let handshake = Fields::receive(&mut server, HANDSHAKE)?;
    if handshake.number(ERROR) != 0 {
        return Err("the server has no room, and refused the connection".into());
    }
    let id = handshake.number(ID);
    println!("the server calls you {}", id as i64);
    let mut typed = io::stdin().lock().split(b'\n');
    loop {
        if io::stdin().is_terminal() && io::stdout().is_terminal() {
            print!("> ");
            io::stdout().flush()?;
        }
        // The end of input says `end` for the user.
        let line = typed.next().unwrap_or(Ok(b"end".to_vec()))?;
        let line = String::from_utf8_lossy(&line).trim_end_matches('\r').to_string();
        let is_last = line == "end";
        let message = Fields { numbers: [(FROM, id)].into(), texts: [(MSG, line)].into() };
        message.send(&mut server)?;
        if is_last {
            return Ok(());
        }
        let reply = Fields::receive(&mut server, MESSAGE)?;
        let text = reply.texts.get(&MSG).map_or("", String::as_str);
        println!("{}: {text}", reply.number(FROM) as i64);
    }
}

impl Fields {
    fn number(&self, key: u8) -> u64 {
        self.numbers.get(&key).copied().unwrap_or(0)
    }

    /// Sends the fields in a frame. Those that are 0 or empty are not sent.
    fn send(&self, server: &mut TcpStream) -> Result<()> {
        let mut body = Vec::new();
        for (key, number) in self.numbers.iter().filter(|(_, number)| **number != 0) {
            body.push(*key);
            put_varint(&mut body, *number);
        }
        for (key, text) in self.texts.iter().filter(|(_, text)| !text.is_empty()) {
            body.push(*key);
            put_varint(&mut body, text.len() as u64);
            body.extend(text.as_bytes());
        }
        let length = u32::try_from(body.len()).ok().filter(|length| *length <= LONGEST);
        let length = length.ok_or("a line is longer than 1 MiB")?;
        Ok(server.write_all(&[&length.to_be_bytes()[..], &body].concat())?)
    }

    /// Receives a frame, and takes it apart. A key that is not one of `keys` is an error.
    fn receive(server: &mut TcpStream, keys: &[u8]) -> Result<Fields> {
        let mut length = [0; 4];
        if server.read(&mut length[..1])? == 0 {
            return Err("the server has closed the connection".into());
        }
        server.read_exact(&mut length[1..])?;
        let length = u32::from_be_bytes(length);
        if length > LONGEST {
            return Err(format!("a frame of {length} bytes is too long").into());
        }
        let mut body = vec![0; length as usize];
        server.read_exact(&mut body)?;
        Fields::decode(&body, keys).ok_or("what the server sent does not decode".into())
    }

    fn decode(mut bytes: &[u8], keys: &[u8]) -> Option<Fields> {
        let mut fields = Fields::default();
        while let Some(&key) = bytes.split_off_first() {
            // The value of a number or, of a text, its length.
            let number = take_varint(&mut bytes)?;
            match key & 7 {
                _ if !keys.contains(&key) => return None,
                2 => {
                    let text = bytes.split_off(..number.try_into().ok()?)?;
                    fields.texts.insert(key, str::from_utf8(text).ok()?.to_string());
                }
                _ => drop(fields.numbers.insert(key, number)),
            }
        }
        Some(fields)
    }
}

/// A number in groups of seven bits, the lowest first. All bytes but the last have the highest bit set.
fn take_varint(bytes: &mut &[u8]) -> Option<u64> {
    let length = 1 + bytes.iter().take(10).position(|byte| byte & 0x80 == 0)?;
    let groups = bytes.split_off(..length)?;
    groups.iter().rev().try_fold(0_u64, |number, group| {
        number.checked_mul(128).map(|number| number | u64::from(group & 0x7f))
    })
}

fn put_varint(bytes: &mut Vec<u8>, number: u64) {
    if number < 0x80 {
        bytes.push(number as u8);
    } else {
        bytes.push(number as u8 | 0x80);
        put_varint(bytes, number >> 7);
    }
}

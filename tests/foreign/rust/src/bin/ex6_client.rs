//! # 2.2 Structured messages: the client, without helpers
//!
//! How a message becomes bytes: <https://protobuf.dev/programming-guides/encoding/>

use std::env;
use std::error::Error;
use std::io::{self, BufRead, IsTerminal, Read, Write};
use std::net::TcpStream;
use std::process::{self, ExitCode};

const ABOUT: &str = "Sends lines as protobuf messages and displays the replies, until `end`";
const USAGE: &str = "usage: ex6_client [--host HOST (127.0.0.1)] [--port PORT (8080)] \
                     [--from ID (1)] [--to ID (0)]";

/// The longest frame, in bytes.
const LONGEST: u32 = 1024 * 1024;

/// What a field of a message can hold, as it travels.
enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

struct Options {
    host: String,
    port: u16,
    from: i64,
    to: i64,
}

fn main() -> ExitCode {
    if let Err(error) = run(&options()) {
        eprintln!("error: {error}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn options() -> Options {
    let mut options = Options { host: "127.0.0.1".to_string(), port: 8080, from: 1, to: 0 };
    let mut words = env::args().skip(1);
    while let Some(word) = words.next() {
        match (word.as_str(), words.next()) {
            ("--help", _) => {
                println!("{ABOUT}\n{USAGE}");
                process::exit(0)
            }
            ("--host", Some(value)) => options.host = value,
            ("--port", Some(value)) => {
                options.port = value.parse().unwrap_or_else(|_| wrong_usage())
            }
            ("--from", Some(value)) => {
                options.from = value.parse().unwrap_or_else(|_| wrong_usage())
            }
            ("--to", Some(value)) => options.to = value.parse().unwrap_or_else(|_| wrong_usage()),
            _ => wrong_usage(),
        }
    }
    options
}

fn wrong_usage() -> ! {
    eprintln!("{USAGE}");
    process::exit(2)
}

fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let Options { host, port, from, to } = options;
    let server = TcpStream::connect((host.as_str(), *port)).map_err(|error| {
        let reason = format!("{} (is the server running?)", error.kind());
        format!("cannot connect to {host}:{port}: {reason}")
    })?;
    let mut typed = io::stdin().lock().split(b'\n');
    loop {
        if io::stdin().is_terminal() && io::stdout().is_terminal() {
            print!("> ");
            io::stdout().flush()?;
        }
        // The end of input says `end` for the user.
        let line = typed.next().unwrap_or(Ok(b"end".to_vec()))?;
        let line = String::from_utf8_lossy(&line);
        let line = line.trim_end_matches('\r');
        (&server).write_all(&frame(*from, *to, line)?)?;
        if line == "end" {
            return Ok(());
        }
        let (sender, text) = receive(&server)?;
        println!("{sender}: {text}");
    }
}

/// A message, and before it its length.
fn frame(from: i64, to: i64, msg: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut frame = vec![0; 4];
    for (key, number) in [(1 << 3, from), (2 << 3, to)] {
        if number != 0 {
            frame.extend(varint(key).chain(varint(number as u64)));
        }
    }
    if !msg.is_empty() {
        frame.extend(varint(3 << 3 | 2).chain(varint(msg.len() as u64)));
        frame.extend(msg.bytes());
    }
    let length = u32::try_from(frame.len() - 4).ok().filter(|length| *length <= LONGEST);
    let length = length.ok_or("a line is longer than 1 MiB")?;
    frame[..4].copy_from_slice(&length.to_be_bytes());
    Ok(frame)
}

/// A number in groups of seven bits, the lowest first. All bytes but the last have the highest bit set.
fn varint(number: u64) -> impl Iterator<Item = u8> {
    let groups = (64 - number.leading_zeros()).div_ceil(7).max(1);
    (0..groups).map(move |group| {
        let more = if group + 1 < groups { 0x80 } else { 0 };
        (number >> (7 * group)) as u8 & 0x7f | more
    })
}

/// The sender and the text of the next message.
fn receive(mut server: &TcpStream) -> Result<(i64, String), Box<dyn Error>> {
    let mut header = Vec::new();
    server.take(4).read_to_end(&mut header)?;
    let length = match header[..] {
        [] => return Err("the server has closed the connection".into()),
        [a, b, c, d] => u32::from_be_bytes([a, b, c, d]),
        _ => return Err("the server left in the middle of a frame".into()),
    };
    if length > LONGEST {
        return Err(format!("a frame of {length} bytes is too long").into());
    }
    let mut body = vec![0; length as usize];
    server.read_exact(&mut body)?;
    let (mut from, mut text) = (0, String::new());
    for field in fields(&body).ok_or("the reply does not decode")? {
        match field {
            (1, Value::Number(number)) => from = number as i64,
            (2, Value::Number(_)) => {}
            (3, Value::Bytes(bytes)) => text = str::from_utf8(bytes)?.to_string(),
            _ => return Err("the reply has a field that is not known".into()),
        }
    }
    Ok((from, text))
}

/// The fields of a message, by number. `None`: the bytes are not a message.
fn fields(mut bytes: &[u8]) -> Option<Vec<(u64, Value<'_>)>> {
    let mut fields = Vec::new();
    while !bytes.is_empty() {
        let key = take_varint(&mut bytes)?;
        let value = take_varint(&mut bytes)?;
        let value = match key & 7 {
            0 => Value::Number(value),
            2 => Value::Bytes(bytes.split_off(..usize::try_from(value).ok()?)?),
            _ => return None,
        };
        fields.push((key >> 3, value));
    }
    Some(fields)
}

fn take_varint(bytes: &mut &[u8]) -> Option<u64> {
    let length = 1 + bytes.iter().take(10).position(|byte| byte & 0x80 == 0)?;
    let groups = bytes.split_off(..length)?;
    let add = |number: u64, byte: &u8| {
        number.checked_mul(128).map(|number| number | u64::from(byte & 0x7f))
    };
    groups.iter().rev().try_fold(0, add)
}

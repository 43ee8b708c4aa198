//! # 2.2 Structured messages: the server, without helpers
//!
//! How a message becomes bytes: <https://protobuf.dev/programming-guides/encoding/>

use std::env;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

const ABOUT: &str = "Echoes protobuf messages, for each client until `end`";
const USAGE: &str = "usage: ex6_server [--host HOST (127.0.0.1)] [--port PORT (8080)]";

/// The longest frame, in bytes.
const LONGEST: u32 = 1024 * 1024;

#[derive(Default)]
struct Message {
    from: i64,
    to: i64,
    msg: String,
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
            thread::Builder::new().spawn(move || {
                if let Err(error) = echo(&client) {
                    let _ = writeln!(io::stderr(), "{address}: {error}");
                }
            })
        });
        if let Err(error) = started {
            let _ = writeln!(io::stderr(), "a client cannot be served: {error}");
            thread::sleep(Duration::from_millis(50)); // it may be that no descriptor is free
        }
    }
}

fn echo(mut client: &TcpStream) -> io::Result<()> {
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
        let message =
            Message::decode(&body).ok_or(io::Error::other("these bytes are not a message"))?;
        if message.msg == "end" {
            break;
        }
        let body = message.encode();
        client.write_all(&[&(body.len() as u32).to_be_bytes()[..], &body].concat())?;
    }
    Ok(())
}

impl Message {
    /// `None`: the bytes are not such a message.
    fn decode(mut bytes: &[u8]) -> Option<Message> {
        let mut message = Message::default();
        while !bytes.is_empty() {
            // A key: the number of a field, and in the last three bits how its value is written.
            match take_varint(&mut bytes)? {
                0x08 => message.from = take_varint(&mut bytes)? as i64,
                0x10 => message.to = take_varint(&mut bytes)? as i64,
                0x1a => {
                    let length = take_varint(&mut bytes)?.try_into().ok()?;
                    let text = bytes.split_off(..length)?;
                    message.msg = str::from_utf8(text).ok()?.to_string();
                }
                _ => return None,
            }
        }
        Some(message)
    }

    /// Fields that are 0 or empty are not sent.
    fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (key, value) in [(0x08, self.from), (0x10, self.to)] {
            if value != 0 {
                bytes.push(key);
                put_varint(&mut bytes, value as u64);
            }
        }
        if !self.msg.is_empty() {
            bytes.push(0x1a);
            put_varint(&mut bytes, self.msg.len() as u64);
            bytes.extend(self.msg.as_bytes());
        }
        bytes
    }
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

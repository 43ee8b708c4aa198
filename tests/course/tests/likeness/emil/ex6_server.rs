//! # 2.2 Structured messages: the server

use prost::Message as _;
use std::io;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

use chatlings::args::{self, ServerArgs};
use chatlings::proto::Message;
use chatlings::{console, ports, serve};

/// The longest message that is received, in bytes.
const LONGEST: usize = 1024 * 1024;

fn main() -> ExitCode {
    let args: ServerArgs =
        args::parse("Echoes protobuf messages, for each client until `end`", ports::EX6);
    console::report(run(&args.address()))
}

fn run(address: &str) -> io::Result<()> {
    let listener = serve::listen(address)?;
    println!("listening on {}", listener.local_addr()?);
    serve::each_client(&listener, |client| talk(&client))
}

/// Echoes each message until one says `end`, or until the client has left.
fn talk(client: &TcpStream) -> io::Result<()> {
    while let Some(message) = receive(client)? {
        if message.msg == "end" {
            break;
        }
        send(client, &message)?;
    }
    Ok(())
}

/// Receives one message. `None`: the client has left.
fn receive(client: &TcpStream) -> io::Result<Option<Message>> {
    match receive_length(client)? {
        Some(length) => receive_body(client, length).map(Some),
        None => Ok(None),
    }
}

/// Receives the 4 bytes that say how long the message is. `None`: the client left before them.
fn receive_length(mut client: &TcpStream) -> io::Result<Option<usize>> {
    let mut first = [0; 1];
    match client.read(&mut first)? {
        0 => Ok(None),
        _ => {
            let mut rest = [0; 3];
            client.read_exact(&mut rest)?;
            let all = [first[0], rest[0], rest[1], rest[2]];
            Ok(Some(u32::from_be_bytes(all) as usize))
        }
    }
}

/// Receives a message of `length` bytes.
fn receive_body(mut client: &TcpStream, length: usize) -> io::Result<Message> {
    if length > LONGEST {
        return Err(io::Error::other(format!("{length} bytes are too many")));
    }
    let mut buffer = vec![0u8; length];
    client.read_exact(&mut buffer)?;
    Message::decode(&buffer[..]).map_err(io::Error::from)
}

/// Sends one message: its length, then the message itself.
fn send(mut client: &TcpStream, message: &Message) -> io::Result<()> {
    let encoded = message.encode_to_vec();
    let mut frame = Vec::with_capacity(4 + encoded.len());
    frame.extend((encoded.len() as u32).to_be_bytes());
    frame.extend(&encoded);
    client.write_all(&frame)
}

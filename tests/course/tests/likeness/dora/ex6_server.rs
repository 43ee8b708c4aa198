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
    let mut bytes = [0u8; 4];
    let n = client.read(&mut bytes[0..1])?;
    if n == 0 {
        return Ok(None);
    }
    let mut rest = [0u8; 3];
    client.read_exact(&mut rest)?;
    bytes[1] = rest[0];
    bytes[2] = rest[1];
    bytes[3] = rest[2];
    let len = u32::from_be_bytes(bytes);
    Ok(Some(len as usize))
}

/// Receives a message of `length` bytes.
fn receive_body(mut client: &TcpStream, length: usize) -> io::Result<Message> {
    if length > LONGEST {
        Err(io::Error::other("message too long"))
    } else {
        let mut body: Vec<u8> = vec![0; length];
        client.read_exact(&mut body)?;
        let message = Message::decode(&body[..])?;
        Ok(message)
    }
}

/// Sends one message: its length, then the message itself.
fn send(mut client: &TcpStream, message: &Message) -> io::Result<()> {
    let bytes = message.encode_to_vec();
    let len = bytes.len() as u32;
    let mut out: Vec<u8> = Vec::new();
    out.extend_from_slice(&len.to_be_bytes());
    out.extend_from_slice(&bytes);
    client.write_all(&out)?;
    Ok(())
}

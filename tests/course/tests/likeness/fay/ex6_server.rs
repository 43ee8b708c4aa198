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
    let mut buffer = [0; 4];
    let first = &mut buffer[..1];
    let count = client.read(first)?;
    if count != 0 {
        client.read_exact(&mut buffer[1..])?;
        let length = u32::from_be_bytes(buffer);
        return Ok(Some(length as usize));
    }
    Ok(None)
}

/// Receives a message of `length` bytes.
fn receive_body(mut client: &TcpStream, length: usize) -> io::Result<Message> {
    let mut body = Vec::new();
    if length > LONGEST {
        let error = io::Error::new(io::ErrorKind::InvalidData, "the message is too long");
        return Err(error);
    }
    body.resize(length, 0);
    client.read_exact(body.as_mut_slice())?;
    match Message::decode(&body[..]) {
        Ok(message) => Ok(message),
        Err(error) => Err(error.into()),
    }
}

/// Sends one message: its length, then the message itself.
fn send(mut client: &TcpStream, message: &Message) -> io::Result<()> {
    let mut frame = vec![0; 4];
    message.encode(&mut frame).map_err(io::Error::other)?;
    let length = (frame.len() - 4) as u32;
    frame[..4].copy_from_slice(&length.to_be_bytes());
    client.write_all(&frame)
}

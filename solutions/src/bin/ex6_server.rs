//! # 2.2 Structured messages: the server

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

use chatlings::args::{self, ServerArgs};
use chatlings::proto::Message;
use chatlings::{console, ports, serve};
use prost::Message as _; // the trait with `decode` and `encode_to_vec`

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
    let mut header = [0; 4];
    if client.read(&mut header[..1])? == 0 {
        return Ok(None);
    }
    client.read_exact(&mut header[1..])?;
    Ok(Some(u32::from_be_bytes(header) as usize))
}

/// Receives a message of `length` bytes.
fn receive_body(mut client: &TcpStream, length: usize) -> io::Result<Message> {
    if length > LONGEST {
        return Err(io::Error::new(
            ErrorKind::InvalidData,
            format!("a frame of {length} bytes is too long"),
        ));
    }
    let mut body = vec![0; length];
    client.read_exact(&mut body)?;
    Ok(Message::decode(&body[..])?)
}

/// Sends one message: its length, then the message itself.
fn send(mut client: &TcpStream, message: &Message) -> io::Result<()> {
    let body = message.encode_to_vec();
    let mut frame = (body.len() as u32).to_be_bytes().to_vec();
    frame.extend(body);
    client.write_all(&frame)
}

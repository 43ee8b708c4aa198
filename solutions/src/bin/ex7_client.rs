//! # 2.3 A handshake: the client

use std::io;
use std::net::TcpStream;
use std::process::ExitCode;

use chatlings::args::{self, ClientArgs};
use chatlings::proto::{FastHandshake, Message};
use chatlings::{console, frame, ports, serve};

fn main() -> ExitCode {
    let args: ClientArgs = args::parse(
        "Gets an id from the server, then sends each line under it, until `end`",
        ports::EX7,
    );
    console::report(run(&args.address()))
}

fn run(address: &str) -> io::Result<()> {
    let server = serve::connect(address)?;
    let id = shake_hands(&server)?;
    console::show(&format!("your id is {id}"));
    talk(&server, id)
}

/// Waits for the handshake, and returns the id that the server has given.
fn shake_hands(server: &TcpStream) -> io::Result<i64> {
    match frame::receive::<FastHandshake>(server)? {
        Some(handshake) if handshake.error => {
            Err(io::Error::other("the server refused the connection"))
        }
        Some(handshake) => Ok(handshake.id),
        None => Err(io::Error::other("the server left before the handshake")),
    }
}

/// Sends what the user types and displays each reply, until `end` is sent.
fn talk(server: &TcpStream, id: i64) -> io::Result<()> {
    loop {
        // The end of input (Ctrl-D) says `end` for the user.
        let line = console::read_line()?.unwrap_or("end".to_string());
        let message = Message {
            from: id,
            to: 0,
            msg: line,
        };
        frame::send(server, &message)?;
        if message.msg == "end" {
            return Ok(());
        }
        let Some(reply) = frame::receive::<Message>(server)? else {
            return Err(io::Error::other("the server has closed the connection"));
        };
        console::show(&format!("{}: {}", reply.from, reply.msg));
    }
}

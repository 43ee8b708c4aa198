//! # 2.3 A handshake: the client

use std::io;
use std::net::TcpStream;
use std::process::ExitCode;

use chatlings::args::{self, ClientArgs};
use chatlings::proto::{FastHandshake, Message};
use chatlings::{console, frame, ports, serve};

fn main() -> ExitCode {
    let args: ClientArgs = args::parse(
        "Gets an id from the server, then sends lines under it, until `end`",
        ports::EX7,
    );
    console::report(run(&args.address()))
}

fn run(address: &str) -> io::Result<()> {
    let server = serve::connect(address)?;
    let id = shake_hands(&server)?;
    console::show(&format!("your id is {id}"));
    loop {
        // The end of input (Ctrl-D) says `end` for the user.
        let line = console::read_line()?.unwrap_or("end".to_string());
        let message = compose(id, line);
        frame::send(&server, &message)?;
        if message.msg == "end" {
            return Ok(());
        }
        show_reply(&server)?;
    }
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

/// Makes a message from a line that the user typed.
fn compose(id: i64, line: String) -> Message {
    Message { from: id, to: 0, msg: line }
}

/// Waits for the server's reply, and displays it with its sender.
fn show_reply(server: &TcpStream) -> io::Result<()> {
    let Some(reply) = frame::receive::<Message>(server)? else {
        return Err(io::Error::other("the server has closed the connection"));
    };
    console::show(&format!("{}: {}", reply.from, reply.msg));
    Ok(())
}

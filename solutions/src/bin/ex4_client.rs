//! # 1.4 One thread per client: the client

use std::io;
use std::net::TcpStream;
use std::process::ExitCode;

use chatlings::args::{self, ClientArgs};
use chatlings::{console, ports, serve, text};

fn main() -> ExitCode {
    let args: ClientArgs =
        args::parse("Sends line after line and displays the replies, until `end`", ports::EX4);
    console::report(run(&args.address()))
}

fn run(address: &str) -> io::Result<()> {
    let server = serve::connect(address)?;
    talk(&server)
}

/// Sends what the user types and displays each reply, until `end` is sent.
fn talk(server: &TcpStream) -> io::Result<()> {
    let mut replies = text::Reader::new(server);
    loop {
        // The end of input (Ctrl-D) says `end` for the user.
        let line = console::read_line()?.unwrap_or("end".to_string());
        text::send(server, &line)?;
        if line == "end" {
            return Ok(());
        }
        match replies.receive()? {
            Some(reply) => console::show(&reply),
            None => return Err(io::Error::other("the server has closed the connection")),
        }
    }
}

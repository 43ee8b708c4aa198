//! # Milestone 0: capitals for one client: the client

use std::io;
use std::net::TcpStream;
use std::process::ExitCode;

use chatlings::args::{self, ClientArgs};
use chatlings::{console, ports, serve, text};

fn main() -> ExitCode {
    let args: ClientArgs =
        args::parse("Sends line after line and displays the replies", ports::MS0);
    console::report(run(&args.address()))
}

fn run(address: &str) -> io::Result<()> {
    let server = serve::connect(address)?;
    talk(&server)
}

/// Sends what the user types and displays each reply, until the end of input (Ctrl-D).
fn talk(server: &TcpStream) -> io::Result<()> {
    let mut replies = text::Reader::new(server);
    while let Some(line) = console::read_line()? {
        text::send(server, &line)?;
        match replies.receive()? {
            Some(reply) => console::show(&reply),
            None => return Err(io::Error::other("the server has closed the connection")),
        }
    }
    Ok(())
}

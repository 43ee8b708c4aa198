//! # Milestone 1: capitals for many: the client

use std::io;
use std::net::TcpStream;
use std::process::ExitCode;

use chatlings::args::{self, ClientArgs};
use chatlings::{console, ports, serve, text};

fn main() -> ExitCode {
    let args: ClientArgs =
        args::parse("Sends lines and displays the replies, until `CLOSE SOCKET`", ports::MS1);
    console::report(run(&args.address()))
}

fn run(address: &str) -> io::Result<()> {
    let server = serve::connect(address)?;
    talk(&server)
}

/// Sends what the user types and displays each reply, until `CLOSE SOCKET` is sent.
fn talk(server: &TcpStream) -> io::Result<()> {
    let mut replies = text::Reader::new(server);
    loop {
        // The end of input (Ctrl-D) says `CLOSE SOCKET` for the user.
        let line = console::read_line()?.unwrap_or("CLOSE SOCKET".to_string());
        text::send(server, &line)?;
        if line.contains("CLOSE SOCKET") {
            return Ok(());
        }
        match replies.receive()? {
            Some(reply) => console::show(&reply),
            None => return Err(io::Error::other("the server has closed the connection")),
        }
    }
}

//! # Milestone 0: capitals for one client: the server

use std::io;
use std::net::TcpStream;
use std::process::ExitCode;

use chatlings::args::{self, ServerArgs};
use chatlings::{console, ports, serve, text};

fn main() -> ExitCode {
    let args: ServerArgs = args::parse("Sends one client's messages back in capitals", ports::MS0);
    console::report(run(&args.address()))
}

fn run(address: &str) -> io::Result<()> {
    let listener = serve::listen(address)?;
    println!("listening on {}", listener.local_addr()?);
    let (client, _address) = serve::accept(&listener);
    talk(&client)
}

/// Sends each message back in capitals, until the client has left.
fn talk(client: &TcpStream) -> io::Result<()> {
    let mut messages = text::Reader::new(client);
    while let Some(message) = messages.receive()? {
        text::send(client, &message.to_uppercase())?;
    }
    Ok(())
}

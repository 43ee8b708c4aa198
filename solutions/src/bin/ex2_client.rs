//! # 1.2 A client, and a reply: the client

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

use chatlings::args::{self, ClientArgs};
use chatlings::{console, ports, serve};

fn main() -> ExitCode {
    let args: ClientArgs = args::parse("Sends one line, displays the reply, and ends", ports::EX2);
    console::report(run(&args.address()))
}

fn run(address: &str) -> io::Result<()> {
    let server = connect(address).map_err(|error| serve::cannot_connect(address, error))?;
    let Some(line) = console::read_line()? else {
        return Ok(()); // the user has nothing to say
    };
    send(&server, &line)?;
    console::show(&receive(&server)?);
    Ok(())
}

/// Calls the server.
fn connect(address: &str) -> io::Result<TcpStream> {
    TcpStream::connect(address)
}

/// Sends the line, with a line break behind it.
fn send(mut server: &TcpStream, line: &str) -> io::Result<()> {
    server.write_all(format!("{line}\n").as_bytes())
}

/// Waits for the reply, and makes text of it.
fn receive(mut server: &TcpStream) -> io::Result<String> {
    let mut buffer = [0; 1024];
    let count = server.read(&mut buffer)?;
    if count == 0 {
        return Err(io::Error::other("the server left without a reply"));
    }
    let text = String::from_utf8_lossy(&buffer[..count]);
    Ok(text.trim_end().to_string())
}

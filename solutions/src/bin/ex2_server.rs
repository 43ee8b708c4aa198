//! # 1.2 A client, and a reply: the server

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;

use chatlings::args::{self, ServerArgs};
use chatlings::{console, ports, serve};

fn main() -> ExitCode {
    let args: ServerArgs = args::parse("Prints one message, sends it back, and ends", ports::EX2);
    console::report(run(&args.address()))
}

fn run(address: &str) -> io::Result<()> {
    let listener = serve::listen(address)?;
    println!("listening on {}", listener.local_addr()?);
    let (client, _address) = listener.accept()?;
    let message = receive(&client)?;
    println!("{message}");
    reply(&client, &message)
}

/// Waits for bytes from the client, and makes text of them.
fn receive(mut client: &TcpStream) -> io::Result<String> {
    let mut buffer = [0; 1024];
    let count = client.read(&mut buffer)?;
    if count == 0 {
        return Err(io::Error::other("the client left without a message"));
    }
    let text = String::from_utf8_lossy(&buffer[..count]);
    Ok(text.trim_end().to_string())
}

/// Sends the message back, with a line break behind it.
fn reply(mut client: &TcpStream, message: &str) -> io::Result<()> {
    client.write_all(format!("{message}\n").as_bytes())
}

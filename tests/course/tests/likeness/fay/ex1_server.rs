//! # 1.1 A server for one message

use std::io;
use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;

use chatlings::args::{self, ServerArgs};
use chatlings::{console, ports, serve};

fn main() -> ExitCode {
    let args: ServerArgs =
        args::parse("Prints the one message that one client sends, and ends", ports::EX1);
    console::report(run(&args.address()))
}

fn run(address: &str) -> io::Result<()> {
    let listener = bind(address).map_err(|error| serve::cannot_listen(address, error))?;
    println!("listening on {}", listener.local_addr()?);
    let client = accept(&listener)?;
    let message = receive(&client)?;
    println!("{message}");
    Ok(())
}

/// From here on, the system takes connections for this program.
fn bind(address: &str) -> io::Result<TcpListener> {
    match TcpListener::bind(address) {
        Ok(listener) => Ok(listener),
        Err(error) => return Err(error),
    }
}

/// Waits for a client, and returns the connection with it.
fn accept(listener: &TcpListener) -> io::Result<TcpStream> {
    let pair = listener.accept()?;
    Ok(pair.0)
}

/// Waits for bytes from the client, and makes text of them.
// Why `mut`: `read` borrows its reader mutably. The reader is the reference `client`, not the stream behind
// it: `Read` is implemented for `&TcpStream` as well, because several threads may use one connection.
fn receive(mut client: &TcpStream) -> io::Result<String> {
    let mut buffer: [u8; 1024] = [0; 1024];
    let received = client.read(&mut buffer[..])?;
    let message = String::from_utf8_lossy(&buffer[..received]).into_owned();
    if received == 0 {
        let error = io::Error::other("the client left without a message");
        return Err(error);
    }
    return Ok(message.trim().to_string());
}

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
    let listener = TcpListener::bind(address)?;
    Ok(listener)
}

/// Waits for a client, and returns the connection with it.
fn accept(listener: &TcpListener) -> io::Result<TcpStream> {
    match listener.accept() {
        Ok((stream, _)) => Ok(stream),
        Err(e) => Err(e),
    }
}

/// Waits for bytes from the client, and makes text of them.
// Why `mut`: `read` borrows its reader mutably. The reader is the reference `client`, not the stream behind
// it: `Read` is implemented for `&TcpStream` as well, because several threads may use one connection.
fn receive(mut client: &TcpStream) -> io::Result<String> {
    let mut buf = vec![0u8; 1024];
    let n = client.read(&mut buf)?;
    if n > 0 {
        buf.truncate(n);
        let s = String::from_utf8_lossy(&buf).to_string();
        Ok(s.trim_end_matches(&['\r', '\n'][..]).to_owned())
    } else {
        Err(io::Error::other("the client left without a message"))
    }
}

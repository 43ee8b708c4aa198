//! # 1.4 One thread per client: the server

use std::io;
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;

use chatlings::args::{self, ServerArgs};
use chatlings::{console, ports, serve, text};

fn main() -> ExitCode {
    let args: ServerArgs = args::parse(
        "Echoes the messages of many clients, each until it says `end`",
        ports::EX4,
    );
    console::report(run(&args.address()))
}

fn run(address: &str) -> io::Result<()> {
    let listener = serve::listen(address)?;
    println!("listening on {}", listener.local_addr()?);
    accept_clients(&listener)
}

/// Accepts one client after the other, for ever.
fn accept_clients(listener: &TcpListener) -> io::Result<()> {
    loop {
        let (client, _address) = listener.accept()?;
        start_thread(client)?;
    }
}

/// Starts a thread that talks with this client, and returns at once: the next one may be waiting.
fn start_thread(client: TcpStream) -> io::Result<()> {
    let address = client.peer_addr()?;
    let thread = thread::Builder::new().name(format!("client {address}"));
    thread.spawn(move || {
        // What goes wrong with this client ends this thread, and no other.
        if let Err(error) = talk(&client) {
            console::log(&format!("client {address}: {error}"));
        }
    })?;
    Ok(())
}

/// Echoes each message until `end`, or until the client has left.
fn talk(client: &TcpStream) -> io::Result<()> {
    let mut messages = text::Reader::new(client);
    while let Some(message) = messages.receive()? {
        if message == "end" {
            break;
        }
        text::send(client, &message)?;
    }
    Ok(())
}

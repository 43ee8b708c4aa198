//! # 1.4 One thread per client: the server

use std::io;
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;

use chatlings::args::{self, ServerArgs};
use chatlings::{console, ports, serve, text};

fn main() -> ExitCode {
    let args: ServerArgs =
        args::parse("Echoes the messages of many clients, each until it says `end`", ports::EX4);
    console::report(run(&args.address()))
}

fn run(address: &str) -> io::Result<()> {
    let listener = serve::listen(address)?;
    println!("listening on {}", listener.local_addr()?);
    each_client(&listener)
}

/// Accepts clients forever, and talks with each in a thread of its own.
// The return type `!` says that this function never returns: there is no way out of its loop. So `run` can
// end with it, although it returns an `io::Result<()>`.
fn each_client(listener: &TcpListener) -> ! {
    loop {
        let (client, address) = serve::accept(listener);
        let thread = thread::Builder::new().name(format!("client {address}"));
        // The thread runs on its own. The loop goes on at once: the next client may be waiting.
        let started = thread.spawn(move || {
            if let Err(error) = talk(&client) {
                // An error with one client ends its own thread, and no other.
                console::log(&format!("client {address}: {error}"));
            }
        });
        if let Err(error) = started {
            console::log(&format!("client {address}: no thread for it: {error}"));
        }
    }
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

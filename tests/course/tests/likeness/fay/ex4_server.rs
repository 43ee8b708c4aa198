//! # 1.4 One thread per client: the server

use chatlings::text;
use std::io;
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;

use chatlings::args::{self, ServerArgs};
use chatlings::{console, ports, serve};

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
    let mut number = 0;
    loop {
        let (client, address) = serve::accept(listener);
        number += 1;
        let name = format!("client {number}");
        let spawned = thread::Builder::new().name(name.clone()).spawn(move || {
            talk(&client).unwrap_or_else(|e| console::log(&format!("client {address}: {e}")));
        });
        if spawned.is_err() {
            console::log(&format!("{name}: its thread cannot be started"));
        }
    }
}

/// Echoes each message until `end`, or until the client has left.
fn talk(client: &TcpStream) -> io::Result<()> {
    let mut messages = text::Reader::new(client);
    let mut message = messages.receive()?;
    while message.is_some() && message.as_deref() != Some("end") {
        text::send(client, &message.unwrap_or_default())?;
        message = messages.receive()?;
    }
    Ok(())
}

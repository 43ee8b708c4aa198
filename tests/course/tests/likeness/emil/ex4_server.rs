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
    loop {
        let (client, address) = serve::accept(listener);
        let handle = move || {
            let result = talk(&client);
            if let Err(error) = result {
                console::log(&format!("client {address}: {error}"));
            }
        };
        thread::Builder::new()
            .name(address.to_string())
            .spawn(handle)
            .map(|_| ())
            .unwrap_or_else(|error| console::log(&format!("client {address}: {error}")));
    }
}

/// Echoes each message until `end`, or until the client has left.
fn talk(client: &TcpStream) -> io::Result<()> {
    let mut reader = text::Reader::new(client);
    while let Some(line) = reader.receive()? {
        if line != "end" {
            text::send(client, &line)?;
        } else {
            return Ok(());
        }
    }
    Ok(())
}

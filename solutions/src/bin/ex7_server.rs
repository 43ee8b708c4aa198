//! # 2.3 A handshake: the server

use std::io;
use std::net::TcpStream;
use std::process::ExitCode;

use chatlings::args::{self, ServerArgs};
use chatlings::proto::{FastHandshake, Message};
use chatlings::serve::{self, Registry};
use chatlings::{console, frame, ports};
use clap::Parser;

#[derive(Parser)]
struct Args {
    #[command(flatten)]
    server: ServerArgs,

    /// How many clients may be connected at a time
    #[arg(long, default_value_t = 64)]
    max_clients: usize,
}

fn main() -> ExitCode {
    let args: Args = args::parse(
        "Gives each client an id, then echoes its protobuf messages until `end`",
        ports::EX7,
    );
    console::report(run(&args))
}

fn run(args: &Args) -> io::Result<()> {
    let listener = serve::listen(&args.server.address())?;
    println!("listening on {}", listener.local_addr()?);
    let registry = Registry::new(args.max_clients);
    serve::each_client(&listener, move |client| welcome(client, &registry))
}

/// Gives the client an id and talks with it, or refuses it when there is no room.
fn welcome(client: &TcpStream, registry: &Registry) -> io::Result<()> {
    match registry.join(client) {
        Some(seat) => {
            accept(client, seat.id())?;
            talk(client)
        } // here the seat is dropped, and the next client can have it
        None => refuse(client),
    }
}

/// Tells the client its id.
fn accept(client: &TcpStream, id: i64) -> io::Result<()> {
    frame::send(client, &FastHandshake { id, error: false })
}

/// Tells the client that there is no room for it.
fn refuse(client: &TcpStream) -> io::Result<()> {
    frame::send(client, &FastHandshake { id: 0, error: true })
}

/// Echoes each message until one says `end`, or until the client has left.
fn talk(client: &TcpStream) -> io::Result<()> {
    while let Some(message) = frame::receive::<Message>(client)? {
        if message.msg == "end" {
            break;
        }
        frame::send(client, &message)?;
    }
    Ok(())
}

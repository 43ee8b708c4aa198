//! # 2.3 A handshake: the server

use std::io;
use std::net::TcpStream;
use std::process::ExitCode;

use chatlings::args::{self, ServerArgs};
use chatlings::proto::{FastHandshake, Message};
use chatlings::serve::{self, Registry, Seat};
use chatlings::{console, frame, ports};
use clap::Parser;

#[derive(Parser)]
struct Args {
    #[command(flatten)]
    server: ServerArgs,

    /// Most clients connected at a time
    #[arg(long, value_name = "COUNT", default_value_t = 64)]
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
    serve::each_client(&listener, move |client| {
        // The client keeps its seat until this block ends, in whatever way.
        let seat = registry.join(&client);
        if shake_hands(&client, seat.as_ref())? {
            talk(&client)?;
        }
        Ok(())
    })
}

/// Tells the client its id or, without a seat, that there is no room. Returns whether it may stay.
fn shake_hands(client: &TcpStream, seat: Option<&Seat>) -> io::Result<bool> {
    let handshake = match seat {
        Some(seat) => FastHandshake { id: seat.id(), error: false },
        None => FastHandshake { id: 0, error: true },
    };
    frame::send(client, &handshake)?;
    Ok(!handshake.error)
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

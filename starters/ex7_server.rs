//! # 2.3 A handshake: the server
//!
//! Before a client may talk, the server tells it its id in a `FastHandshake`. If there
//! is no room for one more, `error` is true and the connection is closed.
//!
//! ## What to notice
//! - The handshake is the first frame on the connection, and the server sends it without
//!   being asked.
//! - `registry.join` gives out ids from 1 on, never the same one twice, and a seat only
//!   while there is room. It asks and counts under one lock: otherwise two clients that
//!   come at once could both get the last seat.
//! - Sending a handshake can fail like anything else on a connection. That is what `?` is
//!   for.
//!
//! ## Try it yourself
//! `cargo try ex7_server -- --max-clients 1`, and `cargo try ex7_client` in two more
//! terminals. Then end the first client, and start the second one again.

#![allow(dead_code, unused_mut, unused_variables)] // delete this line when the TODOs are done

use std::io;
use std::net::TcpStream;
use std::process::ExitCode;

use chatlings::args::{self, ServerArgs};
use chatlings::proto::Message;
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
    // TODO 1 of 1: send the handshake, and return whether the client may stay.
    //   With a seat, send a `FastHandshake` with its id, and return `Ok(true)`. Without one,
    //   send a `FastHandshake` whose `error` is true, and return `Ok(false)`. This needs
    //   `FastHandshake` in a `use` line.
    //   https://doc.rust-lang.org/std/keyword.match.html
    todo!()
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

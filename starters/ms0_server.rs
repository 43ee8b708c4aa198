//! # Milestone 0: capitals for one client: the server
//!
//! Serve one client: send each of its messages back in capitals. When the client
//! leaves, the server ends.
//!
//! ## What to notice
//! - One `read` was luck: TCP carries bytes, not messages, and may bring half a message,
//!   or two. `text::Reader` puts them together. Read it in `src/text.rs`: it is your
//!   `read` of 1.1, as often as a message needs it.
//! - Not only English letters have capitals. Those of `straße` are longer than the word.
//!
//! ## Try it yourself
//! `cargo try ms0_server`, and `telnet 127.0.0.1 5001` in another terminal; type a few
//! lines. Then try your own client: `cargo try ms0_client`.

#![allow(dead_code, unused_mut, unused_variables)] // delete this line when the TODOs are done

use std::io;
use std::net::TcpStream;
use std::process::ExitCode;

use chatlings::args::{self, ServerArgs};
use chatlings::{console, ports, serve};

fn main() -> ExitCode {
    let args: ServerArgs = args::parse("Sends one client's messages back in capitals", ports::MS0);
    console::report(run(&args.address()))
}

fn run(address: &str) -> io::Result<()> {
    let listener = serve::listen(address)?;
    println!("listening on {}", listener.local_addr()?);
    let (client, _address) = serve::accept(&listener);
    talk(&client)
}

/// Sends each message back in capitals, until the client has left.
fn talk(client: &TcpStream) -> io::Result<()> {
    // TODO 1 of 1: send each message back in capitals, until the client has left.
    //   Make a reader: `let mut messages = text::Reader::new(client);`. While
    //   `messages.receive()?` gives `Some(message)`, send its capitals with `text::send`. `None`
    //   means that the client has left. This needs `text` in the `use chatlings::…` line.
    //   https://doc.rust-lang.org/std/primitive.str.html#method.to_uppercase
    //   https://doc.rust-lang.org/std/keyword.while.html
    todo!()
}

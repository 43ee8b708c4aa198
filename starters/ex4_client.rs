//! # 1.4 One thread per client: the client
//!
//! Let the client send line after line and display each reply. After it has sent
//! `end`, it stops.
//!
//! ## What to notice
//! - There is no reply to `end`: a client that waits for one waits forever.
//! - The server may go away at any time. Receiving then gives `None`: say so, and end
//!   with an error.
//! - Ctrl-D ends the user's input. Then the client says `end` for the user.
//!
//! ## Try it yourself
//! `cargo try ex4_server`, and `cargo try ex4_client` in two more terminals. Then stop
//! the server with Ctrl-C, and type another line into a client.

#![allow(dead_code, unused_mut, unused_variables)] // delete this line when the TODOs are done

use std::io;
use std::net::TcpStream;
use std::process::ExitCode;

use chatlings::args::{self, ClientArgs};
use chatlings::{console, ports, serve};

fn main() -> ExitCode {
    let args: ClientArgs =
        args::parse("Sends line after line and displays the replies, until `end`", ports::EX4);
    console::report(run(&args.address()))
}

fn run(address: &str) -> io::Result<()> {
    let server = serve::connect(address)?;
    talk(&server)
}

/// Sends what the user types and displays each reply, until `end` is sent.
fn talk(server: &TcpStream) -> io::Result<()> {
    // TODO 1 of 1: send line after line and display the replies, until `end`.
    //   `console::read_line()?` reads a line; `None`, the end of input, counts as `end`. Send it
    //   with `text::send`, and return if it was `end`. Otherwise receive the reply with a
    //   `text::Reader`, and display it with `console::show`. If the reply is `None`, the server has
    //   left: return the error "the server has closed the connection".
    //   https://doc.rust-lang.org/std/option/enum.Option.html#method.unwrap_or_else
    todo!()
}

//! # Milestone 0: capitals for one client: the client
//!
//! Send line after line and display each reply, until the user's input ends (Ctrl-D).
//!
//! ## What to notice
//! - Each line has one reply, so the client sends and receives in turn.
//! - The server may go away at any time. Receiving then gives `None`: say so, and end
//!   with an error.
//!
//! ## Try it yourself
//! `cargo try ms0_server`, and `cargo try ms0_client` in another terminal. End it with
//! Ctrl-D. What does the server do?

#![allow(dead_code, unused_mut, unused_variables)] // delete this line when the TODOs are done

use std::io;
use std::net::TcpStream;
use std::process::ExitCode;

use chatlings::args::{self, ClientArgs};
use chatlings::{console, ports, serve};

fn main() -> ExitCode {
    let args: ClientArgs =
        args::parse("Sends line after line and displays the replies", ports::MS0);
    console::report(run(&args.address()))
}

fn run(address: &str) -> io::Result<()> {
    let server = serve::connect(address)?;
    talk(&server)
}

/// Sends what the user types and displays each reply, until the end of input (Ctrl-D).
fn talk(server: &TcpStream) -> io::Result<()> {
    // TODO 1 of 1: send line after line and display the replies, until the end of input.
    //   `console::read_line()?` reads a line, or gives `None` at the end of input. Send it with
    //   `text::send`, receive the reply with a `text::Reader`, and display it with
    //   `console::show`. If the reply is `None`, the server has left: return the error "the
    //   server has closed the connection".
    //   https://doc.rust-lang.org/std/keyword.while.html
    //   https://doc.rust-lang.org/std/io/struct.Error.html#method.other
    todo!()
}

//! # Milestone 1: capitals for many: the client
//!
//! Send line after line and display each reply. After a line with `CLOSE SOCKET` in it,
//! stop.
//!
//! ## What to notice
//! - There is no reply to `CLOSE SOCKET`: a client that waits for one waits forever.
//! - Ctrl-D ends the user's input. Then the client says `CLOSE SOCKET` for the user.
//!
//! ## Try it yourself
//! `cargo try ms1_server`, and `cargo try ms1_client` in another terminal.

#![allow(dead_code, unused_mut, unused_variables)] // delete this line when the TODOs are done

use std::io;
use std::net::TcpStream;
use std::process::ExitCode;

use chatlings::args::{self, ClientArgs};
use chatlings::{console, ports, serve};

fn main() -> ExitCode {
    let args: ClientArgs =
        args::parse("Sends lines and displays the replies, until `CLOSE SOCKET`", ports::MS1);
    console::report(run(&args.address()))
}

fn run(address: &str) -> io::Result<()> {
    let server = serve::connect(address)?;
    talk(&server)
}

/// Sends what the user types and displays each reply, until `CLOSE SOCKET` is sent.
fn talk(server: &TcpStream) -> io::Result<()> {
    // TODO 1 of 1: send line after line and display the replies, until `CLOSE SOCKET`.
    //   This is the client of 1.4 with other closing words, which need not be the whole line.
    //   https://doc.rust-lang.org/std/primitive.str.html#method.contains
    todo!()
}

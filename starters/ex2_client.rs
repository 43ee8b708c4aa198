//! # 1.2 A client, and a reply: the client
//!
//! Write a client that sends one line to the server, displays the server's reply,
//! and ends.
//!
//! ## What to notice
//! - A client connects: it needs no listener, and the system chooses its port.
//! - If the server is not running, `connect` fails at once. So start the server first.
//! - Send a message in one write. Two small writes travel in two packets, and the second
//!   waits until the first was acknowledged, which can take 40 ms.
//! - Display what the *server* sent, not what was typed, even if they look alike.
//!
//! ## Try it yourself
//! `cargo try ex2_client` with no server: what does it say? Then `cargo try ex2_server`
//! in another terminal, and the client once more.

#![allow(dead_code, unused_mut, unused_variables)] // delete this line when the TODOs are done

use std::io;
use std::net::TcpStream;
use std::process::ExitCode;

use chatlings::args::{self, ClientArgs};
use chatlings::{console, ports, serve};

fn main() -> ExitCode {
    let args: ClientArgs = args::parse("Sends one line, displays the reply, and ends", ports::EX2);
    console::report(run(&args.address()))
}

fn run(address: &str) -> io::Result<()> {
    let server = connect(address).map_err(|error| serve::cannot_connect(address, error))?;
    let Some(line) = console::read_line()? else {
        return Ok(()); // the user has nothing to say
    };
    send(&server, &line)?;
    console::show(&receive(&server)?);
    Ok(())
}

/// Calls the server.
fn connect(address: &str) -> io::Result<TcpStream> {
    // TODO 1 of 3: connect to the address, and return the stream.
    //   https://doc.rust-lang.org/std/net/struct.TcpStream.html#method.connect
    todo!()
}

/// Sends the line, with a line break behind it.
fn send(mut server: &TcpStream, line: &str) -> io::Result<()> {
    // TODO 2 of 3: send the line and a line break, `\n`, in one write.
    //   `format!` puts the two together. (`writeln!` makes two writes of them.) Writing needs
    //   `use std::io::Write;`.
    //   https://doc.rust-lang.org/std/io/trait.Write.html#method.write_all
    todo!()
}

/// Waits for the reply, and makes text of it.
fn receive(mut server: &TcpStream) -> io::Result<String> {
    // TODO 3 of 3: receive the reply, as the server of 1.1 received its message.
    //   If nothing came, return the error "the server left without a reply".
    //   https://doc.rust-lang.org/std/io/trait.Read.html#tymethod.read
    todo!()
}

//! # 1.1 A server for one message
//!
//! Write a server that waits for one client, receives one text message from it,
//! prints the message, and ends.
//!
//! ## What to notice
//! - A server has two kinds of sockets. The *listener* only waits for clients to connect.
//!   Each connection that it accepts is a *stream* of its own, to talk over.
//! - `accept` and `read` wait: the program stands still until a client connects, and
//!   until it says something.
//! - Only one program at a time can have a port. If another program has it, `bind` fails.
//!   Return that error: `run` turns it into a message.
//! - `read` returns how many bytes came. 0 means that the other side has left. If it
//!   leaves before it has said anything, end with an error.
//!
//! ## Try it yourself
//! In one terminal: `cargo try ex1_server`. In another: `telnet 127.0.0.1 8080`;
//! type a word and press Enter. Then do it again, but leave instead of typing: press
//! Ctrl-] and type `quit`.

#![allow(dead_code, unused_mut, unused_variables)] // delete this line when the TODOs are done

use std::io;
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;

use chatlings::args::{self, ServerArgs};
use chatlings::{console, ports, serve};

fn main() -> ExitCode {
    let args: ServerArgs =
        args::parse("Prints the one message that one client sends, and ends", ports::EX1);
    console::report(run(&args.address()))
}

fn run(address: &str) -> io::Result<()> {
    let listener = bind(address).map_err(|error| serve::cannot_listen(address, error))?;
    println!("listening on {}", listener.local_addr()?);
    let client = accept(&listener)?;
    let message = receive(&client)?;
    println!("{message}");
    Ok(())
}

/// From here on, the system takes connections for this program.
fn bind(address: &str) -> io::Result<TcpListener> {
    // TODO 1 of 3: bind a listener to the address, and return it.
    //   https://doc.rust-lang.org/std/net/struct.TcpListener.html#method.bind
    todo!()
}

/// Waits for a client, and returns the connection with it.
fn accept(listener: &TcpListener) -> io::Result<TcpStream> {
    // TODO 2 of 3: accept one client, and return its stream.
    //   (The listener gives the client's address too. You do not need it here.)
    //   https://doc.rust-lang.org/std/net/struct.TcpListener.html#method.accept
    todo!()
}

/// Waits for bytes from the client, and makes text of them.
// Why `mut`: `read` borrows its reader mutably. The reader is the reference `client`, not the stream behind
// it: `Read` is implemented for `&TcpStream` as well, because several threads may use one connection.
fn receive(mut client: &TcpStream) -> io::Result<String> {
    // TODO 3 of 3: read one message, and return it as text without its line break.
    //   Read once into a buffer of 1024 bytes. If nothing came, return an error:
    //   `Err(io::Error::other("the client left without a message"))`. Reading needs
    //   `use std::io::Read;`.
    //   https://doc.rust-lang.org/std/io/trait.Read.html#tymethod.read
    //   https://doc.rust-lang.org/std/string/struct.String.html#method.from_utf8_lossy
    todo!()
}

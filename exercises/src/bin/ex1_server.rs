//! # 1.1 A server for one message
//!
//! Write a server that waits for one client, receives one text message from it,
//! prints the message, and ends.
//!
//! ## What to notice
//! - A server has two kinds of sockets. The *listener* only waits for calls; each
//!   call that it accepts comes as a *stream* of its own, to talk over.
//! - `accept` and `read` wait: the program stands still until somebody calls, and
//!   until something is said.
//! - A port belongs to one program at a time. If another one has it, `bind` fails;
//!   pass that error on, and the lines that are given turn it into a message.
//! - `read` returns how many bytes came. 0 means: the other side has left. If it
//!   leaves before it has said anything, end with an error.
//!
//! ## Try it by hand
//! In one terminal: `cargo try ex1_server`. In another: `telnet 127.0.0.1 8080`;
//! type a word and press Enter. Then once more, but leave instead of typing: press
//! Ctrl-] and type `quit`.

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
    todo!("a listener on {address}")
}

/// Waits for a client. What comes back is the connection with it.
fn accept(listener: &TcpListener) -> io::Result<TcpStream> {
    // TODO 2 of 3: accept one client, and return its stream.
    //   (The listener gives the client's address too, which is not needed here.)
    //   https://doc.rust-lang.org/std/net/struct.TcpListener.html#method.accept
    todo!("a client of {listener:?}")
}

/// Waits for bytes from the client, and makes text of them.
fn receive(client: &TcpStream) -> io::Result<String> {
    // TODO 3 of 3: read one message, and return it as text without its line break.
    //   Read once into a buffer of 1024 bytes. If nothing came, return an error:
    //   `Err(io::Error::other("the client left without a message"))`. Reading needs `use
    //   std::io::Read;` and `mut client` in the line above.
    //   https://doc.rust-lang.org/std/io/trait.Read.html#tymethod.read
    //   https://doc.rust-lang.org/std/string/struct.String.html#method.from_utf8_lossy
    todo!("a message from {client:?}")
}

//! # 1.4 One thread per client: the server
//!
//! Give each client a thread of its own, which receives messages and sends each one
//! back until the message is `end`. Then that connection is closed, without a reply.
//! The server goes on for ever.
//!
//! ## What to notice
//! - A server that talks with alice cannot accept bob: it waits for her next word. A
//!   second thread can.
//! - What goes wrong with one client (it leaves, it crashes, its thread cannot be
//!   started) must not end the server: log it, and go on.
//! - TCP carries bytes, not messages: one `read` may bring half a message, or two.
//!   `text::Reader`, in `src/text.rs`, puts them together.
//!
//! ## Try it by hand
//! `cargo try ex4_server`, and `telnet 127.0.0.1 8080` in two more terminals. Type in
//! both. Type `end` in one.

use std::io;
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;

use chatlings::args::{self, ServerArgs};
use chatlings::{console, ports, serve};

fn main() -> ExitCode {
    let args: ServerArgs =
        args::parse("Echoes the messages of many clients, each until it says `end`", ports::EX4);
    console::report(run(&args.address()))
}

fn run(address: &str) -> io::Result<()> {
    let listener = serve::listen(address)?;
    println!("listening on {}", listener.local_addr()?);
    each_client(&listener, talk)
}

/// Accepts clients for ever, and talks with each in a thread of its own.
fn each_client(listener: &TcpListener, talk: fn(&TcpStream) -> io::Result<()>) -> ! {
    // TODO 1 of 2: accept clients without end, and start a thread for each.
    //   `let (client, address) = serve::accept(listener);` accepts one. Its thread calls
    //   `talk(&client)`: the function below, which is given to this one as an argument. If
    //   `talk` returns an error, or the thread cannot be started, write a line to the log:
    //   `console::log(&format!("client {address}: {error}"))`.
    //   https://doc.rust-lang.org/std/thread/struct.Builder.html#method.spawn
    todo!("accept clients of {listener:?}, and run {talk:?} in a thread for each")
}

/// Echoes each message until `end`, or until the client has left.
fn talk(client: &TcpStream) -> io::Result<()> {
    // TODO 2 of 2: send each message back, until one is `end`.
    //   `let mut messages = text::Reader::new(client);` and, while `messages.receive()?` gives
    //   `Some(message)`, `text::send` it back. `None` means that the client has left. This needs
    //   `text` in the `use chatlings::…` line.
    //   https://doc.rust-lang.org/std/keyword.while.html
    todo!("talk with {client:?}")
}

//! # 1.4 One thread per client: the server
//!
//! Give each client a thread of its own, which receives messages and sends each one
//! back until the message is `end`. Then close that connection, without a reply.
//! The server goes on forever.
//!
//! ## What to notice
//! - A server that talks with alice cannot accept bob: it waits for her next word. A
//!   second thread can.
//! - What goes wrong with one client (it leaves, it crashes, its thread cannot be
//!   started) must not end the server: log it, and go on.
//! - TCP carries bytes, not messages: one `read` may bring half a message, or two.
//!   `text::Reader`, in `src/text.rs`, puts them together.
//!
//! ## Try it yourself
//! `cargo try ex4_server`, and `telnet 127.0.0.1 8080` in two more terminals. Type in
//! both. Type `end` in one.

#![allow(dead_code, unused_mut, unused_variables)] // delete this line when the TODOs are done

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
    each_client(&listener)
}

/// Accepts clients forever, and talks with each in a thread of its own.
// The return type `!` says that this function never returns: there is no way out of its loop. So `run` can
// end with it, although it returns an `io::Result<()>`.
fn each_client(listener: &TcpListener) -> ! {
    // TODO 1 of 2: accept clients without end, and start a thread for each.
    //   `let (client, address) = serve::accept(listener);` accepts one. Its thread calls
    //   `talk(&client)`. If `talk` returns an error, or the thread cannot be started, write a line
    //   to the log: `console::log(&format!("client {address}: {error}"))`. This needs
    //   `use std::thread;`.
    //   https://doc.rust-lang.org/std/thread/struct.Builder.html#method.spawn
    todo!()
}

/// Echoes each message until `end`, or until the client has left.
fn talk(client: &TcpStream) -> io::Result<()> {
    // TODO 2 of 2: send each message back, until one is `end`.
    //   Receive with a `text::Reader`, as in milestone 0. This needs `text` in the
    //   `use chatlings::…` line.
    //   https://doc.rust-lang.org/std/keyword.break.html
    todo!()
}

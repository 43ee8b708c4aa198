//! # Milestone 3: an instant messenger: the client
//!
//! Show what comes while the user types, without tearing the line that is being typed.
//! `/quit` leaves.
//!
//! ## What to notice
//! - It is the client of milestone 2, but the server's question is shown like any other
//!   line, and the user's first line is the answer to it.
//! - A line that arrives while the user types would land in the middle of what is typed.
//!   `console::open_chat` gives a `Screen` that puts it above, and a `Keyboard` for the
//!   line being typed.
//! - Do not trust what comes from outside with your terminal: show it through
//!   `text::printable`.
//!
//! ## Try it yourself
//! `cargo try ms3_server`, and `cargo try ms3_client` in two more terminals. Type half a
//! line in one, and a whole one in the other.

#![allow(dead_code, unused_mut, unused_variables)] // delete this line when the TODOs are done

use std::io;
use std::net::TcpStream;
use std::process::ExitCode;
use std::sync::atomic::AtomicBool;

use chatlings::args::{self, ClientArgs};
use chatlings::console::{self, Keyboard, Screen};
use chatlings::{ports, serve, text};
use clap::Parser;

#[derive(Parser)]
struct Args {
    #[command(flatten)]
    client: ClientArgs,

    /// Username; asked for if it is not given
    #[arg(long)]
    name: Option<String>,
}

fn main() -> ExitCode {
    let args: Args = args::parse("Talks in an instant messenger, until `/quit`", ports::MS3);
    console::report(run(args))
}

fn run(args: Args) -> io::Result<()> {
    let server = serve::connect(&args.client.address())?;
    if let Some(name) = args.name {
        text::send(&server, &name)?;
    }
    let (keyboard, screen) = console::open_chat()?;
    chat(&server, keyboard, screen)
}

/// Shows what comes in one thread, while the user types in this one.
fn chat(server: &TcpStream, keyboard: Keyboard, screen: Screen) -> io::Result<()> {
    // TODO 1 of 3: call `receive` in a thread, and `send` in this one.
    //   This is `chat` of milestone 2, but `send` shares `is_over` too. It needs the same `use` lines.
    //   https://doc.rust-lang.org/std/thread/fn.scope.html
    todo!()
}

/// Sends what the user types, up to `/quit`. It is over before that is sent, since the server may be quick to
/// close the connection.
fn send(server: &TcpStream, mut keyboard: Keyboard, is_over: &AtomicBool) -> io::Result<()> {
    // TODO 2 of 3: send each line that the user types, up to `/quit`.
    //   `keyboard.read_line()?` gives the next one. At the end of input (Ctrl-D) it gives `None`:
    //   send `/quit` for the user. Before `/quit` is sent, set `is_over` to true. If a line cannot be
    //   sent, return the same error as in milestone 2.
    //   https://doc.rust-lang.org/std/sync/atomic/struct.AtomicBool.html#method.store
    todo!()
}

/// Shows each message until the server has closed the connection. If it was not over yet, the other thread
/// waits for the user to type, so this ends the whole program.
fn receive(server: &TcpStream, mut screen: Screen, is_over: &AtomicBool) {
    // TODO 3 of 3: show each message, until there are no more.
    //   This is `receive` of milestone 2, but with a `text::Reader` of its own.
    //   https://doc.rust-lang.org/std/keyword.while.html
    todo!()
}

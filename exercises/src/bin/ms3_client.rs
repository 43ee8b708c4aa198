//! # Milestone 3: an instant messenger: the client
//!
//! Show what comes while the user types, without tearing the line that is being typed.
//! `/quit` leaves.
//!
//! ## What to notice
//! - It is the client of milestone 2, but the server's question is shown like any other
//!   line, and the user's first line is the answer to it.
//! - A line that arrives while somebody types would land in the middle of what is typed.
//!   `console::open_chat` gives a `Screen` that puts it above, and a `Keyboard` for the
//!   line being typed.
//! - What comes from outside is not to be trusted with your terminal: show it through
//!   `text::printable`.
//!
//! ## Try it by hand
//! `cargo try ms3_server`, and `cargo try ms3_client` in two more terminals. Type half a
//! line in one, and a whole one in the other.

use std::io;
use std::net::TcpStream;
use std::process::ExitCode;

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
    // TODO 1 of 1: start a thread that shows each message, while this one sends what is typed.
    //   `/quit` is sent like any other line, and then this function returns: the server ends the
    //   connection, and with it the thread. At the end of input (Ctrl-D), send `/quit` for the
    //   user. When the server ends the connection unasked, the thread calls `screen.give_up("the
    //   server has closed the connection")`.
    //   https://doc.rust-lang.org/std/thread/fn.scope.html
    //   https://doc.rust-lang.org/std/sync/atomic/struct.AtomicBool.html
    todo!("{keyboard:?} to {server:?} to {screen:?}")
}

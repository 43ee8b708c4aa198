//! # Milestone 2: a chat room: the client
//!
//! Answer the server's question with the user's name (or `--name`), and then do two
//! things at once: show what comes, and send what the user types.
//!
//! ## What to notice
//! - In a chat, lines come when somebody else has something to say. A client that waits
//!   for its user cannot show them, so it needs one thread for each direction.
//! - `thread::scope` lets a thread use what its function owns, since it waits for the
//!   thread at its end.
//! - When the user has left (Ctrl-D), shut down the sending side: the server notices,
//!   and closes the connection. When the server closes it first, the user is waiting at
//!   the keyboard: `Screen::give_up` ends the program all the same.
//!
//! ## Try it by hand
//! `cargo try ms2_server`, and `cargo try ms2_client -- --name alice` in two more
//! terminals, with two names. Stop the server while they run.

use std::io;
use std::net::TcpStream;
use std::process::ExitCode;

use chatlings::args::{self, ClientArgs};
use chatlings::{console, ports, serve, text};
use clap::Parser;

#[derive(Parser)]
struct Args {
    #[command(flatten)]
    client: ClientArgs,

    /// Name to go by; asked for if it is not given
    #[arg(long)]
    name: Option<String>,
}

fn main() -> ExitCode {
    let args: Args = args::parse("Talks with others in a chat room", ports::MS2);
    console::report(run(args))
}

fn run(args: Args) -> io::Result<()> {
    let server = serve::connect(&args.client.address())?;
    let mut messages = text::Reader::new(&server);
    introduce(&server, &mut messages, args.name)?;
    chat(&server, messages)
}

/// Waits until the server asks for a name, and gives it.
fn introduce(
    server: &TcpStream,
    messages: &mut text::Reader,
    name: Option<String>,
) -> io::Result<()> {
    // TODO 1 of 2: receive the question and show it, and send the name.
    //   If there is no name yet, the user types it: `console::read_line()?`.
    //   https://doc.rust-lang.org/std/option/enum.Option.html#method.unwrap_or_default
    todo!("tell {server:?} the name {name:?} when {messages:?} has the question")
}

/// Shows what comes in one thread, while the user types in this one.
fn chat(server: &TcpStream, messages: text::Reader) -> io::Result<()> {
    // TODO 2 of 2: start a thread that shows each message, while this one sends what is typed.
    //   `let (mut keyboard, mut screen) = console::open_chat()?;` gives each thread its half of
    //   the terminal. When messages end before the user's input has, the thread calls
    //   `screen.give_up("the server has closed the connection")`; an `AtomicBool` can tell it
    //   which was first. After the input has ended, shut down the sending side of `server`.
    //   https://doc.rust-lang.org/std/thread/fn.scope.html
    //   https://doc.rust-lang.org/std/sync/atomic/struct.AtomicBool.html
    //   https://doc.rust-lang.org/std/net/struct.TcpStream.html#method.shutdown
    todo!("send to {server:?}, and show {messages:?}")
}

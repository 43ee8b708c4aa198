//! # Milestone 2: a chat room: the client
//!
//! Answer the server's question with the user's name (or `--name`), and then do two
//! things at once: show what comes, and send what the user types.
//!
//! ## What to notice
//! - In a chat, lines come when somebody else has something to say. A client that waits
//!   for its user cannot show them, so it needs one thread for each direction.
//! - `thread::scope` lets a thread use what its function owns, since it waits for the
//!   thread at its end. It waits on every way out, `?` too: end the connection first.
//! - When the user has left (Ctrl-D), shut down the sending side: the server notices,
//!   and closes the connection. When the server closes it first, the user is waiting at
//!   the keyboard: `Screen::give_up` ends the program all the same.
//!
//! ## Try it yourself
//! `cargo try ms2_server`, and `cargo try ms2_client -- --name alice` in two more
//! terminals, with two names. Stop the server while they run.

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
    // TODO 1 of 4: receive the question and show it, and send the name.
    //   If there is no `name`, the user types it: `console::read_line()?`.
    //   https://doc.rust-lang.org/std/option/enum.Option.html#method.unwrap_or_default
    todo!()
}

/// Shows what comes in one thread, while the user types in this one.
fn chat(server: &TcpStream, messages: text::Reader) -> io::Result<()> {
    // TODO 2 of 4: call `receive` in a thread, and `send` in this one.
    //   `let (keyboard, screen) = console::open_chat()?;` gives each its half of the terminal. Both
    //   share `let is_over = AtomicBool::new(false);`. When `send` has ended, it is over: set it to
    //   true, and shut down the sending side of `server`. If `send` has ended with an error, shut
    //   down both sides, and then return the error. This needs `use std::thread;`, `Shutdown` beside
    //   `TcpStream`, and `Ordering` beside `AtomicBool`.
    //   https://doc.rust-lang.org/std/thread/struct.Builder.html#method.spawn_scoped
    //   https://doc.rust-lang.org/std/sync/atomic/struct.AtomicBool.html
    //   https://doc.rust-lang.org/std/net/struct.TcpStream.html#method.shutdown
    todo!()
}

/// Sends what the user types, until the end of input (Ctrl-D).
fn send(server: &TcpStream, mut keyboard: Keyboard) -> io::Result<()> {
    // TODO 3 of 4: send each line that the user types.
    //   `keyboard.read_line()?` gives the next one, and `None` at the end of input. If one cannot be
    //   sent, return the error "the server has closed the connection".
    //   https://doc.rust-lang.org/std/keyword.while.html
    todo!()
}

/// Shows each message until the server has closed the connection. If it was not over yet, the other thread
/// waits for the user to type, so this ends the whole program.
fn receive(mut messages: text::Reader, mut screen: Screen, is_over: &AtomicBool) {
    // TODO 4 of 4: show each message, until there are no more.
    //   `screen.show(…)` shows one. An error of the connection ends it too. If it is not over then,
    //   call `screen.give_up("the server has closed the connection")`.
    //   https://doc.rust-lang.org/std/sync/atomic/struct.AtomicBool.html#method.load
    todo!()
}

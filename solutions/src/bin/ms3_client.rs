//! # Milestone 3: an instant messenger: the client

use std::io;
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

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
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let thread = thread::Builder::new().name("receive".to_string());
        thread.spawn_scoped(scope, || receive(server, screen, &is_over))?;
        let result = send(server, keyboard, &is_over);
        is_over.store(true, Ordering::SeqCst);
        if result.is_err() {
            // The scope would wait for `receive`, and `receive` for the server. So let nothing more come.
            let _ = server.shutdown(Shutdown::Both); // fails if the server has left: nothing comes then
            return result;
        }
        server.shutdown(Shutdown::Write) // the server ends its side then, and with it `receive`
    })
}

/// Sends what the user types, up to `/quit`. It is over before that is sent, since the server may be quick to
/// close the connection.
fn send(server: &TcpStream, mut keyboard: Keyboard, is_over: &AtomicBool) -> io::Result<()> {
    loop {
        // The end of input (Ctrl-D) says `/quit` for the user.
        let line = keyboard.read_line()?.unwrap_or("/quit".to_string());
        let is_last = line == "/quit";
        is_over.store(is_last, Ordering::SeqCst);
        if text::send(server, &line).is_err() {
            return Err(io::Error::other("the server has closed the connection"));
        }
        if is_last {
            return Ok(());
        }
    }
}

/// Shows each message until the server has closed the connection. If it was not over yet, the other thread
/// waits for the user to type, so this ends the whole program.
fn receive(server: &TcpStream, mut screen: Screen, is_over: &AtomicBool) {
    let mut messages = text::Reader::new(server);
    while let Ok(Some(message)) = messages.receive() {
        screen.show(&text::printable(&message));
    }
    if !is_over.load(Ordering::SeqCst) {
        screen.give_up("the server has closed the connection");
    }
}

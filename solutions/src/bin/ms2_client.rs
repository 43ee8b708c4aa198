//! # Milestone 2: a chat room: the client

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
    let Some(question) = messages.receive()? else {
        return Err(io::Error::other("the server has closed the connection"));
    };
    console::show(&question);
    let name = match name {
        Some(name) => name,
        None => console::read_line()?.unwrap_or_default(),
    };
    text::send(server, &name)
}

/// Shows what comes in one thread, while the user types in this one.
fn chat(server: &TcpStream, messages: text::Reader) -> io::Result<()> {
    let (keyboard, screen) = console::open_chat()?;
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let thread = thread::Builder::new().name("receive".to_string());
        thread.spawn_scoped(scope, || receive(messages, screen, &is_over))?;
        let result = send(server, keyboard);
        is_over.store(true, Ordering::SeqCst);
        if result.is_err() {
            // The scope would wait for `receive`, and `receive` for the server. So let nothing more come.
            let _ = server.shutdown(Shutdown::Both); // fails if the server has left: nothing comes then
            return result;
        }
        server.shutdown(Shutdown::Write) // the server ends its side then, and with it `receive`
    })
}

/// Sends what the user types, until the end of input (Ctrl-D).
fn send(server: &TcpStream, mut keyboard: Keyboard) -> io::Result<()> {
    while let Some(line) = keyboard.read_line()? {
        if text::send(server, &line).is_err() {
            return Err(io::Error::other("the server has closed the connection"));
        }
    }
    Ok(())
}

/// Shows each message until the server has closed the connection. If it was not over yet, the other thread
/// waits for the user to type, so this ends the whole program.
fn receive(mut messages: text::Reader, mut screen: Screen, is_over: &AtomicBool) {
    while let Ok(Some(message)) = messages.receive() {
        screen.show(&message);
    }
    if !is_over.load(Ordering::SeqCst) {
        screen.give_up("the server has closed the connection");
    }
}

//! # Milestone 2: a chat room: the client

use std::io;
use std::net::Shutdown;
use std::net::TcpStream;
use std::process::ExitCode;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
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
    match messages.receive()? {
        Some(question) => console::show(&question),
        None => return Err(io::Error::other("the server has left")),
    }
    let mut my_name = name;
    if my_name.is_none() {
        my_name = console::read_line()?;
    }
    text::send(server, &my_name.unwrap_or_default())
}

/// Shows what comes in one thread, while the user types in this one.
fn chat(server: &TcpStream, messages: text::Reader) -> io::Result<()> {
    let (keyboard, screen) = console::open_chat()?;
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let spawned =
            thread::Builder::new().spawn_scoped(scope, || receive(messages, screen, &is_over));
        if let Err(error) = spawned {
            return Err(error);
        }
        if let Err(error) = send(server, keyboard) {
            is_over.store(true, Ordering::SeqCst);
            let _ = server.shutdown(Shutdown::Both);
            return Err(error);
        }
        is_over.store(true, Ordering::SeqCst);
        server.shutdown(Shutdown::Write)
    })
}

/// Sends what the user types, until the end of input (Ctrl-D).
fn send(server: &TcpStream, mut keyboard: Keyboard) -> io::Result<()> {
    let mut line = keyboard.read_line()?;
    while line.is_some() {
        if text::send(server, &line.unwrap_or_default()).is_err() {
            let text = "the server has closed the connection";
            return Err(io::Error::other(text));
        }
        line = keyboard.read_line()?;
    }
    Ok(())
}

/// Shows each message until the server has closed the connection. If it was not over yet, the other thread
/// waits for the user to type, so this ends the whole program.
fn receive(mut messages: text::Reader, mut screen: Screen, is_over: &AtomicBool) {
    let mut is_open = true;
    while is_open {
        if let Ok(Some(message)) = messages.receive() {
            screen.show(&message);
        } else {
            is_open = false;
        }
    }
    if is_over.load(Ordering::SeqCst) == false {
        screen.give_up("the server has closed the connection");
    }
}

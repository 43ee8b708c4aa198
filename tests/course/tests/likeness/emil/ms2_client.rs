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
    let Some(question) = messages.receive()? else {
        return Err(io::Error::other("the server has closed the connection"));
    };
    console::show(&question);
    let name = if let Some(name) = name { name } else { console::read_line()?.unwrap_or_default() };
    text::send(server, &name)
}

/// Shows what comes in one thread, while the user types in this one.
fn chat(server: &TcpStream, messages: text::Reader) -> io::Result<()> {
    let (keyboard, screen) = console::open_chat()?;
    let is_over = AtomicBool::new(false);
    let mut result = Ok(());
    thread::scope(|scope| -> io::Result<()> {
        let receiver = thread::Builder::new().name("receiver".to_string());
        receiver.spawn_scoped(scope, || receive(messages, screen, &is_over))?;
        result = send(server, keyboard);
        is_over.store(true, Ordering::SeqCst);
        let how = if result.is_ok() { Shutdown::Write } else { Shutdown::Both };
        let _ = server.shutdown(how);
        Ok(())
    })?;
    result
}

/// Sends what the user types, until the end of input (Ctrl-D).
fn send(server: &TcpStream, mut keyboard: Keyboard) -> io::Result<()> {
    while let Some(line) = keyboard.read_line()? {
        text::send(server, &line)
            .map_err(|_| io::Error::other("the server has closed the connection"))?;
    }
    Ok(())
}

/// Shows each message until the server has closed the connection. If it was not over yet, the other thread
/// waits for the user to type, so this ends the whole program.
fn receive(mut messages: text::Reader, mut screen: Screen, is_over: &AtomicBool) {
    while let Some(message) = messages.receive().unwrap_or(None) {
        screen.show(&message);
    }
    let over = is_over.load(Ordering::SeqCst);
    if !over {
        screen.give_up("the server has closed the connection");
    }
}

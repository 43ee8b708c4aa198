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
    let question = messages.receive()?;
    if let Some(question) = question {
        println!("{}", question);
    }
    let answer = match name {
        Some(name) => name,
        None => console::read_line()?.unwrap_or_default(),
    };
    text::send(server, &answer)?;
    Ok(())
}

/// Shows what comes in one thread, while the user types in this one.
fn chat(server: &TcpStream, messages: text::Reader) -> io::Result<()> {
    let is_over = AtomicBool::new(false);
    let (keyboard, screen) = console::open_chat()?;
    thread::scope(|s| {
        let over = &is_over;
        thread::Builder::new().spawn_scoped(s, move || {
            receive(messages, screen, over);
        })?;
        let sent = send(server, keyboard);
        over.store(true, Ordering::Relaxed);
        match sent {
            Ok(()) => {
                server.shutdown(Shutdown::Write)?;
                Ok(())
            }
            Err(e) => {
                server.shutdown(Shutdown::Both).ok();
                Err(e)
            }
        }
    })
}

/// Sends what the user types, until the end of input (Ctrl-D).
fn send(server: &TcpStream, mut keyboard: Keyboard) -> io::Result<()> {
    loop {
        match keyboard.read_line()? {
            None => return Ok(()),
            Some(line) => {
                let sent = text::send(server, &line);
                if let Err(_) = sent {
                    return Err(io::Error::other("the server has closed the connection"));
                }
            }
        }
    }
}

/// Shows each message until the server has closed the connection. If it was not over yet, the other thread
/// waits for the user to type, so this ends the whole program.
fn receive(mut messages: text::Reader, mut screen: Screen, is_over: &AtomicBool) {
    loop {
        match messages.receive() {
            Ok(Some(line)) => screen.show(&line),
            Ok(None) => break,
            Err(_) => break,
        }
    }
    if is_over.load(Ordering::Relaxed) {
        return;
    }
    screen.give_up("the server has closed the connection")
}

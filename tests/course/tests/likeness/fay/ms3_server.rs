//! # Milestone 3: an instant messenger: the server

use jiff::Zoned;
use std::io;
use std::net::TcpStream;
use std::process::ExitCode;
use std::sync::Arc;

use chatlings::args::{self, ServerArgs};
use chatlings::room::{Member, Room};
use chatlings::{console, ports, serve, text};

/// How many bad usernames a client may try.
const TRIES: usize = 3;

fn main() -> ExitCode {
    let args: ServerArgs = args::parse("A chat room that no stalled member holds up", ports::MS3);
    console::report(run(&args.address()))
}

fn run(address: &str) -> io::Result<()> {
    let listener = serve::listen(address)?;
    println!("listening on {}", listener.local_addr()?);
    let room = Room::new();
    serve::each_client(&listener, move |client| serve_client(&client, &room))
}

/// Asks for a username, and lets the client into the room until it leaves.
fn serve_client(client: &Arc<TcpStream>, room: &Arc<Room>) -> io::Result<()> {
    let mut messages = text::Reader::new(client);
    let Some(member) = let_in(client, room, &mut messages)? else {
        return Ok(());
    };
    console::log(&format!("{} has come", member.name()));
    let result = talk(&member, room, &mut messages);
    room.leave(&member);
    console::log(&format!("{} has left", member.name()));
    result
}

/// Asks for a username until it gets a good one. `None`: the client has left, or tried too often.
fn let_in(
    client: &Arc<TcpStream>,
    room: &Arc<Room>,
    messages: &mut text::Reader,
) -> io::Result<Option<Arc<Member>>> {
    let mut left = TRIES;
    loop {
        if left == 0 {
            text::send(client, "too many tries, goodbye")?;
            return Ok(None);
        }
        left -= 1;
        text::send(client, "Choose a username:")?;
        match messages.receive()? {
            None => return Ok(None),
            Some(line) if !is_good(line.trim()) => {
                text::send(client, "1 to 32 characters please")?;
            }
            Some(line) => {
                let welcome = "Welcome! Commands: /who, /quit\n";
                if let Some(member) = room.join(line.trim(), client, welcome.as_bytes())? {
                    return Ok(Some(member));
                }
                text::send(client, "taken, choose another one")?;
            }
        }
    }
}

/// Whether somebody may have this username, if nobody else has it.
fn is_good(name: &str) -> bool {
    match name.chars().count() {
        1..=32 => text::printable(name) == name,
        _ => false,
    }
}

/// Passes on what the member says, until it leaves.
fn talk(member: &Member, room: &Arc<Room>, messages: &mut text::Reader) -> io::Result<()> {
    let mut lines = String::new();
    let mut message = messages.receive()?;
    while let Some(line) = message {
        match line.as_str() {
            "/quit" => break,
            "/who" => {
                let mut answer = String::from("Here are:");
                for name in room.names() {
                    answer.push(' ');
                    answer.push_str(&name);
                }
                answer.push('\n');
                room.tell(member, answer.into_bytes());
            }
            line => {
                lines.push_str(&Zoned::now().strftime("[%H:%M:%S] ").to_string());
                lines.push_str(member.name());
                lines.push_str(": ");
                lines.push_str(&text::printable(line));
                lines.push('\n');
            }
        }
        message = messages.next_received()?;
        if message.is_none() {
            room.say(member, std::mem::take(&mut lines).into_bytes());
            message = messages.receive()?;
        }
    }
    room.say(member, lines.into_bytes());
    Ok(())
}

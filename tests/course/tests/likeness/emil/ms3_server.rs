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
    for attempt in 1..=TRIES {
        text::send(client, &format!("What is your username? (try {attempt} of {TRIES})"))?;
        let Some(name) = messages.receive()? else { return Ok(None) };
        let name = name.trim();
        let joined = match is_good(name) {
            true => room.join(name, client, format!("Welcome {name}\n").as_bytes())?,
            false => None,
        };
        match joined {
            Some(member) => return Ok(Some(member)),
            None => text::send(client, "Sorry, this username is bad or taken.")?,
        }
    }
    Ok(None)
}

/// Whether somebody may have this username, if nobody else has it.
fn is_good(name: &str) -> bool {
    let count = name.chars().count();
    count >= 1 && count <= 32 && text::printable(name) == name
}

/// Passes on what the member says, until it leaves.
fn talk(member: &Member, room: &Arc<Room>, messages: &mut text::Reader) -> io::Result<()> {
    while let Some(message) = messages.receive()? {
        let mut lines = vec![message];
        while let Some(next) = messages.next_received()? {
            lines.push(next);
        }
        let mut text_to_say = String::new();
        for line in lines {
            if line == "/quit" {
                room.say(member, text_to_say.into_bytes());
                return Ok(());
            } else if line == "/who" {
                let list = room.names().join(", ");
                room.tell(member, format!("{list}\n").into_bytes());
            } else {
                let now = Zoned::now();
                let time = now.strftime("%H:%M:%S");
                let clean = text::printable(&line);
                text_to_say += &format!("[{time}] {}: {clean}\n", member.name());
            }
        }
        room.say(member, text_to_say.into_bytes());
    }
    Ok(())
}

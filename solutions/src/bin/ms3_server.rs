//! # Milestone 3: an instant messenger: the server

use std::io;
use std::net::TcpStream;
use std::process::ExitCode;
use std::sync::Arc;

use chatlings::args::{self, ServerArgs};
use chatlings::room::{Member, Room};
use chatlings::{console, ports, serve, text};
use jiff::Zoned;

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
    for _ in 0..TRIES {
        text::send(client, "Your username?")?;
        let Some(name) = messages.receive()?.filter(|name| name != "/quit") else {
            return Ok(None);
        };
        let name = name.trim();
        if !is_good(name) {
            text::send(client, "A username has 1 to 32 characters, and no control characters.")?;
            continue;
        }
        let welcome = format!("Welcome, {name}. /who lists who is here, /quit leaves.\n");
        match room.join(name, client, welcome.as_bytes())? {
            Some(member) => return Ok(Some(member)),
            None => text::send(client, "This username is taken.")?,
        }
    }
    text::send(client, "Goodbye.")?;
    Ok(None)
}

/// Whether somebody may have this username, if nobody else has it.
fn is_good(name: &str) -> bool {
    (1..=32).contains(&name.chars().count()) && text::printable(name) == name
}

/// Passes on what the member says, until it leaves.
fn talk(member: &Member, room: &Arc<Room>, messages: &mut text::Reader) -> io::Result<()> {
    while let Some(first) = messages.receive()? {
        // Lines that have come together go on together: one chunk for a burst.
        let stamp = format!("[{}] {}: ", Zoned::now().strftime("%H:%M:%S"), member.name());
        let mut said = String::new();
        let mut next = Some(first);
        while let Some(message) = next {
            match message.as_str() {
                "/who" => {
                    // Several lines if there are many names: one could be too long to be received.
                    for names in room.names().chunks(100) {
                        room.tell(member, format!("here: {}\n", names.join(", ")).into_bytes());
                    }
                }
                "/quit" => {
                    room.say(member, said.into_bytes());
                    return Ok(());
                }
                "" => {}
                _ if stamp.len() + text::printable(&message).len() > text::LONGEST => {
                    room.tell(member, b"This line is too long for the others.\n".to_vec())
                }
                _ => said.extend([&stamp, &*text::printable(&message), "\n"]),
            }
            // Stamps make many short lines much longer. Beyond this, the rest is for the next chunk.
            next = if said.len() > 4 * text::LONGEST { None } else { messages.next_received()? };
        }
        room.say(member, said.into_bytes());
    }
    Ok(())
}

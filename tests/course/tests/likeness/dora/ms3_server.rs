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
    let mut tries = 0;
    while tries < TRIES {
        text::send(client, "username?")?;
        let answer = match messages.receive()? {
            Some(answer) => answer,
            None => return Ok(None),
        };
        let username = answer.trim().to_string();
        if is_good(&username) {
            let hello = format!("Hello {}!\n", username);
            let member = room.join(&username, client, hello.as_bytes())?;
            if member.is_some() {
                return Ok(member);
            }
            text::send(client, "That name is taken")?;
        } else {
            text::send(client, "That name is not allowed")?;
        }
        tries += 1;
    }
    Ok(None)
}

/// Whether somebody may have this username, if nobody else has it.
fn is_good(name: &str) -> bool {
    let length = name.chars().count();
    if length < 1 || length > 32 {
        return false;
    }
    !name.chars().any(|c| c.is_control())
}

/// Passes on what the member says, until it leaves.
fn talk(member: &Member, room: &Arc<Room>, messages: &mut text::Reader) -> io::Result<()> {
    loop {
        let Some(line) = messages.receive()? else {
            break;
        };
        if line == "/quit" {
            break;
        }
        if line == "/who" {
            let names = room.names();
            room.tell(member, format!("{}\n", names.join(" ")).into_bytes());
            continue;
        }
        let mut chunk = String::new();
        let time = Zoned::now().strftime("%H:%M:%S").to_string();
        chunk.push_str(&format!("[{}] {}: {}\n", time, member.name(), text::printable(&line)));
        room.say(member, chunk.into_bytes());
    }
    Ok(())
}

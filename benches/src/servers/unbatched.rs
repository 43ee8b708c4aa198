//! A chat room that is the course's `Room`, used without batches: each line is said on its own. The room must be good to
//! its members whatever its caller does; this is the caller that is hardest on it.

use std::io;
use std::net::TcpListener;
use std::sync::Arc;

use anyhow::Result;
use chatlings::room::{Member, Room};
use chatlings::{serve, text};

/// Serves until it is ended.
pub fn run(listener: &TcpListener) -> Result<()> {
    let room = Room::new();
    serve::each_client(listener, move |client| {
        let mut lines = text::Reader::new(&client);
        text::send(&client, "Your username?")?;
        let Some(name) = lines.receive()? else { return Ok(()) };
        let Some(member) = room.join(&name, &client, b"Welcome\n")? else { return Ok(()) };
        let result = talk(&member, &room, &mut lines);
        room.leave(&member);
        result
    })
}

fn talk(member: &Member, room: &Arc<Room>, lines: &mut text::Reader) -> io::Result<()> {
    while let Some(line) = lines.receive()? {
        room.say(member, format!("{}: {line}\n", member.name()).into_bytes());
    }
    Ok(())
}

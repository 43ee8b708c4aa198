//! # Milestone 3: an instant messenger: the server
//!
//! Write a messenger that nobody can hold up. A client is asked for a username at once.
//! From then on, all others hear what it says, as `[14:03:07] alice: hello`. `/who`
//! lists who is here, and `/quit` leaves.
//!
//! ## What to notice
//! - In milestone 2, the one who spoke wrote to everybody, and waited for everybody.
//!   `Room` does not wait for those who do not read. Read it in `src/room.rs`, with the
//!   walkthrough beside it.
//! - A burst of lines is one read, and should be one `say`: it costs one lock and one send
//!   for each member then, and nobody else's lines come in between.
//!   `messages.next_received()` gives the lines that have come with the first one, without
//!   waiting.
//! - Once a client is in the room, nothing else may write to its socket. An answer for it
//!   alone goes through `tell`.
//! - What one member types reaches another's terminal. A control character in it could
//!   clear the screen, or worse: `text::printable` takes them out.
//!
//! ## Try it yourself
//! `cargo try ms3_server`, and `cargo try ms3_client` in two more terminals. Then stop one
//! client with Ctrl-Z, and send much from the other.

#![allow(dead_code, unused_mut, unused_variables)] // delete this line when the TODOs are done

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
    // TODO 1 of 3: ask for a username, `TRIES` times at most, until `room.join` lets it in.
    //   `room.join(name, client, welcome)?` gives `None` if the name is taken. Otherwise it sends
    //   the welcome, which is a whole line. If a name is not good, or taken, say so, and ask again.
    //   Blanks around a name do not count (`trim` takes them off): a name of blanks alone is empty.
    //   https://doc.rust-lang.org/std/keyword.for.html
    todo!()
}

/// Whether somebody may have this username, if nobody else has it.
fn is_good(name: &str) -> bool {
    // TODO 2 of 3: return whether it has 1 to 32 characters, and no control characters.
    //   A text without control characters is the same after `text::printable`.
    //   https://doc.rust-lang.org/std/primitive.str.html#method.chars
    todo!()
}

/// Passes on what the member says, until it leaves.
fn talk(member: &Member, room: &Arc<Room>, messages: &mut text::Reader) -> io::Result<()> {
    // TODO 3 of 3: pass on each message with its time and its sender, and obey `/who` and `/quit`.
    //   `Zoned::now().strftime("%H:%M:%S")` gives the time; it needs `use jiff::Zoned;`. Pass
    //   each message through `text::printable`, put the lines that have come together into one
    //   `String`, and give its bytes to `room.say(member, bytes)`.
    //   https://doc.rust-lang.org/std/string/struct.String.html#method.into_bytes
    todo!()
}

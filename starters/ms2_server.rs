//! # Milestone 2: a chat room: the server
//!
//! Write a chat room. A client gives its name and is welcomed. From then on, all others
//! hear what it says, as `alice: hello`. They are also told who comes and who leaves. A
//! name that is empty (blanks around it do not count), or taken, is refused with a word.
//!
//! ## What to notice
//! - The room is a dictionary from names to connections, and a loop that writes to each
//!   of them: `broadcast`. The one who has spoken is left out.
//! - Asking whether a name is free, and taking it, must happen under one lock.
//!   Otherwise two who come at once could both get it.
//! - A client that has left cannot be written to. That is not the fault of the one who
//!   speaks: the thread of the client that left finds out.
//! - One client stops reading. What happens to the others? Play it: the last check does.
//!
//! ## Try it yourself
//! `cargo try ms2_server`, and `cargo try ms2_client` in three more terminals, or telnet.

#![allow(dead_code, unused_mut, unused_variables)] // delete this line when the TODOs are done

use std::collections::HashMap;
use std::io;
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use chatlings::args::{self, ServerArgs};
use chatlings::{console, ports, serve, text};

/// The dictionary: the connection of each client, under its identification.
type Connections = Mutex<HashMap<String, Arc<TcpStream>>>;

fn main() -> ExitCode {
    let args: ServerArgs =
        args::parse("A chat room with a dictionary, and a loop of writes", ports::MS2);
    console::report(run(&args.address()))
}

fn run(address: &str) -> io::Result<()> {
    let listener = serve::listen(address)?;
    println!("listening on {}", listener.local_addr()?);
    accept_clients(&listener)
}

/// Accepts clients forever, and asks each for its identification in a thread of its own.
fn accept_clients(listener: &TcpListener) -> ! {
    let connections = Connections::default();
    serve::each_client(listener, move |conn| {
        console::log("somebody has connected");
        let mut messages = text::Reader::new(&conn);
        text::send(&conn, "Hello! What is your name?")?;
        let Some(cid) = messages.receive()? else {
            return Ok(());
        };
        handle_client(&conn, text::printable(&cid).trim(), &mut messages, &connections)
    })
}

/// Lets a client into the room, passes on what it says, and lets it out.
fn handle_client(
    conn: &Arc<TcpStream>,
    cid: &str,
    messages: &mut text::Reader,
    connections: &Connections,
) -> io::Result<()> {
    if !(1..=32).contains(&cid.chars().count()) {
        return text::send(conn, "You need a name of 1 to 32 characters to come in. Goodbye.");
    }
    if !enter(conn, cid, connections)? {
        return text::send(conn, &format!("Somebody is called {cid} already. Goodbye."));
    }
    console::log(&format!("{cid} has come"));
    broadcast(&format!("* {cid} has come"), cid, connections);
    let result = pass_on(cid, messages, connections);
    leave(cid, connections);
    broadcast(&format!("* {cid} has left"), cid, connections);
    console::log(&format!("{cid} has left"));
    result
}

/// Welcomes the client and puts it into the dictionary. `false`: its name is taken.
fn enter(conn: &Arc<TcpStream>, cid: &str, connections: &Connections) -> io::Result<bool> {
    // TODO 1 of 4: put the client into the dictionary, unless its name is taken.
    //   Send it a welcome before you put it there: then nothing else can come before that.
    //   `false` means that the name is taken.
    //   https://doc.rust-lang.org/std/collections/struct.HashMap.html#method.contains_key
    //   https://doc.rust-lang.org/std/sync/struct.Arc.html#method.clone
    todo!()
}

/// Sends a message to all clients but the one with this identification.
///
/// The lock is held while everybody is written to: so all hear what is said in one order, and no two messages
/// get mixed up on their way. But a client that does not read, and whose socket is full, holds up everybody:
/// milestone 3 mends that.
fn broadcast(msg: &str, cid: &str, connections: &Connections) {
    // TODO 2 of 4: send the message to everybody in the dictionary, but not to `cid`.
    //   https://doc.rust-lang.org/std/collections/struct.HashMap.html#method.iter
    todo!()
}

/// Passes on what the client says, until it has left.
fn pass_on(cid: &str, messages: &mut text::Reader, connections: &Connections) -> io::Result<()> {
    // TODO 3 of 4: broadcast each message with its sender's name, as `alice: hello`.
    //   https://doc.rust-lang.org/std/macro.format.html
    todo!()
}

/// Takes the client out of the dictionary: its name is free again.
fn leave(cid: &str, connections: &Connections) {
    // TODO 4 of 4: take the client out of the dictionary.
    //   https://doc.rust-lang.org/std/collections/struct.HashMap.html#method.remove
    todo!()
}

//! # Milestone 2: a chat room: the server

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
    let mut connections = serve::lock(connections);
    let is_taken = connections.contains_key(cid);
    if is_taken {
        return Ok(false);
    }
    let name = cid.to_string();
    text::send(conn, &("Welcome, ".to_string() + cid))?;
    let before = connections.insert(name, Arc::clone(conn));
    Ok(before.is_none())
}

/// Sends a message to all clients but the one with this identification.
///
/// The lock is held while everybody is written to: so all hear what is said in one order, and no two messages
/// get mixed up on their way. But a client that does not read, and whose socket is full, holds up everybody:
/// milestone 3 mends that.
fn broadcast(msg: &str, cid: &str, connections: &Connections) {
    let connections = serve::lock(connections);
    for name in connections.keys() {
        if name != cid {
            let conn = &connections[name];
            let _ = text::send(conn, msg);
        }
    }
}

/// Passes on what the client says, until it has left.
fn pass_on(cid: &str, messages: &mut text::Reader, connections: &Connections) -> io::Result<()> {
    let mut next = messages.receive()?;
    while let Some(message) = &next {
        let mut line = cid.to_string();
        line.push_str(": ");
        line.push_str(message);
        broadcast(&line, cid, connections);
        next = messages.receive()?;
    }
    Ok(())
}

/// Takes the client out of the dictionary: its name is free again.
fn leave(cid: &str, connections: &Connections) {
    serve::lock(connections).remove(cid);
}

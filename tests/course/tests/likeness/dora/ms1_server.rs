//! # Milestone 1: capitals for many: the server

use chatlings::text;
use std::collections::HashMap;
use std::io;
use std::net::TcpStream;
use std::process::ExitCode;
use std::sync::Mutex;

use chatlings::args::{self, ServerArgs};
use chatlings::{console, ports, serve};

/// The connected clients: the socket of each, under its id.
#[derive(Default)]
struct Clients {
    last_id: u64,
    sockets: HashMap<u64, TcpStream>,
}

fn main() -> ExitCode {
    let args: ServerArgs =
        args::parse("Sends messages back in capitals, to any number of clients", ports::MS1);
    console::report(run(&args.address()))
}

fn run(address: &str) -> io::Result<()> {
    let listener = serve::listen(address)?;
    println!("listening on {}", listener.local_addr()?);
    let clients = Mutex::new(Clients::default());
    serve::each_client(&listener, move |client| serve_client(&client, &clients))
}

/// Keeps the client's socket for as long as it talks, and logs that it comes and goes.
fn serve_client(client: &TcpStream, clients: &Mutex<Clients>) -> io::Result<()> {
    let id = add(client, clients)?;
    console::log(&format!("client {id} has come"));
    let result = talk(client);
    remove(id, clients);
    console::log(&format!("client {id} has left"));
    result
}

/// Keeps a handle to the client's socket under an id that no other client has had.
fn add(client: &TcpStream, clients: &Mutex<Clients>) -> io::Result<u64> {
    let copy = client.try_clone()?;
    let mut clients = serve::lock(clients);
    let id = clients.last_id + 1;
    clients.sockets.insert(id, copy);
    clients.last_id = id;
    Ok(id)
}

/// Sends each message back in capitals, until `CLOSE SOCKET`, or until the client has left.
fn talk(client: &TcpStream) -> io::Result<()> {
    let mut reader = text::Reader::new(client);
    loop {
        match reader.receive()? {
            Some(m) if m.contains("CLOSE SOCKET") => return Ok(()),
            Some(m) => text::send(client, &m.to_uppercase())?,
            None => return Ok(()),
        }
    }
}

/// Forgets the client. Its connection stays open for as long as any handle to it is kept.
fn remove(id: u64, clients: &Mutex<Clients>) {
    let mut clients = serve::lock(clients);
    clients.sockets.remove(&id);
}

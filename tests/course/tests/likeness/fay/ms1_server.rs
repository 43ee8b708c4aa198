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
    let second = client.try_clone();
    match second {
        Err(error) => Err(error),
        Ok(second) => {
            let mut all = serve::lock(clients);
            all.last_id += 1;
            let new_id = all.last_id;
            all.sockets.insert(new_id, second);
            Ok(new_id)
        }
    }
}

/// Sends each message back in capitals, until `CLOSE SOCKET`, or until the client has left.
fn talk(client: &TcpStream) -> io::Result<()> {
    let mut messages = text::Reader::new(client);
    loop {
        let message = match messages.receive()? {
            Some(message) => message,
            None => break,
        };
        let is_last = message.contains("CLOSE SOCKET");
        if is_last {
            break;
        }
        text::send(client, message.to_uppercase().as_str())?;
    }
    Ok(())
}

/// Forgets the client. Its connection stays open for as long as any handle to it is kept.
fn remove(id: u64, clients: &Mutex<Clients>) {
    let mut all = serve::lock(clients);
    if all.sockets.remove(&id).is_none() {
        console::log(&format!("client {id} was not there"));
    }
}

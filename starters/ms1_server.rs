//! # Milestone 1: capitals for many: the server
//!
//! Serve any number of clients at once, and never end: send each message back in
//! capitals, until a message with `CLOSE SOCKET` in it closes that connection. Keep the
//! socket of each connected client under a unique id.
//!
//! ## What to notice
//! - `serve::each_client` is your loop of 1.4, as a helper. Read it in `src/serve.rs`.
//! - All clients' threads use one dictionary. A `Mutex` lets only one of them have it at a
//!   time. `serve::lock` waits for it, and dropping the guard gives it back.
//! - Hold a lock for a few lines. A thread that talks with a client while it holds the
//!   lock holds up everybody else.
//! - `try_clone` makes a second handle to the *same* connection. The connection stays
//!   open until the last handle is dropped. So a client that is not removed can never be
//!   disconnected.
//!
//! ## Try it yourself
//! `cargo try ms1_server`, and `cargo try ms1_client` in two more terminals. End one with
//! `CLOSE SOCKET` and one with Ctrl-C, and start it again.

#![allow(dead_code, unused_mut, unused_variables)] // delete this line when the TODOs are done

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
    // TODO 1 of 3: keep a handle to the client's socket under the next id, and return the id.
    //   `let mut clients = serve::lock(clients);` waits for the dictionary.
    //   https://doc.rust-lang.org/std/net/struct.TcpStream.html#method.try_clone
    //   https://doc.rust-lang.org/std/collections/struct.HashMap.html#method.insert
    todo!()
}

/// Sends each message back in capitals, until `CLOSE SOCKET`, or until the client has left.
fn talk(client: &TcpStream) -> io::Result<()> {
    // TODO 2 of 3: send each message back in capitals, until one contains `CLOSE SOCKET`.
    //   That one gets no reply. The rest is what the server of milestone 0 does.
    //   https://doc.rust-lang.org/std/primitive.str.html#method.contains
    todo!()
}

/// Forgets the client. Its connection stays open for as long as any handle to it is kept.
fn remove(id: u64, clients: &Mutex<Clients>) {
    // TODO 3 of 3: take the client's socket out of the dictionary.
    //   https://doc.rust-lang.org/std/collections/struct.HashMap.html#method.remove
    todo!()
}

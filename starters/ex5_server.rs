//! # 2.1 The server operator
//!
//! Add an operator to the echo server: a person who types commands into the terminal
//! where the server runs. `num.users` displays how many clients are connected now;
//! anything else lists the commands.
//!
//! ## What to notice
//! - The server already waits for clients. To wait for the operator too, it needs one
//!   more thread.
//! - Two threads use the same registry. `Arc` lets both own it; inside, a `Mutex` lets
//!   only one at a time change it. Read `Registry` in `src/serve.rs`.
//! - A client must stop counting on *every* way out: `end`, leaving, and an error. That
//!   is what dropping a `Seat` does.
//! - When the operator's input ends (Ctrl-D), only the operator ends.
//!
//! ## Try it yourself
//! `cargo try ex5_server`, and `cargo try ex4_client` in two more terminals. Type
//! `num.users` into the server as they come and go; end one client with Ctrl-C.

#![allow(dead_code, unused_mut, unused_variables)] // delete this line when the TODOs are done

use std::io;
use std::net::TcpStream;
use std::process::ExitCode;
use std::sync::Arc;

use chatlings::args::{self, ServerArgs};
use chatlings::serve::{self, Registry};
use chatlings::{console, ports, text};

fn main() -> ExitCode {
    let args: ServerArgs =
        args::parse("Echoes messages, and answers its operator's `num.users`", ports::EX5);
    console::report(run(&args.address()))
}

fn run(address: &str) -> io::Result<()> {
    let listener = serve::listen(address)?;
    println!("listening on {}", listener.local_addr()?);
    let registry = Arc::new(Registry::new(usize::MAX));
    start_operator(Arc::clone(&registry))?;
    serve::each_client(&listener, move |client| count_while(&client, &registry))
}

/// Starts a thread that obeys the operator, while this one goes on to accept clients.
fn start_operator(registry: Arc<Registry>) -> io::Result<()> {
    // TODO 1 of 3: start a thread that calls `operate`.
    //   If `operate` returns an error, write a line to the log: `console::log(…)`. This needs
    //   `use std::thread;`.
    //   https://doc.rust-lang.org/std/thread/struct.Builder.html#method.spawn
    //   https://doc.rust-lang.org/std/sync/struct.Arc.html
    todo!()
}

/// Obeys the operator's commands until the end of input. The server goes on without an operator.
fn operate(registry: &Registry) -> io::Result<()> {
    // TODO 2 of 3: read the operator's commands, and obey them.
    //   While `console::read_line()?` gives a line: if it is `num.users`, print how many clients
    //   are connected (`registry.count()`), otherwise print which commands there are.
    //   https://doc.rust-lang.org/std/keyword.match.html
    todo!()
}

/// Talks with a client, who counts as connected as long as this lasts.
fn count_while(client: &TcpStream, registry: &Registry) -> io::Result<()> {
    // TODO 3 of 3: take a seat in the registry, and keep it while the client talks.
    //   `registry.join(client)` gives one; keep it in a variable, and call `talk(client)`. The
    //   seat is given back when its variable is dropped, at the end of the function. (`let _ = …`
    //   keeps nothing: the seat would be given back at once.)
    //   https://doc.rust-lang.org/std/ops/trait.Drop.html
    todo!()
}

/// Echoes each message until `end`, or until the client has left.
fn talk(client: &TcpStream) -> io::Result<()> {
    let mut messages = text::Reader::new(client);
    while let Some(message) = messages.receive()? {
        if message == "end" {
            break;
        }
        text::send(client, &message)?;
    }
    Ok(())
}

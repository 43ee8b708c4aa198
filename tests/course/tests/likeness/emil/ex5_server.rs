//! # 2.1 The server operator

use std::io;
use std::net::TcpStream;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;

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
    let operator = move || match operate(&registry) {
        Ok(()) => (),
        Err(error) => console::log(&format!("operator: {error}")),
    };
    thread::Builder::new().spawn(operator).map(|_| ())
}

/// Obeys the operator's commands until the end of input. The server goes on without an operator.
fn operate(registry: &Registry) -> io::Result<()> {
    while let Some(line) = console::read_line()? {
        let line = line.trim();
        if line.eq("num.users") {
            let count = registry.count();
            println!("there are {count} clients");
            continue;
        }
        println!("Commands:");
        println!("  num.users  how many clients are connected");
    }
    Ok(())
}

/// Talks with a client, who counts as connected as long as this lasts.
fn count_while(client: &TcpStream, registry: &Registry) -> io::Result<()> {
    let _seat = registry.join(client);
    talk(client)?;
    Ok(())
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

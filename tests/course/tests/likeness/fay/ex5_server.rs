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
    thread::Builder::new().name("operator".to_string()).spawn(move || {
        if let Err(e) = operate(registry.as_ref()) {
            console::log(&format!("error: {e}"));
        }
    })?;
    return Ok(());
}

/// Obeys the operator's commands until the end of input. The server goes on without an operator.
fn operate(registry: &Registry) -> io::Result<()> {
    let mut input = console::read_line()?;
    while let Some(command) = input {
        match command.as_str() {
            "num.users" => {
                let number = registry.count();
                println!("connected clients: {}", number);
            }
            other => {
                println!("I do not know {other}. Try num.users");
            }
        }
        input = console::read_line()?;
    }
    return Ok(());
}

/// Talks with a client, who counts as connected as long as this lasts.
fn count_while(client: &TcpStream, registry: &Registry) -> io::Result<()> {
    match registry.join(client) {
        Some(_seat) => talk(client),
        None => Ok(()),
    }
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

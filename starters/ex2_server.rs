//! # 1.2 A client, and a reply: the server
//!
//! Let the server of 1.1 send the message back to the client before it ends.
//!
//! ## What to notice
//! - A stream goes both ways: what is written at one end can be read at the other.
//! - `write` may take only some of the bytes; `write_all` goes on until all are sent.
//! - From here on, `serve::listen` does the listening. Read it in `src/serve.rs`: it is
//!   your `bind` of 1.1, with an error message of its own.
//!
//! ## Try it yourself
//! `cargo try ex2_server`, and `telnet 127.0.0.1 8080` in another terminal. Then try your
//! own client: `cargo try ex2_client`.

#![allow(dead_code, unused_mut, unused_variables)] // delete this line when the TODOs are done

use std::io::{self, Read};
use std::net::TcpStream;
use std::process::ExitCode;

use chatlings::args::{self, ServerArgs};
use chatlings::{console, ports, serve};

fn main() -> ExitCode {
    let args: ServerArgs = args::parse("Prints one message, sends it back, and ends", ports::EX2);
    console::report(run(&args.address()))
}

fn run(address: &str) -> io::Result<()> {
    let listener = serve::listen(address)?;
    println!("listening on {}", listener.local_addr()?);
    let (client, _address) = listener.accept()?;
    let message = receive(&client)?;
    println!("{message}");
    reply(&client, &message)
}

/// Waits for bytes from the client, and makes text of them.
fn receive(mut client: &TcpStream) -> io::Result<String> {
    let mut buffer = [0; 1024];
    let count = client.read(&mut buffer)?;
    if count == 0 {
        return Err(io::Error::other("the client left without a message"));
    }
    let text = String::from_utf8_lossy(&buffer[..count]);
    Ok(text.trim_end().to_string())
}

/// Sends the message back, with a line break behind it.
fn reply(mut client: &TcpStream, message: &str) -> io::Result<()> {
    // TODO 1 of 1: send the message and a line break, `\n`.
    //   `format!` puts the two together, for one `write_all`. Writing needs `Write` beside `Read` in
    //   the `use` line.
    //   https://doc.rust-lang.org/std/io/trait.Write.html#method.write_all
    todo!()
}

//! # 2.3 A handshake: the client
//!
//! Let the client receive the handshake before anything else, display its id, and send
//! its messages under that id. If the server refuses it, it says so and ends.
//!
//! ## What to notice
//! - A refusal has an `id` field as well, but its value means nothing. Look at `error`
//!   first.
//! - The server may also leave before it has said anything. That is an error too, but a
//!   different one.
//!
//! ## Try it yourself
//! `cargo try ex7_server -- --max-clients 1`, and `cargo try ex7_client` in two more
//! terminals.

#![allow(dead_code, unused_mut, unused_variables)] // delete this line when the TODOs are done

use std::io;
use std::net::TcpStream;
use std::process::ExitCode;

use chatlings::args::{self, ClientArgs};
use chatlings::proto::Message;
use chatlings::{console, frame, ports, serve};

fn main() -> ExitCode {
    let args: ClientArgs = args::parse(
        "Gets an id from the server, then sends lines under it, until `end`",
        ports::EX7,
    );
    console::report(run(&args.address()))
}

fn run(address: &str) -> io::Result<()> {
    let server = serve::connect(address)?;
    let id = shake_hands(&server)?;
    console::show(&format!("your id is {id}"));
    loop {
        // The end of input (Ctrl-D) says `end` for the user.
        let line = console::read_line()?.unwrap_or("end".to_string());
        let message = compose(id, line);
        frame::send(&server, &message)?;
        if message.msg == "end" {
            return Ok(());
        }
        show_reply(&server)?;
    }
}

/// Waits for the handshake, and returns the id that the server has given.
fn shake_hands(server: &TcpStream) -> io::Result<i64> {
    // TODO 1 of 2: receive the handshake, and return the id in it.
    //   If its `error` is true, return the error "the server refused the connection". If there is
    //   no handshake, return the error "the server left before the handshake". This needs
    //   `FastHandshake` in a `use` line.
    //   https://doc.rust-lang.org/std/keyword.match.html
    todo!()
}

/// Makes a message from a line that the user typed.
fn compose(id: i64, line: String) -> Message {
    // TODO 2 of 2: return a `Message` from `id` to 0 that says `line`.
    //   https://doc.rust-lang.org/book/ch05-01-defining-structs.html
    todo!()
}

/// Waits for the server's reply, and displays it with its sender.
fn show_reply(server: &TcpStream) -> io::Result<()> {
    let Some(reply) = frame::receive::<Message>(server)? else {
        return Err(io::Error::other("the server has closed the connection"));
    };
    console::show(&format!("{}: {}", reply.from, reply.msg));
    Ok(())
}

//! # 2.2 Structured messages: the server
//!
//! Let the echo server speak in protobuf messages instead of lines: receive a
//! `Message`, send it back unchanged, until its `msg` is `end`.
//!
//! ## What to notice
//! - `proto/chat.proto` says what a message is made of. The Rust struct is generated
//!   from it when the crate is built: `Message { from, to, msg }`.
//! - An encoded message may contain any byte, so no line break can end it. A *frame*
//!   says first how long it is: 4 bytes, the most significant one first (big-endian),
//!   then the message. The length does not count its own 4 bytes.
//! - One `read` brings what has arrived, which may be half a frame, or two.
//!   `read_exact` waits for as many bytes as the buffer holds.
//! - The other side may claim any length, up to 4 GiB. Check it before you take memory
//!   for it.
//! - If a frame is cut off or too long, or its bytes do not decode, that connection ends,
//!   with an error in the log. Return the error: `serve::each_client`, which is your loop
//!   of 1.4, logs it.
//!
//! ## Try it yourself
//! `cargo try ex6_server`, and `cargo try ex6_client` in another terminal. Telnet cannot
//! speak this any more, but see what the server makes of a line that you type there.

#![allow(dead_code, unused_mut, unused_variables)] // delete this line when the TODOs are done

use std::io;
use std::net::TcpStream;
use std::process::ExitCode;

use chatlings::args::{self, ServerArgs};
use chatlings::proto::Message;
use chatlings::{console, ports, serve};

/// The longest message that is received, in bytes.
const LONGEST: usize = 1024 * 1024;

fn main() -> ExitCode {
    let args: ServerArgs =
        args::parse("Echoes protobuf messages, for each client until `end`", ports::EX6);
    console::report(run(&args.address()))
}

fn run(address: &str) -> io::Result<()> {
    let listener = serve::listen(address)?;
    println!("listening on {}", listener.local_addr()?);
    serve::each_client(&listener, |client| talk(&client))
}

/// Echoes each message until one says `end`, or until the client has left.
fn talk(client: &TcpStream) -> io::Result<()> {
    while let Some(message) = receive(client)? {
        if message.msg == "end" {
            break;
        }
        send(client, &message)?;
    }
    Ok(())
}

/// Receives one message. `None`: the client has left.
fn receive(client: &TcpStream) -> io::Result<Option<Message>> {
    match receive_length(client)? {
        Some(length) => receive_body(client, length).map(Some),
        None => Ok(None),
    }
}

/// Receives the 4 bytes that say how long the message is. `None`: the client left before them.
fn receive_length(mut client: &TcpStream) -> io::Result<Option<usize>> {
    // TODO 1 of 3: receive 4 bytes, and turn them into a number.
    //   Read the first with `read`: if nothing comes, return `Ok(None)`. Read the other three
    //   with `read_exact`. This needs `use std::io::Read;`.
    //   https://doc.rust-lang.org/std/io/trait.Read.html#method.read_exact
    //   https://doc.rust-lang.org/std/primitive.u32.html#method.from_be_bytes
    todo!()
}

/// Receives a message of `length` bytes.
fn receive_body(mut client: &TcpStream, length: usize) -> io::Result<Message> {
    // TODO 2 of 3: receive that many bytes, and decode them.
    //   Return an error if `length` is more than `LONGEST`. To decode:
    //   `Message::decode(&body[..])?`, with `use prost::Message as _;`.
    //   https://doc.rust-lang.org/std/io/struct.Error.html#method.other
    todo!()
}

/// Sends one message: its length, then the message itself.
fn send(mut client: &TcpStream, message: &Message) -> io::Result<()> {
    // TODO 3 of 3: send the length as 4 bytes, and the encoded message.
    //   `message.encode_to_vec()` encodes it. The length is big-endian, and both go out in one
    //   `write_all`: in two, the message would wait until its length was acknowledged.
    //   https://doc.rust-lang.org/std/primitive.u32.html#method.to_be_bytes
    todo!()
}

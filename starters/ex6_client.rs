//! # 2.2 Structured messages: the client
//!
//! Let the client send each line as a `Message`, from the sender `--from` to `--to`,
//! and display the reply with its sender: `7: hello`.
//!
//! ## What to notice
//! - What you wrote in the server is a helper now: `frame::send` and `frame::receive`.
//!   Compare yours with `src/frame.rs`: what does it do that yours does not?
//! - A field that has its default (0, or an empty text) takes no bytes at all. A message
//!   with only defaults is a frame of length 0.
//!
//! ## Try it yourself
//! `cargo try ex6_server`, and `cargo try ex6_client -- --from 7` in another terminal.

#![allow(dead_code, unused_mut, unused_variables)] // delete this line when the TODOs are done

use std::io;
use std::net::TcpStream;
use std::process::ExitCode;

use chatlings::args::{self, ClientArgs};
use chatlings::proto::Message;
use chatlings::{console, frame, ports, serve};
use clap::Parser;

#[derive(Parser)]
struct Args {
    #[command(flatten)]
    client: ClientArgs,

    /// Number of the sender
    #[arg(long, value_name = "ID", default_value_t = 1, allow_negative_numbers = true)]
    from: i64,

    /// Number of the receiver
    #[arg(long, value_name = "ID", default_value_t = 0, allow_negative_numbers = true)]
    to: i64,
}

fn main() -> ExitCode {
    let args: Args = args::parse(
        "Sends lines as protobuf messages and displays the replies, until `end`",
        ports::EX6,
    );
    console::report(run(&args))
}

fn run(args: &Args) -> io::Result<()> {
    let server = serve::connect(&args.client.address())?;
    loop {
        // The end of input (Ctrl-D) says `end` for the user.
        let line = console::read_line()?.unwrap_or("end".to_string());
        let message = compose(args, line);
        frame::send(&server, &message)?;
        if message.msg == "end" {
            return Ok(());
        }
        show_reply(&server)?;
    }
}

/// Makes a message from a line that the user typed.
fn compose(args: &Args, line: String) -> Message {
    // TODO 1 of 2: return a `Message` from `args.from` to `args.to` that says `line`.
    //   https://doc.rust-lang.org/book/ch05-01-defining-structs.html
    todo!()
}

/// Waits for the server's reply, and displays it with its sender.
fn show_reply(server: &TcpStream) -> io::Result<()> {
    // TODO 2 of 2: receive the reply, and display its sender and its text.
    //   `frame::receive::<Message>(server)?` receives it. `None` means that the server has left:
    //   return the error "the server has closed the connection". To display: `console::show`.
    //   https://doc.rust-lang.org/std/macro.format.html
    todo!()
}

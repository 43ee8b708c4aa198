//! # 2.2 Structured messages: the client

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
    Message { from: args.from, to: args.to, msg: line }
}

/// Waits for the server's reply, and displays it with its sender.
fn show_reply(server: &TcpStream) -> io::Result<()> {
    let Some(reply) = frame::receive::<Message>(server)? else {
        return Err(io::Error::other("the server has closed the connection"));
    };
    console::show(&format!("{}: {}", reply.from, reply.msg));
    Ok(())
}

//! Scenes of 1.1 a server for one message.
//!
//! - The handout (assignment 1, exercise 1) asks for a server that accepts one connection, "receives a text message,
//!   prints the message, and then terminates", and tells its reader to try it with `telnet`, which sends whole lines.
//!   So much is asked of any program: the first check.
//! - The starter asks for more: that a client which leaves without a word and a port that is taken are reported, and
//!   that a message needs no line break. To programs in other languages, these are bonuses.

use crate::course::step::Check;
use crate::stage::expected::containing;
use crate::stage::stage::Stage;
use crate::stage::stop::Scene;

pub const CHECKS: &[Check] = &[
    Check::server(
        "prints_the_message_and_ends",
        "prints the message and ends",
        prints_the_message_and_ends,
    )
    .worth(4)
    .look(
        "the calls after `accept`: one `read`, not until the client leaves, one `println!`, the \
         end.",
    ),
    Check::server(
        "a_client_that_leaves_silently",
        "a client that leaves silently is reported",
        a_client_that_leaves_silently,
    )
    .worth(1)
    .bonus_of_others()
    .look("what `read` returns when the client has left: 0 bytes, which is not an error."),
    Check::server(
        "a_message_without_a_newline",
        "a message without a newline counts too",
        a_message_without_a_newline,
    )
    .worth(2)
    .bonus_of_others()
    .look(
        "where the message ends: `read` says how many bytes came; there need not be a line break.",
    ),
    Check::server("a_taken_port", "a taken port is reported", a_taken_port)
        .worth(1)
        .bonus_of_others()
        .look("`bind`: does it get the address as given, and does its caller get the error?"),
    Check::server(
        "bytes_that_are_no_text",
        "bytes that are not text are shown all the same",
        bytes_that_are_no_text,
    )
    .bonus()
    .look(
        "how bytes become text: `String::from_utf8_lossy` puts a \u{fffd} where they are not text.",
    ),
];

pub const HINTS: &[&str] = &[
    "A server does four things one after the other: it takes a port, waits for somebody to call, \
     listens to what they say, and repeats it on the screen. Which call of the standard library does \
     each of them, and what does each give back?",
    "`TcpListener::bind(address)` takes the port. `listener.accept()` waits, and gives a `TcpStream` \
     and the address of the client. The stream can be read from: `use std::io::Read`.",
    "`read` fills a buffer that you provide and says how many bytes came: `let mut buffer = [0; 1024]; \
     let count = client.read(&mut buffer)?;`. Only `&buffer[..count]` is the message; \
     `String::from_utf8_lossy` makes text of it. A count of 0 means that the client has left: return \
     `Err(io::Error::other(\"the client left without a message\"))`.",
];

fn prints_the_message_and_ends(stage: &Stage) -> Scene {
    let server = stage.starts_server()?;
    let alice = stage.connects("alice")?;
    let message = format!("{} and {}", stage.word(), stage.word());
    alice.says(&message)?;
    server.prints(&message)?;
    server.exits(0)?;
    server.printed_nothing_else()
}

fn a_client_that_leaves_silently(stage: &Stage) -> Scene {
    let server = stage.starts_server()?;
    let alice = stage.connects("alice")?;
    alice.leaves();
    server.gives_up()
}

fn a_message_without_a_newline(stage: &Stage) -> Scene {
    let server = stage.starts_server()?;
    let alice = stage.connects("alice")?;
    let word = stage.word();
    alice.sends_raw(word.as_bytes(), &format!("{word} (no newline)"))?;
    server.prints(&word)?;
    server.exits(0)
}

fn bytes_that_are_no_text(stage: &Stage) -> Scene {
    let server = stage.starts_server()?;
    let alice = stage.connects("alice")?;
    let word = stage.word();
    alice.sends_raw(
        &[word.as_bytes(), b"\xff!\n"].concat(),
        &format!("{word}, the byte ff, and !"),
    )?;
    server.prints(containing(&word))?;
    server.exits(0)
}

fn a_taken_port(stage: &Stage) -> Scene {
    let server = stage.starts_server_on_taken_port()?;
    server.gives_up_at_start()
}

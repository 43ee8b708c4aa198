//! Scenes of 1.1 a server for one message.
//!
//! - The handout (assignment 1, exercise 1) asks for a server that accepts one connection, "receives a text message,
//!   prints the message, and then terminates", and tells its reader to try it with `telnet`, which sends whole lines.
//!   So much is asked of any program: the first check.
//! - The starter asks for more: that a client which leaves without a word and a port that is taken are reported, and
//!   that a message needs no line break. To programs in other languages, these are bonuses.

use crate::course::step::{Check, Row};
use crate::stage::expected::containing;
use crate::stage::peer::Peer;
use crate::stage::stage::Stage;
use crate::stage::stop::{Scene, another_check_is_about_that};

pub const ROW: Row = Row {
    id: "ex1",
    shown: "prints_the_message_and_ends",
    programs: &["ex1_server"],
    probes: &[],
    is_own: false,
    checks: CHECKS,
    pair_checks: &[],
};

const CHECKS: &[Check] = &[
    Check::server("prints_the_message_and_ends", prints_the_message_and_ends).worth(4),
    Check::server("a_client_that_leaves_silently", a_client_that_leaves_silently)
        .worth(1)
        .bonus_of_others(),
    Check::server("a_message_without_a_newline", a_message_without_a_newline)
        .worth(2)
        .bonus_of_others(),
    Check::server("a_taken_port", a_taken_port).worth(1).bonus_of_others(),
    Check::server("bytes_that_are_no_text", bytes_that_are_no_text).bonus(),
];

fn prints_the_message_and_ends(stage: &Stage) -> Scene {
    let server = stage.starts_server()?;
    let alice = stage.connects("alice")?;
    let message = format!("{} and {}", stage.word(), stage.word());
    alice.says(&message)?;
    server.prints(&message)?;
    ends_first(stage, &alice)?;
    server.exits(0)?;
    server.printed_nothing_else()
}

/// A foreign server may end only when its client closes the connection too, which a client does when the server has.
fn ends_first(stage: &Stage, alice: &Peer) -> Scene {
    if stage.is_foreign() {
        let is_closed = alice.is_disconnected();
        if is_closed.is_ok() {
            alice.leaves();
        }
        another_check_is_about_that(is_closed)?;
    }
    Ok(())
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
    ends_first(stage, &alice)?;
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

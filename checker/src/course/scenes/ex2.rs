//! Scenes of 1.2 a client, and a reply.
//!
//! - The handout (assignment 1, exercise 2) asks for a client that "reads a user text input and sends it to the server",
//!   receives the server's reply, and displays it. What the reply is, it does not say: "Message received" is one, and so
//!   is what a user types at the server. Whether either program ends after it, and what marks the end of a message, is
//!   open. So programs in other languages are sent whole lines, and any one reply will do.
//! - That a client cannot connect before the server runs is a fact that it mentions; it does not ask the client to
//!   report it. The starters do. They also ask that the reply is the same message, that the server shows it, and that
//!   both programs end. To others, what can be played of this is a bonus.

use crate::course::scenes::common;
use crate::course::scenes::pair::replies as pair_replies;
use crate::course::scenes::rooms::a_short_time;
use crate::course::step::{Check, Row};
use crate::stage::peer::Peer;
use crate::stage::program::Program;
use crate::stage::stage::{Listener, Stage};
use crate::stage::stop::{Scene, Stop};

pub const ROW: Row = Row {
    id: "ex2",
    shown: "the_client_talks",
    programs: &["ex2_server", "ex2_client"],
    probes: &[],
    is_own: false,
    checks: CHECKS,
    pair_checks: pair_replies::EX2,
};

const CHECKS: &[Check] = &[
    Check::server("the_server_echoes", the_server_echoes).worth(3),
    Check::server("the_server_shows_and_ends", the_server_shows_and_ends)
        .worth(1)
        .bonus_of_others(),
    Check::client("the_client_talks", the_client_talks).worth(3),
    Check::client("the_client_ends", the_client_ends).worth(1).bonus_of_others(),
    Check::client("a_client_without_a_server", a_client_without_a_server)
        .worth(2)
        .bonus_of_others(),
    Check::client("a_reply_without_a_newline", a_reply_without_a_newline)
        .worth(2)
        .bonus_of_others(),
    Check::client("a_server_without_a_reply", a_server_without_a_reply).worth(1).only_ours(),
    Check::client("the_line_is_one_write", the_line_is_one_write).worth(1).only_ours(),
];

fn the_server_echoes(stage: &Stage) -> Scene {
    let server = stage.starts_server()?;
    let alice = common::comes(stage, "alice")?;
    let word = stage.word();
    alice.says(&word)?;
    is_answered(stage, &server, &alice, &word)
}

/// Waits for the reply. In another language, it may be typed by a user at the server.
fn is_answered(stage: &Stage, server: &Program, alice: &Peer, word: &str) -> Scene {
    if stage.is_foreign() {
        match alice.hears_nothing_for(stage.patience() / 4) {
            Ok(()) => server.types("Message received"),
            Err(Stop::Fails(_)) => (), // it has replied by itself
            Err(other) => return Err(other),
        }
    }
    alice.hears(common::echo(word)).map(drop)
}

fn the_server_shows_and_ends(stage: &Stage) -> Scene {
    let server = stage.starts_server()?;
    let alice = common::comes(stage, "alice")?;
    let word = stage.word();
    alice.says(&word)?;
    server.prints(&word)?;
    is_answered(stage, &server, &alice, &word)?;
    alice.is_disconnected()?;
    server.exits(0)
}

fn the_client_talks(stage: &Stage) -> Scene {
    let listener = stage.plays_server()?;
    let (_alice, server) = a_client_gets_its_reply(stage, &listener)?;
    server.has_heard_all()
}

fn the_client_ends(stage: &Stage) -> Scene {
    let listener = stage.plays_server()?;
    let (alice, _server) = a_client_gets_its_reply(stage, &listener)?;
    alice.exits(0)?;
    alice.printed_nothing_else()
}

fn a_client_gets_its_reply(stage: &Stage, listener: &Listener) -> Result<(Program, Peer), Stop> {
    let alice = stage.starts_client("alice")?;
    // The reply is another word, so that a client which shows what was typed does not pass.
    let (typed, reply) = (stage.message(), stage.word());
    let server = types_and_accepts(stage, listener, &alice, &typed)?;
    server.hears(&typed)?;
    server.says(&reply)?;
    // A foreign client may show what has come when its server, which has nothing more to say, closes the connection.
    if stage.is_foreign() && alice.keeps_back(&reply, a_short_time(stage))? {
        server.leaves();
    }
    alice.prints(&reply)?;
    Ok((alice, server))
}

/// Lets the user type, and the client connect: in which order it does that is open.
fn types_and_accepts(
    stage: &Stage,
    listener: &Listener,
    alice: &Program,
    typed: &str,
) -> Result<Peer, Stop> {
    if stage.is_foreign() {
        return common::accepts_and_types(stage, listener, || alice.types(typed));
    }
    alice.types(typed);
    listener.accepts("alice")
}

fn a_client_without_a_server(stage: &Stage) -> Scene {
    if stage.is_foreign() {
        // What ends without a server may not be a client at all. This one is.
        let listener = stage.plays_server()?;
        let (_alice, server) = a_client_gets_its_reply(stage, &listener)?;
        server.resets(); // so that its port is free again at once
    }
    let _port = stage.nobody_listens()?;
    let alice = stage.starts_client("alice")?;
    alice.types(&stage.word());
    alice.gives_up_at_start()
}

fn a_reply_without_a_newline(stage: &Stage) -> Scene {
    let listener = stage.plays_server()?;
    let alice = stage.starts_client("alice")?;
    let (typed, reply) = (stage.word(), stage.word());
    let server = types_and_accepts(stage, &listener, &alice, &typed)?;
    server.hears(&typed)?;
    server.sends_raw(reply.as_bytes(), &format!("{reply} (no newline)"))?;
    alice.prints(&reply).map(drop)
}

fn a_server_without_a_reply(stage: &Stage) -> Scene {
    let listener = stage.plays_server()?;
    let alice = stage.starts_client("alice")?;
    let typed = stage.word();
    alice.types(&typed);
    let server = listener.accepts("alice")?;
    server.hears(&typed)?;
    server.leaves();
    alice.gives_up()
}

fn the_line_is_one_write(stage: &Stage) -> Scene {
    let listener = stage.plays_server()?;
    let alice = stage.starts_client("alice")?;
    let server = listener.accepts("alice")?;
    let pieces = server.counts_pieces();
    let typed = stage.word();
    alice.types(&typed);
    let lines = |bytes: &[u8]| bytes.iter().filter(|byte| **byte == b'\n').count();
    server.hears_in_one_piece(pieces, "the line and its line break", lines)?;
    server.hears(&typed).map(drop)
}

//! Scenes of milestone 1: capitals for many.
//!
//! - The handout (milestone 1) asks that clients "chat with the server at any time", each gets "the same message" back
//!   in capitals, by threads for "N clients at the same time", whose connections are independent. A connection stays
//!   open until its client sends a message that "contains CLOSE SOCKET", and the server "WILL NEVER TERMINATE": anyone
//!   who has left can come again.
//! - In the handout's own code it says "if the message was", and its client is open "until sending CLOSE SOCKET". So just
//!   these words are asked of programs in other languages; a longer message with them in it is a bonus. What marks the
//!   end of a message is open: they are sent whole lines, and the closing words in whatever form they know them. So is
//!   whether a server answers these, and its client waits for that.
//! - That the server keeps an id for each client cannot be seen from outside. The starter has it logged.
//! - That nothing is left of those who have gone, and other alphabets: these the starter asks for, and not the handout.

use crate::course::scenes::common;
use crate::course::scenes::pair::replies as pair_replies;
use crate::course::step::{Check, Row};
use crate::stage::expected::Expected;
use crate::stage::peer::Peer;
use crate::stage::program::Program;
use crate::stage::show::quoted;
use crate::stage::stage::Stage;
use crate::stage::stop::{Scene, Stop};
use crate::stage::transcript::Mark;

pub const ROW: Row = Row {
    id: "ms1",
    shown: "close_socket",
    programs: &["ms1_server", "ms1_client"],
    probes: &[],
    is_own: false,
    checks: CHECKS,
    pair_checks: pair_replies::MS1,
};

const CHECKS: &[Check] = &[
    Check::server("each_its_own", each_its_own).worth(3),
    Check::server("knows_other_alphabets", knows_other_alphabets).worth(1).bonus_of_others(),
    Check::server("fifty_clients", fifty_clients).worth(3),
    Check::server("a_silent_client", a_silent_client).worth(3),
    Check::server("close_socket", close_socket).worth(2),
    Check::server("close_socket_among_other_words", close_socket_among_other_words)
        .worth(1)
        .bonus_of_others(),
    Check::server("a_client_dies", a_client_dies).worth(2),
    Check::server("two_hundred_clients", two_hundred_clients).worth(2).bonus_of_others(),
    Check::client("the_client_talks", the_client_talks).worth(2),
    Check::client("a_line_that_contains_close_socket", a_line_that_contains_close_socket)
        .worth(1)
        .bonus_of_others(),
    common::MESSAGES_IN_ANY_FORM.worth(1).only_ours(),
    Check::server("an_id_of_its_own", an_id_of_its_own).worth(1).only_ours(),
    Check::server("a_client_that_stops_reading", a_client_that_stops_reading).bonus(),
    Check::server("waiting_costs_nothing", waiting_costs_nothing).bonus(),
    common::REPLIES_IN_ANY_FORM.worth(1).only_ours(),
    common::NOTICES_THE_END.worth(1).only_ours(),
    common::A_LONG_REPLY.bonus(),
    Check::client("the_end_of_input_closes", the_end_of_input_closes).worth(1).bonus_of_others(),
];

fn is_answered(stage: &Stage, peer: &Peer) -> Scene {
    common::is_answered(stage, peer, reply)
}

/// The reply to a word. One in a program in another language that is not all in capitals costs the check that is about
/// that, and no other.
fn reply(word: &str) -> Expected<'static> {
    let (first, rest) = word.split_at_checked(1).unwrap_or_default();
    let capitalized = first.to_uppercase() + &rest.to_lowercase();
    common::capitals(word).or_of_others(word).or_of_others(capitalized)
}

fn a_client_that_stops_reading(stage: &Stage) -> Scene {
    common::a_client_that_stops_reading(stage, reply)
}

fn waiting_costs_nothing(stage: &Stage) -> Scene {
    common::waiting_costs_nothing(stage, reply)
}

fn the_end_of_input_closes(stage: &Stage) -> Scene {
    common::the_end_of_input_closes(stage, "CLOSE SOCKET")
}

fn each_its_own(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    let alice = stage.connects("alice")?;
    is_answered(stage, &alice)?;
    let bob = stage.connects("bob")?;
    is_answered(stage, &bob)?;
    is_answered(stage, &alice)?;
    // Some are capitals already.
    let message = |word: String| if stage.is_foreign() { format!("The {word}") } else { word };
    let (one, other) = (message(stage.word()), message(stage.word()));
    alice.says(&one)?;
    bob.says(&other)?;
    bob.hears(&other.to_uppercase())?;
    alice.hears(&one.to_uppercase()).map(drop)
}

fn knows_other_alphabets(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    let alice = stage.connects("alice")?;
    let message = format!("{} on the straße", stage.word());
    alice.says(&message)?;
    alice.hears(&message.to_uppercase()).map(drop)
}

/// An id that is the number of clients, say, is given again when somebody has left.
fn an_id_of_its_own(stage: &Stage) -> Scene {
    let server = stage.starts_server()?;
    let (alice, _) = comes(stage, &server, "alice")?;
    let (_bob, of_bob) = comes(stage, &server, "bob")?;
    let before = server.log().len();
    server.logs_something_after(|| alice.leaves())?;
    note_log(stage, &server, before);
    let (_carol, of_carol) = comes(stage, &server, "carol")?;
    if of_bob != of_carol {
        return Ok(());
    }
    let of_bob = quoted(&of_bob);
    let message =
        format!("expected another line for carol than for bob, who is still there: {of_bob}");
    Err(Stop::fails("server", message))
}

/// Connects somebody, and returns what the server has logged of it.
fn comes(stage: &Stage, server: &Program, name: &str) -> Result<(Peer, String), Stop> {
    let before = server.log().len();
    let peer = stage.connects(name)?;
    is_answered(stage, &peer)?;
    let logged = note_log(stage, server, before);
    if logged.is_empty() {
        let message = format!("expected a line on stderr that says that {name} has come");
        return Err(Stop::fails("server", message));
    }
    Ok((peer, logged))
}

/// Shows what the server has logged since its log was so long, and returns it.
fn note_log(stage: &Stage, server: &Program, before: usize) -> String {
    let logged = server.log().split_off(before);
    for line in logged.lines().filter(|line| !line.trim().is_empty()) {
        stage.note("server", Mark::Error, line);
    }
    logged.trim().to_string()
}

fn fifty_clients(stage: &Stage) -> Scene {
    common::a_crowd(stage, 50, reply, "each its own word in capitals")
}

fn a_silent_client(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    let alice = stage.connects("alice")?;
    is_answered(stage, &alice)?;
    let _carol = common::comes_and_says_nothing(stage, "carol")?;
    let bob = stage.connects("bob")?;
    is_answered(stage, &bob)?;
    is_answered(stage, &bob)
}

fn close_socket(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    let alice = stage.connects("alice")?;
    is_answered(stage, &alice)?;
    if stage.is_foreign() {
        let other = format!("CLOSE the {}", stage.word()); // these are not the closing words
        alice.says(&other)?;
        alice.hears(reply(&other))?;
    }
    let bob = stage.connects("bob")?;
    is_answered(stage, &bob)?;
    alice.closes_with("CLOSE SOCKET")?;
    is_answered(stage, &bob)?;
    others_come(stage)
}

fn close_socket_among_other_words(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    let alice = stage.connects("alice")?;
    is_answered(stage, &alice)?;
    alice.closes_with(&format!("{}, CLOSE SOCKET", stage.word()))
}

/// The server never ends, whoever has left: two more clients come, and are served.
fn others_come(stage: &Stage) -> Scene {
    for name in ["carol", "dave"] {
        let peer = stage.connects(name)?;
        is_answered(stage, &peer)?;
    }
    Ok(())
}

fn a_client_dies(stage: &Stage) -> Scene {
    let server = stage.starts_server()?;
    let alice = stage.connects("alice")?;
    is_answered(stage, &alice)?;
    let bob = stage.connects("bob")?;
    is_answered(stage, &bob)?;
    server.logs_something_after(|| alice.resets())?;
    is_answered(stage, &bob)?;
    server.logs_something_after(|| bob.leaves())?;
    others_come(stage)
}

fn two_hundred_clients(stage: &Stage) -> Scene {
    const COUNT: usize = 200;
    const FIRST: usize = 10;
    // More than a foreign program may have set up for itself by then.
    let few = if stage.is_foreign() { FIRST * 5 } else { FIRST };
    let server = stage.starts_server()?;
    // One to begin with: whatever a server sets up for its first client is not counted against it.
    let alice = stage.connects("alice")?;
    is_answered(stage, &alice)?;
    let Some(before) = server.footprint() else {
        return Err(Stop::NotChecked(
            "this system does not tell a program's threads and sockets".to_string(),
        ));
    };
    let mut count = 0;
    let mut is_at_rest = true;
    // If it is at work for those who have gone, a few of them are enough: with each, it would take longer.
    while count < if is_at_rest { COUNT } else { few } {
        count += 1;
        let client = stage.connects_quietly(&format!("client {count}"))?;
        is_answered(stage, &client)?;
        if count % 2 == 0 {
            client.resets()
        } else {
            client.leaves()
        }
        if count == FIRST {
            is_at_rest = server.rests("it to rest").is_ok();
        }
    }
    let coming = format!("{count} of them come, talk, and go, every other one by a reset");
    stage.note("clients", Mark::Event, &coming);
    server.shrinks_to(before)?;
    stage.note("server", Mark::Event, "has no thread and no socket of theirs");
    is_answered(stage, &alice)
}

fn the_client_talks(stage: &Stage) -> Scene {
    the_client_stops_after(stage, "CLOSE SOCKET")
}

fn a_line_that_contains_close_socket(stage: &Stage) -> Scene {
    the_client_stops_after(stage, &format!("{}, CLOSE SOCKET", stage.word()))
}

fn the_client_stops_after(stage: &Stage, closing: &str) -> Scene {
    let capitals = || stage.word().to_uppercase();
    let says_it = || {
        let (alice, server) = common::a_client_that_is_told(stage, &stage.word(), &capitals())?;
        for _ in 0..2 {
            common::is_told(&alice, &server, &stage.word(), &capitals())?;
        }
        alice.types(closing);
        server.hears(closing)?;
        Ok((alice, server))
    };
    common::ends_after_its_last_word(stage, says_it, |server| server.says(&closing.to_uppercase()))
}

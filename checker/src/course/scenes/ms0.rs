//! Scenes of milestone 0: capitals for one client.
//!
//! - The handout (web technologies 1, exercise 1.1) asks for a server that accepts "a connection of a single client",
//!   receives messages, capitalizes each, and sends it back; and for a client, of which it says nothing more.
//! - "Capitalize" can be read as the method of that name in Python, which makes only the first letter a capital. The
//!   starter says that all of it is in capitals. Programs in other languages may do either. Nor does the handout say
//!   what marks the end of a message: they are sent whole lines.
//! - Beyond that, the starters ask that the server ends with its client, and the client with its input, that other
//!   alphabets have capitals too, and that no message needs a line break. To others, what can be played is a bonus.

use crate::course::scenes::common;
use crate::course::scenes::pair::replies as pair_replies;
use crate::course::step::{Check, Row};
use crate::stage::expected::Expected;
use crate::stage::peer::Peer;
use crate::stage::stage::Stage;
use crate::stage::stop::Scene;

pub const ROW: Row = Row {
    id: "ms0",
    shown: "knows_other_alphabets",
    programs: &["ms0_server", "ms0_client"],
    probes: &[],
    is_own: false,
    checks: CHECKS,
    pair_checks: pair_replies::MS0,
};

const CHECKS: &[Check] = &[
    Check::server("sends_capitals", sends_capitals).worth(4),
    Check::server("answers_many", answers_many).worth(4),
    Check::server("knows_other_alphabets", knows_other_alphabets).worth(2).bonus_of_others(),
    Check::server("ends_with_the_client", ends_with_the_client).worth(3).bonus_of_others(),
    Check::client("the_client_talks", the_client_talks).worth(4),
    Check::client("the_input_ends", the_input_ends).worth(1).bonus_of_others(),
    Check::client("a_reply_without_a_newline", a_reply_without_a_newline)
        .worth(2)
        .bonus_of_others(),
    common::MESSAGES_IN_ANY_FORM.worth(1).only_ours(),
    common::REPLIES_IN_ANY_FORM.worth(1).only_ours(),
    common::NOTICES_THE_END.worth(1).bonus_of_others(),
];

/// A message in capitals. Of a program in another language, the capital of its first letter, or of each word's, will do.
fn capitals(message: &str) -> Expected<'static> {
    let capitalized = |text: &str| match text.split_at_checked(1) {
        Some((first, rest)) => first.to_uppercase() + rest,
        None => text.to_uppercase(),
    };
    let of_each: Vec<String> = message.split(' ').map(capitalized).collect();
    let only_first = capitalized(&message.to_lowercase());
    common::capitals(message)
        .or_of_others(capitalized(message))
        .or_of_others(only_first)
        .or_of_others(of_each.join(" "))
}

fn sends_capitals(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    let alice = stage.connects("alice")?;
    common::is_answered(stage, &alice, capitals)
}

fn knows_other_alphabets(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    let alice = stage.connects("alice")?;
    for (said, heard) in [("straße", "STRASSE"), ("ñandú", "ÑANDÚ"), ("жук", "ЖУК")] {
        alice.says(said)?;
        alice.hears(heard)?;
    }
    Ok(())
}

fn answers_many(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    let alice = stage.connects("alice")?;
    let and = if stage.is_foreign() { "And" } else { "and" }; // some are capitals already
    for _ in 0..5 {
        let message = format!("{} {and} {}", stage.word(), stage.word());
        alice.says(&message)?;
        alice.hears(capitals(&message))?;
    }
    Ok(())
}

fn ends_with_the_client(stage: &Stage) -> Scene {
    let server = stage.starts_server()?;
    let alice = stage.connects("alice")?;
    common::is_answered(stage, &alice, capitals)?;
    alice.leaves();
    server.exits(0)
}

fn the_client_talks(stage: &Stage) -> Scene {
    // The reply is another word, so that a client which makes the capitals itself does not pass.
    let capitals = || stage.word().to_uppercase();
    let (alice, server) = common::a_client_that_is_told(stage, &stage.word(), &capitals())?;
    for _ in 0..2 {
        common::is_told(&alice, &server, &stage.message(), &capitals())?;
    }
    Ok(())
}

fn the_input_ends(stage: &Stage) -> Scene {
    let (alice, server) = common::a_client_that_talks(stage)?;
    alice.input_ends();
    alice.exits(0)?;
    server.is_disconnected()
}

fn a_reply_without_a_newline(stage: &Stage) -> Scene {
    let listener = stage.plays_server()?;
    let alice = stage.starts_client("alice")?;
    let replies = |server: &Peer, typed: &str| {
        let reply = stage.word().to_uppercase();
        server.hears(typed)?;
        server.sends_raw(reply.as_bytes(), &format!("{reply} (no newline)"))?;
        alice.prints(&reply).map(drop)
    };
    let typed = stage.word();
    let server = common::accepts_and_types(stage, &listener, || alice.types(&typed))?;
    replies(&server, &typed)?;
    let typed = stage.word();
    alice.types(&typed);
    replies(&server, &typed)
}

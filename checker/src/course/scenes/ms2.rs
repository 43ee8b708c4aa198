//! Scenes of milestone 2: a chat room.
//!
//! The handout asks, of the server: it accepts many clients; greets each and asks for its identification; starts
//! `handle_clients` if that "is not empty"; welcomes it; tells those who are connected of the newcomer; and sends each
//! message "to all connected clients except" its sender. Of the client: it returns its identification when the server
//! asks for it, accepts a welcome, and shows what comes while its user types. Of those who leave it says nothing; but a
//! server that a closed connection stops accepts no "multiple clients' connections". A dictionary "that takes the
//! client's identification as key" has no room for a second owner of a name, but the handout does not say what becomes of
//! that one. The course's own starters ask for more: the sender before each message, a word to those who are refused
//! and to those who stay when somebody leaves, names that are free again, `--name`, and an end at Ctrl-D.
//!
//! Greetings, questions and announcements may have any words, so peers listen for names and for what was
//! said. A server learns of newcomers in threads of its own: everyone who is there already is told, and that is
//! what a scene waits for before anybody speaks.

use std::time::Duration;

use crate::course::scenes::names;
use crate::course::scenes::pair::rooms as pair_rooms;
use crate::course::scenes::rooms::{self, asks, comes, introduces};
use crate::course::scenes::rush;
use crate::course::step::{Check, Row};
use crate::stage::expected::{anything, containing, matching};
use crate::stage::launch::Setting;
use crate::stage::peer::Peer;
use crate::stage::program::Program;
use crate::stage::show::quoted;
use crate::stage::stage::Stage;
use crate::stage::stop::{Scene, Stop, another_check_is_about_that};
use crate::stage::transcript::Mark;

pub const ROW: Row = Row {
    id: "ms2",
    shown: "reaches_all_but_its_sender",
    programs: &["ms2_server", "ms2_client"],
    probes: &[],
    is_own: false,
    checks: CHECKS,
    pair_checks: pair_rooms::MS2,
};

const CHECKS: &[Check] = &[
    Check::server("reaches_all_but_its_sender", reaches_all_but_its_sender).worth(3),
    Check::server("greets_and_welcomes", greets_and_welcomes).worth(2),
    Check::server("newcomers_are_told", newcomers_are_told).worth(2),
    Check::server("in_order", in_order).worth(2),
    Check::server("leavers_are_told", leavers_are_told).worth(1).only_ours(),
    Check::server("leavers_harm_nobody", leavers_harm_nobody).worth(1),
    Check::server("an_empty_name", an_empty_name).worth(2),
    Check::server("a_taken_name", a_taken_name).worth(1).bonus_of_others(),
    Check::server("a_free_name", a_free_name).worth(1).bonus_of_others(),
    Check::server("a_free_name_after_a_reset", a_free_name_after_a_reset).worth(1).only_ours(),
    Check::client("the_client_introduces_itself", the_client_introduces_itself).worth(1),
    Check::client("the_client_shows_the_question", the_client_shows_the_question)
        .worth(1)
        .only_ours(),
    Check::client("the_client_is_welcomed", the_client_is_welcomed).worth(1).bonus_of_others(),
    Check::client("the_client_listens", the_client_listens).worth(3),
    Check::server("one_order_for_all", rush::one_order_for_all).worth(1).only_ours(),
    Check::server("leavers_silence_nobody", rush::leavers_silence_nobody).worth(1).only_ours(),
    Check::server("a_wanted_name", rush::a_wanted_name).bonus().only_ours(),
    Check::server("the_welcome_comes_first", rush::the_welcome_comes_first).bonus().only_ours(),
    Check::server("an_empty_line", an_empty_line).bonus(),
    Check::client("the_client_goes_on", the_client_goes_on).bonus(),
    Check::client("the_client_has_a_name", the_client_has_a_name).worth(1).only_ours(),
    Check::client("a_client_cut_off", a_client_cut_off).worth(1).only_ours(),
    Check::client("the_input_ends", the_input_ends).worth(1).only_ours(),
    Check::server("a_stalled_member", a_stalled_member).bonus().only_ours(),
];

/// What the checker's own server asks a client.
const QUESTION: &str = "Who is there?";

/// Connects somebody, who gives a name and is welcomed; those who are there already hear of it.
fn enters(stage: &Stage, name: &str, present: &[&Peer]) -> Result<Peer, Stop> {
    let peer = rooms::enters(stage, stage.connects(name)?)?;
    may_be_told(stage, present, name)?;
    Ok(peer)
}

fn is_told(listener: &Peer, name: &str) -> Scene {
    let expected = format!("to be told of {name}");
    listener.hears(matching(expected, |message| message.contains(name))).map(drop)
}

/// Waits until all of these are told who comes or goes, but does not insist: two checks are about just that. If
/// one is not, the others will hardly be.
fn may_be_told(stage: &Stage, listeners: &[&Peer], name: &str) -> Scene {
    let deadline = stage.time() + stage.patience() / 2;
    for listener in listeners {
        loop {
            let left = deadline.saturating_sub(stage.time());
            let Some(message) = listener.next_message(left)? else { return Ok(()) };
            if message.contains(name) {
                stage.note(listener.name(), Mark::Received, &message);
                break;
            }
        }
    }
    Ok(())
}

/// Says a word, and waits until the others have heard it.
fn says_to(stage: &Stage, speaker: &Peer, listeners: &[&Peer]) -> Scene {
    let word = stage.word();
    speaker.says(&word)?;
    listeners.iter().try_for_each(|listener| listener.hears(containing(&word)).map(drop))
}

fn reaches_all_but_its_sender(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    let alice = enters(stage, "alice", &[])?;
    let bob = enters(stage, "bob", &[&alice])?;
    let carol = enters(stage, "carol", &[&alice, &bob])?;
    let word = stage.word();
    alice.says(&word)?;
    for listener in [&bob, &carol] {
        let expected = if stage.is_foreign() { word.clone() } else { format!("alice: {word}") };
        listener.hears(containing(&expected))?;
    }
    // What alice hears next is bob's word. If her own has come back, it has come before.
    let other = stage.word();
    bob.says(&other)?;
    let before = alice.hears(containing(&other))?.before;
    if before.iter().any(|message| message.contains(&word)) {
        return alice.fails(format!("expected not to hear {} back, but did", quoted(&word)));
    }
    carol.hears(containing(&other)).map(drop)
}

fn greets_and_welcomes(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    let alice = stage.connects("alice")?;
    alice.hears(anything("a greeting, and to be asked for a name"))?;
    match introduces(stage, &alice, "alice")?.welcome.is_empty() {
        true => alice.hears(anything("a welcome")).map(drop),
        false => Ok(()),
    }
}

fn newcomers_are_told(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    let alice = enters(stage, "alice", &[])?;
    let bob = enters(stage, "bob", &[])?;
    is_told(&alice, "bob")?;
    let _carol = enters(stage, "carol", &[])?;
    is_told(&alice, "carol")?;
    is_told(&bob, "carol")
}

fn in_order(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    let alice = enters(stage, "alice", &[])?;
    let bob = enters(stage, "bob", &[&alice])?;
    if stage.is_foreign() {
        // Without line breaks, messages that are sent at once would run together.
        for _ in 0..5 {
            says_to(stage, &bob, &[&alice])?;
        }
        return Ok(());
    }
    let words: Vec<String> = (0..5).map(|_| stage.word()).collect();
    for word in &words {
        bob.says(word)?;
    }
    for word in &words {
        let before = alice.hears(containing(word))?.before;
        if let Some(later) =
            words.iter().find(|later| before.iter().any(|message| message.contains(*later)))
        {
            return alice.fails(format!("expected {} before {}", quoted(word), quoted(later)));
        }
    }
    Ok(())
}

fn leavers_are_told(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    let alice = enters(stage, "alice", &[])?;
    let bob = enters(stage, "bob", &[&alice])?;
    let carol = enters(stage, "carol", &[&alice, &bob])?;
    bob.leaves();
    is_told(&alice, "bob")?;
    is_told(&carol, "bob")?;
    carol.resets();
    is_told(&alice, "carol")
}

fn leavers_harm_nobody(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    let alice = enters(stage, "alice", &[])?;
    let bob = enters(stage, "bob", &[&alice])?;
    let carol = enters(stage, "carol", &[&alice, &bob])?;
    bob.leaves();
    may_be_told(stage, &[&carol], "bob")?;
    // A first write to a socket that the other side has closed succeeds; only then the system knows better.
    (0..3).try_for_each(|_| says_to(stage, &alice, &[&carol]))
}

fn an_empty_name(stage: &Stage) -> Scene {
    if stage.is_foreign() {
        return names::an_empty_identification(stage);
    }
    let _server = stage.starts_server()?;
    let alice = enters(stage, "alice", &[])?;
    let bob = comes(stage, "bob")?;
    bob.says(" ")?;
    bob.hears(anything("a word that refuses"))?;
    bob.is_disconnected()?;
    let carol = enters(stage, "carol", &[&alice])?;
    says_to(stage, &alice, &[&carol])
}

fn a_taken_name(stage: &Stage) -> Scene {
    if stage.is_foreign() {
        return names::a_second_owner(stage);
    }
    let _server = stage.starts_server()?;
    let alice = enters(stage, "alice", &[])?;
    let second = comes(stage, "alice 2")?;
    second.says("alice")?;
    second.hears(anything("a word that refuses"))?;
    second.is_disconnected()?;
    // The first one is still there under her name.
    let bob = enters(stage, "bob", &[&alice])?;
    says_to(stage, &bob, &[&alice])
}

fn a_free_name(stage: &Stage) -> Scene {
    is_free_again(stage, Peer::leaves)
}

fn a_free_name_after_a_reset(stage: &Stage) -> Scene {
    is_free_again(stage, Peer::resets)
}

/// Bob goes in this way, and another bob comes in.
fn is_free_again(stage: &Stage, goes: fn(&Peer)) -> Scene {
    let _server = stage.starts_server()?;
    let alice = enters(stage, "alice", &[])?;
    let bob = enters(stage, "bob", &[&alice])?;
    goes(&bob);
    may_be_told(stage, &[&alice], "bob")?;
    let bob = enters(stage, "bob", &[&alice])?;
    says_to(stage, &bob, &[&alice])?;
    says_to(stage, &alice, &[&bob])
}

fn an_empty_line(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    let alice = enters(stage, "alice", &[])?;
    let bob = enters(stage, "bob", &[&alice])?;
    alice.says("")?;
    says_to(stage, &alice, &[&bob])
}

fn the_client_introduces_itself(stage: &Stage) -> Scene {
    let listener = stage.plays_server()?;
    let alice = stage.starts_client("alice")?;
    alice.answers("alice"); // the handout's client asks its user before it connects
    let server = listener.accepts("alice")?;
    stage.settles()?;
    server.hears_nothing_for(Duration::ZERO)?; // before it is asked
    asks(stage, &server, QUESTION)?;
    server.hears("alice").map(drop)
}

fn the_client_is_welcomed(stage: &Stage) -> Scene {
    let listener = stage.plays_server()?;
    let alice = stage.starts_client("alice")?;
    alice.answers("alice");
    let server = listener.accepts("alice")?;
    asks(stage, &server, QUESTION)?;
    another_check_is_about_that(server.hears("alice"))?;
    let welcome = format!("Welcome to the {}!", stage.word());
    server.says(&welcome)?;
    alice.prints(&welcome).map(drop)
}

fn the_client_shows_the_question(stage: &Stage) -> Scene {
    let listener = stage.plays_server()?;
    let alice = stage.starts_client("alice")?;
    let server = listener.accepts("alice")?;
    let question = format!("Who calls the {}?", stage.word());
    server.says(&question)?;
    alice.prints(&question).map(drop)
}

fn the_client_listens(stage: &Stage) -> Scene {
    let (server, alice) = client_in_the_room(stage)?;
    for _ in 0..2 {
        let line = format!("bob: {}", stage.word());
        server.says(&line)?;
        alice.prints(&line)?;
    }
    let word = stage.word();
    alice.types(&word);
    server.hears(&word)?;
    let line = format!("bob: {}", stage.word());
    server.says(&line)?;
    alice.prints(&line).map(drop)
}

fn the_client_goes_on(stage: &Stage) -> Scene {
    let (server, alice) = client_in_the_room(stage)?;
    let (line, word) = (format!("bob: {}", stage.word()), stage.word());
    server.says("")?;
    server.says(&line)?;
    alice.prints(&line)?;
    alice.types("");
    alice.types(&word);
    server.hears(containing(&word)).map(drop)
}

fn the_client_has_a_name(stage: &Stage) -> Scene {
    let listener = stage.plays_server()?;
    let name = stage.number(1000, 9999).unsigned_abs();
    let setting = Setting { option: "--name", placeholder: "", value: name, is_needed: false };
    let _alice = stage.starts_client_with("alice", &[setting])?;
    let server = listener.accepts("alice")?;
    server.says(QUESTION)?;
    server.hears(&name.to_string()).map(drop)
}

fn a_client_cut_off(stage: &Stage) -> Scene {
    let (server, alice) = client_in_the_room(stage)?;
    server.leaves();
    alice.gives_up()
}

fn the_input_ends(stage: &Stage) -> Scene {
    let (server, alice) = client_in_the_room(stage)?;
    alice.input_ends();
    server.is_disconnected()?;
    server.leaves();
    alice.exits(0)
}

/// The checker's own server, and a client that it has welcomed.
fn client_in_the_room(stage: &Stage) -> Result<(Peer, Program), Stop> {
    let listener = stage.plays_server()?;
    let alice = stage.starts_client("alice")?;
    alice.answers("alice"); // the handout's client asks its user before it connects
    let server = listener.accepts("alice")?;
    asks(stage, &server, QUESTION)?;
    another_check_is_about_that(server.hears("alice"))?;
    server.says("Welcome!")?;
    another_check_is_about_that(alice.prints("Welcome!"))?;
    Ok((server, alice))
}

/// Not a fault of the program that is checked: the handout's design has it. A server without it has done
/// more than was asked for, and is not checked.
fn a_stalled_member(stage: &Stage) -> Scene {
    const MOST_LINES: usize = 4000;
    const HELD_UP: Duration = Duration::from_millis(500);
    let line = "x".repeat(4000);
    let _server = stage.starts_server()?;
    let alice = enters(stage, "alice", &[])?;
    let bob = enters(stage, "bob", &[&alice])?;
    let mallory = enters(stage, "mallory", &[&alice, &bob])?;
    mallory.stops_reading();
    stage.note("alice", Mark::Sent, "long lines, one after the other");
    for _ in 0..MOST_LINES {
        alice.says_quietly(&line)?;
        while alice.next_message(Duration::ZERO)?.is_some() {} // her own, which others check
        if bob.next_message(stage.patient(HELD_UP))?.is_none() {
            if bob.is_closed() {
                let instead = bob.why_silent(stage.patience())?;
                return bob.fails(format!("expected to hear what alice says, but {instead}"));
            }
            stage.note("bob", Mark::Event, "hears nothing more");
            mallory.resets();
            bob.hears(matching("the rest of what alice says", |heard| heard.contains(&line)))?;
            stage.note("bob", Mark::Event, "hears the rest: the server has waited for mallory");
            return Ok(());
        }
    }
    Err(Stop::NotChecked(
        "this server holds nobody up: it does more than was asked for".to_string(),
    ))
}

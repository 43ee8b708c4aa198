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
use crate::course::scenes::rooms::{self, asks, comes, introduces};
use crate::course::scenes::rush;
use crate::course::step::Check;
use crate::stage::expected::{anything, containing, matching};
use crate::stage::launch::Setting;
use crate::stage::peer::Peer;
use crate::stage::program::Program;
use crate::stage::show::quoted;
use crate::stage::stage::Stage;
use crate::stage::stop::{Scene, Stop, another_check_is_about_that};
use crate::stage::transcript::Mark;

pub const CHECKS: &[Check] = &[
    Check::server(
        "reaches_all_but_its_sender",
        "a message reaches everybody but its sender",
        reaches_all_but_its_sender,
    )
    .worth(3)
    .look(
        "who is greeted, welcomed and put into the dictionary, whether `broadcast` goes to all \
         of them but the sender, and whether a lock is taken twice.",
    ),
    Check::server("greets_and_welcomes", "greets and asks and welcomes", greets_and_welcomes)
        .worth(2)
        .look("the order: greet and ask, receive the name, and only then welcome."),
    Check::server("newcomers_are_told", "newcomers are told to the others", newcomers_are_told)
        .worth(2)
        .look(
            "whether a message with the newcomer's name is broadcast once it is in the dictionary.",
        ),
    Check::server("in_order", "messages arrive in the order they were sent", in_order)
        .worth(2)
        .look(
            "whether one thread receives and broadcasts a client's messages, one after the other.",
        ),
    Check::server("leavers_are_told", "those who leave are told to the others", leavers_are_told)
        .worth(1)
        .only_ours()
        .look(
            "what happens on every way out, a reset too: out of the dictionary, and a broadcast.",
        ),
    Check::server("leavers_harm_nobody", "those who leave harm nobody", leavers_harm_nobody)
        .worth(1)
        .look(
            "what becomes of a write to somebody who has left: an error, which ends nobody else.",
        ),
    Check::server("an_empty_name", "an empty name is refused", an_empty_name)
        .worth(2)
        .look(
            "what is done with a name that is empty once blanks are taken off: a word, and the end.",
        ),
    Check::server("a_taken_name", "a taken name is refused", a_taken_name)
        .worth(1)
        .bonus_of_others()
        .look(
            "whether the dictionary is asked before it is written to, and keeps its first owner; \
             the second gets a word, and the end.",
        ),
    Check::server("a_free_name", "a name is free again when its owner has left", a_free_name)
        .worth(1)
        .bonus_of_others()
        .look("whether a client that has left, or reset, is taken out of the dictionary."),
    Check::server(
        "a_free_name_after_a_reset",
        "a name is free again after a reset, too",
        a_free_name_after_a_reset,
    )
    .worth(1)
    .only_ours()
    .look("whether a client whose connection was reset is taken out of the dictionary."),
    Check::client(
        "the_client_introduces_itself",
        "the client gives its name when it is asked",
        the_client_introduces_itself,
    )
    .worth(1)
    .look("the order: receive the question, ask the user, and send the name."),
    Check::client(
        "the_client_shows_the_question",
        "the client shows what it is asked",
        the_client_shows_the_question,
    )
    .worth(1)
    .only_ours()
    .look("what `introduce` does with the question: it is displayed before the user is asked."),
    Check::client(
        "the_client_is_welcomed",
        "the client shows the welcome",
        the_client_is_welcomed,
    )
    .worth(1)
    .bonus_of_others()
    .look("what is done once the name is sent: from then on, all that comes is shown, as lines."),
    Check::client("the_client_listens", "the client shows messages at any time", the_client_listens)
        .worth(3)
        .look(
            "whether one thread shows what comes, while the other waits for the user and sends \
             each line.",
        ),
    Check::server("one_order_for_all", "all hear what is said in one order", rush::one_order_for_all)
        .worth(1)
        .only_ours()
        .look(
            "whether `broadcast` holds the lock until it has written to everybody: without it, two \
             who speak at once overtake each other.",
        ),
    Check::server(
        "leavers_silence_nobody",
        "those who leave silence nobody who speaks",
        rush::leavers_silence_nobody,
    )
    .worth(1)
    .only_ours()
    .look(
        "what `broadcast` does when it cannot write to somebody: nothing. It goes on with the \
         others, and the thread of the one who has left finds out.",
    ),
    Check::server("a_wanted_name", "a name that many want at once goes to one", rush::a_wanted_name)
        .bonus()
        .only_ours()
        .look(
            "whether asking for a name and taking it happen under one lock, which is not given \
             back in between.",
        ),
    Check::server(
        "the_welcome_comes_first",
        "the welcome comes before all that is said",
        rush::the_welcome_comes_first,
    )
    .bonus()
    .only_ours()
    .look("what comes first in `enter`, under the lock: the welcome, and then the dictionary."),
    Check::server("an_empty_line", "an empty line harms nobody", an_empty_line)
        .bonus()
        .look(
            "what is done with a message that has no characters: nothing else than with any other.",
        ),
    Check::client("the_client_goes_on", "an empty line does not end the client", the_client_goes_on)
        .bonus()
        .look(
            "what ends the two loops: the end of input and a server that has left. An empty line does not.",
        ),
    Check::client(
        "the_client_has_a_name",
        "the client takes its name from `--name`",
        the_client_has_a_name,
    )
    .worth(1)
    .only_ours()
    .look("whether the user is asked only when there is no name yet."),
    Check::client("a_client_cut_off", "a client cut off by its server says so", a_client_cut_off)
        .worth(1)
        .only_ours()
        .look("what the thread that receives does when no more can come."),
    Check::client("the_input_ends", "the end of input ends the client", the_input_ends)
        .worth(1)
        .only_ours()
        .look(
            "what the end of input (`None`) does: it ends the loop of lines, shuts down the \
             sending side, and is not an error.",
        ),
    Check::server(
        "a_stalled_member",
        "to be mended: a stalled member holds up all",
        a_stalled_member,
    )
    .bonus()
    .only_ours()
    .look(
        "what becomes of a write that fails: nothing. Those who speak have no part in it, and go \
         on.",
    ),
];

pub const HINTS: &[&str] = &[
    "Three things happen at once: the server accepts, each client is listened to, and each message goes to \
     many. Which of them share something, and what is it?",
    "The dictionary is shared: `serve::lock(connections)` for a few lines whenever it is read or written. \
     Asking whether a name is taken, and taking it, is one thing and needs one lock.",
    "`for (other, conn) in serve::lock(connections).iter() { if other != cid { let _ = text::send(conn, msg); \
     } }`. An error there is not yours to report: the thread of that client finds out. The client needs \
     `thread::scope` with one thread that receives and shows, while the main thread reads lines and sends them.",
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

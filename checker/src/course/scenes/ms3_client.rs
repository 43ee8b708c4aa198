//! The scenes of milestone 3 that are about its client. Its list of checks is that of `ms3`.

use crate::course::scenes::rooms::{asks, has_time, is_from};
use crate::stage::expected::{containing, matching};
use crate::stage::peer::Peer;
use crate::stage::program::Program;
use crate::stage::show::quoted;
use crate::stage::stage::Stage;
use crate::stage::stop::{Scene, Stop, another_check_is_about_that};

/// A server that asks and welcomes, towards a client whose user gives the name. `is_asked` waits until the user
/// can see the question.
fn introduce(
    stage: &Stage,
    server: &Peer,
    alice: &Program,
    is_asked: impl FnOnce(&str) -> Scene,
) -> Result<String, Stop> {
    let question = "Your username?";
    asks(stage, server, question)?;
    is_asked(question)?;
    if !stage.is_foreign() {
        alice.answers("alice");
    }
    server.hears("alice")?;
    let welcome = format!("Welcome to the {}!", stage.word());
    server.says(&welcome)?;
    Ok(welcome)
}

pub fn the_client_listens(stage: &Stage) -> Scene {
    let listener = stage.plays_server()?;
    let alice = stage.starts_client("alice")?;
    if stage.is_foreign() {
        alice.answers("alice"); // some clients ask their user before they connect
    }
    let server = listener.accepts("alice")?;
    introduce(stage, &server, &alice, |_| Ok(()))?;
    says_in_the_room(stage, &server, &alice, "[14:03:07] ")?;
    // A server may leave it to its clients to add the time.
    says_in_the_room(stage, &server, &alice, if stage.is_foreign() { "" } else { "[14:03:08] " })?;
    let word = stage.word();
    alice.types(&word);
    server.hears(&word)?;
    says_in_the_room(stage, &server, &alice, "[14:03:09] ")
}

/// The checker's server says what bob has said, after this time, and the client displays it. A foreign client may have
/// it in another form, with the sender and a time if there is one.
fn says_in_the_room(stage: &Stage, server: &Peer, alice: &Program, time: &str) -> Scene {
    let word = stage.word();
    let line = format!("{time}bob: {word}");
    server.says(&line)?;
    if !stage.is_foreign() {
        return alice.prints(&line).map(drop);
    }
    let is_complete = |shown: &str| {
        is_from(shown, "bob", &word) && (shown.contains(time.trim()) || has_time(shown))
    };
    alice.prints(matching(format!("all of {}", quoted(&line)), is_complete)).map(drop)
}

pub fn quit_ends_the_client(stage: &Stage) -> Scene {
    let (server, alice) = client_in_the_room(stage)?;
    alice.types("/quit");
    server.hears("/quit")?;
    server.leaves();
    alice.exits(0)
}

pub fn no_control_characters(stage: &Stage) -> Scene {
    let (server, alice) = client_in_the_room(stage)?;
    let word = stage.word();
    server.says(&format!("[14:03:07] bob: \x1b[2J\u{9b}5A{word}\x08!"))?;
    let line = alice.prints(containing(&word))?;
    match line.chars().find(|character| character.is_control()) {
        Some(control) => {
            alice.fails(format!("expected no control characters, but it displayed {control:?}"))
        }
        None => Ok(()),
    }
}

pub fn a_client_cut_off(stage: &Stage) -> Scene {
    let (server, alice) = client_in_the_room(stage)?;
    server.leaves();
    alice.gives_up()
}

pub fn the_input_ends(stage: &Stage) -> Scene {
    let (server, alice) = client_in_the_room(stage)?;
    alice.input_ends();
    server.hears("/quit")?;
    server.leaves();
    alice.exits(0)
}

/// The checker's own server, and a client that it has welcomed.
fn client_in_the_room(stage: &Stage) -> Result<(Peer, Program), Stop> {
    let listener = stage.plays_server()?;
    let alice = stage.starts_client("alice")?;
    let server = listener.accepts("alice")?;
    let welcome = introduce(stage, &server, &alice, |_| Ok(()))?;
    another_check_is_about_that(alice.prints(&welcome))?;
    Ok((server, alice))
}

pub fn nothing_is_torn(stage: &Stage) -> Scene {
    let listener = stage.plays_server()?;
    let alice = stage.starts_client_on_terminal("alice")?;
    let server = listener.accepts("alice")?;
    // Nobody answers what the screen does not show yet, and nobody types before there is a prompt.
    let is_ready = |line: &str| {
        alice.displays_quietly(&format!("{}, and a prompt \"> \" below it", quoted(line)), |rows| {
            rows.iter().any(|row| row == line) && rows.last().is_some_and(|row| row == ">")
        })
    };
    let welcome = introduce(stage, &server, &alice, is_ready)?;
    is_ready(&welcome)?;
    let (typed, said) = (format!("{} {}", stage.word(), stage.word()), stage.word());
    let (begun, rest) = typed.split_at(3);
    alice.begins_to_type(begun);
    alice.displays_quietly("what was typed", |rows| rows.iter().any(|row| row.ends_with(begun)))?;
    let line = format!("[14:03:07] bob: {said}");
    server.says(&line)?;
    alice.displays("the new line in a row of its own, and below it what was begun", |rows| {
        rows.contains(&line) && rows.last().is_some_and(|row| row.ends_with(begun))
    })?;
    alice.types(rest);
    server.hears(&typed).map(drop)
}

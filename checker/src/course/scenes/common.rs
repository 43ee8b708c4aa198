//! Rows and scenes that more than one step has.

use crate::course::step::Check;
use crate::stage::expected::{Expected, exactly, matching, reply_to};
use crate::stage::peer::Peer;
use crate::stage::program::Program;
use crate::stage::stage::{Listener, Stage};
use crate::stage::stop::{Failure, Scene, Stop, another_check_is_about_that};
use crate::stage::transcript::Mark;

// ── rows of more than one step: each step says what they are worth ──────────────────────────────

/// One reader for all replies.
pub const REPLIES_IN_ANY_FORM: Check = Check::client("replies_in_any_form", replies_in_any_form);

/// One reader for all messages, which are answered in capitals.
pub const MESSAGES_IN_ANY_FORM: Check =
    Check::server("messages_in_any_form", |stage| messages_in_any_form(stage, capitals));

/// A reply is not what one `read` brings.
pub const A_LONG_REPLY: Check = Check::client("a_long_reply", a_long_reply);

/// The server has gone.
pub const NOTICES_THE_END: Check = Check::client("the_client_notices", the_client_notices);

// ── scenes ───────────────────────────────────────────────────────────────────────────────────────

/// What a step's server makes of a message.
pub type Answer = fn(&str) -> Expected<'static>;

/// It sends it back. (Of a program in another language, any reply will do.)
pub fn echo(message: &str) -> Expected<'static> {
    reply_to(message.to_string())
}

/// It sends it back in capitals.
pub fn capitals(message: &str) -> Expected<'static> {
    exactly(message.to_uppercase())
}

/// Connects somebody, who passes over a foreign server's greeting: that is not a reply.
pub fn comes(stage: &Stage, name: &str) -> Result<Peer, Stop> {
    let peer = stage.connects(name)?;
    peer.hears_out()?;
    Ok(peer)
}

/// Lets a peer say a word, and waits for the answer.
pub fn is_answered(stage: &Stage, peer: &Peer, answer: Answer) -> Scene {
    let word = stage.word();
    peer.says(&word)?;
    peer.hears(answer(&word)).map(drop)
}

/// Lets a peer say a word, and waits for the reply: from a program of the course, the same word.
pub fn echoes(stage: &Stage, peer: &Peer) -> Scene {
    is_answered(stage, peer, echo)
}

/// Lets a peer say `end` to a server of 1.4 or 2.1. The connection is closed or, by a program in another language, left
/// as it is: then there is no reply to what is said next.
pub fn ends_with_end(stage: &Stage, peer: &Peer) -> Scene {
    let closed = peer.closes_with("end");
    if !stage.is_foreign() || !matches!(closed, Err(Stop::Fails(_))) {
        return closed;
    }
    peer.says(&stage.word())?;
    match peer.hears_nothing_for(stage.patience() / 4) {
        Err(Stop::Fails(_)) => closed,
        other => other,
    }
}

/// Lets `count` peers come at once, each say a word, and wait for its own answer to it; and once more, when
/// the server surely knows all of them. `heard` says in words what they hear.
pub fn a_crowd(stage: &Stage, count: usize, answer: Answer, heard: &str) -> Scene {
    let _server = stage.starts_server()?;
    let mut clients = Vec::new();
    for number in 1..=count {
        clients.push(stage.connects_quietly(&format!("client {number}"))?);
    }
    stage.note("clients", Mark::Event, &format!("{count} of them connect"));
    if stage.is_foreign() {
        stage.settles()?;
        clients.iter().for_each(Peer::passes_over); // a greeting is not a reply
    }
    for _ in 0..2 {
        let words: Vec<String> = clients.iter().map(|_| stage.word()).collect();
        for (client, word) in clients.iter().zip(&words) {
            client.says(word)?;
        }
        stage.note("clients", Mark::Sent, "each a word of its own");
        for (client, word) in clients.iter().zip(&words) {
            client.hears(answer(word)).map_err(|stop| of_one_of(&clients, client, stop))?;
        }
        stage.note("clients", Mark::Received, heard);
    }
    Ok(())
}

/// A failure that one of a crowd has met: which of them, says nothing.
fn of_one_of(crowd: &[Peer], one: &Peer, stop: Stop) -> Stop {
    match stop {
        Stop::Fails(failure) if failure.actor == one.name() => Stop::Fails(Failure {
            actor: "clients".to_string(),
            message: format!("one of {} clients {}", crowd.len(), failure.message),
            ..failure
        }),
        other => other,
    }
}

/// Messages are taken for what they are, in whatever form they come: without a line break, two at once, with nothing
/// in them, longer than a usual buffer, with bytes that are not text.
pub fn messages_in_any_form(stage: &Stage, answer: Answer) -> Scene {
    let _server = stage.starts_server()?;
    let alice = stage.connects("alice")?;
    says_without_a_newline(stage, &alice, answer)?;
    let (one, other) = (stage.word(), stage.word());
    alice.sends_raw(
        format!("{one}\n{other}\n").as_bytes(),
        &format!("{one}, {other} (in one segment)"),
    )?;
    alice.hears(answer(&one))?;
    alice.hears(answer(&other))?;
    says_an_empty_line(stage, &alice, answer)?;
    says_much(stage, &alice, answer)?;
    let word = stage.word();
    alice.sends_raw(&[word.as_bytes(), b"\xff\n"].concat(), &format!("{word} and the byte ff"))?;
    alice.hears(answer(&format!("{word}\u{fffd}"))).map(drop)
}

/// Lets a peer say a word without a line break, and waits for the answer.
pub fn says_without_a_newline(stage: &Stage, peer: &Peer, answer: Answer) -> Scene {
    let word = stage.word();
    peer.sends_raw(word.as_bytes(), &format!("{word} (no newline)"))?;
    peer.hears(answer(&word)).map(drop)
}

/// Lets a peer send an empty line, and waits for the empty line that answers it. Without line breaks, an empty answer
/// is nothing at all: a foreign server has only to go on.
pub fn says_an_empty_line(stage: &Stage, peer: &Peer, answer: Answer) -> Scene {
    peer.says("")?;
    if !stage.is_foreign() {
        return peer.hears(matching("an empty line", str::is_empty)).map(drop);
    }
    peer.hears_out()?;
    is_answered(stage, peer, answer)
}

/// Lets a peer send a message that is longer than a usual buffer, and waits for the answer.
fn says_much(stage: &Stage, peer: &Peer, answer: Answer) -> Scene {
    const COUNT: usize = 1000;
    let message = vec![stage.word(); COUNT].join(" ");
    let expected = answer(&message);
    peer.sends_raw(
        format!("{message}\n").as_bytes(),
        &format!("a word, {COUNT} times in one line"),
    )?;
    let instead = match peer.next_message(stage.patience())? {
        Some(reply) if expected.is(&reply) => {
            stage.note(peer.name(), Mark::Received, "its answer, as long");
            return Ok(());
        }
        Some(reply) => format!("heard one of {} characters", reply.chars().count()),
        None => "heard none".to_string(),
    };
    let length = message.len();
    peer.fails(format!("expected one reply of {length} characters, but {instead}"))
}

/// A client that says much and takes no answers keeps a server waiting, but nobody else.
pub fn a_client_that_stops_reading(stage: &Stage, answer: Answer) -> Scene {
    const LINES: usize = 500; // 2 MB, much more than the system keeps for a client that is far away
    let server = stage.starts_server()?;
    let bob = comes(stage, "bob")?;
    is_answered(stage, &bob, answer)?;
    let mallory = stage.connects_from_afar("mallory")?;
    is_answered(stage, &mallory, answer)?;
    mallory.stops_reading();
    stage.note(mallory.name(), Mark::Sent, "long lines, until the server takes no more");
    let lines = format!("{}\n", "x".repeat(3999)).repeat(LINES);
    let mut left = lines.as_bytes();
    loop {
        let sent = mallory.sends_if_taken(left)?;
        another_check_is_about_that(server.rests("the server to wait for mallory"))?;
        if sent == 0 {
            break; // it has rested before, too, so it will take no more
        }
        left = &left[sent..];
    }
    is_answered(stage, &bob, answer)?;
    let carol = comes(stage, "carol")?;
    is_answered(stage, &carol, answer)
}

/// Connects somebody who says nothing. The server waits for them before anyone else comes, if it waits at all.
pub fn comes_and_says_nothing(stage: &Stage, name: &str) -> Result<Peer, Stop> {
    let peer = stage.connects(name)?;
    stage.settles()?;
    Ok(peer)
}

/// A server that waits for somebody sleeps: it takes no computing time.
pub fn waiting_costs_nothing(stage: &Stage, answer: Answer) -> Scene {
    let server = stage.starts_server()?;
    if server.footprint().is_none() {
        let reason = "this system does not tell what a program's threads do";
        return Err(Stop::NotChecked(reason.to_string()));
    }
    let alice = stage.connects("alice")?;
    is_answered(stage, &alice, answer)?;
    let bob = comes(stage, "bob")?;
    is_answered(stage, &bob, answer)?;
    bob.leaves();
    server.rests("it to sleep while alice is silent and bob has left")?;
    stage.note("server", Mark::Event, "sleeps");
    Ok(())
}

/// A client, and the checker's own server, which has answered it once.
pub fn a_client_that_talks(stage: &Stage) -> Result<(Program, Peer), Stop> {
    a_client_that_is_told(stage, &stage.word(), &stage.word())
}

/// A client whose user has typed this, and to which the checker's own server has replied that.
pub fn a_client_that_is_told(
    stage: &Stage,
    typed: &str,
    reply: &str,
) -> Result<(Program, Peer), Stop> {
    let listener = stage.plays_server()?;
    let alice = stage.starts_client("alice")?;
    let server = accepts_and_types(stage, &listener, || alice.types(typed))?;
    replies(&alice, &server, typed, reply)?;
    Ok((alice, server))
}

/// Lets a client connect, and its user type. One in another language may ask its user before it connects.
pub fn accepts_and_types(
    stage: &Stage,
    listener: &Listener,
    types: impl FnOnce(),
) -> Result<Peer, Stop> {
    if stage.is_foreign() {
        return listener.accepts_who_may_ask("alice", types);
    }
    let server = listener.accepts("alice")?;
    types();
    Ok(server)
}

/// The client's user types this; the server replies that, and the client shows it.
pub fn is_told(client: &Program, server: &Peer, typed: &str, reply: &str) -> Scene {
    client.types(typed);
    replies(client, server, typed, reply)
}

fn replies(client: &Program, server: &Peer, typed: &str, reply: &str) -> Scene {
    server.hears(typed)?;
    server.says(reply)?;
    client.prints(reply).map(drop)
}

/// A server writes a line to its log when somebody `acts` wrongly. `whom` says in words whom it is about.
pub fn is_logged(server: &Program, whom: &str, act: impl FnOnce() -> Scene) -> Scene {
    let mut acted = Ok(());
    let has_logged = server.logs_after(|| acted = act())?;
    acted?;
    if has_logged {
        return Ok(());
    }
    server.fails(format!("expected a line on stderr about {whom}, but there is none"))
}

/// A client gives up when its server has closed the connection.
pub fn the_client_notices(stage: &Stage) -> Scene {
    let (alice, server) = a_client_that_talks(stage)?;
    server.leaves();
    alice.types(&stage.word());
    alice.gives_up()
}

/// A client shows all of a reply that is longer than a usual buffer, and the next one after it.
pub fn a_long_reply(stage: &Stage) -> Scene {
    const COUNT: usize = 500;
    let listener = stage.plays_server()?;
    let alice = stage.starts_client("alice")?;
    let (typed, reply) = (stage.word(), vec![stage.word(); COUNT].join(" "));
    let server = accepts_and_types(stage, &listener, || alice.types(&typed))?;
    server.hears(&typed)?;
    server.sends_raw(
        format!("{reply}\n").as_bytes(),
        &format!("a word, {COUNT} times in one line"),
    )?;
    let expected = format!("all {} characters of the reply in a line", reply.len());
    alice.prints_quietly(&expected, |line| line.contains(&reply))?;
    stage.note("alice", Mark::Output, "all of it");
    is_told(&alice, &server, &stage.word(), &stage.word())
}

/// A client shows a reply that is longer than a usual buffer whole, and two that come in one segment one after the other,
/// each when it is its turn.
pub fn replies_in_any_form(stage: &Stage) -> Scene {
    a_long_reply(stage)?;
    let (alice, server) = a_client_that_talks(stage)?;
    let replies = [stage.word(), stage.word()];
    for (number, reply) in replies.iter().enumerate() {
        let typed = stage.word();
        alice.types(&typed);
        server.hears(&typed)?;
        if number == 0 {
            let both = replies.join("\n") + "\n";
            let shown = format!("{} (in one segment)", replies.join(", "));
            server.sends_raw(both.as_bytes(), &shown)?;
        }
        alice.prints(reply)?;
    }
    Ok(())
}

/// The end of its input is to a client as if its user had typed the closing word.
pub fn the_end_of_input_closes(stage: &Stage, closing: &str) -> Scene {
    let (alice, server) = a_client_that_talks(stage)?;
    alice.input_ends();
    server.hears(closing)?;
    has_closed(stage, &alice, &server)
}

/// A client ends after its last word: `says_it` plays the scene to there. Whether a server replies to that word, the
/// handouts leave open. So a foreign client that takes the closed connection for an error is played once more, with a
/// reply.
pub fn ends_after_its_last_word(
    stage: &Stage,
    says_it: impl Fn() -> Result<(Program, Peer), Stop>,
    replies: impl Fn(&Peer) -> Scene,
) -> Scene {
    let (client, server) = says_it()?;
    let closed = has_closed(stage, &client, &server);
    if closed.is_ok() || !stage.is_foreign() || !client.has_ended() {
        return closed;
    }
    stage.begins_anew();
    let (client, server) = says_it()?;
    another_check_is_about_that(replies(&server))?; // it may be gone without having waited
    has_closed(stage, &client, &server)
}

/// A client that has said its last word ends. A foreign one may notice by what its server does then, which is to close
/// the connection.
pub fn has_closed(stage: &Stage, client: &Program, server: &Peer) -> Scene {
    if stage.is_foreign() {
        server.leaves();
    }
    client.exits(0)
}

//! Scenes of 1.4 one thread per client.
//!
//! - The handout (assignment 1, exercise 4) asks for a server that spawns "one thread to handle each connecting client",
//!   each of which receives messages and replies "until the \"end\" message is received"; and for a client that sends
//!   multiple messages and terminates after sending `end`. Its readers are to try it with multiple clients.
//! - What the reply is, it does not say: of programs in other languages, any one reply to each message is right. Nor does
//!   it say what marks the end of a message: they are sent whole lines, and `end` in whatever form they know it. A
//!   server that keeps the connection open after `end`, and replies no more, does what is asked.
//! - The starters ask for more: that the reply is the same message, that `end` closes the connection, that a connection
//!   which is reset harms nobody, and that a client notices when its server has gone. To others, these are bonuses.

use crate::course::scenes::common;
use crate::course::step::Check;
use crate::stage::peer::Peer;
use crate::stage::stage::Stage;
use crate::stage::stop::{Scene, Stop};
use crate::stage::transcript::Mark;

pub const CHECKS: &[Check] = &[
    Check::server(
        "a_quiet_client_holds_nobody_up",
        "a quiet client holds nobody up",
        a_quiet_client_holds_nobody_up,
    )
    .worth(2)
    .look("what the accepting loop waits for: it must not wait for a client that says nothing."),
    Check::server("echoes_several_messages", "echoes several messages", echoes_several_messages)
        .worth(2)
        .look(
            "the thread's loop: it sends back just what came, and goes on, unless that was just \
             `end`.",
        ),
    Check::server(
        "end_closes_that_connection_only",
        "`end` closes that connection only",
        end_closes_that_connection_only,
    )
    .worth(2)
    .look("what happens on `end`: no reply, and only this client's loop ends."),
    Check::server(
        "a_reset_harms_nobody",
        "a client that resets the connection harms nobody",
        a_reset_harms_nobody,
    )
    .worth(1)
    .bonus_of_others()
    .look("what an error of one client ends: its own thread, or the whole server?"),
    Check::server("fifty_clients", "50 clients at once each get their own echoes", fifty_clients)
        .worth(1)
        .look(
            "whether anything is shared between the clients: each thread needs only its own stream.",
        ),
    Check::client(
        "the_client_stops_after_end",
        "the client sends many lines and stops after `end`",
        the_client_stops_after_end,
    )
    .worth(2)
    .look("the client's loop: type, send, stop if that was just `end`, receive, display."),
    common::notices_the_end("the client notices that the server went away").worth(2).bonus_of_others(),
    Check::server("an_error_is_logged", "an error of a client is in the log", an_error_is_logged)
        .worth(1)
        .only_ours()
        .look("what is done with an error that `talk` returns: a line in the log, by `console::log`."),
    Check::server(
        "messages_in_any_form",
        "messages count in whatever form they come",
        messages_in_any_form,
    )
    .worth(1)
    .only_ours()
    .look("how messages are told apart: by one `text::Reader`, made before the loop."),
    common::REPLIES_IN_ANY_FORM.worth(1).only_ours(),
    Check::server("two_pieces", "a message in two pieces is one message", two_pieces)
        .bonus()
        .look(
            "whether one `read` is taken for one message; `text::Reader` puts the pieces together",
        ),
    Check::server("two_in_one_segment", "two messages in one segment are two", two_in_one_segment)
        .bonus()
        .look("whether one `read` is taken for one message; `text::Reader` takes them apart."),
    Check::server("other_line_ends", "a line may end with \\r\\n, or not at all", other_line_ends)
        .bonus()
        .look(
            "what ends a message: `telnet` sends \\r\\n, and many programs no line break at all.",
        ),
    Check::server("an_empty_line", "an empty line is a message too", an_empty_line)
        .bonus()
        .look("what ends the loop: `end`, and a client that has left. An empty line is neither."),
    Check::server(
        "a_client_that_stops_reading",
        "a client that stops reading holds nobody up",
        a_client_that_stops_reading,
    )
    .bonus()
    .look("what a thread holds while it sends: a lock would keep all others waiting, too."),
    Check::server("waiting_costs_nothing", "waiting costs no computing time", waiting_costs_nothing)
        .bonus()
        .look(
            "each loop: does it wait for something, or ask again and again, or go on after `None`?",
        ),
    common::A_LONG_REPLY.bonus(),
    Check::client(
        "the_end_of_input_closes",
        "the end of its input counts as `end`",
        the_end_of_input_closes,
    )
    .worth(1)
    .bonus_of_others()
    .look("what the client sends when `read_line` returns `None`: `end`, for its user."),
];

pub const HINTS: &[&str] = &[
    "While your server waits for a message from alice, bob calls. Which line of your program would have \
     to run for him to be served, and why does it not?",
    "Two loops: one accepts clients and starts a thread for each; the other, inside the thread, receives \
     and replies until `end` or until the client has left. The first must never wait for the second.",
    "`thread::Builder::new().spawn(move || { … })` with the stream moved into the closure. Inside, \
     `let mut messages = text::Reader::new(&client);` and `while let Some(message) = \
     messages.receive()? { … }`. An error must end this loop only: log it, do not `unwrap` it.",
];

fn a_quiet_client_holds_nobody_up(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    let _alice = stage.connects("alice")?;
    let bob = stage.connects("bob")?;
    bob.hears_out()?; // a greeting is not a reply
    common::echoes(stage, &bob)
}

fn echoes_several_messages(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    let alice = stage.connects("alice")?;
    alice.hears_out()?;
    common::echoes(stage, &alice)?;
    common::echoes(stage, &alice)?;
    // None of these is `end`.
    let mut messages = vec![
        format!("endless {}", stage.word()),
        format!("The friend of {}", stage.word()),
        format!("{} and no end", stage.word()),
    ];
    if !stage.is_foreign() {
        messages[1].insert_str(0, "  "); // some languages' usual way to read a line takes blanks away
    }
    for message in messages {
        alice.says(&message)?;
        alice.hears(common::echo(&message))?;
    }
    Ok(())
}

fn end_closes_that_connection_only(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    let alice = stage.connects("alice")?;
    let bob = stage.connects("bob")?;
    common::echoes(stage, &alice)?;
    common::echoes(stage, &bob)?;
    ends_with_end(stage, &alice)?;
    common::echoes(stage, &bob)?;
    let carol = stage.connects("carol")?;
    common::echoes(stage, &carol)
}

/// Lets a peer say `end`. The connection is closed or, by a program in another language, left as it is: then there is
/// no reply to what is said next.
fn ends_with_end(stage: &Stage, peer: &Peer) -> Scene {
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

fn a_reset_harms_nobody(stage: &Stage) -> Scene {
    let server = stage.starts_server()?;
    let alice = stage.connects("alice")?;
    let bob = stage.connects("bob")?;
    common::echoes(stage, &alice)?;
    common::echoes(stage, &bob)?;
    server.logs_something_after(|| alice.resets())?;
    common::echoes(stage, &bob)?;
    let carol = stage.connects("carol")?;
    common::echoes(stage, &carol)
}

fn an_error_is_logged(stage: &Stage) -> Scene {
    let server = stage.starts_server()?;
    let alice = stage.connects("alice")?;
    common::echoes(stage, &alice)?;
    common::is_logged(&server, "the client that was reset", || {
        alice.resets();
        Ok(())
    })?;
    let bob = stage.connects("bob")?;
    common::echoes(stage, &bob)
}

fn messages_in_any_form(stage: &Stage) -> Scene {
    common::messages_in_any_form(stage, common::echo)
}

fn fifty_clients(stage: &Stage) -> Scene {
    common::a_crowd(stage, 50, common::echo, "each its own word")
}

fn the_client_stops_after_end(stage: &Stage) -> Scene {
    let listener = stage.plays_server()?;
    let alice = stage.starts_client("alice")?;
    let server = listener.accepts("alice")?;
    for (before, behind) in [("", ""), ("endless ", ""), ("", " and no end")] {
        let (typed, reply) = (format!("{before}{}{behind}", stage.word()), stage.word());
        alice.types(&typed);
        server.hears(&typed)?;
        server.says(&reply)?;
        alice.prints(&reply)?;
    }
    alice.types("end");
    server.hears("end")?;
    if stage.is_foreign() {
        server.leaves(); // some clients notice the end by that
    }
    alice.exits(0)
}

fn the_end_of_input_closes(stage: &Stage) -> Scene {
    common::the_end_of_input_closes(stage, "end")
}

fn a_client_that_stops_reading(stage: &Stage) -> Scene {
    common::a_client_that_stops_reading(stage, common::echo)
}

fn an_empty_line(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    let alice = stage.connects("alice")?;
    common::echoes(stage, &alice)?;
    common::says_an_empty_line(stage, &alice, common::echo)?;
    common::echoes(stage, &alice)
}

fn waiting_costs_nothing(stage: &Stage) -> Scene {
    common::waiting_costs_nothing(stage, common::echo)
}

fn other_line_ends(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    let alice = stage.connects("alice")?;
    common::says_without_a_newline(stage, &alice, common::echo)?;
    let word = stage.word();
    alice.sends_raw(format!("{word}\r\n").as_bytes(), &format!("{word} (and \\r\\n)"))?;
    alice.hears(common::echo(&word))?;
    alice.sends_raw(b"end\r\n", "end (and \\r\\n)")?;
    alice.is_disconnected()
}

fn two_pieces(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    let alice = stage.connects("alice")?;
    let word = stage.word();
    let (first, second) = word.split_at(word.len() / 2);
    let (rest, shown) = (format!("{second}\n"), format!("{second} (and a newline)"));
    match stage.is_foreign() {
        false => alice.sends_in_two(first, &rest, [first, &shown])?,
        // It may be woken up for the two together, and look only once. But it has not agreed on a time after which a
        // piece is a message; so the second piece cannot come too late.
        true => {
            stage.note("alice", Mark::Sent, first);
            alice.sends_piece(first.as_bytes())?;
            alice.sends_raw(rest.as_bytes(), &shown)?;
        }
    }
    alice.hears(common::echo(&word)).map(drop)
}

fn two_in_one_segment(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    let alice = stage.connects("alice")?;
    let word = stage.word();
    alice
        .sends_raw(format!("{word}\nend\n").as_bytes(), &format!("{word}, end (in one segment)"))?;
    alice.hears(common::echo(&word))?;
    alice.is_disconnected()
}

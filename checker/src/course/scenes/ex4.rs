//! Scenes of 1.4 one thread per client.

use std::time::Duration;

use crate::course::scenes::common;
use crate::course::step::Check;
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
    Check::client(
        "the_client_notices",
        "the client notices that the server went away",
        common::the_client_notices,
    )
    .worth(2)
    .only_ours()
    .look("what follows when `receive` returns `None`: the server has left, which is an error."),
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
    Check::client(
        "replies_in_any_form",
        "replies count in whatever form they come",
        common::replies_in_any_form,
    )
    .worth(1)
    .only_ours()
    .look("how replies are told apart: by one `text::Reader`, made before the loop."),
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
    Check::client("a_long_reply", "a long reply is shown whole", common::a_long_reply)
        .bonus()
        .look("whether one `read` is taken for one reply; `text::Reader` reads until it is whole."),
    Check::client(
        "the_end_of_input_closes",
        "the end of its input counts as `end`",
        the_end_of_input_closes,
    )
    .worth(1)
    .only_ours()
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
    common::echoes(stage, &bob)
}

fn echoes_several_messages(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    let alice = stage.connects("alice")?;
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
        alice.hears(&message)?;
    }
    Ok(())
}

fn end_closes_that_connection_only(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    let alice = stage.connects("alice")?;
    let bob = stage.connects("bob")?;
    common::echoes(stage, &alice)?;
    common::echoes(stage, &bob)?;
    alice.closes_with("end")?;
    common::echoes(stage, &bob)?;
    let carol = stage.connects("carol")?;
    common::echoes(stage, &carol)
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
    common::messages_in_any_form(stage, str::to_string)
}

fn fifty_clients(stage: &Stage) -> Scene {
    common::a_crowd(stage, 50, str::to_string, "each its own word")
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
    common::a_client_that_stops_reading(stage, str::to_string)
}

fn an_empty_line(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    let alice = stage.connects("alice")?;
    common::echoes(stage, &alice)?;
    common::says_an_empty_line(stage, &alice, str::to_string)?;
    common::echoes(stage, &alice)
}

fn waiting_costs_nothing(stage: &Stage) -> Scene {
    common::waiting_costs_nothing(stage, str::to_string)
}

fn other_line_ends(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    let alice = stage.connects("alice")?;
    common::says_without_a_newline(stage, &alice, str::to_string)?;
    let word = stage.word();
    alice.sends_raw(format!("{word}\r\n").as_bytes(), &format!("{word} (and \\r\\n)"))?;
    alice.hears(&word)?;
    alice.sends_raw(b"end\r\n", "end (and \\r\\n)")?;
    alice.is_disconnected()
}

fn two_pieces(stage: &Stage) -> Scene {
    // Short of the time in which a line must go on. If this thread was held up, the second piece may have
    // come too late: then two answers prove nothing, and it is once more from the beginning.
    const TOO_LONG: Duration = Duration::from_millis(40);
    let _server = stage.starts_server()?;
    let word = stage.word();
    let (first, second) = word.split_at(word.len() / 2);
    let deadline = stage.time() + stage.patience();
    while !stage.is_late(deadline) {
        let alice = stage.connects_quietly("alice")?;
        let unread_at = alice.sends_piece(first.as_bytes())?;
        alice.sends_raw(format!("{second}\n").as_bytes(), "")?;
        let is_in_time = unread_at.elapsed() < TOO_LONG;
        let heard = alice.hears(&word);
        if heard.is_ok() || is_in_time {
            stage.note("alice", Mark::Event, "connects");
            stage.note("alice", Mark::Sent, first);
            stage.note("alice", Mark::Sent, &format!("{second} (and a newline)"));
            heard?;
            stage.note("alice", Mark::Received, &word);
            return Ok(());
        }
        alice.leaves();
    }
    Err(Stop::NotChecked("the machine is too busy to send two pieces in time".to_string()))
}

fn two_in_one_segment(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    let alice = stage.connects("alice")?;
    let word = stage.word();
    alice
        .sends_raw(format!("{word}\nend\n").as_bytes(), &format!("{word}, end (in one segment)"))?;
    alice.hears(&word)?;
    alice.is_disconnected()
}

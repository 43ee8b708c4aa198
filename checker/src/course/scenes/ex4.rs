//! Scenes of 1.4 one thread per client.
//!
//! - The handout (assignment 1, exercise 4) asks for a server that spawns "one thread to handle each connecting client",
//!   each of which receives messages and replies "until the \"end\" message is received"; and for a client that sends
//!   multiple messages and terminates after sending `end`. Its readers are to try it with multiple clients.
//! - What the reply is, it does not say: of programs in other languages, any one reply to each message is right. Nor does
//!   it say what marks the end of a message: they are sent whole lines, and `end` in whatever form they know it. A
//!   server that keeps the connection open after `end`, and replies no more, does what is asked; so does a client that
//!   waits for a reply to its `end`.
//! - The starters ask for more: that the reply is the same message, that `end` closes the connection, that a connection
//!   which is reset harms nobody, that a thread does not outlive its client, and that a client notices when its server
//!   has gone. To others, these are bonuses.

use crate::course::scenes::common;
use crate::course::scenes::pair::replies as pair_replies;
use crate::course::step::{Check, Row};
use crate::stage::stage::Stage;
use crate::stage::stop::Scene;
use crate::stage::transcript::Mark;

pub const ROW: Row = Row {
    id: "ex4",
    shown: "end_closes_that_connection_only",
    programs: &["ex4_server", "ex4_client"],
    probes: &[],
    is_own: false,
    checks: CHECKS,
    pair_checks: pair_replies::EX4,
};

const CHECKS: &[Check] = &[
    Check::server("a_quiet_client_holds_nobody_up", a_quiet_client_holds_nobody_up).worth(2),
    Check::server("echoes_several_messages", echoes_several_messages).worth(2),
    Check::server("end_closes_that_connection_only", end_closes_that_connection_only).worth(2),
    Check::server("a_reset_harms_nobody", a_reset_harms_nobody).worth(1).bonus_of_others(),
    Check::server("fifty_clients", fifty_clients).worth(1),
    Check::client("the_client_stops_after_end", the_client_stops_after_end).worth(2),
    common::NOTICES_THE_END.worth(2).bonus_of_others(),
    Check::server("an_error_is_logged", an_error_is_logged).worth(1).only_ours(),
    Check::server("messages_in_any_form", messages_in_any_form).worth(1).only_ours(),
    common::REPLIES_IN_ANY_FORM.worth(1).only_ours(),
    Check::server("waiting_costs_nothing", waiting_costs_nothing).worth(1).bonus_of_others(),
    Check::server("two_pieces", two_pieces).bonus(),
    Check::server("two_in_one_segment", two_in_one_segment).bonus(),
    Check::server("other_line_ends", other_line_ends).bonus(),
    Check::server("an_empty_line", an_empty_line).bonus(),
    Check::server("a_client_that_stops_reading", a_client_that_stops_reading).bonus(),
    common::A_LONG_REPLY.bonus(),
    Check::client("the_end_of_input_closes", the_end_of_input_closes).worth(1).bonus_of_others(),
];

fn a_quiet_client_holds_nobody_up(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    let _alice = common::comes_and_says_nothing(stage, "alice")?;
    let bob = common::comes(stage, "bob")?;
    common::echoes(stage, &bob)
}

fn echoes_several_messages(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    let alice = common::comes(stage, "alice")?;
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
    let alice = common::comes(stage, "alice")?;
    let bob = common::comes(stage, "bob")?;
    common::echoes(stage, &alice)?;
    common::echoes(stage, &bob)?;
    common::ends_with_end(stage, &alice)?;
    common::echoes(stage, &bob)?;
    let carol = common::comes(stage, "carol")?;
    common::echoes(stage, &carol)?;
    // The first one may have been accepted before the server knew of that `end`.
    let dave = common::comes(stage, "dave")?;
    common::echoes(stage, &dave)
}

fn a_reset_harms_nobody(stage: &Stage) -> Scene {
    let server = stage.starts_server()?;
    let alice = common::comes(stage, "alice")?;
    let bob = common::comes(stage, "bob")?;
    common::echoes(stage, &alice)?;
    common::echoes(stage, &bob)?;
    server.logs_something_after(|| alice.resets())?;
    common::echoes(stage, &bob)?;
    let carol = common::comes(stage, "carol")?;
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
    let says_end = || {
        let (alice, server) = common::a_client_that_talks(stage)?;
        for (before, behind) in [("endless ", ""), ("", " and no end")] {
            let typed = format!("{before}{}{behind}", stage.word());
            common::is_told(&alice, &server, &typed, &stage.word())?;
        }
        alice.types("end");
        server.hears("end")?;
        Ok((alice, server))
    };
    common::ends_after_its_last_word(stage, says_end, |server| server.says(&stage.word()))
}

fn the_end_of_input_closes(stage: &Stage) -> Scene {
    common::the_end_of_input_closes(stage, "end")
}

fn a_client_that_stops_reading(stage: &Stage) -> Scene {
    common::a_client_that_stops_reading(stage, common::echo)
}

fn an_empty_line(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    let alice = common::comes(stage, "alice")?;
    common::echoes(stage, &alice)?;
    common::says_an_empty_line(stage, &alice, common::echo)?;
    common::echoes(stage, &alice)
}

fn waiting_costs_nothing(stage: &Stage) -> Scene {
    common::waiting_costs_nothing(stage, common::echo)
}

fn other_line_ends(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    let alice = common::comes(stage, "alice")?;
    common::says_without_a_newline(stage, &alice, common::echo)?;
    let word = stage.word();
    alice.sends_raw(format!("{word}\r\n").as_bytes(), &format!("{word} (and \\r\\n)"))?;
    alice.hears(common::echo(&word))?;
    alice.sends_raw(b"end\r\n", "end (and \\r\\n)")?;
    alice.is_disconnected()
}

fn two_pieces(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    let alice = common::comes(stage, "alice")?;
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
    let alice = common::comes(stage, "alice")?;
    let word = stage.word();
    alice
        .sends_raw(format!("{word}\nend\n").as_bytes(), &format!("{word}, end (in one segment)"))?;
    alice.hears(common::echo(&word))?;
    alice.is_disconnected()
}

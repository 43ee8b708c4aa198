//! Scenes of milestone 0: capitals for one client.

use crate::course::scenes::common;
use crate::course::step::Check;
use crate::stage::stage::Stage;
use crate::stage::stop::Scene;

pub const CHECKS: &[Check] = &[
    Check::server("sends_capitals", "sends a message back in capitals", sends_capitals)
        .worth(4)
        .look("what is sent back, and when: the message with `to_uppercase`, at once."),
    Check::server("answers_many", "answers many messages", answers_many)
        .worth(4)
        .look("whether the server receives again after it has replied."),
    Check::server(
        "knows_other_alphabets",
        "knows the capitals of other alphabets",
        knows_other_alphabets,
    )
    .worth(2)
    .look("whether `to_uppercase` is used: `to_ascii_uppercase` knows only A to Z."),
    Check::server("ends_with_the_client", "ends when the client leaves", ends_with_the_client)
        .worth(3)
        .only_ours()
        .look(
            "what follows when `receive` returns `None`: the client has left, so the server ends.",
        ),
    Check::client(
        "the_client_talks",
        "the client shows the reply to each line",
        the_client_talks,
    )
    .worth(4)
    .look(
        "the client's loop: read a line, send, receive, display, until there are no more lines.",
    ),
    Check::client("the_input_ends", "the end of input ends the client", the_input_ends)
        .worth(1)
        .only_ours()
        .look(
            "what ends the client's loop: `read_line` returns `None`, and the connection is closed.",
        ),
    Check::client(
        "a_reply_without_a_newline",
        "a reply without a newline is shown",
        a_reply_without_a_newline,
    )
    .worth(2)
    .look("whether the client receives with a `text::Reader`, which needs no line break."),
    Check::server(
        "messages_in_any_form",
        "messages count in whatever form they come",
        messages_in_any_form,
    )
    .worth(1)
    .only_ours()
    .look(
        "how messages are told apart (by one `text::Reader`, made before the loop), and what \
         ends the loop: an empty line does not.",
    ),
    Check::client(
        "replies_in_any_form",
        "replies count in whatever form they come",
        common::replies_in_any_form,
    )
    .worth(1)
    .only_ours()
    .look("how replies are told apart: by one `text::Reader`, made before the loop."),
    Check::client(
        "the_client_notices",
        "the client notices a server that has left",
        common::the_client_notices,
    )
    .worth(1)
    .only_ours()
    .look("what follows when `receive` returns `None`: the server has left, which is an error."),
];

pub const HINTS: &[&str] = &[
    "In 1.2 both programs ended after one message. Which lines have to be repeated now, and what tells each \
     of them that it is time to stop?",
    "The server: `while let Some(message) = messages.receive()? { … }`. `None` means that the client has left. \
     The client has the same loop over the lines that are typed.",
    "`let mut messages = text::Reader::new(client);` before the loop, not inside it: the reader keeps what \
     has arrived too early. Inside: `text::send(client, &message.to_uppercase())?;`.",
];

fn sends_capitals(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    let alice = stage.connects("alice")?;
    let word = stage.word();
    alice.says(&word)?;
    alice.hears(&word.to_uppercase()).map(drop)
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
    for _ in 0..5 {
        let message = format!("{} and {}", stage.word(), stage.word());
        alice.says(&message)?;
        alice.hears(&message.to_uppercase())?;
    }
    Ok(())
}

fn messages_in_any_form(stage: &Stage) -> Scene {
    common::messages_in_any_form(stage, str::to_uppercase)
}

fn ends_with_the_client(stage: &Stage) -> Scene {
    let server = stage.starts_server()?;
    let alice = stage.connects("alice")?;
    let word = stage.word();
    alice.says(&word)?;
    alice.hears(&word.to_uppercase())?;
    alice.leaves();
    server.exits(0)
}

fn the_client_talks(stage: &Stage) -> Scene {
    let listener = stage.plays_server()?;
    let alice = stage.starts_client("alice")?;
    let server = listener.accepts("alice")?;
    for _ in 0..3 {
        // The reply is another word, so that a client which makes the capitals itself does not pass.
        let (typed, reply) = (stage.word(), stage.word().to_uppercase());
        alice.types(&typed);
        server.hears(&typed)?;
        server.says(&reply)?;
        alice.prints(&reply)?;
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
    let server = listener.accepts("alice")?;
    for _ in 0..2 {
        let (typed, reply) = (stage.word(), stage.word().to_uppercase());
        alice.types(&typed);
        server.hears(&typed)?;
        server.sends_raw(reply.as_bytes(), &format!("{reply} (no newline)"))?;
        alice.prints(&reply)?;
    }
    Ok(())
}

//! Scenes of 2.2 structured messages.
//!
//! The handout (assignment 2, exercise 2) asks for a message with "the following fields", `int64 from`, `int64 to` and
//! `string msg`; for `protobuf`; and that the server "should echo the message back to the client, as done in the
//! previous assignments": for many clients at once, each until `end`, whatever another one does. So any values of those
//! fields are asked, and a server that sends back whatever bytes come has not done it: nothing may come back for a
//! length alone, nor for bytes that do not decode, and `end` must be understood.
//!
//! It does not say how the receiver knows where a message ends, nor what a client shows of a reply but its text. A
//! program in any language has a framing of its own, which is found out (`PROBES`), or none: then one message is one
//! segment, and what is about the end of a frame is not asked (`of_frames`).
//!
//! The starters ask for more: a length of 4 bytes, big-endian; no memory for a length that nobody means; the options
//! `--from` and `--to`, and the sender in front of a reply; and a word from a client that is cut off.

use chatlings::proto::Message;
use prost::Message as _; // the trait with `encoded_len`

use crate::course::scenes::common;
use crate::course::scenes::pair::replies as pair_replies;
use crate::course::step::{Check, Probe, Row};
use crate::stage::expected::matching;
use crate::stage::framing::Framing;
use crate::stage::launch::{Role, Setting};
use crate::stage::peer::Peer;
use crate::stage::program::Program;
use crate::stage::protobuf::frame_of;
use crate::stage::show::hex;
use crate::stage::stage::Stage;
use crate::stage::stop::{Scene, Stop};
use crate::stage::transcript::Mark;

pub const ROW: Row = Row {
    id: "ex6",
    shown: "the_client_talks",
    programs: &["ex6_server", "ex6_client"],
    probes: PROBES,
    is_own: false,
    checks: CHECKS,
    pair_checks: pair_replies::EX6,
};

const CHECKS: &[Check] = &[
    Check::server("echoes_field_by_field", echoes_field_by_field).worth(2),
    Check::server("echoes_any_values", echoes_any_values).worth(1),
    Check::server("end_closes", end_closes).worth(2),
    Check::server("many_pieces", many_pieces).worth(1).of_frames(),
    Check::server("three_in_one_segment", three_in_one_segment).worth(1).of_frames(),
    Check::server("a_cut_off_frame", a_cut_off_frame).worth(1).of_frames(),
    Check::server("an_enormous_length", an_enormous_length).worth(1).bonus_of_others().of_frames(),
    Check::server("undecodable_bytes", undecodable_bytes).worth(1),
    Check::server("errors_are_logged", errors_are_logged).worth(1).only_ours(),
    Check::server("a_frame_is_one_write", a_frame_is_one_write).worth(1).only_ours(),
    Check::client("the_client_talks", the_client_talks).worth(2),
    Check::client("a_client_cut_off", a_client_cut_off).worth(1).only_ours(),
];

/// A client speaks first, so what it does is the best guess at what its server does.
const PROBES: &[Probe] = &[
    Probe { role: Role::Client, speaks_first: false, scene: framing_of_a_client },
    Probe { role: Role::Server, speaks_first: true, scene: framing_of_a_server },
];

fn message(stage: &Stage) -> Message {
    Message { from: stage.number(1, 99), to: stage.number(1, 99), msg: stage.word() }
}

fn says(peer: &Peer, message: &Message) -> Scene {
    peer.sends_frame(message)?;
    peer.receives(message)
}

/// A message of so many bytes, about.
fn long_message(stage: &Stage, length: usize) -> Message {
    let msg = format!("{} ", stage.word()).repeat(length).chars().take(length).collect();
    Message { msg, ..message(stage) }
}

/// The same as `says`, where a server shows that it knows a message when it has one: nothing comes back for the length
/// alone. A foreign one might not even use protobuf: then bytes that are no message come back too.
fn says_length_first(stage: &Stage, peer: &Peer, message: &Message) -> Scene {
    peer.sends_length_first(message)?;
    peer.receives(message)?;
    if stage.is_foreign() {
        let mallory = stage.connects("mallory")?;
        sends_what_does_not_decode(stage, &mallory)?;
        mallory.hears_no_echo_at_rest()?;
    }
    Ok(())
}

/// Field 3 with a length of 127 bytes, of which none follows.
fn sends_what_does_not_decode(stage: &Stage, peer: &Peer) -> Scene {
    let frame = stage.framing().frame(&[0x1a, 0x7f]);
    peer.sends_raw(&frame, &format!("{} (which does not decode)", hex(&frame)))
}

/// A server with bob, who is served before and after somebody misbehaves.
fn starts_with_bob(stage: &Stage) -> Result<(Program, Peer), Stop> {
    let server = stage.starts_server()?;
    let bob = stage.connects("bob")?;
    says(&bob, &message(stage))?;
    Ok((server, bob))
}

/// Somebody who misbehaves loses the connection. A foreign server may say so by its silence.
fn is_let_go(stage: &Stage, peer: &Peer) -> Scene {
    if stage.is_foreign() { peer.hears_no_echo_at_rest() } else { peer.is_disconnected() }
}

/// The misbehaving peer loses its connection, bob does not, and carol still gets in.
fn only_this_one_suffers(stage: &Stage, peer: &Peer, bob: &Peer) -> Scene {
    is_let_go(stage, peer)?;
    says(bob, &message(stage))?;
    let carol = stage.connects("carol")?;
    says(&carol, &message(stage))
}

fn echoes_field_by_field(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    let alice = stage.connects("alice")?;
    says(&alice, &message(stage))?;
    says_length_first(stage, &alice, &message(stage))
}

fn echoes_any_values(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    let alice = stage.connects("alice")?;
    says(&alice, &Message { from: -1, to: -stage.number(1, 99), msg: stage.word() })?;
    says(&alice, &Message { from: i64::MAX, to: i64::MIN, msg: stage.word() })?;
    says(&alice, &Message { from: 1, to: 0, msg: String::new() })?;
    if stage.framing() != Framing::None {
        says(&alice, &Message::default())?; // without a frame, it has no bytes that could be sent
    }
    // None of these is `end`.
    for msg in [format!("endless {}", stage.word()), format!("{} and no end", stage.word())] {
        says(&alice, &Message { from: 1, to: 2, msg })?;
    }
    says(&alice, &Message { from: 1, to: 2, msg: " Grüße,\n你好, 👋 ".to_string() })?;
    // The handout names no longest message; and the numbers and the rest take some bytes too.
    let length = if stage.is_foreign() { 30 * 1024 } else { 100 * 1024 };
    let length = length.min(stage.framing().longest() - 100);
    let long = Message { from: 1, to: 2, ..long_message(stage, length) };
    says_length_first(stage, &alice, &long)
}

fn end_closes(stage: &Stage) -> Scene {
    let (_server, bob) = starts_with_bob(stage)?;
    let alice = stage.connects("alice")?;
    says(&alice, &message(stage))?;
    alice.sends_frame(&Message { msg: "end".to_string(), ..message(stage) })?;
    alice.is_disconnected()?;
    says(&bob, &message(stage))
}

fn many_pieces(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    let alice = stage.connects("alice")?;
    let message = message(stage);
    let frame = frame_of(&message, stage.framing());
    stage.note("alice", Mark::Sent, &format!("a frame of {} bytes, byte by byte", frame.len()));
    for (number, byte) in frame.iter().enumerate() {
        if number + 1 == frame.len() {
            alice.hears_nothing_at_rest()?;
        }
        match alice.sends_piece(&[*byte]) {
            Err(Stop::Fails(_)) => break, // it has been closed, which is what comes instead of a reply
            other => other?,
        }
    }
    alice.receives(&message)
}

fn three_in_one_segment(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    let alice = stage.connects("alice")?;
    let messages = [message(stage), message(stage), message(stage)];
    let frame = |message| frame_of(message, stage.framing());
    let frames: Vec<u8> = messages.iter().flat_map(frame).collect();
    alice.sends_raw(&frames, "three frames in one segment")?;
    for message in &messages {
        alice.receives(message)?;
    }
    Ok(())
}

fn a_cut_off_frame(stage: &Stage) -> Scene {
    let (_server, bob) = starts_with_bob(stage)?;
    let cut_off = message(stage);
    let frame = frame_of(&cut_off, stage.framing());
    let erin = stage.connects("erin")?;
    erin.stops_sending();
    is_let_go(stage, &erin)?;
    let dave = stage.connects("dave")?;
    let header = frame.len() - cut_off.encoded_len();
    if header > 1 {
        let half = &frame[..header / 2];
        let shown = format!("the first half of a length ({} of {header} bytes)", half.len());
        dave.sends_raw(half, &shown)?;
    }
    dave.stops_sending();
    is_let_go(stage, &dave)?;
    says(&bob, &message(stage))?;
    let alice = stage.connects("alice")?;
    // What comes is a message, too: only by its length can a server tell that something is missing.
    let without_text = Message { msg: String::new(), ..cut_off };
    let half = &frame[..header + without_text.encoded_len()];
    alice.sends_raw(
        half,
        &format!("the beginning of a frame ({} of {} bytes)", half.len(), frame.len()),
    )?;
    alice.stops_sending();
    only_this_one_suffers(stage, &alice, &bob)
}

fn an_enormous_length(stage: &Stage) -> Scene {
    let length = stage.framing().largest_length();
    if length.len() < 4 {
        return Err(Stop::NotChecked("so short a length cannot be enormous".to_string()));
    }
    let (server, bob) = starts_with_bob(stage)?;
    let before = server.peak_memory();
    let alice = stage.connects("alice")?;
    alice.sends_raw(&length, &format!("{} (a length of 4 GiB)", hex(&length)))?;
    only_this_one_suffers(stage, &alice, &bob)?;
    if let (Some(before), Some(after)) = (before, server.peak_memory()) {
        let grown = after.saturating_sub(before) / (1024 * 1024);
        if grown > 0 {
            return Err(Stop::fails(
                "server",
                format!("expected no memory for it, but {grown} GiB were taken"),
            ));
        }
    }
    Ok(())
}

fn undecodable_bytes(stage: &Stage) -> Scene {
    let (_server, bob) = starts_with_bob(stage)?;
    let alice = stage.connects("alice")?;
    sends_what_does_not_decode(stage, &alice)?;
    only_this_one_suffers(stage, &alice, &bob)
}

fn errors_are_logged(stage: &Stage) -> Scene {
    let server = stage.starts_server()?;
    let frame = frame_of(&message(stage), stage.framing());
    for (name, bytes, what) in [
        ("alice", &frame[..2], "half a length"),
        ("bob", &frame[..6], "the beginning of a frame"),
        ("carol", &[0xff; 4][..], "a length of 4 GiB"),
        ("dave", &[0, 0, 0, 2, 0x1a, 0x7f][..], "a frame that does not decode"),
    ] {
        let peer = stage.connects(name)?;
        common::is_logged(&server, name, || {
            peer.sends_raw(bytes, &format!("{}   ({what})", hex(bytes)))?;
            peer.stops_sending();
            Ok(())
        })?;
    }
    Ok(())
}

fn a_frame_is_one_write(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    let alice = stage.connects("alice")?;
    for _ in 0..3 {
        let message = message(stage);
        let pieces = alice.counts_pieces();
        alice.sends_frame(&message)?;
        let length = frame_of(&message, stage.framing()).len();
        alice.hears_in_one_piece(pieces, "the frame", |bytes| bytes.len() / length)?;
        alice.receives(&message)?;
    }
    Ok(())
}

fn the_client_talks(stage: &Stage) -> Scene {
    let (from, to) = (stage.number(2, 99), stage.number(1, 99));
    let end = Message { from, to, msg: "end".to_string() };
    let says_end = || the_client_says_end(stage, &end);
    common::ends_after_its_last_word(stage, says_end, |server| server.sends_frame(&end))
}

/// A client that is replied to twice, before its user types `end`: a message from and to the same as the others.
fn the_client_says_end(stage: &Stage, end: &Message) -> Result<(Program, Peer), Stop> {
    let (from, to) = (end.from, end.to);
    let listener = stage.plays_server()?;
    let settings = [setting("--from", "{from}", from), setting("--to", "{to}", to)];
    let alice = stage.starts_client_with("alice", &settings)?;
    let typed = || Message { from, to, msg: stage.word() };
    let is_answered = |server: &Peer, typed: &Message| {
        let reply = message(stage);
        let received: Message =
            server.receives_frame(&format!("a Message with msg {:?}", typed.msg))?;
        if !is_what_was_typed(stage, typed, &received) {
            return server.finds_wrong(typed, &received);
        }
        // Another text from another sender, so that a client which shows its own message does not pass.
        server.sends_frame(&reply)?;
        let shows_sender =
            |line: &str| stage.is_foreign() || line.contains(&reply.from.to_string());
        let expected = format!("a line with {:?} and its sender {}", reply.msg, reply.from);
        let is_right = |line: &str| line.contains(&reply.msg) && shows_sender(line);
        alice.prints(matching(expected, is_right)).map(drop)
    };
    let first = typed();
    let server = common::accepts_and_types(stage, &listener, || alice.types_message(&first))?;
    is_answered(&server, &first)?;
    let second = typed();
    alice.types_message(&second);
    is_answered(&server, &second)?;
    alice.types_message(end);
    let last: Message = server.receives_frame("a Message with msg \"end\"")?;
    if last.msg != end.msg {
        return server.finds_wrong(end, &last);
    }
    Ok((alice, server))
}

/// A foreign client need not have options for the numbers; but where it asks its user for one, that is what it sends.
fn is_what_was_typed(stage: &Stage, typed: &Message, received: &Message) -> bool {
    let counts = |placeholder| !stage.is_foreign() || stage.manners().types_what(placeholder);
    received.msg == typed.msg
        && (received.from == typed.from || !counts("{from}"))
        && (received.to == typed.to || !counts("{to}"))
}

fn a_client_cut_off(stage: &Stage) -> Scene {
    let listener = stage.plays_server()?;
    let alice = stage.starts_client("alice")?;
    let server = listener.accepts("alice")?;
    let typed = stage.word();
    alice.types(&typed);
    server.receives_frame::<Message>(&format!("a Message with msg {typed:?}"))?;
    server.leaves();
    alice.gives_up()
}

/// An option of the client, which a foreign one need not have.
fn setting(option: &'static str, placeholder: &'static str, value: i64) -> Setting {
    Setting { option, placeholder, value: value.unsigned_abs(), is_needed: false }
}

// ── how commands frame their messages ────────────────────────────────────────────────────────────

/// This framing, if the server echoes a message in it. The message has a length that no server takes for another: with
/// two bytes in front that are 0, whoever reads two of them, or a varint, would reply with the same bytes all the same,
/// in more messages. Only a server that takes no message as long as that is asked with a short one, length first.
fn framing_of_a_server(stage: &Stage) -> Result<Option<Framing>, Stop> {
    const MORE_THAN_2_BYTES_SAY: usize = 70_000;
    const MORE_THAN_A_VARINT_OF_1_BYTE_SAYS: usize = 200;
    let _server = stage.starts_server()?;
    let alice = stage.connects("alice")?;
    let limit = stage.patience() / 2;
    let length = match stage.framing() {
        Framing::U32Be => MORE_THAN_2_BYTES_SAY,
        _ => MORE_THAN_A_VARINT_OF_1_BYTE_SAYS,
    };
    let message = long_message(stage, length);
    let mut scene =
        alice.sends_frame(&message).and_then(|()| alice.receives_within(limit, &message));
    if let (Err(Stop::Fails(_)), Framing::U32Be) = (&scene, stage.framing()) {
        let message = long_message(stage, MORE_THAN_A_VARINT_OF_1_BYTE_SAYS);
        let echoes = |bob: Peer| {
            bob.sends_length_first(&message)?;
            bob.receives_within(limit, &message)
        };
        scene = stage.connects("bob").and_then(echoes);
    }
    match scene {
        Ok(()) => Ok(Some(stage.framing())),
        Err(Stop::Fails(_)) => Ok(None),
        Err(other) => Err(other),
    }
}

/// How the first message of a client is framed, if it is the one that was typed.
fn framing_of_a_client(stage: &Stage) -> Result<Option<Framing>, Stop> {
    let listener = stage.plays_server()?;
    let alice = stage.starts_client("alice")?;
    let typed = message(stage);
    let server = common::accepts_and_types(stage, &listener, || alice.types_message(&typed))?;
    let is_right = |message: &Message| message.msg.contains(&typed.msg);
    let found = server.receives_in_any_frame(stage.patience(), is_right)?;
    Ok(found.first().copied())
}

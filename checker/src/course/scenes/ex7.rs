//! Scenes of 2.3 a handshake.
//!
//! The handout (assignment 2, exercise 3) asks for a second message with `int64 id` and `bool error`. The server "should
//! assign an id to the client and send the handshake message" when a connection has come; "if some error occurs", `error`
//! is true and the connection is closed; and "the client and the server work with the specification". From 2.2 it has
//! that `from` is "specifying the sender": so a client's messages are from the id that it was given. A refused client
//! ends, since its connection does. An id that two connected clients share would assign nobody; whether the first is 0 or
//! 1 is open.
//!
//! It does not say what error there may be. That a server is full is asked only of one that can be told how many clients
//! it may have (`{max_clients}`); that a client notices when the server leaves before the handshake is a bonus. Framing
//! is as open as in 2.2.
//!
//! The starters ask for more: ids from 1, `--max-clients`, that the client displays its id, and says why it ends.

use chatlings::proto::{FastHandshake, Message};

use crate::course::scenes::common;
use crate::course::scenes::pair::replies as pair_replies;
use crate::course::step::{Check, Probe, Row};
use crate::stage::expected::containing;
use crate::stage::framing::Framing;
use crate::stage::launch::{Role, Setting};
use crate::stage::peer::Peer;
use crate::stage::program::Program;
use crate::stage::protobuf::Shown;
use crate::stage::show::seconds;
use crate::stage::stage::Stage;
use crate::stage::stop::{Scene, Stop};
use crate::stage::transcript::Mark;

pub const ROW: Row = Row {
    id: "ex7",
    shown: "one_client_too_many",
    programs: &["ex7_server", "ex7_client"],
    probes: PROBES,
    is_own: false,
    checks: CHECKS,
    pair_checks: pair_replies::EX7,
};

const CHECKS: &[Check] = &[
    Check::server("the_handshake_comes_first", the_handshake_comes_first).worth(3),
    Check::server("ids_are_distinct", ids_are_distinct).worth(2),
    Check::server("twenty_at_once", twenty_at_once).worth(2),
    Check::server("one_client_too_many", one_client_too_many).worth(2).needs("{max_clients}"),
    Check::server("the_next_gets_in", the_next_gets_in).worth(1).needs("{max_clients}"),
    Check::server("messages_echo", messages_echo).worth(2),
    Check::client("the_client_shows_its_id", the_client_shows_its_id).worth(2),
    Check::client("the_client_sends_to_0", the_client_sends_to_0).worth(1).only_ours(),
    Check::client("a_refused_client", a_refused_client).worth(1),
    Check::client("a_client_cut_off", a_client_cut_off).worth(1).bonus_of_others(),
];

/// A server speaks first, so what it does is the best guess at what its client does.
const PROBES: &[Probe] = &[
    Probe { role: Role::Server, speaks_first: false, scene: framing_of_a_server },
    Probe { role: Role::Client, speaks_first: true, scene: framing_of_a_client },
];

const fn max_clients(value: u64) -> Setting {
    Setting { option: "--max-clients", placeholder: "{max_clients}", value, is_needed: true }
}

const AN_ID: &str = "a FastHandshake with an id";

/// Connects somebody, who must be given an id at once.
fn joins(stage: &Stage, name: &str) -> Result<(Peer, i64), Stop> {
    let peer = stage.connects(name)?;
    let id = is_welcomed(&peer)?;
    Ok((peer, id))
}

fn is_welcomed(peer: &Peer) -> Result<i64, Stop> {
    id_in(&peer.receives_frame(AN_ID)?, peer)
}

fn id_in(handshake: &FastHandshake, peer: &Peer) -> Result<i64, Stop> {
    match handshake.error {
        false => Ok(handshake.id),
        true => peer.fails(format!("expected {AN_ID}, but received {}", handshake.shown())),
    }
}

fn echoes(stage: &Stage, peer: &Peer, id: i64) -> Scene {
    let message = Message { from: id, to: stage.number(1, 99), msg: stage.word() };
    peer.sends_frame(&message)?;
    peer.receives(&message)
}

fn the_handshake_comes_first(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    let (alice, id) = joins(stage, "alice")?;
    // A foreign server may count from 0.
    if !stage.is_foreign() && id != 1 {
        return alice.finds_wrong(
            &FastHandshake { id: 1, error: false },
            &FastHandshake { id, error: false },
        );
    }
    echoes(stage, &alice, id)
}

fn ids_are_distinct(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    let (alice, first) = joins(stage, "alice")?;
    let (_bob, second) = joins(stage, "bob")?;
    let (_carol, third) = joins(stage, "carol")?;
    are_distinct(&[first, second, third])?;
    alice.sends_frame(&Message { from: first, to: 0, msg: "end".to_string() })?;
    alice.is_disconnected()?;
    // The next may be given alice's id again, but not one of those who are still there.
    let (_dave, fourth) = joins(stage, "dave")?;
    are_distinct(&[second, third, fourth])
}

fn are_distinct(ids: &[i64]) -> Scene {
    for (number, id) in ids.iter().enumerate() {
        if ids[..number].contains(id) {
            return Err(Stop::fails(
                "server",
                format!("expected distinct ids, but two connected clients are {id}"),
            ));
        }
    }
    Ok(())
}

fn twenty_at_once(stage: &Stage) -> Scene {
    const COUNT: usize = 20;
    let _server = stage.starts_server()?;
    let mut clients = Vec::new();
    for number in 1..=COUNT {
        clients.push(stage.connects_quietly(&format!("client {number}"))?);
    }
    stage.note("clients", Mark::Event, &format!("{COUNT} of them connect"));
    let handshake = |client: &Peer| client.receives_frame::<FastHandshake>(AN_ID);
    let handshakes = clients.iter().map(handshake).collect::<Result<Vec<_>, Stop>>()?;
    let welcomed = handshakes.iter().filter(|handshake| !handshake.error);
    let ids: Vec<i64> = welcomed.map(|handshake| handshake.id).collect();
    // How many seats a foreign server has, is its own affair.
    if !stage.is_foreign() || ids.len() < 2 {
        clients.iter().zip(&handshakes).try_for_each(|(client, it)| id_in(it, client).map(drop))?;
    }
    are_distinct(&ids)?;
    let count = ids.len();
    stage.note("clients", Mark::Received, &format!("a FastHandshake each, with {count} ids"));
    Ok(())
}

fn one_client_too_many(stage: &Stage) -> Scene {
    let _server = stage.starts_server_with(&[max_clients(2)])?;
    let (alice, id) = joins(stage, "alice")?;
    let (_bob, _) = joins(stage, "bob")?;
    let carol = stage.connects("carol")?;
    is_refused(&carol)?;
    carol.is_disconnected()?;
    echoes(stage, &alice, id)
}

fn is_refused(peer: &Peer) -> Scene {
    let handshake: FastHandshake = peer.receives_frame("a FastHandshake with error: true")?;
    match handshake.error {
        true => Ok(()),
        false => peer.finds_wrong(&FastHandshake { id: 0, error: true }, &handshake),
    }
}

fn the_next_gets_in(stage: &Stage) -> Scene {
    let _server = stage.starts_server_with(&[max_clients(1)])?;
    let (alice, id) = joins(stage, "alice")?;
    echoes(stage, &alice, id)?;
    is_refused(&stage.connects("bob")?)?;
    alice.sends_frame(&Message { from: id, to: 0, msg: "end".to_string() })?;
    alice.is_disconnected()?;
    if stage.is_foreign() {
        alice.leaves(); // its seat may be free only then
    }
    let (carol, id) = gets_in(stage, "carol")?;
    echoes(stage, &carol, id)?;
    carol.resets();
    let (dave, id) = gets_in(stage, "dave")?;
    echoes(stage, &dave, id)?;
    dave.leaves();
    let (erin, id) = gets_in(stage, "erin")?;
    echoes(stage, &erin, id)
}

/// Tries until there is room: a server learns in a thread of its own that somebody has left.
fn gets_in(stage: &Stage, name: &str) -> Result<(Peer, i64), Stop> {
    let deadline = stage.time() + stage.patience();
    loop {
        let peer = stage.connects_quietly(name)?;
        let handshake: FastHandshake = peer.receives_frame(AN_ID)?;
        if !handshake.error {
            stage.note(name, Mark::Event, "connects");
            stage.note(name, Mark::Received, "FastHandshake with an id");
            return Ok((peer.aloud(), handshake.id));
        }
        if stage.is_late(deadline) {
            let message = format!(
                "expected a free seat, but was still refused after {}",
                seconds(stage.patience())
            );
            return Err(Stop::fails(name, message));
        }
        peer.resets(); // if it left, the system would keep the server's port for a minute
    }
}

fn messages_echo(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    let (alice, first) = joins(stage, "alice")?;
    let (bob, second) = joins(stage, "bob")?;
    echoes(stage, &alice, first)?;
    echoes(stage, &bob, second)?;
    echoes(stage, &alice, first)?;
    alice.sends_frame(&Message { from: first, to: 0, msg: "end".to_string() })?;
    alice.is_disconnected()?;
    echoes(stage, &bob, second)
}

fn the_client_shows_its_id(stage: &Stage) -> Scene {
    let end = Message { from: stage.number(1000, 9999), to: 0, msg: "end".to_string() };
    let says_end = || the_client_says_end(stage, &end);
    common::ends_after_its_last_word(stage, says_end, |server| server.sends_frame(&end))
}

/// A client that is given the id which `end` is from, and replied to once, before its user types that.
fn the_client_says_end(stage: &Stage, end: &Message) -> Result<(Program, Peer), Stop> {
    let listener = stage.plays_server()?;
    let alice = stage.starts_client("alice")?;
    let server = listener.accepts("alice")?;
    let id = end.from;
    server.sends_frame(&FastHandshake { id, error: false })?;
    if !stage.is_foreign() {
        alice.prints(containing(&id.to_string()))?; // of others, it shows in what they send
    }
    let typed = Message { from: id, to: 0, msg: stage.word() };
    alice.types_message(&typed);
    let received: Message =
        server.receives_frame(&format!("a Message with msg {:?}", typed.msg))?;
    if received.msg != typed.msg || received.from != id {
        return server.finds_wrong(&typed, &received);
    }
    let reply = Message { from: stage.number(1, 99), to: id, msg: stage.word() };
    server.sends_frame(&reply)?;
    alice.prints(containing(&reply.msg))?;
    alice.types_message(end);
    server.receives_frame::<Message>("a Message with msg \"end\"")?;
    Ok((alice, server))
}

fn the_client_sends_to_0(stage: &Stage) -> Scene {
    let listener = stage.plays_server()?;
    let alice = stage.starts_client("alice")?;
    let server = listener.accepts("alice")?;
    let id = stage.number(1000, 9999);
    server.sends_frame(&FastHandshake { id, error: false })?;
    let typed = stage.word();
    alice.types(&typed);
    server.receives(&Message { from: id, to: 0, msg: typed })?;
    server.sends_frame(&Message { from: 0, to: id, msg: stage.word() })?;
    alice.types("end");
    server.receives(&Message { from: id, to: 0, msg: "end".to_string() })
}

fn a_refused_client(stage: &Stage) -> Scene {
    let listener = stage.plays_server()?;
    let alice = stage.starts_client("alice")?;
    let server = listener.accepts("alice")?;
    server.sends_frame(&FastHandshake { id: 0, error: true })?;
    server.leaves();
    alice.gives_up()
}

fn a_client_cut_off(stage: &Stage) -> Scene {
    let listener = stage.plays_server()?;
    let alice = stage.starts_client("alice")?;
    let server = listener.accepts("alice")?;
    server.leaves();
    alice.gives_up()
}

// ── how commands frame their messages ────────────────────────────────────────────────────────────

/// How the handshake of a server is framed. If that may be in several ways, as with id 0, the next one's tells.
fn framing_of_a_server(stage: &Stage) -> Result<Option<Framing>, Stop> {
    let _server = stage.starts_server()?;
    let mut first = None;
    let mut peers = Vec::new(); // nobody leaves: the second one's id is another
    for name in ["alice", "bob"] {
        let peer = stage.connects(name)?;
        let is_right = |_: &FastHandshake| true;
        let found = peer.receives_in_any_frame(stage.patience() / 2, is_right)?;
        peers.push(peer);
        if let [only] = found[..] {
            return Ok(Some(only));
        }
        first = first.or(found.first().copied());
    }
    Ok(first)
}

/// How the first message of a client is framed, if it is the one that was typed: once the client has been given an id
/// that it understands, so in this framing, or in one that it takes for it.
fn framing_of_a_client(stage: &Stage) -> Result<Option<Framing>, Stop> {
    let listener = stage.plays_server()?;
    let alice = stage.starts_client("alice")?;
    let server = listener.accepts("alice")?;
    let id = stage.number(1000, 9999);
    server.sends_frame(&FastHandshake { id, error: false })?;
    let typed = Message { from: id, to: 0, msg: stage.word() };
    alice.types_message(&typed);
    let is_right = |message: &Message| message.msg.contains(&typed.msg);
    let found = server.receives_in_any_frame(stage.patience() / 2, is_right)?;
    Ok(found.first().copied())
}

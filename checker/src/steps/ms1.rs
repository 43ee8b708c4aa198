//! Scenes of milestone 1: capitals for many.

use crate::course::Check;
use crate::peer::Peer;
use crate::stage::{Scene, Stage, Stop};
use crate::transcript::Mark;

pub const CHECKS: &[Check] = &[
    Check::server("each client gets its own capitals", each_its_own)
        .worth(4)
        .look("whether each client's thread replies on its own stream."),
    Check::server("50 clients at once get their capitals", fifty_clients)
        .worth(3)
        .look("whether a lock is held while the server waits for a client."),
    Check::server("a silent client holds nobody up", a_silent_client)
        .worth(3)
        .look("whether each client has a thread, and no lock is held while it is waited for."),
    Check::server("`CLOSE SOCKET` closes that connection only", close_socket).worth(3).look(
        "what is done after `CLOSE SOCKET`: no reply, and every handle to that socket is dropped.",
    ),
    Check::server("a client that dies without a word harms nobody", a_client_dies)
        .worth(2)
        .look("what an error of one client ends: its own thread, or the whole server?"),
    Check::server("200 clients that come and go leave no trace", two_hundred_clients)
        .worth(2)
        .look("whether a client is removed on every way out, an error of its connection too."),
    Check::client("the client stops after `CLOSE SOCKET`", the_client_talks)
        .worth(3)
        .look("whether the client waits for a reply to `CLOSE SOCKET`: there is none."),
];

pub const HINTS: &[&str] = &[
    "Each client has a thread of its own, and all of them use one dictionary. What could go wrong if two of \
     them changed it in the same moment?",
    "`let mut clients = serve::lock(clients);` waits for the dictionary and keeps it until the end of the \
     block. Take the next id and insert under one lock, so that no other thread comes in between.",
    "`let socket = client.try_clone()?;`, then `clients.last_id += 1; let id = clients.last_id; \
     clients.sockets.insert(id, socket); Ok(id)`. To remove: \
     `serve::lock(clients).sockets.remove(&id);`, which drops that handle.",
];

fn is_answered(stage: &Stage, peer: &Peer) -> Scene {
    let word = stage.word();
    peer.says(&word)?;
    peer.hears(&word.to_uppercase())
}

fn each_its_own(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    let alice = stage.connects("alice")?;
    let bob = stage.connects("bob")?;
    for _ in 0..2 {
        let (one, other) = (stage.word(), stage.word());
        alice.says(&one)?;
        bob.says(&other)?;
        bob.hears(&other.to_uppercase())?;
        alice.hears(&one.to_uppercase())?;
    }
    Ok(())
}

fn fifty_clients(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    stage.answers_crowd(50, str::to_uppercase, "each its own word in capitals")
}

fn a_silent_client(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    let _alice = stage.connects("alice")?;
    let bob = stage.connects("bob")?;
    is_answered(stage, &bob)?;
    is_answered(stage, &bob)
}

fn close_socket(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    let alice = stage.connects("alice")?;
    let bob = stage.connects("bob")?;
    is_answered(stage, &alice)?;
    alice.closes_with("CLOSE SOCKET")?;
    is_answered(stage, &bob)?;
    let carol = stage.connects("carol")?;
    is_answered(stage, &carol)
}

fn a_client_dies(stage: &Stage) -> Scene {
    let server = stage.starts_server()?;
    let alice = stage.connects("alice")?;
    let bob = stage.connects("bob")?;
    is_answered(stage, &alice)?;
    server.logs_something_after(|| alice.resets())?;
    is_answered(stage, &bob)?;
    bob.leaves();
    let carol = stage.connects("carol")?;
    is_answered(stage, &carol)
}

fn two_hundred_clients(stage: &Stage) -> Scene {
    const COUNT: usize = 200;
    let server = stage.starts_server()?;
    // One to begin with: whatever a server sets up for its first client is not counted against it.
    let alice = stage.connects("alice")?;
    is_answered(stage, &alice)?;
    let Some(before) = server.footprint() else {
        return Err(Stop::NotChecked(
            "this system does not tell a program's threads and sockets".to_string(),
        ));
    };
    for number in 1..=COUNT {
        let client = stage.connects_quietly(&format!("client {number}"))?;
        is_answered(stage, &client)?;
        client.resets();
    }
    stage.note("clients", Mark::Event, &format!("{COUNT} of them come, talk, and go by a reset"));
    server.shrinks_to(before)?;
    stage.note("server", Mark::Event, "has no thread and no socket of theirs");
    is_answered(stage, &alice)
}

fn the_client_talks(stage: &Stage) -> Scene {
    let listener = stage.plays_server()?;
    let alice = stage.starts_client("alice")?;
    let server = listener.accepts("alice")?;
    for _ in 0..3 {
        let (typed, reply) = (stage.word(), stage.word().to_uppercase());
        alice.types(&typed);
        server.hears(&typed)?;
        server.says(&reply)?;
        alice.prints(&reply)?;
    }
    alice.types("CLOSE SOCKET");
    server.hears("CLOSE SOCKET")?;
    if stage.is_foreign() {
        server.leaves(); // in the hand-out it is the server that closes, and the client that notices
    }
    alice.exits(0)
}

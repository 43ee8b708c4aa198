//! Scenes of milestone 3 about a member that does not read: it delays nobody, and is removed.

use std::time::Duration;

use crate::course::scenes::rooms;
use crate::stage::peer::Peer;
use crate::stage::program::Program;
use crate::stage::show::seconds;
use crate::stage::stage::Stage;
use crate::stage::stop::{Scene, Stop};
use crate::stage::transcript::Mark;

/// So many long lines are more than a system keeps for a member that does not read and is far away.
const MANY_LINES: usize = 1500;

/// How many lines alice says at once. (Few at a time cost a server that writes each by itself a pause every time: its
/// system keeps back a small segment until the one before it is acknowledged.)
const BURST: usize = 25;

/// A stalled member delays nobody. A busy machine can make a pause too, so only a third one is proof.
pub fn delays_nobody(stage: &Stage) -> Scene {
    stage.tries_again(|| {
        let room = Room::with_a_stalled_member(stage)?;
        (0..MANY_LINES / BURST).try_for_each(|_| room.hears_a_burst(stage))?;
        room.notes_what_bob_heard(stage);
        Ok(())
    })
}

/// A stalled member is removed. Who is here is what `/who` says; once mallory is not among them, that is all.
pub fn is_removed(stage: &Stage) -> Scene {
    const LINES: usize = 250;
    const TIMES: usize = 32;
    stage.tries_again(|| {
        let room = Room::with_a_stalled_member(stage)?;
        for _ in 0..TIMES {
            (0..LINES / BURST).try_for_each(|_| room.hears_a_burst(stage))?;
            let names = room.who_is_here()?;
            if !names.contains("mallory") {
                room.notes_what_bob_heard(stage);
                stage.note("bob", Mark::Received, &names);
                return Ok(());
            }
        }
        let lines = LINES * TIMES;
        room.bob
            .fails(format!("expected /who not to list mallory after {lines} lines, but it does"))
    })
}

/// Alice says long lines, bob hears them, and mallory does not read.
struct Room {
    _server: Program,
    alice: Peer,
    bob: Peer,
    _mallory: Peer,
    burst: String,
    longest_pause: Duration,
}

impl Room {
    fn with_a_stalled_member(stage: &Stage) -> Result<Room, Stop> {
        let server = stage.starts_server()?;
        let alice = rooms::enters_quietly(stage, "alice")?;
        let bob = rooms::enters_quietly(stage, "bob")?;
        let mallory = rooms::enters(stage, stage.connects_from_afar("mallory")?)?;
        mallory.stops_reading();
        stage.note("alice", Mark::Sent, "long lines, one after the other");
        Ok(Room {
            _server: server,
            alice,
            bob,
            _mallory: mallory,
            burst: vec!["x".repeat(4000); BURST].join("\n"),
            longest_pause: stage.patient(Duration::from_secs(1)),
        })
    }

    /// A few more lines, without a long pause. (What of them a server puts into one message is its own affair.)
    fn hears_a_burst(&self, stage: &Stage) -> Scene {
        let deadline = stage.time() + self.longest_pause;
        self.alice.says_quietly(&self.burst)?;
        self.alice.passes_over(); // her own, which others check
        let has_come = self.bob.hears_bytes(self.burst.len(), self.longest_pause * 2)?;
        if has_come && !stage.is_late(deadline) {
            return Ok(());
        }
        if self.bob.is_closed() {
            let instead = self.bob.why_silent(self.longest_pause)?;
            return self.bob.fails(format!("expected to hear what alice says, but {instead}"));
        }
        let limit = seconds(self.longest_pause);
        let message = format!("expected no pause over {limit}, but there was a longer one");
        self.bob.fails(message).map_err(Stop::by_chance)
    }

    fn who_is_here(&self) -> Result<String, Stop> {
        self.bob.says_quietly("/who")?;
        let limit = self.longest_pause;
        while let Some(names) = self.bob.next_message(limit)? {
            if !names.contains("xxx") && names.contains("alice") {
                return Ok(names);
            }
        }
        let expected = "expected /who to tell who is left";
        let instead = self.bob.why_silent(limit)?;
        self.bob.fails(format!("{expected}, but {instead}")).map_err(Stop::by_chance)
    }

    fn notes_what_bob_heard(&self, stage: &Stage) {
        let heard = format!("all of them, without a pause over {}", seconds(self.longest_pause));
        stage.note("bob", Mark::Received, &heard);
    }
}

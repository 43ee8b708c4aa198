//! Scenes of milestone 3 about a member that does not read: it delays nobody, and is removed.
//!
//! Long lines are many bytes, and short ones are many lines. What a server keeps for such a member is full by the one or the
//! other, and the server has to do something then.

use std::time::Duration;

use crate::course::scenes::rooms;
use crate::stage::peer::Peer;
use crate::stage::program::Program;
use crate::stage::show::seconds;
use crate::stage::stage::Stage;
use crate::stage::stop::{Scene, Stop};
use crate::stage::transcript::Mark;

/// What keeps others waiting for longer starves them.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// What alice says, again and again.
struct Lines {
    kind: &'static str,
    /// How long each is, in bytes.
    length: usize,
    /// How many she says at once, before she waits until bob has heard them. (Few at a time cost a server that writes each
    /// by itself a pause every time: its system keeps back a small segment until the one before it is acknowledged.)
    at_once: usize,
    /// So many are more than a system, and a room as large as the course's own, keep for a member that does not read and is
    /// far away.
    many: usize,
}

const LONG: Lines = Lines { kind: "long lines", length: 4000, at_once: 25, many: 1500 };
const SHORT: Lines = Lines { kind: "short lines", length: 1, at_once: 1000, many: 160_000 };

/// Long lines are not delayed by a stalled member.
pub fn delays_nobody(stage: &Stage) -> Scene {
    delays_no_lines(stage, &LONG)
}

/// Short lines are not either.
pub fn delays_no_short_lines(stage: &Stage) -> Scene {
    delays_no_lines(stage, &SHORT)
}

/// A busy machine can make a pause too, so only a third one is proof.
fn delays_no_lines(stage: &Stage, lines: &Lines) -> Scene {
    const LONG_ENOUGH: Duration = Duration::from_secs(10); // for a server that is slow by itself
    stage.tries_again(|| {
        let room = Room::with_mallory(stage, lines)?;
        room.mallory.stops_reading();
        let deadline = stage.time() + LONG_ENOUGH;
        for _ in 0..lines.many / lines.at_once {
            room.hears_a_burst(lines)?;
            if stage.is_late(deadline) {
                break;
            }
        }
        room.notes_what_bob_heard();
        Ok(())
    })
}

/// A stalled member is removed, sooner or later: when is for the server to say.
pub fn is_removed(stage: &Stage) -> Scene {
    removes_mallory(stage, &SHORT, 2 * SHORT.many, Peer::stops_reading)
}

/// So is a member that takes a little now and then. If the others waited for it, they would hear next to nothing.
pub fn is_removed_though_it_reads_a_little(stage: &Stage) -> Scene {
    removes_mallory(stage, &LONG, LONG.many, Peer::hardly_reads)
}

/// Alice says lines until mallory is gone, but not more than so many. Who is here is what `/who` says; once mallory is not
/// among them, that is all.
fn removes_mallory(stage: &Stage, lines: &Lines, most: usize, stalls: fn(&Peer)) -> Scene {
    const BURSTS: usize = 5; // after so many, bob asks
    stage.tries_again(|| {
        let room = Room::with_mallory(stage, lines)?;
        stalls(&room.mallory);
        for _ in 0..most / lines.at_once / BURSTS {
            (0..BURSTS).try_for_each(|_| room.hears_a_burst(lines))?;
            let names = room.who_is_here(lines)?;
            if !names.contains("mallory") {
                room.notes_what_bob_heard();
                stage.note("bob", Mark::Received, &names);
                return Ok(());
            }
        }
        let after = format!("after {most} {}", lines.kind);
        room.bob.fails(format!("expected /who not to list mallory {after}, but it does"))
    })
}

/// Alice speaks, bob hears her, and mallory is going to read no more.
struct Room<'a> {
    stage: &'a Stage,
    _server: Program,
    alice: Peer,
    bob: Peer,
    mallory: Peer,
    longest_pause: Duration,
}

impl Room<'_> {
    /// A room where alice has begun to say such lines, and mallory still reads. How long a few of them take now is no pause
    /// later: how quick a server is is its own affair.
    fn with_mallory<'a>(stage: &'a Stage, lines: &Lines) -> Result<Room<'a>, Stop> {
        let mut room = Room {
            stage,
            _server: stage.starts_server()?,
            alice: rooms::enters_quietly(stage, "alice")?,
            bob: rooms::enters_quietly(stage, "bob")?,
            mallory: rooms::enters(stage, stage.connects_from_afar("mallory")?)?,
            longest_pause: stage.patience(),
        };
        stage.note("alice", Mark::Sent, &format!("{}, one after the other", lines.kind));
        let began = stage.time();
        room.hears_a_burst(lines)?;
        let usual = stage.time().saturating_sub(began);
        room.longest_pause = stage.patient(LONGEST_PAUSE).max(4 * usual);
        Ok(room)
    }

    /// A few more lines, without a long pause. (What of them a server puts into one message is its own affair.)
    fn hears_a_burst(&self, lines: &Lines) -> Scene {
        let deadline = self.stage.time() + self.longest_pause;
        self.alice.says_quietly(&vec!["x".repeat(lines.length); lines.at_once].join("\n"))?;
        self.alice.passes_over(); // her own, which others check
        let letters = lines.length * lines.at_once;
        let has_come = self.bob.hears_letters(b'x', letters, self.longest_pause * 2)?;
        if has_come && !self.stage.is_late(deadline) {
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

    /// What `/who` says. If nothing, either the whole room stands still, or this is not answered.
    fn who_is_here(&self, lines: &Lines) -> Result<String, Stop> {
        self.bob.says_quietly("/who")?;
        let limit = self.longest_pause;
        while let Some(names) = self.bob.next_message(limit)? {
            if names.contains("alice") && names.contains("bob") {
                return Ok(names);
            }
        }
        self.hears_a_burst(lines)?;
        let expected = "expected /who to tell who is left";
        let instead = self.bob.why_silent(limit)?;
        self.bob.fails(format!("{expected}, but {instead}")).map_err(Stop::by_chance)
    }

    fn notes_what_bob_heard(&self) {
        let heard = format!("all of them, without a pause over {}", seconds(self.longest_pause));
        self.stage.note("bob", Mark::Received, &heard);
    }
}

//! Pairs that are chat rooms: milestones 2 and 3.

use std::time::Duration;

use crate::course::scenes::pair::user::User;
use crate::course::scenes::rooms::has_time;
use crate::course::step::Check;
use crate::stage::show::quoted;
use crate::stage::stage::Stage;
use crate::stage::stop::{Scene, Stop};

/// Milestone 2
pub const MS2: &[Check] = &[
    Check::server("pair_reaches_all_but_its_sender", reaches_all_but_its_sender).worth(3),
    Check::server("pair_newcomers_are_told", newcomers_are_told).worth(2),
    Check::server("pair_leavers_harm_nobody", leavers_harm_nobody).worth(1),
    Check::client("pair_by_whom", by_whom).bonus(),
];

/// Milestone 3
pub const MS3: &[Check] = &[
    Check::client("pair_time_and_sender", |stage| {
        in_a_room(stage, |room, names| time_and_sender_are_shown(room, [names[0], names[1]]))
    })
    .worth(2),
    Check::server("pair_reaches_all_but_its_sender", reaches_all_but_its_sender).worth(2),
    Check::server("pair_at_any_time", at_any_time).worth(1),
    Check::server("pair_leavers_harm_nobody", leavers_harm_nobody).worth(1),
];

/// A server that listens, and how long nothing must have come before somebody is in for sure.
#[derive(Clone, Copy)]
pub struct Room<'a> {
    pub stage: &'a Stage,
    pub pause: Duration,
}

impl<'a> Room<'a> {
    fn enters(self, name: &str) -> Result<User<'a>, Stop> {
        let user = User::enters(self.stage, name)?;
        while !self.pause.is_zero() && !user.sees_what_comes_within(self.pause)?.is_empty() {}
        Ok(user)
    }

    fn three(self, [one, other, third]: [&str; 3]) -> Result<[User<'a>; 3], Stop> {
        Ok([self.enters(one)?, self.enters(other)?, self.enters(third)?])
    }
}

/// Plays a scene with three users. If it fails, it may be that the server takes its time to let somebody in: once more,
/// with others, who take theirs.
fn in_a_room(stage: &Stage, play: impl Fn(Room, [&str; 3]) -> Scene) -> Scene {
    let server = stage.starts_server_for_programs()?;
    let played = play(Room { stage, pause: Duration::ZERO }, ["alice", "bob", "carol"]);
    if !matches!(played, Err(Stop::Fails(_))) || server.has_ended() {
        return played;
    }
    stage.begins_anew();
    play(Room { stage, pause: stage.patience() * 3 / 4 }, ["dora", "emil", "fred"])
}

/// One says something, and then another does. All others see it, and what the first one sees is only what the other says:
/// not the same as he saw, for example. (Her own client may show her what she has typed, in words of its own.)
fn reaches_all_but_its_sender(stage: &Stage) -> Scene {
    in_a_room(stage, |room, names| {
        let [alice, bob, carol] = room.three(names)?;
        let (word, other) = (stage.word(), stage.word());
        alice.client.types(&word);
        let shown = bob.sees(&word)?;
        carol.sees(&word)?;
        let mut own = alice.sees_what_comes()?;
        bob.client.types(&other);
        carol.sees(&other)?;
        alice.sees(&other)?;
        own.extend(alice.sees_what_comes()?);
        let is_back = |line: &&String| match shown.contains(names[0]) {
            true => line.contains(&word) && line.contains(names[0]),
            false => line.trim() == shown.trim(),
        };
        match own.iter().find(is_back) {
            Some(line) => {
                let line = quoted(line);
                alice.client.fails(format!("expected not to see it herself, but saw {line}"))
            }
            None => Ok(()),
        }
    })
}

fn newcomers_are_told(stage: &Stage) -> Scene {
    in_a_room(stage, |room, [one, other, third]| {
        let alice = room.enters(one)?;
        let is_told = |newcomer: &str| match alice.has_seen().contains(newcomer) {
            true => Ok(()),
            false => alice.sees(newcomer).map(drop),
        };
        let _bob = room.enters(other)?;
        is_told(other)?;
        let _carol = room.enters(third)?;
        is_told(third)
    })
}

/// One closes his window. A first write to his connection may still succeed, so another one says more than one thing.
fn leavers_harm_nobody(stage: &Stage) -> Scene {
    in_a_room(stage, |room, names| {
        let [alice, bob, carol] = room.three(names)?;
        bob.client.closes_its_window();
        carol.sees_what_comes()?;
        for _ in 0..3 {
            says_to(stage, &alice, &carol)?;
        }
        says_to(stage, &carol, &alice)
    })
}

fn at_any_time(stage: &Stage) -> Scene {
    in_a_room(stage, |room, names| {
        let [alice, bob, carol] = room.three(names)?;
        for speaker in [&alice, &alice, &bob, &bob, &alice] {
            says_to(stage, speaker, &carol)?;
        }
        Ok(())
    })
}

fn by_whom(stage: &Stage) -> Scene {
    in_a_room(stage, |room, [one, other, _]| {
        is_shown_with(room, [one, other], one, |shown| shown.contains(one))
    })
}

/// Two users of these names come to a server that listens, and the second one sees what the first one says.
pub fn time_and_sender_are_shown(room: Room, names: [&str; 2]) -> Scene {
    let is_right = |shown: &str| shown.contains(names[0]) && has_time(shown);
    is_shown_with(room, names, &format!("{} and a time", names[0]), is_right)
}

fn is_shown_with(
    room: Room,
    [speaker, listener]: [&str; 2],
    what: &str,
    is_right: impl Fn(&str) -> bool,
) -> Scene {
    let (speaker, listener) = (room.enters(speaker)?, room.enters(listener)?);
    let word = room.stage.word();
    speaker.client.types(&word);
    let shown = listener.sees_in_lines(&word)?;
    if is_right(&shown) {
        return Ok(());
    }
    let shown = quoted(&shown);
    let message = format!("expected it to display {what} with it, but it displayed {shown}");
    listener.client.fails(message)
}

/// Says a word, and waits until the other one sees it.
fn says_to(stage: &Stage, speaker: &User, listener: &User) -> Scene {
    let word = stage.word();
    speaker.client.types(&word);
    listener.sees(&word).map(drop)
}

//! Pairs that are chat rooms: milestones 2 and 3.

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
        let _server = stage.starts_server_for_programs()?;
        time_and_sender_are_shown(stage, ["alice", "bob"])
    })
    .worth(2),
    Check::server("pair_reaches_all_but_its_sender", reaches_all_but_its_sender).worth(2),
    Check::server("pair_at_any_time", at_any_time).worth(1),
    Check::server("pair_leavers_harm_nobody", leavers_harm_nobody).worth(1),
];

/// Alice says something, and then bob does. All others see it, and what alice sees is only what bob says: not the same
/// as he saw, for example. (Her own client may show her what she has typed, in words of its own.)
fn reaches_all_but_its_sender(stage: &Stage) -> Scene {
    let _server = stage.starts_server_for_programs()?;
    let [alice, bob, carol] = three(stage)?;
    let (word, other) = (stage.word(), stage.word());
    alice.client.types(&word);
    let shown = bob.sees(&word)?;
    carol.sees(&word)?;
    let mut own = alice.sees_what_comes()?;
    bob.client.types(&other);
    carol.sees(&other)?;
    alice.sees(&other)?;
    own.extend(alice.sees_what_comes()?);
    let is_back = |line: &&String| match shown.contains("alice") {
        true => line.contains(&word) && line.contains("alice"),
        false => line.trim() == shown.trim(),
    };
    match own.iter().find(is_back) {
        Some(line) => {
            alice.client.fails(format!("expected not to see it herself, but saw {}", quoted(line)))
        }
        None => Ok(()),
    }
}

fn newcomers_are_told(stage: &Stage) -> Scene {
    let _server = stage.starts_server_for_programs()?;
    let alice = User::enters(stage, "alice")?;
    let _bob = User::enters(stage, "bob")?;
    if !alice.has_seen().contains("bob") {
        alice.sees("bob")?;
    }
    let _carol = User::enters(stage, "carol")?;
    match alice.has_seen().contains("carol") {
        true => Ok(()),
        false => alice.sees("carol").map(drop),
    }
}

/// Bob closes his window. A first write to his connection may still succeed, so alice says more than one thing.
fn leavers_harm_nobody(stage: &Stage) -> Scene {
    let _server = stage.starts_server_for_programs()?;
    let [alice, bob, carol] = three(stage)?;
    bob.client.closes_its_window();
    carol.sees_what_comes()?;
    for _ in 0..3 {
        says_to(stage, &alice, &carol)?;
    }
    says_to(stage, &carol, &alice)
}

fn at_any_time(stage: &Stage) -> Scene {
    let _server = stage.starts_server_for_programs()?;
    let [alice, bob, carol] = three(stage)?;
    for speaker in [&alice, &alice, &bob, &bob, &alice] {
        says_to(stage, speaker, &carol)?;
    }
    Ok(())
}

fn by_whom(stage: &Stage) -> Scene {
    let _server = stage.starts_server_for_programs()?;
    is_shown_with(stage, ["alice", "bob"], "alice", |line| line.contains("alice"))
}

/// Two users of these names come to a server that listens, and the second one sees what the first one says.
pub fn time_and_sender_are_shown(stage: &Stage, names: [&str; 2]) -> Scene {
    let is_right = |line: &str| line.contains(names[0]) && has_time(line);
    is_shown_with(stage, names, &format!("{} and a time", names[0]), is_right)
}

fn is_shown_with(
    stage: &Stage,
    [speaker, listener]: [&str; 2],
    what: &str,
    is_right: impl Fn(&str) -> bool,
) -> Scene {
    let speaker = User::enters(stage, speaker)?;
    let listener = User::enters(stage, listener)?;
    let word = stage.word();
    speaker.client.types(&word);
    let line = listener.sees(&word)?;
    if is_right(&line) {
        return Ok(());
    }
    let shown = quoted(&line);
    let message = format!("expected it to display {what} with it, but it displayed {shown}");
    listener.client.fails(message)
}

fn three(stage: &Stage) -> Result<[User<'_>; 3], Stop> {
    Ok([User::enters(stage, "alice")?, User::enters(stage, "bob")?, User::enters(stage, "carol")?])
}

/// Says a word, and waits until the other one sees it.
fn says_to(stage: &Stage, speaker: &User, listener: &User) -> Scene {
    let word = stage.word();
    speaker.client.types(&word);
    listener.sees(&word).map(drop)
}

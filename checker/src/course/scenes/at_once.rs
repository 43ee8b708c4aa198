//! Scenes of milestone 3 about much that is said at once.

use crate::course::scenes::rooms::enters_quietly as enters;
use crate::stage::expected::containing;
use crate::stage::peer::Peer;
use crate::stage::show::{quoted, seconds};
use crate::stage::stage::Stage;
use crate::stage::stop::{Scene, Stop};
use crate::stage::transcript::Mark;

/// Five talk at once, and each hears all that the others say.
pub fn five(stage: &Stage) -> Scene {
    const LINES: usize = 200;
    let _server = stage.starts_server()?;
    let mut members = Vec::new();
    for name in ["alice", "bob", "carol", "dave", "erin"] {
        members.push(enters(stage, name)?);
    }
    if stage.is_foreign() {
        return five_in_rounds(stage, &members);
    }
    for number in 0..LINES {
        for member in &members {
            member.says_quietly(&format!("line {number} of {}", member.name()))?;
        }
    }
    stage.note("all", Mark::Sent, &format!("{LINES} lines each, at once"));
    for listener in &members {
        hears_all_others(stage, listener, &members, LINES)?;
    }
    stage.note(
        "all",
        Mark::Received,
        &format!("{} lines each, those of each sender in order", LINES * 4),
    );
    Ok(())
}

/// The same with one line of each at a time: without line breaks, several of one sender would run together.
fn five_in_rounds(stage: &Stage, members: &[Peer]) -> Scene {
    const ROUNDS: usize = 20;
    for number in 0..ROUNDS {
        let line = |member: &Peer| format!("line {number} of {}", member.name());
        for member in members {
            member.says_quietly(&line(member))?;
        }
        for listener in members {
            let own = line(listener); // whether it comes back is what another check is about
            let mut missing: Vec<String> = members.iter().map(line).collect();
            missing.retain(|line| *line != own);
            while let Some(next) = missing.first() {
                let Some(message) = listener.next_message(stage.patience())? else {
                    let next = quoted(next);
                    return listener.fails(format!("expected {next}, but heard nothing more"));
                };
                missing.retain(|line| !message.contains(line));
            }
        }
    }
    stage.note("all", Mark::Sent, &format!("{ROUNDS} lines each, at once"));
    stage.note("all", Mark::Received, "the lines of all others");
    Ok(())
}

/// Waits until a member has heard all lines of the others, those of each in order.
fn hears_all_others(stage: &Stage, listener: &Peer, members: &[Peer], lines: usize) -> Scene {
    let all = lines * (members.len() - 1);
    let expected = format!("expected all {all} lines of the others, those of each in order");
    let mut next = vec![0; members.len()];
    while next.iter().sum::<usize>() < all {
        let Some(message) = listener.next_message(stage.patience())? else {
            return listener.fails(format!("{expected}, but some never came"));
        };
        let line = message.split_once("line ").map_or("", |(_, line)| line);
        if !line.starts_with(|first: char| first.is_ascii_digit()) {
            continue; // an announcement, say
        }
        let spoken = members.iter().zip(&mut next).find_map(|(speaker, next)| {
            let number = line.strip_suffix(&format!(" of {}", speaker.name()))?;
            Some((speaker, number.parse::<usize>(), next))
        });
        let instead = match spoken {
            Some((speaker, _, _)) if speaker.name() == listener.name() => "an own one came too",
            Some((_, Ok(number), next)) if number == *next => {
                *next += 1;
                continue;
            }
            Some((_, Ok(number), next)) if number > *next => "one was missing, or came later",
            Some((_, Ok(_), _)) => "one came twice",
            _ => "two were mixed up",
        };
        stage.note(listener.name(), Mark::Received, &message);
        return listener.fails(format!("{expected}, but {instead}"));
    }
    Ok(())
}

/// A busy machine can be late too, so only a third time is proof.
pub fn a_flood(stage: &Stage) -> Scene {
    stage.tries_again(|| watch_flood(stage))
}

fn watch_flood(stage: &Stage) -> Scene {
    const LINES: usize = 2000;
    let _server = stage.starts_server()?;
    let alice = enters(stage, "alice")?;
    let bob = enters(stage, "bob")?;
    let carol = enters(stage, "carol")?;
    let flood = format!("{}\n", "y".repeat(500)).repeat(LINES);
    let word = stage.word();
    alice.sends_raw(flood.as_bytes(), &format!("{LINES} lines at once"))?;
    carol.hears(containing("yyy"))?; // the server is at it
    let deadline = stage.time() + stage.patience();
    bob.says(&word)?;
    carol.hears(containing(&word)).map_err(Stop::by_chance)?;
    if stage.is_late(deadline) {
        let limit = seconds(stage.patience());
        let message = format!("expected bob's line within {limit}, but it came later");
        return carol.fails(message).map_err(Stop::by_chance);
    }
    Ok(())
}

//! What the scenes of the two chat rooms (milestones 2 and 3) have in common: coming in by a name.
//!
//! A handout leaves the words open, and how they end. So a scene goes on with what comes within a short time: a greeting,
//! a question or a welcome that is missing costs the check that is about it, and no other.

use std::time::Duration;

use crate::stage::board::QUIET;
use crate::stage::peer::Peer;
use crate::stage::stage::Stage;
use crate::stage::stop::{Scene, Stop};
use crate::stage::transcript::Mark;

/// What came of a name that somebody gave.
pub struct Introduced {
    /// What the server said to it; empty if nothing.
    pub welcome: String,
    /// Whether the server takes a name for whole only when a line break has come; none: it cannot be told.
    pub needs_line_break: Option<bool>,
    /// Whether the server had done nothing, and closed the connection when a line break followed the name.
    pub line_break_ends_it: bool,
}

/// How long a scene waits for what another check is about.
pub fn a_short_time(stage: &Stage) -> Duration {
    stage.patience() / 4
}

/// Somebody who has connected hears what the server says first, and gives its name.
pub fn enters(stage: &Stage, peer: Peer) -> Result<Peer, Stop> {
    let is_asked = is_asked(stage, &peer)?;
    let introduced = introduces(stage, &peer, peer.name())?;
    let is_welcomed = !introduced.welcome.is_empty();
    if introduced.line_break_ends_it {
        return enters_again(stage, &peer);
    }
    let is_silent = !stage.is_foreign() && !is_asked && !is_welcomed;
    // It may be the machine that takes so long.
    if is_silent && peer.hears_within(stage.patience())?.is_none() {
        let instead = peer.why_silent(stage.patience())?;
        return peer
            .fails(format!("expected to be asked for a name, and a welcome, but {instead}"));
    }
    Ok(peer)
}

/// Connects somebody, quietly, who gives a name and is let in.
pub fn enters_quietly(stage: &Stage, name: &str) -> Result<Peer, Stop> {
    enters(stage, stage.connects_quietly(name)?.aloud())
}

/// Connects somebody, who hears what the server says first.
pub fn comes(stage: &Stage, name: &str) -> Result<Peer, Stop> {
    let peer = stage.connects(name)?;
    is_asked(stage, &peer)?;
    Ok(peer)
}

/// Somebody comes back to a foreign server that welcomes nobody, had the whole name, and took the line break behind it
/// for an empty message with which its client leaves. This time there is none.
fn enters_again(stage: &Stage, peer: &Peer) -> Result<Peer, Stop> {
    let again = comes(stage, peer.name())?;
    again.sends_raw(peer.name().as_bytes(), peer.name())?;
    reaction(stage, &again)?;
    Ok(again)
}

fn is_asked(stage: &Stage, peer: &Peer) -> Result<bool, Stop> {
    let is_asked = peer.hears_within(a_short_time(stage))?.is_some();
    if !is_asked {
        stage.note(peer.name(), Mark::Event, "is not asked for a name");
    }
    Ok(is_asked)
}

/// Gives a name, and hears what the server says to it. A foreign server gets it as its own client may send it: without a
/// line break, which would be taken for a part of the name. The line break follows if the server does nothing without.
pub fn introduces(stage: &Stage, peer: &Peer, name: &str) -> Result<Introduced, Stop> {
    let mut line_break_ends_it = false;
    let (heard, needs_line_break) = if stage.is_foreign() {
        peer.sends_raw(name.as_bytes(), name)?;
        match reaction(stage, peer)? {
            Some(heard) => (Some(heard), Some(false)),
            None if peer.is_closed() => (None, None),
            None => {
                peer.sends_raw(b"\n", "(a line break)")?;
                let heard = reaction(stage, peer)?;
                line_break_ends_it = heard.is_none() && peer.is_closed();
                let needs_line_break = heard.is_some().then_some(true);
                (heard, needs_line_break)
            }
        }
    } else {
        peer.says(name)?;
        (peer.hears_within(a_short_time(stage))?, Some(true))
    };
    if heard.is_none() {
        stage.note(peer.name(), Mark::Event, "is not welcomed");
    }
    Ok(Introduced { welcome: heard.unwrap_or_default(), needs_line_break, line_break_ends_it })
}

/// What comes at once, or when the server has done what it is at.
pub fn reaction(stage: &Stage, peer: &Peer) -> Result<Option<String>, Stop> {
    let heard = peer.hears_within(QUIET * 2)?;
    if heard.is_some() || peer.is_closed() {
        return Ok(heard);
    }
    stage.settles()?;
    peer.hears_within(Duration::ZERO)
}

/// The checker's server asks a client for its name: in these words, or those that the client waits for (`--question`).
pub fn asks(stage: &Stage, server: &Peer, question: &str) -> Scene {
    match &stage.manners().question {
        Some(question) => server.sends_raw(question.as_bytes(), question),
        None => server.says(question),
    }
}

/// A text without a name in it, and without blanks and line breaks: what is said to somebody, or of them, is the same
/// as what is said to others but for the name.
pub fn but_for(text: &str, name: &str) -> String {
    let text = if name.is_empty() { text.to_string() } else { text.replace(name, "") };
    text.split_whitespace().collect()
}

/// What stands in a line where another has this name, if that is all in which they differ: without blanks, as in
/// [`but_for`]. None if there is nothing else in them.
pub fn name_in_place_of(name: &str, known: &str, line: &str) -> Option<String> {
    let (known, line) = (but_for(known, ""), but_for(line, ""));
    let (before, behind) = known.split_once(name)?;
    let found = line.strip_prefix(before)?.strip_suffix(behind)?;
    (known != name).then(|| found.to_string())
}

/// Whether there is a time such as 14:03:07 in the line, or 2:03 PM.
pub fn has_time(line: &str) -> bool {
    let is_time = |word: &str| match word.split(':').collect::<Vec<&str>>()[..] {
        [hour, minute, ..] => (1..=2).contains(&hour.len()) && minute.len() == 2,
        _ => false,
    };
    line.split(|c: char| !c.is_ascii_digit() && c != ':')
        .any(|word| is_time(word.trim_matches(':')))
}

/// Whether this line says who has said this word.
pub fn is_from(line: &str, sender: &str, word: &str) -> bool {
    line.contains(sender) && line.contains(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_may_have_an_hour_of_one_digit() {
        for line in ["[14:03:07] alice: bread", "alice (1:01:05 PM): bread", "2:03 PM alice: bread"]
        {
            assert!(has_time(line), "{line}");
        }
        for line in ["alice: bread", "12: bread", "alice:12 bread", "1760000000 alice: bread"] {
            assert!(!has_time(line), "{line}");
        }
    }

    #[test]
    fn a_name_is_found_in_the_words_that_were_said_of_another() {
        let found = |line| name_in_place_of("bob", "* bob has joined", line);
        assert_eq!(found("* guest 1 has joined\n").as_deref(), Some("guest1"));
        assert_eq!(found("* has joined").as_deref(), Some(""));
        assert_eq!(found("* bob has left"), None);
        assert_eq!(found("hasjoined"), None);
        assert_eq!(name_in_place_of("bob", "bob", "Bye!"), None);
        assert_eq!(name_in_place_of("bob", "somebody is here", "somebody is here"), None);
    }

    #[test]
    fn what_is_said_to_one_and_to_another_is_the_same_but_for_the_name() {
        let (bob, nobody) = ("Welcome to the room, bob!\n", "Welcome to the room, !");
        assert_eq!(but_for(bob, "bob"), but_for(nobody, ""));
        assert_ne!(but_for(bob, "bob"), but_for("Give your name!", ""));
    }
}

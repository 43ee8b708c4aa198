//! What the scenes of the two chat rooms (milestones 2 and 3) have in common: coming in by a name.
//!
//! A handout leaves the words open, and how they end. So a scene goes on with what comes within a short time: a greeting,
//! a question or a welcome that is missing costs the check that is about it, and no other.

use std::cell::RefCell;
use std::time::Duration;

use jiff::Timestamp;

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
        None => {
            server.says(question)?;
            // In another language, its client may wait for a greeting first, and then for the question.
            if stage.is_foreign() && server.hears_nothing_for(a_short_time(stage)).is_ok() {
                server.says(question)?;
            }
            Ok(())
        }
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

/// Looks at each line and, `if_foreign`, at it together with the one before it: what belongs to a message may stand in two.
pub fn in_two_lines<'a>(
    if_foreign: bool,
    is_right: impl Fn(&str) -> bool + 'a,
) -> impl Fn(&str) -> bool + 'a {
    let seen = RefCell::new([String::new(), String::new()]);
    move |line| {
        let mut seen = seen.borrow_mut();
        if seen[1] != line {
            seen.rotate_left(1);
            seen[1] = line.to_string();
        }
        is_right(line) || (if_foreign && is_right(&seen.join("\n")))
    }
}

/// Whether the time is in the text that it is now, or was two minutes ago, in any form that has hours and minutes: such as
/// 14:03:07, 2.03 PM, 14h03, 20260131-140307; or as seconds since 1970 (or parts of them). In which zone, is open.
pub fn has_time(text: &str) -> bool {
    has_time_of(text, Timestamp::now())
}

fn has_time_of(text: &str, now: Timestamp) -> bool {
    const SINCE_1970: [(usize, i64); 4] =
        [(10, 1), (13, 1_000), (16, 1_000_000), (19, 1_000_000_000)];
    const MOST_AGO: i64 = 2 * 60;
    let is_now = |seconds: i64| (-60..=MOST_AGO).contains(&(now.as_second() - seconds));
    let minutes_now = now.as_second().div_euclid(60).rem_euclid(60);
    // Some zones are half an hour off.
    let is_minute =
        |minute: i64| (-1..=2).contains(&((minutes_now - minute + 1).rem_euclid(30) - 1));
    let is_clock = |hour: &str, minute: &str| match (hour.parse::<i64>(), minute.parse()) {
        (Ok(0..24), Ok(minute @ 0..60)) => is_minute(minute),
        _ => false,
    };
    let numbers = numbers_in(text);
    let is_alone = |digits: &str| {
        let of_epoch = SINCE_1970.iter().find(|(length, _)| *length == digits.len());
        let of_epoch = of_epoch.and_then(|(_, parts)| Some(digits.parse::<i64>().ok()? / parts));
        let of_clock = || match digits.len() {
            6 | 14 => Some(&digits[digits.len() - 6..]),
            12 => Some(&digits[8..]),
            _ => None,
        };
        of_epoch.is_some_and(is_now) || of_clock().is_some_and(|it| is_clock(&it[..2], &it[2..4]))
    };
    let is_pair = |pair: &[(usize, &str)]| {
        let [(start, hour), (next, minute)] = pair else { return false };
        let between = &text[start + hour.len()..*next];
        let behind = &text[next + minute.len()..];
        let is_clock_like = match between {
            // Else it is minutes and seconds.
            ":" | "." | "h" | "H" => !text[..*start].ends_with(between),
            "-" | "_" => behind.starts_with(between), // else it is a date
            _ => false,
        };
        let shortest_minute = if between == ":" { 1 } else { 2 };
        let has_length =
            (1..=2).contains(&hour.len()) && (shortest_minute..=2).contains(&minute.len());
        is_clock_like && has_length && is_clock(hour, minute)
    };
    numbers.iter().any(|(_, digits)| is_alone(digits)) || numbers.windows(2).any(is_pair)
}

/// The numbers in a text, as digits, each with where it begins.
fn numbers_in(text: &str) -> Vec<(usize, &str)> {
    let ends = |c: char| !c.is_ascii_digit();
    let starts = text.match_indices(|c: char| c.is_ascii_digit()).map(|(start, _)| start);
    let starts = starts.filter(|start| !text[..*start].ends_with(|c: char| c.is_ascii_digit()));
    let digits = |start: usize| {
        &text[start..start + text[start..].find(ends).unwrap_or(text[start..].len())]
    };
    starts.map(|start| (start, digits(start))).collect()
}

/// Whether this line says who has said this word.
pub fn is_from(line: &str, sender: &str, word: &str) -> bool {
    line.contains(sender) && line.contains(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_that_it_is_now_is_found_in_any_form() {
        let now: Timestamp = "2026-01-31T14:03:07Z".parse().expect("a time");
        for line in [
            "[14:03:07] alice: bread",
            "alice (2:03:05 PM): bread",
            "2:02 PM alice: bread",
            "alice at 14.03: bread",
            "14h03 alice: bread",
            "14:3:7 alice: bread",
            "15:03:07 alice: bread",
            "19:33 alice: bread",
            "2026-01-31-14-03-07 alice",
            "20260131-140307 alice",
            "20260131140307 alice",
            "1769868187 alice",
            "1769868187.25 alice",
            "1769868187250 alice",
            "Sat Jan 31 14:03:07 2026\nalice: bread",
        ] {
            assert!(has_time_of(line, now), "{line}");
        }
        for line in [
            "alice: bread",
            "03: bread",
            "alice:03 bread",
            "12:17:00 alice: bread",
            "1760000000 alice: bread",
            "2026-01-31 alice: bread",
            "12:17:03 alice: bread",
            "bread-403",
        ] {
            assert!(!has_time_of(line, now), "{line}");
        }
    }

    #[test]
    fn a_line_is_looked_at_with_the_one_before_it() {
        let is_right = in_two_lines(true, |text| text.contains("alice") && text.contains("bread"));
        assert!(!is_right("alice (14:03)") && is_right("bread"), "a heading, and what it is about");
        assert!(is_right("bread"), "asked twice");
        assert!(!is_right("butter") && !is_right("toast") && is_right("alice: bread"));
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

//! Scenes of milestone 3: an instant messenger.
//!
//! The handout asks, of the server: it requests a username "as soon as a connection is established"; it distributes a
//! message "to all of the clients except the sending one"; "deadlocks and starvation" are avoided, and nobody waits for
//! anybody else to speak: so neither a newcomer who does not answer nor a member who does not read holds up the others.
//! Of the client: it is "able to display the timestamp and the username of the sender". So the sender must be in what a
//! server sends, or nobody could tell; the time can be added by either, and is a bonus of a server that is given alone.
//! (A client that adds the name too is judged with its own server: `--pair`.) "Faulty cases" are to be handled, but it
//! does not say which. The course's own starters ask for more: the form of a line, which usernames are bad, `/who` and
//! `/quit`, that a member who does not read, or hardly, is removed, and nothing on a terminal that could harm it.

use std::time::Duration;

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use crate::course::scenes::at_once;
use crate::course::scenes::common;
use crate::course::scenes::ms3_client::{
    a_client_cut_off, no_control_characters, nothing_is_torn, quit_ends_the_client,
    the_client_listens, the_input_ends,
};
use crate::course::scenes::pair::rooms::{self as pair_rooms, Room, time_and_sender_are_shown};
use crate::course::scenes::rooms::{
    comes, enters_quietly as enters, has_time, in_two_lines, is_from,
};
use crate::course::scenes::rush;
use crate::course::scenes::stalled;
use crate::course::step::{Check, Row};
use crate::stage::expected::{anything, containing, matching};
use crate::stage::launch::Role;
use crate::stage::peer::Peer;
use crate::stage::show::quoted;
use crate::stage::show::seconds;
use crate::stage::stage::Stage;
use crate::stage::stop::{Scene, Stop};
use crate::stage::transcript::Mark;

pub const ROW: Row = Row {
    id: "ms3",
    shown: "a_stalled_member_goes",
    programs: &["ms3_server", "ms3_client"],
    probes: &[],
    is_own: false,
    checks: CHECKS,
    pair_checks: pair_rooms::MS3,
};

const CHECKS: &[Check] = &[
    Check::server("time_and_sender", time_and_sender).worth(1).bonus_of_one_alone(),
    Check::server("reaches_all_but_its_sender", reaches_all_but_its_sender).worth(2),
    Check::server("asks_at_once", asks_at_once).worth(2),
    Check::server("a_silent_newcomer", a_silent_newcomer).worth(2),
    Check::server("bad_usernames", bad_usernames).worth(2).only_ours(),
    Check::server("five_at_once", at_once::five).worth(3),
    Check::server("a_stalled_member", stalled::delays_nobody).worth(2),
    Check::server("short_lines", stalled::delays_no_short_lines).worth(1),
    Check::server("a_stalled_member_goes", stalled::is_removed).worth(1).only_ours(),
    Check::server("a_member_who_hardly_reads", stalled::is_removed_though_it_reads_a_little)
        .worth(1)
        .only_ours(),
    Check::server("a_flood", at_once::a_flood).worth(1),
    Check::server("who_and_quit", who_and_quit).worth(1).only_ours(),
    Check::server("a_burst_stays_together", rush::a_burst_stays_together).worth(1).only_ours(),
    Check::server("who_was_cut_off", who_was_cut_off).bonus().only_ours(),
    Check::server("commands_are_lines", commands_are_lines).worth(1).only_ours(),
    Check::server("control_characters", control_characters).worth(1).only_ours(),
    Check::client("the_client_listens", the_client_listens).worth(2),
    Check::client("quit_ends_the_client", quit_ends_the_client).worth(1).only_ours(),
    Check::client("nothing_is_torn", nothing_is_torn).worth(1).only_ours(),
    Check::client("no_control_characters", no_control_characters).worth(1).only_ours(),
    Check::client("a_client_cut_off", a_client_cut_off).worth(1).only_ours(),
    Check::client("the_input_ends", the_input_ends).worth(1).only_ours(),
];

/// The time, in the zone that programs are started in.
fn now() -> Zoned {
    Timestamp::now().to_zoned(TimeZone::UTC)
}

/// Whether it is that time now, or was a minute ago.
fn is_now(time: &str) -> bool {
    const DAY: i64 = 24 * 60 * 60;
    let Ok(time) = time.parse::<Time>() else { return false };
    let ago = now().time().duration_since(time).as_secs();
    (-1..=60).contains(&ago) || ago <= 60 - DAY // midnight was in between
}

/// Whether the line is `[14:03:07] alice: bread`; a foreign server may put it in other words.
fn has_time_and_sender(stage: &Stage, line: &str, sender: &str, word: &str) -> bool {
    if stage.is_foreign() {
        return is_from(line, sender, word) && has_time(line);
    }
    let rest = line.strip_prefix('[').and_then(|line| line.split_once("] "));
    rest.is_some_and(|(time, said)| {
        time.len() == 8 && is_now(time) && said == format!("{sender}: {word}")
    })
}

/// Waits for a word with its sender's name. What came before it comes back.
fn hears_from(
    stage: &Stage,
    listener: &Peer,
    sender: &str,
    word: &str,
) -> Result<Vec<String>, Stop> {
    let other_way = match stage.is_foreign() {
        true => " (if it is the client that adds the name, check them with --pair)",
        false => "",
    };
    let expected = format!("a line with {} and {}{other_way}", quoted(sender), quoted(word));
    let is_right = |line: &str| is_from(line, sender, word);
    let is_right = in_two_lines(stage.is_foreign(), is_right);
    Ok(listener.hears(matching(expected, is_right))?.before)
}

fn time_and_sender(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    match has_all_from_its_server(stage) {
        // In another language, its client may add the time.
        Err(Stop::Fails(_)) if stage.is_foreign() && stage.has(Role::Client) => {
            stage.begins_anew();
            time_and_sender_are_shown(Room { stage, pause: Duration::ZERO }, ["dora", "emil"])
        }
        heard => heard,
    }
}

/// A member hears time and sender from the server.
fn has_all_from_its_server(stage: &Stage) -> Scene {
    let alice = enters(stage, "alice")?;
    let bob = enters(stage, "bob")?;
    let carol = enters(stage, "carol")?;
    let hears = |listener: &Peer, sender: &str, word: &str| {
        let expected = quoted(&format!("[{}] {sender}: {word}", now().strftime("%H:%M:%S")));
        let is_right = |line: &str| has_time_and_sender(stage, line, sender, word);
        let is_right = in_two_lines(stage.is_foreign(), is_right);
        listener.hears(matching(expected, is_right)).map(drop)
    };
    let (word, other) = (stage.word(), stage.word());
    [&alice, &bob, &carol].into_iter().try_for_each(Peer::hears_out)?; // who has come, with the time perhaps
    alice.says(&word)?;
    hears(&bob, "alice", &word)?;
    hears(&carol, "alice", &word)?;
    bob.says(&other)?;
    hears(&alice, "bob", &other)
}

fn reaches_all_but_its_sender(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    let alice = enters(stage, "alice")?;
    let bob = enters(stage, "bob")?;
    let carol = enters(stage, "carol")?;
    let (word, other) = (stage.word(), stage.word());
    [&alice, &bob, &carol].into_iter().try_for_each(Peer::hears_out)?; // who has come is not who speaks
    alice.says(&word)?;
    hears_from(stage, &bob, "alice", &word)?;
    hears_from(stage, &carol, "alice", &word)?;
    // What alice hears next is bob's word. If her own has come back, it has come before.
    bob.says(&other)?;
    let before = hears_from(stage, &alice, "bob", &other)?;
    match before.iter().find(|message| message.contains(&word)) {
        Some(_) => alice.fails(format!("expected not to hear {} back, but did", quoted(&word))),
        None => Ok(()),
    }
}

fn asks_at_once(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    let alice = stage.connects("alice")?;
    alice.hears(anything("to be asked for a username")).map(drop)
}

fn a_silent_newcomer(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    let alice = enters(stage, "alice")?;
    let _carol = common::comes_and_says_nothing(stage, "carol")?;
    stage.note("carol", Mark::Event, "says nothing, not even her name");
    let bob = enters(stage, "bob")?;
    let (word, other) = (stage.word(), stage.word());
    alice.says(&word)?;
    let words = |word: &str| format!("{} while carol gives no name", quoted(word));
    bob.hears(matching(words(&word), |line| line.contains(&word)))?;
    bob.says(&other)?;
    alice.hears(matching(words(&other), |line| line.contains(&other))).map(drop)
}

fn bad_usernames(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    let alice = enters(stage, "alice")?;
    let bob = comes(stage, "bob")?;
    // Blanks around a name do not count.
    for bad in ["", " alice "] {
        bob.says(bad)?;
        bob.hears(anything("to be asked again"))?;
    }
    bob.says(&"ö".repeat(32))?;
    bob.hears(anything("a welcome"))?;
    let word = stage.word();
    bob.says(&word)?;
    alice.hears(containing(&word))?;
    let mallory = comes(stage, "mallory")?;
    let long = "m".repeat(33);
    for bad in ["mal\x1b[2Jlory", &long, " "] {
        mallory.says(bad)?;
        mallory.hears(anything("a word on why not"))?;
    }
    mallory.is_disconnected()
}

fn who_and_quit(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    let alice = enters(stage, "alice")?;
    let bob = enters(stage, "bob")?;
    alice.says("/who")?;
    alice.hears(matching("a line with both names", has_both))?;
    bob.says("/quit")?;
    bob.is_disconnected()?;
    alice.says("/who")?;
    let before = alice.hears(matching("a line with her name only", is_alone))?.before;
    hears_no_command(&alice, &before)?;
    let bob = enters(stage, "bob")?;
    let word = stage.word();
    bob.says(&word)?;
    let before = alice.hears(containing(&word))?.before;
    hears_no_command(&alice, &before)
}

fn has_both(line: &str) -> bool {
    line.contains("alice") && line.contains("bob")
}

fn is_alone(line: &str) -> bool {
    line.contains("alice") && !line.contains("bob")
}

fn hears_no_command(listener: &Peer, heard: &[String]) -> Scene {
    match heard.iter().find(|message| message.contains('/')) {
        Some(command) => {
            listener.fails(format!("expected not to hear a command, but heard {}", quoted(command)))
        }
        None => Ok(()),
    }
}

fn who_was_cut_off(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    let alice = enters(stage, "alice")?;
    let limit = seconds(stage.patience());
    for way in [Peer::leaves, Peer::resets] {
        let bob = enters(stage, "bob")?;
        alice.says("/who")?;
        alice.hears(matching("a line with both names", has_both))?;
        way(&bob);
        // A server learns in a thread of its own that somebody has left.
        let deadline = stage.time() + stage.patience();
        loop {
            alice.says_quietly("/who")?;
            let Some(names) = alice.next_message(stage.patience())? else {
                return alice
                    .fails(format!("expected an answer to /who, but none came within {limit}"));
            };
            if is_alone(&names) {
                stage.note("alice", Mark::Received, &names);
                break;
            }
            if stage.is_late(deadline) {
                let names = quoted(&names);
                return alice
                    .fails(format!("expected bob to be gone after {limit}, but heard {names}"));
            }
        }
    }
    enters(stage, "bob").map(drop)
}

fn commands_are_lines(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    let alice = enters(stage, "alice")?;
    let bob = enters(stage, "bob")?;
    let (question, last) = (format!("{}: is it /who or /quit?", stage.word()), stage.word());
    bob.says(&question)?;
    alice.hears(containing(&question))?;
    bob.sends_raw(
        format!("{last}\n/quit\n").as_bytes(),
        &format!("{last}, /quit (in one segment)"),
    )?;
    alice.hears(containing(&last)).map(drop)
}

fn control_characters(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    let alice = enters(stage, "alice")?;
    let bob = enters(stage, "bob")?;
    let word = stage.word();
    alice.says(&format!("\x1b[2J\x07\0\u{9b}5A{word}\x08\r!"))?;
    let line = bob.hears(containing(&word))?.text;
    match line.chars().find(|character| character.is_control()) {
        Some(control) => {
            bob.fails(format!("expected no control characters, but heard {control:?}"))
        }
        None => Ok(()),
    }
}

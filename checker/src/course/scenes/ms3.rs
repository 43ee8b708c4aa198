//! Scenes of milestone 3: an instant messenger.
//!
//! The handout asks, of the server: it requests a username "as soon as a connection is established"; it distributes a
//! message "to all of the clients except the sending one"; "deadlocks and starvation" are avoided, and nobody waits for
//! anybody else to speak: so neither a newcomer who does not answer nor a member who does not read holds up the others.
//! Of the client: it is "able to display the timestamp and the username of the sender". So the sender must be in what a
//! server sends, or nobody could tell; the time can be added by either, and is a bonus of a server alone. (A client
//! that adds the name too is judged with its own server: `--pair`.) "Faulty cases" are to be handled, but it does not say
//! which. The course's own starters ask for more: the form of a line, which usernames are bad, `/who` and `/quit`, that a
//! member who does not read, or hardly, is removed, and nothing on a terminal that could harm it.

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use crate::course::scenes::at_once;
use crate::course::scenes::ms3_client::{
    a_client_cut_off, no_control_characters, nothing_is_torn, quit_ends_the_client,
    the_client_listens, the_input_ends,
};
use crate::course::scenes::rooms::{comes, enters_quietly as enters, has_time, is_from};
use crate::course::scenes::rush;
use crate::course::scenes::stalled;
use crate::course::step::Check;
use crate::stage::expected::{anything, containing, matching};
use crate::stage::peer::Peer;
use crate::stage::show::quoted;
use crate::stage::show::seconds;
use crate::stage::stage::Stage;
use crate::stage::stop::{Scene, Stop};
use crate::stage::transcript::Mark;

pub const CHECKS: &[Check] = &[
    Check::server("time_and_sender", "a message has its time and its sender", time_and_sender)
        .worth(1)
        .bonus_of_others()
        .look(
            "what is put before a message: `[14:03:07] alice: `, with the time it is now.",
        ),
    Check::server(
        "reaches_all_but_its_sender",
        "all others hear what is said, and by whom",
        reaches_all_but_its_sender,
    )
    .worth(2)
    .look("whom `room.say` is told to be the one who speaks, and that the name is in each line."),
    Check::server("asks_at_once", "asks for a username at once", asks_at_once)
        .worth(2)
        .look("whether the server speaks first."),
    Check::server(
        "a_silent_newcomer",
        "a silent newcomer holds nobody up",
        a_silent_newcomer,
    )
    .worth(2)
    .look(
        "where a username is waited for: in the newcomer's own thread, not in the loop that \
         accepts, and not under a lock.",
    ),
    Check::server("bad_usernames", "a bad username is asked for again", bad_usernames)
        .worth(2)
        .only_ours()
        .look(
            "the loop that asks, three times at most: empty (or blanks alone), taken, longer than 32 characters \
             (not bytes) or with control characters is bad.",
        ),
    Check::server("five_at_once", "five talk at once and all hear everything", at_once::five)
        .worth(3)
        .look(
            "whether all messages go through the room, as whole lines: it keeps them in one \
             order for all.",
        ),
    Check::server("a_stalled_member", "a stalled member delays nobody", stalled::delays_nobody)
        .worth(2)
        .look(
            "what waits for somebody who does not read: nothing does if messages go through `room`, rather than \
             straight to the members' sockets.",
        ),
    Check::server(
        "short_lines",
        "a stalled member delays no short lines",
        stalled::delays_no_short_lines,
    )
    .worth(1)
    .look(
        "what waits when much is kept for somebody who does not read: a queue of so many lines is full after as \
         many short ones; `room` counts bytes, and waits for nobody for long.",
    ),
    Check::server(
        "a_stalled_member_goes",
        "a stalled member is removed",
        stalled::is_removed,
    )
    .worth(1)
    .only_ours()
    .look("whether it is the room that keeps what is still to be sent, and tells who is here."),
    Check::server(
        "a_member_who_hardly_reads",
        "a member that hardly reads is removed",
        stalled::is_removed_though_it_reads_a_little,
    )
    .worth(1)
    .only_ours()
    .look(
        "when a member is removed: `room` does it by the pace. Anyone who waits until nothing at all is taken for a \
         while waits forever for one that takes a little now and then.",
    ),
    Check::server("a_flood", "a flood does not starve a single line", at_once::a_flood)
        .worth(1)
        .look("whether a lock is held while a burst of lines is passed on."),
    Check::server("who_and_quit", "`/who` lists and `/quit` leaves", who_and_quit)
        .worth(1)
        .only_ours()
        .look(
            "whether commands are looked for before a message is passed on, whom an answer goes \
             to, and how `/quit` gets to `room.leave`.",
        ),
    Check::server(
        "a_burst_stays_together",
        "a burst of lines stays together",
        rush::a_burst_stays_together,
    )
    .worth(1)
    .only_ours()
    .look(
        "whether the lines that `next_received` gives are put into one text, and said at once.",
    ),
    Check::server("who_was_cut_off", "those who leave without `/quit` are gone", who_was_cut_off)
        .bonus()
        .only_ours()
        .look("whether `room.leave` is called on every way out, after an error too."),
    Check::server("commands_are_lines", "a command is a line of its own", commands_are_lines)
        .worth(1)
        .only_ours()
        .look(
            "how commands are told from messages: by all of the line; and that what a member has \
             said before `/quit` is still passed on.",
        ),
    Check::server(
        "control_characters",
        "control characters reach nobody's terminal",
        control_characters,
    )
    .worth(1)
    .only_ours()
    .look("whether messages are passed through `text::printable`."),
    Check::client(
        "the_client_listens",
        "the client shows messages at any time",
        the_client_listens,
    )
    .worth(2)
    .look(
        "whether one thread shows what comes, while the other waits for the user and sends \
             each line.",
    ),
    Check::client("quit_ends_the_client", "`/quit` ends the client", quit_ends_the_client)
        .worth(1)
        .only_ours()
        .look(
            "the loop of lines that are typed: `/quit` is sent, is the last of them, and is not \
             an error.",
        ),
    Check::client("nothing_is_torn", "no line tears the one being typed", nothing_is_torn)
        .worth(1)
        .only_ours()
        .look("whether lines are shown with the `Screen` that `console::open_chat` gives."),
    Check::client(
        "no_control_characters",
        "the client shows no control characters",
        no_control_characters,
    )
    .worth(1)
    .only_ours()
    .look(
        "whether what comes is passed through `text::printable` before it is shown: not every \
         server does that.",
    ),
    Check::client("a_client_cut_off", "a client cut off by its server says so", a_client_cut_off)
        .worth(1)
        .only_ours()
        .look("what the thread that receives does when no more can come."),
    Check::client("the_input_ends", "the end of input ends the client", the_input_ends)
        .worth(1)
        .only_ours()
        .look(
            "what the end of input (`None`) does: it sends `/quit` for the user, and is not an error.",
        ),
];

pub const HINTS: &[&str] = &[
    "In milestone 2, who waits for a member that does not read, and what does it hold while it waits?",
    "`room.join(name, client, welcome)` gives a member, `room.say(&member, bytes)` passes on what it says, \
     `room.tell(&member, bytes)` answers it alone, and `room.leave(&member)` lets it go. Nothing else is \
     written to the client's socket once it has joined.",
    "In the talk loop: `format!(\"[{}] {}: {}\\n\", Zoned::now().strftime(\"%H:%M:%S\"), member.name(), \
     text::printable(&message)).into_bytes()`. Blanks around a \
     name do not count: `let name = name.trim();`. It is good if `(1..=32).contains(&name.chars().count()) && \
     text::printable(name) == name`, and if `room.join` gives `Some`.",
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
    let heard = listener.hears(matching(expected, |line| is_from(line, sender, word)))?;
    Ok(heard.before)
}

fn time_and_sender(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    let alice = enters(stage, "alice")?;
    let bob = enters(stage, "bob")?;
    let carol = enters(stage, "carol")?;
    let hears = |listener: &Peer, sender: &str, word: &str| {
        let expected = quoted(&format!("[{}] {sender}: {word}", now().strftime("%H:%M:%S")));
        let is_right = |line: &str| has_time_and_sender(stage, line, sender, word);
        listener.hears(matching(expected, is_right)).map(drop)
    };
    let (word, other) = (stage.word(), stage.word());
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
    let _carol = stage.connects("carol")?;
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
    for bad in ["alice", ""] {
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

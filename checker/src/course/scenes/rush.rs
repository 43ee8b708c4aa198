//! Scenes of milestone 2 in which many do something at once: they speak, come, or leave while others speak. What
//! threads do to each other shows only then.

use crate::stage::expected::anything;
use crate::stage::peer::Peer;
use crate::stage::show::quoted;
use crate::stage::stage::Stage;
use crate::stage::stop::{Scene, Stop};
use crate::stage::transcript::Mark;

/// Connects all of these, who wait to be asked for their names.
fn connect(stage: &Stage, names: &[String]) -> Result<Vec<Peer>, Stop> {
    let peers: Result<Vec<Peer>, Stop> =
        names.iter().map(|name| stage.connects_quietly(name)).collect();
    let peers = peers?;
    for peer in &peers {
        peer.hears(anything("to be asked for a name"))?;
    }
    Ok(peers)
}

/// Lets all of these in, at once: one after the other would take many times as long.
fn come(stage: &Stage, names: &[String]) -> Result<Vec<Peer>, Stop> {
    let peers = connect(stage, names)?;
    for peer in &peers {
        peer.says_quietly(peer.name())?;
    }
    for peer in &peers {
        peer.hears(anything("a welcome"))?;
    }
    let who = match names {
        [name] => format!("{name} comes in"),
        [first, .., last] => format!("{first} to {last} come in"),
        [] => String::new(),
    };
    stage.note("all", Mark::Event, &who);
    Ok(peers)
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| name.to_string()).collect()
}

/// So many names: `guest 1`, `guest 2`.
fn guests(count: usize) -> Vec<String> {
    (1..=count).map(|number| format!("guest {number}")).collect()
}

/// Lets a peer say so many lines, which come in one piece.
fn says_lines(stage: &Stage, speaker: &Peer, count: usize) -> Scene {
    let name = speaker.name();
    let lines: String = (1..=count).map(|number| format!("line-{number} of {name}\n")).collect();
    stage.note(name, Mark::Sent, &format!("{count} lines at once"));
    speaker.sends_raw(lines.as_bytes(), "")
}

/// What is in each of these lines, when a server passes it on.
const A_LINE: &str = "line-";

/// Waits until somebody has heard so many of these lines.
fn hears_lines(listener: &Peer, count: usize) -> Result<Vec<String>, Stop> {
    let lines = listener.next_lines(A_LINE, count)?;
    if lines.len() >= count {
        return Ok(lines);
    }
    let last = lines.last().map_or("none".to_string(), |line| quoted(line));
    let heard = format!("heard only {} of them, the last {last}", lines.len());
    listener.fails(format!("expected all {count} lines, but {heard}"))
}

/// All hear all lines in one order, whoever says them.
pub fn one_order_for_all(stage: &Stage) -> Scene {
    const LINES: usize = 500;
    const SPEAKERS: usize = 4;
    let _server = stage.starts_server()?;
    let peers = come(stage, &guests(14))?;
    let (speakers, listeners) = peers.split_at(SPEAKERS);
    for speaker in speakers {
        says_lines(stage, speaker, LINES)?;
    }
    let count = LINES * SPEAKERS;
    let first = hears_lines(&listeners[0], count)?;
    for listener in &listeners[1..] {
        let lines = hears_lines(listener, count)?;
        let mut pairs = first.iter().zip(&lines);
        if let Some((one, other)) = pairs.find(|(one, other)| one != other) {
            let [name, first_name] = [listener, &listeners[0]].map(Peer::name);
            let (one, other) = (quoted(one), quoted(other));
            let heard = format!("{name} heard {other} when {first_name} heard {one}");
            return Err(Stop::fails(
                "all",
                format!("expected the same order for all, but {heard}"),
            ));
        }
    }
    stage.note("all", Mark::Received, &format!("{count} lines, in one order"));
    Ok(())
}

/// A newcomer hears its welcome before anything that is said in the room.
pub fn the_welcome_comes_first(stage: &Stage) -> Scene {
    const LINES: usize = 150;
    const SPEAKERS: usize = 4;
    const GUESTS: usize = 100;
    let _server = stage.starts_server()?;
    let speakers = come(stage, &guests(SPEAKERS))?;
    let names: Vec<String> = (1..=GUESTS).map(|number| format!("newcomer {number}")).collect();
    let newcomers = connect(stage, &names)?;
    for speaker in &speakers {
        says_lines(stage, speaker, LINES)?;
    }
    hears_lines(&speakers[0], 1)?;
    for newcomer in &newcomers {
        newcomer.says_quietly(newcomer.name())?;
    }
    for newcomer in &newcomers {
        let heard = newcomer.next_message(stage.patience())?;
        let is_news = |line: &str| line.starts_with("* ") && line.ends_with(" has come");
        let is_welcome = |line: &str| !is_news(line) && !line.contains(A_LINE);
        if !heard.as_deref().is_some_and(is_welcome) {
            let heard = heard.map_or("nothing".to_string(), |line| quoted(&line));
            let message =
                format!("expected a welcome first, but {} heard {heard}", newcomer.name());
            return Err(Stop::fails("newcomers", message));
        }
    }
    stage.note("newcomers", Mark::Received, "a welcome each, before anything else");
    Ok(())
}

/// Those who leave while somebody speaks do not silence the one who speaks, and cost no other a line.
pub fn leavers_silence_nobody(stage: &Stage) -> Scene {
    const LINES: usize = 500;
    const GUESTS: usize = 20;
    let _server = stage.starts_server()?;
    let members = come(stage, &names(&["alice", "bob", "carol", "dave", "erin"]))?;
    let (alice, listeners) = (&members[0], &members[1..]);
    let guests = come(stage, &guests(GUESTS))?;
    says_lines(stage, alice, LINES)?;
    let heard = hears_lines(&listeners[0], 1)?.len();
    guests.iter().for_each(Peer::resets);
    stage.note("guests", Mark::Event, "reset their connections");
    hears_lines(&listeners[0], LINES - heard)?;
    for listener in &listeners[1..] {
        hears_lines(listener, LINES)?;
    }
    stage.note("others", Mark::Received, "all that alice has said");
    Ok(())
}

/// A name that several want at once goes to one of them. Others speak meanwhile, so that everybody has to wait for a lock
/// each time it is taken: that is when two threads can find the same name free.
pub fn a_wanted_name(stage: &Stage) -> Scene {
    const LINES: usize = 150;
    const NAMES: usize = 20;
    const WANTED_BY: usize = 5;
    let _server = stage.starts_server()?;
    let members = come(stage, &guests(6))?;
    let (bob, speakers) = (&members[0], &members[2..]);
    let clients: Vec<String> = (1..=NAMES * WANTED_BY).map(|n| format!("client {n}")).collect();
    let clients = connect(stage, &clients)?;
    for speaker in speakers {
        says_lines(stage, speaker, LINES)?;
    }
    let heard = hears_lines(bob, 1)?.len();
    let names: Vec<String> = (1..=NAMES).map(|number| format!("name {number}")).collect();
    for (name, clients) in names.iter().zip(clients.chunks(WANTED_BY)) {
        clients.iter().try_for_each(|client| client.says_quietly(name))?;
    }
    let wanted = format!("{NAMES} names, each of {WANTED_BY} clients at once");
    stage.note("clients", Mark::Sent, &wanted);
    for (name, clients) in names.iter().zip(clients.chunks(WANTED_BY)) {
        let refused = Peer::wait_until_closed(clients, WANTED_BY - 1)?;
        if refused < WANTED_BY - 1 {
            let count = WANTED_BY - refused;
            let message =
                format!("expected one of {WANTED_BY} to get in as {name}, but {count} did");
            return Err(Stop::fails("clients", message));
        }
    }
    stage.note("clients", Mark::Event, "all but one for each name are refused");
    for (name, clients) in names.iter().zip(clients.chunks(WANTED_BY)) {
        for client in clients {
            let _ = client.says_quietly(&format!("line-1 of {name}")); // all but one cannot
        }
    }
    hears_lines(bob, LINES * speakers.len() + NAMES - heard)?;
    stage.note(bob.name(), Mark::Received, "a word of one under each name");
    Ok(())
}

/// The lines of a burst, which come in one read, go on in one piece: nobody else's come in between.
pub fn a_burst_stays_together(stage: &Stage) -> Scene {
    // What came in two reads because the machine was busy may be torn once, but hardly three times.
    stage.tries_again(|| watch_bursts(stage).map_err(Stop::by_chance))
}

fn watch_bursts(stage: &Stage) -> Scene {
    const LINES: usize = 1000;
    const SPEAKERS: usize = 4;
    let _server = stage.starts_server()?;
    let peers = come(stage, &guests(10))?;
    let (speakers, listener) = (&peers[..SPEAKERS], &peers[SPEAKERS]);
    for speaker in speakers {
        says_lines(stage, speaker, LINES)?;
    }
    let lines = hears_lines(listener, LINES * SPEAKERS)?;
    for burst in lines.chunks(LINES) {
        let is_of =
            |line: &str, speaker: &&Peer| line.ends_with(&format!(" of {}", speaker.name()));
        let speaker = speakers.iter().find(|speaker| is_of(&burst[0], speaker));
        let Some(speaker) = speaker else { continue };
        if let Some(line) = burst.iter().find(|line| !is_of(line, &speaker)) {
            let (name, line) = (speaker.name(), quoted(line));
            return listener.fails(format!(
                "expected all that {name} said at once in one piece, but {line} came in between"
            ));
        }
    }
    stage.note(listener.name(), Mark::Received, "the lines of each, one burst after the other");
    Ok(())
}

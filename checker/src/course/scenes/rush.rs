//! Scenes of the chat rooms (milestones 2 and 3) in which many do something at once: they speak, come, or leave while
//! others speak. What threads do to each other shows only then.

use crate::stage::peer::Peer;
use crate::stage::stage::Stage;
use crate::stage::stop::{Scene, Stop};
use crate::stage::transcript::Mark;

/// Those who speak, if four do.
const SPEAKERS: [&str; 4] = ["alice", "bob", "carol", "dave"];

/// How a peer connects.
type Connects = fn(&Stage, &str) -> Result<Peer, Stop>;

/// Connects all of these, who are asked for their names.
fn connect(stage: &Stage, names: &[String], connects: Connects) -> Result<Vec<Peer>, Stop> {
    let peers = names.iter().map(|name| connects(stage, name));
    let peers: Vec<Peer> = peers.collect::<Result<_, Stop>>()?;
    hear_out(stage, &peers)?;
    Ok(peers)
}

/// Waits until each has heard something: a question or a welcome. If one is missing, that is for another check to say, and
/// is waited for once.
fn hear_out(stage: &Stage, peers: &[Peer]) -> Scene {
    let deadline = stage.time() + stage.patience();
    for peer in peers {
        peer.hears_within(deadline.saturating_sub(stage.time()))?;
    }
    Ok(())
}

/// Lets all of these in, at once: one after the other would take many times as long.
fn come(stage: &Stage, names: &[String], connects: Connects) -> Result<Vec<Peer>, Stop> {
    let peers = connect(stage, names, connects)?;
    for peer in &peers {
        peer.says_quietly(peer.name())?;
    }
    hear_out(stage, &peers)?;
    stage.settles()?; // who is welcomed need not be a member yet: what is said at once would not have to reach them
    Ok(peers)
}

/// Lets the four in who speak, and so many others, who listen.
fn speakers_and(stage: &Stage, listeners: usize) -> Result<(Vec<Peer>, Vec<Peer>), Stop> {
    let names: Vec<String> =
        SPEAKERS.map(str::to_string).into_iter().chain(numbered("guest", listeners)).collect();
    let mut speakers = come(stage, &names, Stage::connects_quietly)?;
    let listeners = speakers.split_off(SPEAKERS.len());
    let guests = match listeners.len() {
        0 => String::new(),
        count => format!(", and {count} guests"),
    };
    stage.note("all", Mark::Event, &format!("{} come in{guests}", SPEAKERS.join(", ")));
    Ok((speakers, listeners))
}

/// So many names: `guest 1`, `guest 2`.
fn numbered(who: &str, count: usize) -> Vec<String> {
    (1..=count).map(|number| format!("{who} {number}")).collect()
}

/// Lets a peer say so many lines, which come in one segment.
fn says_lines(stage: &Stage, speaker: &Peer, count: usize) -> Scene {
    stage.note(speaker.name(), Mark::Sent, &format!("{count} lines at once"));
    speaker.sends_raw(lines_of(speaker.name(), count).as_bytes(), "")
}

/// So many lines that somebody says.
fn lines_of(name: &str, count: usize) -> String {
    (1..=count).map(|number| format!("line {number} of {name}\n")).collect()
}

/// Whether a server has passed on such a line, in whatever form.
fn is_line(message: &str) -> bool {
    let number = message.split_once("line ").map_or("", |(_, number)| number);
    number.starts_with(|first: char| first.is_ascii_digit())
}

/// Waits until somebody has heard so many of these lines.
fn hears_lines(listener: &Peer, count: usize) -> Result<Vec<String>, Stop> {
    let lines = listener.next_lines(is_line, count)?;
    if lines.len() >= count {
        return Ok(lines);
    }
    listener.fails("expected to hear all that is said, but some of it never came")
}

/// All hear all lines in one order, whoever says them.
pub fn one_order_for_all(stage: &Stage) -> Scene {
    const LINES: usize = 500;
    let _server = stage.starts_server()?;
    let (speakers, listeners) = speakers_and(stage, 10)?;
    for speaker in &speakers {
        says_lines(stage, speaker, LINES)?;
    }
    let count = LINES * speakers.len();
    let first = hears_lines(&listeners[0], count)?;
    for listener in &listeners[1..] {
        let lines = hears_lines(listener, count)?;
        let mut pairs = first.iter().zip(&lines);
        if let Some((one, other)) = pairs.find(|(one, other)| one != other) {
            stage.note("a guest", Mark::Received, one);
            stage.note("another", Mark::Received, other);
            let message =
                "expected one order for both, but up to here it was the same, and here it is not";
            return Err(Stop::fails("another", message));
        }
    }
    stage.note("guests", Mark::Received, &format!("{count} lines, in one order"));
    Ok(())
}

/// A newcomer hears its welcome before anything that is said in the room.
pub fn the_welcome_comes_first(stage: &Stage) -> Scene {
    const LINES: usize = 150;
    const NEWCOMERS: usize = 100;
    let _server = stage.starts_server()?;
    let (speakers, _) = speakers_and(stage, 0)?;
    let newcomers = connect(stage, &numbered("newcomer", NEWCOMERS), Stage::connects_quietly)?;
    for speaker in &speakers {
        says_lines(stage, speaker, LINES)?;
    }
    hears_lines(&speakers[0], 1)?;
    for newcomer in &newcomers {
        newcomer.says_quietly(newcomer.name())?;
    }
    stage.note("newcomers", Mark::Sent, &format!("{NEWCOMERS} names"));
    for newcomer in &newcomers {
        let heard = newcomer.next_message(stage.patience())?.unwrap_or_default();
        let is_news = heard.starts_with("* ") && heard.ends_with(" has come");
        if is_news || is_line(&heard) || heard.is_empty() {
            stage.note("newcomers", Mark::Received, &heard);
            let message =
                "expected to be welcomed first, but this is the first that one of them heard";
            return Err(Stop::fails("newcomers", message));
        }
    }
    stage.note("newcomers", Mark::Received, "a welcome each, before anything else");
    Ok(())
}

/// Those who leave while somebody speaks do not silence the one who speaks, and cost no other a line. They leave in
/// several groups. Each stops reading first, and is far away: so a server that waits for whomever it sends to (a stalled
/// member may still hold up all) is in the middle of sending something to one of them.
pub fn leavers_silence_nobody(stage: &Stage) -> Scene {
    const LINES: usize = 600;
    const LENGTH: usize = 300; // more than twice what a system keeps, in all
    const TIMES: usize = 3;
    const GROUP: usize = 4;
    let _server = stage.starts_server()?;
    let (members, _) = speakers_and(stage, 0)?;
    let (alice, listeners) = (&members[0], &members[1..]);
    let long = |line: &str| format!("{line:.<LENGTH$}\n");
    let said: String = lines_of(alice.name(), LINES).lines().map(long).collect();
    stage.note(alice.name(), Mark::Sent, &format!("{LINES} long lines at once, {TIMES} times"));
    let leave = format!("each time, {GROUP} come, stop reading, and reset their connections");
    stage.note("guests", Mark::Event, &leave);
    for group in numbered("guest", TIMES * GROUP).chunks(GROUP) {
        let guests = come(stage, group, Stage::connects_from_afar_quietly)?;
        guests.iter().for_each(Peer::stops_reading);
        alice.sends_raw(said.as_bytes(), "")?;
        stage.settles()?;
        guests.iter().for_each(Peer::resets);
        for listener in listeners {
            hears_lines(listener, LINES)?;
        }
    }
    stage.note("others", Mark::Received, "all of them");
    Ok(())
}

/// A name that several want at once goes to one of them. Others speak meanwhile, so that everybody has to wait for a lock
/// each time it is taken: that is when two threads can find the same name free.
pub fn a_wanted_name(stage: &Stage) -> Scene {
    const LINES: usize = 150;
    const NAMES: usize = 20;
    const WANTED_BY: usize = 5;
    let _server = stage.starts_server()?;
    let (speakers, listeners) = speakers_and(stage, 2)?;
    let clients = connect(stage, &numbered("client", NAMES * WANTED_BY), Stage::connects_quietly)?;
    for speaker in &speakers {
        says_lines(stage, speaker, LINES)?;
    }
    let heard = hears_lines(&listeners[0], 1)?.len();
    let names = numbered("name", NAMES);
    for (name, clients) in names.iter().zip(clients.chunks(WANTED_BY)) {
        clients.iter().try_for_each(|client| client.says_quietly(name))?;
    }
    let wanted = format!("{NAMES} names, each of {WANTED_BY} of them at once");
    stage.note("clients", Mark::Sent, &wanted);
    for (name, clients) in names.iter().zip(clients.chunks(WANTED_BY)) {
        if Peer::wait_until_closed(clients, WANTED_BY - 1)? < WANTED_BY - 1 {
            let message = format!("expected one of {WANTED_BY} to get in as {name}, but more did");
            return Err(Stop::fails("clients", message));
        }
    }
    stage.note("clients", Mark::Event, "all but one for each name are refused");
    for (name, clients) in names.iter().zip(clients.chunks(WANTED_BY)) {
        for client in clients {
            let _ = client.says_quietly(&format!("line 1 of {name}")); // all but one cannot
        }
    }
    hears_lines(&listeners[0], LINES * speakers.len() + NAMES - heard)?;
    stage.note(listeners[0].name(), Mark::Received, "a line of one under each name");
    Ok(())
}

/// The lines of a burst, which come in one read, go on in one piece: nobody else's come in between. What came in two
/// reads, because the machine was busy, may be torn once, but hardly three times.
pub fn a_burst_stays_together(stage: &Stage) -> Scene {
    stage.tries_again(|| watch_bursts(stage).map_err(Stop::by_chance))
}

fn watch_bursts(stage: &Stage) -> Scene {
    const LINES: usize = 400; // less than 8 KiB, which is what a usual buffer holds
    let _server = stage.starts_server()?;
    let (speakers, listeners) = speakers_and(stage, 12)?;
    for speaker in &speakers {
        says_lines(stage, speaker, LINES)?;
    }
    let listener = &listeners[0];
    let lines = hears_lines(listener, LINES * speakers.len())?;
    let speaker_of = |line: &str| line.rsplit_once(" of ").map(|(_, name)| name.to_string());
    for burst in lines.chunks(LINES) {
        if let Some(line) = burst.iter().find(|line| speaker_of(line) != speaker_of(&burst[0])) {
            stage.note(listener.name(), Mark::Received, line);
            let message = "expected what one says at once in one piece, but this came in between";
            return listener.fails(message);
        }
    }
    stage.note(listener.name(), Mark::Received, "the lines of each, one burst after the other");
    Ok(())
}

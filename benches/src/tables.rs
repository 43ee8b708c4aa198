//! What is measured of whom, and the tables that show it.

use std::fmt::Write;
use std::time::Duration;

use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressStyle};

use crate::contestants::{Contestant, ECHOES, LIMIT, ROOMS, Server};
use crate::load::Swarm;

/// Members and senders of the three floods.
pub const SHAPES: [(usize, usize); 3] = [(100, 1), (100, 4), (1000, 1)];

/// Connections of the three echo runs.
pub const CROWDS: [usize; 3] = [1, 64, 1000];

/// How many lines the latency is the median of, in each round.
const LATENCY_LINES: usize = 200;

/// How many members the largest room has.
const LARGEST: usize = 10_000;

/// What was measured of one chat room: medians of all rounds.
pub struct Room {
    /// Whose.
    pub name: &'static str,
    /// Deliveries a second in each shape.
    pub rates: [f64; 3],
    lost: u64,
    latency: f64,      // seconds
    kib_each: f64,     // at 1,000 members
    opened: f64,       // seconds, for 1,000
    with_stalled: f64, // deliveries a second with one stalled member, 100 and 1; 0: they stopped
    lost_with_stalled: u64,
}

/// What the rounds have brought so far for one chat room. The fields are those of [`Room`], with a value for
/// each round.
struct RoomSamples {
    contestant: &'static Contestant,
    rates: [Vec<f64>; 3],
    lost: u64,
    latency: Vec<f64>,
    kib_each: Vec<f64>,
    opened: Vec<f64>,
    with_stalled: Vec<f64>,
    lost_with_stalled: u64,
}

impl RoomSamples {
    fn new(contestant: &'static Contestant) -> RoomSamples {
        RoomSamples {
            contestant,
            rates: Default::default(),
            lost: 0,
            latency: Vec::new(),
            kib_each: Vec::new(),
            opened: Vec::new(),
            with_stalled: Vec::new(),
            lost_with_stalled: 0,
        }
    }

    /// Whether it is installed, so that there is something to show.
    fn is_measured(&self) -> bool {
        !self.rates[0].is_empty()
    }

    /// Floods a room of one of the [`SHAPES`].
    fn measure(&mut self, shape: usize, time: Duration) -> Result<()> {
        let (members, senders) = SHAPES[shape];
        let Some(mut started) = start(self.contestant, members)? else { return Ok(()) };
        started.swarm.probe()?;
        if shape == 0 {
            self.latency.push(started.swarm.latency(LATENCY_LINES)?.as_secs_f64());
        }
        if members == 1000 {
            self.kib_each.push(started.kib_each);
            self.opened.push(started.opened);
        }
        let flood = started.swarm.flood(senders, time)?;
        self.rates[shape].push(flood.rate);
        self.lost += flood.lost;
        Ok(())
    }

    /// Floods a room of the first shape, and one more member who does not read.
    fn measure_with_stalled(&mut self, time: Duration) -> Result<()> {
        let (members, senders) = SHAPES[0];
        let Some(mut started) = start(self.contestant, members + 1)? else { return Ok(()) };
        started.swarm.probe()?;
        started.swarm.stall_one();
        let flood = started.swarm.flood(senders, time)?;
        self.with_stalled.push(if flood.lost > 0 { 0.0 } else { flood.rate });
        self.lost_with_stalled += flood.lost;
        Ok(())
    }

    fn medians(self) -> Room {
        Room {
            name: self.contestant.name,
            rates: self.rates.map(median),
            lost: self.lost,
            latency: median(self.latency),
            kib_each: median(self.kib_each),
            opened: median(self.opened),
            with_stalled: median(self.with_stalled),
            lost_with_stalled: self.lost_with_stalled,
        }
    }
}

/// Round trips a second of one echo server, for each crowd: medians of all rounds.
pub struct Echo {
    name: &'static str,
    rates: [f64; 3],
}

/// What the rounds have brought so far for one echo server, with a value for each round.
struct EchoSamples {
    contestant: &'static Contestant,
    rates: [Vec<f64>; 3],
}

/// A contestant that runs, and is ended when this is dropped.
struct Started {
    swarm: Swarm,
    _server: Server,
    opened: f64,   // how long it took to let all members in, in seconds
    kib_each: f64, // how much memory a member takes
}

/// Whether the contestant's name contains one of these words, which are separated by commas.
fn is_meant(contestant: &Contestant, only: &str) -> bool {
    only.split(',').any(|word| contestant.name.contains(word))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

fn progress(length: usize) -> ProgressBar {
    let bar = ProgressBar::new(length as u64);
    if let Ok(style) = ProgressStyle::with_template("{pos:>3} of {len} runs {wide_bar} {msg:<32}") {
        bar.set_style(style);
    }
    bar
}

/// Starts a contestant with this many members in its room. `None`: it is not installed.
fn start(contestant: &Contestant, members: usize) -> Result<Option<Started>> {
    let Some(server) = contestant.start()? else {
        return Ok(None);
    };
    let before = server.memory_kib()?;
    let mut swarm = Swarm::new(server.address, contestant.protocol)?;
    let opened = swarm.open(members)?.as_secs_f64();
    let kib_each = server.memory_kib()?.saturating_sub(before) as f64 / members as f64;
    Ok(Some(Started { swarm, _server: server, opened, kib_each }))
}

/// Measures the chat rooms, in turns.
pub fn rooms(only: &str, rounds: u32, seconds: u64) -> Result<Vec<Room>> {
    let chosen = ROOMS.iter().filter(|room| is_meant(room, only));
    let mut rooms: Vec<RoomSamples> = chosen.map(RoomSamples::new).collect();
    let bar = progress(rooms.len() * rounds as usize * (SHAPES.len() + 1));
    let time = Duration::from_secs(seconds);
    for _ in 0..rounds {
        for room in &mut rooms {
            let name = room.contestant.name;
            for (shape, (members, senders)) in SHAPES.into_iter().enumerate() {
                bar.set_message(format!("{name}: {members} and {senders}"));
                bar.inc(1);
                room.measure(shape, time)
                    .with_context(|| format!("{name}, {members} members and {senders} senders"))?;
            }
            bar.set_message(format!("{name}: one stalled"));
            bar.inc(1);
            room.measure_with_stalled(time)
                .with_context(|| format!("{name}, one stalled member"))?;
        }
    }
    bar.finish_and_clear();
    rooms.retain(RoomSamples::is_measured);
    Ok(rooms.into_iter().map(RoomSamples::medians).collect())
}

/// The table of the chat rooms.
pub fn show_rooms(rooms: &[Room]) -> String {
    let limit = rooms.iter().find(|room| room.name == LIMIT);
    let mut table = String::from(
        "Chat rooms: million deliveries a second (ratio to the limit), 64-byte lines\n\n",
    );
    let _ = writeln!(
        table,
        "{:<18}{:>14}{:>14}{:>14}{:>7}{:>9}{:>8}{:>8}{:>15}",
        "members, senders",
        "100, 1",
        "100, 4",
        "1000, 1",
        "lost",
        "latency",
        "KiB",
        "open",
        "one stalled"
    );
    for room in rooms {
        let _ = write!(table, "{:<18}", room.name);
        for (index, rate) in room.rates.iter().enumerate() {
            let ratio =
                limit.map_or(String::new(), |limit| format!(" ({:.2})", rate / limit.rates[index]));
            let _ = write!(table, "{:>14}", format!("{:.1}{ratio}", rate / 1e6));
        }
        let stalled = match room.lost_with_stalled {
            0 => format!("{:.1}", room.with_stalled / 1e6),
            _ => "held up".to_string(),
        };
        let (latency, kib_each, opened) = (room.latency * 1e3, room.kib_each, room.opened);
        let _ = writeln!(
            table,
            "{:>7}{latency:>6.2} ms{kib_each:>8.1}{opened:>6.2} s{stalled:>15}",
            room.lost
        );
    }
    table += "\nlatency: until all 99 others have a line. KiB: own memory for each of 1,000 members.\n\
              open: until 1,000 who come at once are let in. one stalled: 100 and 1, beside one who does not read.\n";
    table
}

/// The largest room: what each of 10,000 members costs.
pub fn crowd(only: &str) -> Result<String> {
    let mut text = String::new();
    let Some(room) = ROOMS.first().filter(|room| is_meant(room, only)) else {
        return Ok(text);
    };
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    if limit.is_some_and(|limit| limit < LARGEST as u64 + 100) {
        return Ok(format!(
            "{LARGEST} members: not measured, since a process may have {limit:?} descriptors\n"
        ));
    }
    if let Some(mut started) = start(room, LARGEST)? {
        let latency = started.swarm.latency(5)?.as_secs_f64() * 1e3;
        let (opened, kib_each) = (started.opened, started.kib_each);
        let _ = writeln!(
            text,
            "{}: {LARGEST} members opened in {opened:.2} s, {kib_each:.1} KiB each; a line reaches all in {latency:.1} ms\n",
            room.name
        );
    }
    Ok(text)
}

/// Measures the echo servers, in turns.
pub fn echoes(only: &str, rounds: u32, seconds: u64) -> Result<Vec<Echo>> {
    let chosen = ECHOES.iter().filter(|echo| is_meant(echo, only));
    let mut echoes: Vec<EchoSamples> =
        chosen.map(|contestant| EchoSamples { contestant, rates: Default::default() }).collect();
    let bar = progress(echoes.len() * rounds as usize * CROWDS.len());
    for _ in 0..rounds {
        for (index, crowd) in CROWDS.into_iter().enumerate() {
            for echo in &mut echoes {
                bar.set_message(format!("{}: {crowd}", echo.contestant.name));
                bar.inc(1);
                let Some(mut started) = start(echo.contestant, crowd)? else { continue };
                started.swarm.echo(Duration::from_millis(200))?; // until every thread runs
                echo.rates[index].push(started.swarm.echo(Duration::from_secs(seconds))?);
            }
        }
    }
    bar.finish_and_clear();
    echoes.retain(|echo| !echo.rates[0].is_empty());
    let medians =
        |echo: EchoSamples| Echo { name: echo.contestant.name, rates: echo.rates.map(median) };
    Ok(echoes.into_iter().map(medians).collect())
}

/// The table of the echo servers.
pub fn show_echoes(echoes: &[Echo]) -> String {
    let bare = echoes.last();
    let mut table =
        String::from("Echo servers: thousand round trips a second (ratio to bare threads)\n\n");
    let _ = writeln!(table, "{:<18}{:>14}{:>14}{:>14}", "connections", "1", "64", "1000");
    for echo in echoes {
        let _ = write!(table, "{:<18}", echo.name);
        for (index, rate) in echo.rates.iter().enumerate() {
            let ratio =
                bare.map_or(String::new(), |bare| format!(" ({:.2})", rate / bare.rates[index]));
            let _ = write!(table, "{:>14}", format!("{:.1}{ratio}", rate / 1e3));
        }
        table.push('\n');
    }
    table
}

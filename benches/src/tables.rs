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

/// What was measured of one chat room.
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

/// Round trips a second of one echo server, for each crowd.
pub struct Echo {
    name: &'static str,
    rates: [f64; 3],
}

/// Whether the contestant's name contains one of these words, which are separated by commas.
fn is_meant(contestant: &Contestant, only: &str) -> bool {
    only.split(',').any(|word| contestant.name.contains(word))
}

fn median(values: &mut [f64]) -> f64 {
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

/// Starts a contestant with so many members in its room.
fn start(contestant: &Contestant, members: usize) -> Result<Option<(Server, Swarm, f64, f64)>> {
    let Some(server) = contestant.start()? else {
        return Ok(None);
    };
    let before = server.memory_kib()?;
    let mut swarm = Swarm::new(server.address, contestant.protocol)?;
    let opened = swarm.open(members)?.as_secs_f64();
    let kib_each = server.memory_kib()?.saturating_sub(before) as f64 / members as f64;
    Ok(Some((server, swarm, opened, kib_each)))
}

/// Measures the chat rooms, in turns.
pub fn rooms(only: &str, rounds: u32, seconds: u64) -> Result<Vec<Room>> {
    let chosen: Vec<&Contestant> = ROOMS.iter().filter(|room| is_meant(room, only)).collect();
    let bar = progress(chosen.len() * rounds as usize * 4);
    let time = Duration::from_secs(seconds);
    let mut rooms: Vec<(&Contestant, [Vec<f64>; 7], u64, u64)> =
        chosen.into_iter().map(|room| (room, Default::default(), 0, 0)).collect();
    for _ in 0..rounds {
        for (room, values, lost, lost_with_stalled) in &mut rooms {
            for (index, (members, senders)) in SHAPES.into_iter().enumerate() {
                bar.set_message(format!("{}: {members} and {senders}", room.name));
                bar.inc(1);
                let failed = || format!("{}, {members} members", room.name);
                let Some((_server, mut swarm, opened, kib_each)) =
                    start(room, members).with_context(failed)?
                else {
                    continue;
                };
                swarm.probe().with_context(failed)?;
                if (members, senders) == SHAPES[0] {
                    values[3]
                        .push(swarm.latency(LATENCY_LINES).with_context(failed)?.as_secs_f64());
                }
                if members == SHAPES[2].0 {
                    values[4].push(kib_each);
                    values[5].push(opened);
                }
                let flood = swarm.flood(senders, time).with_context(failed)?;
                values[index].push(flood.rate);
                *lost += flood.lost;
            }
            bar.set_message(format!("{}: one stalled", room.name));
            bar.inc(1);
            let Some((_server, mut swarm, ..)) = start(room, SHAPES[0].0 + 1)? else { continue };
            swarm.probe()?;
            swarm.stall_one();
            let flood = swarm.flood(1, time)?;
            values[6].push(if flood.lost > 0 { 0.0 } else { flood.rate });
            *lost_with_stalled += flood.lost;
        }
    }
    bar.finish_and_clear();
    let measured = rooms.into_iter().filter(|(_, values, ..)| !values[0].is_empty());
    let room =
        |(room, mut values, lost, lost_with_stalled): (&Contestant, [Vec<f64>; 7], u64, u64)| {
            let [one, four, many, latency, kib_each, opened, with_stalled] =
                [0, 1, 2, 3, 4, 5, 6].map(|index| median(&mut values[index]));
            let rates = [one, four, many];
            Room {
                name: room.name,
                rates,
                lost,
                latency,
                kib_each,
                opened,
                with_stalled,
                lost_with_stalled,
            }
        };
    Ok(measured.map(room).collect())
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
    if let Some((_server, mut swarm, opened, kib_each)) = start(room, LARGEST)? {
        let latency = swarm.latency(5)?.as_secs_f64() * 1e3;
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
    let chosen: Vec<&Contestant> = ECHOES.iter().filter(|echo| is_meant(echo, only)).collect();
    let bar = progress(chosen.len() * rounds as usize * CROWDS.len());
    let mut echoes: Vec<(&Contestant, [Vec<f64>; 3])> =
        chosen.into_iter().map(|echo| (echo, Default::default())).collect();
    for _ in 0..rounds {
        for (index, crowd) in CROWDS.into_iter().enumerate() {
            for (echo, values) in &mut echoes {
                bar.set_message(format!("{}: {crowd}", echo.name));
                bar.inc(1);
                let Some((_server, mut swarm, ..)) = start(echo, crowd)? else { continue };
                swarm.echo(Duration::from_millis(200))?; // until every thread runs
                values[index].push(swarm.echo(Duration::from_secs(seconds))?);
            }
        }
    }
    bar.finish_and_clear();
    let measured = echoes.into_iter().filter(|(_, values)| !values[0].is_empty());
    Ok(measured
        .map(|(echo, mut values)| Echo {
            name: echo.name,
            rates: [0, 1, 2].map(|index| median(&mut values[index])),
        })
        .collect())
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

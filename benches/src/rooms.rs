//! What is measured of the chat rooms, in rounds: in each round, all contestants have their turn in each kind of run, so
//! a machine whose speed drifts is fair to all.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressStyle};

use crate::contestants::{Contestant, Reach};
use crate::flood::{Ahead, Load};
use crate::probe;
use crate::process::Server;
use crate::shape::{CROWDS, LENGTHS, MEMBERS, ORIGINAL, SENDERS, Shape};
use crate::stats::{Watch, median};
use crate::swarm::Swarm;

/// How long a flood lasts before it is measured: until the system has given its connections their buffers.
const WARM_UP: Duration = Duration::from_millis(100);

/// How many members the latency is measured with, and how many lines in each round.
const CIRCLE: usize = 100;
const LINES: usize = 200;

/// How many lines are timed in each round while another member floods, and how long that may take.
const PROBES: usize = 60;
const PROBES_TIME: Duration = Duration::from_millis(1500);

/// How long the flood beside a stalled member lasts: long enough for a server that needs a while to remove it.
const STALLED: Duration = Duration::from_secs(2);

/// The rounds of what stands beside the main tables: a flood beside a stalled member, and the floods that only the picture
/// of growth shows.
const FEWER: u32 = 3;

/// A kind of run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Run {
    /// A flood.
    Flood(Shape),
    /// How long a line is under way, in a quiet room and in one that another member floods.
    Latency,
    /// A flood of the first shape, and one more member who does not read.
    Stalled,
}

/// What the floods of one shape have brought so far, with a value for each round.
#[derive(Default)]
pub struct Floods {
    rates: Vec<f64>,     // deliveries a second
    generator: Vec<f64>, // how many processors the load kept busy
    server: Vec<f64>,    // how many processors the server kept busy
    opened: Vec<f64>,    // how long it took to let all in, in seconds
    kib_each: Vec<f64>,  // how much of the server's own memory an idle member took
    lost: u64,
}

impl Floods {
    /// Deliveries a second.
    pub fn rate(&self) -> f64 {
        median(&self.rates).unwrap_or(0.0)
    }

    /// How many processors the load generator kept busy, of one at most.
    pub fn generator(&self) -> f64 {
        median(&self.generator).unwrap_or(0.0)
    }

    /// How many processors the server kept busy.
    pub fn server(&self) -> f64 {
        median(&self.server).unwrap_or(0.0)
    }

    /// How long it took until all were let in, in seconds.
    pub fn opened(&self) -> f64 {
        median(&self.opened).unwrap_or(0.0)
    }

    /// How much of the server's own memory an idle member took, in KiB.
    pub fn kib_each(&self) -> f64 {
        median(&self.kib_each).unwrap_or(0.0)
    }
}

/// What was measured of one chat room so far.
pub struct Room {
    /// Whose.
    pub contestant: &'static Contestant,
    /// The floods, by shape.
    pub floods: BTreeMap<Shape, Floods>,
    /// How long a line was under way in a quiet room, in seconds: all lines of all rounds.
    pub quiet: Vec<f64>,
    /// The same while another member floods.
    pub flooded: Vec<f64>,
    /// Deliveries a second beside a stalled member.
    pub stalled: Vec<f64>,
    /// Whether a stalled member holds the others up.
    pub is_held_up: bool,
}

impl Room {
    fn new(contestant: &'static Contestant) -> Room {
        Room {
            contestant,
            floods: BTreeMap::new(),
            quiet: Vec::new(),
            flooded: Vec::new(),
            stalled: Vec::new(),
            is_held_up: false,
        }
    }

    /// How many deliveries never came.
    pub fn lost(&self) -> u64 {
        self.floods.values().map(|floods| floods.lost).sum()
    }

    /// Whether this run is for this contestant in this round. (One that is held up needs no second look.)
    fn has(&self, run: Run, round: u32, is_asked_for: bool) -> bool {
        let reach = self.contestant.reach;
        match run {
            Run::Flood(_) if is_asked_for => true,
            Run::Flood(shape) if ORIGINAL.contains(&shape) => true,
            Run::Flood(shape) if CROWDS.contains(&shape) || LENGTHS.contains(&shape) => {
                reach >= Reach::Tables
            }
            Run::Flood(_) => reach >= Reach::Growth && round < FEWER,
            Run::Latency => true,
            Run::Stalled => !self.is_held_up && round < FEWER,
        }
    }

    fn measure(&mut self, run: Run, time: Duration) -> Result<()> {
        match run {
            Run::Flood(shape) => self.measure_flood(shape, time),
            Run::Latency => self.measure_latency(),
            Run::Stalled => self.measure_stalled(),
        }
    }

    fn measure_flood(&mut self, shape: Shape, time: Duration) -> Result<()> {
        let mut started = Started::new(self.contestant, shape.members)?;
        started.swarm.probe()?;
        let Shape { senders, length, .. } = shape;
        let load = Load { senders, length, ahead: Ahead::OwnPace };
        started.swarm.flood_for(&load, WARM_UP)?;
        let watch = Watch::start(started.server.processor_time()?);
        let flood = started.swarm.flood_for(&load, time)?;
        let floods = self.floods.entry(shape).or_default();
        floods.server.push(watch.share(started.server.processor_time()?));
        floods.generator.push(flood.busy);
        floods.rates.push(flood.rate);
        floods.opened.push(started.opened);
        floods.kib_each.push(started.kib_each);
        floods.lost += flood.lost;
        Ok(())
    }

    fn measure_latency(&mut self) -> Result<()> {
        let mut started = Started::new(self.contestant, CIRCLE)?;
        started.swarm.probe()?;
        self.quiet.extend(started.swarm.latencies(LINES)?);
        let mut started = Started::new(self.contestant, CIRCLE - 1)?;
        started.swarm.probe()?;
        let address = started.server.address;
        let times = probe::while_flooded(&mut started.swarm, address, PROBES, PROBES_TIME)?;
        self.flooded.extend(times);
        Ok(())
    }

    fn measure_stalled(&mut self) -> Result<()> {
        let Shape { members, senders, length } = ORIGINAL[0];
        let mut started = Started::new(self.contestant, members + 1)?;
        started.swarm.probe()?;
        started.swarm.stall_one();
        let load = Load { senders, length, ahead: Ahead::OwnPace };
        let flood = started.swarm.flood_for(&load, STALLED)?;
        self.is_held_up = flood.lost > 0;
        self.stalled.push(flood.rate);
        Ok(())
    }
}

/// A contestant that runs, and is ended when this is dropped.
struct Started {
    swarm: Swarm,
    server: Server,
    opened: f64,   // how long it took to let all members in, in seconds
    kib_each: f64, // how much memory a member takes
}

impl Started {
    /// Starts a contestant with this many members in its room.
    fn new(contestant: &Contestant, members: usize) -> Result<Started> {
        let server = contestant.start.start()?;
        let before = server.memory_kib()?;
        let mut swarm = Swarm::new(server.address, contestant.protocol)?;
        let opened = swarm.open(members)?.as_secs_f64();
        let kib_each = server.memory_kib()?.saturating_sub(before) as f64 / members as f64;
        Ok(Started { swarm, server, opened, kib_each })
    }
}

/// All floods that the tables and the pictures show.
pub fn all_floods() -> Vec<Run> {
    let mut shapes: Vec<Shape> =
        [&CROWDS[..], &LENGTHS, &MEMBERS, &SENDERS].concat().into_iter().collect();
    shapes.sort();
    shapes.dedup();
    shapes.into_iter().map(Run::Flood).collect()
}

/// What came of all rounds.
pub struct Measured {
    /// The chat rooms.
    pub rooms: Vec<Room>,
    /// What was left out, and why.
    pub left_out: Vec<String>,
    /// The runs that have failed, and why.
    pub failures: Vec<String>,
}

/// Measures the chat rooms. `is_asked_for`: these floods are measured of every contestant, whatever its reach.
pub fn measure(
    contestants: Vec<&'static Contestant>,
    runs: &[Run],
    is_asked_for: bool,
    rounds: u32,
    time: Duration,
) -> Measured {
    let mut rooms: Vec<Room> = contestants.into_iter().map(Room::new).collect();
    let (mut left_out, mut failures) = (Vec::new(), Vec::new());
    let runs: Vec<Run> =
        runs.iter().copied().filter(|run| is_possible(*run, &mut left_out)).collect();
    let turns = |round, run| rooms.iter().filter(|room| room.has(run, round, is_asked_for)).count();
    let in_round = |round| runs.iter().map(|run| turns(round, *run)).sum::<usize>();
    let bar = progress((0..rounds).map(in_round).sum());
    for round in 0..rounds {
        for run in &runs {
            for room in &mut rooms {
                if !room.has(*run, round, is_asked_for) {
                    continue;
                }
                bar.inc(1);
                let what = format!("{}, {}", room.contestant.name, run.name());
                bar.set_message(what.clone());
                if let Err(error) = room.measure(*run, time).context(what) {
                    failures.push(format!("{error:#}"));
                }
            }
        }
    }
    bar.finish_and_clear();
    Measured { rooms, left_out, failures }
}

/// Whether this process may have as many connections as a run needs; if not, that is said.
fn is_possible(run: Run, left_out: &mut Vec<String>) -> bool {
    let Run::Flood(shape) = run else { return true };
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    let is_too_much = limit.is_some_and(|limit| limit < shape.members as u64 + 100);
    if is_too_much {
        let limit = limit.unwrap_or(0);
        left_out
            .push(format!("{shape}: not measured, since a process may have {limit} descriptors"));
    }
    !is_too_much
}

impl Run {
    fn name(self) -> String {
        match self {
            Run::Flood(shape) => shape.to_string(),
            Run::Latency => "latency".to_string(),
            Run::Stalled => "one stalled".to_string(),
        }
    }
}

/// A bar for so many runs.
pub fn progress(length: usize) -> ProgressBar {
    let bar = ProgressBar::new(length as u64);
    if let Ok(style) = ProgressStyle::with_template("{pos:>3} of {len} runs {wide_bar} {msg:<34}") {
        bar.set_style(style);
    }
    bar
}

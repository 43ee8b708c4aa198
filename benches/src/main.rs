//! Measures the course's servers beside others: each as its own process on loopback, all driven by one
//! load generator, in turns, so that a machine whose speed drifts is fair to all.
//!
//! `make bench` runs it, prints the tables, and writes `docs/bench.svg` and `docs/growth.svg`. Every load is bounded in
//! count and time, and talks to loopback only.
//!
//! A [`shape`] says what a flood is like, [`contestants`] who is measured, [`rooms`] in which order. A [`swarm`] plays the
//! members, with one thread, and says how full that thread was: its figures are what a server gives *to such a load*.

mod chart;
mod client;
mod contestants;
mod echoes;
mod flood;
mod growth;
mod hole;
mod probe;
mod process;
mod protocol;
mod rooms;
mod servers;
mod shape;
mod stats;
mod swarm;
mod tables;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Result, bail};
use clap::{Parser, ValueEnum};

use crate::contestants::{ECHOES, ROOMS};
use crate::rooms::Run;
use crate::shape::{MEMBERS, SENDERS, Shape};

/// Measures the course's servers beside others
#[derive(Parser)]
struct Args {
    /// How many rounds; the medians are shown
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=50))]
    rounds: u32,

    /// How long each flood lasts, in seconds
    #[arg(long, default_value_t = 0.5, value_parser = length_of_a_flood)]
    seconds: f64,

    /// Only the contestants whose names contain one of these, separated by commas
    #[arg(long, default_value = "")]
    only: String,

    /// Only floods of these shapes, as members x senders (: bytes), separated by commas: 100x16,100x1:16384
    #[arg(long, value_delimiter = ',')]
    shapes: Vec<Shape>,

    /// Only these parts, separated by commas
    #[arg(long, value_delimiter = ',', value_enum, conflicts_with = "shapes")]
    parts: Vec<Part>,

    /// Only the hole: what others get beside a member that does not read
    #[arg(long, conflicts_with_all = ["shapes", "parts"])]
    hole: bool,

    /// Where to write the pictures
    #[arg(long, default_value = "docs")]
    pictures: PathBuf,

    /// Be one of the servers that are compared with (used by the benchmark itself)
    #[arg(long, hide = true)]
    serve: Option<String>,
}

/// A part of the benchmark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// What others get beside a member that does not read
    Hole,
    /// How many lines a room delivers, and how that grows
    Floods,
    /// How long a line is under way
    Latency,
    /// A flood beside a stalled member
    Stalled,
    /// The echo servers
    Echoes,
}

impl Args {
    fn has(&self, part: Part) -> bool {
        match (self.hole, !self.shapes.is_empty()) {
            (true, _) => part == Part::Hole,
            (_, true) => part == Part::Floods,
            _ if self.parts.is_empty() => part != Part::Hole || self.only.is_empty(),
            _ => self.parts.contains(&part),
        }
    }

    fn is_everything(&self) -> bool {
        self.only.is_empty() && self.shapes.is_empty() && self.parts.is_empty() && !self.hole
    }

    /// The runs of the chat rooms.
    fn runs(&self) -> Vec<Run> {
        let mut runs: Vec<Run> = match &self.shapes[..] {
            [] if self.has(Part::Floods) => rooms::all_floods(),
            shapes => shapes.iter().copied().map(Run::Flood).collect(),
        };
        runs.extend(self.has(Part::Latency).then_some(Run::Latency));
        runs.extend(self.has(Part::Stalled).then_some(Run::Stalled));
        runs
    }
}

/// The seconds that a flood lasts.
fn length_of_a_flood(text: &str) -> Result<f64, String> {
    let seconds = text.parse().map_err(|error| format!("{error}"))?;
    match (0.05..=10.0).contains(&seconds) {
        true => Ok(seconds),
        false => Err("a flood lasts 0.05 to 10 seconds".to_string()),
    }
}

fn main() -> Result<()> {
    let args = Args::parse();
    if let Some(name) = &args.serve {
        return servers::serve(name);
    }
    if args.has(Part::Hole) {
        println!("{}", hole::measure()?);
    }
    let failures = measure_rooms(&args)?;
    if args.has(Part::Echoes) {
        let (contestants, lines) = contestants::chosen(ECHOES, &args.only);
        say(&lines);
        let time = Duration::from_secs_f64(args.seconds);
        if !contestants.is_empty() {
            println!("{}", echoes::measure(contestants, args.rounds, time)?);
        }
    }
    if !args.is_everything() {
        println!("No picture is written: this was not all of it.");
    }
    if failures > 0 {
        bail!("{failures} runs could not be measured: see above");
    }
    Ok(())
}

/// Measures the chat rooms, shows their tables, and draws their pictures if this is the whole benchmark. Returns how many
/// runs have failed.
fn measure_rooms(args: &Args) -> Result<usize> {
    let runs = args.runs();
    let (contestants, lines) = contestants::chosen(ROOMS, &args.only);
    if runs.is_empty() || contestants.is_empty() {
        return Ok(0);
    }
    say(&lines);
    let time = Duration::from_secs_f64(args.seconds);
    let is_asked_for = !args.shapes.is_empty();
    let measured = rooms::measure(contestants, &runs, is_asked_for, args.rounds, time);
    let rooms = measured.rooms;
    if is_asked_for {
        println!("{}", tables::floods("Floods", &rooms, &tables::measured(&rooms)));
    } else {
        if args.has(Part::Floods) {
            println!("{}", tables::all_floods(&rooms));
            println!("How it grows: million deliveries a second\n");
            println!("{}", tables::growth(&rooms, &MEMBERS));
            println!("{}", tables::growth(&rooms, &SENDERS));
        }
        println!("{}", tables::conditions(&rooms));
    }
    say(&measured.left_out);
    say(&measured.failures);
    if args.is_everything() {
        draw(&args.pictures.join("bench.svg"), |path| chart::write(path, &rooms))?;
        draw(&args.pictures.join("growth.svg"), |path| growth::write(path, &rooms))?;
    }
    Ok(measured.failures.len())
}

fn draw(path: &Path, write: impl Fn(&Path) -> Result<()>) -> Result<()> {
    write(path)?;
    println!("written: {}", path.display());
    Ok(())
}

fn say(lines: &[String]) {
    for line in lines {
        println!("{line}");
    }
}

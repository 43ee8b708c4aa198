//! Measures the course's servers beside others: each as its own process on loopback, all driven by one
//! load generator, in turns, so that a machine whose speed drifts is fair to all.
//!
//! `make bench` runs it, prints two tables, and writes `docs/bench.svg`. Every load is bounded in count and
//! time, and talks to loopback only.

mod chart;
mod contestants;
mod load;
mod servers;
mod tables;

use std::path::PathBuf;

use anyhow::Result;
use clap::Parser;

/// Measures the course's servers beside others
#[derive(Parser)]
struct Args {
    /// How many rounds; the medians are shown
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=20))]
    rounds: u32,

    /// How long each flood lasts, in seconds
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=10))]
    seconds: u64,

    /// Only the contestants whose names contain one of these, separated by commas
    #[arg(long, default_value = "")]
    only: String,

    /// Where to write the chart
    #[arg(long, default_value = "docs/bench.svg")]
    chart: PathBuf,

    /// Be one of the servers that are compared with (used by the benchmark itself)
    #[arg(long, hide = true)]
    serve: Option<String>,
}

fn main() -> Result<()> {
    let args = Args::parse();
    if let Some(name) = &args.serve {
        return servers::serve(name);
    }
    let rooms = tables::rooms(&args.only, args.rounds, args.seconds)?;
    if !rooms.is_empty() {
        println!("{}", tables::show_rooms(&rooms));
        println!("{}", tables::crowd(&args.only)?);
    }
    let echoes = tables::echoes(&args.only, args.rounds, args.seconds)?;
    if !echoes.is_empty() {
        println!("{}", tables::show_echoes(&echoes));
    }
    if args.only.is_empty() {
        chart::write(&args.chart, &rooms)?;
        println!("written: {}", args.chart.display());
    }
    Ok(())
}

//! What is measured of the echo servers, and the table that shows it.

use std::fmt::Write;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::contestants::Contestant;
use crate::rooms::progress;
use crate::stats::median;
use crate::swarm::Swarm;

/// Connections of the three runs.
const CROWDS: [usize; 3] = [1, 64, 1000];

/// How long the clients talk until every thread of a server runs.
const WARM_UP: Duration = Duration::from_millis(200);

/// Round trips a second of one echo server, for each crowd, with a value for each round.
struct Echo {
    contestant: &'static Contestant,
    rates: [Vec<f64>; 3],
}

impl Echo {
    fn measure(&mut self, index: usize, time: Duration) -> Result<()> {
        let server = self.contestant.start.start()?;
        let mut swarm = Swarm::new(server.address, self.contestant.protocol)?;
        swarm.open(CROWDS[index])?;
        swarm.echo(WARM_UP)?;
        self.rates[index].push(swarm.echo(time)?);
        Ok(())
    }

    fn rate(&self, index: usize) -> f64 {
        median(&self.rates[index]).unwrap_or(0.0)
    }
}

/// Measures the echo servers, in turns, and returns their table.
pub fn measure(
    contestants: Vec<&'static Contestant>,
    rounds: u32,
    time: Duration,
) -> Result<String> {
    let mut echoes: Vec<Echo> = contestants
        .into_iter()
        .map(|contestant| Echo { contestant, rates: Default::default() })
        .collect();
    let bar = progress(echoes.len() * rounds as usize * CROWDS.len());
    for _ in 0..rounds {
        for (index, crowd) in CROWDS.into_iter().enumerate() {
            for echo in &mut echoes {
                let what = format!("{}, echoes for {crowd}", echo.contestant.name);
                bar.set_message(what.clone());
                bar.inc(1);
                echo.measure(index, time).context(what)?;
            }
        }
    }
    bar.finish_and_clear();
    Ok(table(&echoes))
}

fn table(echoes: &[Echo]) -> String {
    let Some(bare) = echoes.last() else { return String::new() };
    let mut table =
        String::from("Echo servers: thousand round trips a second (ratio to the last one)\n\n");
    let _ = writeln!(table, "{:<22}{:>15}{:>15}{:>15}", "connections", "1", "64", "1000");
    for echo in echoes {
        let _ = write!(table, "{:<22}", echo.contestant.name);
        for index in 0..CROWDS.len() {
            let (rate, bare) = (echo.rate(index), bare.rate(index));
            let _ = write!(table, "{:>15}", format!("{:.1} ({:.2})", rate / 1e3, rate / bare));
        }
        table.push('\n');
    }
    table
}

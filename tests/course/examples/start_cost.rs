//! What it costs to start a program by means of a launcher: the median of 200 starts, beside as many without one.
//!
//! `cargo run -p course-tests --example start_cost`

use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use checker::sandbox::containment::Containment;
use checker::sandbox::launcher;
use checker::sandbox::limits::Limits;
use checker::sandbox::process::{Process, Stdio};

const STARTS: usize = 200;

fn main() -> ExitCode {
    if let Some(failed) = launcher::begin() {
        return failed;
    }
    let mut containment = Containment::new(Limits::default()).expect("a folder");
    let (mut plain, mut launched) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        plain.push(time_of(|| Process::start(&mut Command::new("true"), Stdio::Pipes)));
        launched.push(time_of(|| {
            let mut command = Command::new("true");
            command.env_clear().env("PATH", "/usr/bin:/bin");
            containment.start(&mut command, Stdio::Pipes)
        }));
    }
    let (plain, launched) = (median(plain), median(launched));
    println!("median of {STARTS} starts: {plain:.2?} without a launcher, {launched:.2?} with one");
    ExitCode::SUCCESS
}

/// How long it takes until a program is there. It is ended after that.
fn time_of<T>(
    start: impl FnOnce() -> Result<T, checker::sandbox::process::StartError>,
) -> Duration {
    let began = Instant::now();
    let started = start().unwrap_or_else(|error| panic!("it does not start: {error:?}"));
    let took = began.elapsed();
    drop(started);
    took
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

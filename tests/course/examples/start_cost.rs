//! What it costs to start a program: the median of 200 starts each, in turns, without a launcher, with one, and with one
//! that gives it namespaces.
//!
//! `cargo run -p course-tests --example start_cost`

use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use checker::sandbox::containment::Containment;
use checker::sandbox::launcher;
use checker::sandbox::limits::Limits;
use checker::sandbox::namespaces::{self, on_own_network};
use checker::sandbox::process::{Process, StartError, Stdio};
use checker::sandbox::protection::{Protection, Sandbox};

const STARTS: usize = 200;

fn main() -> ExitCode {
    if let Some(failed) = launcher::begin() {
        return failed;
    }
    println!("in force: {}", Protection::set_up(Sandbox::Auto, &[], &[]));
    let has_namespaces = namespaces::are_made();
    let mut containment = Containment::new(Limits::default()).expect("a folder");
    let mut start = || {
        let mut command = Command::new("true");
        command.env_clear().env("PATH", "/usr/bin:/bin");
        containment.start(&mut command, Stdio::Pipes)
    };
    let (mut plain, mut launched, mut alone, mut networks) = Default::default();
    for _ in 0..STARTS {
        times(&mut plain, || Process::start(&mut Command::new("true"), Stdio::Pipes));
        namespaces::make(false);
        times(&mut launched, &mut start);
        if has_namespaces {
            namespaces::make(true);
            times(&mut alone, &mut start);
            times(&mut networks, || on_own_network(|| ()).map_err(StartError::Machine));
        }
    }
    println!("median of {STARTS} starts: without a launcher {:.2?}", median(plain));
    println!("with one: {:.2?}", median(launched));
    if has_namespaces {
        println!("with one, in namespaces: {:.2?}", median(alone));
        println!("and a network for each scene: {:.2?}", median(networks));
    }
    ExitCode::SUCCESS
}

/// Notes how long it takes until a program is there. It is ended after that.
fn times<T>(times: &mut Vec<Duration>, start: impl FnOnce() -> Result<T, StartError>) {
    let began = Instant::now();
    let started = start().unwrap_or_else(|error| panic!("it does not start: {error:?}"));
    times.push(began.elapsed());
    drop(started);
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

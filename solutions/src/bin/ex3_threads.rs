//! # 1.3 Three threads

use std::io;
use std::process::ExitCode;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use chatlings::console;
use clap::Parser;
use rand::RngExt;

/// Starts three threads that greet, sleep and say farewell
#[derive(Parser)]
struct Args {
    /// The longest sleep, in milliseconds; the shortest is 100
    #[arg(long, default_value_t = 2000, value_parser = clap::value_parser!(u64).range(100..))]
    max_sleep_ms: u64,
}

fn main() -> ExitCode {
    let args = Args::parse();
    console::report(run(args.max_sleep_ms))
}

fn run(max_sleep_ms: u64) -> io::Result<()> {
    let mut threads = Vec::new();
    for id in 1..=3 {
        threads.push(start(id, max_sleep_ms)?);
    }
    for thread in threads {
        thread
            .join()
            .map_err(|_| io::Error::other("a thread panicked"))?;
    }
    Ok(())
}

/// Starts one thread. It runs on its own, while this function returns at once.
fn start(id: u32, max_sleep_ms: u64) -> io::Result<JoinHandle<()>> {
    let thread = thread::Builder::new().name(format!("thread {id}"));
    thread.spawn(move || {
        println!("Hi, I'm thread {id}");
        thread::sleep(random_pause(max_sleep_ms));
        println!("Goodbye from thread {id}");
    })
}

/// A random time from 100 to `max_sleep_ms` milliseconds.
fn random_pause(max_sleep_ms: u64) -> Duration {
    Duration::from_millis(rand::rng().random_range(100..=max_sleep_ms))
}

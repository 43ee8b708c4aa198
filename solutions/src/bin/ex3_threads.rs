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
    /// Longest sleep, at least 100
    #[arg(long, value_name = "MS", default_value_t = 2000, value_parser = clap::value_parser!(u64).range(100..))]
    max_sleep_ms: u64,
}

fn main() -> ExitCode {
    let args = Args::parse();
    console::report(run(args.max_sleep_ms))
}

fn run(max_sleep_ms: u64) -> io::Result<()> {
    let pauses =
        [random_pause(max_sleep_ms), random_pause(max_sleep_ms), random_pause(max_sleep_ms)];
    let mut threads = Vec::new();
    for (id, pause) in (1..=3).zip(pauses) {
        threads.push(start(id, pause)?);
    }
    // Not in the loop above: there, each thread would have to end before the next one starts.
    for thread in threads {
        thread.join().map_err(|_| io::Error::other("a thread panicked"))?;
    }
    Ok(())
}

/// A random time from 100 to `max_sleep_ms` milliseconds.
fn random_pause(max_sleep_ms: u64) -> Duration {
    Duration::from_millis(rand::rng().random_range(100..=max_sleep_ms))
}

/// Starts one thread. It runs on its own, while this function returns at once.
// Why not `thread::spawn`: a `Builder` gives the thread a name, which a panic and a debugger show. And if
// the system has no room for one more thread, its `spawn` returns an error, where `thread::spawn` panics.
fn start(id: u32, pause: Duration) -> io::Result<JoinHandle<()>> {
    let thread = thread::Builder::new().name(format!("thread {id}"));
    thread.spawn(move || {
        println!("Hi, I'm thread {id}");
        thread::sleep(pause);
        println!("Goodbye from thread {id}");
    })
}

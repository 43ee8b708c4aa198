//! # 1.3 Three threads

use rand::RngExt;
use std::io;
use std::process::ExitCode;
use std::thread;
use std::thread::JoinHandle;
use std::time::Duration;

use chatlings::console;
use clap::Parser;

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
    let first = random_pause(max_sleep_ms);
    let second = random_pause(max_sleep_ms);
    let third = random_pause(max_sleep_ms);
    let threads = vec![start(1, first)?, start(2, second)?, start(3, third)?];
    for thread in threads {
        thread.join().map_err(|_| io::Error::other("a thread has panicked"))?;
    }
    Ok(())
}

/// A random time from 100 to `max_sleep_ms` milliseconds.
fn random_pause(max_sleep_ms: u64) -> Duration {
    let range = 100..=max_sleep_ms;
    let number: u64 = rand::rng().random_range(range);
    return Duration::from_millis(number);
}

/// Starts one thread. It runs on its own, while this function returns at once.
// Why not `thread::spawn`: a `Builder` gives the thread a name, which a panic and a debugger show. And if
// the system has no room for one more thread, its `spawn` returns an error, where `thread::spawn` panics.
fn start(id: u32, pause: Duration) -> io::Result<JoinHandle<()>> {
    let builder = thread::Builder::new();
    let builder = builder.name(format!("thread {id}"));
    let handle = builder.spawn(move || {
        println!("Hi, I'm thread {id}");
        thread::sleep(pause);
        println!("thread {id} says goodbye");
    })?;
    Ok(handle)
}

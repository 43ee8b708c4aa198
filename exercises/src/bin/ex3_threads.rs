//! # 1.3 Three threads
//!
//! Start three threads, numbered 1 to 3. Each prints `Hi, I'm thread N`, sleeps for a
//! random time, and prints a farewell that names N. The program ends when all three
//! have.
//!
//! ## What to notice
//! - `spawn` returns at once; the thread runs on its own. `join` waits for it.
//! - When `main` returns, the process ends, with all threads that still run.
//! - The order in which they wake up is another one each time: run it twice.
//! - A thread can outlive the function that started it, so it must own what it uses:
//!   `move`.
//!
//! ## Try it by hand
//! `cargo try ex3_threads`, a few times. Which lines come in the same order each time?

use std::io;
use std::process::ExitCode;
use std::time::Duration;

use chatlings::console;
use clap::Parser;

/// Starts three threads that greet, sleep and say farewell
#[derive(Parser)]
struct Args {
    /// Longest sleep, from 100 on
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
    // TODO 2 of 2: start a thread for each pause, and then wait for all three.
    //   Each prints `Hi, I'm thread N` (N from 1 to 3), sleeps for its pause, and prints a
    //   farewell with N in it.
    //   https://doc.rust-lang.org/std/thread/struct.Builder.html#method.spawn
    //   https://doc.rust-lang.org/std/thread/fn.sleep.html
    //   https://doc.rust-lang.org/std/thread/struct.JoinHandle.html#method.join
    todo!("three threads that sleep for {pauses:?}")
}

/// A random time from 100 to `max_sleep_ms` milliseconds.
fn random_pause(max_sleep_ms: u64) -> Duration {
    // TODO 1 of 2: return a random number of milliseconds.
    //   `rand::rng().random_range(…)` draws one; it needs `use rand::RngExt;`.
    //   https://doc.rust-lang.org/std/time/struct.Duration.html#method.from_millis
    todo!("a random time up to {max_sleep_ms} ms")
}

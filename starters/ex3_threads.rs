//! # 1.3 Three threads
//!
//! Start three threads, numbered 1 to 3. Each prints `Hi, I'm thread N`, sleeps for a
//! random time, and prints a farewell that names N. The program ends when all three
//! have ended.
//!
//! ## What to notice
//! - `spawn` returns at once; the thread runs on its own. `join` waits for it.
//! - When `main` returns, the process ends, with all threads that still run.
//! - The threads wake up in a different order each time: run it twice.
//! - A thread can outlive the function that started it, so it must own what it uses:
//!   `move`.
//!
//! ## Try it yourself
//! `cargo try ex3_threads`, a few times. Which lines come in the same order each time?

#![allow(dead_code, unused_mut, unused_variables)] // delete this line when the TODOs are done

use std::io;
use std::process::ExitCode;
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
    // TODO 1 of 3: start three threads, and then wait for all three.
    //   Draw three pauses with `random_pause`, call `start` with an id (1 to 3) and each pause, and
    //   keep the handles in a `Vec`. When all have started, join them.
    //   https://doc.rust-lang.org/std/thread/struct.JoinHandle.html#method.join
    todo!()
}

/// A random time from 100 to `max_sleep_ms` milliseconds.
fn random_pause(max_sleep_ms: u64) -> Duration {
    // TODO 2 of 3: return a random number of milliseconds.
    //   `rand::rng().random_range(…)` draws one; it needs `use rand::RngExt;`.
    //   https://doc.rust-lang.org/std/time/struct.Duration.html#method.from_millis
    todo!()
}

/// Starts one thread. It runs on its own, while this function returns at once.
// Why not `thread::spawn`: a `Builder` gives the thread a name, which a panic and a debugger show. And if
// the system has no room for one more thread, its `spawn` returns an error, where `thread::spawn` panics.
fn start(id: u32, pause: Duration) -> io::Result<JoinHandle<()>> {
    // TODO 3 of 3: start a thread that greets, sleeps for the pause, and says farewell.
    //   It prints `Hi, I'm thread N` with its id as N, and a farewell with N in it. The name could
    //   be `format!("thread {id}")`. This needs `use std::thread;`.
    //   https://doc.rust-lang.org/std/thread/struct.Builder.html#method.spawn
    //   https://doc.rust-lang.org/std/thread/fn.sleep.html
    todo!()
}

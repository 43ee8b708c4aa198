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
    let mut handles: Vec<JoinHandle<()>> = Vec::new();
    for i in 1..=3 {
        let p = random_pause(max_sleep_ms);
        let h = start(i, p)?;
        handles.push(h);
    }
    for h in handles {
        if h.join().is_err() {
            eprintln!("a thread has panicked");
        }
    }
    Ok(())
}

/// A random time from 100 to `max_sleep_ms` milliseconds.
fn random_pause(max_sleep_ms: u64) -> Duration {
    let ms = rand::rng().random_range(100..=max_sleep_ms);
    Duration::from_millis(ms)
}

/// Starts one thread. It runs on its own, while this function returns at once.
// Why not `thread::spawn`: a `Builder` gives the thread a name, which a panic and a debugger show. And if
// the system has no room for one more thread, its `spawn` returns an error, where `thread::spawn` panics.
fn start(id: u32, pause: Duration) -> io::Result<JoinHandle<()>> {
    let name = format!("thread {id}");
    thread::Builder::new().name(name).spawn(move || {
        println!("Hi, I'm thread {}", id);
        thread::sleep(pause);
        println!("Bye! This was thread {}", id);
    })
}

//! # 1.3 Three threads, without helpers

use std::env;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::process::ExitCode;
use std::thread::{self, Builder};
use std::time::Duration;

const ABOUT: &str = "Starts three threads that greet, sleep and say farewell";
const USAGE: &str = "usage: ex3_threads [--max-sleep-ms MS (2000, at least 100)]";

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let max_sleep_ms = match words[..] {
        ["--help"] => {
            println!("{ABOUT}\n{USAGE}");
            return ExitCode::SUCCESS;
        }
        [] => 2000,
        ["--max-sleep-ms", value] => value.parse().unwrap_or(0),
        _ => 0,
    };
    if max_sleep_ms < 100 {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    }
    match run(max_sleep_ms) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The scope ends when all three have ended.
fn run(max_sleep_ms: u64) -> io::Result<()> {
    thread::scope(|scope| {
        for id in 1..=3 {
            Builder::new().spawn_scoped(scope, move || greet_and_go(id, max_sleep_ms))?;
        }
        Ok(())
    })
}

fn greet_and_go(id: u32, max_sleep_ms: u64) {
    println!("Hi, I'm thread {id}");
    // A hash map draws random keys, so that nobody can choose colliding ones. So any hash is random, too.
    let random = RandomState::new().hash_one(id);
    thread::sleep(Duration::from_millis(100 + random % (max_sleep_ms - 99)));
    println!("Thread {id} says farewell");
}

//! How long a student waits at `cargo step watch`: from the moment a file is saved until the verdict is on the screen, what
//! is built in between included. For each step, the median of several saves, in a copy of the course where all is solved.
//!
//! With `RUSTLINGS=FOLDER` (made by `rustlings init`, its binary on PATH), an exercise of rustlings is measured beside
//! it, in turn with 1.1: the one that `rustlings` shows in that folder, solved, whose file is `EXERCISE`.
//!
//! usage: cargo run -p course-tests --example save_to_verdict [RUNS, default 7]

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, process, thread};

use course_tests::copy::Copy;
use course_tests::desk::Desk;
use course_tests::play::STEPS;

/// Between two saves: nobody types faster.
const PAUSE: Duration = Duration::from_millis(700);

fn main() {
    let runs = env::args().nth(1).map_or(Ok(7), |runs| runs.parse());
    let Ok(runs @ 1..) = runs else {
        eprintln!("error: RUNS must be a number from 1");
        process::exit(2);
    };
    let copy = Copy::of_the_course();
    println!(
        "{:<12} {:>7} {:>7} {:>7}   seconds from save to verdict",
        "", "median", "least", "most"
    );
    let mut rustlings = rustlings();
    for step in STEPS.iter() {
        let mut desk = Desk::start(&mut copy.command(&["watch", step.id]));
        desk.shows(DONE);
        let file = copy.exercise(step.programs[0]);
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for run in 0..runs {
            ours.push(waits(&mut desk, &file, run, DONE));
            if let (Some((desk, file)), true) = (&mut rustlings, step.id == STEPS[0].id) {
                theirs.push(waits(desk, file, run, DONE_THERE));
            }
        }
        desk.types("q");
        desk.ends();
        print(step.id, ours);
        if !theirs.is_empty() {
            print("rustlings", theirs);
        }
    }
    if let Some((mut desk, _)) = rustlings {
        desk.types("q");
        desk.ends();
    }
}

/// What a desk shows when all is right.
const DONE: &str = " points so far";

/// The same, of rustlings.
const DONE_THERE: &str = "Exercise done";

/// The desk of rustlings, and the exercise that it is at.
fn rustlings() -> Option<(Desk, PathBuf)> {
    let folder = PathBuf::from(env::var_os("RUSTLINGS")?);
    let file = folder.join(env::var_os("EXERCISE")?);
    let mut desk =
        Desk::start(Command::new("rustlings").current_dir(folder).env_remove("CARGO_TARGET_DIR"));
    desk.shows(DONE_THERE);
    Some((desk, file))
}

/// Saves a file with one more line, and waits for the verdict on it.
fn waits(desk: &mut Desk, file: &Path, run: usize, done: &str) -> Duration {
    thread::sleep(PAUSE);
    desk.catches_up();
    let before = desk.written.len();
    let began = Instant::now();
    let opened = OpenOptions::new().append(true).open(file);
    let saved = opened.and_then(|mut file| writeln!(file, "// saved, run {run}"));
    saved.unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    desk.writes(before, done);
    began.elapsed()
}

fn print(name: &str, mut times: Vec<Duration>) {
    times.sort();
    let shown = [times[times.len() / 2], times[0], times[times.len() - 1]];
    let [median, least, most] = shown.map(|time| format!("{:.2}", time.as_secs_f64()));
    println!("{name:<12} {median:>7} {least:>7} {most:>7}");
}

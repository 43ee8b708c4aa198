//! Scenes of 1.3 three threads.
//!
//! The pauses are random, so what a program printed is first collected with its times, and judged then.

use std::time::{Duration, Instant};

use crate::cast::Setting;
use crate::course::Check;
use crate::process::Exit;
use crate::program::Program;
use crate::stage::{Scene, Stage, Stop};
use crate::transcript::{Mark, quoted};

pub const CHECKS: &[Check] = &[
    Check::program("three threads greet with distinct ids", three_distinct_ids)
        .worth(2)
        .look("whether each thread is given a number of its own."),
    Check::program("everyone greets before the first farewell", everyone_greets_first)
        .worth(2)
        .look("where the threads are joined: a join inside the loop waits before the next one starts."),
    Check::program("each says farewell once after a pause", each_says_farewell)
        .worth(2)
        .look("whether each thread sleeps between its two lines, and the farewell names the thread"),
    Check::program("the pauses are random", the_pauses_are_random)
        .worth(1)
        .look("whether each thread draws a random number for its own sleep."),
    Check::program("the run takes as long as the longest pause", the_threads_sleep_at_once)
        .worth(1)
        .look("whether the three sleep at the same time: start all, then join all."),
];

pub const HINTS: &[&str] = &[
    "When a thread sleeps, what do the others do? And when `main` returns while threads still run, what \
     becomes of them?",
    "`thread::Builder::new().spawn(closure)` starts a thread and returns at once, with a `JoinHandle`. \
     `join` waits for that thread. Start all three before you join the first.",
    "The closure outlives the function, so it must own what it uses: `move || { … }`. Inside: \
     `println!` the greeting, `thread::sleep(random_pause(max_sleep_ms))`, `println!` the farewell. Keep \
     the handles in a `Vec` and join them in a second loop.",
];

/// The longest sleep that a program of the course is told to take.
const MAX_SLEEP_MS: Setting =
    Setting { option: "--max-sleep-ms", placeholder: "{max_sleep_ms}", value: 400, is_needed: false };

/// A farewell that comes sooner after the greeting than this came without a pause.
const SHORTEST_PAUSE: Duration = Duration::from_millis(20);

/// Pauses that differ by less are alike, as far as can be measured from outside.
const ALIKE: Duration = Duration::from_millis(12);

/// A program that has not ended by then does not end. (A foreign one chooses its own sleeps.)
const LONGEST_RUN: Duration = Duration::from_secs(30);

/// Whoever prints more lines prints on and on.
const MOST_LINES: usize = 100;

/// What one run printed.
struct Run {
    greetings: Vec<Said>,
    others: Vec<Said>,
    ended: Instant,
}

/// A line, and when it came.
struct Said {
    id: String,
    line: String,
    order: usize,
    when: Instant,
}

impl Run {
    /// The farewell lines of the thread `id`.
    fn farewells<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a Said> {
        self.others.iter().filter(move |said| words_of(&said.line).any(|word| word == id))
    }

    /// How long each thread paused, in the order of the threads' ids.
    fn pauses(&self) -> Result<Vec<Duration>, Stop> {
        let mut greetings: Vec<&Said> = self.greetings.iter().collect();
        greetings.sort_by_key(|greeting| &greeting.id);
        let pause = |greeting: &&Said| {
            let farewell = self.farewells(&greeting.id).next();
            let farewell = farewell.ok_or_else(|| no_farewell(&greeting.id))?;
            Ok(farewell.when.duration_since(greeting.when))
        };
        greetings.iter().map(pause).collect()
    }
}

fn no_farewell(id: &str) -> Stop {
    Stop::fails("program", format!("expected a farewell that names {}, but there is none", quoted(id)))
}

fn words_of(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !c.is_alphanumeric() && c != '-' && c != '_').filter(|word| !word.is_empty())
}

/// The id in `Hi, I'm thread 2`, if the line is such a greeting.
fn greeted_id(line: &str) -> Option<String> {
    let words: Vec<&str> = words_of(line).collect();
    let says_hi = words.iter().any(|word| word.eq_ignore_ascii_case("hi"));
    let thread = words.iter().position(|word| word.eq_ignore_ascii_case("thread"))?;
    let id = words.get(thread + 1)?;
    says_hi.then(|| id.to_string())
}

fn start(stage: &Stage, actor: &str) -> Result<Program, Stop> {
    stage.starts_program(actor, &[MAX_SLEEP_MS])
}

/// Collects what a program prints until it ends.
fn watch(program: &Program) -> Result<Run, Stop> {
    let mut run = Run { greetings: Vec::new(), others: Vec::new(), ended: Instant::now() };
    let deadline = Instant::now() + LONGEST_RUN;
    while let Some((line, when)) = program.next_line(deadline.saturating_duration_since(Instant::now()))? {
        run.ended = when;
        let order = run.greetings.len() + run.others.len();
        if order == MOST_LINES {
            let message = format!("expected two lines of each thread, but it printed more than {MOST_LINES}");
            return Err(Stop::fails("program", message));
        }
        match greeted_id(&line) {
            Some(id) => run.greetings.push(Said { id, line, order, when }),
            None if line.trim().is_empty() => {}
            None => run.others.push(Said { id: String::new(), line, order, when }),
        }
    }
    Ok(run)
}

/// Plays one run to its end, shows it, and makes sure that three threads greeted.
fn play(stage: &Stage) -> Result<Run, Stop> {
    let program = start(stage, "program")?;
    let run = watch(&program)?;
    // By thread, not by time: which one wakes up first is chance.
    let mut said: Vec<&Said> = run.greetings.iter().chain(&run.others).collect();
    said.sort_by_key(|said| (said.id.is_empty(), &said.id, &said.line));
    for said in said {
        stage.note("program", Mark::Output, &said.line);
    }
    match program.ends("it to end when all three threads have", LONGEST_RUN)? {
        Exit::Status(0) => {}
        exit => {
            return Err(Stop::fails("program", format!("expected exit status 0, but it was {exit:?}")));
        }
    }
    if run.greetings.len() != 3 {
        let message = format!("expected 3 lines \"Hi, I'm thread N\", but there are {}", run.greetings.len());
        return Err(Stop::fails("program", message));
    }
    Ok(run)
}

fn three_distinct_ids(stage: &Stage) -> Scene {
    let run = play(stage)?;
    for (number, greeting) in run.greetings.iter().enumerate() {
        if run.greetings[..number].iter().any(|other| other.id == greeting.id) {
            let message =
                format!("expected three different ids, but two threads are {}", quoted(&greeting.id));
            return Err(Stop::fails("program", message));
        }
    }
    Ok(())
}

fn everyone_greets_first(stage: &Stage) -> Scene {
    let run = play(stage)?;
    let farewells = run.greetings.iter().filter_map(|greeting| run.farewells(&greeting.id).next());
    let first_farewell = farewells.min_by_key(|farewell| farewell.order);
    let Some(first_farewell) = first_farewell else {
        return Err(no_farewell(&run.greetings[0].id));
    };
    match run.greetings.iter().find(|greeting| greeting.order > first_farewell.order) {
        None => Ok(()),
        Some(late) => {
            let (farewell, greeting) = (quoted(&first_farewell.line), quoted(&late.line));
            let message = format!("expected all greetings first, but {farewell} came before {greeting}");
            Err(Stop::fails("program", message))
        }
    }
}

fn each_says_farewell(stage: &Stage) -> Scene {
    let run = play(stage)?;
    for greeting in &run.greetings {
        let count = run.farewells(&greeting.id).count();
        if count != 1 {
            let message =
                format!("expected one farewell that names {}, but there are {count}", quoted(&greeting.id));
            return Err(Stop::fails("program", message));
        }
    }
    match run.pauses()?.iter().min() {
        Some(shortest) if *shortest < SHORTEST_PAUSE => {
            let message =
                format!("expected a pause before each farewell, but one came after {}", ms(*shortest));
            Err(Stop::fails("program", message))
        }
        _ => Ok(()),
    }
}

/// Two runs at once. Random pauses may happen to be alike, so only a second pair is proof.
fn the_pauses_are_random(stage: &Stage) -> Scene {
    let first = compare_two_runs(stage)?;
    if first.is_ok() {
        return Ok(());
    }
    compare_two_runs(stage)?.map_err(|message| Stop::fails("program", message))
}

/// The inner error says in which way the pauses of two runs were alike.
fn compare_two_runs(stage: &Stage) -> Result<Result<(), String>, Stop> {
    let (one, other) = (start(stage, "run 1")?, start(stage, "run 2")?);
    let (one, other) = (watch(&one)?.pauses()?, watch(&other)?.pauses()?);
    let same = |a: &Duration, b: &Duration| a.abs_diff(*b) < ALIKE;
    let shown = |pauses: &[Duration]| pauses.iter().map(|pause| ms(*pause)).collect::<Vec<_>>().join(", ");
    if one.windows(2).chain(other.windows(2)).all(|pair| same(&pair[0], &pair[1])) {
        let message = format!("expected a pause of its own for each thread, but they were {}", shown(&one));
        return Ok(Err(message));
    }
    if one.iter().zip(&other).all(|(a, b)| same(a, b)) {
        let message =
            format!("expected other pauses in each run, but they were {} and {}", shown(&one), shown(&other));
        return Ok(Err(message));
    }
    stage.note("run 1", Mark::Event, "three pauses");
    stage.note("run 2", Mark::Event, "three other pauses");
    Ok(Ok(()))
}

/// A busy machine can delay a run, so only a second one is proof.
fn the_threads_sleep_at_once(stage: &Stage) -> Scene {
    let first = measure_run(stage)?;
    if first.is_ok() {
        return Ok(());
    }
    measure_run(stage)?.map_err(|message| Stop::fails("program", message))
}

fn measure_run(stage: &Stage) -> Result<Result<(), String>, Stop> {
    let run = play(stage)?;
    let pauses = run.pauses()?;
    let (longest, sum) = (pauses.iter().max().copied().unwrap_or_default(), pauses.iter().sum::<Duration>());
    let began = run.greetings.iter().map(|greeting| greeting.when).min();
    let took = began.map_or(Duration::ZERO, |began| run.ended.duration_since(began));
    if took < (longest + sum) / 2 {
        return Ok(Ok(()));
    }
    let message = format!(
        "expected about the longest pause, {}, but the run took {}; the sum of the pauses is {}",
        ms(longest),
        ms(took),
        ms(sum)
    );
    Ok(Err(message))
}

fn ms(duration: Duration) -> String {
    format!("{} ms", duration.as_millis())
}

//! Scenes of 1.3 three threads.
//!
//! The pauses are random, so what a program printed is first collected with its times, and judged then.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crate::course::step::Check;
use crate::judge::cast::Setting;
use crate::sandbox::process::Exit;
use crate::stage::program::Program;
use crate::stage::stage::{Scene, Stage, Stop};
use crate::stage::transcript::{Mark, quoted};

pub const CHECKS: &[Check] = &[
    Check::program(
        "three_distinct_ids",
        "three threads greet with distinct ids",
        three_distinct_ids,
    )
    .worth(2)
    .look("what number each thread is given: 1, 2 or 3, and none of them twice."),
    Check::program(
        "everyone_greets_first",
        "everyone greets before the first farewell",
        everyone_greets_first,
    )
    .worth(2)
    .look("where the threads are joined: after the loop that starts them all."),
    Check::program(
        "each_says_farewell",
        "each says farewell once after a pause",
        each_says_farewell,
    )
    .worth(2)
    .look("whether each thread sleeps, as long as told, and then names itself in one farewell."),
    Check::program("the_pauses_are_random", "the pauses are random", the_pauses_are_random)
        .worth(1)
        .look("whether each thread draws a random number for its own sleep."),
    Check::program(
        "the_threads_sleep_at_once",
        "the run takes as long as the longest pause",
        the_threads_sleep_at_once,
    )
    .worth(1)
    .look(
        "whether the three sleep at the same time, and the program waits for just them: start \
               all, then join all.",
    ),
];

pub const HINTS: &[&str] = &[
    "When a thread sleeps, what do the others do? And when `main` returns while threads still run, what \
     becomes of them?",
    "`thread::Builder::new().spawn(closure)` starts a thread and returns at once, with a `JoinHandle`. \
     `join` waits for that thread. Start all three before you join the first.",
    "`for (id, pause) in (1..=3).zip(pauses)` goes through numbers and pauses together. The closure outlives \
     the function, so it must own what it uses: `move || { … }`. Inside: `println!` the greeting, \
     `thread::sleep(pause)`, `println!` the farewell. Keep the handles in a `Vec`, and join them in a second loop.",
];

/// The longest sleep that a program of the course is told to take.
const MAX_SLEEP_MS: Setting = Setting {
    option: "--max-sleep-ms",
    placeholder: "{max_sleep_ms}",
    value: 400,
    is_needed: false,
};

/// A farewell that comes sooner after the greeting than this came without a pause.
const SHORTEST_PAUSE: Duration = Duration::from_millis(20);

/// How many runs are compared at a time.
const RUNS: [&str; 5] = ["run 1", "run 2", "run 3", "run 4", "run 5"];

/// Pauses are alike if they are so close to the one in their middle, as far as can be measured from outside.
const ALIKE: Duration = Duration::from_millis(40);

/// The share of pauses that are alike within the runs, and from run to run, from which on they are not random:
/// not all, since on a busy machine some lines come late. Of random ones it is a half, and a third.
const NOT_RANDOM_WITHIN: f64 = 0.85;
const NOT_RANDOM_FROM_RUN_TO_RUN: f64 = 0.7;

/// A program that has not ended by then does not end. (A foreign one chooses its own sleeps.)
const LONGEST_RUN: Duration = Duration::from_secs(15);

/// How late a farewell may be on a busy machine.
const LATE: Duration = Duration::from_secs(1);

/// Whoever prints more lines prints on and on.
const MOST_LINES: usize = 100;

/// What one run printed.
struct Run {
    greetings: Vec<Said>,
    others: Vec<Said>,
    said_last: Instant,
    ended: Instant,
}

/// A line, and when it came. Only a greeting has an id.
struct Said {
    id: String,
    line: String,
    order: usize,
    when: Instant,
}

impl Run {
    /// The lines, apart from greetings, that name the thread `id`.
    fn farewells<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a Said> {
        self.others.iter().filter(move |said| words_of(&said.line).any(|word| word == id))
    }

    /// Whether farewells do not say whose they are. The hand-out does not ask for it.
    fn is_nameless(&self) -> bool {
        let names_somebody = |greeting: &Said| self.farewells(&greeting.id).next().is_some();
        self.others.len() == self.greetings.len() && !self.greetings.iter().any(names_somebody)
    }

    /// Whether two threads have greeted with one id.
    fn is_ambiguous(&self) -> bool {
        let ids: BTreeSet<&str> = self.greetings.iter().map(|greeting| &*greeting.id).collect();
        ids.len() < self.greetings.len()
    }

    /// How long each thread paused, in the order of the threads' ids or, if farewells do not tell whose they
    /// are, by length.
    fn pauses(&self) -> Result<Vec<Duration>, Stop> {
        let mut greetings: Vec<&Said> = self.greetings.iter().collect();
        let tells_nobody = self.is_nameless() || self.is_ambiguous();
        if let (true, Some(first)) = (tells_nobody, greetings.first()) {
            return Ok(self
                .others
                .iter()
                .map(|said| said.when.duration_since(first.when))
                .collect());
        }
        greetings.sort_by_key(|greeting| &greeting.id);
        let pause = |greeting: &&Said| {
            let farewell = self.farewells(&greeting.id).next();
            let farewell = farewell.ok_or_else(|| no_farewell(&greeting.id))?;
            Ok(farewell.when.duration_since(greeting.when))
        };
        greetings.iter().map(pause).collect()
    }

    /// Writes the lines into the transcript: as they came, or by thread, where the order is chance.
    fn note(&self, stage: &Stage, actor: &str, as_they_came: bool) {
        let mut said: Vec<&Said> = self.greetings.iter().chain(&self.others).collect();
        match as_they_came {
            true => said.sort_by_key(|said| said.order),
            false => said.sort_by_key(|said| (said.id.is_empty(), &said.id, &said.line)),
        }
        for said in said {
            stage.note(actor, Mark::Output, &said.line);
        }
    }
}

fn no_farewell(id: &str) -> Stop {
    let message = format!(
        "expected a farewell that names {}, but the program ended without one (does it join its threads?)",
        quoted(id)
    );
    Stop::fails("program", message)
}

/// The words of a line. Digits end where letters begin, since a line of one thread may run into that of
/// another: some languages print a line and its line break in two pieces.
fn words_of(line: &str) -> impl Iterator<Item = &str> {
    let is_word = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    let words = line.split(move |c| !is_word(c)).filter(|word| !word.is_empty());
    words.flat_map(|word| {
        let digits = word.len() - word.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, rest) = word.split_at(digits);
        [number, rest].into_iter().filter(|part| !part.is_empty())
    })
}

/// The id in `Hi, I'm thread 2`, if the line is such a greeting.
fn greeted_id(line: &str) -> Option<String> {
    let words: Vec<&str> = words_of(line).collect();
    let says_hi = words.iter().any(|word| word.eq_ignore_ascii_case("hi"));
    let thread = words.iter().position(|word| word.eq_ignore_ascii_case("thread"))?;
    let id = words.get(thread + 1)?;
    says_hi.then(|| id.to_string())
}

/// A printed line as the lines that its threads meant: greetings may have run into each other.
fn split_greetings(line: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = line;
    while let Some(next) =
        rest.char_indices().skip(1).map(|(at, _)| at).find(|at| rest[*at..].starts_with("Hi, "))
    {
        lines.push(&rest[..next]);
        rest = &rest[next..];
    }
    lines.push(rest);
    lines
}

fn start(stage: &Stage, actor: &str) -> Result<Program, Stop> {
    stage.starts_program(actor, &[MAX_SLEEP_MS])
}

/// Collects what a program prints until it ends, `longest_run` at most.
fn watch(stage: &Stage, program: &Program, longest_run: Duration) -> Result<Run, Stop> {
    let now = Instant::now();
    let mut run = Run { greetings: Vec::new(), others: Vec::new(), said_last: now, ended: now };
    let deadline = stage.time() + longest_run;
    while let Some((line, when)) = program.next_line(deadline.saturating_sub(stage.time()))? {
        run.said_last = when;
        for line in split_greetings(&line) {
            let order = run.greetings.len() + run.others.len();
            let line = line.to_string();
            match greeted_id(&line) {
                Some(id) => run.greetings.push(Said { id, line, order, when }),
                None if line.trim().is_empty() => {}
                None => run.others.push(Said { id: String::new(), line, order, when }),
            }
            if order == MOST_LINES {
                let message = format!(
                    "expected two lines of each thread, but it printed more than {MOST_LINES}"
                );
                return Err(Stop::fails("program", message));
            }
        }
    }
    run.ended = Instant::now(); // its stdout was closed
    Ok(run)
}

/// Whether it matters in which order lines came. Where it does not, they are shown by thread, and so in the
/// same way each time.
#[derive(PartialEq, Eq)]
enum Order {
    Matters,
    IsChance,
}

/// Plays one run to its end, judges it, and shows it.
fn play(stage: &Stage, order: Order, judge: impl Fn(&Run) -> Scene) -> Scene {
    let program = start(stage, "program")?;
    let longest_run = stage.patient(LONGEST_RUN);
    let run = watch(stage, &program, longest_run)?;
    let judged = three_greet(&run).and_then(|()| judge(&run));
    run.note(stage, "program", judged.is_err() && order == Order::Matters);
    match program.ends("it to end when all three threads have", longest_run)? {
        Exit::Status(0) => judged,
        _ => Err(judged.err().unwrap_or(Stop::fails("program", "expected exit status 0"))),
    }
}

fn three_greet(run: &Run) -> Scene {
    if run.greetings.len() == 3 {
        return Ok(());
    }
    let instead = match (run.greetings.len(), run.others.first()) {
        (0, Some(other)) => format!("the first line is {}", quoted(&other.line)),
        (count, _) => format!("there are {count}"),
    };
    Err(Stop::fails("program", format!("expected three lines \"Hi, I'm thread N\", but {instead}")))
}

fn three_distinct_ids(stage: &Stage) -> Scene {
    play(stage, Order::IsChance, |run| {
        let mut ids: Vec<&str> =
            run.greetings.iter().map(|greeting| greeting.id.as_str()).collect();
        ids.sort();
        let are_right = match stage.is_foreign() {
            true => ids.windows(2).all(|pair| pair[0] != pair[1]),
            false => ids == ["1", "2", "3"],
        };
        match are_right {
            true => Ok(()),
            false => Err(Stop::fails(
                "program",
                format!("expected threads 1, 2 and 3, but they are {}", ids.join(", ")),
            )),
        }
    })
}

/// A busy machine can start a thread so late that another one is done, so only a third run is proof.
fn everyone_greets_first(stage: &Stage) -> Scene {
    stage.tries_again(|| Ok(watch_order(stage)))
}

fn watch_order(stage: &Stage) -> Scene {
    play(stage, Order::Matters, |run| {
        let named = run.greetings.iter().filter_map(|greeting| run.farewells(&greeting.id).next());
        let nameless = run.others.iter().filter(|_| run.is_nameless());
        let Some(first_farewell) = named.chain(nameless).min_by_key(|farewell| farewell.order)
        else {
            return Err(no_farewell(
                run.greetings.iter().map(|said| &*said.id).min().unwrap_or_default(),
            ));
        };
        match run.greetings.iter().find(|greeting| greeting.order > first_farewell.order) {
            None => Ok(()),
            Some(late) => {
                let (farewell, greeting) = (quoted(&first_farewell.line), quoted(&late.line));
                let message =
                    format!("expected all greetings first, but {farewell} came before {greeting}");
                Err(Stop::fails("program", message))
            }
        }
    })
}

/// A busy machine can bring lines late, so only a third run is proof.
fn each_says_farewell(stage: &Stage) -> Scene {
    stage.tries_again(|| Ok(watch_farewells(stage)))
}

fn watch_farewells(stage: &Stage) -> Scene {
    play(stage, Order::IsChance, |run| {
        if stage.is_foreign() && run.is_nameless() {
            return Ok(()); // the hand-out does not ask that a farewell names its thread
        }
        let mut greetings: Vec<&Said> = run.greetings.iter().collect();
        greetings.sort_by_key(|greeting| &greeting.id);
        for greeting in greetings {
            let count = run.farewells(&greeting.id).count();
            if let (0, true, Some(farewell)) = (count, run.is_nameless(), run.others.first()) {
                let (id, farewell) = (quoted(&greeting.id), quoted(&farewell.line));
                let message = format!("expected a farewell that names {id}, but it is {farewell}");
                return Err(Stop::fails("program", message));
            }
            if count == 0 {
                return Err(no_farewell(&greeting.id));
            }
            // Lines of a foreign program may have run into each other, so that one counts twice.
            if count > 1 && !stage.is_foreign() {
                let id = quoted(&greeting.id);
                let message =
                    format!("expected one farewell that names {id}, but there are {count}");
                return Err(Stop::fails("program", message));
            }
        }
        let pauses = run.pauses()?;
        if let Some(shortest) = pauses.iter().min().filter(|shortest| **shortest < SHORTEST_PAUSE) {
            let message = format!(
                "expected a pause before each farewell, but one came after {}",
                seconds(*shortest)
            );
            return Err(Stop::fails("program", message));
        }
        let limit = Duration::from_millis(MAX_SLEEP_MS.value) + stage.patient(LATE);
        match pauses.iter().max().filter(|longest| **longest > limit && !stage.is_foreign()) {
            Some(longest) => {
                let most = MAX_SLEEP_MS.value;
                let message = format!(
                    "expected at most {most}\u{a0}ms of sleep, as told, but one took {}",
                    seconds(*longest)
                );
                Err(Stop::fails("program", message))
            }
            None => Ok(()),
        }
    })
}

/// A few random pauses may happen to be alike. Then there are more runs, and all of them are compared.
fn the_pauses_are_random(stage: &Stage) -> Scene {
    let runs = RefCell::new(Vec::new());
    stage.tries_again(|| {
        let more = watch_runs(stage)?;
        runs.borrow_mut().extend(more);
        Ok(compare_runs(stage, &runs.borrow()))
    })
}

/// The pauses of some runs at once.
fn watch_runs(stage: &Stage) -> Result<Vec<Vec<Duration>>, Stop> {
    let programs = RUNS.iter().map(|actor| start(stage, actor));
    let programs: Vec<Program> = programs.collect::<Result<_, Stop>>()?;
    let runs = programs.iter().map(|program| {
        let run = watch(stage, program, stage.patient(LONGEST_RUN))?;
        three_greet(&run).and_then(|()| run.pauses())
    });
    runs.collect()
}

fn compare_runs(stage: &Stage, runs: &[Vec<Duration>]) -> Scene {
    let shown =
        |pauses: &Vec<Duration>| pauses.iter().map(|p| seconds(*p)).collect::<Vec<_>>().join(", ");
    let last: Vec<String> = runs.iter().rev().take(2).map(shown).collect();
    let of_thread =
        |thread: usize| runs.iter().filter_map(move |pauses| pauses.get(thread).copied()).collect();
    let threads: Vec<Vec<Duration>> = (0..3).map(of_thread).collect();
    let message = if share_alike(runs) >= NOT_RANDOM_WITHIN {
        format!("expected a pause of its own for each thread, but they were {}", last[0])
    } else if share_alike(&threads) >= NOT_RANDOM_FROM_RUN_TO_RUN {
        format!("expected other pauses in each run, but they were {}", last.join(" and "))
    } else {
        stage.note("runs", Mark::Event, "three pauses each, and other ones in each run");
        return Ok(());
    };
    Err(Stop::fails("program", message))
}

/// The share of pauses that are alike within their groups.
fn share_alike(groups: &[Vec<Duration>]) -> f64 {
    let alike: usize = groups.iter().map(|pauses| count_alike(pauses)).sum();
    alike as f64 / groups.iter().map(Vec::len).sum::<usize>() as f64
}

fn count_alike(pauses: &[Duration]) -> usize {
    let mut sorted = pauses.to_vec();
    sorted.sort();
    let middle = sorted.get(sorted.len() / 2).copied().unwrap_or_default();
    sorted.iter().filter(|pause| pause.abs_diff(middle) < ALIKE).count()
}

/// A busy machine can delay a run, so only a third one is proof.
fn the_threads_sleep_at_once(stage: &Stage) -> Scene {
    stage.tries_again(|| Ok(measure_run(stage)))
}

fn measure_run(stage: &Stage) -> Scene {
    play(stage, Order::IsChance, |run| {
        let pauses = run.pauses()?;
        let (longest, sum) =
            (pauses.iter().max().copied().unwrap_or_default(), pauses.iter().sum::<Duration>());
        let began = run.greetings.iter().map(|greeting| greeting.when).min();
        // The hand-out does not say that the program ends with its last thread.
        let over = if stage.is_foreign() { run.said_last } else { run.ended };
        let took = began.map_or(Duration::ZERO, |began| over.duration_since(began));
        if took < (longest + sum) / 2 {
            return Ok(());
        }
        let message = format!(
            "expected a run of about {}, the longest pause, but it took {} (the pauses add up to {})",
            seconds(longest),
            seconds(took),
            seconds(sum)
        );
        Err(Stop::fails("program", message))
    })
}

/// `0.25 s`: as wide for a short time as for a long one, so that lines break at the same words each time.
fn seconds(duration: Duration) -> String {
    format!("{:.2}\u{a0}s", duration.as_secs_f64())
}

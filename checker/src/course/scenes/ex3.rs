//! Scenes of 1.3 three threads.
//!
//! The pauses are random, so what a program printed is first collected with its times, and judged then: see
//! [`threads`](crate::course::scenes::threads).

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crate::course::scenes::farewells::SHORTEST_PAUSE;
use crate::course::scenes::threads::{Run, are_random, seconds};
use crate::course::step::{Check, Row};
use crate::sandbox::process::Exit;
use crate::stage::launch::Setting;
use crate::stage::program::Program;
use crate::stage::show::quoted;
use crate::stage::stage::Stage;
use crate::stage::stop::{Scene, Stop};
use crate::stage::symptom::Symptom;
use crate::stage::transcript::Mark;

pub const ROW: Row = Row {
    id: "ex3",
    shown: "everyone_greets_first",
    programs: &["ex3_threads"],
    probes: &[],
    is_own: false,
    checks: CHECKS,
    pair_checks: &[],
};

const CHECKS: &[Check] = &[
    Check::program("three_distinct_ids", three_distinct_ids).worth(2),
    Check::program("everyone_greets_first", everyone_greets_first).worth(2),
    Check::program("each_says_farewell", each_says_farewell).worth(2),
    Check::program("no_pause_is_too_short", no_pause_is_too_short).worth(1).only_ours(),
    Check::program("the_pauses_are_random", the_pauses_are_random).worth(1),
    Check::program("the_threads_sleep_at_once", the_threads_sleep_at_once).worth(1),
];

/// The longest sleep that a program of the course is told to take, and the shortest that it must accept.
const MAX_SLEEP_MS: u64 = 400;
const SHORTEST_MAX_SLEEP_MS: u64 = 100;

/// So many times as long are the sleeps after the machine was too busy for shorter ones: the later a line comes, the
/// longer must a pause be to be told from another.
const LONGER: u64 = 3;

/// So often is played what a busy machine can spoil. It can bring lines late, or start a thread so late that another one
/// is done.
const TRIES: usize = 3;

/// What comes so late on a busy machine is no excuse: no pause is shorter.
const HARMLESS: Duration = Duration::from_millis(SHORTEST_MAX_SLEEP_MS);

/// Pauses that are so little apart are alike, as far as can be measured from outside; or, if some are long, a tenth of
/// the longest.
const ALIKE: Duration = Duration::from_millis(40);

/// How many runs are compared at a time.
const RUNS: [&str; 5] = ["run 1", "run 2", "run 3", "run 4", "run 5"];

/// A program that has not ended by then does not end. A foreign one chooses its own sleeps.
const LONGEST_RUN: Duration = Duration::from_secs(15);
const LONGEST_FOREIGN_RUN: Duration = Duration::from_secs(32);

/// So often is looked at what threads there are.
const LOOK: Duration = Duration::from_millis(20);

/// How late a farewell may be on a busy machine.
const LATE: Duration = Duration::from_secs(1);

/// So many threads greet.
const GREETINGS: usize = 3;

/// A program that prints more lines prints on and on.
const MOST_LINES: usize = 100;

/// A line is late by a few waits for a processor, one after the other: of the thread that starts another one, of that
/// one, and of whoever reads what it prints. What is later than so many of the longest is no chance.
const MOST_WAITS: u32 = 3;

/// What a judge of a run finds wrong, in words.
type Judgement = Result<(), String>;

fn fails(message: String) -> Stop {
    Stop::fails("program", message)
}

/// A judgement of what has been printed.
fn by_words(judgement: Judgement) -> Scene {
    judgement.map_err(fails)
}

/// A judgement of when it was, for which one run is no proof: lines that came late, by so much in all, would explain it.
fn by_time(judgement: Judgement, late: Duration) -> Scene {
    let wait = HARMLESS.max(late / MOST_WAITS);
    judgement.map_err(|message| fails(message).unless_late_by(wait))
}

fn too_busy() -> Stop {
    Stop::TooBusy("the machine is too busy to measure pauses".to_string())
}

/// How far apart pauses may be that are alike, if the longest of them is so long.
fn alike(longest: Duration) -> Duration {
    ALIKE.max(longest / 10)
}

fn longest_sleep(max_sleep_ms: u64) -> Setting {
    let (option, placeholder) = ("--max-sleep-ms", "{max_sleep_ms}");
    Setting { option, placeholder, value: max_sleep_ms, is_needed: false }
}

fn start(stage: &Stage, actor: &str, max_sleep_ms: u64) -> Result<Program, Stop> {
    let program = stage.starts_program(actor, &[longest_sleep(max_sleep_ms)])?;
    if stage.is_foreign() {
        program.types_quietly(""); // some wait for Enter before they end
    }
    Ok(program)
}

/// How long a run may take.
fn longest_run(stage: &Stage) -> Duration {
    stage.patient(if stage.is_foreign() { LONGEST_FOREIGN_RUN } else { LONGEST_RUN })
}

/// Collects what a program prints until it ends, or has run for long enough.
fn watch(stage: &Stage, program: &Program) -> Result<Run, Stop> {
    watch_every(stage, program, Duration::MAX, |_| ())
}

/// The same, with a look at something else from the first line on, at least so often and after each line, which hears
/// whether it is quiet. That takes a moment, so it is not for what is measured.
fn watch_every(
    stage: &Stage,
    program: &Program,
    pause: Duration,
    mut look: impl FnMut(bool),
) -> Result<Run, Stop> {
    let deadline = stage.time() + longest_run(stage);
    let mut printed = Vec::new();
    loop {
        let line = program.next_line(pause.min(deadline.saturating_sub(stage.time())))?;
        if line.is_some() || !printed.is_empty() {
            look(line.is_none()); // before, it may not be the program yet, but what starts it
        }
        match line {
            Some(line) => printed.push(line),
            None if program.fell_silent().is_some() || stage.is_late(deadline) => break,
            None => {}
        }
        if printed.len() > MOST_LINES {
            let expected = "expected two lines of each thread";
            return Err(fails(format!("{expected}, but it printed more than {MOST_LINES}")));
        }
    }
    let fell_silent = program.fell_silent();
    let ended = fell_silent.unwrap_or_else(Instant::now);
    let of = if stage.is_foreign() { Run::of_foreign } else { Run::of };
    let mut run = of(printed, ended);
    run.is_over = fell_silent.is_some();
    Ok(run)
}

/// Judges one run, which must have ended well, and shows it: as it came where the order is what was judged, else by
/// thread, and so in the same way each time.
fn judge_run(
    stage: &Stage,
    program: &Program,
    run: &Run,
    is_about_order: bool,
    judge: impl Fn(&Run) -> Scene,
) -> Scene {
    let judged = by_words(run.greets_three_times()).and_then(|()| judge(run));
    let mut said: Vec<_> = [&run.greetings, &run.others, &run.logs].into_iter().flatten().collect();
    match judged.is_err() && is_about_order {
        true => said.sort_by_key(|said| said.order),
        false => said.sort_by_key(|said| (said.id.is_empty(), &said.id, &said.line)),
    }
    for said in said {
        stage.note("program", Mark::Output, &said.line);
    }
    match program.ends("it to end when all three threads have", longest_run(stage))? {
        Exit::Status(0) if run.ends_before_its_threads(stage.most_held_up()) => {
            judged.map_err(|stop| stop.because(Symptom::EndsBeforeItsThreads))
        }
        Exit::Status(0) => judged,
        _ => judged.and(Err(fails("expected exit status 0".to_string()))),
    }
}

/// Plays it with sleeps of up to so many milliseconds and, if it fails by what may be chance, again; with sleeps `longer`
/// times as long, if the machine was so busy that it explains that. If it explains each of them, there is no proof.
fn tries(stage: &Stage, max_sleep_ms: u64, longer: u64, play: impl Fn(u64) -> Scene) -> Scene {
    let (max_sleep_ms, is_proven) = (Cell::new(max_sleep_ms), Cell::new(false));
    let played = stage.tries_again(|| {
        stage.held_up(); // until now, which does not count
        let played = play(max_sleep_ms.get());
        let held_up = stage.held_up();
        match chance_of(&played) {
            Some(late) if held_up > late => max_sleep_ms.set(max_sleep_ms.get() * longer),
            Some(_) => is_proven.set(true),
            None => {}
        }
        played
    });
    let is_proven = chance_of(&played).is_none() || is_proven.get();
    if is_proven { played } else { Err(too_busy()) }
}

/// How late a line must have been to explain this, if it can be chance.
fn chance_of(played: &Scene) -> Option<Duration> {
    match played {
        Err(Stop::Fails(failure)) => failure.may_be_chance,
        _ => None,
    }
}

/// Plays a run and judges it, for what a busy machine can spoil.
fn play_again(
    stage: &Stage,
    longer: u64,
    is_about_order: bool,
    judge: impl Fn(&Run) -> Scene,
) -> Scene {
    tries(stage, MAX_SLEEP_MS, longer, |max_sleep_ms| {
        let program = start(stage, "program", max_sleep_ms)?;
        let run = watch(stage, &program)?;
        judge_run(stage, &program, &run, is_about_order, &judge)
    })
}

fn three_distinct_ids(stage: &Stage) -> Scene {
    let is_foreign = stage.is_foreign();
    // Of a foreign one, the main thread could be the third that sleeps; and two at once are enough to tell it from one
    // that greets three times.
    let least = if is_foreign { GREETINGS - 1 } else { GREETINGS };
    // With the shortest, there is only one length to choose from: an empty range would be a panic.
    tries(stage, SHORTEST_MAX_SLEEP_MS, LONGER, |max_sleep_ms| {
        let program = start(stage, "program", max_sleep_ms)?;
        let (does_tell, mut threads) = (program.threads().is_some(), BTreeSet::new());
        let mut most_workers = 0;
        // One that has just greeted sleeps.
        let look = |is_quiet| {
            if is_quiet {
                most_workers = most_workers.max(program.workers()); // those that sleep
            }
            threads.extend(program.threads().into_iter().flatten());
        };
        let run = watch_every(stage, &program, LOOK, look)?;
        judge_run(stage, &program, &run, false, |run| {
            let ids: Vec<&str> = run.greetings.iter().map(|said| &*said.id).collect();
            let are_right = match stage.is_foreign() {
                true => ids.windows(2).all(|pair| pair[0] != pair[1]),
                false => ids == ["1", "2", "3"],
            };
            let message = format!("expected threads 1, 2 and 3, but they are {}", ids.join(", "));
            if are_right { Ok(()) } else { Err(fails(message)) }
        })?;
        // One that does not pause may be over before it is seen. On a busy machine, where two lines may come at once, any
        // other may be, though hardly two that may sleep for long; and of a program that does not wait for its threads, as
        // another check finds, any may be.
        let is_long =
            |pause: &&Duration| **pause >= if is_foreign { LOOK * 5 } else { SHORTEST_PAUSE };
        let least = match run.pauses() {
            Ok(pauses) if stage.most_held_up() <= HARMLESS => {
                least.min(pauses.iter().filter(is_long).count())
            }
            _ => least,
        };
        // Of threads that run one after the other, another check finds that.
        let least = if is_foreign && !run.has_two_at_once() { least.min(1) } else { least };
        let own = threads.len().saturating_sub(1); // without the main one
        let count = if is_foreign { most_workers } else { own };
        let is_over = run.ends_before_its_threads(stage.most_held_up());
        if !does_tell || count >= least || is_over {
            return Ok(());
        }
        let (expected, meanwhile) = match is_foreign {
            true => ("expected threads to sleep at once", " while it paused"),
            false => ("expected each greeting to come from a thread of its own", ""),
        };
        let instead = format!("beside its main thread the program had {count}{meanwhile}");
        let late = if count + 1 < least { max_sleep_ms } else { 0 };
        by_time(Err(format!("{expected}, but {instead}")), Duration::from_millis(late))
    })
}

fn everyone_greets_first(stage: &Stage) -> Scene {
    let is_foreign = stage.is_foreign();
    play_again(stage, LONGER, true, |run| {
        if run.first_farewell().is_none() {
            return by_words(run.greets_before_any_farewell()); // a busy machine takes none away
        }
        if is_foreign && run.has_two_at_once() {
            return Ok(()); // it may take its time from one to the next: the handout does not ask for more
        }
        // A foreign one may draw a pause of 0 s.
        let judged = match run.without_short_pauses(SHORTEST_PAUSE).filter(|_| is_foreign) {
            Some(slow) => slow.greets_before_any_farewell(),
            None => run.greets_before_any_farewell(),
        };
        by_time(judged, run.greeted_for())
    })
}

fn each_says_farewell(stage: &Stage) -> Scene {
    let is_foreign = stage.is_foreign();
    play_again(stage, 1, false, |run| {
        if !is_foreign || !run.is_nameless {
            by_words(run.says_farewell_once_each(is_foreign))?; // the handout does not ask that it names its thread
            by_words(run.repeats_no_farewell())?;
        }
        let pauses = run.pauses().map_err(fails)?;
        let (shortest, longest) = (pauses.iter().min(), pauses.iter().max());
        // A foreign one may draw a pause of 0 s, but not three.
        let shortest = if is_foreign { longest } else { shortest };
        if let Some(shortest) = shortest.filter(|shortest| **shortest < SHORTEST_PAUSE) {
            let expected = "expected a pause before each farewell";
            // Of a foreign one, it may be another line that was taken for a farewell.
            let line = run.others.first().filter(|_| is_foreign);
            let which = line.map_or("one".to_string(), |said| quoted(&said.line));
            let after = seconds(*shortest);
            return by_time(
                Err(format!("{expected}, but {which} came after {after}")),
                Duration::ZERO,
            );
        }
        let most = MAX_SLEEP_MS;
        let limit = Duration::from_millis(most) + stage.patient(LATE);
        match longest.filter(|longest| **longest > limit && !is_foreign) {
            Some(longest) => {
                let expected = format!("expected at most {most}\u{a0}ms of sleep, as told");
                let message = format!("{expected}, but one took {}", seconds(*longest));
                by_time(Err(message), *longest - Duration::from_millis(most))
            }
            None => Ok(()),
        }
    })
}

/// The failure of a run, and what was seen of it.
fn of_run(stage: &Stage, program: &Program, run: &Run, message: String) -> Stop {
    let end = program.ends("it to end when all three threads have", longest_run(stage));
    match matches!(end, Ok(Exit::Status(0))) && run.ends_before_its_threads(stage.most_held_up()) {
        true => fails(message).because(Symptom::EndsBeforeItsThreads),
        false => fails(message),
    }
}

/// Told to sleep no longer than the shortest time, a program has one length to choose from. It is measured from when it
/// had not greeted yet: on a busy machine that makes pauses longer, but never shorter. So there are many runs.
fn no_pause_is_too_short(stage: &Stage) -> Scene {
    const ROUNDS: usize = 2;
    let shortest = Duration::from_millis(SHORTEST_MAX_SLEEP_MS);
    let start = |actor: &&str| {
        let started = (Instant::now(), start(stage, actor, SHORTEST_MAX_SLEEP_MS)?);
        stage.takes_in();
        Ok(started)
    };
    for _ in 0..ROUNDS {
        stage.begins_anew();
        let programs = RUNS.iter().map(start).collect::<Result<Vec<_>, Stop>>()?;
        let watched = programs
            .iter()
            .map(|(started, program)| Ok((started, program, watch(stage, program)?)));
        for (started, program, run) in watched.collect::<Result<Vec<_>, Stop>>()? {
            let silent = program.was_silent_until().unwrap_or(*started);
            run.greets_three_times().map_err(|message| of_run(stage, program, &run, message))?;
            let Some(farewell) = run.first_farewell() else {
                return run
                    .says_farewell_once_each(false)
                    .map_err(|message| of_run(stage, program, &run, message));
            };
            let pause = farewell.duration_since(silent);
            if pause < shortest {
                let expected =
                    format!("expected pauses of {SHORTEST_MAX_SLEEP_MS}\u{a0}ms and more");
                return Err(fails(format!("{expected}, but one took {} at most", seconds(pause))));
            }
        }
        stage.note("runs", Mark::Event, "three pauses each, and none is shorter");
    }
    Ok(())
}

/// A few random pauses may happen to be alike. Then there are more runs, and all of them are compared. On a busy machine
/// the same pauses may look random, and random ones the same. Then there are others, which are longer. But pauses that
/// differ by more than what came late explains are random, however busy it is; and longer ones that are alike are not,
/// unless something was late by a good part of what they could differ by.
fn the_pauses_are_random(stage: &Stage) -> Scene {
    let is_told = stage.can_tell(&longest_sleep(MAX_SLEEP_MS));
    let mut max_sleep_ms = MAX_SLEEP_MS;
    for _ in 0..TRIES {
        let runs = RefCell::new(Vec::new());
        let is_measured = stage.tries_again(|| {
            stage.held_up(); // until now, which does not count
            runs.borrow_mut().extend(pauses_of_runs(stage, max_sleep_ms)?);
            let (runs, held_up) = (runs.borrow(), stage.held_up());
            let longest = runs.iter().flatten().max().copied().unwrap_or_default();
            let (alike, late, much) = match is_told {
                true => {
                    let most = Duration::from_millis(max_sleep_ms);
                    (alike(longest.min(most)), held_up * MOST_WAITS, most / 5)
                }
                // It sleeps no longer the next time, and perhaps draws from a few pauses that are close.
                false => (ALIKE, held_up, alike(longest)),
            };
            match are_random(&runs, alike) {
                Ok(()) => Ok(are_random(&runs, alike.max(late)).is_ok()),
                Err(_) if held_up > much.max(HARMLESS) => Ok(false),
                judged => by_time(judged, Duration::ZERO).map(|()| true),
            }
        })?;
        if is_measured {
            stage.note("runs", Mark::Event, "three pauses each, and other ones in each run");
            return Ok(());
        }
        stage.begins_anew();
        max_sleep_ms *= if is_told { LONGER } else { 1 };
    }
    Err(too_busy())
}

/// The three pauses of each run, all of which are played side by side.
fn pauses_of_runs(stage: &Stage, max_sleep_ms: u64) -> Result<Vec<Vec<Duration>>, Stop> {
    let start = |actor: &&str| {
        let program = start(stage, actor, max_sleep_ms);
        stage.takes_in();
        program
    };
    let programs: Vec<Program> = RUNS.iter().map(start).collect::<Result<_, Stop>>()?;
    let pauses = programs.iter().map(|program| {
        let run = watch(stage, program)?;
        let pauses = run.greets_three_times().and_then(|()| run.pauses());
        pauses.map_err(|message| of_run(stage, program, &run, message))
    });
    pauses.collect()
}

fn the_threads_sleep_at_once(stage: &Stage) -> Scene {
    play_again(stage, 1, false, |run| {
        let pauses = run.pauses().map_err(fails)?;
        let longest = pauses.iter().max().copied().unwrap_or_default();
        let sum: Duration = pauses.iter().sum();
        // The handout does not say that the program ends with its last thread.
        let over = if stage.is_foreign() { run.said_last() } else { run.ended };
        let mut took = run.since_first_greeting(over);
        if stage.is_foreign() && run.has_two_at_once() {
            took -= run.greeted_for().min(took); // it may take its time from one to the next
        }
        if took < (longest + sum) / 2 {
            return Ok(());
        }
        let late = took.saturating_sub(longest);
        let [longest, took, sum] = [longest, took, sum].map(seconds);
        let expected = format!("expected a run of about {longest}, the longest pause");
        by_time(Err(format!("{expected}, but it took {took} (the pauses add up to {sum})")), late)
    })
}

//! Every mistake of `tests/mistakes/` is caught: by the checks that it names, and by no others. What the
//! student would read of those is kept as a snapshot in `tests/mistakes/feedback/`.
//!
//! After a change that is meant: `INSTA_UPDATE=always cargo test -p course-tests --test mistakes`, and read what has
//! changed.

use std::collections::BTreeSet;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, LazyLock, Mutex, PoisonError};
use std::{env, fs};

use course_tests::mistake;
use course_tests::play::{
    self, Cast, Check, LATE, Outcome, Role, SEED, STEPS, Starter, Verdict, all_programs, explain,
    find, has_failed, lines_of, may_be_missed,
};
use course_tests::snapshot::{Filters, settings};
use course_tests::{ask_for, root};
use libtest_mimic::{Arguments, Failed, Trial};

#[path = "../../mistakes/src/list.rs"]
mod list;
use list::Mistake;

/// How many mistakes are played at a time: more would not be faster, but keep each other waiting.
const SIDE_BY_SIDE: usize = 8;

/// The same when snapshots are written: few enough to leave the machine quiet.
const SIDE_BY_SIDE_TO_WRITE: usize = 4;

/// For what is measured, or comes in another order each time.
static FILTERS: LazyLock<Filters> = LazyLock::new(|| {
    Filters::new(&[
        (r"\[\d\d:\d\d\]", "[HH:MM]"),
        // What a server logs of those who come and go: the last of it may come too late to be seen.
        (r" +server +! (.* has (connected|come|left)|… and \d+ lines more …)\n", ""),
        // Who gets a lock next, when the one who had it has left.
        (r"only when (client |the )?\w+ had left", "only when [somebody] had left"),
        (r#"was "\* \w+ has left""#, r#"was "* [somebody] has left""#),
        // Which of a crowd it is, and whose word that one hears.
        (r#"(clients expected .*?)"[^"]*""#, r#"$1"[its word]""#),
        (r#"(clients expected .*but heard )"[^"]*""#, r#"$1"[a word]""#),
        // Since when a loop is known to go on: not always, on a busy machine.
        (
            r"all\s+the\s+time\s+since\s+(\w+\s+){2,6}(left|connection|sending|disconnected|ended)\b",
            "all the time",
        ),
        (r"the loop that (never waits: .*|goes on although .*)", "the loop that [never ends]"),
        // For which of many names the first one too many gets in.
        (r"to get in as name \d+", "to get in as name [number]"),
        // Which of a thousand lines it is that goes wrong.
        (r"← .*\bline \d+ of .*", "← [a line]"),
        (r"← \* newcomer \d+ has come", "← [a line]"),
        (r"\d+ ms", "[time]"),
        (r"--max-sleep-ms \d+", "--max-sleep-ms [time]"), // longer on a busy machine
        (r"\d\.\d\d\u{a0}s", "[time]"),
        // What of two pieces was seen first: both, on a busy machine.
        (
            r"piece,\s+but\s+(a\s+part\s+of\s+it|[^✗]*?\scame\s+first:\s+the\s+rest)\s+was\s+written\s+apart",
            "piece, but [a part] was written apart",
        ),
        // How much was printed on and on, and what a server logged of a crowd.
        (r"… and \d+ lines more", "… and [many] lines more"),
        (r"(?m)^  server +! client .*\n", ""),
        // How many threads have panicked, and by which of the errors that a reset can give, when several clients leave.
        (r"(?m)^  server +! (thread '|called `Result::unwrap)(.*\n {10,})*.*\n", ""),
        (r"(?m)(^  server  ! .*\n){4,}", "  server  ! [log]\n"),
    ])
});

static MISTAKES: LazyLock<Vec<Mistake>> =
    LazyLock::new(|| list::all(root()).expect("the mistakes are read"));

fn main() -> ExitCode {
    if let Some(failed) = play::begin() {
        return failed;
    }
    let mut arguments = Arguments::from_args();
    let side_by_side = if is_to_write() { SIDE_BY_SIDE_TO_WRITE } else { SIDE_BY_SIDE };
    arguments.test_threads.get_or_insert(side_by_side);
    colored::control::set_override(false);
    let trial = |mistake: &'static Mistake| {
        let is_out = !cfg!(target_os = "linux") && ONLY_ON_LINUX.contains(&&*mistake.name);
        let trial = Trial::test(format!("mistakes::{}", mistake.name), || is_caught(mistake));
        trial.with_ignored_flag(is_out)
    };
    let mut trials: Vec<Trial> = MISTAKES.iter().rev().map(trial).collect(); // the last steps take longest
    trials.push(Trial::test("every_check_catches_a_mistake", every_check_catches_a_mistake));
    trials.push(Trial::test(
        "every_todo_left_undone_costs_points",
        every_todo_left_undone_costs_points,
    ));
    trials.push(Trial::test("no_feedback_is_left_over", no_feedback_is_left_over));
    trials.push(Trial::test(
        "a_patch_fits_a_program_that_has_shifted",
        a_patch_fits_a_program_that_has_shifted,
    ));
    let conclusion = libtest_mimic::run(&arguments, trials);
    let not_checked = NOT_CHECKED.load(Ordering::Relaxed);
    if not_checked > 0 {
        println!(
            "{not_checked} mistakes could not be played: the machine is too busy, or does not tell enough"
        );
    }
    conclusion.exit_code()
}

/// Mistakes that are seen only where the system tells what a program's threads do.
const ONLY_ON_LINUX: &[&str] = &["ex3_threads_prints_from_one_thread_in_three_turns"];

/// How many mistakes could not be played.
static NOT_CHECKED: AtomicUsize = AtomicUsize::new(0);

/// What playing a mistake came to.
enum Played {
    /// The expected checks have failed, and no others: what the student reads.
    AsExpected(String),
    /// Others have failed, or not all of the expected ones.
    Differently(String),
    /// An expected check is one that may be missed, and was not checked; or the machine was too busy to see what is wrong.
    NotChecked(String),
}

/// The step's programs: a wrong one, and the reference solutions beside it.
fn cast_with(mistake: &Mistake) -> Result<Cast, Failed> {
    let step = find(mistake.step()).ok_or("there is no such step")?;
    let mut programs = step.programs.iter();
    let program = programs.find(|program| **program == mistake.program());
    let program = program.ok_or("there is no such program")?;
    mistake.source(&list::right_source(root(), program)?)?; // else there would be no such program in the binary
    Ok(mistake::cast_with(step, program, &mistake.name)?)
}

/// Whether snapshots are to be written rather than compared.
fn is_to_write() -> bool {
    env::var("INSTA_UPDATE").is_ok_and(|mode| mode == "always")
}

/// Plays a mistake beside a few others; and alone, if the machine was too busy for what it is about. Nothing else is
/// played again: what came out otherwise than it should has come out.
fn is_caught(mistake: &Mistake) -> Result<(), Failed> {
    static PLAYING: Mutex<usize> = Mutex::new(0); // so many are played beside each other
    static ONE_LESS: Condvar = Condvar::new();
    let playing = || PLAYING.lock().unwrap_or_else(PoisonError::into_inner);
    *playing() += 1;
    let played = play(mistake);
    *playing() -= 1;
    ONE_LESS.notify_all();
    let why = match played? {
        Played::AsExpected(feedback) => return compare(mistake, &feedback),
        Played::Differently(difference) => return Err(difference.into()),
        Played::NotChecked(why) => why,
    };
    // In the end nobody plays beside it; and while this is held, nobody begins to.
    let alone = ONE_LESS.wait_while(playing(), |playing| *playing > 0);
    let _alone = alone.unwrap_or_else(PoisonError::into_inner);
    println!("{} is played again, alone: the machine was too busy: {why}", mistake.name);
    match play(mistake)? {
        Played::AsExpected(feedback) => compare(mistake, &feedback),
        Played::Differently(difference) => Err(difference.into()),
        Played::NotChecked(why) => {
            println!("{} could not be played: {why}", mistake.name);
            NOT_CHECKED.fetch_add(1, Ordering::Relaxed);
            Ok(())
        }
    }
}

/// Compares with the snapshot, or writes it: only when the right checks have failed.
fn compare(mistake: &Mistake, feedback: &str) -> Result<(), Failed> {
    settings("../../mistakes/feedback")
        .bind(|| insta::assert_snapshot!(mistake.name.as_str(), feedback));
    Ok(())
}

/// Plays the checks that are about the mistake's program. What the machine has cut short is never as expected, so that
/// no snapshot is written of it.
fn play(mistake: &Mistake) -> Result<Played, Failed> {
    let cast = cast_with(mistake)?;
    let is_played = |check: &&Check| check.role == Role::of(mistake.program());
    let checks = cast.step.checks.iter().filter(is_played);
    // Each check knows nothing of what others have waited for in vain, so that it takes the same time each time.
    let alone = |check| (Cast { in_vain: Arc::default(), ..cast.clone() }, check);
    let casts: Vec<(Cast, &'static Check)> = checks.map(alone).collect();
    let checks: Vec<(&Cast, &'static Check)> = casts.iter().map(|(c, check)| (c, *check)).collect();
    let outcomes = play::play_all(&checks, SEED, false, |_| ());
    let failed: Vec<&Outcome> = outcomes.iter().filter(|outcome| has_failed(outcome)).collect();
    let expected_ids: BTreeSet<&str> = mistake.fails.iter().map(String::as_str).collect();
    let (mut difference, mut not_checked) = (String::new(), String::new());
    for outcome in &outcomes {
        match (has_failed(outcome), expected_ids.contains(outcome.check.id)) {
            (true, true) if outcome.verdict.message().contains("(--max-seconds)") => {
                difference += &format!("took too long: {}\n", explain(outcome))
            }
            (failed, expected) if failed != expected && outcome.held_up > LATE => {
                not_checked += &explain(outcome)
            }
            (false, true) if may_be_missed(outcome) => not_checked += &explain(outcome),
            (true, false) => difference += &format!("failed too: {}\n", explain(outcome)),
            (false, true) => difference += &format!("slipped through: {}\n", explain(outcome)),
            _ if !matches!(
                outcome.verdict,
                Verdict::Passes | Verdict::NotChecked(_) | Verdict::Fails { .. }
            ) =>
            {
                difference += &format!("neither passes nor fails: {}\n", explain(outcome))
            }
            _ => {}
        }
    }
    for id in
        expected_ids.iter().filter(|id| outcomes.iter().all(|outcome| outcome.check.id != **id))
    {
        difference += &format!("slipped through: {id}: it is not about this program\n");
    }
    let feedback = feedback(&failed);
    if let Some(other) = first_difference(&kept_feedback(mistake).unwrap_or_default(), &feedback)
        && failed.iter().any(|outcome| outcome.held_up > LATE)
    {
        not_checked += other;
    }
    Ok(match (difference.is_empty(), not_checked.is_empty()) {
        (true, true) => Played::AsExpected(feedback),
        (true, false) => Played::NotChecked(not_checked),
        (false, _) => Played::Differently(difference),
    })
}

/// What the student reads of the checks that have failed: why, where to look, and the transcript of the first one.
/// Their names, their points and the hints are left out. They stand in the table of steps, and change with it.
fn feedback(failed: &[&Outcome]) -> String {
    let mut text = String::new();
    for outcome in failed {
        text += &format!("✗ {}: {}\n", outcome.check.id, outcome.verdict.message());
        if let Verdict::Fails { look, .. } = &outcome.verdict
            && !look.is_empty()
        {
            text += &format!("  look at {look}\n");
        }
    }
    let lines = failed.first().map(|outcome| lines_of(&outcome.transcript)).unwrap_or_default();
    // As a snapshot keeps it.
    FILTERS.apply(&format!("{text}\n{lines}")).trim_end().to_string()
}

/// The first line of a feedback that is not as it was kept, if they differ.
fn first_difference<'a>(kept: &str, feedback: &'a str) -> Option<&'a str> {
    let same = kept.lines().zip(feedback.lines()).take_while(|(kept, line)| kept == line).count();
    (kept != feedback).then(|| feedback.lines().nth(same).unwrap_or("a line less"))
}

/// The feedback in the snapshot, if there is one.
fn kept_feedback(mistake: &Mistake) -> Option<String> {
    let path = root().join("tests/mistakes/feedback").join(format!("{}.snap", mistake.name));
    let text = fs::read_to_string(path).ok()?;
    let (_, feedback) = text.strip_prefix("---\n")?.split_once("---\n")?;
    Some(feedback.trim_end().to_string())
}

fn every_check_catches_a_mistake() -> Result<(), Failed> {
    let mut wrong = String::new();
    for Mistake { name, fails, .. } in MISTAKES.iter() {
        if fails.is_empty() {
            wrong += &format!("the first line of {name}.diff names no check that fails\n");
        }
    }
    for step in STEPS.iter() {
        let mistakes = MISTAKES.iter().filter(|mistake| mistake.step() == step.id);
        let mut caught: BTreeSet<&str> =
            mistakes.flat_map(|mistake| mistake.fails.iter().map(String::as_str)).collect();
        for check in step.checks {
            if caught.remove(check.id) {
                continue;
            }
            if step.is_own {
                ask_for(&format!("a mistake that {} of {} catches", check.id, step.id));
            } else {
                wrong += &format!("{}: no mistake fails {}\n", step.id, check.id);
            }
        }
        for id in caught {
            wrong += &format!("{}: a mistake fails {id}, but there is no such check\n", step.id);
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.into()) }
}

/// For each TODO of a starter there is a mistake in which just that is not done, and a check that gives points fails.
fn every_todo_left_undone_costs_points() -> Result<(), Failed> {
    let mut wrong = String::new();
    for (step, program) in all_programs() {
        for number in 1..=Starter::handed_out(program).spots().len() {
            let name = format!("{program}_leaves_todo_{number}_undone");
            let gives_points =
                |id: &String| step.checks.iter().any(|check| check.id == id && !check.is_bonus());
            match MISTAKES.iter().find(|mistake| mistake.name == name) {
                None if step.is_own => ask_for(&format!("the mistake {name}")),
                None => wrong += &format!("there is no mistake {name}\n"),
                Some(mistake) if !mistake.fails.iter().any(gives_points) => {
                    wrong += &format!("{name} costs no points\n")
                }
                Some(_) => {}
            }
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.into()) }
}

fn no_feedback_is_left_over() -> Result<(), Failed> {
    let names: BTreeSet<&str> = MISTAKES.iter().map(|mistake| mistake.name.as_str()).collect();
    for entry in fs::read_dir(root().join("tests/mistakes/feedback"))? {
        let name = entry?.file_name().display().to_string();
        if !names.contains(name.trim_end_matches(".new").trim_end_matches(".snap")) {
            return Err(format!("tests/mistakes/feedback/{name} belongs to no mistake").into());
        }
    }
    Ok(())
}

/// Solutions change: a patch must find its place again when lines come before it.
fn a_patch_fits_a_program_that_has_shifted() -> Result<(), Failed> {
    const LINES: &str = "// One more line.\n// One more line.\n// One more line.\n// One more line.\n// One more line.\n";
    for mistake in MISTAKES.iter() {
        let right = list::right_source(root(), mistake.program())?;
        let wrong = mistake.source(&right)?;
        let shifted = mistake.source(&format!("{LINES}{right}"))?;
        if shifted != format!("{LINES}{wrong}") {
            return Err(format!("{}.diff fits more than one place", mistake.name).into());
        }
    }
    Ok(())
}

//! Every check against right programs in other styles and languages: a check that fails one of them asks for more
//! than its step does. The tests are named after the programs, as `plain::ex4::echoes_several_messages`.
//!
//! - `plain`: Rust programs in `foreign/rust`, with nothing of the helpers, judged like a student's own.
//! - `python::ex4_plain`, `wrong::c::ex4_…`: the rows of [`table`], with programs as students of the handouts write them.
//!   The plain ones have their ports in them, so no two that use the same port are played at once. Those of 2.2 and
//!   2.3 need a package, which is installed under `target/`. Wrong ones must fail what is named.
//! - `nothing::ex4_cat`: programs that do nothing of what is asked must not pass a single check, nor a bonus.
//!
//! What a test needs and this machine does not have (Python, the package, a free port) is told by the ignored test.

use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use course_tests::languages::Missing;
use course_tests::play::{
    self, Asked, Cast, Check, Outcome, Package, Role, SEED, STEPS, Step, Verdict, explain, find,
    foreign_cast, may_be_missed, play_all,
};
use course_tests::{ask_for, root};
use libtest_mimic::{Arguments, Completion, Failed, Trial};

#[path = "foreign/frames.rs"]
mod frames;
#[path = "foreign/rooms.rs"]
mod rooms;
#[path = "foreign/table.rs"]
mod table;
#[path = "foreign/text.rs"]
mod text;
use table::Row;

/// How many rows are played at a time, each with all of its checks side by side: few enough for what is measured.
const ROWS_AT_A_TIME: usize = 4;

fn main() -> ExitCode {
    if let Some(failed) = play::begin() {
        return failed;
    }
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(ROWS_AT_A_TIME);
    let of_row = |row: Row| Trial::ignorable_test(row.name(), move || play_row(&row));
    // Those that wait for each other's ports begin first.
    let rows = [text::rows(), rooms::rows(), frames::rows()].into_iter().flatten();
    let (rows, asked_for): (Vec<Row>, Vec<Row>) = rows.partition(|row| !is_asked_for(row));
    asked_for.iter().for_each(|row| ask_for(&format!("tests/foreign/{}", row.folder())));
    let mut trials: Vec<Trial> = rows.into_iter().map(of_row).collect();
    trials.extend(plain_trials());
    trials.extend(STEPS.iter().flat_map(nothing_trials));
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Whether its programs are not there, and need not be: an instructor's own step is asked for them.
fn is_asked_for(row: &Row) -> bool {
    let is_there = root().join("tests/foreign").join(row.folder()).is_dir();
    !is_there && find(row.step).is_some_and(|step| step.is_own)
}

/// A test for each check of the steps that have such programs.
fn plain_trials() -> Vec<Trial> {
    let has_program = |program: &&str| root().join(Package::Plain.source(program)).exists();
    let mut trials = Vec::new();
    for step in STEPS.iter().filter(|step| step.programs.iter().any(has_program)) {
        for check in step.checks {
            let name = format!("plain::{}::{}", step.id, check.id);
            trials.push(Trial::ignorable_test(name, move || play_plain(step, check)));
        }
    }
    trials
}

/// The programs are right, so every check must pass. A bonus may find nothing to check in them.
fn play_plain(step: &Step, check: &'static Check) -> Result<Completion, Failed> {
    let outcome = play::play(play::cast(Package::Plain, step)?, check, SEED);
    match outcome.verdict {
        Verdict::Passes => Ok(Completion::Completed),
        Verdict::NotChecked(ref reason) if may_be_missed(&outcome) => {
            Ok(Completion::ignored_with(reason.clone()))
        }
        _ => Err(explain(&outcome).into()),
    }
}

/// Held by whoever uses a port that is written into programs.
fn lock_of(port: Option<u16>) -> Arc<Mutex<()>> {
    static LOCKS: Mutex<BTreeMap<u16, Arc<Mutex<()>>>> = Mutex::new(BTreeMap::new());
    let mut locks = LOCKS.lock().unwrap_or_else(PoisonError::into_inner);
    port.map_or(Arc::default(), |port| Arc::clone(locks.entry(port).or_default()))
}

/// Plays the programs of a row. A wrong one must fail what is named, a right one nothing.
fn play_row(row: &Row) -> Result<Completion, Failed> {
    let mut commands = Vec::new();
    for program in &row.programs {
        let mut words = program.split_whitespace().map(str::to_string);
        let program = words.next().ok_or("a program has no name")?;
        let command = match row.language.command(&row.folder(), &program) {
            Ok(command) => command,
            Err(Missing::Language(reason)) => return Ok(Completion::ignored_with(reason)),
            Err(Missing::Program(reason)) => return Err(reason.into()),
        };
        commands.push((Role::of(&program), command.into_iter().chain(words).collect()));
    }
    let step = find(row.step).ok_or("there is no such step")?;
    let lock = lock_of(step.port);
    let _port = row.has_fixed_port().then(|| lock.lock().unwrap_or_else(PoisonError::into_inner));
    let cast = foreign_cast(step, &commands, row.options)?;
    for ((role, _), expected) in commands.iter().zip(&row.framing) {
        let framing = cast.framing_of(*role).word();
        if framing != *expected {
            return Err(format!("its framing is {framing}, expected {expected}").into());
        }
    }
    let outcomes = play_what_is_asked(&cast, row);
    let is_wrong = |outcome: &&Outcome| outcome.verdict != Verdict::Passes;
    let wrong: Vec<&Outcome> = outcomes.iter().filter(is_wrong).collect();
    if let Some(first) = wrong.first()
        && wrong.iter().all(|outcome| outcome.verdict.message().contains(IS_TAKEN))
    {
        return Ok(Completion::ignored_with(first.verdict.message()));
    }
    let (missed, failed): (Vec<&Outcome>, Vec<&Outcome>) =
        wrong.iter().partition(|outcome| may_be_missed(outcome));
    let ids = |outcomes: &[&Outcome]| -> BTreeSet<&str> {
        outcomes.iter().map(|outcome| outcome.check.id).collect()
    };
    let (failed, expected) = (ids(&failed), BTreeSet::from_iter(row.fails.iter().copied()));
    let is_missed = |id: &&str| ids(&missed).contains(id);
    let is_decided = failed.is_subset(&expected) && expected.difference(&failed).all(is_missed);
    match (missed.first(), is_decided && !outcomes.is_empty()) {
        (None, true) => Ok(Completion::Completed),
        (Some(first), true) => Ok(Completion::ignored_with(first.verdict.message())),
        (_, false) => Err(format!("it fails {failed:?}\n\n{}", explain_all(&wrong)).into()),
    }
}

/// What is said of a port that somebody else has.
const IS_TAKEN: &str = "is taken; end the program";

/// Plays the checks that are asked of the programs that are there, and those that they must fail. What goes beyond the
/// handout, the bonus, is not.
fn play_what_is_asked(cast: &Cast, row: &Row) -> Vec<Outcome> {
    let is_played = |check: &&&'static Check| {
        let is_asked = matches!(cast.asks(check), Asked::ForPoints(_));
        cast.roles.contains_key(&check.role) && (is_asked || row.fails.contains(&check.id))
    };
    let checks = cast.checks.iter().filter(is_played);
    let checks: Vec<(&Cast, &'static Check)> = checks.map(|check| (cast, *check)).collect();
    play_all(&checks, SEED, cast.has_fixed_port(), |_| {})
}

/// What does nothing of what is asked: a command for a shell.
const NOTHING: &[&str] = &["true", "false", "cat", "sleep 100", "yes"];

fn nothing_trials(step: &'static Step) -> impl Iterator<Item = Trial> {
    NOTHING.iter().map(move |command| {
        let name = command.split(' ').next().unwrap_or(command);
        let name = format!("nothing::{}_{name}", step.id);
        Trial::test(name, move || play_nothing(step, command))
    })
}

/// A program that does nothing must not pass a check, nor a bonus.
fn play_nothing(step: &'static Step, command: &str) -> Result<(), Failed> {
    let script = format!("exec {command}");
    let words = ["sh", "-c", &script, "sh", "{port}", "{max_clients}"].map(str::to_string);
    let roles = step.programs.iter().map(|program| (Role::of(program), words.to_vec()));
    let mut cast = foreign_cast(step, &roles.collect::<Vec<_>>(), &[])?;
    cast.limits.patience *= 0.05; // what does not come need not be waited for
    cast.limits.output = 1 << 16; // and `yes` prints no more than that
    let checks: Vec<(&Cast, &'static Check)> =
        cast.checks.iter().map(|check| (&cast, *check)).collect();
    let outcomes = play_all(&checks, SEED, false, |_| {});
    let has_passed = |outcome: &&Outcome| outcome.verdict == Verdict::Passes;
    let passed: Vec<&Outcome> = outcomes.iter().filter(has_passed).collect();
    if passed.is_empty() { Ok(()) } else { Err(explain_all(&passed).into()) }
}

fn explain_all(outcomes: &[&Outcome]) -> String {
    outcomes.iter().map(|outcome| format!("{}\n", explain(outcome))).collect()
}

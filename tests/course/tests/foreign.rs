//! Every check against right programs in other styles and languages: a check that fails one of them asks for more
//! than its step does. The tests are named after the programs, as `plain::ex4::echoes_several_messages`.
//!
//! - `plain`: Rust programs in `foreign/rust`, with nothing of the helpers, judged like a student's own.
//! - `python::ex4`: programs in `foreign/python`, as students of the handouts write them. They have their ports
//!   in them, so no two that use the same port are played at once. Those of 2.2 and 2.3 need a package, which is
//!   installed under `target/`.
//! - `java::ex4_lines`: the rows of [`table`], which are told their ports. Wrong ones among them must fail what is named.
//! - `nothing::ex4_cat`: programs that do nothing of what is asked must not pass a single check, nor a bonus.
//!
//! What a test needs and this machine does not have (Python, the package, a free port) is told by the ignored test.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use course_tests::play::{
    self, Asked, Cast, Check, Outcome, Package, Role, SEED, SIDE_BY_SIDE, STEPS, Step, Verdict,
    explain, find, foreign_cast, may_be_missed, play_all,
};
use course_tests::{kept, root};
use libtest_mimic::{Arguments, Completion, Failed, Trial};

#[path = "foreign/language.rs"]
mod language;
#[path = "foreign/table.rs"]
mod table;
use language::{Missing, run};
use table::{CASES, Case};

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(SIDE_BY_SIDE);
    let in_python = |step: &'static Step| {
        Trial::ignorable_test(format!("python::{}", step.id), move || play_in_python(step))
    };
    // Those that wait for each other's ports begin first.
    let mut trials: Vec<Trial> = STEPS.iter().map(in_python).collect();
    trials.extend(plain_trials());
    let of_table = |case: &'static Case| Trial::ignorable_test(case.name(), || play_case(case));
    trials.extend(CASES.iter().map(of_table));
    trials.extend(STEPS.iter().flat_map(nothing_trials));
    libtest_mimic::run(&arguments, trials).exit_code()
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

fn play_in_python(step: &'static Step) -> Result<Completion, Failed> {
    if let Err(reason) = run(Command::new("python3").arg("--version")) {
        return Ok(Completion::ignored_with(reason));
    }
    let mut python = PathBuf::from("python3");
    if step.programs.iter().any(|program| source_of(program).contains("chat_pb2")) {
        match &*WITH_PROTOBUF {
            Ok(interpreter) => python = interpreter.clone(),
            Err(reason) => return Ok(Completion::ignored_with(reason)),
        }
    }
    let command = |program: &&str| {
        let mut words = vec![python.display().to_string(), path_of(program).display().to_string()];
        if *program == "ex7_server" {
            words.push("{max_clients}".to_string());
        }
        (Role::of(program), words)
    };
    let commands = step.programs.iter().map(command).collect();
    let lock = lock_of(step.port);
    let _port = lock.lock().unwrap_or_else(PoisonError::into_inner);
    play_commands(step, commands)
}

fn path_of(program: &str) -> PathBuf {
    root().join("tests/foreign/python").join(format!("{program}.py"))
}

fn source_of(program: &str) -> String {
    std::fs::read_to_string(path_of(program)).unwrap_or_default()
}

/// Held by whoever uses a port that is written into programs.
fn lock_of(port: Option<u16>) -> Arc<Mutex<()>> {
    static LOCKS: Mutex<BTreeMap<u16, Arc<Mutex<()>>>> = Mutex::new(BTreeMap::new());
    let mut locks = LOCKS.lock().unwrap_or_else(PoisonError::into_inner);
    port.map_or(Arc::default(), |port| Arc::clone(locks.entry(port).or_default()))
}

/// A Python that has the package for protobuf messages, or why there is none.
static WITH_PROTOBUF: LazyLock<Result<PathBuf, String>> = LazyLock::new(|| {
    let folder = kept("python");
    let python = folder.join("bin/python3");
    let needed = root().join("tests/foreign/python/requirements.txt");
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
    if run(Command::new(&python).args(["-c", "import google.protobuf"])).is_err() {
        run(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
    }
    // With everything there already, this asks nobody.
    run(Command::new(&python).args(pip).arg(needed))?;
    Ok(python)
});

/// Plays the programs of a row. A wrong one must fail what is named, a right one nothing.
fn play_case(case: &Case) -> Result<Completion, Failed> {
    let folder = root().join(case.folder());
    let mut commands = Vec::new();
    for program in case.programs {
        let mut words = match case.language.command(&folder, &case.name(), program) {
            Ok(words) => words,
            Err(Missing::Language(reason)) => return Ok(Completion::ignored_with(reason)),
            Err(Missing::Program(reason)) => return Err(reason.into()),
        };
        words.extend(case.arguments.iter().map(|argument| argument.to_string()));
        commands.push((Role::of(program), words));
    }
    let step = find(case.step).ok_or("there is no such step")?;
    let cast = foreign_cast(step, &commands, case.options)?;
    let outcomes = play_what_is_asked(&cast);
    let is_wrong = |outcome: &&Outcome| outcome.verdict != Verdict::Passes;
    let wrong: Vec<&Outcome> = outcomes.iter().filter(is_wrong).collect();
    let failed: BTreeSet<&str> = wrong.iter().map(|outcome| outcome.check.id).collect();
    match failed == BTreeSet::from_iter(case.fails.iter().copied()) && !outcomes.is_empty() {
        true => Ok(Completion::Completed),
        false => Err(format!("it fails {failed:?}\n\n{}", explain_all(&wrong)).into()),
    }
}

/// What does nothing of what is asked: a command for a shell.
const NOTHING: &[&str] = &["true", "cat", "sleep 100", "yes"];

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

/// All checks of the step that give points, and are about these programs, must pass.
fn play_commands(
    step: &'static Step,
    commands: Vec<(Role, Vec<String>)>,
) -> Result<Completion, Failed> {
    let cast = foreign_cast(step, &commands, &[])?;
    let outcomes = play_what_is_asked(&cast);
    let is_wrong = |outcome: &&Outcome| outcome.verdict != Verdict::Passes;
    let wrong: Vec<&Outcome> = outcomes.iter().filter(is_wrong).collect();
    let is_taken =
        |outcome: &&Outcome| outcome.verdict.message().contains("is taken; end the program");
    match &wrong[..] {
        [] => Ok(Completion::Completed),
        [first, ..] if wrong.iter().all(is_taken) => {
            Ok(Completion::ignored_with(first.verdict.message()))
        }
        wrong => Err(explain_all(wrong).into()),
    }
}

/// Plays the checks that are asked of the programs that are there. What goes beyond the handout, the bonus, is not.
fn play_what_is_asked(cast: &Cast) -> Vec<Outcome> {
    let is_asked = |check: &&&'static Check| {
        cast.roles.contains_key(&check.role) && matches!(cast.asks(check), Asked::ForPoints(_))
    };
    let checks = cast.checks.iter().filter(is_asked);
    let checks: Vec<(&Cast, &'static Check)> = checks.map(|check| (cast, *check)).collect();
    play_all(&checks, SEED, cast.has_fixed_port(), |_| {})
}

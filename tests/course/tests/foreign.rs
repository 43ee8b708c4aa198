//! Every check against right programs in other styles and languages: a check that fails one of them asks for more
//! than its step does. The tests are named after the programs, as `plain::ex4::echoes_several_messages`.
//!
//! - `plain`: Rust programs in `foreign/rust`, with nothing of the helpers, judged like a student's own.
//! - `python`: programs in `foreign/python`, as students of the handouts write them. They have their ports
//!   in them, so no two that use the same port are played at once. Those of 2.2 and 2.3 need a package, which is
//!   installed under `target/`.
//! - `c`: a client whose output would come all at once at its end, if it did not run on a terminal.
//!
//! What a test needs and this machine does not have (Python, the package, a free port) is told by the ignored test.

use std::collections::BTreeMap;
use std::env;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use course_tests::play::{
    self, Cast, Check, Outcome, Package, Role, SEED, SIDE_BY_SIDE, STEPS, Step, Verdict, explain,
    find, foreign_cast, may_be_missed, play_all,
};
use course_tests::{kept, root};
use libtest_mimic::{Arguments, Completion, Failed, Trial};

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(SIDE_BY_SIDE);
    let in_python = |step: &'static Step| {
        Trial::ignorable_test(format!("python::{}", step.id), move || play_in_python(step))
    };
    // Those that wait for each other's ports begin first.
    let mut trials: Vec<Trial> = STEPS.iter().map(in_python).collect();
    trials.extend(plain_trials());
    trials.push(Trial::ignorable_test("c::ex4", play_in_c));
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

fn play_in_c() -> Result<Completion, Failed> {
    let compiler = env::var("CC").unwrap_or("cc".to_string());
    let binary = kept("ex4_client_in_c");
    let source = root().join("tests/foreign/c/ex4_client.c");
    if let Err(reason) = run(Command::new(compiler).arg("-o").arg(&binary).arg(source)) {
        return Ok(Completion::ignored_with(reason));
    }
    let words = vec![binary.display().to_string(), "{port}".to_string()];
    play_commands(find("ex4").ok_or("there is no ex4")?, vec![(Role::Client, words)])
}

/// Runs a command to its end. The error says what went wrong, in one line.
fn run(command: &mut Command) -> Result<(), String> {
    let name = command.get_program().display().to_string();
    let output = command.output().map_err(|error| format!("{name}: {error}"))?;
    let errors = String::from_utf8_lossy(&output.stderr);
    let last = errors.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
    if output.status.success() { Ok(()) } else { Err(format!("{name} fails: {last}")) }
}

/// All checks of the step that give points, and are about these programs, must pass.
fn play_commands(
    step: &'static Step,
    commands: Vec<(Role, Vec<String>)>,
) -> Result<Completion, Failed> {
    let roles: Vec<Role> = commands.iter().map(|(role, _)| *role).collect();
    let cast = foreign_cast(step, &commands)?;
    // What goes beyond the handout, the bonus, is not asked of them.
    let is_asked =
        |check: &&Check| roles.contains(&check.role) && !check.is_bonus() && !check.is_only_ours;
    let checks = step.checks.iter().filter(is_asked);
    let checks: Vec<(&Cast, &'static Check)> = checks.map(|check| (&cast, check)).collect();
    let outcomes = play_all(&checks, SEED, step.port.is_some(), |_| {});
    let is_wrong = |outcome: &&Outcome| outcome.verdict != Verdict::Passes;
    let wrong: Vec<&Outcome> = outcomes.iter().filter(is_wrong).collect();
    let is_taken =
        |outcome: &&Outcome| outcome.verdict.message().contains("is taken; end the program");
    match &wrong[..] {
        [] => Ok(Completion::Completed),
        [first, ..] if wrong.iter().all(is_taken) => {
            Ok(Completion::ignored_with(first.verdict.message()))
        }
        wrong => {
            let tell = |outcome: &&Outcome| format!("{}\n", explain(outcome));
            Err(wrong.iter().map(tell).collect::<String>().into())
        }
    }
}

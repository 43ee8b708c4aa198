//! Every check against right programs in other styles and languages: a check that fails one of them asks for more
//! than its step does. The tests are named after the programs, as `plain::ex4::echoes_several_messages`.
//!
//! - `plain`: Rust programs in `foreign/rust`, with nothing of the helpers, judged like a student's own.
//! - `python`: programs in `foreign/python`, as students of the hand-outs write them. They have their ports
//!   in them, so no two that use the same port are played at once. Those of 2.2 and 2.3 need a package, which is
//!   installed under `target/`.
//! - `c`: a client whose output would come all at once at its end, if it did not run on a terminal.
//!
//! What a test needs and this machine does not have (Python, the package, a free port) is told by the ignored test.

use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use checker::course::step::{Check, Role, Step};
use checker::course::table::{self, STEPS};
use checker::desk::student::{casts, foreign_cast, programs};
use checker::judge::build::{self, Package};
use checker::judge::cast::Cast;
use checker::judge::judge::{self, Outcome, SIDE_BY_SIDE, Verdict};
use libtest_mimic::{Arguments, Completion, Failed, Trial};

const SEED: u64 = 1;

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

fn plain_trials() -> Vec<Trial> {
    let has_program = |program| build::root().join(Package::Plain.source(program)).exists();
    let steps =
        STEPS.iter().filter(|step| step.programs.iter().any(|program| has_program(program)));
    trials("plain", steps, |step| {
        let casts = PLAIN.as_ref()?;
        Ok(casts.iter().find(|cast| cast.step.id == step.id).ok_or("the step was not built")?)
    })
}

/// Built by whichever test needs them first, so that `--list` and a filter cost no build.
static PLAIN: LazyLock<Result<Vec<Cast>, String>> = LazyLock::new(|| {
    let steps: Vec<&'static Step> = STEPS.iter().collect();
    let builds = build::build(&programs(&steps, Package::Plain), false);
    let builds = builds.map_err(|error| format!("{error:#}"))?;
    Ok(casts(&steps, Package::Plain, &builds))
});

/// A test for each check of these steps, named after whose programs they are. `cast` says who plays.
fn trials(
    whose: &str,
    steps: impl Iterator<Item = &'static Step>,
    cast: fn(&Step) -> Result<&'static Cast, Failed>,
) -> Vec<Trial> {
    let mut trials = Vec::new();
    for step in steps {
        for check in step.checks {
            let name = format!("{whose}::{}::{}", step.id, check.id);
            trials.push(Trial::ignorable_test(name, move || play(cast(step)?, check)));
        }
    }
    trials
}

/// The programs are right, so every check must pass. A bonus may find nothing to check in them.
fn play(cast: &Cast, check: &Check) -> Result<Completion, Failed> {
    let outcome = judge::play(cast, check, SEED);
    match outcome.verdict {
        Verdict::Passes => Ok(Completion::Completed),
        Verdict::NotChecked if outcome.is_bonus => Ok(Completion::ignored_with(outcome.message)),
        _ => {
            let (verdict, message) = (outcome.verdict.word(), outcome.message.trim_end());
            Err(format!("{verdict}: {message}\n\n{}", outcome.transcript.plain()).into())
        }
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
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("python");
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
    let binary = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ex4_client_in_c");
    let source = root().join("tests/foreign/c/ex4_client.c");
    if let Err(reason) = run(Command::new(compiler).arg("-o").arg(&binary).arg(source)) {
        return Ok(Completion::ignored_with(reason));
    }
    let words = vec![binary.display().to_string(), "{port}".to_string()];
    play_commands(table::find("ex4").ok_or("there is no ex4")?, vec![(Role::Client, words)])
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
    let cast = foreign_cast(step, commands).map_err(|error| format!("{error:#}"))?;
    // What goes beyond the hand-out, the bonus, is not asked of them.
    let is_asked = |check: &&Check| roles.contains(&check.role) && !check.is_bonus();
    let checks = step.checks.iter().filter(is_asked);
    let checks: Vec<(&Cast, &Check)> = checks.map(|check| (&cast, check)).collect();
    let outcomes = judge::play_all(&checks, SEED, step.port.is_some(), |_| {});
    let is_wrong = |outcome: &&Outcome| outcome.verdict != Verdict::Passes;
    let wrong: Vec<&Outcome> = outcomes.iter().filter(is_wrong).collect();
    let is_taken = |outcome: &&Outcome| outcome.message.contains("is taken; end the program");
    match &wrong[..] {
        [] => Ok(Completion::Completed),
        [first, ..] if wrong.iter().all(is_taken) => {
            Ok(Completion::ignored_with(first.message.clone()))
        }
        wrong => {
            let tell = |outcome: &&Outcome| {
                let verdict = outcome.verdict.word();
                format!("{verdict}: {}\n\n{}\n", outcome.message, outcome.transcript.plain())
            };
            Err(wrong.iter().map(tell).collect::<String>().into())
        }
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

//! Every mistake of `tests/mistakes/` is caught: by the checks that it names, and by no others. What the
//! student would read is kept as a snapshot in `tests/mistakes/feedback/`.
//!
//! After a change that is meant: `INSTA_UPDATE=always cargo test --test mistakes`, and read what has changed.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{LazyLock, Mutex, PoisonError, RwLock};
use std::{fs, io, panic};

use checker::course::step::{Check, Role, Step};
use checker::course::table::{self, STEPS};
use checker::desk::student::{casts, programs};
use checker::judge::build::{self, Package};
use checker::judge::cast::{Cast, Launch};
use checker::judge::judge::{self, Outcome, Verdict};
use checker::report::terminal;
use libtest_mimic::{Arguments, Failed, Trial};

#[path = "mistakes/src/list/mod.rs"]
mod list;
use list::Mistake;

/// How many mistakes are played at a time. A check that fails mostly waits for what does not come.
const SIDE_BY_SIDE: usize = 24;

const SEED: u64 = 1;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(SIDE_BY_SIDE);
    colored::control::set_override(false);
    let mut mistakes: Vec<&Mistake> = list::all().collect();
    mistakes.reverse(); // the last steps take longest
    let trial = |mistake| {
        Trial::test(format!("mistakes::{}", Mistake::slug(mistake)), || is_caught(mistake))
    };
    let mut trials: Vec<Trial> = mistakes.into_iter().map(trial).collect();
    trials.push(Trial::test("every_check_catches_a_mistake", every_check_catches_a_mistake));
    trials.push(Trial::test("no_feedback_is_left_over", no_feedback_is_left_over));
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// The worked programs, and the binary with all wrong ones.
static BUILT: LazyLock<Result<(Vec<Cast>, PathBuf), String>> = LazyLock::new(|| {
    let steps: Vec<&'static Step> = STEPS.iter().collect();
    let built = build::build(&programs(&steps, Package::Solutions), false)
        .and_then(|builds| Ok((builds, build::build_binary("mistakes", "mistakes")?)));
    let (builds, binary) = built.map_err(|error| format!("{error:#}"))?;
    Ok((casts(&steps, Package::Solutions, &builds), binary))
});

/// The worked programs of the step.
fn worked_cast(step: &str) -> Result<&'static Cast, Failed> {
    let (casts, _) = BUILT.as_ref()?;
    Ok(casts.iter().find(|cast| cast.step.id == step).ok_or("there is no such step")?)
}

/// The step's programs: a wrong one, and the worked ones beside it.
fn cast_with(mistake: &Mistake) -> Result<Cast, Failed> {
    mistake.source(root())?; // else there would be nothing behind the link
    let mut cast = worked_cast(mistake.step())?.clone();
    let (_, binary) = BUILT.as_ref()?;
    let link = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mistakes").join(mistake.slug());
    link_to(binary, &link)?;
    cast.roles.insert(Role::of(mistake.program), Launch::Built(mistake.program, link));
    Ok(cast)
}

/// What comes of a check with the worked programs: played once, for all mistakes that are not about it.
fn outcome_of_worked(cast: &Cast, check: &'static Check) -> Result<Outcome, Failed> {
    static PLAYED: Mutex<BTreeMap<(&str, &str), Outcome>> = Mutex::new(BTreeMap::new());
    let key = (cast.step.id, check.name);
    let played = || PLAYED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(outcome) = played().get(&key) {
        return Ok(outcome.clone());
    }
    let outcome = judge::play(worked_cast(cast.step.id)?, check, SEED);
    Ok(played().entry(key).or_insert(outcome).clone())
}

fn link_to(binary: &Path, link: &Path) -> io::Result<()> {
    if fs::read_link(link).is_ok_and(|target| target == binary) {
        return Ok(());
    }
    fs::create_dir_all(link.parent().unwrap_or(link))?;
    let _ = fs::remove_file(link); // it may lead elsewhere
    symlink(binary, link)
}

/// Plays a mistake beside others and, if that does not come to what it should, once more alone. When so many
/// programs share the machine, a wrong one can look right: lines that come late make equal pauses look random.
fn is_caught(mistake: &Mistake) -> Result<(), Failed> {
    static PLAYING: RwLock<()> = RwLock::new(());
    let beside_others = PLAYING.read();
    if let Ok(Ok(())) = panic::catch_unwind(|| is_caught_now(mistake)) {
        return Ok(());
    }
    drop(beside_others);
    let _alone = PLAYING.write();
    println!("{} is played again, alone", mistake.slug());
    is_caught_now(mistake)
}

fn is_caught_now(mistake: &Mistake) -> Result<(), Failed> {
    let cast = cast_with(mistake)?;
    let is_played = |check: &Check| check.role == Role::of(mistake.program);
    let played = cast.step.checks.iter().filter(|check| is_played(check));
    let played: Vec<_> = played.map(|check| (&cast, check)).collect();
    let mut played = judge::play_all(&played, SEED, false, |_| ()).into_iter();
    let outcomes = cast.step.checks.iter().map(|check| match is_played(check) {
        true => Ok(played.next().ok_or("a check was not played")?),
        false => outcome_of_worked(&cast, check),
    });
    let outcomes: Result<Vec<Outcome>, Failed> = outcomes.collect();
    let outcomes = outcomes?;
    let outcomes: Vec<&Outcome> = outcomes.iter().collect();
    let feedback = terminal::step(cast.step, &outcomes, true);
    let failed = outcomes.iter().filter(|outcome| outcome.verdict == Verdict::Fails);
    let failed: BTreeSet<&str> = failed.map(|outcome| outcome.name).collect();
    let expected: BTreeSet<&str> = mistake.fails.iter().copied().collect();
    if failed != expected {
        let slipped = expected.difference(&failed).map(|name| format!("slipped through: {name}\n"));
        let surprised = failed.difference(&expected).map(|name| format!("failed too: {name}\n"));
        let differences: String = slipped.chain(surprised).collect();
        return Err(format!("{differences}\n{feedback}").into());
    }
    let feedback = terminal::step(cast.step, &outcomes, false);
    snapshot_settings().bind(|| insta::assert_snapshot!(mistake.slug(), feedback));
    Ok(())
}

fn snapshot_settings() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("mistakes/feedback");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    // What the system chooses, and what is measured.
    settings.add_filter(r"(127\.0\.0\.1|0\.0\.0\.0):\d+", "$1:[port]");
    settings.add_filter(r"--port \d+", "--port [port]");
    settings.add_filter(r"\[\d\d:\d\d:\d\d\]", "[time]");
    settings.add_filter(r"\[\d\d:\d\d\]", "[HH:MM]");
    // What a server logs of those who come and go: the last of it may come too late to be seen.
    settings.add_filter(r" +server +! (.* has (connected|come|left)|… and \d+ lines more)\n", "");
    // Which of a thousand lines it is that goes wrong.
    settings.add_filter(r"← .*\bline \d+ of .*", "← [a line]");
    settings.add_filter(r"\d+ ms", "[time]");
    settings.add_filter(r"\d\.\d\d\u{a0}s", "[time]");
    // How much was printed on and on, and what a server logged of a crowd: each time in another order.
    settings.add_filter(r"… and \d+ lines more", "… and [many] lines more");
    settings.add_filter(r"(?m)^  server  ! client .*\n", "");
    settings.add_filter(r"(?m)(^  server  ! .*\n){4,}", "  server  ! [log]\n");
    settings
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn every_check_catches_a_mistake() -> Result<(), Failed> {
    let mut names = BTreeSet::new();
    for mistake in list::all() {
        let step = table::find(mistake.step()).ok_or(format!("no step has {}", mistake.program))?;
        if !names.insert(mistake.slug()) {
            return Err(format!("two mistakes are called {}", mistake.slug()).into());
        }
        if mistake.fails.is_empty() {
            return Err(format!("{} is caught by no check", mistake.slug()).into());
        }
        for name in mistake.fails {
            if !step.checks.iter().any(|check| check.name == *name) {
                return Err(format!("{}: {} has no check {name:?}", mistake.slug(), step.id).into());
            }
        }
    }
    let mut missing = String::new();
    for step in STEPS {
        for check in step.checks {
            let catches = |mistake: &Mistake| {
                mistake.step() == step.id && mistake.fails.contains(&check.name)
            };
            if !list::all().any(catches) {
                missing.push_str(&format!("{}: no mistake fails {:?}\n", step.id, check.name));
            }
        }
    }
    if missing.is_empty() { Ok(()) } else { Err(missing.into()) }
}

fn no_feedback_is_left_over() -> Result<(), Failed> {
    let slugs: BTreeSet<String> = list::all().map(Mistake::slug).collect();
    for entry in fs::read_dir(root().join("tests/mistakes/feedback"))? {
        let name = entry?.file_name().display().to_string();
        if !slugs.contains(name.trim_end_matches(".new").trim_end_matches(".snap")) {
            return Err(format!("tests/mistakes/feedback/{name} belongs to no mistake").into());
        }
    }
    Ok(())
}

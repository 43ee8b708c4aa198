//! The programs of the course, cast for their roles, as tests play them: what `cargo test` needs to give its verdicts. It
//! stands by itself, since a students' edition of the course has those, and not the course's own tests.

use std::env;
use std::iter;
use std::process::ExitCode;
use std::sync::{LazyLock, OnceLock};

use checker::cli::choice;
use checker::cli::limits::limits_of_environment;
use checker::course::layout::{Package, hidden, target};
use checker::course::step::Step;
use checker::course::table::{self, STEPS};
use checker::judge::build;
use checker::judge::cast::{Cast, Sources};
use checker::judge::outcome::Outcome;
use checker::report::transcript;
use checker::sandbox::launcher;
use checker::sandbox::limits::Limits;
use checker::sandbox::protection::{Protection, Sandbox};
use checker::sandbox::turn::Turn;
use checker::stage::transcript::Transcript;
use checker::stage::words::any_seed;

/// To be called first in the `main` of a test that plays scenes: [`launcher::begin`], and programs are confined as far
/// as the system lets us.
pub fn begin() -> Option<ExitCode> {
    launcher::begin().or_else(|| {
        Protection::set_up(Sandbox::Auto, &[], &hidden());
        None
    })
}

/// Chooses what the environment chooses for `cargo step`: the language of the texts. Other tests are in English, whatever
/// it says.
///
/// # Errors
/// When there is nothing of the kind: in one line, what there is.
pub fn choose() -> Result<(), String> {
    choice(iter::empty()).set();
    table::begin()
}

/// The number that chooses the words of a run that is compared with nothing: that of CHATLINGS_SEED or, without it,
/// any.
///
/// # Errors
/// When CHATLINGS_SEED is not a number.
pub fn draw_seed() -> Result<u64, String> {
    match env::var("CHATLINGS_SEED") {
        Ok(seed) => seed.parse().map_err(|_| format!("CHATLINGS_SEED={seed:?} is not a number")),
        Err(_) => Ok(any_seed()),
    }
}

/// The programs of a step. All programs of a package are built when the first of them is asked for, so that
/// `--list` and a filter cost no build.
///
/// # Errors
/// When cargo cannot be run. What does not compile is known to the cast.
pub fn cast(package: Package, step: &Step) -> Result<&'static Cast, String> {
    type Casts = LazyLock<Result<Vec<Cast>, String>>;
    static EXERCISES: Casts = LazyLock::new(|| build_all(Package::Exercises));
    static SOLUTIONS: Casts = LazyLock::new(|| build_all(Package::Solutions));
    static PLAIN: Casts = LazyLock::new(|| build_all(Package::Plain));
    let casts = match package {
        Package::Exercises => &*EXERCISES,
        Package::Solutions => &*SOLUTIONS,
        Package::Plain => &*PLAIN,
    };
    let mut casts = casts.as_ref().map_err(String::clone)?.iter();
    casts.find(|cast| cast.step.id == step.id).ok_or(format!("{} was not built", step.id))
}

fn build_all(package: Package) -> Result<Vec<Cast>, String> {
    // Held to the end: what was built of the exercises is what is played.
    static TURN: OnceLock<Turn> = OnceLock::new();
    if package == Package::Exercises {
        let turn = Turn::take(&target().join("chatlings/turn"), || ());
        turn.into_iter().for_each(|turn| drop(TURN.set(turn)));
    }
    let steps: Vec<&'static Step> = STEPS.iter().collect();
    let sources = Sources::of(&steps, package);
    let builds = build::build(&sources.programs(), &limits()?, false, &|_| ());
    Ok(sources.cast(&builds.map_err(|error| format!("{error:#}"))?, &limits()?))
}

/// What programs may take, as the environment has it: a busy machine may set CHATLINGS_PATIENCE.
fn limits() -> Result<Limits, String> {
    limits_of_environment().map_err(|error| error.to_string())
}

/// The transcript as text.
pub fn plain(transcript: &Transcript) -> String {
    transcript::plain(transcript)
}

/// The verdict, why, and what happened.
pub fn explain(outcome: &Outcome) -> String {
    let (verdict, message) = (outcome.verdict.word(), outcome.verdict.message());
    let mut text = format!("{}: {verdict}: {}\n", outcome.check.id, message.trim_end());
    if !outcome.transcript.is_empty() {
        text += &format!("\n{}", plain(&outcome.transcript));
    }
    text
}

//! All that the tests use of the checker, in one place.

use std::path::PathBuf;
use std::sync::LazyLock;

use checker::desk::student::{casts, programs};
use checker::judge::build;

pub use checker::course::starter::Starter;
pub use checker::course::step::{Check, Role, Step};
pub use checker::course::table::{STEPS, find};
pub use checker::desk::student::foreign_cast;
pub use checker::judge::build::{Package, build_binary};
pub use checker::judge::cast::{Cast, Launch};
pub use checker::judge::judge::{Outcome, SIDE_BY_SIDE, Verdict, play, play_all};
pub use checker::stage::board::call;

/// Chooses the words of every scene that is compared with a snapshot.
pub const SEED: u64 = 1;

/// The programs of all steps, with their steps.
pub fn all_programs() -> impl Iterator<Item = (&'static Step, &'static str)> {
    STEPS.iter().flat_map(|step| step.programs.iter().map(move |program| (step, *program)))
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
    let steps: Vec<&'static Step> = STEPS.iter().collect();
    let builds = build::build(&programs(&steps, package), false);
    Ok(casts(&steps, package, &builds.map_err(|error| format!("{error:#}"))?))
}

/// Where the binary of a reference solution is, once it is built: that of a step's program, or of another one in
/// `solutions`.
///
/// # Panics
/// When it does not compile.
pub fn reference(program: &'static str) -> PathBuf {
    let step = all_programs().find(|(_, other)| *other == program);
    let Some((step, _)) = step else {
        return build_binary("solutions", &Package::Solutions.binary(program))
            .expect("it compiles");
    };
    let cast = cast(Package::Solutions, step).expect("cargo runs");
    match &cast.roles[&Role::of(program)] {
        Launch::Built(_, path) => path.clone(),
        other => panic!("{program}: {other:?}"),
    }
}

/// The verdict, why, and what happened.
pub fn explain(outcome: &Outcome) -> String {
    let (verdict, message) = (outcome.verdict.word(), outcome.message.trim_end());
    let mut text = format!("{}: {verdict}: {message}\n", outcome.id);
    if !outcome.transcript.is_empty() {
        text += &format!("\n{}", outcome.transcript.plain());
    }
    text
}

//! Every check against right programs in other styles and languages: a check that fails one of them asks for more
//! than its step does. The tests are named after the programs, as `plain::ex4::echoes_several_messages`.
//!
//! - `plain`: Rust programs in `foreign/rust`, with nothing of the helpers, judged like a student's own.

use std::process::ExitCode;
use std::sync::LazyLock;

use checker::cargo::{self, Package};
use checker::cast::Cast;
use checker::commands::{casts, programs};
use checker::course::{Check, Step};
use checker::judge::{self, Verdict};
use checker::steps::STEPS;
use libtest_mimic::{Arguments, Completion, Failed, Trial};

/// How many are played at a time. They mostly wait, so more than there are cores.
const SIDE_BY_SIDE: usize = 8;

const SEED: u64 = 1;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(SIDE_BY_SIDE);
    libtest_mimic::run(&arguments, plain_trials()).exit_code()
}

fn plain_trials() -> Vec<Trial> {
    let has_program = |program| cargo::root().join(Package::Plain.source(program)).exists();
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
    let builds = cargo::build(&programs(&steps, Package::Plain), false);
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
            let name = format!("{whose}::{}::{}", step.id, check.slug());
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

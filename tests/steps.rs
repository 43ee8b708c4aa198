//! Every check, once against the worked programs and once against the exercises, as tests named
//! `solutions::ex4::echoes_several_messages` and `exercises::ex4::echoes_several_messages`.
//!
//! A check that reaches a `todo!()` is ignored, with the spot as the reason.

use std::process::ExitCode;
use std::sync::LazyLock;

use checker::course::step::{Check, Step};
use checker::course::table::STEPS;
use checker::desk::student::{casts, programs};
use checker::judge::build::{self, Builds, Package};
use checker::judge::cast::Cast;
use checker::judge::judge::{self, Outcome, SIDE_BY_SIDE, Verdict};
use libtest_mimic::{Arguments, Completion, Failed, Trial};

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(SIDE_BY_SIDE);
    let mut trials = Vec::new();
    for package in [Package::Solutions, Package::Exercises] {
        for step in STEPS {
            for check in step.checks {
                let name = format!("{}::{}::{}", package.name(), step.id, check.id);
                trials.push(Trial::ignorable_test(name, move || run(package, step, check)));
            }
        }
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Built by whichever test needs them first, so that `--list` and a filter cost no build.
static SOLUTIONS: LazyLock<Result<Vec<Cast>, String>> = LazyLock::new(|| build(Package::Solutions));
static EXERCISES: LazyLock<Result<Vec<Cast>, String>> = LazyLock::new(|| build(Package::Exercises));

fn build(package: Package) -> Result<Vec<Cast>, String> {
    let steps: Vec<&'static Step> = STEPS.iter().collect();
    let builds: Builds =
        build::build(&programs(&steps, package), false).map_err(|error| format!("{error:#}"))?;
    Ok(casts(&steps, package, &builds))
}

fn run(package: Package, step: &Step, check: &Check) -> Result<Completion, Failed> {
    let casts = match package {
        Package::Exercises => &*EXERCISES,
        _ => &*SOLUTIONS,
    };
    let casts = casts.as_ref()?;
    let cast = casts.iter().find(|cast| cast.step.id == step.id).ok_or("the step was not built")?;
    let outcome = judge::play(cast, check, 1);
    match outcome.verdict {
        Verdict::Passes => Ok(Completion::Completed),
        Verdict::ToDo if package == Package::Exercises => {
            Ok(Completion::ignored_with(outcome.message))
        }
        Verdict::Fails if package == Package::Exercises && outcome.is_bonus => {
            Ok(Completion::ignored_with(format!("bonus: {}", outcome.message)))
        }
        Verdict::NotChecked => Ok(Completion::ignored_with(outcome.message)),
        _ => Err(explain(step, &outcome).into()),
    }
}

/// What a grader needs to explain the verdict.
fn explain(step: &Step, outcome: &Outcome) -> String {
    let (verdict, message) = (outcome.verdict.word(), outcome.message.trim_end());
    let mut text = format!("{verdict}: {message}\n");
    if !outcome.transcript.is_empty() {
        text.push_str(&format!("\n{}", outcome.transcript.plain()));
    }
    if outcome.verdict == Verdict::Fails {
        text.push_str(&format!("Look at {}\n{}\n", outcome.look, step.hints[0]));
    }
    text
}

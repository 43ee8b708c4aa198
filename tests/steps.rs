//! Every check, once against the exercises and once against the reference solutions, as tests named
//! `exercises::ex4::echoes_several_messages` and, where these are here, `solutions::ex4::echoes_several_messages`.
//!
//! A check that reaches a `todo!()` is ignored, with the spot as the reason. The words that are said are drawn by a
//! number that is another one each time; with `CHATLINGS_SEED`, it is that one. `CHATLINGS_LANGUAGE` chooses the language
//! of hints and advice.

use std::process::ExitCode;

use checker::course::advice::look_at;
use checker::course::layout::{Package, has_solutions};
use checker::course::step::{Check, Step};
use checker::course::table::STEPS;
use checker::judge::judge::{SIDE_BY_SIDE, play};
use checker::judge::outcome::{Outcome, Verdict};
use checker::sandbox::ending::end_everything;
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use verdicts::{begin, cast, choose, draw_seed, explain};

fn main() -> ExitCode {
    if let Some(failed) = begin() {
        return failed;
    }
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(SIDE_BY_SIDE);
    let seed = match choose().and_then(|()| draw_seed()) {
        Ok(seed) => seed,
        Err(message) => {
            eprintln!("error: {message}");
            return ExitCode::from(2);
        }
    };
    if !arguments.list {
        eprintln!("The words are drawn by CHATLINGS_SEED={seed}.");
    }
    let mut trials = Vec::new();
    for package in [Package::Exercises, Package::Solutions] {
        // In a students' edition of the course, there may be no reference solutions.
        let is_here = |step: &&Step| package == Package::Exercises || has_solutions(step);
        for step in STEPS.iter().filter(is_here) {
            for check in step.checks {
                let name = format!("{}::{}::{}", package.name(), step.id, check.id);
                trials.push(Trial::ignorable_test(name, move || run(package, step, check, seed)));
            }
        }
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    end_everything(); // what programs have left behind
    conclusion.exit_code()
}

fn run(
    package: Package,
    step: &Step,
    check: &'static Check,
    seed: u64,
) -> Result<Completion, Failed> {
    let outcome = play(cast(package, step)?, check, seed);
    outcome.warnings.iter().for_each(|warning| eprintln!("warning: {warning}"));
    let is_students = package == Package::Exercises;
    // With CHATLINGS_STRICT=1, what is short of full points fails: also what is to do.
    let is_strict = is_students && !check.is_bonus() && is_strict();
    let message = outcome.verdict.message();
    match outcome.verdict {
        Verdict::Passes => Ok(Completion::Completed),
        _ if is_strict => Err(advise(package, step, &outcome, seed).into()),
        Verdict::ToDo(_) if is_students => Ok(Completion::ignored_with(message)),
        Verdict::Fails { .. } if is_students && check.is_bonus() => {
            Ok(Completion::ignored_with(format!("bonus: {message}")))
        }
        Verdict::NotChecked(_) => {
            let line = message.lines().next().unwrap_or_default();
            Ok(Completion::ignored_with(line.to_string()))
        }
        _ => Err(advise(package, step, &outcome, seed).into()),
    }
}

fn is_strict() -> bool {
    std::env::var("CHATLINGS_STRICT")
        .is_ok_and(|value| !["", "0", "false"].contains(&value.as_str()))
}

/// What a grader needs to explain the verdict.
fn advise(package: Package, step: &Step, outcome: &Outcome, seed: u64) -> String {
    let explained = explain(outcome);
    let solutions = if package == Package::Solutions { " --solutions" } else { "" };
    let again =
        format!("cargo step check {} {}{solutions} --seed {seed}", step.id, outcome.check.id);
    match &outcome.verdict {
        Verdict::Fails { look, .. } => {
            let look = if look.is_empty() { String::new() } else { format!("{}\n", look_at(look)) };
            format!("{explained}{look}{}\nTo play it again: {again}\n", step.hints[0])
        }
        Verdict::CheckerFault(_) => {
            let fault = "This is a mistake of the checker, and does not count.";
            format!("{explained}\n{fault}\nTo play it again: {again}\n")
        }
        _ => explained,
    }
}

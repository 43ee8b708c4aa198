//! What a student asks for: the list of steps, checks, scenes of finished programs, hints.
//!
//! Each of these is one line of thought: what is wanted, what is built for it, what is played, and the text that
//! comes of it.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result};
use colored::Colorize;
use colored::control::SHOULD_COLORIZE;

use crate::course::helpers;
use crate::course::layout::Package;
use crate::course::starter::Starter;
use crate::course::step::Step;
use crate::course::table::STEPS;
use crate::desk::standing;
use crate::desk::work::Work;
use crate::judge::cast::{self, Cast, Commands, Sources};
use crate::judge::judge;
use crate::judge::outcome::{Outcome, StepResult, Verdict};
use crate::judge::probe;
use crate::report::again::Again;
use crate::report::json;
use crate::report::terminal::{Ending, Next, Terminal, Untouched};
use crate::sandbox::limits::Limits;
use crate::stage::launch::Launch;
use crate::stage::words::any_seed;

/// What is answered: a text for stdout, and an exit status.
#[derive(Debug)]
pub struct Answer {
    /// All that is printed.
    pub text: String,
    /// What the person should know besides.
    pub warnings: Vec<String>,
    /// 0 nothing failed, 1 a check failed or did not compile, 3 the checker could not do its work.
    pub status: u8,
}

/// What `check` is asked for.
#[derive(Debug)]
pub struct Wanted {
    /// The steps to check, in the order of the course.
    pub steps: Vec<&'static Step>,
    /// Whether they were named, rather than all.
    pub are_named: bool,
    /// A part of the name of the checks that are wanted of the one step; none: all.
    pub only: Option<String>,
    /// Whose programs.
    pub programs: Programs,
    /// Whether one JSON document is wanted.
    pub is_json: bool,
    /// Whether another program waits for it, which is told in lines what is being done.
    pub is_told_in_lines: bool,
    /// Whether anything short of full points is a failure.
    pub is_strict: bool,
    /// The number that chooses the words; none: any.
    pub seed: Option<u64>,
    /// The options that were given, to be given again.
    pub options: Vec<String>,
    /// What programs may take.
    pub limits: Limits,
    /// How results are shown.
    pub terminal: Terminal,
}

impl Wanted {
    fn work(&self) -> Work {
        match self.is_told_in_lines {
            true => Work::for_a_program(),
            false => Work::for_a_person(!self.is_json && SHOULD_COLORIZE.should_colorize()),
        }
    }
}

/// Whose programs are checked.
#[derive(Debug)]
pub enum Programs {
    /// The student's.
    Exercises,
    /// The reference solutions.
    Solutions,
    /// Commands in any language, for one step.
    Commands(Commands),
}

/// All steps, and where the student stands.
pub fn list(terminal: &Terminal) -> Answer {
    Answer { text: terminal.list(&standing::all()), warnings: Vec::new(), status: 0 }
}

/// The hint of this number, from 0; the last one if there are fewer.
pub fn hint(step: &Step, number: usize, terminal: &Terminal) -> Answer {
    let count = step.hints.len();
    let text = match number < count {
        true => terminal.hint(step, number),
        false => {
            let hint = terminal.hint(step, count.saturating_sub(1));
            format!("{} has {count} hints; this is the last one.\n{hint}", step.id)
        }
    };
    Answer { text, warnings: Vec::new(), status: 0 }
}

/// Plays the scenes of these steps with the reference solutions.
///
/// # Errors
/// When cargo cannot be started.
pub fn demo(steps: &[&'static Step], limits: &Limits, terminal: &Terminal) -> Result<Answer> {
    let sources = Sources::of(steps, Package::Solutions);
    let work = Work::for_a_person(false);
    let casts = sources.cast(&work.build(&sources.programs(), limits)?, limits);
    let results = work.play(&casts, rand::random());
    let mut text = String::new();
    for result in &results {
        text += &format!("{}\n\n", result.step.title.bold());
        for outcome in &result.outcomes {
            text += &format!("{}\n", terminal.transcript(&outcome.transcript));
        }
    }
    Ok(Answer { text, warnings: warnings_of(&results), status: status_of(&results) })
}

/// Builds one of the student's programs, and becomes it. Returns only if that cannot be.
///
/// # Errors
/// When cargo or the program cannot be started.
pub fn try_out(program: &str, arguments: &[OsString], limits: &Limits) -> Result<Answer> {
    let is_colored = SHOULD_COLORIZE.should_colorize();
    let mut programs = STEPS.iter().flat_map(|step| step.programs);
    let program = programs.find(|other| **other == program).context("there is no such program")?;
    let work = Work::for_a_person(is_colored);
    let turn = work.take_turn();
    let mut builds = work.build(&[(Package::Exercises, program)], limits)?;
    drop(turn);
    let built = builds.remove(&(Package::Exercises, program)).context("it was not built")?;
    eprint!("{}", built.warnings);
    match built.launch {
        Launch::Built(_, path) => {
            let error = Command::new(&path).args(arguments).exec();
            Err(error).with_context(|| format!("cannot start {}", path.display()))
        }
        Launch::Broken(errors) | Launch::Missing(errors) => {
            eprintln!("{}", errors.trim_end());
            Ok(Answer { text: String::new(), warnings: Vec::new(), status: 1 })
        }
        Launch::Command(_) => unreachable!("what is built is no command"),
    }
}

/// Checks programs.
///
/// # Errors
/// When cargo cannot be started. Where one JSON document is wanted, that is said in it.
pub fn check(wanted: &Wanted) -> Result<Answer> {
    match check_all(wanted) {
        Err(error) if wanted.is_json => {
            let text = json::error(&format!("{error:#}"))?;
            Ok(Answer { text, warnings: Vec::new(), status: 3 })
        }
        other => other,
    }
}

fn check_all(wanted: &Wanted) -> Result<Answer> {
    let began = Instant::now();
    let seed = wanted.seed.unwrap_or_else(any_seed);
    let is_students = matches!(wanted.programs, Programs::Exercises);
    let _turn = is_students.then(|| wanted.work().take_turn());
    let Prepared { mut casts, untouched } = prepare(wanted, seed)?;
    if let Some(part) = &wanted.only {
        casts.iter_mut().for_each(|cast| cast.checks.retain(|check| check.is_called(part)));
    }
    casts.iter_mut().for_each(|cast| probe::find_out(cast, seed));
    let results = wanted.work().play(&casts, seed);
    let is_where_they_stand = is_students && wanted.only.is_none();
    if is_where_they_stand {
        standing::keep(&results);
    }
    let changed_helpers = match wanted.programs {
        Programs::Exercises | Programs::Solutions => helpers::changed(),
        Programs::Commands(_) => Vec::new(),
    };
    let compiler_warnings = match wanted.steps.len() {
        1 if casts.iter().all(Cast::compiles) => {
            casts.iter().flat_map(|cast| cast.warnings.clone()).collect()
        }
        _ => Vec::new(), // there would be too many, or there is an error, which comes first
    };
    let is_one = is_where_they_stand && results.len() == 1;
    let ending = Ending {
        again: Again { options: wanted.options.clone(), only: wanted.only.clone(), seed },
        summed: &wanted.steps,
        next: is_one.then(|| standing::first_incomplete().map_or(Next::Nothing, Next::Step)),
        so_far: is_one.then(standing::sum),
        hinted: is_students.then(standing::hinted),
        changed_helpers: &changed_helpers,
    };
    let text = match wanted.is_json {
        true => json::document(
            &results,
            seed,
            &wanted.limits,
            began.elapsed(),
            &changed_helpers,
            &compiler_warnings,
        )?,
        false => wanted.terminal.check(&compiler_warnings, &untouched, &results, &ending),
    };
    if is_students && !wanted.is_json {
        standing::note_hints(&results);
    }
    let is_short = !untouched.is_empty() || !results.iter().all(StepResult::is_passed);
    let status = match status_of(&results) {
        0 => u8::from(wanted.is_strict && is_short),
        other => other,
    };
    let finished = untouched.iter().filter_map(|step| step.finished.as_ref());
    let mut warnings = warnings_of(&results);
    warnings.extend(finished.flat_map(|outcome| outcome.warnings.clone()));
    Ok(Answer { text, warnings, status })
}

/// What is ready to be played, and what is only shown.
struct Prepared {
    casts: Vec<Cast>,
    untouched: Vec<Untouched>,
}

/// Builds what is wanted. A step of the student's that is untouched is shown rather than checked, with a finished run
/// that is played for it.
fn prepare(wanted: &Wanted, seed: u64) -> Result<Prepared> {
    let (steps, limits, work) = (&wanted.steps[..], &wanted.limits, wanted.work());
    let package = match &wanted.programs {
        Programs::Commands(commands) => {
            let step = steps[0];
            let builds = work.build(&cast::helpers_of(step), limits)?;
            let casts = vec![cast::of_commands(step, commands, &builds, limits)];
            return Ok(Prepared { casts, untouched: Vec::new() });
        }
        Programs::Exercises => Package::Exercises,
        Programs::Solutions => Package::Solutions,
    };
    let is_shown = |step: &&&'static Step| {
        let may_be_shown = !wanted.is_json && wanted.only.is_none();
        package == Package::Exercises && may_be_shown && standing::is_untouched(step)
    };
    let untouched: Vec<&'static Step> = steps.iter().filter(is_shown).copied().collect();
    let (sources, solutions) =
        (Sources::of(steps, package), Sources::of(&untouched, Package::Solutions));
    let mut programs = sources.programs();
    if wanted.are_named {
        programs.extend(solutions.programs());
    }
    let builds = work.build(&programs, limits)?;
    let is_untouched =
        |cast: &Cast| cast.compiles() && untouched.iter().any(|step| step.id == cast.step.id);
    let (shown, casts): (Vec<Cast>, Vec<Cast>) =
        sources.cast(&builds, limits).into_iter().partition(is_untouched);
    let finished = solutions.cast(&builds, limits);
    let show = |cast: Cast| {
        let solution = finished.iter().find(|solution| solution.step.id == cast.step.id);
        let solution = solution.filter(|_| wanted.are_named);
        Untouched {
            step: cast.step,
            tasks: cast.step.programs.iter().map(|program| task_of(program)).collect(),
            finished: solution.map(|cast| judge::play(cast, &cast.step.checks[0], seed)),
        }
    };
    Ok(Prepared { casts, untouched: shown.into_iter().map(show).collect() })
}

/// The file of an exercise, and its task.
fn task_of(program: &str) -> (String, String) {
    let file = Package::Exercises.source(program).display().to_string();
    (file, Starter::handed_out(program).task())
}

fn outcomes(results: &[StepResult]) -> impl Iterator<Item = &Outcome> {
    results.iter().flat_map(|result| &result.outcomes)
}

fn warnings_of(results: &[StepResult]) -> Vec<String> {
    outcomes(results).flat_map(|outcome| outcome.warnings.clone()).collect()
}

fn status_of(results: &[StepResult]) -> u8 {
    let is_fault = |outcome: &Outcome| matches!(outcome.verdict, Verdict::CheckerFault(_));
    if outcomes(results).any(is_fault) {
        return 3;
    }
    u8::from(outcomes(results).any(Outcome::is_failure))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::stage::stop::Failure;
    use crate::stage::transcript::Transcript;

    fn status(verdicts: &[Verdict]) -> u8 {
        let outcome = |verdict: &Verdict| Outcome {
            check: &STEPS[0].checks[0],
            verdict: verdict.clone(),
            is_bonus: false,
            max: 1.0,
            transcript: Transcript::new(String::new()),
            took: Duration::ZERO,
            lacked_room: false,
            warnings: Vec::new(),
        };
        let outcomes = verdicts.iter().map(outcome).collect();
        let (framings, fingerprint) = (Vec::new(), String::new());
        status_of(&[StepResult { step: &STEPS[0], outcomes, framings, fingerprint }])
    }

    #[test]
    fn a_fault_of_the_checker_has_an_exit_status_of_its_own() {
        let fails = Verdict::Fails { failure: Failure::of("server", ""), look: String::new() };
        let fault = Verdict::CheckerFault(String::new());
        assert_eq!(status(&[Verdict::Passes]), 0);
        assert_eq!(status(&[Verdict::Passes, Verdict::NotChecked(String::new())]), 0);
        assert_eq!(status(&[Verdict::Passes, fails.clone()]), 1);
        assert_eq!(status(&[fails, fault]), 3);
    }
}

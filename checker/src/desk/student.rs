//! What a student asks for: the list of steps, checks, scenes of finished programs, hints.
//!
//! Each of these is one line of thought: what is wanted, what is built for it, what is played, and the text that
//! comes of it.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::process::Command;

use anyhow::{Context, Result};
use colored::Colorize;

use crate::course::layout::{Package, has_solutions};
use crate::course::step::Step;
use crate::course::table::STEPS;
use crate::desk::answer::{Answer, status_of, warnings_of};
use crate::desk::recorded;
use crate::desk::refusal::Refusal;
use crate::desk::run::{Manner, Played, Run};
use crate::desk::standing;
use crate::desk::work::Work;
use crate::judge::cast::Sources;
use crate::report::json;
use crate::report::terminal::{RECORDED, Terminal};
use crate::sandbox::limits::Limits;
use crate::stage::launch::Launch;

/// What `check` is asked for.
#[derive(Debug)]
pub struct Wanted {
    /// What is to be played.
    pub run: Run,
    /// Whether one JSON document is wanted.
    pub is_json: bool,
    /// Whether another program waits for it, which is told in lines what is being done.
    pub is_told_in_lines: bool,
    /// Whether anything short of full points is a failure.
    pub is_strict: bool,
    /// How results are shown.
    pub terminal: Terminal,
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

/// Plays the scenes of these steps with the reference solutions. Of a step whose reference solutions are not here, shows
/// how they were played once.
///
/// # Errors
/// When cargo cannot be started.
pub fn demo(steps: &[&'static Step], limits: &Limits, terminal: &Terminal) -> Result<Answer> {
    let played: Vec<&'static Step> =
        steps.iter().copied().filter(|step| has_solutions(step)).collect();
    let sources = Sources::of(&played, Package::Solutions);
    let work = Work::for_a_person(false);
    let casts = sources.cast(&work.build(&sources.programs(), limits)?, limits);
    let results = work.play(&casts, rand::random());
    let mut text = String::new();
    for step in steps {
        text += &format!("{}\n\n", step.title.bold());
        let transcripts = match results.iter().find(|result| result.step.id == step.id) {
            Some(result) => {
                result.outcomes.iter().map(|outcome| outcome.transcript.clone()).collect()
            }
            None => {
                text += &format!("{}\n\n", format!("Each run is shown {RECORDED}.").dimmed());
                recorded::transcripts(step)
            }
        };
        for transcript in &transcripts {
            text += &format!("{}\n", terminal.transcript(transcript));
        }
    }
    Ok(Answer { text, warnings: warnings_of(&results), status: status_of(&results) })
}

/// Builds one of the student's programs, and becomes it. Returns only if that cannot be.
///
/// # Errors
/// When cargo or the program cannot be started.
pub fn try_out(program: &str, arguments: &[OsString], limits: &Limits) -> Result<Answer> {
    let is_colored = colored::control::SHOULD_COLORIZE.should_colorize();
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
        Launch::Command(_) => unreachable!("what is built is not a command"),
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
            let status = if error.is::<Refusal>() { 2 } else { 3 };
            Ok(Answer { text, warnings: Vec::new(), status })
        }
        other => other,
    }
}

fn check_all(wanted: &Wanted) -> Result<Answer> {
    let is_colored = !wanted.is_json && colored::control::SHOULD_COLORIZE.should_colorize();
    let work = match wanted.is_told_in_lines {
        true => Work::for_a_program(),
        false => Work::for_a_person(is_colored),
    };
    let played = wanted.run.play(Manner { shows_untouched: !wanted.is_json, work })?;
    let Played { results, untouched, changed_helpers, compiler_warnings, .. } = &played;
    let (limits, ending) = (&wanted.run.limits, played.ending(&wanted.run));
    let text = match wanted.is_json {
        true => json::document(
            results,
            played.seed,
            limits,
            played.took,
            changed_helpers,
            compiler_warnings,
            &played.protection,
        )?,
        false => {
            let text = wanted.terminal.check(compiler_warnings, untouched, results, &ending);
            let protection = played.protection_in_a_line(&wanted.run);
            text + if protection.is_empty() { "" } else { "\n" } + &protection
        }
    };
    if !wanted.is_json {
        played.note_hints();
    }
    let status = match played.status() {
        0 => u8::from(wanted.is_strict && played.is_short()),
        other => other,
    };
    Ok(Answer { text, warnings: played.warnings(), status })
}

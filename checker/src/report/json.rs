//! What `--json` prints: one document. Keys are only ever added.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use crate::course::step::Visibility;
use crate::judge::outcome::{Outcome, StepResult};
use crate::report::transcript;
use crate::sandbox::limits::{self, MIB};
use crate::sandbox::protection::Protection;

#[derive(Serialize)]
struct Document<'a> {
    steps: Vec<Step<'a>>,
    seed: u64,
    points: f64,
    max: u32,
    open: f64, // of checks that were not checked
    seconds: f64,
    version: &'a str, // of the course
    changed_helpers: &'a [String],
    compiler_warnings: &'a [String], // about the programs of one step
    limits: Limits,
    protection: String, // what was in force between the programs and the machine
}

#[derive(Serialize)]
struct Step<'a> {
    id: &'a str,
    title: &'a str,
    points: f64,
    max: u32,
    open: f64,
    pair: bool, // server and client together
    checks: Vec<Check<'a>>,
    hints: &'a [&'a str],
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    framing: BTreeMap<&'a str, &'a str>, // of commands, by role, in a step that has frames
}

#[derive(Serialize)]
struct Check<'a> {
    id: &'a str,
    name: &'a str,
    role: &'a str,
    verdict: &'a str,
    points: f64,
    max: f64,
    bonus: bool,
    #[serde(skip_serializing_if = "is_none")]
    extra: u32, // what it can give on top of the step's points
    #[serde(skip_serializing_if = "Option::is_none")]
    visibility: Option<Visibility>, // in a gradebook
    message: String,
    advice: &'a str, // where to look
    transcript: String,
    warnings: &'a [String],
    seconds: f64,
}

/// As the options of `check` have them.
#[derive(Serialize)]
struct Limits {
    patience: f64,
    max_seconds: u64,
    max_output: u64,
    max_memory: u64,
    max_disk: u64,
    max_processes: u64,
    max_files: u64,
    max_build_seconds: u64,
    max_build_memory: u64,
}

#[derive(Serialize)]
struct Error<'a> {
    error: &'a str,
}

/// All results, with what is needed to play them again: the seed, the limits, the version of the course.
///
/// # Errors
/// None of these values can fail to be written.
pub fn document(
    results: &[StepResult],
    seed: u64,
    limits: &limits::Limits,
    took: Duration,
    changed_helpers: &[String],
    compiler_warnings: &[String],
    protection: &Protection,
) -> serde_json::Result<String> {
    let sum = |of: fn(&StepResult) -> f64| results.iter().fold(0.0, |sum, result| sum + of(result));
    text_of(&Document {
        steps: results.iter().map(step).collect(),
        seed,
        points: sum(StepResult::points),
        max: results.iter().map(|result| result.step.points).sum(),
        open: sum(StepResult::open_points),
        seconds: in_seconds(took),
        version: env!("CARGO_PKG_VERSION"),
        changed_helpers,
        compiler_warnings,
        limits: Limits {
            patience: limits.patience,
            max_seconds: limits.scene.as_secs(),
            max_output: limits.output / MIB,
            max_memory: limits.memory / MIB,
            max_disk: limits.disk / MIB,
            max_processes: limits.processes,
            max_files: limits.files,
            max_build_seconds: limits.build.as_secs(),
            max_build_memory: limits.build_memory / MIB,
        },
        protection: protection.to_string(),
    })
}

/// The document where there are no results, since the checker could not do its work.
///
/// # Errors
/// A text cannot fail to be written.
pub fn error(error: &str) -> serde_json::Result<String> {
    text_of(&Error { error })
}

fn text_of(document: &impl Serialize) -> serde_json::Result<String> {
    Ok(format!("{}\n", serde_json::to_string_pretty(document)?))
}

fn step(result: &StepResult) -> Step<'_> {
    let step = result.step;
    Step {
        id: step.id,
        title: step.title,
        points: result.points(),
        max: step.points,
        open: result.open_points(),
        pair: result.is_pair(),
        checks: result.outcomes.iter().map(check).collect(),
        hints: step.hints,
        framing: result
            .framings
            .iter()
            .map(|(role, framed)| (role.word(), framed.framing.word()))
            .collect(),
    }
}

fn check(outcome: &Outcome) -> Check<'_> {
    Check {
        id: outcome.check.id,
        name: outcome.check.name,
        role: outcome.role().word(),
        verdict: outcome.verdict.word(),
        points: outcome.points(),
        max: outcome.max,
        bonus: outcome.is_bonus,
        extra: outcome.check.extra,
        visibility: outcome.check.visibility,
        message: outcome.verdict.message(),
        advice: outcome.look(),
        transcript: transcript::plain(&outcome.transcript),
        warnings: &outcome.warnings,
        seconds: in_seconds(outcome.took),
    }
}

fn is_none(points: &u32) -> bool {
    *points == 0
}

/// In seconds, to a thousandth.
pub fn in_seconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1000.0).round() / 1000.0
}

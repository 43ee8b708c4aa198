//! What `--json` prints: one document. Keys are only ever added.

use serde::Serialize;

use crate::judge::outcome::{Outcome, StepResult};
use crate::report::terminal;

#[derive(Serialize)]
struct Document<'a> {
    steps: Vec<Step<'a>>,
    seed: u64,
}

#[derive(Serialize)]
struct Step<'a> {
    id: &'a str,
    title: &'a str,
    points: f64,
    max: u32,
    checks: Vec<Check<'a>>,
}

#[derive(Serialize)]
struct Check<'a> {
    id: &'a str,
    name: &'a str,
    verdict: &'a str,
    points: f64,
    max: f64,
    bonus: bool,
    message: String,
    transcript: String,
}

/// All results, with the seed that plays the same words again.
///
/// # Errors
/// None of these values can fail to be written.
pub fn document(results: &[StepResult], seed: u64) -> serde_json::Result<String> {
    let steps = results.iter().map(step).collect();
    Ok(format!("{}\n", serde_json::to_string_pretty(&Document { steps, seed })?))
}

fn step(result: &StepResult) -> Step<'_> {
    let step = result.step;
    Step {
        id: step.id,
        title: step.title,
        points: result.points(),
        max: step.points,
        checks: result.outcomes.iter().map(check).collect(),
    }
}

fn check(outcome: &Outcome) -> Check<'_> {
    Check {
        id: outcome.check.id,
        name: outcome.check.name,
        verdict: outcome.verdict.word(),
        points: outcome.points(),
        max: outcome.max,
        bonus: outcome.check.is_bonus(),
        message: outcome.verdict.message(),
        transcript: terminal::plain(&outcome.transcript),
    }
}

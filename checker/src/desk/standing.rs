//! Where a student stands: the result of the last check of each step, kept in the target folder.

use std::io::Write;
use std::path::PathBuf;
use std::{fs, io};

use serde_json::{Map, Value, json};
use tempfile::NamedTempFile;

use crate::course::layout::{Package, fingerprint, kept};
use crate::course::starter::Starter;
use crate::course::step::Step;
use crate::course::table::STEPS;
use crate::judge::outcome::{StepResult, Verdict};
use crate::report::terminal::points_in_words;

fn path() -> PathBuf {
    kept("standing.json")
}

fn read() -> Map<String, Value> {
    // Missing or damaged, it is as good as empty: the next check writes it anew.
    let text = fs::read_to_string(path()).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

/// Keeps the results of a check of the student's programs. It is a convenience: a folder that cannot be
/// written to harms nothing.
pub fn keep(results: &[StepResult]) {
    let mut standings = read();
    for result in results {
        let standing = json!({ "fingerprint": result.fingerprint, "points": result.points() });
        standings.insert(result.step.id.to_string(), standing);
    }
    let _ = write(&Value::Object(standings).to_string());
}

/// The key of the steps whose first hint was shown.
const HINTED: &str = "hinted";

/// The ids of the steps whose first hint was shown.
pub fn hinted() -> Vec<String> {
    read().get(HINTED).and_then(|ids| serde_json::from_value(ids.clone()).ok()).unwrap_or_default()
}

/// Remembers that the first hints of these steps were shown, where a check has failed.
pub fn note_hints(results: &[StepResult]) {
    let mut steps = hinted();
    for result in results {
        let has_failed = |verdict: &Verdict| matches!(verdict, Verdict::Fails { .. });
        let is_shown = result.outcomes.iter().any(|outcome| has_failed(&outcome.verdict));
        if is_shown && !steps.iter().any(|id| id == result.step.id) {
            steps.push(result.step.id.to_string());
        }
    }
    let mut standings = read();
    if standings.get(HINTED) != Some(&json!(steps)) {
        standings.insert(HINTED.to_string(), json!(steps));
        let _ = write(&Value::Object(standings).to_string());
    }
}

/// The points of all steps that were checked as they lie there now, and the most that all steps give. What was changed
/// since, by the student or because somebody else's programs lie there now, counts again when it is checked.
pub fn sum() -> (f64, u32) {
    let standings = read();
    let checked = STEPS.iter().filter_map(|step| Some((step, standings.get(step.id)?)));
    let current = checked.filter(|(step, standing)| is_current(step, standing));
    let points = current.filter_map(|(_, standing)| standing["points"].as_f64());
    (points.fold(0.0, |sum, points| sum + points), STEPS.iter().map(|step| step.points).sum())
}

/// Whether a step's programs are still what they were when it was checked.
fn is_current(step: &Step, standing: &Value) -> bool {
    standing["fingerprint"] == fingerprint(Package::Exercises, step.programs)
}

/// The first step, in the order of the walkthrough, that does not have all of its points as it lies there now.
pub fn first_incomplete() -> Option<&'static Step> {
    STEPS.iter().find(|step| !is_complete(step))
}

/// Whether a step has all of its points, as it lies there now.
pub fn is_complete(step: &Step) -> bool {
    let standings = read();
    let Some(standing) = standings.get(step.id) else { return false };
    let points = standing["points"].as_f64().unwrap_or(0.0);
    is_current(step, standing) && points + 1e-6 >= f64::from(step.points)
}

/// Writes the whole file or, if that is cut off, nothing of it.
fn write(text: &str) -> io::Result<()> {
    let path = path();
    let folder = path.parent().unwrap_or(&path);
    fs::create_dir_all(folder)?;
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.persist(&path)?;
    Ok(())
}

/// Where the student stands with a step, in a few words.
pub fn describe(step: &Step) -> String {
    let mut starters = step.programs.iter().map(|program| Starter::read(program));
    if starters.all(|starter| starter.is_untouched()) {
        return "untouched".to_string();
    }
    let standings = read();
    let Some(standing) = standings.get(step.id) else {
        return "not checked yet".to_string();
    };
    let changed = if is_current(step, standing) { "" } else { ", changed since" };
    format!("{}{changed}", points_in_words(standing["points"].as_f64().unwrap_or(0.0)))
}

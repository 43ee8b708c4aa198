//! Where a student stands: the result of the last check of each step, kept in the target folder.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::course::layout::{Contents, Package, kept};
use crate::course::starter::{self, Starter};
use crate::course::step::Step;
use crate::course::table::STEPS;
use crate::judge::outcome::{StepResult, Verdict};
use crate::sandbox::turn::Turn;
use crate::sandbox::whole;

pub use crate::judge::standing::Standing;

/// What is kept of a step's last check, under its id.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// What the programs were made of.
    fingerprint: String,
    /// What they got.
    points: f64,
}

/// The key of the steps whose first hint was shown.
const HINTED: &str = "hinted";

/// Where the student stands with all steps, in the order of the walkthrough.
pub fn all() -> Vec<Standing> {
    let (standings, contents) = (read(&path()), Contents::of(Package::Exercises));
    STEPS.iter().map(|step| standing(step, standings.get(step.id), &contents)).collect()
}

fn standing(step: &'static Step, kept: Option<&Value>, contents: &Contents) -> Standing {
    // Where the file is damaged, it is as if the step had not been checked.
    let kept = kept.and_then(|kept| Kept::deserialize(kept).ok());
    let is_current = |kept: &Kept| kept.fingerprint == contents.fingerprint(step.programs);
    Standing {
        step,
        points: kept.as_ref().map(|kept| kept.points.clamp(0.0, f64::from(step.points))),
        is_current: kept.as_ref().is_some_and(is_current),
        is_untouched: is_untouched(step),
        todos: step.programs.iter().map(|program| Starter::read(program).todo_count()).sum(),
    }
}

/// Whether all programs of a step are as they were handed out.
pub fn is_untouched(step: &Step) -> bool {
    step.programs.iter().all(|program| starter::is_untouched(program))
}

/// Keeps the results of a check of the student's programs. It is a convenience: a folder that cannot be
/// written to harms nothing.
pub fn keep(results: &[StepResult]) {
    change(&path(), |standings| {
        for result in results {
            let fingerprint = result.fingerprint.clone();
            let kept = json!(Kept { fingerprint, points: result.points() });
            standings.insert(result.step.id.to_string(), kept);
        }
    });
}

/// Forgets what is kept of a step, as if it had never been checked.
pub fn forget(step: &Step) {
    change(&path(), |standings| {
        standings.remove(step.id);
        let mut hinted = hinted_in(standings);
        hinted.retain(|id| id != step.id);
        standings.insert(HINTED.to_string(), json!(hinted));
    });
}

/// The ids of the steps whose first hint was shown.
pub fn hinted() -> Vec<String> {
    hinted_in(&read(&path()))
}

fn hinted_in(standings: &Map<String, Value>) -> Vec<String> {
    standings.get(HINTED).and_then(|ids| Vec::deserialize(ids).ok()).unwrap_or_default()
}

/// Remembers that the first hints of these steps were shown, where a check has failed.
pub fn note_hints(results: &[StepResult]) {
    let has_failed = |verdict: &Verdict| matches!(verdict, Verdict::Fails { .. });
    let is_shown =
        |result: &&StepResult| result.outcomes.iter().any(|outcome| has_failed(&outcome.verdict));
    change(&path(), |standings| {
        let mut hinted = hinted_in(standings);
        for result in results.iter().filter(is_shown) {
            if !hinted.iter().any(|id| id == result.step.id) {
                hinted.push(result.step.id.to_string());
            }
        }
        standings.insert(HINTED.to_string(), json!(hinted));
    });
}

fn path() -> PathBuf {
    kept("standing.json")
}

fn read(path: &Path) -> Map<String, Value> {
    // Missing or damaged, it is as good as empty: the next check writes it anew.
    let text = fs::read_to_string(path).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

/// Changes what is kept. No other checker writes between the reading and the writing: its results would be lost.
fn change(path: &Path, change: impl FnOnce(&mut Map<String, Value>)) {
    // Where the folder takes no lock, this is better than nothing.
    let _turn = Turn::take(&path.with_extension("turn"), || ()).ok();
    let before = read(path);
    let mut after = before.clone();
    change(&mut after);
    if after != before {
        let _ = fs::create_dir_all(path.parent().unwrap_or(path));
        let _ = whole::write(path, Value::Object(after).to_string().as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn what_several_keep_at_once_is_all_kept() {
        const WRITERS: usize = 8;
        const EACH: usize = 25;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("deeper/standing.json");
        thread::scope(|scope| {
            for writer in 0..WRITERS {
                let path = &path;
                scope.spawn(move || {
                    for number in 0..EACH {
                        let key = format!("{writer} {number}");
                        change(path, |standings| drop(standings.insert(key, json!(1))));
                    }
                });
            }
        });
        assert_eq!(read(&path).len(), WRITERS * EACH);
    }

    #[test]
    fn what_is_damaged_is_as_if_it_had_not_been_checked() {
        let step = &STEPS[0];
        let max = f64::from(step.points);
        let points = |kept: &str| {
            let kept = serde_json::from_str(kept).expect("a JSON value");
            standing(step, Some(&kept), &Contents::of(Package::Exercises)).points
        };
        for damaged in ["7", "null", "{}", "[]", "{\"fingerprint\": \"\", \"points\": \"2\"}"] {
            assert_eq!(points(damaged), None, "{damaged}");
        }
        assert_eq!(points("{\"fingerprint\": \"\", \"points\": 1}"), Some(1.0));
        assert_eq!(points("{\"fingerprint\": \"\", \"points\": 1e9}"), Some(max));
        assert_eq!(points("{\"fingerprint\": \"\", \"points\": -3}"), Some(0.0));
    }

    #[test]
    fn hints_that_cannot_be_understood_are_none() {
        let standings = |text: &str| serde_json::from_str(text).expect("a JSON object");
        assert_eq!(hinted_in(&standings("{\"hinted\": [\"ex1\"]}")), ["ex1"]);
        for damaged in ["{}", "{\"hinted\": 7}", "{\"hinted\": [7]}"] {
            assert!(hinted_in(&standings(damaged)).is_empty(), "{damaged}");
        }
    }
}

//! Where a student stands: the result of the last check of each step, kept in the target folder.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;

use serde_json::{Map, Value, json};

use crate::course::starter::Starter;
use crate::course::step::Step;
use crate::judge::build::{Package, root};
use crate::judge::judge::Outcome;
use crate::report::terminal::points_in_words;

fn path() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or(root().join("target"), PathBuf::from);
    target.join("chatlings/standing.json")
}

fn read() -> Map<String, Value> {
    // Missing or damaged, it is as good as empty: the next check writes it anew.
    let text = fs::read_to_string(path()).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

/// What the step's programs are made of now; another number when one of them has changed.
fn fingerprint(step: &Step) -> String {
    let mut hasher = DefaultHasher::new();
    for program in step.programs {
        fs::read(root().join(Package::Exercises.source(program)))
            .unwrap_or_default()
            .hash(&mut hasher);
    }
    format!("{:x}", hasher.finish())
}

/// Keeps the results of a check of the student's programs. It is a convenience: a folder that cannot be
/// written to harms nothing.
pub fn keep(step: &Step, outcomes: &[&Outcome]) {
    let sum: f64 = outcomes.iter().map(|outcome| outcome.points).sum();
    let mut standings = read();
    let standing = json!({ "fingerprint": fingerprint(step), "points": sum });
    standings.insert(step.id.to_string(), standing);
    let text = Value::Object(standings).to_string();
    if let Some(folder) = path().parent() {
        let _ = fs::create_dir_all(folder).and_then(|()| fs::write(path(), text));
    }
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
    let is_current = standing["fingerprint"] == fingerprint(step);
    let changed = if is_current { "" } else { ", changed since" };
    format!("{}{changed}", points_in_words(standing["points"].as_f64().unwrap_or(0.0)))
}

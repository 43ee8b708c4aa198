//! Plays checks and gives each a verdict.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::{Value, json};

use crate::cast::{Cast, Launch};
use crate::course::Check;
use crate::process::Panic;
use crate::stage::{Stage, Stop};
use crate::starter::{Starter, place};
use crate::transcript::Transcript;

/// How many scenes are played at a time. They mostly wait, so more than there are cores.
const SIDE_BY_SIDE: usize = 8;

/// What came of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// All went as expected.
    Passes,
    /// Something else came.
    Fails,
    /// A program that it needs does not compile.
    DoesNotCompile,
    /// The scene reached a `todo!()`.
    ToDo,
    /// A program or a placeholder that it needs was not given.
    NotChecked,
}

impl Verdict {
    /// As it is spelled in `--json`.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Passes => "passes",
            Verdict::Fails => "fails",
            Verdict::DoesNotCompile => "does not compile",
            Verdict::ToDo => "to do",
            Verdict::NotChecked => "not checked",
        }
    }
}

/// A check, with what came of it.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The check's name.
    pub name: &'static str,
    /// Its verdict.
    pub verdict: Verdict,
    /// The points it gave.
    pub points: f64,
    /// The points it can give.
    pub max: f64,
    /// Whether it is a bonus, which is shown and gives no points.
    pub is_bonus: bool,
    /// Why it does not pass; empty if it does.
    pub message: String,
    /// Where to look, for whoever failed it.
    pub look: &'static str,
    /// What happened.
    pub transcript: Transcript,
}

impl Outcome {
    /// The outcome as it stands in `--json`.
    pub fn json(&self) -> Value {
        json!({
            "name": self.name,
            "verdict": self.verdict.word(),
            "points": self.points,
            "max": self.max,
            "bonus": self.is_bonus,
            "message": self.message,
            "transcript": self.transcript.plain(),
        })
    }
}

/// Plays one check.
pub fn play(cast: &Cast, check: &Check, seed: u64) -> Outcome {
    let stage = Stage::new(cast, check, seed);
    let (verdict, message, failure) = match unplayable(cast, check) {
        Some((verdict, message)) => (verdict, message, None),
        None => {
            let scene = (check.scene)(&stage);
            judge(scene, stage.finish())
        }
    };
    let max = cast.step.points_of(check);
    let failure = failure.as_ref().map(|actor: &String| (actor.as_str(), message.as_str()));
    Outcome {
        name: check.name,
        verdict,
        points: if verdict == Verdict::Passes { max } else { 0.0 },
        max,
        is_bonus: check.is_bonus(),
        transcript: stage.into_transcript(failure),
        message,
        look: check.look,
    }
}

/// Why a check cannot be played at all, if so.
fn unplayable(cast: &Cast, check: &Check) -> Option<(Verdict, String)> {
    match cast.roles.get(&check.role) {
        None => {
            return Some((Verdict::NotChecked, format!("needs --{} CMD", check.role.word())));
        }
        Some(Launch::Broken(errors)) => return Some((Verdict::DoesNotCompile, errors.clone())),
        Some(_) => {}
    }
    let helper = check.helper?;
    match cast.helpers.get(helper) {
        Some(Launch::Broken(errors)) => {
            let message = format!("the worked {helper}, which takes part, does not compile:\n{errors}");
            Some((Verdict::NotChecked, message))
        }
        _ => None,
    }
}

/// The verdict on a scene that was played, its message, and the actor that failed.
fn judge(scene: Result<(), Stop>, panics: Vec<(String, Panic)>) -> (Verdict, String, Option<String>) {
    // A `todo!()` explains whatever else went wrong after it.
    if let Some((_, panic)) = panics.iter().find(|(_, panic)| panic.is_to_do()) {
        let spot = file_name(&panic.file).and_then(|program| Starter::read(program).spot_above(panic.line));
        let task = match spot {
            Some(spot) => format!("TODO {} of {}: {}", spot.number, spot.of, spot.task),
            None => panic.message.clone(),
        };
        return (Verdict::ToDo, format!("{}: {task}", place(&panic.file, panic.line)), None);
    }
    match (scene, panics.first()) {
        (Ok(()), None) => (Verdict::Passes, String::new(), None),
        (Ok(()), Some((actor, panic))) => {
            let message = format!("panicked at {}: {}", place(&panic.file, panic.line), panic.message);
            (Verdict::Fails, message, Some(actor.clone()))
        }
        (Err(Stop::Fails { actor, message }), _) => (Verdict::Fails, message, Some(actor)),
        (Err(Stop::NotChecked(reason)), _) => (Verdict::NotChecked, reason, None),
        (Err(Stop::ToDo(panic)), _) => (Verdict::ToDo, panic.message, None),
    }
}

/// `ex1_server` of `exercises/src/bin/ex1_server.rs`
fn file_name(file: &str) -> Option<&str> {
    file.strip_suffix(".rs")?.rsplit('/').next()
}

/// Plays many checks side by side, and returns their outcomes in the order of `checks`. `done` is called
/// after each. With `one_at_a_time` no two run at once, as a fixed port demands.
pub fn play_all(
    checks: &[(&Cast, &Check)],
    seed: u64,
    one_at_a_time: bool,
    done: impl Fn(&Outcome) + Sync,
) -> Vec<Outcome> {
    let next = AtomicUsize::new(0);
    let outcomes = Mutex::new(Vec::new());
    let workers = if one_at_a_time { 1 } else { SIDE_BY_SIDE.min(checks.len()) };
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some((cast, check)) = checks.get(index) else {
                        break;
                    };
                    let outcome = play(cast, check, seed);
                    done(&outcome);
                    outcomes.lock().unwrap_or_else(PoisonError::into_inner).push((index, outcome));
                }
            });
        }
    });
    let mut outcomes = outcomes.into_inner().unwrap_or_else(PoisonError::into_inner);
    outcomes.sort_by_key(|(index, _)| *index);
    outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}

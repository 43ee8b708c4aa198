//! Plays checks and gives each a verdict.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::{Value, json};

use crate::course::starter::{Starter, place};
use crate::course::step::Check;
use crate::judge::cast::{Cast, Launch};
use crate::sandbox::process::Panic;
use crate::stage::stage::{Stage, Stop};
use crate::stage::transcript::Transcript;

/// How many scenes are played at a time. They mostly wait, so more than there are cores.
pub const SIDE_BY_SIDE: usize = 8;

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
    /// A program or a placeholder that it needs was not given, or the machine has no room for it.
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
    /// The check's id.
    pub id: &'static str,
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
    /// Where to look, for whoever failed it; empty where the message says it all.
    pub look: String,
    /// What happened.
    pub transcript: Transcript,
}

impl Outcome {
    /// The outcome as it stands in `--json`.
    pub fn json(&self) -> Value {
        json!({
            "id": self.id,
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
    let judged = unplayable(cast, check).unwrap_or_else(|| {
        let scene = (check.scene)(&stage);
        if matches!(scene, Err(Stop::Fails { .. })) {
            stage.settles();
        }
        judge(scene, &stage.finish(), check)
    });
    let max = cast.step.points_of(check);
    let failure = judged.actor.as_ref().map(|actor| (actor.as_str(), judged.message.as_str()));
    Outcome {
        id: check.id,
        name: check.name,
        verdict: judged.verdict,
        points: if judged.verdict == Verdict::Passes { max } else { 0.0 },
        max,
        is_bonus: check.is_bonus(),
        transcript: stage.into_transcript(failure),
        look: judged.look,
        message: judged.message,
    }
}

/// What is made of a scene.
struct Judged {
    verdict: Verdict,
    message: String,
    actor: Option<String>, // who failed
    look: String,          // where to look then
}

impl Judged {
    fn of(verdict: Verdict, message: String) -> Judged {
        Judged { verdict, message, actor: None, look: String::new() }
    }
}

/// Why a check cannot be played at all, if so.
fn unplayable(cast: &Cast, check: &Check) -> Option<Judged> {
    match cast.roles.get(&check.role) {
        None => {
            let message = format!("needs --{} CMD", check.role.word());
            return Some(Judged::of(Verdict::NotChecked, message));
        }
        Some(Launch::Broken(errors)) => {
            return Some(Judged::of(Verdict::DoesNotCompile, errors.clone()));
        }
        Some(_) => {}
    }
    let helper = check.helper?;
    match cast.helpers.get(helper) {
        Some(Launch::Broken(errors)) => {
            let message =
                format!("the worked {helper}, which takes part, does not compile:\n{errors}");
            Some(Judged::of(Verdict::NotChecked, message))
        }
        _ => None,
    }
}

/// The verdict on a scene that was played, with the panics of programs of ours.
fn judge(scene: Result<(), Stop>, panics: &[(String, Panic)], check: &Check) -> Judged {
    // A `todo!()` explains whatever else went wrong after it.
    if let Some((_, panic)) = panics.iter().find(|(_, panic)| panic.is_to_do()) {
        return Judged::of(Verdict::ToDo, describe_to_do(panic));
    }
    // So does another panic.
    let place_of_panic = panics
        .first()
        .map(|(_, panic)| format!("line {} of {}, where it panicked", panic.line, panic.file));
    let look = match &place_of_panic {
        Some(place) => format!("{place}, and at {}", check.look),
        None => check.look.to_string(),
    };
    match (scene, panics.first()) {
        (Ok(()), None) => Judged::of(Verdict::Passes, String::new()),
        (Ok(()), Some((actor, panic))) => {
            let message =
                format!("panicked at {}: {}", place(&panic.file, panic.line), panic.message);
            Judged { verdict: Verdict::Fails, message, actor: Some(actor.clone()), look }
        }
        (Err(Stop::Fails { actor, message }), _) => {
            Judged { verdict: Verdict::Fails, message, actor: Some(actor), look }
        }
        (Err(Stop::DoesNotStart { actor, message }), _) => {
            let look = place_of_panic.unwrap_or_default();
            Judged { verdict: Verdict::Fails, message, actor: Some(actor), look }
        }
        (Err(Stop::NotChecked(reason)), _) => Judged::of(Verdict::NotChecked, reason),
        (Err(Stop::ToDo(panic)), _) => Judged::of(Verdict::ToDo, describe_to_do(&panic)),
    }
}

/// `exercises/src/bin/ex1_server.rs:31: TODO 1 of 3: bind a listener`
fn describe_to_do(panic: &Panic) -> String {
    let starter = file_name(&panic.file).map(Starter::read);
    let task = match starter.and_then(|starter| starter.spot_above(panic.line)) {
        Some(spot) => format!("TODO {} of {}: {}", spot.number, spot.of, spot.task),
        None => panic.message.clone(),
    };
    format!("{}: {task}", place(&panic.file, panic.line))
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
    let work = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some((cast, check)) = checks.get(index) else { break };
            let outcome = play(cast, check, seed);
            done(&outcome);
            outcomes.lock().unwrap_or_else(PoisonError::into_inner).push((index, outcome));
        }
    };
    thread::scope(|scope| {
        for _ in 1..workers {
            // Where the system has no thread to give, fewer scenes are played at a time.
            let _ = thread::Builder::new().spawn_scoped(scope, work);
        }
        work();
    });
    let mut outcomes = outcomes.into_inner().unwrap_or_else(PoisonError::into_inner);
    outcomes.sort_by_key(|(index, _)| *index);
    outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}

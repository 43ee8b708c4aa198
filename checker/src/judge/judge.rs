//! Plays checks and gives each a verdict.

use std::any::Any;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::course::advice::{advice, place_and_further, place_of_panic};
use crate::course::starter::Starter;
use crate::course::step::{Asked, Check};
use crate::judge::cast::Cast;
use crate::judge::fresh::{Stamp, stamp_of};
use crate::judge::outcome::{Lack, Outcome, StepResult, ToDo, Verdict};
use crate::sandbox::namespaces::{self, on_own_network};
use crate::stage::aftermath::Finished;
use crate::stage::launch::{Launch, Role};
use crate::stage::panics::Panic;
use crate::stage::stage::Stage;
use crate::stage::stop::{Failure, Scene, Stop};
use crate::stage::transcript::Transcript;

/// How many scenes are played at a time. They mostly wait, so more than there are cores.
pub const SIDE_BY_SIDE: usize = 8;

/// Plays all checks of these casts side by side, or one at a time if a fixed port demands it. `done` is called after
/// each check.
pub fn play_steps(casts: &[Cast], seed: u64, done: impl Fn(&Outcome) + Sync) -> Vec<StepResult> {
    let mut checks: Vec<(&Cast, &'static Check)> = Vec::new();
    for cast in casts {
        checks.extend(cast.checks.iter().map(|check| (cast, *check)));
    }
    let stamps: Vec<Stamps> = casts.iter().map(stamps_of).collect();
    let mut outcomes = play_all(&checks, seed, must_take_turns(casts), done).into_iter();
    let result = |(cast, before): (&Cast, Stamps)| {
        let after = stamps_of(cast);
        let if_it_was_this_program = |outcome: Outcome| {
            let role = &outcome.check.role;
            match before.get(role) == after.get(role) {
                true => outcome,
                false => {
                    Outcome { verdict: Verdict::NotChecked(WAS_REPLACED.to_string()), ..outcome }
                }
            }
        };
        let outcomes = outcomes.by_ref().take(cast.checks.len());
        StepResult {
            step: cast.step,
            outcomes: outcomes.map(if_it_was_this_program).collect(),
            framings: cast.framings.clone(),
            fingerprint: cast.fingerprint.clone(),
        }
    };
    casts.iter().zip(stamps).map(result).collect()
}

/// What is said of a program that somebody has built once more, by a cargo that waits for nobody's turn.
const WAS_REPLACED: &str = "the program was built again while it was played, so nobody knows which one this was: try again";

/// By which the programs of a step are known again that cargo has built.
type Stamps = HashMap<Role, Option<Stamp>>;

fn stamps_of(cast: &Cast) -> Stamps {
    let stamp = |(role, launch): (&Role, &Launch)| match launch {
        Launch::Built(_, path) => Some((*role, stamp_of(path))),
        _ => None,
    };
    cast.roles.iter().filter_map(stamp).collect()
}

/// Whether no two scenes of these casts can be played at once: a port is fixed, and all scenes are on one network.
pub(super) fn must_take_turns(casts: &[Cast]) -> bool {
    !namespaces::are_made() && casts.iter().any(Cast::has_fixed_port)
}

/// Plays many checks side by side, and returns their outcomes in the order of `checks`. `done` is called
/// after each. With `one_at_a_time` no two run at once. A check for which the machine had no room or no time beside the
/// others is played again when they are over.
pub fn play_all(
    checks: &[(&Cast, &'static Check)],
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
    let again = |(index, outcome): (usize, Outcome)| match outcome.lacked {
        Some(_) => play(checks[index].0, checks[index].1, seed),
        None => outcome,
    };
    outcomes.into_iter().map(again).collect()
}

/// Plays one check.
pub fn play(cast: &Cast, check: &'static Check, seed: u64) -> Outcome {
    let began = Instant::now();
    let unplayed = |verdict: Verdict| Outcome {
        check,
        is_bonus: is_bonus(cast, check),
        max: cast.points_of(check),
        transcript: Transcript::new(cast.production(check, seed).title),
        verdict,
        took: Duration::ZERO,
        held_up: Duration::ZERO,
        lacked: None,
        warnings: Vec::new(),
    };
    let played = on_own_network(|| {
        catch_unwind(AssertUnwindSafe(|| play_to_the_end(cast, check, seed)))
            .map_err(|panic| format!("the checker panicked: {}", said_by(&*panic)))
    });
    let outcome = match played {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(fault)) => unplayed(Verdict::CheckerFault(fault)),
        Err(error) => Outcome {
            lacked: Some(Lack::Room),
            ..unplayed(Verdict::NotChecked(format!("this machine has no room for it: {error}")))
        },
    };
    Outcome { took: began.elapsed(), ..outcome }
}

fn play_to_the_end(cast: &Cast, check: &'static Check, seed: u64) -> Outcome {
    let stage = Stage::new(cast.production(check, seed));
    let (verdict, finished, lacked) = match unplayable(cast, check) {
        Some(verdict) => (verdict, Finished::default(), None),
        None => play_on(&stage, check),
    };
    let failure = match &verdict {
        Verdict::Fails { failure, .. } => Some(failure),
        _ => None,
    };
    let survivors = finished.survivors;
    let warning = format!("these processes cannot be ended: {survivors:?}");
    Outcome {
        check,
        is_bonus: is_bonus(cast, check),
        max: cast.points_of(check),
        transcript: stage.into_transcript(failure),
        verdict,
        took: Duration::ZERO, // its caller knows
        held_up: finished.held_up,
        lacked,
        warnings: if survivors.is_empty() { Vec::new() } else { vec![warning] },
    }
}

/// Whether it gives no points to these programs, though it is played.
fn is_bonus(cast: &Cast, check: &Check) -> bool {
    check.is_bonus() || cast.asks(check) == Asked::AsBonus
}

/// Why a check cannot be played at all, if so.
fn unplayable(cast: &Cast, check: &Check) -> Option<Verdict> {
    match cast.roles.get(&check.role) {
        None => {
            return Some(Verdict::NotChecked(format!("needs --{} CMD", check.role.word())));
        }
        Some(Launch::Broken(errors)) => return Some(Verdict::DoesNotCompile(errors.clone())),
        // Perhaps it was not handed in, perhaps it lies elsewhere: a grader has to look.
        Some(Launch::Missing(reason)) => return Some(Verdict::NotChecked(reason.clone())),
        Some(_) => {}
    }
    if let Asked::Not(reason) = cast.asks(check) {
        return Some(Verdict::NotChecked(reason));
    }
    match cast.helpers.get(check.helper?) {
        Some(Launch::Broken(errors)) => Some(Verdict::NotChecked(format!(
            "the reference solution {}, which takes part, does not compile:\n{errors}",
            check.helper?
        ))),
        _ => None,
    }
}

/// Plays a scene to its end, and says what the machine lacked for it. A scene that panics is a mistake of the
/// checker; what happened before is in the transcript all the same.
fn play_on(stage: &Stage, check: &Check) -> (Verdict, Finished, Option<Lack>) {
    let scene = catch_unwind(AssertUnwindSafe(|| {
        let mut scene = (check.scene)(stage);
        if let Err(Stop::Fails(failure)) = &mut scene {
            stage.examines(failure);
        }
        scene
    }));
    let finished = stage.finish();
    let lacked = match scene {
        Ok(Err(Stop::NoRoom(_))) => Some(Lack::Room),
        Ok(Err(Stop::TooBusy(_))) => Some(Lack::Time),
        _ => None,
    };
    let verdict = match scene {
        // A program that could not begin may look as one that ends as it should.
        Ok(_) if let Some(missed) = &finished.missed => Verdict::NotChecked(missed.clone()),
        Ok(scene) => verdict_on(scene, &finished.panics, check, stage.is_foreign()),
        Err(panic) => Verdict::CheckerFault(format!("the scene panicked: {}", said_by(&*panic))),
    };
    (verdict, finished, lacked)
}

fn said_by(panic: &(dyn Any + Send)) -> &str {
    // `panic!` with a text alone has a `&str`, with values in it a `String`.
    let text = panic.downcast_ref::<&str>().copied();
    text.or(panic.downcast_ref::<String>().map(String::as_str)).unwrap_or_default()
}

/// The verdict on a scene that was played, with the panics of programs of ours.
fn verdict_on(
    scene: Scene,
    panics: &[(String, Panic)],
    check: &Check,
    is_foreign: bool,
) -> Verdict {
    // A `todo!()` explains whatever else went wrong after it.
    if let Some((_, panic)) = panics.iter().find(|(_, panic)| panic.is_to_do()) {
        return Verdict::ToDo(to_do(panic));
    }
    // So does another panic.
    let panicked = panics.first();
    let place_of_panic = panicked.map(|(_, panic)| place_of_panic(panic.line, &panic.file));
    match (scene, panicked) {
        (Ok(()), None) => Verdict::Passes,
        (Ok(()), Some((actor, panic))) => {
            let message = format!("panicked at {}:{}: {}", panic.file, panic.line, panic.message);
            Verdict::Fails {
                failure: Failure::of(actor, message),
                look: look(place_of_panic, check.look.to_string()),
            }
        }
        (Err(Stop::Fails(failure)), _) => {
            let further = match &failure.symptom {
                Some(symptom) => advice(symptom),
                None if failure.is_at_start => String::new(), // what the check is about was not reached
                None if is_foreign => check.look_in_any_language().to_string(),
                None => check.look.to_string(),
            };
            Verdict::Fails { failure, look: look(place_of_panic, further) }
        }
        (Err(Stop::NotChecked(reason) | Stop::NoRoom(reason) | Stop::TooBusy(reason)), _) => {
            Verdict::NotChecked(reason)
        }
        (Err(Stop::ToDo(panic)), _) => Verdict::ToDo(to_do(&panic)),
        (Err(Stop::Fault(mistake)), _) => Verdict::CheckerFault(mistake),
    }
}

/// Where to look: first at the panic, if there was one, and then further.
fn look(place_of_panic: Option<String>, further: String) -> String {
    match place_of_panic {
        Some(place) if further.is_empty() => place,
        Some(place) => place_and_further(&place, &further),
        None => further,
    }
}

/// The spot of a `todo!()`, with its task as the source has it.
fn to_do(panic: &Panic) -> ToDo {
    let starter = file_name(&panic.file).map(Starter::read);
    let task = match starter.and_then(|starter| starter.spot_above(panic.line)) {
        Some(spot) => format!("TODO {} of {}: {}", spot.number, spot.of, spot.task),
        None => panic.message.clone(),
    };
    ToDo { file: panic.file.clone(), line: panic.line, task }
}

/// `ex1_server` of `exercises/src/bin/ex1_server.rs`
fn file_name(file: &str) -> Option<&str> {
    file.strip_suffix(".rs")?.rsplit('/').next()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;
    use std::sync::{Arc, LazyLock};

    use super::*;
    use crate::course::step::Step;
    use crate::sandbox::limits::Limits;
    use crate::stage::manners::Manners;

    static PANICS: Check =
        Check::server("panics", |_| panic!("a mistake in {}", "the scene")).worth(1);
    static CALLS_NOBODY: Check =
        Check::server("calls", |stage| stage.connects("alice").map(drop)).worth(1);
    static STEP: Step = Step {
        id: "ex0",
        title: "a step",
        new: "nothing",
        shown: "",
        port: None,
        points: 1,
        programs: &["ex0_server"],
        probes: &[],
        handout: "none",
        is_own: false,
        checks: &[],
        pair_checks: &[],
        hints: &[],
    };

    /// How often [`COMES_LATER`] was played.
    static PLAYED: AtomicUsize = AtomicUsize::new(0);
    static COMES_LATER: Check =
        Check::server("comes_later", |_| match PLAYED.fetch_add(1, Ordering::Relaxed) {
            0 => Err(Stop::NoRoom("not now".to_string())),
            2 => Err(Stop::TooBusy("not now".to_string())),
            _ => Ok(()),
        })
        .worth(1);

    fn cast() -> Cast {
        let launch = Launch::Built("ex0_server", "true".into());
        Cast {
            step: &STEP,
            roles: HashMap::from([(Role::Server, launch)]),
            helpers: HashMap::new(),
            limits: Limits::default(),
            scored: &[],
            checks: Vec::new(),
            manners: Manners::default(),
            framings: Vec::new(),
            warnings: Vec::new(),
            fingerprint: String::new(),
            in_vain: Arc::default(),
        }
    }

    fn verdict_of(check: &'static Check) -> Verdict {
        play(&cast(), check, 1).verdict
    }

    #[test]
    fn a_scene_for_which_the_machine_has_no_room_or_no_time_is_played_once_more() {
        for played in [2, 4] {
            let outcomes = play_all(&[(&cast(), &COMES_LATER)], 1, false, |_| ());
            assert_eq!(outcomes[0].verdict, Verdict::Passes);
            assert_eq!(PLAYED.load(Ordering::Relaxed), played);
        }
    }

    /// A program, and a scene in which somebody else builds it.
    static BINARY: LazyLock<(tempfile::TempDir, PathBuf)> = LazyLock::new(|| {
        let folder = tempfile::tempdir().expect("a folder");
        let binary = folder.path().join("ex0_server");
        fs::write(&binary, "at first").expect("a file is written");
        (folder, binary)
    });
    static IS_BUILT_AGAIN: Check = Check::server("is_built_again", |_| {
        fs::write(&BINARY.1, "another one").expect("a file is written");
        Ok(())
    })
    .worth(1);
    static GOES_WELL: Check = Check::server("goes_well", |_| Ok(())).worth(1);

    #[test]
    fn a_program_that_is_built_while_it_is_played_is_not_judged() {
        let launch = Launch::Built("ex0_server", BINARY.1.clone());
        let played = |check: &'static Check| {
            let roles = HashMap::from([(Role::Server, launch.clone())]);
            let cast = Cast { roles, checks: vec![check], ..cast() };
            play_steps(&[cast], 1, |_| ()).remove(0).outcomes.remove(0).verdict
        };
        assert_eq!(played(&GOES_WELL), Verdict::Passes);
        assert_eq!(played(&IS_BUILT_AGAIN), Verdict::NotChecked(WAS_REPLACED.to_string()));
    }

    #[test]
    fn a_scene_that_panics_is_a_fault_of_the_checker() {
        let expected = "the scene panicked: a mistake in the scene".to_string();
        assert_eq!(verdict_of(&PANICS), Verdict::CheckerFault(expected));
    }

    #[test]
    fn a_scene_that_calls_a_server_which_it_has_not_started_is_a_fault_of_the_checker() {
        let expected = "no server was started before somebody calls it".to_string();
        assert_eq!(verdict_of(&CALLS_NOBODY), Verdict::CheckerFault(expected));
    }
}

//! Plays a scenario in many interleavings.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use shuttle::scheduler::{PctScheduler, RandomScheduler, Scheduler};
use shuttle::{Config, FailurePersistence, MaxSteps, Runner};

use crate::Version;
use crate::fake::world::World;
use crate::scenarios::Scenario;

/// A sane execution has some thousand steps.
const MOST_STEPS: usize = 200_000;

/// How many threads may be preempted at the worst moment, for the scheduler that looks for such moments.
const DEPTH: usize = 4;

/// What to do with an interleaving in which something is wrong.
pub enum Failing {
    /// It is kept in a file of this folder, to be played again.
    IsKept(PathBuf),
    /// It was looked for.
    IsWanted,
}

/// Plays a scenario `count` times, half of them with a scheduler that chooses among all threads at random, half with
/// one that goes on with a thread as long as it can and preempts it a few times, anywhere.
///
/// # Panics
/// In the first interleaving in which something is wrong.
pub fn explore<V: Version>(scenario: &Scenario<V>, count: usize, seed: u64, failing: &Failing) {
    let play = scenario.play;
    let run = |scheduler: Box<dyn Scheduler + Send>| {
        Runner::new(scheduler, config(failing)).run(move || play(&World::begin()))
    };
    run(Box::new(RandomScheduler::new_from_seed(seed, count.div_ceil(2))));
    run(Box::new(PctScheduler::new_from_seed(seed, DEPTH, count / 2)));
}

/// Plays the interleaving that was kept in a file.
///
/// # Panics
/// If something is wrong in it, as it should be.
pub fn replay<V: Version>(scenario: &Scenario<V>, path: &Path) {
    let play = scenario.play;
    shuttle::replay_from_file(move || play(&World::begin()), path);
}

/// Whether something is wrong in one of so many interleavings.
pub fn finds<V: Version>(scenario: &Scenario<V>, count: usize, seed: u64) -> bool {
    let explored =
        catch_unwind(AssertUnwindSafe(|| explore(scenario, count, seed, &Failing::IsWanted)));
    explored.is_err()
}

fn config(failing: &Failing) -> Config {
    let mut config = Config::new();
    config.max_steps = MaxSteps::FailAfter(MOST_STEPS);
    config.failure_persistence = match failing {
        Failing::IsKept(folder) => FailurePersistence::File(Some(folder.clone())),
        Failing::IsWanted => FailurePersistence::None,
    };
    config.silence_warnings = true; // that an atomic number is as strict as can be: `docs/room.md` says so too
    config
}

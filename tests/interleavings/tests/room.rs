//! Explores the interleavings of the room, and of its mutants.
//!
//! `SCHEDULES` says how many are explored in all (`make soak` explores 100,000). An interleaving in which something is
//! wrong is kept in a file, whose path is printed: `REPLAY=PATH cargo test -p interleavings SCENARIO` plays it again.

use std::env;
use std::path::{Path, PathBuf};

use interleavings::explore::{Failing, explore, finds, replay};
use interleavings::scenarios;
use interleavings::versions::original;
use interleavings::{Version, versions};

/// How many interleavings are explored in all, unless `SCHEDULES` says otherwise.
const SCHEDULES: usize = 5000;

/// In how many interleavings of each scenario a mutant must be noticed.
const MUTANT_SCHEDULES: usize = 400;

/// Where the choices begin. It is the same each time, so that a test that passes goes on passing.
const SEED: u64 = 20_261_126;

fn number(variable: &str) -> Option<usize> {
    let text = env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable}: {text} is not a number")))
}

fn count() -> usize {
    number("SCHEDULES").unwrap_or(SCHEDULES)
}

fn seed() -> u64 {
    number("SEED").map_or(SEED, |seed| seed as u64)
}

/// Plays one scenario with the room as it is.
fn holds(name: &str) {
    let all = scenarios::all::<original::Room>();
    let scenario = all.iter().find(|scenario| scenario.name == name).expect("a scenario");
    if let Some(path) = env::var_os("REPLAY") {
        return replay(scenario, Path::new(&path));
    }
    let count = count().div_ceil(all.len());
    explore(scenario, count, seed(), &Failing::IsKept(PathBuf::from(env!("CARGO_TARGET_TMPDIR"))));
    println!("{name}: {count} interleavings, from seed {}", seed());
}

/// Plays the scenarios with a mutant, until it is noticed.
fn is_noticed<V: Version>() {
    let all = scenarios::all::<V>();
    let found = all.iter().find(|scenario| finds(scenario, MUTANT_SCHEDULES, SEED));
    let scenario = found.expect("no scenario finds this mutant");
    println!("found by {}", scenario.name);
}

macro_rules! scenarios {
    ($($name:ident)*) => {
        mod right {
            $(#[test] fn $name() { super::holds(stringify!($name)); })*

            #[test]
            fn all_scenarios_are_played() {
                let all = super::scenarios::all::<super::original::Room>();
                let names: Vec<_> = all.iter().map(|scenario| scenario.name).collect();
                assert_eq!(names, [$(stringify!($name)),*]);
            }
        }
    };
}

scenarios! {
    everybody_reads
    one_stops_reading
    one_breaks_off
    one_leaves_and_comes_back
    one_comes_later
    one_is_slow
    one_is_too_slow
    one_says_much_and_reads_nothing
    some_is_for_one_only
    sixteen_talk
    sixty_four_talk
}

mod wrong {
    use super::{is_noticed, versions};

    include!(concat!(env!("OUT_DIR"), "/tests.rs"));
}

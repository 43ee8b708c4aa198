//! How commands frame their messages: as the command line says or, where it does not, as their first bytes show. It is
//! found out before anything is checked, since what is asked of a program depends on it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::course::step::{Check, Probe};
use crate::judge::cast::Cast;
use crate::sandbox::namespaces::on_own_network;
use crate::stage::framing::{Framed, Framing, Known};
use crate::stage::launch::Launch;
use crate::stage::stage::Stage;
use crate::stage::stop::Stop;

/// Finds out how the commands of a cast frame their messages, where the step has frames and anything of theirs is to be
/// checked. Of programs of the course, there is nothing to find out; nor of a pair, with which the checker does not speak.
pub fn find_out(cast: &mut Cast, seed: u64) {
    for probe in cast.step.probes {
        let is_foreign = cast.roles.get(&probe.role).is_some_and(Launch::is_foreign);
        let is_played =
            |check: &&'static Check| check.role == probe.role && !cast.step.is_of_pair(check);
        if is_foreign && cast.checks.iter().any(is_played) {
            cast.framings.push((probe.role, framed(cast, probe, seed)));
        }
    }
}

fn framed(cast: &Cast, probe: &Probe, seed: u64) -> Framed {
    if let Some(framing) = cast.manners.framing {
        return Framed { framing, known: Known::Told };
    }
    for guess in guesses(cast, probe) {
        match play(cast, probe, guess, seed) {
            Ok(Some(framing)) => return Framed { framing, known: Known::FoundOut },
            Ok(None) => {}
            Err(_) => break, // it cannot even be spoken to, as the checks will say
        }
    }
    Framed { framing: Framing::default(), known: Known::Assumed }
}

/// What the checker speaks in, in turn: first in what the other program does, which was most likely made for this one.
fn guesses(cast: &Cast, probe: &Probe) -> Vec<Framing> {
    let other = cast.framing_of(probe.role);
    if !probe.speaks_first {
        return vec![other];
    }
    let others = Framing::ALL.into_iter().filter(|framing| *framing != other);
    [other].into_iter().chain(others).collect()
}

/// Plays a probe. What it fails by is for the checks to find.
fn play(cast: &Cast, probe: &Probe, guess: Framing, seed: u64) -> Result<Option<Framing>, Stop> {
    let played = on_own_network(|| {
        let stage = Stage::new(cast.production_of_probe(probe, guess, seed));
        let found = catch_unwind(AssertUnwindSafe(|| (probe.scene)(&stage)));
        stage.finish();
        found.unwrap_or(Ok(None))
    });
    played.unwrap_or(Ok(None))
}

//! What has failed is played once more. A verdict that differs then says more of chance, or of the machine, than of the
//! program: it is *not checked*, and somebody should look.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::course::step::Check;
use crate::judge::cast::Cast;
use crate::judge::judge::{must_take_turns, play_all};
use crate::judge::outcome::{Outcome, StepResult, Verdict};

/// Plays the failed checks of these results again, with the same words. Returns those whose verdict was another one, as the
/// ids of their steps and their own. `done` is called after each check.
pub fn play_failures_again(
    casts: &[Cast],
    results: &mut [StepResult],
    seed: u64,
    done: impl Fn(&Outcome) + Sync,
) -> BTreeSet<(&'static str, &'static str)> {
    // What the first scenes have waited for in vain must not make these impatient, unless a program was busy all the while.
    let fresh = |cast: &Cast| Cast { in_vain: Arc::new(cast.in_vain.again()), ..cast.clone() };
    let casts: Vec<Cast> = casts.iter().map(fresh).collect();
    let has_failed = |outcome: &&mut Outcome| matches!(outcome.verdict, Verdict::Fails { .. });
    let mut failed = Vec::new();
    let mut checks: Vec<(&Cast, &'static Check)> = Vec::new();
    for (cast, result) in casts.iter().zip(results) {
        for outcome in result.outcomes.iter_mut().filter(has_failed) {
            checks.push((cast, outcome.check));
            failed.push(outcome);
        }
    }
    let again = play_all(&checks, seed, must_take_turns(&casts), done);
    let mut unstable = BTreeSet::new();
    for ((outcome, again), (cast, check)) in failed.into_iter().zip(&again).zip(&checks) {
        if let Some(reason) = why_unstable(outcome, again) {
            outcome.verdict = Verdict::NotChecked(reason);
            unstable.insert((cast.step.id, check.id));
        }
    }
    unstable
}

/// Why the verdict of a failed check does not hold, if it was another one the second time.
fn why_unstable(first: &Outcome, again: &Outcome) -> Option<String> {
    let message = first.verdict.message();
    match &again.verdict {
        Verdict::Passes => {
            Some(format!("unstable: it failed, and passed when it was played again: {message}"))
        }
        Verdict::NotChecked(_) | Verdict::CheckerFault(_) => {
            let second = again.verdict.message();
            Some(format!(
                "unstable: it failed ({message}), and could not be played again: {second}"
            ))
        }
        Verdict::Fails { .. } | Verdict::ToDo(_) | Verdict::DoesNotCompile(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::course::table::STEPS;
    use crate::stage::stop::Failure;
    use crate::stage::transcript::Transcript;

    fn outcome(verdict: Verdict) -> Outcome {
        Outcome {
            check: &STEPS[0].checks[0],
            verdict,
            is_bonus: false,
            max: 1.0,
            transcript: Transcript::new(String::new()),
            took: Duration::ZERO,
            lacked: None,
            held_up: Duration::ZERO,
            warnings: Vec::new(),
        }
    }

    #[test]
    fn a_failure_holds_only_if_it_comes_twice() {
        let fails = |message: &str| Verdict::Fails {
            failure: Failure::of("server", message.to_string()),
            look: String::new(),
        };
        let first = outcome(fails("one reason"));
        assert_eq!(why_unstable(&first, &outcome(fails("another reason"))), None);
        for other in [Verdict::Passes, Verdict::NotChecked("no room".to_string())] {
            let reason = why_unstable(&first, &outcome(other)).expect("it does not hold");
            assert!(reason.starts_with("unstable: ") && reason.contains("one reason"), "{reason}");
        }
    }
}

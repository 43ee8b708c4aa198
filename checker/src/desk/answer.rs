//! What is answered: a text for stdout, and an exit status.

use crate::judge::outcome::{Outcome, StepResult, Verdict};

/// What is answered: a text for stdout, and an exit status.
#[derive(Debug)]
pub struct Answer {
    /// All that is printed.
    pub text: String,
    /// What the person should know besides.
    pub warnings: Vec<String>,
    /// 0 nothing failed, 1 a check failed or did not compile, 2 it is refused, 3 the checker could not do its work.
    pub status: u8,
}

pub(super) fn outcomes(results: &[StepResult]) -> impl Iterator<Item = &Outcome> {
    results.iter().flat_map(|result| &result.outcomes)
}

/// What the person at the machine should know of these results.
pub(super) fn warnings_of(results: &[StepResult]) -> Vec<String> {
    outcomes(results).flat_map(|outcome| outcome.warnings.clone()).collect()
}

/// The exit status of these results.
pub(super) fn status_of(results: &[StepResult]) -> u8 {
    let is_fault = |outcome: &Outcome| matches!(outcome.verdict, Verdict::CheckerFault(_));
    if outcomes(results).any(is_fault) {
        return 3;
    }
    u8::from(outcomes(results).any(Outcome::is_failure))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::course::table::STEPS;
    use crate::stage::stop::Failure;
    use crate::stage::transcript::Transcript;

    fn status(verdicts: &[Verdict]) -> u8 {
        let outcome = |verdict: &Verdict| Outcome {
            check: &STEPS[0].checks[0],
            verdict: verdict.clone(),
            is_bonus: false,
            max: 1.0,
            transcript: Transcript::new(String::new()),
            took: Duration::ZERO,
            lacked: None,
            held_up: Duration::ZERO,
            warnings: Vec::new(),
        };
        let outcomes = verdicts.iter().map(outcome).collect();
        let (framings, fingerprint) = (Vec::new(), String::new());
        status_of(&[StepResult { step: &STEPS[0], outcomes, framings, fingerprint }])
    }

    #[test]
    fn a_fault_of_the_checker_has_an_exit_status_of_its_own() {
        let fails = Verdict::Fails { failure: Failure::of("server", ""), look: String::new() };
        let fault = Verdict::CheckerFault(String::new());
        assert_eq!(status(&[Verdict::Passes]), 0);
        assert_eq!(status(&[Verdict::Passes, Verdict::NotChecked(String::new())]), 0);
        assert_eq!(status(&[Verdict::Passes, fails.clone()]), 1);
        assert_eq!(status(&[fails, fault]), 3);
    }
}

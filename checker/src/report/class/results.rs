//! From the results of a submission to what is kept of it.
//!
//! The points are fair: what could not be played for want of room on the machine, or since the checker has a mistake, costs
//! nothing. The points of a step are shared among its other checks. All else that was not checked leaves its points open,
//! for somebody to decide: a program can bring that about, by missing something, or by failing now and then.

use std::collections::BTreeSet;

use crate::course::step::Visibility;
use crate::judge::outcome::{Lack, Outcome, StepResult, Verdict};
use crate::report::class::graded::{GradedCheck, GradedStep};
use crate::report::json::in_seconds;
use crate::report::transcript;
use crate::stage::launch::Role;

/// What is kept of a step. `unstable`: the ids of the checks whose verdict did not hold.
pub fn step(result: &StepResult, unstable: &BTreeSet<&str>) -> GradedStep {
    let sum = |is_meant: fn(&Outcome) -> bool| -> f64 {
        result.outcomes.iter().filter(|it| is_meant(it)).map(|outcome| outcome.max).sum()
    };
    let (all, shared) = (sum(|_| true), sum(is_no_fault_of_the_program));
    // Where nothing else is left, nothing can be shared, and these points are open too.
    let is_shared = all - shared > 1e-9;
    let factor = if is_shared { all / (all - shared) } else { 1.0 };
    let counts = |outcome: &Outcome| match is_no_fault_of_the_program(outcome) {
        true if is_shared => 0.0,
        _ => outcome.max * factor,
    };
    let check = |outcome: &Outcome| GradedCheck {
        id: outcome.check.id.to_string(),
        name: outcome.check.name.to_string(),
        role: outcome.role().word().to_string(),
        verdict: outcome.verdict.word().to_string(),
        points: match outcome.passes() {
            true => counts(outcome) + f64::from(outcome.check.extra),
            false => 0.0,
        },
        max: counts(outcome),
        bonus: outcome.is_bonus,
        unstable: unstable.contains(outcome.check.id),
        message: outcome.verdict.message(),
        advice: outcome.look().to_string(),
        transcript: transcript::plain(&outcome.transcript),
        seconds: in_seconds(outcome.took),
        visibility: outcome.check.visibility.map_or("", Visibility::word).to_string(),
    };
    let checks: Vec<GradedCheck> = result.outcomes.iter().map(check).collect();
    let open = result.outcomes.iter().filter(|it| it.is_open()).map(counts);
    GradedStep {
        id: result.step.id.to_string(),
        title: result.step.title.to_string(),
        points: checks.iter().fold(0.0, |sum, check| sum + check.points),
        max: f64::from(result.step.points),
        open: open.fold(0.0, |sum, points| sum + points),
        checks,
        framing: result
            .framings
            .iter()
            .map(|(role, framed)| (role.word().to_string(), framed.framing.word().to_string()))
            .collect(),
    }
}

/// Whether a check could not be played for a reason that lies in the machine, or in the checker.
fn is_no_fault_of_the_program(outcome: &Outcome) -> bool {
    match outcome.verdict {
        Verdict::NotChecked(_) => outcome.lacked == Some(Lack::Room),
        Verdict::CheckerFault(_) => true,
        _ => false,
    }
}

/// What somebody should look at in a step, in a line each. That a program was not handed in is said once, elsewhere.
pub fn trouble(result: &StepResult, missing: &[Role]) -> Vec<String> {
    let id = result.step.id;
    // What gives no points, since it is a bonus or the handout does not ask for it, is no trouble.
    let counts = |outcome: &&Outcome| outcome.max > 0.0 && !missing.contains(&outcome.role());
    let line = |outcome: &Outcome| {
        let (check, message) = (outcome.check.id, outcome.verdict.message());
        let reason = message.lines().next().unwrap_or_default();
        match &outcome.verdict {
            Verdict::CheckerFault(_) => Some(format!("{id} {check}: checker fault: {reason}")),
            Verdict::NotChecked(_) => Some(format!("{id} {check}: not checked: {reason}")),
            _ => None,
        }
    };
    result.outcomes.iter().filter(counts).filter_map(line).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::course::table::find;
    use crate::stage::stop::Failure;
    use crate::stage::transcript::Transcript;

    /// The results of ex2, whose checks have these verdicts, the first ones; all others pass.
    fn results(verdicts: &[(&str, Verdict)]) -> StepResult {
        let step = find("ex2").expect("a step");
        let shares: u32 = step.checks.iter().filter_map(|check| check.share).sum();
        let outcome = |check: &'static crate::course::step::Check| {
            let verdict = verdicts.iter().find(|(id, _)| *id == check.id);
            Outcome {
                check,
                verdict: verdict.map_or(Verdict::Passes, |(_, verdict)| verdict.clone()),
                is_bonus: check.is_bonus(),
                max: f64::from(step.points * check.share.unwrap_or(0)) / f64::from(shares),
                transcript: Transcript::new(String::new()),
                took: Duration::ZERO,
                held_up: Duration::ZERO,
                lacked: verdict.and_then(|(_, it)| match it.message().as_str() {
                    "no room" => Some(Lack::Room),
                    "too busy" => Some(Lack::Time),
                    _ => None,
                }),
                warnings: Vec::new(),
            }
        };
        let outcomes = step.checks.iter().map(outcome).collect();
        StepResult { step, outcomes, framings: Vec::new(), fingerprint: String::new() }
    }

    fn first_with_points() -> &'static str {
        let step = find("ex2").expect("a step");
        step.checks.iter().find(|check| !check.is_bonus()).expect("one").id
    }

    #[test]
    fn what_could_not_be_played_costs_nothing() {
        for verdict in [
            Verdict::NotChecked("no room".to_string()),
            Verdict::CheckerFault("a mistake".to_string()),
        ] {
            let id = first_with_points();
            let result = results(&[(id, verdict)]);
            let graded = step(&result, &BTreeSet::new());
            assert!((graded.points - 3.0).abs() < 1e-9 && graded.open.abs() < 1e-9, "{graded:?}");
            let sum: f64 = graded.checks.iter().map(|check| check.max).sum();
            assert!((sum - 3.0).abs() < 1e-9, "{sum}");
            assert_eq!(trouble(&result, &[]).len(), 1);
        }
    }

    #[test]
    fn what_a_program_may_have_brought_about_is_open_and_not_shared() {
        let id = first_with_points();
        for reason in ["something is missing", "too busy"] {
            let result = results(&[(id, Verdict::NotChecked(reason.to_string()))]);
            let expected = result.open_points();
            let graded = step(&result, &BTreeSet::from([id]));
            assert!(expected > 0.0 && (graded.open - expected).abs() < 1e-9, "{graded:?}");
            assert!((graded.points - (3.0 - expected)).abs() < 1e-9, "{graded:?}");
            assert_eq!(trouble(&result, &[]).len(), 1);
        }
    }

    #[test]
    fn what_fails_costs_its_share_also_beside_what_could_not_be_played() {
        let fails = Verdict::Fails {
            failure: Failure::of("server", "a reason".to_string()),
            look: String::new(),
        };
        let result = results(&[(first_with_points(), fails)]);
        let lost = result.outcomes.iter().find(|it| !it.passes()).expect("one").max;
        let graded = step(&result, &BTreeSet::new());
        assert!((graded.points - (3.0 - lost)).abs() < 1e-9, "{graded:?}");
        assert_eq!(trouble(&result, &[]), [""; 0]);
    }

    #[test]
    fn a_program_that_was_not_handed_in_leaves_its_points_open() {
        let step_of = find("ex2").expect("a step");
        let clients: Vec<(&str, Verdict)> = step_of
            .checks
            .iter()
            .filter(|check| check.role == Role::Client)
            .map(|check| (check.id, Verdict::NotChecked("missing".to_string())))
            .collect();
        let result = results(&clients);
        let expected = result.open_points();
        assert!(expected > 0.0);
        let graded = step(&result, &BTreeSet::new());
        assert!((graded.open - expected).abs() < 1e-9, "{graded:?}");
        assert!((graded.points - (3.0 - expected)).abs() < 1e-9, "{graded:?}");
        assert_eq!(trouble(&result, &[Role::Client]), [""; 0]);
    }

    #[test]
    fn where_nothing_could_be_played_all_points_are_open() {
        let ids = find("ex2").expect("a step").checks.iter().map(|check| check.id);
        let verdicts: Vec<(&str, Verdict)> =
            ids.map(|id| (id, Verdict::CheckerFault("a mistake".to_string()))).collect();
        let graded = step(&results(&verdicts), &BTreeSet::new());
        assert!((graded.open - 3.0).abs() < 1e-9 && graded.points == 0.0, "{graded:?}");
    }
}

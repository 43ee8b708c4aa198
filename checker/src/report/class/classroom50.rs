//! A submission as Classroom 50 reads it: `result.json`, the contract `classroom50/result/v1`, as the page Advanced Autograding of
//! <https://github.com/foundation50/classroom50/wiki/Advanced-Autograding> and the schema `result-v1` of that repository have it.
//!
//! Scores are whole numbers there, and the points of a check are often fractions. So they are written in hundredths of a
//! point: 2 points are 200. The percentage, which is what a gradebook shows, stays what it is.

use jiff::Timestamp;
use serde::Serialize;

use crate::report::class::decision::{Decision, may_be_seen, open_points};
use crate::report::class::graded::{Graded, GradedCheck};
use crate::report::class::told::{account, exact, open_in_words, remarks, result_in_words};
use crate::report::terminal::points_in_words;
use crate::stage::show::visible;

/// What the runner tells an autograder in variables of the environment. It checks these values again, so they are written as
/// they were given.
#[derive(Clone, Debug)]
pub struct Runner {
    /// `CLASSROOM`
    pub classroom: String,
    /// `ASSIGNMENT`
    pub assignment: String,
    /// `ASSIGNMENT_TYPE`: `individual` or `group`.
    pub assignment_type: String,
    /// `OWNER`, or where that is not said, `USERNAME`.
    pub owner: String,
    /// `SUBMISSION_TAG`: `submit/…`.
    pub submission: String,
    /// `COMMIT_URL`
    pub commit: String,
    /// `RELEASE_URL`
    pub release: String,
    /// `REVIEW_URL`, or where that is empty, `COMMIT_URL`.
    pub review: String,
    /// When it was handed in. The runner does not tell, and writes the date of the commit over it.
    pub datetime: Timestamp,
    /// When it was graded, if that is to be said.
    pub graded_at: Option<Timestamp>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct ResultV1<'a> {
    schema: &'a str,
    classroom: &'a str,
    assignment: &'a str,
    #[serde(rename = "assignment_type")]
    assignment_type: &'a str,
    owner: &'a str,
    submission: &'a str,
    commit: &'a str,
    release: &'a str,
    review: &'a str,
    datetime: String,
    #[serde(rename = "graded_at", skip_serializing_if = "Option::is_none")]
    graded_at: Option<String>,
    score: u64,
    max_score: u64,
    tests: Vec<Test>,
}

/// A test may have keys of its own behind those of the contract.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Test {
    test_name: String,
    passed: bool,
    score: u64,
    max_score: u64,
    verdict: String,
    open: u64,
    #[serde(skip_serializing_if = "String::is_empty")]
    output: String,
}

const SCHEMA: &str = "classroom50/result/v1";

/// How many units a point is.
const UNITS: f64 = 100.0;

/// The result. The tests sum up to the score, and their highest scores to the highest score:
///
/// - The points of a step are shared among its checks in whole units by the largest remainder: each check has its share
///   without the fraction, and the units that are left go to those that have lost most of one. A share is so at most one unit off.
/// - A check that gives all its points gives all its units, and one that gives a part of them, that part, rounded.
/// - Points that are open are not in the score, for there is no other place for them. The name of the test says how many
///   they are, and so does its `open`, in units.
/// - A score may not be higher than the highest score, so a bonus that gives points on top has no place in it either. The
///   name of its test says them.
///
/// # Errors
/// None of these values can fail to be written.
pub fn result(graded: &Graded, runner: &Runner) -> serde_json::Result<String> {
    let mut tests = Vec::new();
    for step in &graded.steps {
        let shares: Vec<f64> = step.checks.iter().map(share).collect();
        for (check, max) in step.checks.iter().zip(apportioned(&shares)) {
            tests.push(test(&step.id, check, max));
        }
    }
    tests.extend(rest(graded));
    let result = ResultV1 {
        schema: SCHEMA,
        classroom: &runner.classroom,
        assignment: &runner.assignment,
        assignment_type: &runner.assignment_type,
        owner: &runner.owner,
        submission: &runner.submission,
        commit: &runner.commit,
        release: &runner.release,
        review: &runner.review,
        datetime: time(runner.datetime),
        graded_at: runner.graded_at.map(time),
        score: tests.iter().map(|test| test.score).sum(),
        max_score: tests.iter().map(|test| test.max_score).sum(),
        tests,
    };
    Ok(format!("{}\n", serde_json::to_string_pretty(&result)?))
}

fn test(step: &str, check: &GradedCheck, max: u64) -> Test {
    let decision = Decision::of(check);
    let name = visible(&format!("{step}: {}", check.name.replace('`', "")));
    let (is_open, points) = (decision.is_open(), exact(check.points));
    let name = match (is_open, check.bonus) {
        (true, _) => format!("{name} ({})", result_in_words(check)),
        (false, true) if points > 0.0 => {
            format!("{name} (bonus: {}, not in the score)", points_in_words(points))
        }
        (false, true) => format!("{name} (bonus)"),
        (false, false) => name,
    };
    let score = match check.max > 0.0 {
        true => (check.points / check.max * max as f64).round() as u64,
        false => 0,
    };
    let score = score.min(max);
    Test {
        test_name: name,
        passed: decision == Decision::Passes,
        score,
        max_score: max,
        verdict: decision.word().to_string(),
        open: if is_open { max - score } else { 0 },
        output: if may_be_seen(check) { account(check) } else { String::new() },
    }
}

/// A test for the points that no check has: those of a submission that could not be checked at all, say.
fn rest(graded: &Graded) -> Option<Test> {
    let checks = || graded.steps.iter().flat_map(|step| &step.checks);
    let max = graded.max - checks().map(share).sum::<f64>();
    let points = graded.points - checks().map(|check| check.points).sum::<f64>();
    let open = graded.open - checks().map(open_points).sum::<f64>();
    let units = |points: f64| (points * UNITS).round().max(0.0) as u64;
    let (max, score) = (units(max), units(points).min(units(max)));
    if max == 0 {
        return None;
    }
    let (name, decision) = match open_in_words(open) {
        Some(open) => (format!("what was not checked ({open})"), Decision::NotChecked),
        None if score == max => ("what has no check".to_string(), Decision::Passes),
        None => ("what has no check".to_string(), Decision::Fails),
    };
    Some(Test {
        test_name: name,
        passed: decision == Decision::Passes,
        score,
        max_score: max,
        verdict: decision.word().to_string(),
        open: units(open),
        output: remarks(graded).join("\n"),
    })
}

/// What a check has of the points of its step.
fn share(check: &GradedCheck) -> f64 {
    if check.bonus { 0.0 } else { check.max.max(0.0) }
}

/// These shares in whole units, which sum up to the sum of the shares, rounded.
fn apportioned(shares: &[f64]) -> Vec<u64> {
    // What is whole but for the last bits of its fraction has lost nothing.
    let exact: Vec<f64> = shares.iter().map(|share| (share * UNITS * 1e6).round() / 1e6).collect();
    let mut units: Vec<u64> = exact.iter().map(|share| share.floor() as u64).collect();
    let sum = exact.iter().sum::<f64>().round() as u64;
    let left = sum.saturating_sub(units.iter().sum());
    let mut order: Vec<usize> = (0..shares.len()).collect();
    let lost = |at: usize| exact[at] - exact[at].floor();
    order.sort_by(|one, other| lost(*other).total_cmp(&lost(*one)));
    for at in order.into_iter().take(left as usize) {
        units[at] += 1;
    }
    units
}

/// `2026-06-01T14:32:01Z`
fn time(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_in_whole_units_sum_up_to_the_whole() {
        assert_eq!(apportioned(&[1.0 / 3.0; 3]), [34, 33, 33]);
        assert_eq!(apportioned(&[2.0 / 7.0; 7]).iter().sum::<u64>(), 200);
        assert_eq!(apportioned(&[0.0, 0.5, 1.5]), [0, 50, 150]);
        assert_eq!(apportioned(&[0.1 + 0.2, 0.7]), [30, 70]);
        assert_eq!(apportioned(&[0.0; 2]), [0, 0]);
        assert_eq!(apportioned(&[]), [0u64; 0]);
    }

    #[test]
    fn no_share_is_more_than_a_unit_off() {
        arbtest::arbtest(|data| {
            let parts: Vec<u8> = data.arbitrary()?;
            let sum: f64 = parts.iter().map(|part| f64::from(*part)).sum();
            if sum > 0.0 {
                let shares: Vec<f64> =
                    parts.iter().map(|part| 10.0 * f64::from(*part) / sum).collect();
                let units = apportioned(&shares);
                assert_eq!(units.iter().sum::<u64>(), 1000);
                for (share, units) in shares.iter().zip(units) {
                    assert!((share * UNITS - units as f64).abs() < 1.0, "{share} is {units}");
                }
            }
            Ok(())
        });
    }

    #[test]
    fn a_check_that_passes_has_all_its_units() {
        let check = GradedCheck {
            id: "a".into(),
            name: "a".into(),
            verdict: "passes".into(),
            points: 1.0 / 3.0,
            max: 1.0 / 3.0,
            ..GradedCheck::default()
        };
        assert_eq!(test("ex1", &check, 34).score, 34);
        assert_eq!(test("ex1", &check, 33).score, 33);
        let half = GradedCheck { points: 1.0 / 6.0, ..check };
        assert_eq!(test("ex1", &half, 34).score, 17);
    }

    #[test]
    fn a_submission_without_checks_keeps_its_points_as_open() {
        let graded = Graded { max: 10.0, open: 10.0, ..Graded::default() };
        let test = rest(&graded).expect("there is a rest");
        assert_eq!((test.score, test.max_score, test.open), (0, 1000, 1000));
        assert_eq!(test.test_name, "what was not checked (10 points are open)");
        assert!(rest(&Graded::default()).is_none());
    }
}

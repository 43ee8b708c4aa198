//! A submission as Gradescope reads it: `results.json`, as
//! <https://gradescope-autograders.readthedocs.io/en/latest/specs/> has it.

use serde::Serialize;

use crate::report::class::decision::Decision;
use crate::report::class::graded::{Graded, GradedCheck, GradedStep};
use crate::report::class::told::{account, exact, open_in_words, remarks, result_in_words};
use crate::stage::show::visible;

#[derive(Serialize)]
struct Results<'a> {
    score: f64,
    execution_time: f64, // in seconds
    output: String,
    output_format: &'a str,
    stdout_visibility: &'a str,
    tests: Vec<Test<'a>>,
    extra_data: Extra<'a>,
}

#[derive(Serialize)]
struct Test<'a> {
    name: String,
    name_format: &'a str,
    number: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_score: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'a str>,
    output: String,
    output_format: &'a str,
    tags: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    visibility: Option<&'a str>,
}

#[derive(Serialize)]
struct Extra<'a> {
    submission: &'a str,
    seed: String, // a reader may know only numbers up to 2^53
    version: &'a str,
    protection: &'a str,
    open: f64,
    max: f64,
}

/// All output is this: Gradescope shows it as it is, whatever is in it.
const TEXT: &str = "text";

/// The values that Gradescope knows for when a student may see a test.
const VISIBILITIES: [&str; 4] = ["visible", "hidden", "after_due_date", "after_published"];

/// The results. The score of the whole is that of the course, whatever the tests sum up to. A check of which nothing was
/// decided has no score and no status, so that it is neither red nor green; its name says how many points are open. A bonus
/// has 0 of 0 points, and its status.
///
/// What is said of the whole names no sums of steps: they would tell of checks that a student may not see yet.
///
/// # Errors
/// None of these values can fail to be written.
pub fn results(graded: &Graded) -> serde_json::Result<String> {
    let tests = graded.steps.iter().zip(1..).flat_map(|(step, number)| {
        step.checks.iter().zip(1..).map(move |(check, place)| test(step, check, number, place))
    });
    let results = Results {
        score: exact(graded.points),
        execution_time: exact(graded.seconds),
        output: output(graded),
        output_format: TEXT,
        stdout_visibility: "hidden",
        tests: tests.collect(),
        extra_data: Extra {
            submission: &graded.name,
            seed: graded.seed.to_string(),
            version: &graded.version,
            protection: &graded.protection,
            open: exact(graded.open),
            max: exact(graded.max),
        },
    };
    Ok(format!("{}\n", serde_json::to_string_pretty(&results)?))
}

/// What is to be known of the whole.
fn output(graded: &Graded) -> String {
    let mut parts = Vec::new();
    if graded.steps.is_empty() {
        parts.push("Nothing of it was checked, so it has no points yet.".to_string());
    }
    if let Some(open) = open_in_words(graded.open) {
        parts.push(format!(
            "{open}: nothing was decided of them. They are neither given nor taken."
        ));
    }
    parts.extend(remarks(graded));
    parts.join("\n")
}

fn test<'a>(step: &'a GradedStep, check: &'a GradedCheck, number: i32, place: i32) -> Test<'a> {
    let decision = Decision::of(check);
    let is_decided = !decision.is_open();
    let name = visible(&format!("{}: {}", step.id, check.name.replace('`', "")));
    let name = match is_decided {
        true if check.bonus => format!("{name} (bonus)"),
        true => name,
        false => format!("{name} ({})", result_in_words(check)),
    };
    let output = format!("{}\n\n{}", result_in_words(check), account(check));
    Test {
        name,
        name_format: TEXT,
        number: format!("{number}.{place}"),
        score: is_decided.then(|| exact(check.points)),
        max_score: is_decided.then(|| exact(check.max)),
        status: is_decided.then(|| if decision == Decision::Passes { "passed" } else { "failed" }),
        output: output.trim_end().to_string(),
        output_format: TEXT,
        tags: [&*step.id, &*check.role, decision.word()]
            .into_iter()
            .filter(|tag| !tag.is_empty())
            .collect(),
        visibility: VISIBILITIES.into_iter().find(|known| *known == check.visibility),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_points_are_named_where_a_grader_looks_and_are_not_charged() {
        let check = GradedCheck {
            id: "a".into(),
            name: "a check".into(),
            verdict: "not checked".into(),
            max: 0.5,
            visibility: "whenever".into(),
            ..GradedCheck::default()
        };
        let step = GradedStep { id: "ex1".into(), open: 0.5, max: 0.5, ..GradedStep::default() };
        let test = test(&step, &check, 1, 2);
        assert_eq!(test.name, "ex1: a check (not checked: 0.5 points are open)");
        assert_eq!((test.score, test.max_score, test.status), (None, None, None));
        assert_eq!((test.number.as_str(), test.visibility), ("1.2", None));
        let graded = Graded { open: 0.5, ..Graded::default() };
        assert!(output(&graded).contains("\n0.5 points are open"), "{}", output(&graded));
    }
}

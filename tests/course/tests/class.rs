//! What is told of a class that was graded: each format is what its reader's document says, whatever submissions are called
//! and programs have said; and points that are open are named in each.

use checker::report::class::autolab::{autoresult, feedback, output};
use checker::report::class::classroom50::{self, Runner};
use checker::report::class::csv::csv;
use checker::report::class::graded::{Class, Graded};
use checker::report::class::gradescope;
use course_tests::class::{NAMES, awkward, made_up, of_all_kinds};
use jiff::Timestamp;
use serde::de::DeserializeOwned;

#[path = "class/contracts.rs"]
mod contracts;
#[path = "class/junit.rs"]
mod junit;
use contracts::{Autoresult, Gradescope, ResultV1};

/// All submissions of both classes.
fn submissions() -> Vec<Graded> {
    [made_up().graded, awkward().graded].concat()
}

/// A document that is what this type says, and has nothing else in it.
fn read<T: DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn is_close(one: f64, other: f64) -> bool {
    (one - other).abs() < 0.001
}

/// Nothing but line breaks is a control character, and nothing turns the direction of text.
fn assert_all_is_seen(text: &str) {
    let is_unseen = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
    assert_eq!(text.chars().find(|c| is_unseen(*c)), None, "{text}");
}

/// The rows of a table, each with as many cells as the others.
fn rows(class: &Class) -> Vec<Vec<String>> {
    let text = csv(class).expect("a table");
    assert_all_is_seen(&text);
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    let rows = reader.records().map(|row| row.expect("a row as wide as the others"));
    rows.map(|row| row.iter().map(String::from).collect()).collect()
}

#[test]
fn a_table_has_a_row_for_everybody_and_a_column_for_each_check() {
    let class = made_up();
    let rows = rows(&class);
    assert_eq!(rows.len(), 1 + class.graded.len() + class.absent.len());
    let at = |name: &str| rows[0].iter().position(|cell| cell == name).expect(name);
    let beginning = ["name", "given", "late days", "points", "open", "max", "ex1"];
    assert_eq!(rows[0][..7], beginning);
    assert_eq!(rows[0][7], "ex1 prints_the_message_and_ends");
    let end = ["trouble", "alike", "seed", "version", "protection", "seconds"];
    assert!(rows[0].ends_with(&end.map(String::from)), "{:?}", rows[0]);
    for (row, graded) in rows[1..].iter().zip(&class.graded) {
        let number = |name: &str| row[at(name)].parse::<f64>().expect(name);
        assert_eq!(row[0], graded.name);
        assert!(is_close(number("points"), graded.points), "{row:?}");
        assert!(is_close(number("open"), graded.open), "{row:?}");
        for step in &graded.steps {
            assert!(is_close(number(&step.id), step.points), "{row:?}");
            for check in &step.checks {
                let cell = &row[at(&format!("{} {}", step.id, check.id))];
                match (&*check.verdict, check.unstable, check.bonus) {
                    ("not checked", false, _) => assert_eq!(cell, "not checked"),
                    ("not checked", true, _) => assert_eq!(cell, "unstable"),
                    (verdict, _, true) => assert_eq!(cell, verdict),
                    _ => assert!(is_close(cell.parse().expect("points"), check.points), "{cell}"),
                }
            }
        }
    }
    let absent = rows.last().expect("a row");
    assert_eq!((&*absent[0], &*absent[at("points")]), ("MS1_Kim.Seo.58-1211", ""));
    assert_eq!(absent[at("trouble")], "nothing was handed in");
    let alike = &rows[1 + 4][at("alike")];
    assert_eq!(alike, "93 % of ex4_server.rs is like MS1_Jonas.Weiß.58-1210's");
}

#[test]
fn no_cell_of_a_table_is_a_formula() {
    let rows = rows(&awkward());
    for cell in rows.iter().flatten() {
        assert!(!cell.trim_start().starts_with(['=', '+', '-', '@']), "{cell}");
    }
    assert_eq!(rows[1][0], format!("'{}", NAMES[0]));
    assert_eq!((&*rows[0][2], &*rows[1][2]), ("'=late", "'@SUM(A1:A9)"));
}

#[test]
fn a_class_of_nobody_is_a_table_without_rows() {
    assert_eq!(rows(&Class::default()).len(), 1);
}

#[test]
fn gradescope_has_the_score_of_the_course_and_nothing_that_it_does_not_know() {
    for graded in submissions() {
        let text = gradescope::results(&graded).expect("a document");
        let results: Gradescope = read(&text);
        results.assert_holds();
        assert!(is_close(results.score, graded.points), "{text}");
        let sum: f64 = results.tests.iter().filter_map(|test| test.score).sum();
        assert!(graded.steps.is_empty() || is_close(sum, graded.points), "{sum}: {text}");
        let checks: Vec<_> = graded.steps.iter().flat_map(|step| &step.checks).collect();
        assert_eq!(results.tests.len(), checks.len());
        for (test, check) in results.tests.iter().zip(checks) {
            assert_all_is_seen(&test.name);
            assert_all_is_seen(&test.output);
            let expected = match &*check.verdict {
                _ if check.unstable => None,
                "passes" => Some("passed"),
                "fails" | "does not compile" | "to do" => Some("failed"),
                _ => None,
            };
            assert_eq!(test.status.as_deref(), expected, "{text}");
            assert_eq!(test.score.is_some(), expected.is_some(), "{text}");
            assert_eq!(test.visibility.as_deref().unwrap_or_default(), check.visibility);
            if expected.is_none() && check.max > 0.0 {
                assert!(test.name.contains("open)"), "{}", test.name);
            }
        }
        assert_eq!(
            results.output.contains("open: nothing was decided"),
            graded.open > 0.0,
            "{text}"
        );
    }
}

#[test]
fn a_bonus_has_a_status_and_no_points_in_gradescope() {
    let results: Gradescope = read(&gradescope::results(&of_all_kinds("ada")).expect("a document"));
    let bonus: Vec<_> =
        results.tests.iter().filter(|test| test.name.ends_with("(bonus)")).collect();
    assert_eq!(bonus.len(), 2);
    assert!(bonus.iter().all(|test| (test.score, test.max_score) == (Some(0.0), Some(0.0))));
    let statuses: Vec<_> = bonus.iter().map(|test| test.status.as_deref()).collect();
    assert_eq!(statuses, [Some("passed"), Some("failed")]);
    assert_eq!(results.extra_data["seed"], u64::MAX.to_string());
}

fn runner() -> Runner {
    let commit = "https://example.org/commit/1".to_string();
    Runner {
        classroom: "networks".to_string(),
        assignment: "chatlings".to_string(),
        assignment_type: "individual".to_string(),
        owner: "ada".to_string(),
        submission: "submit/2026-06-01T14-32-05Z-a1b2c3d".to_string(),
        review: commit.clone(),
        commit,
        release: "https://example.org/releases/tag/1".to_string(),
        datetime: "2026-06-01T16:32:01+02:00".parse::<Timestamp>().expect("a time"),
        graded_at: Some(Timestamp::UNIX_EPOCH),
    }
}

#[test]
fn classroom_50_has_whole_numbers_that_sum_up_and_stay_what_they_are_in_percent() {
    for graded in submissions() {
        let text = classroom50::result(&graded, &runner()).expect("a document");
        let result: ResultV1 = read(&text);
        result.assert_holds();
        assert_eq!(result.datetime, "2026-06-01T14:32:01Z");
        assert!((result.max_score as f64 - graded.max * 100.0).abs() <= 0.5, "{text}");
        // Each check may be a unit off.
        let checks = graded.steps.iter().map(|step| step.checks.len()).sum::<usize>() as f64;
        let off = (result.score as f64 - graded.points * 100.0).abs();
        assert!(off <= checks.max(1.0) / 2.0, "{off}: {text}");
        let open: u64 =
            result.tests.iter().map(|test| test.extra["open"].as_u64().expect("units")).sum();
        assert!((open as f64 - graded.open * 100.0).abs() <= 1.0, "{text}");
        for test in &result.tests {
            assert_all_is_seen(&test.test_name);
            if test.extra["open"] != 0 {
                assert!(test.test_name.contains("open)"), "{}", test.test_name);
            }
        }
    }
}

#[test]
fn what_a_student_may_not_see_yet_is_not_told_where_there_is_no_later() {
    let mut graded = of_all_kinds("ada");
    for check in &mut graded.steps[0].checks {
        check.message = format!("secret of {}", check.visibility);
    }
    let autolab = feedback(&graded);
    let classroom = classroom50::result(&graded, &runner()).expect("a document");
    for text in [autolab, classroom] {
        assert!(text.contains("secret of visible"), "{text}");
        for hidden in ["hidden", "after_due_date", "after_published"] {
            assert!(!text.contains(&format!("secret of {hidden}")), "{hidden}: {text}");
        }
    }
}

#[test]
fn the_last_line_for_autolab_has_the_scores_and_the_lines_above_name_what_is_open() {
    for graded in submissions() {
        let text = output(&graded).expect("a text");
        assert_all_is_seen(&text);
        let last = text.lines().last().expect("a line");
        assert_eq!(last, autoresult(&graded).expect("a line"));
        let result: Autoresult = read(last);
        let scores: Vec<(&str, f64)> =
            result.scores.iter().map(|(name, score)| (name.as_str(), *score)).collect();
        assert_eq!(scores.len(), graded.steps.len());
        for step in &graded.steps {
            let score = scores.iter().find(|(name, _)| *name == step.id).expect("a score");
            assert!(is_close(score.1, step.points), "{last}");
        }
        assert_eq!(text.contains("not in the scores yet"), graded.open > 0.0, "{text}");
    }
    let line = autoresult(&made_up().graded[0]).expect("a line");
    assert!(line.starts_with("{\"scores\":{\"ex1\":"), "{line}");
}

//! What the readers of results say of them in their documents, as types that take nothing else, and as sentences where a type
//! cannot say it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

/// Gradescope's `results.json`: <https://gradescope-autograders.readthedocs.io/en/latest/specs/#output-format>, of which all that
/// is not written here is left out.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gradescope {
    /// Required where not every test has one; it goes before their sum.
    pub score: f64,
    /// In seconds.
    pub execution_time: f64,
    /// About the whole submission.
    pub output: String,
    /// One of the formats.
    pub output_format: String,
    /// One of the visibilities.
    pub stdout_visibility: String,
    /// The test cases.
    pub tests: Vec<GradescopeTest>,
    /// Whatever is to be kept.
    pub extra_data: BTreeMap<String, Value>,
}

/// A test case of it, in which everything is optional.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GradescopeTest {
    /// Its name.
    pub name: String,
    /// One of the formats.
    pub name_format: String,
    /// Its number, such as `1.1`.
    pub number: String,
    /// What it gives.
    pub score: Option<f64>,
    /// The most it gives.
    pub max_score: Option<f64>,
    /// `passed` or `failed`; else it follows from the score.
    pub status: Option<String>,
    /// What is shown of it.
    pub output: String,
    /// One of the formats.
    pub output_format: String,
    /// Any words.
    pub tags: Vec<String>,
    /// One of the visibilities.
    pub visibility: Option<String>,
}

const FORMATS: [&str; 5] = ["text", "html", "simple_format", "md", "ansi"];
const VISIBILITIES: [&str; 4] = ["hidden", "after_due_date", "after_published", "visible"];

impl Gradescope {
    /// Checks what the types do not.
    pub fn assert_holds(&self) {
        assert!(self.score.is_finite() && self.execution_time >= 0.0, "{self:?}");
        assert_eq!(self.stdout_visibility, "hidden");
        assert!(FORMATS.contains(&&*self.output_format), "{}", self.output_format);
        for test in &self.tests {
            // Whatever a program has said must not be taken for markup.
            assert_eq!((&*test.output_format, &*test.name_format), ("text", "text"));
            let known = |value: &Option<String>, of: &[&str]| {
                value.as_ref().is_none_or(|value| of.contains(&&**value))
            };
            assert!(known(&test.status, &["passed", "failed"]), "{test:?}");
            assert!(known(&test.visibility, &VISIBILITIES), "{test:?}");
            assert!(test.score.is_some() == test.max_score.is_some(), "{test:?}");
            assert!(test.score.unwrap_or_default() <= test.max_score.unwrap_or_default());
            assert!(test.tags.iter().all(|tag| !tag.is_empty()), "{test:?}");
        }
        let numbers: BTreeSet<&str> = self.tests.iter().map(|test| &*test.number).collect();
        assert_eq!(numbers.len(), self.tests.len(), "a number is there twice");
    }
}

/// Classroom 50's `result.json`, `classroom50/result/v1`: the page Advanced Autograding of
/// <https://github.com/foundation50/classroom50/wiki>, and `schemas/result-v1.schema.json` of that repository.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ResultV1 {
    schema: String,
    classroom: String,
    assignment: String,
    #[serde(rename = "assignment_type")]
    assignment_type: String,
    owner: String,
    submission: String,
    commit: String,
    release: String,
    review: String,
    /// When it was handed in, in UTC, to the second.
    pub datetime: String,
    #[serde(rename = "graded_at")]
    graded_at: Option<String>,
    /// The sum of the tests' scores.
    pub score: u64,
    /// The sum of the tests' highest scores.
    pub max_score: u64,
    /// The tests.
    pub tests: Vec<TestV1>,
}

/// A test of it, which may have further keys.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct TestV1 {
    /// Its name.
    pub test_name: String,
    passed: bool,
    score: u64,
    max_score: u64,
    /// The further keys.
    #[serde(flatten)]
    pub extra: BTreeMap<String, Value>,
}

impl ResultV1 {
    /// Checks what the types do not.
    pub fn assert_holds(&self) {
        assert_eq!(self.schema, "classroom50/result/v1");
        assert!(["individual", "group"].contains(&&*self.assignment_type));
        let filled = [
            &self.classroom,
            &self.assignment,
            &self.owner,
            &self.commit,
            &self.release,
            &self.review,
        ];
        assert!(filled.iter().all(|text| !text.is_empty()), "{self:?}");
        assert!(self.submission.starts_with("submit/"), "{}", self.submission);
        let time = regex::Regex::new(r"^\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$");
        let time = time.expect("a pattern");
        assert!(time.is_match(&self.datetime), "{}", self.datetime);
        assert!(self.graded_at.as_ref().is_none_or(|at| time.is_match(at)), "{:?}", self.graded_at);
        assert_eq!(self.score, self.tests.iter().map(|test| test.score).sum::<u64>());
        assert_eq!(self.max_score, self.tests.iter().map(|test| test.max_score).sum::<u64>());
        for test in &self.tests {
            assert!(test.score <= test.max_score && !test.test_name.is_empty(), "{test:?}");
            assert!(!test.passed || test.score == test.max_score, "{test:?}");
        }
    }
}

/// The last line that an autograder of Autolab prints, an autoresult: <https://docs.autolabproject.com/lab/#writing-autograders>.
/// It may have a `scoreboard`, which is left out.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Autoresult {
    /// A number for each problem.
    pub scores: BTreeMap<String, f64>,
}

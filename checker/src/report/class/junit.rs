//! A class as JUnit XML, which test servers read (Jenkins, GitLab and others): a test suite for each step of each submission,
//! a test case for each check.
//!
//! The format has no standard. What is written here is what Jenkins' xUnit plugin asks for, which is the strictest reader of
//! wide use. <https://github.com/jenkinsci/xunit-plugin>
//!
//! XML 1.0 cannot have control characters, not even escaped. All text here was made visible, which spells them out.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Result;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::report::class::decision::{Decision, open_points};
use crate::report::class::graded::{Class, Graded, GradedCheck, GradedStep};
use crate::report::class::told::{account, exact, open_in_words, reason, remarks, result_in_words};
use crate::stage::show::visible;

/// The document. The class of a test case, such as `bob.ex1`, and its name, such as `prints_the_message_and_ends`, are those
/// of no other one.
///
/// # Errors
/// None of these values can fail to be written.
pub fn junit(class: &Class) -> Result<String> {
    let mut report = Report::new(format!("chatlings {}", visible(&class.version)));
    report.set_time(class.graded.iter().map(|graded| time(graded.seconds)).sum());
    for graded in &class.graded {
        report.add_test_suites(suites(graded));
    }
    for name in &class.absent {
        let mut status = TestCaseStatus::skipped();
        status.set_message("nothing was handed in").set_type("absent");
        report.add_test_suite(alone(name, "was_handed_in", status));
    }
    distinguish(&mut report);
    // The root has no such attribute in the schema; each test suite has.
    let of_root = format!(" skipped=\"{}\"", report.skipped);
    Ok(report.to_string()?.replacen(&of_root, "", 1))
}

/// Test cases of which the class and the name are those of another one get a number behind their name: they come from two
/// submissions of one name, say, which were graded on two machines.
fn distinguish(report: &mut Report) {
    let mut seen: BTreeMap<(String, String), usize> = BTreeMap::new();
    for case in report.test_suites.iter_mut().flat_map(|suite| &mut suite.test_cases) {
        let class = case.classname.as_ref().map_or(String::new(), |name| name.as_str().to_string());
        let times = seen.entry((class, case.name.as_str().to_string())).or_default();
        *times += 1;
        if *times > 1 {
            case.name = format!("{} ({times})", case.name.as_str()).into();
        }
    }
}

/// A test suite for each step; one for the whole, if there are none.
fn suites(graded: &Graded) -> Vec<TestSuite> {
    let remarks = remarks(graded).join("\n");
    let mut suites: Vec<TestSuite> =
        graded.steps.iter().map(|step| suite(&graded.name, step)).collect();
    if suites.is_empty() {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        let open = open_in_words(graded.open).map(|open| format!(": {open}")).unwrap_or_default();
        status.set_message(format!("nothing of it was checked{open}")).set_type("trouble");
        status.set_description(&remarks);
        suites.push(alone(&graded.name, "was_checked", status));
    }
    for suite in &mut suites {
        for (name, value) in [
            ("submission", graded.name.clone()),
            ("given", graded.given.clone()),
            ("seed", graded.seed.to_string()),
            ("version", graded.version.clone()),
            ("protection", graded.protection.clone()),
        ] {
            suite.add_property((name, visible(&value).as_str()));
        }
    }
    if let (Some(first), false) = (suites.first_mut(), remarks.is_empty()) {
        first.set_system_err(&remarks);
    }
    suites
}

/// A test suite with this test case alone.
fn alone(name: &str, case: &str, status: TestCaseStatus) -> TestSuite {
    let mut suite = TestSuite::new(visible(name));
    let mut case = TestCase::new(case, status);
    case.set_classname(visible(name)).set_time(Duration::ZERO);
    suite.set_time(Duration::ZERO).add_test_case(case);
    suite
}

fn suite(submission: &str, step: &GradedStep) -> TestSuite {
    let name = visible(&format!("{submission}.{}", step.id));
    let mut suite = TestSuite::new(&name);
    for (key, points) in [("points", step.points), ("open", step.open), ("max", step.max)] {
        suite.add_property((key, exact(points).to_string().as_str()));
    }
    for check in &step.checks {
        let mut case = TestCase::new(visible(&check.id), status(check));
        case.set_classname(&name).set_time(time(check.seconds));
        suite.add_test_case(case);
    }
    suite.set_time(step.checks.iter().map(|check| time(check.seconds)).sum());
    suite
}

/// What was decided: what fails is a failure, what is to be done or was not checked was skipped, and a fault of the checker is
/// an error, for it is nobody's failure.
fn status(check: &GradedCheck) -> TestCaseStatus {
    let decision = Decision::of(check);
    let mut status = match decision {
        Decision::Passes => return TestCaseStatus::success(),
        Decision::Fails | Decision::DoesNotCompile => {
            TestCaseStatus::non_success(NonSuccessKind::Failure)
        }
        Decision::CheckerFault => TestCaseStatus::non_success(NonSuccessKind::Error),
        Decision::ToDo | Decision::NotChecked | Decision::Unstable => TestCaseStatus::skipped(),
    };
    let reason = reason(check);
    let first_line = reason.lines().next().unwrap_or_default();
    let message = match (first_line, open_points(check) > 0.0) {
        ("", _) => result_in_words(check),
        (line, true) => format!("{}; {line}", result_in_words(check)),
        (line, false) => line.to_string(),
    };
    status.set_message(message).set_type(decision.word());
    let account = format!("{}\n\n{}", result_in_words(check), account(check));
    status.set_description(account.trim_end());
    status
}

fn time(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or_default()
}

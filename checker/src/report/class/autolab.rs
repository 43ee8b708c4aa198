//! A submission as Autolab reads it: what an autograder prints, of which the last line has the scores
//! (<https://docs.autolabproject.com/lab/>). All that stands above it is shown to the student as it is.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::report::class::decision::may_be_seen;
use crate::report::class::graded::Graded;
use crate::report::class::told::{
    account, exact, open_in_words, remarks, result_in_words, sum_in_words,
};
use crate::report::terminal::counted;
use crate::stage::show::visible;

#[derive(Serialize)]
struct Autoresult<'a> {
    scores: Scores<'a>,
}

/// A problem for each step, of the step's name: the assessment must have problems of these names.
struct Scores<'a>(&'a Graded);

impl Serialize for Scores<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.steps.len()))?;
        for step in &self.0.steps {
            map.serialize_entry(&step.id, &exact(step.points))?;
        }
        map.end()
    }
}

/// The last line: `{"scores":{"ex1":2.0,"ex2":1.5}}`. It has no place for points that are open: [`feedback`] names them.
///
/// # Errors
/// None of these values can fail to be written.
pub fn autoresult(graded: &Graded) -> serde_json::Result<String> {
    serde_json::to_string(&Autoresult { scores: Scores(graded) })
}

/// What stands above it, for the student and the grader: each check, with its reason if it does not pass. Of a check that a
/// student may not see yet, nothing is said but that it is there.
pub fn feedback(graded: &Graded) -> String {
    let mut text = String::new();
    for step in &graded.steps {
        let sum = sum_in_words(step.points, step.max, step.open);
        text += &format!("{}: {sum}\n", visible(&step.id));
        let hidden = step.checks.iter().filter(|check| !may_be_seen(check)).count();
        for check in step.checks.iter().filter(|check| may_be_seen(check)) {
            let name = visible(&check.name.replace('`', ""));
            text += &format!("  {name}: {}\n", result_in_words(check));
            text += &account(check).lines().map(indented).collect::<String>();
        }
        if hidden > 0 {
            text += &format!("  and {} not shown here\n", counted(hidden, "check"));
        }
    }
    if let Some(open) = open_in_words(graded.open) {
        text += &format!("{open}: nothing was decided of them. They are not in the scores yet.\n");
    }
    text += &remarks(graded).iter().map(|line| format!("{line}\n")).collect::<String>();
    text
}

fn indented(line: &str) -> String {
    if line.is_empty() { "\n".to_string() } else { format!("      {line}\n") }
}

/// All that is to be printed: the feedback, and the scores as its last line.
///
/// # Errors
/// None of these values can fail to be written.
pub fn output(graded: &Graded) -> serde_json::Result<String> {
    Ok(format!("{}{}\n", feedback(graded), autoresult(graded)?))
}

//! The steps of the course, each put together of its row ([`scenes`](crate::course::scenes)), its texts
//! ([`texts`](crate::course::texts)) and what the course file says of it ([`values`](crate::course::values)).

use std::sync::LazyLock;

use crate::course::choice::Choice;
use crate::course::scenes::ROWS;
use crate::course::step::{Check, Row, Step};
use crate::course::texts::{StepTexts, TEXTS, Texts};
use crate::course::values::{StepValues, VALUES, Values};

/// All steps, in the order of the walkthrough.
pub static STEPS: LazyLock<Vec<Step>> = LazyLock::new(|| {
    ROWS.iter()
        .map(|row| put_together(row, TEXTS.of_step(row.id), VALUES.of_step(row.id)))
        .collect()
});

/// To be called before the steps are used, so that what was chosen wrongly is told.
///
/// # Errors
/// When there are no texts in the language that was chosen, or a course file is wrong: in one line.
pub fn begin() -> Result<(), String> {
    let choice = Choice::of_this_run();
    choice.language.as_deref().map_or(Ok(()), |language| Texts::of(language).map(drop))?;
    Values::of_this_run().map(drop)
}

/// The step of that id.
pub fn find(id: &str) -> Option<&'static Step> {
    STEPS.iter().find(|step| step.id == id)
}

/// A step with its words. They stay until the end of the program.
fn put_together(row: &Row, texts: &'static StepTexts, values: &'static StepValues) -> Step {
    let check = |check: &Check| Check {
        name: texts.checks.get(check.id).map_or(check.id, |texts| &texts.name),
        look: texts.checks.get(check.id).map_or("", |texts| &texts.look),
        ..*check
    };
    let checks = |checks: &[Check]| &*checks.iter().map(check).collect::<Vec<_>>().leak();
    Step {
        id: row.id,
        title: values.title.as_deref().unwrap_or(&texts.title),
        new: &texts.new,
        shown: row.shown,
        port: values.port,
        points: values.points.unwrap_or(0),
        programs: row.programs,
        probes: row.probes,
        is_own: row.is_own,
        handout: values.handout.as_deref().unwrap_or_default(),
        checks: checks(&values.checks),
        pair_checks: checks(&values.pair_checks),
        hints: texts.hints.iter().map(String::as_str).collect::<Vec<_>>().leak(),
    }
}

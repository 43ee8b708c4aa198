//! The steps of the course, each put together of its row ([`scenes`](crate::course::scenes)) and its texts
//! ([`texts`](crate::course::texts)).

use std::sync::LazyLock;

use crate::course::choice::Choice;
use crate::course::scenes::ROWS;
use crate::course::step::{Check, Row, Step};
use crate::course::texts::{TEXTS, Texts};

/// All steps, in the order of the walkthrough.
pub static STEPS: LazyLock<Vec<Step>> =
    LazyLock::new(|| ROWS.iter().map(|row| put_together(row, &TEXTS)).collect());

/// To be called before the steps are used, so that what was chosen wrongly is told.
///
/// # Errors
/// When there are no texts in the language that was chosen: in one line, which there are.
pub fn begin() -> Result<(), String> {
    Choice::of_this_run()
        .language
        .as_deref()
        .map_or(Ok(()), |language| Texts::of(language).map(drop))
}

/// The step of that id.
pub fn find(id: &str) -> Option<&'static Step> {
    STEPS.iter().find(|step| step.id == id)
}

/// A step with its words. They stay until the end of the program.
fn put_together(row: &Row, texts: &'static Texts) -> Step {
    let words = texts.of_step(row.id);
    let check = |check: &Check| Check {
        name: words.checks.get(check.id).map_or(check.id, |words| &words.name),
        look: words.checks.get(check.id).map_or("", |words| &words.look),
        ..*check
    };
    let checks = |checks: &[Check]| &*checks.iter().map(check).collect::<Vec<_>>().leak();
    Step {
        id: row.id,
        title: &words.title,
        new: &words.new,
        shown: row.shown,
        port: row.port,
        points: row.points,
        programs: row.programs,
        probes: row.probes,
        handout: row.handout,
        is_own: row.is_own,
        checks: checks(row.checks),
        pair_checks: checks(row.pair_checks),
        hints: words.hints.iter().map(String::as_str).collect::<Vec<_>>().leak(),
    }
}

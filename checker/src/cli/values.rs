//! What several commands are given: steps, programs, and the terminal that they show their results on.

use clap::builder::PossibleValuesParser;
use console::Term;

use crate::course::scenes::ROWS;
use crate::course::step::Step;
use crate::course::table::STEPS;
use crate::report::terminal::Terminal;
use crate::report::transcript::WIDTH;

/// One of the steps.
pub(super) fn step_ids() -> PossibleValuesParser {
    PossibleValuesParser::new(ROWS.iter().map(|row| row.id))
}

/// One of the student's programs.
pub(super) fn programs() -> PossibleValuesParser {
    PossibleValuesParser::new(ROWS.iter().flat_map(|row| row.programs))
}

/// One of the steps, or one of the student's programs.
pub(super) fn steps_or_programs() -> PossibleValuesParser {
    let programs = ROWS.iter().flat_map(|row| row.programs);
    PossibleValuesParser::new(ROWS.iter().map(|row| row.id).chain(programs.copied()))
}

/// The programs that are meant by the id of a step, or by the name of one of them.
pub fn programs_of(what: &str) -> Vec<&'static str> {
    let programs = STEPS.iter().flat_map(|step| step.programs.iter().map(move |it| (step, *it)));
    let is_meant = |(step, program): &(&Step, &str)| step.id == what || *program == what;
    programs.filter(is_meant).map(|(_, program)| program).collect()
}

/// The steps of these ids, in the order of the course; all when none is named.
pub fn steps_of(ids: &[String]) -> Vec<&'static Step> {
    let is_meant = |step: &&Step| ids.is_empty() || ids.iter().any(|id| id == step.id);
    STEPS.iter().filter(is_meant).collect()
}

/// How results are shown here: on a terminal as wide as it is, within reason.
pub fn terminal(is_verbose: bool) -> Terminal {
    const NARROWEST: usize = 40;
    const WIDEST: usize = 100;
    let size = Term::stdout().size_checked();
    let width = size.map_or(WIDTH, |(_, columns)| usize::from(columns).clamp(NARROWEST, WIDEST));
    Terminal { width, is_verbose }
}

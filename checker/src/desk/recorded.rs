//! How the reference solutions were played once: what is shown of a step whose reference solutions are not here, as in a
//! students' edition of the course. It is read from the snapshots of the transcripts, in which ports and times are left out.

use std::fs;
use std::time::Duration;

use crate::course::layout::{Package, has_solutions, root};
use crate::course::step::{Check, Step};
use crate::course::{layout, table::STEPS};
use crate::desk::refusal::Refusal;
use crate::judge::outcome::{Outcome, Verdict};
use crate::report::terminal::in_words;
use crate::report::transcript::parsed;
use crate::stage::transcript::Transcript;

/// The transcripts of all scenes of a step; none if nothing was recorded of it.
pub(super) fn transcripts(step: &Step) -> Vec<Transcript> {
    let text = fs::read_to_string(root().join(layout::transcripts(step))).unwrap_or_default();
    parsed(&text.replace('\r', "")) // Git may write other line ends
}

/// What came of a check when it was recorded. If it was not, the transcript is empty.
pub(super) fn outcome(step: &Step, check: &'static Check) -> Outcome {
    let title = format!("{} · {}", step.title, check.name);
    let recorded = transcripts(step).into_iter().find(|transcript| transcript.title == title);
    let verdict = match recorded {
        Some(_) => Verdict::Passes, // nothing else is recorded
        None => Verdict::NotChecked("its reference solution is not here".to_string()),
    };
    Outcome {
        check,
        verdict,
        is_bonus: check.is_bonus(),
        max: 0.0,
        transcript: recorded.unwrap_or(Transcript::new(title)),
        took: Duration::ZERO,
        lacked: None,
        held_up: Duration::ZERO,
        warnings: Vec::new(),
    }
}

/// Refuses to check reference solutions that are not here, and says which are.
///
/// # Errors
/// When those of a step are not.
pub(super) fn refuse_without_solutions(steps: &[&'static Step]) -> Result<(), Refusal> {
    let missing: Vec<&str> =
        steps.iter().filter(|step| !has_solutions(step)).map(|step| step.id).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let here: Vec<&str> =
        STEPS.iter().filter(|step| has_solutions(step)).map(|step| step.id).collect();
    let folder = Package::Solutions.folder();
    let missing = in_words(&missing);
    Err(Refusal(match &here[..] {
        [] => "the reference solutions are not here, only how they were played: cargo step demo"
            .to_string(),
        _ => format!(
            "{folder}/ has no reference solutions of {missing}; cargo step check {} --solutions checks those that it has",
            here.join(" ")
        ),
    }))
}

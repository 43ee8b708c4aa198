//! The steps and the checks of a class, in one order for all: submissions may have been graded for different steps, or by
//! different versions of the course.

use crate::report::class::graded::{Graded, GradedCheck, GradedStep};

/// A step of a class.
pub(super) struct StepColumn<'a> {
    /// `ex1`
    pub id: &'a str,
    /// `1.1 a server for one message`
    pub title: &'a str,
    /// The most it gives.
    pub max: f64,
    /// Its checks.
    pub checks: Vec<CheckColumn<'a>>,
}

/// A check of a step of a class.
pub(super) struct CheckColumn<'a> {
    /// By which machines know it.
    pub id: &'a str,
    /// By which people do.
    pub name: &'a str,
    /// Whether it goes beyond what is asked.
    pub bonus: bool,
}

/// All steps of these submissions, each with all its checks. What only some have comes behind what it follows there.
pub(super) fn columns(graded: &[Graded]) -> Vec<StepColumn<'_>> {
    let mut columns: Vec<StepColumn> = Vec::new();
    for one in graded {
        let mut at = 0;
        for step in &one.steps {
            let place = columns.iter().position(|column| column.id == step.id);
            let place = place.unwrap_or_else(|| {
                columns.insert(at, StepColumn::of(step));
                at
            });
            at = place + 1;
            columns[place].max = columns[place].max.max(step.max);
            add_checks(&mut columns[place].checks, &step.checks);
        }
    }
    columns
}

fn add_checks<'a>(columns: &mut Vec<CheckColumn<'a>>, checks: &'a [GradedCheck]) {
    let mut at = 0;
    for check in checks {
        let place = columns.iter().position(|column| column.id == check.id);
        let place = place.unwrap_or_else(|| {
            columns
                .insert(at, CheckColumn { id: &check.id, name: &check.name, bonus: check.bonus });
            at
        });
        at = place + 1;
    }
}

impl<'a> StepColumn<'a> {
    fn of(step: &'a GradedStep) -> StepColumn<'a> {
        StepColumn { id: &step.id, title: &step.title, max: step.max, checks: Vec::new() }
    }

    /// What a submission has in it.
    pub fn of_submission<'b>(&self, graded: &'b Graded) -> Option<&'b GradedStep> {
        graded.steps.iter().find(|step| step.id == self.id)
    }
}

impl CheckColumn<'_> {
    /// What a step of a submission has in it.
    pub fn of_step<'b>(&self, step: &'b GradedStep) -> Option<&'b GradedCheck> {
        step.checks.iter().find(|check| check.id == self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graded(steps: &[(&str, &[&str])]) -> Graded {
        let check = |id: &&str| GradedCheck { id: id.to_string(), ..GradedCheck::default() };
        let step = |(id, checks): &(&str, &[&str])| GradedStep {
            id: id.to_string(),
            checks: checks.iter().map(check).collect(),
            ..GradedStep::default()
        };
        Graded { steps: steps.iter().map(step).collect(), ..Graded::default() }
    }

    #[test]
    fn what_only_some_have_comes_behind_what_it_follows_there() {
        let class = [
            graded(&[("ex1", &["a", "c"]), ("ex3", &[])]),
            graded(&[("ex1", &["a", "b", "c", "d"]), ("ex2", &["x"])]),
            graded(&[("ex0", &[])]),
        ];
        let columns = columns(&class);
        let ids: Vec<&str> = columns.iter().map(|column| column.id).collect();
        assert_eq!(ids, ["ex0", "ex1", "ex2", "ex3"]);
        let checks: Vec<&str> = columns[1].checks.iter().map(|check| check.id).collect();
        assert_eq!(checks, ["a", "b", "c", "d"]);
    }
}

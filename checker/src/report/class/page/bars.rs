//! What came of each check in the whole class, as bars; and which checks fail most.

use std::cmp::Reverse;

use maud::{Markup, html};

use crate::report::class::columns::{CheckColumn, StepColumn};
use crate::report::class::decision::Decision;
use crate::report::class::graded::{Class, Graded, GradedCheck};
use crate::report::page::text::prose;
use crate::report::terminal::{points, points_in_words};
use crate::stage::show::visible;

/// How many of those that fail most are named.
const MOST: usize = 5;

/// What came of a check, in all submissions that were graded for it.
struct Row<'a> {
    step: &'a str,
    check: &'a CheckColumn<'a>,
    counts: [usize; Decision::ALL.len()],
    mean: Option<f64>,
    max: f64,
}

/// All checks, in the order of the course, below those that fail most.
pub(super) fn bars(class: &Class, steps: &[StepColumn]) -> Markup {
    let rows: Vec<Vec<Row>> = steps
        .iter()
        .map(|step| step.checks.iter().map(|check| Row::of(step, check, &class.graded)).collect())
        .collect();
    html! {
        @if !steps.is_empty() {
            section aria-labelledby="checks" {
                h2 #checks { "Checks" }
                (most(rows.iter().flatten().collect()))
                @for (step, rows) in steps.iter().zip(&rows) {
                    h3 { (visible(if step.title.is_empty() { step.id } else { step.title })) }
                    ul.rows { @for row in rows { (bar(row)) } }
                }
            }
        }
    }
}

fn most(mut rows: Vec<&Row>) -> Markup {
    rows.retain(|row| row.count(Decision::Fails) > 0);
    rows.sort_by_key(|row| Reverse(row.count(Decision::Fails)));
    html! {
        @if !rows.is_empty() {
            h3 { "Fail most" }
            ol.most {
                @for row in rows.iter().take(MOST) {
                    li {
                        (visible(row.step)) ": " a href={ "#" (row.anchor()) } { (prose(&visible(row.check.name))) }
                        " " span.dim { (row.failures_in_words()) }
                    }
                }
            }
        }
    }
}

fn bar(row: &Row) -> Markup {
    let decided = || Decision::ALL.into_iter().filter(|decision| row.count(*decision) > 0);
    html! {
        li id=(row.anchor()) {
            p { (prose(&visible(row.check.name))) " " span.dim { (row.worth()) } }
            p.counts {
                @for decision in decided() {
                    @let (sign, class) = look(decision);
                    span.(class) { span aria-hidden="true" { (sign) } " " (counted(decision, row.count(decision))) }
                    " "
                }
            }
            div.bar aria-hidden="true" {
                @for decision in decided() {
                    i.(look(decision).1) style={ "--n:" (row.count(decision)) } {}
                }
            }
        }
    }
}

impl<'a> Row<'a> {
    fn of(step: &StepColumn<'a>, check: &'a CheckColumn<'a>, graded: &[Graded]) -> Row<'a> {
        let steps = graded.iter().filter_map(|one| step.of_submission(one));
        let all: Vec<&GradedCheck> = steps.filter_map(|step| check.of_step(step)).collect();
        let mut counts = [0; Decision::ALL.len()];
        for (count, decision) in counts.iter_mut().zip(Decision::ALL) {
            *count = all.iter().filter(|check| Decision::of(check) == decision).count();
        }
        let decided = all.iter().filter(|check| !Decision::of(check).is_open());
        let points: Vec<f64> = decided.map(|check| check.points).collect();
        let sum = points.iter().fold(0.0, |sum, points| sum + points);
        Row {
            step: step.id,
            check,
            counts,
            mean: (!points.is_empty()).then(|| sum / points.len() as f64),
            max: all.iter().map(|check| check.max).fold(0.0, f64::max),
        }
    }

    fn count(&self, decision: Decision) -> usize {
        let counts = self.counts.iter().zip(Decision::ALL);
        counts.filter(|(_, of)| *of == decision).map(|(count, _)| *count).sum()
    }

    fn sum(&self) -> usize {
        self.counts.iter().sum()
    }

    /// `6 of 10 fail, 2 do not compile`
    fn failures_in_words(&self) -> String {
        let fails = self.count(Decision::Fails);
        let verb = if fails == 1 { "fails" } else { "fail" };
        let broken = match self.count(Decision::DoesNotCompile) {
            0 => String::new(),
            count => format!(", {}", counted(Decision::DoesNotCompile, count)),
        };
        let bonus = if self.check.bonus { " (bonus)" } else { "" };
        format!("{fails} of {} {verb}{broken}{bonus}", self.sum())
    }

    /// What it gives on average where something was decided, of what it can give.
    fn worth(&self) -> String {
        let bonus = self.check.bonus.then(|| "bonus".to_string());
        let max = points_in_words(self.max);
        let worth = match self.mean {
            _ if self.max <= 0.0 => None,
            Some(mean) => Some(format!("on average {} of {max}", points(mean))),
            None => Some(max),
        };
        bonus.into_iter().chain(worth).collect::<Vec<_>>().join(", ")
    }

    fn anchor(&self) -> String {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let plain = |text: &str| text.replace(|c| !is_plain(c), "-");
        format!("check-{}-{}", plain(self.step), plain(self.check.id))
    }
}

/// The sign of what was decided, and its class.
fn look(decision: Decision) -> (&'static str, &'static str) {
    match decision {
        Decision::Passes => ("✓", "passes"),
        Decision::Fails => ("✗", "fails"),
        Decision::DoesNotCompile => ("✗", "uncompiled"),
        Decision::ToDo => ("○", "todo"),
        Decision::NotChecked => ("–", "open"),
        Decision::Unstable => ("~", "unstable"),
        Decision::CheckerFault => ("!", "fault"),
    }
}

/// `1 passes`, `2 pass`
fn counted(decision: Decision, count: usize) -> String {
    let word = match decision {
        Decision::Passes if count > 1 => "pass",
        Decision::Fails if count > 1 => "fail",
        Decision::DoesNotCompile if count > 1 => "do not compile",
        Decision::CheckerFault if count > 1 => "checker faults",
        other => other.word(),
    };
    format!("{count} {word}")
}

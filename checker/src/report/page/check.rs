//! A check on the page: what came of it in one line; inside, why, the diagram, and how to play it again.

use maud::{Markup, html};

use crate::judge::outcome::{Outcome, StepResult, Verdict};
use crate::report::page::diagram::diagram;
use crate::report::page::text;
use crate::report::terminal::{Ending, bonus_in_words, points};
use crate::report::transcript;
use crate::report::verdicts::{advice, has_gone_wrong};

/// Where a check is on the page.
pub(super) fn anchor(result: &StepResult, outcome: &Outcome) -> String {
    format!("{}-{}", result.step.id, outcome.check.id)
}

/// The sign of a verdict, and its class.
pub(super) fn sign(verdict: &Verdict) -> (&'static str, &'static str) {
    match verdict {
        Verdict::Passes => ("✓", "passes"),
        Verdict::Fails { .. } | Verdict::DoesNotCompile(_) => ("✗", "fails"),
        Verdict::ToDo(_) => ("○", "todo"),
        Verdict::NotChecked(_) => ("–", "open"),
        Verdict::CheckerFault(_) => ("!", "fault"),
    }
}

/// A check: open if something went wrong.
pub(super) fn check(result: &StepResult, outcome: &Outcome, ending: &Ending) -> Markup {
    let (_, class) = sign(&outcome.verdict);
    let has_more = !outcome.transcript.is_empty();
    html! {
        article.check.(class) id=(anchor(result, outcome)) {
            @if has_more {
                details open[is_open(outcome)] {
                    summary { (line(outcome)) }
                    div.inside {
                        (reason(outcome))
                        (diagram(&outcome.transcript))
                        (again(result, outcome, ending))
                        details.transcript {
                            summary { "The transcript as text" }
                            (text::block("The transcript", &transcript::whole(&outcome.transcript)))
                        }
                    }
                }
            } @else {
                div.line { (line(outcome)) }
                @if !matches!(outcome.verdict, Verdict::DoesNotCompile(_)) {
                    div.inside { (reason(outcome)) }
                }
            }
        }
    }
}

/// Whether it is shown without being asked for: something went wrong, or it takes a word to say why nothing was checked.
fn is_open(outcome: &Outcome) -> bool {
    has_gone_wrong(outcome) || matches!(outcome.verdict, Verdict::NotChecked(_))
}

/// The verdict in one line.
fn line(outcome: &Outcome) -> Markup {
    let (sign, _) = sign(&outcome.verdict);
    let worth = match &outcome.verdict {
        Verdict::Passes | Verdict::Fails { .. } if outcome.is_bonus => {
            bonus_in_words(outcome.points())
        }
        Verdict::Passes => points(outcome.max),
        Verdict::Fails { .. } => format!("0 of {}", points(outcome.max)),
        other if outcome.is_bonus => format!("bonus, {}", other.word()),
        other => other.word().to_string(),
    };
    html! {
        span.sign aria-hidden="true" { (sign) }
        h3 { (text::prose(outcome.check.name)) }
        span.worth { span.aloud { ": " (outcome.verdict.word()) ", " } (worth) }
    }
}

/// Why it is not a pass, and where to look.
fn reason(outcome: &Outcome) -> Markup {
    let message = text::start(&text::lines(&outcome.verdict.message()));
    let look = text::start(outcome.look());
    html! {
        @match &outcome.verdict {
            Verdict::Passes => {}
            Verdict::ToDo(to_do) => {
                p.reason { code { (text::lines(&to_do.place())) } " " (text::prose(&text::lines(&to_do.task))) }
            }
            _ => p.reason { (message) }
        }
        @if !look.is_empty() { p.advice { (text::prose(&advice(&text::lines(&look)))) } }
        @if let Verdict::CheckerFault(_) = outcome.verdict {
            p { "This is not your program's fault. Please report it, with this page." }
        }
    }
}

/// The command that plays it again, with the same words.
fn again(result: &StepResult, outcome: &Outcome, ending: &Ending) -> Markup {
    let command = ending.again.check(result.step.id, outcome.check.id);
    html! { p.again { "The same again: " (text::command(&command)) } }
}

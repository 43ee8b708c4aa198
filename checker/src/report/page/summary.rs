//! What stands above the checks: the sum, the steps, and what did not pass; and below them, with what all of it was
//! played.

use std::time::Duration;

use jiff::Zoned;
use maud::{Markup, html};

use crate::judge::outcome::{Outcome, StepResult, Verdict};
use crate::report::page::check::{anchor, sign};
use crate::report::page::step::sum;
use crate::report::page::text;
use crate::report::terminal::{
    Ending, Untouched, changed_helpers_in_words, open_in_words, sum_in_words,
};
use crate::report::verdicts::has_gone_wrong;
use crate::stage::show::seconds;

/// The first heading, with the sum.
pub(super) fn heading(whose: &str, results: &[StepResult], ending: &Ending) -> Markup {
    html! {
        h1 { "chatlings: a run of " (whose) }
        p.sum { strong { (sum_in_words(results, ending.summed)) } (open_in_words(results)) }
    }
}

/// The steps, and what went wrong.
pub(super) fn summary(results: &[StepResult], untouched: &[Untouched], ending: &Ending) -> Markup {
    let is_wrong = |outcome: &&Outcome| {
        has_gone_wrong(outcome) || matches!(outcome.verdict, Verdict::DoesNotCompile(_))
    };
    let wrong = results
        .iter()
        .flat_map(|result| result.outcomes.iter().map(move |outcome| (result, outcome)))
        .filter(|(_, outcome)| is_wrong(outcome));
    let wrong: Vec<(&StepResult, &Outcome)> = wrong.collect();
    html! {
        section aria-labelledby="summary" {
            h2 #summary { "Summary" }
            table {
                thead { tr { th scope="col" { "Step" } th scope="col" { "Points" } th scope="col" { "Checks" } } }
                tbody {
                    @for step in ending.summed {
                        @if let Some(result) = results.iter().find(|result| result.step.id == step.id) {
                            tr {
                                th scope="row" { a href={ "#" (step.id) } { (step.title) } }
                                td { (sum(result)) }
                                td.counts { (counts(result)) }
                            }
                        } @else if untouched.iter().any(|other| other.step.id == step.id) {
                            tr {
                                th scope="row" { a href={ "#" (step.id) } { (step.title) } }
                                td { "0 of " (step.points) " points" }
                                td { "untouched" }
                            }
                        }
                    }
                }
            }
            @if let Some((words, command)) = changed_helpers(results, ending) {
                p.reason { (words) " " (text::command(&command)) }
            }
        }
        @if !wrong.is_empty() {
            nav aria-labelledby="wrong" {
                h2 #wrong { "What did not pass" }
                ul {
                    @for (result, outcome) in wrong {
                        li { a href={ "#" (anchor(result, outcome)) } { (result.step.id) ": " (outcome.check.name) } }
                    }
                }
            }
        }
    }
}

/// How many checks have which verdict: each as its sign, a number and a word.
fn counts(result: &StepResult) -> Markup {
    let mut counts: Vec<(&Verdict, usize)> = Vec::new();
    for outcome in &result.outcomes {
        let word = outcome.verdict.word();
        match counts.iter_mut().find(|(verdict, _)| verdict.word() == word) {
            Some((_, count)) => *count += 1,
            None => counts.push((&outcome.verdict, 1)),
        }
    }
    html! {
        @for (verdict, count) in counts {
            @let (sign, class) = sign(verdict);
            span.(class) { span aria-hidden="true" { (sign) } " " (count) " " (word_for(verdict, count)) }
            " "
        }
    }
}

fn word_for(verdict: &Verdict, count: usize) -> &'static str {
    match verdict {
        Verdict::Passes if count != 1 => "pass",
        Verdict::Fails { .. } if count != 1 => "fail",
        Verdict::DoesNotCompile(_) if count != 1 => "do not compile",
        other => other.word(),
    }
}

/// A mistake may stand in a helper, if anything has gone wrong.
fn changed_helpers(results: &[StepResult], ending: &Ending) -> Option<(String, Vec<String>)> {
    let mut outcomes = results.iter().flat_map(|result| &result.outcomes);
    match outcomes.any(|outcome| !outcome.passes()) {
        true => changed_helpers_in_words(ending.changed_helpers),
        false => None,
    }
}

/// With what all of it was played, and when.
pub(super) fn footer(ending: &Ending, made: &Zoned, took: Duration) -> Markup {
    html! {
        dl {
            div { dt { "Made" } dd { time datetime=(made.strftime("%Y-%m-%dT%H:%M:%S%:z")) { (made.strftime("%Y-%m-%d %H:%M")) } } }
            div { dt { "Seed" } dd { (ending.again.seed) } }
            div { dt { "Version" } dd { (env!("CARGO_PKG_VERSION")) } }
            div { dt { "Took" } dd { (seconds(took)) } }
            @if let Some((sum, max)) = ending.so_far {
                div { dt { "So far" } dd { (crate::report::terminal::points(sum)) " of " (max) " points in all steps" } }
            }
        }
    }
}

//! What stands above the checks: the sum, with what all of it was played, the steps, and what did not pass.

use std::time::Duration;

use jiff::Zoned;
use maud::{Markup, html};

use crate::judge::outcome::{Outcome, StepResult, Verdict};
use crate::report::page::check::{anchor, sign};
use crate::report::page::step::sum;
use crate::report::page::text;
use crate::report::terminal::{
    Ending, Untouched, changed_helpers_in_words, open_in_words, points, sum_in_words,
};
use crate::report::verdicts::{broken_programs, has_gone_wrong};
use crate::stage::show::{seconds, visible};

/// The first heading, with the sum and how it came about.
pub(super) fn heading(
    whose: &str,
    results: &[StepResult],
    ending: &Ending,
    made: &Zoned,
    took: Duration,
) -> Markup {
    html! {
        h1 { "chatlings: a run of " (whose) }
        p.sum { strong { (sum_in_words(results, ending)) } (open_in_words(results)) }
        @if let Some((sum, max)) = ending.so_far {
            p { "So far: " (points(sum)) " of " (max) " points in all steps." }
        }
        dl {
            div {
                dt { "Played" }
                dd { time datetime=(made.strftime("%Y-%m-%dT%H:%M:%S%:z")) { (made.strftime("%Y-%m-%d %H:%M")) } }
            }
            div { dt { "Took" } dd { (seconds(took)) } }
            div { dt { "Seed" } dd { (ending.again.seed) } }
            div { dt { "Version" } dd { (env!("CARGO_PKG_VERSION")) } }
        }
    }
}

/// The steps, with their points and how many of their checks pass.
pub(super) fn summary(results: &[StepResult], untouched: &[Untouched], ending: &Ending) -> Markup {
    html! {
        section aria-labelledby="summary" {
            h2 #summary { "Summary" }
            table {
                thead { tr { th scope="col" { "Step" } th scope="col" { "Points" } th scope="col" { "Checks" } } }
                tbody {
                    @for step in ending.summed {
                        @let link = html! { th scope="row" { a href={ "#" (step.id) } { (step.title) } } };
                        @if let Some(result) = results.iter().find(|result| result.step.id == step.id) {
                            tr { (link) td { (sum(result, ending)) } td.counts { (counts(result)) } }
                        } @else if untouched.iter().any(|other| other.step.id == step.id) {
                            tr { (link) td { "0 of " (step.points) " points" } td { "untouched" } }
                        }
                    }
                }
            }
            @if let Some((words, command)) = changed_helpers(results, ending) {
                p.remark { (words) " " (text::command(&command)) }
            }
        }
    }
}

/// What became of the files that were handed in. Lists that are empty are left out.
pub(super) fn handed_in(lists: &[(&str, &[String])]) -> Markup {
    let lists: Vec<_> = lists.iter().filter(|(_, lines)| !lines.is_empty()).collect();
    html! {
        @if !lists.is_empty() {
            section aria-labelledby="handed-in" {
                h2 #handed-in { "What was handed in" }
                dl {
                    @for (heading, lines) in lists {
                        div {
                            dt { (heading) }
                            dd { @for line in *lines { p.remark { (visible(line)) } } }
                        }
                    }
                }
            }
        }
    }
}

/// Links to all that went wrong.
pub(super) fn wrong(results: &[StepResult]) -> Markup {
    let mut links = Vec::new();
    for result in results {
        let step = result.step;
        for (program, ..) in broken_programs(step, &result.outcomes) {
            links.push((step.id, program.to_string(), format!("{program} does not compile")));
        }
        for outcome in result.outcomes.iter().filter(|outcome| has_gone_wrong(outcome)) {
            links.push((step.id, anchor(result, outcome), outcome.check.name.to_string()));
        }
    }
    html! {
        @if !links.is_empty() {
            nav aria-labelledby="wrong" {
                h2 #wrong { "What went wrong" }
                ul.links {
                    @for (step, place, name) in links {
                        li { (step) ": " a href={ "#" (place) } { (text::prose(&name)) } }
                    }
                }
            }
        }
    }
}

/// How many checks have which verdict: each as its sign, a number and a word.
fn counts(result: &StepResult) -> Markup {
    let count = |rank: usize| result.outcomes.iter().filter(move |it| self::rank(it) == rank);
    html! {
        @for rank in 0..RANKS {
            @if let Some(first) = count(rank).next() {
                @let (sign, class) = sign(&first.verdict);
                span.(class) {
                    span aria-hidden="true" { (sign) } " " (count(rank).count()) " " (word(first, count(rank).count()))
                }
                " "
            }
        }
    }
}

const RANKS: usize = 6;

/// Where a verdict stands in a row of counts.
fn rank(outcome: &Outcome) -> usize {
    match outcome.verdict {
        Verdict::Passes => 0,
        Verdict::Fails { .. } => 1,
        Verdict::DoesNotCompile(_) => 2,
        Verdict::ToDo(_) => 3,
        Verdict::NotChecked(_) => 4,
        Verdict::CheckerFault(_) => 5,
    }
}

/// The verdict, of so many checks.
fn word(outcome: &Outcome, count: usize) -> &'static str {
    match outcome.verdict {
        Verdict::Passes if count > 1 => "pass",
        Verdict::Fails { .. } if count > 1 => "fail",
        Verdict::DoesNotCompile(_) if count > 1 => "do not compile",
        Verdict::CheckerFault(_) if count > 1 => "checker faults",
        _ => outcome.verdict.word(),
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

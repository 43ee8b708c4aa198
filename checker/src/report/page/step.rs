//! A step on the page: what does not compile, its checks, what is to be done, and a hint.

use maud::{Markup, html};

use crate::judge::outcome::StepResult;
use crate::report::framing::framing_in_words;
use crate::report::page::check::check;
use crate::report::page::diagram::diagram;
use crate::report::page::text;
use crate::report::terminal::{Ending, Untouched, points};
use crate::report::verdicts::{Hinting, broken_programs, hinting, spots_to_do};

/// A step that was played.
pub(super) fn step(result: &StepResult, ending: &Ending, warnings: &[String]) -> Markup {
    let step = result.step;
    html! {
        section.step id=(step.id) aria-labelledby={ (step.id) "-title" } {
            (title(step.id, step.title, &sum(result)))
            @for line in framing_in_words(&result.framings) { p.note { (line) } }
            @if !warnings.is_empty() {
                details {
                    summary { "The compiler's warnings" }
                    (text::block("The compiler's warnings", &text::lines(&warnings.join("\n"))))
                }
            }
            @for (program, errors, max) in broken_programs(step, &result.outcomes) {
                div.broken {
                    p.reason { "✗ " strong { (program) " does not compile" } " (0 of " (points(max)) ")" }
                    (text::block("What the compiler says", &text::lines(errors)))
                }
            }
            @for outcome in &result.outcomes { (check(result, outcome, ending)) }
            (to_do(result))
            (hint(result, ending))
        }
    }
}

/// A step of which nothing is done: its task, and what a finished one does.
pub(super) fn untouched(untouched: &Untouched) -> Markup {
    let step = untouched.step;
    html! {
        section.step.untouched id=(step.id) aria-labelledby={ (step.id) "-title" } {
            (title(step.id, step.title, &format!("untouched, {} points", step.points)))
            @for (file, task) in &untouched.tasks {
                h3 { code.place { (file) } }
                p { (text::prose(&task.replace('\n', " "))) }
            }
            @if let Some(finished) = &untouched.finished {
                h3 { "A finished one" }
                p.note { "Played just now with the reference solution: " (finished.check.name) "." }
                (diagram(&finished.transcript))
            }
            p { "Open the file, read it from the top, and put code where the TODOs are; then: "
                (text::command(&["make".to_string(), step.id.to_string()])) }
        }
    }
}

fn title(id: &str, title: &str, sum: &str) -> Markup {
    html! {
        div.title {
            h2 id={ (id) "-title" } { (title) }
            span.worth { (sum) }
        }
    }
}

/// `2 of 3 points, 1 open`
pub(super) fn sum(result: &StepResult) -> String {
    let open = match result.open_points() {
        open if open > 0.0 => format!(", {} open", points(open)),
        _ => String::new(),
    };
    format!("{} of {} points{open}", points(result.points()), result.step.points)
}

/// The spots that were reached, once each.
fn to_do(result: &StepResult) -> Markup {
    let spots = spots_to_do(&result.outcomes);
    html! {
        @if !spots.is_empty() {
            div.to-do {
                h3 { "To do" }
                ul {
                    @for spot in spots {
                        li { code.place { (text::lines(&spot.place())) } " " (text::prose(&text::lines(&spot.task))) }
                    }
                }
            }
        }
    }
}

fn hint(result: &StepResult, ending: &Ending) -> Markup {
    let step = result.step;
    let (place, command) = match hinting(result, ending) {
        Hinting::None => return html! {},
        Hinting::First => ("The next one: ", format!("cargo step hint {} --more", step.id)),
        Hinting::Later => ("Hints: ", format!("cargo step hint {}", step.id)),
    };
    let first = step.hints.first().filter(|_| matches!(hinting(result, ending), Hinting::First));
    html! {
        div.hint {
            @if let Some(hint) = first {
                p { strong { "Hint 1 of " (step.hints.len()) ": " } (text::prose(hint)) }
            }
            p { (place) code.copied { (command) } }
        }
    }
}

//! A step on the page: what does not compile, what is to be done, its checks, and a hint.

use maud::{Markup, html};

use crate::judge::outcome::StepResult;
use crate::report::framing::framing_in_words;
use crate::report::page::check::check;
use crate::report::page::diagram::diagram;
use crate::report::page::text;
use crate::report::terminal::{Ending, Untouched, points, sum_in_words};
use crate::report::verdicts::{Hinting, broken_programs, hinting, spots_to_do};

/// A step that was played.
pub(super) fn step(result: &StepResult, ending: &Ending, warnings: &[String]) -> Markup {
    let step = result.step;
    html! {
        section.step id=(step.id) aria-labelledby={ (step.id) "-title" } {
            (title(step.id, step.title, &sum(result, ending)))
            @for line in framing_in_words(&result.framings) { p.remark { (line) } }
            @if !warnings.is_empty() {
                details {
                    summary { "The compiler's warnings" }
                    (text::block("The compiler's warnings", &text::lines(&warnings.join("\n"))))
                }
            }
            @for (program, errors, max) in broken_programs(step, &result.outcomes) {
                div.broken id=(program) {
                    p.reason { "✗ " (program) " does not compile (0 of " (points(max)) ")" }
                    (text::block(&format!("What the compiler says of {program}"), &text::lines(errors)))
                }
            }
            (to_do(result))
            @for outcome in &result.outcomes { (check(result, outcome, ending)) }
            (hint(result, ending))
        }
    }
}

/// A step of which nothing is done: its task, and what a finished one does.
pub(super) fn untouched(untouched: &Untouched) -> Markup {
    let step = untouched.step;
    html! {
        section.step id=(step.id) aria-labelledby={ (step.id) "-title" } {
            (title(step.id, step.title, &format!("untouched, {} points", step.points)))
            @for (file, task) in &untouched.tasks {
                h3 { code { (file) } }
                p { (text::prose(&task.replace('\n', " "))) }
            }
            @if let Some(finished) = untouched.run() {
                h3 { "A finished one: " (text::prose(finished.check.name)) }
                p.remark { "This is a run " (untouched.origin()) "." }
                (diagram(&finished.transcript))
            }
            @if let Some((first, _)) = untouched.tasks.first() {
                p {
                    "Open " code { (first) } ", read it from the top, and put code where the TODOs are; then: "
                    (text::command(&["make".to_string(), step.id.to_string()]))
                }
            }
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
pub(super) fn sum(result: &StepResult, ending: &Ending) -> String {
    let open = match result.open_points() {
        open if open > 0.0 => format!(", {} open", points(open)),
        _ => String::new(),
    };
    if ending.again.only.is_some() {
        return sum_in_words(std::slice::from_ref(result), ending) + &open;
    }
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
                        li { code { (text::lines(&spot.place())) } " " (text::prose(&text::lines(&spot.task))) }
                    }
                }
            }
        }
    }
}

/// The first hint, or where the hints are: as below the results on a terminal.
fn hint(result: &StepResult, ending: &Ending) -> Markup {
    let step = result.step;
    let command = format!("cargo step hint {}", step.id);
    html! {
        @match hinting(result, ending) {
            Hinting::None => {}
            Hinting::First => {
                @if let Some(hint) = step.hints.first() {
                    p.hint { strong { "Hint 1 of " (step.hints.len()) ": " } (text::prose(hint)) }
                }
                @if step.hints.len() > 1 {
                    p.hint { "The next one: " code.copied { (command) " --more" } }
                }
            }
            Hinting::Later => p.hint { "Hints: " code.copied { (command) } }
        }
    }
}

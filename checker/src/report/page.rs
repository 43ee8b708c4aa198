//! The results as a page: one file of HTML that asks for nothing else, so that it opens from a disk, can be sent to
//! somebody, and is still the same in a year. It has no script. What programs have said is text in it, whatever it is.

mod check;
mod diagram;
mod step;
mod style;
mod summary;
mod text;

use std::time::Duration;

use jiff::Zoned;
use maud::{DOCTYPE, PreEscaped, html};

use crate::judge::outcome::StepResult;
use crate::report::page::style::STYLE;
use crate::report::terminal::{Ending, Untouched};

/// What a page is made of.
pub struct Page<'a> {
    /// What came of the steps that were played.
    pub results: &'a [StepResult],
    /// The steps that were not, since nothing of them is done.
    pub untouched: &'a [Untouched],
    /// What the compiler says of programs that it has built all the same.
    pub compiler_warnings: &'a [String],
    /// What follows from it.
    pub ending: &'a Ending<'a>,
    /// Whose programs were played: `your programs`.
    pub whose: &'a str,
    /// When the page is made.
    pub made: &'a Zoned,
    /// How long it took to build and play all of it.
    pub took: Duration,
}

/// What a page may do: look as it is told to. Nothing is loaded, sent or run, not even if a browser were to take a text
/// of a program for more than that.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// The page, as a file of HTML.
pub fn page(page: &Page) -> String {
    let Page { results, untouched, ending, .. } = *page;
    let title = match ending.summed {
        [step] => format!("{}: a report", step.title),
        steps => format!("{} steps: a report", steps.len()),
    };
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#checks" { "Skip to the checks" }
                header { (summary::heading(page.whose, results, ending, page.made, page.took)) }
                main {
                    (summary::summary(results, untouched, ending))
                    (summary::wrong(results))
                    div #checks tabindex="-1" {
                        @for step in ending.summed {
                            @if let Some(untouched) = untouched.iter().find(|other| other.step.id == step.id) {
                                (step::untouched(untouched))
                            }
                            @if let Some(result) = results.iter().find(|other| other.step.id == step.id) {
                                (step::step(result, ending, page.compiler_warnings))
                            }
                        }
                    }
                }
                footer {
                    p { "A page of chatlings, a course about sockets. It is one file, and asks for nothing else." }
                }
            }
        }
    };
    format!("{}\n", markup.into_string())
}

//! The submissions as a table, by name and by points, and those of whom there is none.

use maud::{Markup, html};

use crate::report::class::columns::StepColumn;
use crate::report::class::graded::{Alike, Class, Graded};
use crate::report::class::told::{alike_in_words, exact};
use crate::report::page::text::{lines, start};
use crate::report::terminal::points;
use crate::stage::show::visible;

/// The table in both orders, of which the reader chooses one.
pub(super) fn submissions(class: &Class, steps: &[StepColumn]) -> Markup {
    let by_name: Vec<&Graded> = class.graded.iter().collect();
    let mut by_points = by_name.clone();
    by_points.sort_by(|one, other| exact(other.points).total_cmp(&exact(one.points)));
    html! {
        section #submissions tabindex="-1" aria-labelledby="submissions-title" {
            h2 #submissions-title { "Submissions" }
            @if !class.graded.is_empty() {
                fieldset.order {
                    legend { "Sorted" }
                    label { input #by-name type="radio" name="order" checked; "by name" }
                    label { input #by-points type="radio" name="order"; "by points" }
                }
                (table(class, steps, &by_name, "by-name", "Sorted by name"))
                (table(class, steps, &by_points, "by-points", "Sorted by points"))
            }
        }
    }
}

fn table(
    class: &Class,
    steps: &[StepColumn],
    rows: &[&Graded],
    order: &str,
    caption: &str,
) -> Markup {
    let parts = rows.iter().map(|graded| graded.parts.len()).max().unwrap_or_default();
    let has_trouble = rows.iter().any(|graded| graded.is_in_trouble());
    let has_alike = rows.iter().any(|graded| class.alike.contains_key(&graded.name));
    html! {
        div class={ "box " (order) } tabindex="0" role="group" aria-label={ "The submissions. " (caption) } {
            table {
                caption { (caption) }
                thead {
                    tr {
                        th scope="col" { "Name" }
                        @if parts > 0 { th scope="col" colspan=(parts) { "Handed in as" } }
                        @for column in &class.columns { th.part scope="col" { (visible(column)) } }
                        @for step in steps {
                            th.number scope="col" { (visible(step.id)) br; span.dim { "of " (points(step.max)) } }
                        }
                        th.number scope="col" { "Points" }
                        @if has_trouble { th.text scope="col" { "Trouble" } }
                        @if has_alike { th.text scope="col" { "Alike (look at both)" } }
                    }
                }
                tbody { @for graded in rows { (row(class, steps, graded, parts, has_trouble, has_alike)) } }
            }
        }
    }
}

fn row(
    class: &Class,
    steps: &[StepColumn],
    graded: &Graded,
    parts: usize,
    has_trouble: bool,
    has_alike: bool,
) -> Markup {
    let values = class.passed_through.get(&graded.name).map(Vec::as_slice).unwrap_or_default();
    html! {
        tr {
            th scope="row" { (link(graded, &visible(&graded.name))) }
            @for at in 0..parts { (part(graded.parts.get(at))) }
            @for at in 0..class.columns.len() { (part(values.get(at))) }
            @for column in steps {
                td.number {
                    @match column.of_submission(graded) {
                        Some(step) => { (points(step.points)) (open(step.open)) }
                        None => { span.dim { "–" } }
                    }
                }
            }
            td.number {
                strong { (points(graded.points)) } " of " (points(graded.max)) (open(graded.open))
            }
            @if has_trouble { td.text { (trouble(graded)) } }
            @if has_alike { td.text { (alike(class, graded)) } }
        }
    }
}

/// What somebody has given: short enough for one line, as it is.
fn part(text: Option<&String>) -> Markup {
    const SHORT: usize = 24;
    let text = text.map(|text| visible(text)).unwrap_or_default();
    html! { td.part.short[text.chars().count() <= SHORT] { (text) } }
}

fn open(open: f64) -> Markup {
    html! { @if exact(open) > 0.0 { br; span.dim { (points(open)) " open" } } }
}

fn trouble(graded: &Graded) -> Markup {
    html! {
        @if graded.is_in_trouble() {
            ul.trouble { @for line in &graded.trouble { li { (start(&lines(line))) } } }
        }
    }
}

/// Hints, each with a link to the other one, if it is in the class.
fn alike(class: &Class, graded: &Graded) -> Markup {
    let hints = class.alike.get(&graded.name).map(Vec::as_slice).unwrap_or_default();
    let hint = |alike: &Alike| {
        let words = alike_in_words(alike);
        let whose = format!("{}'s", visible(&alike.with));
        match words.strip_suffix(&whose) {
            Some(before) => match class.graded.iter().find(|other| other.name == alike.with) {
                Some(other) => html! { (before) (link(other, &whose)) },
                None => html! { (words) },
            },
            None => html! { (words) },
        }
    };
    html! { @if !hints.is_empty() { ul { @for alike in hints { li { (hint(alike)) } } } } }
}

/// A link to the report of a submission, which lies in the folder of its name. Without a step, there is no report.
fn link(graded: &Graded, text: &str) -> Markup {
    html! {
        @if graded.steps.is_empty() { (text) } @else {
            a href={ (percent_encoded(&graded.name)) "/report.html" } { (text) }
        }
    }
}

/// A name as a part of an address: <https://www.rfc-editor.org/rfc/rfc3986#section-2.1>.
fn percent_encoded(name: &str) -> String {
    let encoded = |byte: u8| match byte {
        b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    name.bytes().map(encoded).collect()
}

/// Those of whom nothing was handed in.
pub(super) fn absent(class: &Class) -> Markup {
    html! {
        @if !class.absent.is_empty() {
            section aria-labelledby="absent" {
                h2 #absent { "Nothing was handed in" }
                ul { @for name in &class.absent { li { (visible(name)) } } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_is_one_part_of_an_address() {
        for (name, expected) in [
            ("First.Last.58-1234", "First.Last.58-1234"),
            ("Jörg", "J%C3%B6rg"),
            ("a/b?c#d%", "a%2Fb%3Fc%23d%25"),
            ("javascript:alert(1)", "javascript%3Aalert%281%29"),
        ] {
            assert_eq!(percent_encoded(name), expected);
        }
    }
}

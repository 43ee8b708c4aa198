//! A run as a sequence diagram: rows of HTML on a grid that has a column for each half of an actor's place, so that an
//! arrow goes from the middle of one place to the middle of another. Rather than a drawing, since text in rows wraps in
//! a narrow window, can be searched and copied, and is read aloud in its order.

use std::time::Duration;

use maud::{Markup, html};

use crate::report::difference;
use crate::report::sequence::{Act, Diagram, Row};
use crate::report::terminal::counted;
use crate::stage::show::shorten;
use crate::stage::transcript::Transcript;

/// How much of a line is shown.
const LONGEST: usize = 160;

/// How much is shown of why something fails.
const LONGEST_REASON: usize = 1000;

/// How many bytes of a message are shown.
const MOST_BYTES: usize = 256;

/// How many rows there are at most: the first and the last ones.
const FIRST_ROWS: usize = 150;
const LAST_ROWS: usize = 50;

/// How many columns what differs may take: as many as the narrowest window has.
const DIFFERENCE: usize = 36;

/// The diagram of a transcript.
pub(super) fn diagram(transcript: &Transcript) -> Markup {
    let diagram = Diagram::of(transcript);
    let count = diagram.actors.len();
    let size = match count {
        1 => "one",
        0 | 2 => "few",
        3..=4 => "some",
        _ => "many",
    };
    let left_out = diagram.rows.len().saturating_sub(FIRST_ROWS + LAST_ROWS);
    let (first, last) = match left_out {
        0 => (&diagram.rows[..], &[][..]),
        _ => (&diagram.rows[..FIRST_ROWS], &diagram.rows[FIRST_ROWS + left_out..]),
    };
    html! {
        div.diagram.(size) style={ "--columns:" (2 * count) } {
            div.actors aria-hidden="true" {
                span.time { "time" }
                @for (number, actor) in diagram.actors.iter().enumerate() {
                    span.actor style={ "--at:" (middle(number)) } { (actor) }
                }
            }
            div.body {
                div.lifelines aria-hidden="true" {
                    @for number in 0..count { i style={ "--at:" (middle(number)) } {} }
                }
                ol role="list" aria-label={ "What happened, of " (diagram.actors.join(", ")) } {
                    @for row in first { (self::row(row, &diagram)) }
                    @if left_out > 0 {
                        li.row.note { p.left { "… " (left_out) " rows more: see the transcript" } }
                    }
                    @for row in last { (self::row(row, &diagram)) }
                }
            }
        }
    }
}

/// The line of the grid that goes through the middle of an actor's place. The first column is for the time.
fn middle(actor: usize) -> usize {
    2 * actor + 3
}

fn row(row: &Row, diagram: &Diagram) -> Markup {
    let name = diagram.actors[row.actor];
    let (class, does) = match row.act {
        Act::Sends { to } => return arrow(row, diagram, row.actor, to, "sends"),
        Act::Receives { from } => return arrow(row, diagram, from, row.actor, "received"),
        Act::Fails => return failure(row, name),
        Act::Prints => ("prints", "prints"),
        Act::Logs => ("logs", "logs"),
        Act::Types => ("types", "types"),
        Act::Event => ("event", ""),
    };
    let side = side(2 * row.actor + 1, diagram.actors.len());
    html! {
        li.row.note.(class) style={ "--at:" (middle(row.actor)) } {
            (time(row))
            p.(side) {
                span.aloud { (name) " " (does) " " }
                (shorten(row.label, LONGEST))
            }
        }
    }
}

/// An arrow with the text on it.
fn arrow(row: &Row, diagram: &Diagram, from: usize, to: usize, class: &str) -> Markup {
    let (low, high) = (from.min(to), from.max(to));
    let direction = if from < to { "right" } else { "left" };
    let side = side(low + high + 1, diagram.actors.len());
    html! {
        li.row.message.(class) style={ "--from:" (middle(low)) ";--to:" (middle(high)) } {
            (time(row))
            p.label.(side) {
                span.aloud { (diagram.actors[from]) " to " (diagram.actors[to]) ": " }
                (shorten(row.label, LONGEST))
            }
            i.arrow.(direction) aria-hidden="true" {}
            (bytes(row, side))
        }
    }
}

/// On which side of the middle there is more room for a text, which begins or ends there. `place`: twice the place in
/// the middle of which it stands, counted from 1.
fn side(place: usize, count: usize) -> &'static str {
    if place <= count { "left" } else { "right" }
}

/// The bytes of a message, where its text does not tell them.
fn bytes(row: &Row, side: &str) -> Markup {
    let Some(bytes) = row.line.bytes.as_ref().filter(|bytes| !is_told(row.label, bytes)) else {
        return html! {};
    };
    let shown: Vec<String> =
        bytes.iter().take(MOST_BYTES).map(|byte| format!("{byte:02x}")).collect();
    let rest = bytes.len().saturating_sub(MOST_BYTES);
    html! {
        details.bytes.(side) {
            summary { (counted(bytes.len(), "byte")) }
            code { (shown.join(" ")) @if rest > 0 { " … and " (rest) " more" } }
        }
    }
}

/// Whether a text is all there is to know of these bytes: it is they, and a line break.
fn is_told(label: &str, bytes: &[u8]) -> bool {
    bytes.strip_suffix(b"\n") == Some(label.as_bytes())
}

/// What did not happen, and what came instead.
fn failure(row: &Row, name: &str) -> Markup {
    let difference = row.line.difference.iter();
    let rows: Vec<String> =
        difference.flat_map(|difference| difference::rows(difference, DIFFERENCE)).collect();
    html! {
        li.row.failed style={ "--at:" (middle(row.actor)) } {
            (time(row))
            span.mark aria-hidden="true" { "✗" }
            div.failure {
                p { strong { (name) } ": " (shorten(row.label, LONGEST_REASON)) }
                @if !rows.is_empty() { pre { (rows.join("\n")) } }
            }
        }
    }
}

/// The time since the start.
fn time(row: &Row) -> Markup {
    html! { span.time { (since_the_start(row.line.when)) } }
}

/// `12 ms`, `1.20 s`
fn since_the_start(time: Duration) -> String {
    match time.as_millis() {
        milliseconds @ 0..1000 => format!("{milliseconds} ms"),
        _ => format!("{:.2} s", time.as_secs_f64()),
    }
}

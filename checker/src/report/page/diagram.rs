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

/// The side from which a text begins that stands so many columns from the left edge, in a diagram of so many actors: the
/// other one has the room.
fn side(columns: usize, count: usize) -> &'static str {
    if columns <= count { "left" } else { "right" }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::difference::Difference;
    use crate::stage::transcript::{Line, Mark};

    fn html(lines: Vec<Line>) -> String {
        diagram(&Transcript { title: "a scene".to_string(), lines }).into_string()
    }

    /// A row of the diagram, by a text in it.
    fn row<'a>(html: &'a str, text: &str) -> &'a str {
        let mut rows = html.split("<li ").skip(1);
        rows.find(|row| row.contains(text)).unwrap_or_else(|| panic!("no {text}: {html}"))
    }

    #[test]
    fn an_arrow_goes_from_the_middle_of_one_place_to_the_middle_of_another() {
        let html = html(vec![
            Line::new("server", Mark::Output, "ready"),
            Line::new("alice", Mark::Sent, "bread").with("server", b"bread\n"),
            Line::new("bob", Mark::Received, "salt").with("server", b"salt\n"),
        ]);
        assert!(html.contains(r#"style="--columns:6""#), "{html}");
        let (sent, received) = (row(&html, "bread"), row(&html, "salt"));
        assert!(sent.contains(r#"style="--from:3;--to:5""#), "{sent}");
        assert!(sent.contains(r#"class="arrow left""#) && sent.contains("alice to server: "));
        assert!(received.contains(r#"style="--from:3;--to:7""#), "{received}");
        assert!(
            received.contains(r#"class="arrow right""#) && received.contains("server to bob: ")
        );
    }

    #[test]
    fn every_row_has_its_time_and_is_read_aloud_with_its_actor() {
        let typed = Line::new("alice", Mark::Typed, "bread");
        let late = Line::new("alice", Mark::Event, "connects");
        let html = html(vec![
            Line { when: Duration::from_millis(12), ..typed },
            Line { when: Duration::from_millis(1_204), ..late },
        ]);
        let (typed, late) = (row(&html, "bread"), row(&html, "connects"));
        assert!(typed.contains(">12 ms<") && typed.contains("alice types </span>bread"), "{typed}");
        assert!(late.contains(">1.20 s<"), "{late}");
    }

    #[test]
    fn the_bytes_of_a_message_are_shown_where_its_text_does_not_tell_them() {
        let html = html(vec![
            Line::new("alice", Mark::Sent, "plain").with("server", b"plain\n"),
            Line::new("alice", Mark::Sent, "unended").with("server", b"unended"),
            Line::new("alice", Mark::Sent, "Message { }   00 00 00 00").with("server", &[0; 4]),
            Line::new("alice", Mark::Sent, "much").with("server", &[7; 1000]),
        ]);
        assert!(!row(&html, "plain").contains("<details"));
        assert!(row(&html, "unended").contains("7 bytes</summary><code>75 6e 65"), "{html}");
        let frame = row(&html, "Message { }<");
        assert!(frame.contains("<code>00 00 00 00</code>"), "{frame}");
        assert!(row(&html, "much").contains("07 … and 744 more</code>"), "{html}");
    }

    #[test]
    fn a_failure_is_marked_at_its_actor_with_what_was_expected_and_what_came() {
        let failed = Line::new("alice", Mark::Failed, "expected \"a<b\", but heard \"a>b\"");
        let difference = Some(Difference::of_texts("a<b", b"a>b").into());
        let lines = vec![Line::new("server", Mark::Output, "ready"), Line { difference, ..failed }];
        let html = html(lines);
        let failed = row(&html, "✗");
        assert!(failed.contains(r#"class="row failed" style="--at:5""#), "{failed}");
        assert!(failed.contains("expected  a&lt;b\ngot       a&gt;b\n           ^"), "{failed}");
    }

    #[test]
    fn a_long_line_is_cut_and_of_many_rows_the_first_and_the_last_are_shown() {
        let long = html(vec![Line::new("server", Mark::Output, &"x".repeat(1 << 16))]);
        assert!(long.len() < 2_000 && long.contains("xx…"), "{long}");
        let line = |number: usize| Line::new("server", Mark::Output, &format!("line {number}."));
        let many = html((0..1_000).map(line).collect());
        assert_eq!(many.matches("<li ").count(), FIRST_ROWS + LAST_ROWS + 1);
        assert!(many.contains("… 800 rows more"), "{many}");
        assert!(
            many.contains("line 0.") && many.contains("line 999.") && !many.contains("line 500.")
        );
    }
}

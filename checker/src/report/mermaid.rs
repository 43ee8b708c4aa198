//! A run as a Mermaid diagram, for a forum or an issue: <https://mermaid.js.org/syntax/sequenceDiagram.html>.

use crate::judge::outcome::Outcome;
use crate::report::sequence::{Act, Diagram, Row};
use crate::stage::show::{seconds, shorten};
use crate::stage::transcript::Transcript;

/// How much of a line is shown: a forum gives a diagram the width of a text.
const LONGEST: usize = 60;

/// How many rows a diagram has at most, so that it stays far below what forums take.
const MOST_ROWS: usize = 120;

/// The diagram of a check in a block of code, as Markdown marks it.
pub fn block(outcome: &Outcome) -> String {
    format!("```mermaid\n{}```\n", diagram(&outcome.transcript))
}

/// The diagram itself; in lines that each end with a line break.
pub fn diagram(transcript: &Transcript) -> String {
    let diagram = Diagram::of(transcript);
    let mut text = format!("sequenceDiagram\n    title {}\n", escaped(diagram.title));
    for (number, actor) in diagram.actors.iter().enumerate() {
        text += &format!("    participant a{number} as {}\n", escaped(actor));
    }
    for row in diagram.rows.iter().take(MOST_ROWS) {
        text += &self::row(row);
    }
    if let Some(left_out @ 1..) = diagram.rows.len().checked_sub(MOST_ROWS) {
        text += &format!("    Note over a0: … and {left_out} more\n");
    }
    text
}

fn row(row: &Row) -> String {
    let actor = row.actor;
    let label = escaped(&shorten(row.label, LONGEST));
    match row.act {
        Act::Sends { to } => format!("    a{actor}->>a{to}: {label}\n"),
        Act::Receives { from } => format!("    a{from}->>a{actor}: {label}\n"),
        Act::Prints => format!("    Note over a{actor}: {label}\n"),
        Act::Logs => format!("    Note over a{actor}: ! {label}\n"),
        Act::Types => format!("    Note over a{actor}: #gt; {label}\n"),
        Act::Event => format!("    Note over a{actor}: ({label})\n"),
        Act::Fails => {
            let parts = textwrap::wrap(row.label, LONGEST);
            let parts: Vec<String> = parts.iter().map(|part| escaped(part)).collect();
            let (when, why) = (seconds(row.line.when), parts.join("<br/>"));
            format!(
                "    rect rgb(255, 205, 210)\n    Note over a{actor}: ✗ after {when}: {why}\n    end\n"
            )
        }
    }
}

/// A text that means nothing to Mermaid, nor to the HTML that it makes of it: letters, digits and spaces as they are,
/// anything else of ASCII by its number.
fn escaped(text: &str) -> String {
    let mut shown = String::new();
    for character in text.chars() {
        match character {
            ' ' | '.' | ',' | '!' | '?' | '(' | ')' | '/' | '=' => shown.push(character),
            '_' | '\'' => shown.push(character),
            plain if plain.is_alphanumeric() || !plain.is_ascii() => shown.push(plain),
            other => shown.push_str(&format!("#{};", other as u32)),
        }
    }
    shown
}

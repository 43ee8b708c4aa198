//! A run as a Mermaid diagram, for a forum or an issue: <https://mermaid.js.org/syntax/sequenceDiagram.html>.

use crate::judge::outcome::Outcome;
use crate::report::sequence::{Act, Diagram, Row};
use crate::stage::show::{seconds, shorten};
use crate::stage::transcript::Transcript;

/// How much of a line is shown: a forum gives a diagram the width of a text.
const LONGEST: usize = 60;

/// How much is shown of why something fails.
const LONGEST_REASON: usize = 400;

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
            let why = shorten(row.label, LONGEST_REASON);
            let parts: Vec<String> =
                textwrap::wrap(&why, LONGEST).iter().map(|part| escaped(part)).collect();
            let (when, why) = (seconds(row.line.when), parts.join("<br/>"));
            format!(
                "    rect rgba(255, 0, 0, 0.2)\n    Note over a{actor}: ✗ after {when}:<br/>{why}\n    end\n"
            )
        }
    }
}

/// Characters that mean nothing to Mermaid, nor to the HTML that it makes of them, nor to Markdown.
const PLAIN: &str = " ,.-_/()[]!?'\"=+*";

/// A text with anything else by its number, but for letters and digits.
fn escaped(text: &str) -> String {
    let mut shown = String::new();
    for character in text.chars() {
        let is_plain = match character {
            ':' => !shown.ends_with("wrap"), // `wrap:` would be an order
            'ﬂ' => false, // by which Mermaid marks what was escaped, while it reads on
            other => PLAIN.contains(other) || other.is_alphanumeric(),
        };
        match is_plain {
            true => shown.push(character),
            false => shown.push_str(&format!("#{};", u32::from(character))),
        }
    }
    shown
}

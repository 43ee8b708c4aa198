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
const MOST_ROWS: usize = 100;

/// How many of these are the last ones, if there are more.
const LAST_ROWS: usize = 30;

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
    let left_out = diagram.rows.len().saturating_sub(MOST_ROWS);
    let (first, last) = match left_out {
        0 => (&diagram.rows[..], &[][..]),
        _ => diagram.rows[..].split_at(MOST_ROWS - LAST_ROWS),
    };
    first.iter().for_each(|row| text += &self::row(row));
    if left_out > 0 {
        text += &format!("    Note over a0: … and {left_out} more …\n");
    }
    last.iter().skip(left_out).for_each(|row| text += &self::row(row));
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
        Act::Types => format!("    Note over a{actor}: #62; {label}\n"),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::transcript::{Line, Mark};

    fn lines_of(lines: Vec<Line>) -> Vec<String> {
        let text = diagram(&Transcript { title: "1.4 · a scene; end".to_string(), lines });
        text.lines().map(|line| line.trim_start().to_string()).collect()
    }

    #[test]
    fn every_kind_of_row_is_a_line_of_the_language() {
        let lines = lines_of(vec![
            Line::new("alice", Mark::Event, "connects"),
            Line::new("alice", Mark::Sent, "bread-403").with("server", b"bread-403\n"),
            Line::new("server", Mark::Output, "bread"),
            Line::new("server", Mark::Error, "who?"),
            Line::new("alice", Mark::Received, "[14:03:07] bob: hi").with("server", b"hi\n"),
            Line::new("alice", Mark::Typed, "end"),
            Line::new("alice", Mark::Failed, "expected \"bread\", but nothing came within 2 s"),
        ]);
        let expected = [
            "sequenceDiagram",
            "title 1.4 #183; a scene#59; end",
            "participant a0 as server",
            "participant a1 as alice",
            "Note over a1: (connects)",
            "a1->>a0: bread-403",
            "Note over a0: bread",
            "Note over a0: ! who?",
            "a0->>a1: [14:03:07] bob: hi",
            "Note over a1: #62; end",
            "rect rgba(255, 0, 0, 0.2)",
            "Note over a1: ✗ after 0 s:<br/>expected \"bread\", but nothing came within 2 s",
            "end",
        ];
        assert_eq!(lines, expected);
    }

    /// As Mermaid reads it.
    fn read(text: &str) -> String {
        let mut parts = text.split('#');
        let mut read = parts.next().unwrap_or_default().to_string();
        for part in parts {
            let (number, rest) = part.split_once(';').expect("a number has an end");
            let number = number.parse().expect("a number");
            read.push(char::from_u32(number).expect("a character"));
            read.push_str(rest);
        }
        read
    }

    #[test]
    fn a_text_means_nothing_to_mermaid_and_is_shown_as_it_is() {
        let ascii: String = (' '..='~').collect();
        for text in [
            &*ascii,
            "end",
            "<script>alert(1)</script> &lt;br/&gt;",
            "x # y; z %% {{ ``` $$x$$ @{ }",
            "ﬂ°°60¶ß",
            "你好 😀 שלום",
        ] {
            let escaped = escaped(text);
            let plain = escaped.replace(['#', ';'], "");
            let is_order = |c: char| "<>&;#%`{}$\\@ﬂ\n".contains(c);
            assert!(!plain.contains(is_order), "{escaped}");
            assert_eq!(read(&escaped), text, "{escaped}");
        }
        assert_eq!(escaped("wrap:x, nowrap: y, z: w"), "wrap#58;x, nowrap#58; y, z: w");
    }

    #[test]
    fn a_diagram_is_short_enough_for_a_forum() {
        const MOST: usize = 50_000; // of mermaid's own `maxTextSize`
        let hostile = "<&;#%`{}$\\@".repeat(5_000);
        let mut lines: Vec<Line> =
            (0..1_000).map(|_| Line::new("server", Mark::Output, &hostile)).collect();
        lines.push(Line::new("server", Mark::Failed, &hostile));
        let text = diagram(&Transcript { title: "a scene".to_string(), lines });
        assert!(text.len() < MOST, "{} bytes", text.len());
        assert!(text.contains("✗ after") && text.contains("and 901 more"), "{text}");
    }
}

//! A run as a sequence diagram: a lifeline for each actor, and between them, from top to bottom, what was sent and what
//! came. How that is drawn is for others to say.

use crate::stage::show::hex;
use crate::stage::transcript::{Line, Mark, Transcript};

/// The actor that peers talk to where a line does not say to whom.
const SERVER: &str = "server";

/// What is drawn of a transcript.
#[derive(Debug)]
pub struct Diagram<'a> {
    /// What the scene is called.
    pub title: &'a str,
    /// The names of the actors, from left to right: the server first, then the others as they come.
    pub actors: Vec<&'a str>,
    /// What happened, from top to bottom.
    pub rows: Vec<Row<'a>>,
}

/// One thing that happened.
#[derive(Debug)]
pub struct Row<'a> {
    /// The number of the actor who did it.
    pub actor: usize,
    /// What kind of thing.
    pub act: Act,
    /// What stands at the arrow or at the actor: a frame is decoded here. Control characters are spelled out.
    pub label: &'a str,
    /// The same in hex, as far as a line shows it, where it is a frame; else empty.
    pub hex: &'a str,
    /// All that is known of it: when, the bytes, what differs.
    pub line: &'a Line,
}

/// What an actor did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// It sent something: an arrow to this actor.
    Sends {
        /// To whom.
        to: usize,
    },
    /// It received something: an arrow from this actor.
    Receives {
        /// From whom.
        from: usize,
    },
    /// A program printed something.
    Prints,
    /// A program wrote something to its stderr.
    Logs,
    /// Its user typed something.
    Types,
    /// It came, left or ended.
    Event,
    /// It did not do what was expected.
    Fails,
}

impl<'a> Diagram<'a> {
    /// The diagram of a transcript.
    pub fn of(transcript: &'a Transcript) -> Diagram<'a> {
        let mut actors: Vec<&str> = Vec::new();
        for line in &transcript.lines {
            for name in [Some(&line.actor), line.other.as_ref()].into_iter().flatten() {
                if !actors.contains(&name.as_str()) {
                    actors.push(name);
                }
            }
        }
        actors.sort_by_key(|actor| *actor != SERVER); // the others stay in their order
        let row = |line| Row::of(line, &actors);
        let rows = transcript.lines.iter().filter_map(row).collect();
        Diagram { title: &transcript.title, actors, rows }
    }
}

impl<'a> Row<'a> {
    fn of(line: &'a Line, actors: &[&str]) -> Option<Row<'a>> {
        let number = |name: &str| actors.iter().position(|actor| *actor == name);
        let actor = number(&line.actor)?;
        let named = line.other.as_ref().and_then(|other| number(other));
        let other = named.or_else(|| other_end(actor, actors));
        let act = match (line.mark, other) {
            (Mark::Sent, Some(to)) => Act::Sends { to },
            (Mark::Received, Some(from)) => Act::Receives { from },
            (Mark::Sent | Mark::Received, None) => Act::Event,
            (Mark::Output, _) => Act::Prints,
            (Mark::Error, _) => Act::Logs,
            (Mark::Typed, _) => Act::Types,
            (Mark::Event, _) => Act::Event,
            (Mark::Failed, _) => Act::Fails,
        };
        let (label, hex) = label_and_hex(line);
        Some(Row { actor, act, label, hex, line })
    }
}

/// Whom an actor talks to where the line does not say: the server or, if it is that, the only other one.
fn other_end(actor: usize, actors: &[&str]) -> Option<usize> {
    match actors {
        [SERVER, ..] if actor > 0 => Some(0),
        [_, _] => Some(1 - actor),
        _ => None,
    }
}

/// The text of a line, and the bytes in hex behind it, which a diagram shows elsewhere.
fn label_and_hex(line: &Line) -> (&str, &str) {
    let hex = line.bytes.as_ref().map(|bytes| hex(bytes)).unwrap_or_default();
    match line.text.strip_suffix(&hex).map(str::trim_end) {
        Some(label) if !hex.is_empty() && !label.is_empty() => {
            (label, &line.text[line.text.len() - hex.len()..])
        }
        _ => (&line.text, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transcript(lines: Vec<Line>) -> Transcript {
        Transcript { title: "a scene".to_string(), lines }
    }

    #[test]
    fn the_server_stands_first_and_an_arrow_has_two_ends() {
        let transcript = transcript(vec![
            Line::new("alice", Mark::Event, "connects"),
            Line::new("alice", Mark::Sent, "bread").with("server", b"bread\n"),
            Line::new("server", Mark::Output, "bread"),
            Line::new("bob", Mark::Received, "bread").with("server", b"bread\n"),
        ]);
        let diagram = Diagram::of(&transcript);
        assert_eq!(diagram.actors, ["server", "alice", "bob"]);
        let acts: Vec<(usize, Act)> = diagram.rows.iter().map(|row| (row.actor, row.act)).collect();
        let expected = [
            (1, Act::Event),
            (1, Act::Sends { to: 0 }),
            (0, Act::Prints),
            (2, Act::Receives { from: 0 }),
        ];
        assert_eq!(acts, expected);
    }

    #[test]
    fn who_does_not_say_to_whom_talks_to_the_server_and_the_server_to_the_only_other() {
        let lines = |names: &[&str]| {
            transcript(names.iter().map(|name| Line::new(name, Mark::Sent, "much")).collect())
        };
        let acts = |names: &[&str]| -> Vec<Act> {
            Diagram::of(&lines(names)).rows.iter().map(|row| row.act).collect()
        };
        assert_eq!(acts(&["clients", "server"]), [Act::Sends { to: 0 }, Act::Sends { to: 1 }]);
        let to_the_server = Act::Sends { to: 0 };
        assert_eq!(acts(&["server", "alice", "bob"]), [Act::Event, to_the_server, to_the_server]);
        assert_eq!(acts(&["program"]), [Act::Event]);
    }

    #[test]
    fn the_bytes_of_a_frame_are_not_in_its_label() {
        let frame = [0, 0, 0, 2, 8, 1];
        let text = format!("FastHandshake {{ id: 1 }}   {}", hex(&frame));
        let line = Line::new("alice", Mark::Received, &text).with("server", &frame);
        let raw = Line::new("alice", Mark::Received, &hex(&frame)).with("server", &frame);
        let transcript = transcript(vec![line, raw]);
        let rows = Diagram::of(&transcript).rows;
        let labels: Vec<(&str, &str)> = rows.iter().map(|row| (row.label, row.hex)).collect();
        let bytes = "00 00 00 02 08 01";
        assert_eq!(labels, [("FastHandshake { id: 1 }", bytes), (bytes, "")]);
    }
}

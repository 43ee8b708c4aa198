//! What stands in a picture from top to bottom, its texts broken into lines: an arrow, what a terminal shows, a mark.

use crate::report::picture::text::{HEX, MONO, SMALL, wrap, wrap_evenly};
use crate::report::sequence::{Act, Diagram, Row};

/// The most lines of a text that is sent, or of an event.
const MOST_LINES: usize = 3;

/// The most columns of an event's text.
const EVENT: usize = 30;

/// Something that has a place of its own, below what was before it.
#[derive(Debug)]
pub enum Block<'a> {
    /// What was sent or received.
    Arrow {
        /// From which actor.
        from: usize,
        /// To which.
        to: usize,
        /// What.
        label: Vec<String>,
        /// The same in hex, where it is a frame.
        hex: Vec<String>,
    },
    /// What was typed into a program and what it printed, without anything in between.
    Terminal {
        /// Whose program.
        actor: usize,
        /// What kind of line, and what it says.
        lines: Vec<(Act, String)>,
    },
    /// What else happened.
    Event {
        /// To whom.
        actor: usize,
        /// What kind of thing.
        kind: Kind,
        /// In words.
        label: Vec<String>,
    },
    /// What did not happen.
    Failure {
        /// Who did not do it.
        actor: usize,
        /// What is known of it.
        row: &'a Row<'a>,
    },
}

/// What kind of event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The actor comes.
    Comes,
    /// It goes.
    Goes,
    /// It breaks off.
    BreaksOff,
    /// Something else.
    Other,
}

impl Kind {
    fn of(label: &str) -> Kind {
        let begins = |words: &[&str]| words.iter().any(|word| label.starts_with(word));
        match label {
            _ if begins(&["connects", "listens"]) => Kind::Comes,
            _ if begins(&["is disconnected", "leaves", "ends", "closes"]) => Kind::Goes,
            _ if begins(&["resets"]) => Kind::BreaksOff,
            _ => Kind::Other,
        }
    }
}

impl Block<'_> {
    /// The lines of what an arrow carries are this wide at most, and so are those of a terminal.
    pub fn all<'a>(diagram: &'a Diagram<'a>, columns: usize) -> Vec<Block<'a>> {
        let mut blocks: Vec<Block> = Vec::new();
        for row in &diagram.rows {
            let (actor, act) = (row.actor, row.act);
            match act {
                Act::Sends { to } if to != actor => {
                    blocks.push(Block::arrow(actor, to, row, columns))
                }
                Act::Receives { from } if from != actor => {
                    blocks.push(Block::arrow(from, actor, row, columns));
                }
                Act::Prints | Act::Logs | Act::Types => {
                    let (sign, most) = match act {
                        Act::Logs => ("! ", 4), // a panic says where
                        Act::Types => ("> ", 2),
                        _ => ("", 2),
                    };
                    let shown = wrap(&format!("{sign}{}", row.label), columns, most);
                    let shown = shown.into_iter().map(|line| (act, line));
                    match blocks.last_mut() {
                        Some(Block::Terminal { actor: last, lines }) if *last == actor => {
                            lines.extend(shown)
                        }
                        _ => blocks.push(Block::Terminal { actor, lines: shown.collect() }),
                    }
                }
                Act::Fails => blocks.push(Block::Failure { actor, row }),
                _ => {
                    let label = wrap_evenly(row.label, columns.min(EVENT), MOST_LINES);
                    blocks.push(Block::Event { actor, kind: Kind::of(row.label), label });
                }
            }
        }
        blocks
    }

    fn arrow<'a>(from: usize, to: usize, row: &'a Row<'a>, columns: usize) -> Block<'a> {
        let bytes = HEX.columns(columns as f64 * MONO.column) / 3;
        let hex = wrap_evenly(row.hex, bytes * 3, 2);
        Block::Arrow { from, to, label: wrap_evenly(row.label, columns, MOST_LINES), hex }
    }

    /// The room that its texts take.
    pub fn width(&self) -> f64 {
        match self {
            Block::Arrow { label, hex, .. } => MONO.widest(label).max(HEX.widest(hex)),
            Block::Terminal { lines, .. } => {
                lines.iter().map(|(_, line)| MONO.width(line)).fold(0.0, f64::max)
            }
            Block::Event { label, .. } => SMALL.widest(label),
            Block::Failure { .. } => 0.0, // it takes the whole width
        }
    }
}

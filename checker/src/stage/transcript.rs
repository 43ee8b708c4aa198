//! What happened in a scene, in the order of the scene.
//!
//! A line is written when the scene comes to it, not when its bytes arrive, so the same scene gives
//! the same transcript however the machine schedules its actors.

use std::time::Duration;

use crate::stage::difference::Difference;
use crate::stage::show::{visible, visible_words, with_blanks_shown};

/// What kind of thing an actor did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// A program is started, or writes to its stdout.
    Output,
    /// A program writes to its stderr.
    Error,
    /// Somebody types a line into a program.
    Typed,
    /// An actor comes, leaves, or ends.
    Event,
    /// A peer sends.
    Sent,
    /// A peer receives.
    Received,
    /// What the scene expected did not happen.
    Failed,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Who did it.
    pub actor: String,
    /// What kind of thing.
    pub mark: Mark,
    /// To whom it was sent, or from whom it was received.
    pub other: Option<String>,
    /// When: the time since the scene began.
    pub when: Duration,
    /// What, in a form that can be shown anywhere: control characters are spelled out.
    pub text: String,
    /// The bytes that were sent or received, where the line is about bytes.
    pub bytes: Option<Vec<u8>>,
    /// What came instead of what was expected, where a failure is about bytes.
    pub difference: Option<Box<Difference>>,
}

impl Line {
    /// A line about nobody else, of no bytes. What a program prints is not to be trusted, so control characters in
    /// `text` are made visible.
    pub fn new(actor: &str, mark: Mark, text: &str) -> Line {
        let text = if text.is_empty() { "(an empty line)" } else { text };
        let (actor, text) = (actor.to_string(), shown(mark, text));
        let when = Duration::ZERO;
        Line { actor, mark, other: None, when, text, bytes: None, difference: None }
    }

    /// The same, towards somebody else, with what it was in bytes.
    pub fn with(mut self, other: &str, bytes: &[u8]) -> Line {
        self.other = Some(other.to_string());
        self.bytes = Some(bytes.to_vec());
        self
    }
}

/// A text in a form that can be shown anywhere: ours, or somebody else's words.
fn shown(mark: Mark, text: &str) -> String {
    let is_ours = matches!(mark, Mark::Event | Mark::Failed);
    with_blanks_shown(&if is_ours { visible(text) } else { visible_words(text) })
}

/// The lines of one scene under its title.
#[derive(Clone, Debug)]
pub struct Transcript {
    /// What the scene is called.
    pub title: String,
    /// What happened.
    pub lines: Vec<Line>,
}

impl Transcript {
    /// An empty transcript.
    pub fn new(title: String) -> Transcript {
        Transcript { title, lines: Vec::new() }
    }

    /// Puts a line where it belongs by its time. What a program writes and what it sends come in no order, so a line
    /// stands behind what was received in the same moment.
    pub fn insert(&mut self, line: Line) {
        const MOMENT: Duration = Duration::from_millis(50);
        let is_before = |other: &Line| {
            let is_received = matches!(other.mark, Mark::Received | Mark::Output | Mark::Error);
            other.when <= line.when || (is_received && other.when <= line.when + MOMENT)
        };
        let place = self.lines.iter().take_while(|other| is_before(other)).count();
        self.lines.insert(place, line);
    }

    /// Whether there is such a line.
    pub fn has(&self, actor: &str, mark: Mark, text: &str) -> bool {
        let text = shown(mark, text);
        self.lines.iter().any(|line| line.actor == actor && line.mark == mark && line.text == text)
    }

    /// Whether nothing was played.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_escape_is_made_visible() {
        assert_eq!(Line::new("server", Mark::Output, "\x1b[2Jgone\r").text, "\\u{1b}[2Jgone\\r");
        let line = Line::new("server", Mark::Error, "\u{202e}dab\u{9b}2J");
        assert_eq!(line.text, "\\u{202e}dab\\u{9b}2J");
        assert_eq!(Line::new("server", Mark::Output, "a\tb ").text, "a\\tb␠");
    }
}

//! What happened in a scene, in the order of the scene.
//!
//! A line is written when the scene comes to it, not when its bytes arrive, so the same scene gives
//! the same transcript however the machine schedules its actors.

use colored::{Color, Colorize};

/// How wide a line may get, in columns.
const WIDTH: usize = 80;

/// How many lines an error may take.
const MOST_LINES: usize = 8;

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

#[derive(Clone, Debug)]
struct Line {
    actor: String,
    mark: Mark,
    text: String,
}

/// The lines of one scene under its title.
#[derive(Clone, Debug)]
pub struct Transcript {
    title: String,
    lines: Vec<Line>,
}

impl Mark {
    fn sign(self) -> char {
        match self {
            Mark::Output => '│',
            Mark::Error => '!',
            Mark::Typed => '>',
            Mark::Event => '┄',
            Mark::Sent => '→',
            Mark::Received => '←',
            Mark::Failed => '✗',
        }
    }

    fn color(self) -> Option<Color> {
        match self {
            Mark::Output | Mark::Typed => None,
            Mark::Event => Some(Color::BrightBlack),
            Mark::Error => Some(Color::Yellow),
            Mark::Sent => Some(Color::Cyan),
            Mark::Received => Some(Color::Green),
            Mark::Failed => Some(Color::Red),
        }
    }
}

impl Transcript {
    /// An empty transcript.
    pub fn new(title: String) -> Transcript {
        Transcript { title, lines: Vec::new() }
    }

    /// Adds a line. Control characters in it are made visible: what a program prints is not to be trusted.
    pub fn add(&mut self, actor: &str, mark: Mark, text: &str) {
        let text = if text.is_empty() { "(an empty line)" } else { text };
        self.lines.push(Line { actor: actor.to_string(), mark, text: visible(text) });
    }

    /// Takes all lines away.
    pub fn clear(&mut self) {
        self.lines.clear();
    }

    /// Whether there is such a line.
    pub fn has(&self, actor: &str, mark: Mark, text: &str) -> bool {
        let text = visible(text);
        self.lines.iter().any(|line| line.actor == actor && line.mark == mark && line.text == text)
    }

    /// Whether nothing was played.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The transcript without colours, a line of text for each of its lines.
    pub fn plain(&self) -> String {
        self.render(|_, text| text.to_string())
    }

    /// The transcript for a terminal, coloured where that is wanted.
    pub fn coloured(&self) -> String {
        self.render(|mark, text| match mark.color() {
            Some(color) => text.color(color).to_string(),
            None => text.to_string(),
        })
    }

    fn render(&self, paint: impl Fn(Mark, &str) -> String) -> String {
        let width =
            self.lines.iter().map(|line| line.actor.chars().count()).max().unwrap_or(0).max(6);
        let mut text = format!("{}\n", self.title);
        for line in &self.lines {
            let room = WIDTH.saturating_sub(width + 5);
            // What went wrong goes on in further lines; anything else is cut short.
            let parts = match line.mark {
                Mark::Failed | Mark::Error => textwrap::wrap(&line.text, room)
                    .iter()
                    .take(MOST_LINES)
                    .map(|l| l.to_string())
                    .collect(),
                _ => vec![shorten(&line.text, room)],
            };
            for (number, part) in parts.iter().enumerate() {
                let sign = if number == 0 { line.mark.sign() } else { ' ' };
                let actor = if number == 0 { line.actor.as_str() } else { "" };
                let painted = paint(line.mark, &format!("{sign} {part}"));
                text.push_str(&format!("  {actor:<width$} {}\n", painted.trim_end()));
            }
        }
        text
    }
}

/// The text with control characters, such as the escapes that move a terminal's cursor, spelled out; and with
/// those that turn the direction of what follows, or cannot be seen.
pub fn visible(text: &str) -> String {
    let is_unseen = |c: char| matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    let mut shown = String::new();
    for character in text.chars() {
        if character.is_control() || is_unseen(character) {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// A text in quotation marks, short enough for a message.
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", shorten(&visible(text), 48))
}

/// The text, or as much of it as fits `room` columns, with an ellipsis.
fn shorten(text: &str, room: usize) -> String {
    let mut short = String::new();
    let mut width = 0;
    let mut end_of_fit = 0; // where to cut if an ellipsis must follow
    for character in text.chars() {
        width += textwrap::core::display_width(character.encode_utf8(&mut [0; 4]));
        if width > room {
            short.truncate(end_of_fit);
            short.push('…');
            break;
        }
        short.push(character);
        if width < room {
            end_of_fit = short.len();
        }
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_escape_is_made_visible() {
        let mut transcript = Transcript::new("title".to_string());
        transcript.add("server", Mark::Output, "\x1b[2Jgone\r");
        transcript.add("server", Mark::Error, "\u{202e}dab\u{9b}2J");
        let shown = "title\n  server │ \\u{1b}[2Jgone\\r\n  server ! \\u{202e}dab\\u{9b}2J\n";
        assert_eq!(transcript.plain(), shown);
    }

    #[test]
    fn every_line_fits_80_columns() {
        let mut transcript = Transcript::new("title".to_string());
        transcript.add("server", Mark::Output, &"long ".repeat(40));
        transcript.add("server", Mark::Failed, &"long ".repeat(40));
        let text = transcript.plain();
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        assert_eq!(text.matches("long").count(), 13 + 40, "{text}");
    }
}

//! Text in a picture: how much room it takes, in whatever font the reader has, and how it is broken into lines.

use console::measure_text_width;
use maud::{Markup, html};
use textwrap::{Options, WordSplitter};

use crate::stage::show::{shorten, visible};

/// A size of type, with the room that its letters take at most.
#[derive(Clone, Copy, Debug)]
pub struct Face {
    /// The class by which the style sheet knows it.
    pub class: &'static str,
    /// The height of its letters, in units of the picture.
    pub size: f64,
    /// The width of a column. In a monospaced font that is the width of each letter, 0.6 of its size in all common
    /// ones; in another it is more than letters take on average.
    pub column: f64,
    /// From one line to the next.
    pub line: f64,
}

/// What is said, printed and typed.
pub const MONO: Face = Face { class: "mono", size: 12.0, column: 7.25, line: 15.0 };
/// Bytes.
pub const HEX: Face = Face { class: "hex", size: 9.5, column: 5.75, line: 12.0 };
/// The names of actors.
pub const NAME: Face = Face { class: "name", size: 13.0, column: 8.0, line: 16.0 };
/// What the scene is called.
pub const TITLE: Face = Face { class: "title", size: 15.0, column: 8.8, line: 20.0 };
/// What stands beside others: what happened to an actor, and the step's title.
pub const SMALL: Face = Face { class: "small", size: 12.0, column: 6.8, line: 15.0 };
/// What stands at the edge.
pub const TINY: Face = Face { class: "tiny", size: 10.5, column: 6.1, line: 13.0 };

/// Where a text begins, ends or has its middle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// It begins there.
    Start,
    /// Its middle is there.
    Middle,
    /// It ends there.
    End,
}

/// A line of text at its place.
#[derive(Clone, Debug)]
pub struct Text {
    /// Where it is, from the left.
    pub x: f64,
    /// Where its base line is, from the top.
    pub y: f64,
    /// What of it is there.
    pub anchor: Anchor,
    /// Its size.
    pub face: Face,
    /// A class for its colour, or none.
    pub tone: &'static str,
    /// What it says.
    pub text: String,
}

impl Face {
    /// The room that a text takes.
    pub fn width(self, text: &str) -> f64 {
        measure_text_width(text) as f64 * self.column
    }

    /// The room that the widest of these lines takes.
    pub fn widest(self, lines: &[String]) -> f64 {
        lines.iter().map(|line| self.width(line)).fold(0.0, f64::max)
    }

    /// How many columns fit into so much room.
    pub fn columns(self, room: f64) -> usize {
        (room / self.column) as usize
    }
}

impl Text {
    /// As an element of SVG.
    pub fn markup(&self) -> Markup {
        let anchor = match self.anchor {
            Anchor::Start => None,
            Anchor::Middle => Some("middle"),
            Anchor::End => Some("end"),
        };
        let class = format!("{} {}", self.face.class, self.tone);
        let pressed =
            (!self.text.chars().all(is_of_known_width)).then(|| self.face.width(&self.text));
        let pressed = pressed.filter(|width| *width > 0.0);
        // In a title, what is between backticks is code.
        let parts: Vec<&str> = match self.face.class {
            class if class == TITLE.class => self.text.split('`').collect(),
            _ => vec![&self.text],
        };
        html! {
            text class=(class.trim_end()) x=(round(self.x)) y=(round(self.y)) text-anchor=[anchor]
                textLength=[pressed.map(round)] lengthAdjust=[pressed.map(|_| "spacingAndGlyphs")] {
                @for (number, part) in parts.iter().enumerate() {
                    @if number % 2 == 1 { tspan class="code" { (part) } } @else { (part) }
                }
            }
        }
    }
}

/// To a tenth of a unit: no eye sees more, and a file with fewer digits is read more easily.
pub fn round(length: f64) -> f64 {
    (length * 10.0).round() / 10.0
}

/// A text as it may stand in XML: control characters are spelled out, and so is what XML does not allow.
pub fn clean(text: &str) -> String {
    visible(text).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}

/// The text in at most `most` lines of so many columns; what does not fit is cut off.
pub fn wrap(text: &str, columns: usize, most: usize) -> Vec<String> {
    let text = shorten(&clean(text), columns * most * 2); // nobody wraps 64 KiB to show three lines
    let mut lines = broken(&text, columns);
    if lines.len() > most {
        let rest = lines.split_off(most - 1).join(" ");
        lines.push(shorten(&rest, columns));
    }
    lines
}

/// The same, in lines that are about equally long.
pub fn wrap_evenly(text: &str, columns: usize, most: usize) -> Vec<String> {
    let letters = |lines: &[String]| lines.concat().replace(' ', "");
    let lines = wrap(text, columns, most);
    let total: usize = lines.iter().map(|line| measure_text_width(line)).sum();
    let least = total.div_ceil(lines.len().max(1)).max(1);
    let narrower = (least..columns).map(|columns| wrap(text, columns, most));
    let is_as_good =
        |other: &Vec<String>| other.len() == lines.len() && letters(other) == letters(&lines);
    let found = { narrower }.find(is_as_good);
    found.unwrap_or(lines)
}

fn broken(text: &str, columns: usize) -> Vec<String> {
    let options = Options::new(columns).word_splitter(WordSplitter::NoHyphenation);
    textwrap::wrap(text, options).iter().map(|line| line.to_string()).collect()
}

/// Whether the room that a letter takes is known, whatever font it comes from: it is in every monospaced font, or at
/// most as wide as two columns. What is not known is pressed into the room that was set aside for it.
fn is_of_known_width(letter: char) -> bool {
    let is_wide =
        || measure_text_width(letter.encode_utf8(&mut [0; 4])) == 2 && letter < '\u{10000}';
    matches!(letter, ' '..='~' | '\u{a1}'..='\u{2ff}' | '\u{386}'..='\u{52f}' | '\u{2010}'..='\u{2027}'
        | '\u{2190}'..='\u{21ff}' | '\u{2420}' | '\u{2500}'..='\u{257f}' | '\u{fffd}')
        || is_wide()
}

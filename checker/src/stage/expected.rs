//! What is expected of a message that a peer hears, or of a line that a program prints.

use crate::stage::show::quoted;

/// An expectation, in words and as a test.
pub struct Expected<'a> {
    /// What it is, for the failure: `"bread"`, `a welcome`.
    pub(super) words: String,
    pub(super) kind: Kind<'a>,
}

/// How what comes is tested.
pub(super) enum Kind<'a> {
    /// It is this text. Of a program in another language, it has this text in it.
    Exactly(&'a str),
    /// It has this text in it; others may come before it.
    Containing(&'a str),
    /// It is right by this test; others may come before it.
    Matching(Box<dyn Fn(&str) -> bool + 'a>),
    /// It is anything at all, in however many lines.
    Anything,
}

/// Just this text.
pub fn exactly(text: &str) -> Expected<'_> {
    Expected { words: quoted(text), kind: Kind::Exactly(text) }
}

/// A text with this in it, after however many others.
pub fn containing(text: &str) -> Expected<'_> {
    Expected { words: quoted(text), kind: Kind::Containing(text) }
}

/// A text that `is_right`, after however many others. `words` say what it is: `a line with both names`.
pub fn matching<'a>(
    words: impl Into<String>,
    is_right: impl Fn(&str) -> bool + 'a,
) -> Expected<'a> {
    Expected { words: words.into(), kind: Kind::Matching(Box::new(is_right)) }
}

/// Something, in whatever words, and in however many lines. `words` say what it is: `a welcome`.
pub fn anything(words: &str) -> Expected<'_> {
    Expected { words: words.to_string(), kind: Kind::Anything }
}

impl<'a> From<&'a str> for Expected<'a> {
    fn from(text: &'a str) -> Expected<'a> {
        exactly(text)
    }
}

impl<'a> From<&'a String> for Expected<'a> {
    fn from(text: &'a String) -> Expected<'a> {
        exactly(text)
    }
}

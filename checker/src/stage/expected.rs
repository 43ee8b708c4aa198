//! What is expected of a message that a peer hears, or of a line that a program prints.

use std::borrow::Cow;

use crate::stage::show::quoted;

/// How much longer a line of a foreign program may be than the text that it must have in it.
const ASIDE: usize = 1000;

/// How many lines that nobody asked for may come before the one that is expected: after a few, a program that prints
/// everything there is would have said that one too. A foreign program may show menus, and say what it does.
pub(super) fn most_unasked(is_foreign: bool) -> usize {
    if is_foreign { 100 } else { 20 }
}

/// How many messages may come before the one that a peer expects among others: in a room, others talk too.
pub(super) const MOST_BEFORE: usize = 5000;

/// Why a program fails that prints or sends so many of them.
pub(super) fn too_many_unasked(count: usize, first: &str) -> String {
    format!("there were {count} lines that nobody asked for, the first {}", quoted(first))
}

/// Whether a line has a text in it, with something before or behind it, but not everything there is.
pub(super) fn has(line: &str, text: &str) -> bool {
    line.contains(text) && line.len() <= text.len() + ASIDE
}

/// Whether what has come so far ends with the beginning of a text, which may go on.
pub(super) fn is_begun(heard: &str, text: &str) -> bool {
    let beginnings = text.char_indices().skip(1).map(|(end, _)| &text[..end]);
    !heard.contains(text) && beginnings.into_iter().any(|beginning| heard.ends_with(beginning))
}

/// An expectation, in words and as a test.
pub struct Expected<'a> {
    /// What it is, for the failure: `"bread"`, `a welcome`.
    pub(super) words: String,
    pub(super) kind: Kind<'a>,
}

/// How what comes is tested.
pub(super) enum Kind<'a> {
    /// It is the first of these texts. Of a program in another language, it has any of them in it, once.
    Exactly(Vec<Cow<'a, str>>),
    /// It is this message, said back. Of a program in another language, it is any one reply to it.
    ReplyTo(Cow<'a, str>),
    /// It has this text in it; others may come before it.
    Containing(&'a str),
    /// It is right by this test; others may come before it.
    Matching(Box<dyn Fn(&str) -> bool + 'a>),
    /// It is anything at all, in however many lines.
    Anything,
}

/// Just this text.
pub fn exactly<'a>(text: impl Into<Cow<'a, str>>) -> Expected<'a> {
    let text = text.into();
    Expected { words: quoted(&text), kind: Kind::Exactly(vec![text]) }
}

/// The reply to a message. A program of the course sends the message back; the handouts ask for any reply.
pub fn reply_to<'a>(message: impl Into<Cow<'a, str>>) -> Expected<'a> {
    let message = message.into();
    Expected { words: quoted(&message), kind: Kind::ReplyTo(message) }
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

impl Expected<'_> {
    /// Whether this is just what is expected, from a program of the course.
    pub fn is(&self, heard: &str) -> bool {
        match &self.kind {
            Kind::Exactly(texts) => texts[0] == heard,
            Kind::ReplyTo(message) => message == heard,
            Kind::Containing(text) => has(heard, text),
            Kind::Matching(is_right) => is_right(heard),
            Kind::Anything => true,
        }
    }

    /// The text that is waited for, if it is known.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Exactly(texts) => texts.first().map(Cow::as_ref),
            Kind::ReplyTo(message) => Some(message),
            Kind::Containing(text) => Some(text),
            Kind::Matching(_) | Kind::Anything => None,
        }
    }

    /// Whether nothing but that text is right, from a program of the course.
    pub(super) fn is_exact(&self) -> bool {
        matches!(self.kind, Kind::Exactly(_) | Kind::ReplyTo(_))
    }

    /// The same, but a program in another language may say this text instead, since its handout can be read so.
    pub fn or_of_others(mut self, text: impl Into<String>) -> Self {
        if let Kind::Exactly(texts) = &mut self.kind {
            texts.push(text.into().into());
        }
        self
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_begun_when_its_beginning_is_the_last_that_came() {
        for begun in ["S", "STRASS", "Server: STR"] {
            assert!(is_begun(begun, "STRASSE"), "{begun}");
        }
        for other in ["", "STRASSE", "STRASSES", "Server:", "TRASSE"] {
            assert!(!is_begun(other, "STRASSE"), "{other}");
        }
    }
}

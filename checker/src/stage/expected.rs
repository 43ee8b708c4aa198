//! What is expected of a message that a peer hears, or of a line that a program prints.

use std::borrow::Cow;

use crate::stage::show::quoted;

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

//! How programs in any language do what a handout leaves open, as the person who checks them has said it.

use crate::stage::framing::Framing;

/// What a handout leaves open. The course's own programs are as the course has it: the default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manners {
    /// How they mark where a protobuf message ends; none: it is found out from their first bytes.
    pub framing: Option<Framing>,
    /// What is typed into a client for one message, where it asks its user for more than the text: `{from}`, `{to}` and
    /// `{text}` are filled in, and a line break stands between two answers. See
    /// [`types_message`](crate::stage::program::Program::types_message).
    pub types: Option<String>,
    /// The same for its first message, where it asks for more before that one, such as a name.
    pub types_first: Option<String>,
    /// The operator's word for the number of clients.
    pub operator: Option<String>,
    /// What a chat client waits for before it gives its name: just these bytes, with a line break only if there is one.
    pub question: Option<String>,
}

impl Manners {
    /// Whether this, such as `{from}`, is typed into a client for a message.
    pub fn types_what(&self, placeholder: &str) -> bool {
        [&self.types, &self.types_first].into_iter().flatten().any(|it| it.contains(placeholder))
    }
}

/// A text that is not empty, in which `\n` stands for a line break.
///
/// # Errors
/// In words, when it is empty.
pub fn lines(text: &str) -> Result<String, String> {
    match text.is_empty() {
        true => Err("it is empty".to_string()),
        false => Ok(text.replace("\\n", "\n")),
    }
}

/// Lines with a place for the text of a message.
///
/// # Errors
/// In words, when they have none.
pub fn template(text: &str) -> Result<String, String> {
    match text.contains("{text}") {
        true => lines(text),
        false => Err("it has no {text}, so nothing would be said".to_string()),
    }
}

/// A text that is one line.
///
/// # Errors
/// In words, when it is not.
pub fn one_line(text: &str) -> Result<String, String> {
    match text.trim().is_empty() || text.contains('\n') {
        true => Err("it is not one line of text".to_string()),
        false => Ok(text.to_string()),
    }
}

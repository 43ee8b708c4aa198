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
    /// The operator's word for the number of clients.
    pub operator: Option<String>,
    /// What a chat client waits for before it gives its name: just these bytes, with a line break only if there is one.
    pub question: Option<String>,
}

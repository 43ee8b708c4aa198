//! What was seen of a program that did not do what was expected. Advice begins there.

/// Something that was seen, and not only guessed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Symptom {
    /// What it sent was right, but no line break came behind it.
    SendsNoLineBreak,
    /// It did what was expected as soon as a line break was sent.
    WaitsForLineBreak,
    /// It did what was expected as soon as the other side had closed the connection.
    WaitsForTheEnd,
    /// It did what was expected as soon as somebody else, of this name, had closed their connection, or all others.
    WaitsForOther(String),
    /// It had printed what was expected without a line break, and so it was kept back until the program ended.
    KeepsBack,
    /// It had printed what was expected, but did not send it.
    PrintsInstead,
    /// It printed a line break of its own behind the one of the message.
    PrintsLineBreakToo,
    /// It ended at once, before its threads had said what they have to say.
    EndsBeforeItsThreads,
    /// It uses the processor all the time; since somebody has left, if it began then.
    Spins(Option<String>),
    /// It does not use the port that it was given, but this one, if that is known.
    OtherPort(Option<u16>),
}

//! Where to look, by what was seen of a program. It all comes after "Look at".

use crate::stage::symptom::Symptom;

/// Where to look for what a symptom comes from.
pub fn advice(symptom: &Symptom) -> String {
    match symptom {
        Symptom::SendsNoLineBreak => "what is sent last: a message ends with a line break (`\\n`). By that the other \
                                      side knows that it is whole."
            .to_string(),
        Symptom::WaitsForLineBreak => "what it waits for: it went on as soon as a line break was sent, but not \
                                       everybody sends one. (A `read` needs none, nor does a `text::Reader`.)"
            .to_string(),
        Symptom::WaitsForTheEnd => "what it waits for: it went on only when the other side had closed the connection. \
                                    (`read_to_string` waits for that; one `read` returns as soon as something has \
                                    come.)"
            .to_string(),
        Symptom::WaitsForOther(name) => format!(
            "what it waits for: it went on only when {name} had left. To wait for one client must not hold up another: \
             each has a thread of its own, and no lock is held meanwhile."
        ),
        Symptom::KeepsBack => "what is printed: it has no line break, so it was kept back until the program ended. \
                               `println!` shows a line at once."
            .to_string(),
        Symptom::PrintsInstead => "where that text goes: it was printed, but not sent. `println!` writes to the program's \
                                   own screen; the other side gets what is written into the stream."
            .to_string(),
        Symptom::PrintsLineBreakToo => "the end of what is printed: there are two line breaks, that of the message and \
                                        that of `println!`. `trim_end` removes the first."
            .to_string(),
        Symptom::EndsBeforeItsThreads => "the end of `main`: when it returns, all other threads end too, whatever \
                                          they are at. `join` waits for a thread."
            .to_string(),
        Symptom::Spins(Some(since)) => format!(
            "the loop that goes on although {since}: 0 bytes from `read`, or `None` from `receive` or `read_line`, \
             mean that nothing more will come."
        ),
        Symptom::Spins(None) => "the loop that never waits: what ends it, and what does it wait for in each round?"
            .to_string(),
        Symptom::OtherPort(Some(port)) => {
            format!("the address: it uses port {port}, and not the port that it was given.")
        }
        Symptom::OtherPort(None) => {
            "the address: is it the one with the port that it was given?".to_string()
        }
    }
}

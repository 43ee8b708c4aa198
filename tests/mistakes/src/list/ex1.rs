//! Mistakes in 1.1 a server for one message.

use super::Mistake;

pub const MISTAKES: &[Mistake] = &[
    Mistake {
        name: "prints the whole buffer",
        program: "ex1_server",
        edits: &[("&buffer[..count]", "&buffer")],
        fails: &["a message without a newline counts too"],
    },
    Mistake {
        name: "takes 0 bytes for a message",
        program: "ex1_server",
        edits: &[("if count == 0 {", "if false {")],
        fails: &["a client that leaves silently is reported"],
    },
    Mistake {
        name: "unwraps text that is not UTF-8",
        program: "ex1_server",
        edits: &[(
            "String::from_utf8_lossy(&buffer[..count]);",
            "String::from_utf8(buffer[..count].to_vec()).unwrap();",
        )],
        fails: &["bytes that are no text are shown all the same"],
    },
];

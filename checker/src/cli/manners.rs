//! How programs in any language do what the handout leaves open, as options.

use clap::Args;

use crate::stage::framing::Framing;
use crate::stage::manners::{Manners, lines, one_line, template};

/// How programs in any language do what the handout leaves open.
#[derive(Debug, Args)]
#[command(next_help_heading = "Programs in any language")]
pub struct MannerArgs {
    /// What goes before a protobuf message: u32be, u32le, u16be, varint, none [default: found out from the first bytes]
    #[arg(long, value_name = "FRAMING", requires = "command")]
    framing: Option<Framing>,

    /// What is typed into a client for a message, such as '{from}\n{to}\n{text}' [default: the text]
    #[arg(long, value_name = "LINES", requires = "command", value_parser = template)]
    types: Option<String>,

    /// The same for its first message, where it asks for more before that one [default: as for the others]
    #[arg(long, value_name = "LINES", requires = "command", value_parser = template)]
    types_first: Option<String>,

    /// The operator's word for the number of clients [default: num.users]
    #[arg(long, value_name = "WORD", requires = "command", value_parser = one_line)]
    operator: Option<String>,

    /// What a chat client waits for before it gives its name, without a line break unless it ends with \n
    #[arg(long, value_name = "TEXT", requires = "command", value_parser = lines)]
    question: Option<String>,

    /// Play server and client together, for what they say to each other only, rather than each with the checker
    #[arg(long, requires_all = ["server", "client"])]
    pub(super) pair: bool,
}

impl MannerArgs {
    /// What was asked for.
    pub(super) fn manners(&self) -> Manners {
        Manners {
            framing: self.framing,
            types: self.types.clone(),
            types_first: self.types_first.clone(),
            operator: self.operator.clone(),
            question: self.question.clone(),
        }
    }
}

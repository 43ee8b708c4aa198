//! How a protobuf message is marked off from the next one: the format itself does not say where it ends.

use std::fmt;
use std::str::FromStr;

/// What goes before a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Framing {
    /// Its length as 4 bytes, big-endian: what the course has.
    #[default]
    U32Be,
    /// Its length as 4 bytes, little-endian.
    U32Le,
    /// Its length as 2 bytes, big-endian.
    U16Be,
    /// Its length as a varint, as protobuf itself writes numbers (`writeDelimitedTo`).
    Varint,
    /// Nothing: what one `recv` gives is taken for a message.
    None,
}

impl Framing {
    /// All of them, the course's own first.
    pub const ALL: [Framing; 5] =
        [Framing::U32Be, Framing::U32Le, Framing::U16Be, Framing::Varint, Framing::None];

    /// As it is given on a command line.
    pub fn word(self) -> &'static str {
        match self {
            Framing::U32Be => "u32be",
            Framing::U32Le => "u32le",
            Framing::U16Be => "u16be",
            Framing::Varint => "varint",
            Framing::None => "none",
        }
    }
}

impl fmt::Display for Framing {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Framing {
    type Err = String;

    fn from_str(word: &str) -> Result<Framing, String> {
        let found = Framing::ALL.into_iter().find(|framing| framing.word() == word);
        found.ok_or_else(|| {
            let words = Framing::ALL.map(Framing::word).join(", ");
            format!("there is no such framing; there are {words}")
        })
    }
}

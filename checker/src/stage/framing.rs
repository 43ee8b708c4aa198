//! How a protobuf message is marked off from the next one: the format itself does not say where it ends.
//!
//! These are bytes only. What is in a message is in [`protobuf`](crate::stage::protobuf).

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

/// How the messages of a program are framed, and how that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Framed {
    /// How they are, or are taken to be.
    pub framing: Framing,
    /// How that is known.
    pub known: Known,
}

/// How the framing of a program is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// `--framing` says so.
    Told,
    /// Its first bytes do.
    FoundOut,
    /// It is not: the course's own is assumed.
    Assumed,
}

/// Where the first frame is in what has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// How many bytes say the length.
    pub header: usize,
    /// How many bytes it takes in all.
    pub count: usize,
}

/// The longest message that is taken for one; a longer length is a mistake.
pub const LONGEST: usize = 16 * 1024 * 1024;

/// The most bytes that a varint of 32 bits takes.
const LONGEST_VARINT: usize = 5;

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

    /// What goes before a message, in words; empty: nothing.
    pub fn header_in_words(self) -> &'static str {
        match self {
            Framing::U32Be => "4 bytes, big-endian",
            Framing::U32Le => "4 bytes, little-endian",
            Framing::U16Be => "2 bytes, big-endian",
            Framing::Varint => "a varint",
            Framing::None => "",
        }
    }

    /// The longest message that can be sent so.
    pub fn longest(self) -> usize {
        match self {
            Framing::U16Be => usize::from(u16::MAX),
            Framing::None => 1024, // programs without frames call `recv(1024)`, as the handouts' skeletons do
            Framing::U32Be | Framing::U32Le | Framing::Varint => LONGEST,
        }
    }

    /// The largest length that can be announced so, without a message behind it.
    pub fn largest_length(self) -> Vec<u8> {
        self.header(u32::MAX as usize)
    }

    /// An encoded message, of at most [`longest`](Framing::longest) bytes, in a frame.
    pub fn frame(self, body: &[u8]) -> Vec<u8> {
        let mut frame = self.header(body.len());
        frame.extend(body);
        frame
    }

    fn header(self, length: usize) -> Vec<u8> {
        let long = u32::try_from(length).unwrap_or(u32::MAX);
        match self {
            Framing::U32Be => long.to_be_bytes().to_vec(),
            Framing::U32Le => long.to_le_bytes().to_vec(),
            Framing::U16Be => u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes().to_vec(),
            Framing::Varint => varint(long),
            Framing::None => Vec::new(),
        }
    }

    /// Where the first frame is, if it is there as a whole. Without frames, it is all that has come.
    ///
    /// # Errors
    /// What is wrong with it: no message is as long as that.
    pub fn first(self, bytes: &[u8]) -> Result<Option<Frame>, String> {
        let header = match self {
            Framing::U32Be => bytes.first_chunk().map(|length| (4, u32::from_be_bytes(*length))),
            Framing::U32Le => bytes.first_chunk().map(|length| (4, u32::from_le_bytes(*length))),
            Framing::U16Be => {
                bytes.first_chunk().map(|length| (2, u16::from_be_bytes(*length).into()))
            }
            Framing::Varint => first_varint(bytes)?,
            Framing::None if bytes.is_empty() => None,
            Framing::None => return Ok(Some(Frame { header: 0, count: bytes.len() })),
        };
        let Some((header, length)) = header else { return Ok(None) };
        if length as usize > LONGEST {
            return Err(impossible());
        }
        let count = header + length as usize;
        Ok((bytes.len() >= count).then_some(Frame { header, count }))
    }
}

/// A number as protobuf writes it: 7 bits a byte, the lowest first, and the highest bit says that there are more.
fn varint(mut number: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}

/// The varint that bytes begin with: how many bytes it takes, and the number; none while it is not all there.
fn first_varint(bytes: &[u8]) -> Result<Option<(usize, u32)>, String> {
    let Some(last) = bytes.iter().take(LONGEST_VARINT).position(|byte| byte & 0x80 == 0) else {
        return if bytes.len() < LONGEST_VARINT { Ok(None) } else { Err(impossible()) };
    };
    let add = |number: u64, byte: &u8| number << 7 | u64::from(byte & 0x7f);
    let number = bytes[..=last].iter().rev().fold(0, add);
    Ok(Some((last + 1, u32::try_from(number).map_err(|_| impossible())?)))
}

fn impossible() -> String {
    "a frame of an impossible length came".to_string()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_has_its_length_before_it_and_the_length_does_not_count_itself() {
        let frames = Framing::ALL.map(|framing| framing.frame(b"hi"));
        let expected: [&[u8]; 5] = [
            &[0, 0, 0, 2, b'h', b'i'],
            &[2, 0, 0, 0, b'h', b'i'],
            &[0, 2, b'h', b'i'],
            &[2, b'h', b'i'],
            b"hi",
        ];
        assert_eq!(frames, expected);
        assert_eq!(Framing::Varint.frame(&[0; 300])[..3], [0xac, 2, 0]);
    }

    #[test]
    fn a_message_without_fields_is_an_empty_frame_and_without_frames_it_is_nothing() {
        let empty = |header| Ok(Some(Frame { header, count: header }));
        for (framing, header) in Framing::ALL.into_iter().zip([4, 4, 2, 1]) {
            assert_eq!(framing.first(&framing.frame(&[])), empty(header), "{framing}");
        }
        assert_eq!(Framing::None.first(&Framing::None.frame(&[])), Ok(None));
    }

    #[test]
    fn an_impossible_length_is_a_mistake_where_it_can_be_written() {
        for framing in [Framing::U32Be, Framing::U32Le, Framing::Varint] {
            assert_eq!(framing.first(&framing.largest_length()), Err(impossible()), "{framing}");
        }
        assert_eq!(Framing::Varint.first(&[0xff; 5]), Err(impossible()));
        assert_eq!(Framing::Varint.first(&[0xff; 4]), Ok(None));
        assert_eq!(Framing::U16Be.first(&Framing::U16Be.largest_length()), Ok(None));
    }

    #[test]
    fn each_has_a_word_of_its_own() {
        for framing in Framing::ALL {
            assert_eq!(framing.word().parse(), Ok(framing));
        }
        assert!("u64".parse::<Framing>().is_err_and(|error| error.contains("u32be, u32le")));
    }
}

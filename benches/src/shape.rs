//! The shapes of a flood: how many members, how many of them talk, and how long their lines are.

use std::fmt::{self, Display};
use std::str::FromStr;

use anyhow::{Context, Result, ensure};

/// The length of a line, with its line break, where nothing else is said; in bytes.
pub const LINE: usize = 64;

/// The most members.
const MOST: usize = 20_000;

/// The longest line: what the course's servers take, less some space for a stamp.
const LONGEST: usize = 60 * 1024;

/// The shapes that everybody is measured in.
pub const ORIGINAL: [Shape; 3] = [lines(100, 1), lines(100, 4), lines(1000, 1)];

/// The shapes of 64-byte lines.
pub const CROWDS: [Shape; 6] = [
    lines(100, 1),
    lines(100, 4),
    lines(100, 16),
    lines(100, 100),
    lines(1000, 1),
    lines(10_000, 1),
];

/// The shapes that differ in how long a line is.
pub const LENGTHS: [Shape; 4] = [of(16), lines(100, 1), of(512), of(16 * 1024)];

/// One sender, and more and more members.
pub const MEMBERS: [Shape; 7] = [
    lines(10, 1),
    lines(30, 1),
    lines(100, 1),
    lines(300, 1),
    lines(1000, 1),
    lines(3000, 1),
    lines(10_000, 1),
];

/// A hundred members, and more and more senders.
pub const SENDERS: [Shape; 5] =
    [lines(100, 1), lines(100, 4), lines(100, 16), lines(100, 64), lines(100, 100)];

/// A kind of flood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shape {
    /// How many members there are.
    pub members: usize,
    /// How many of them talk.
    pub senders: usize,
    /// How long a line is, with its line break, in bytes.
    pub length: usize,
}

const fn lines(members: usize, senders: usize) -> Shape {
    Shape { members, senders, length: LINE }
}

const fn of(length: usize) -> Shape {
    Shape { members: 100, senders: 1, length }
}

impl FromStr for Shape {
    type Err = anyhow::Error;

    /// Reads `100x16`, or `100x1:512` with the length of a line.
    fn from_str(text: &str) -> Result<Shape> {
        let number = |text: &str| -> Result<usize> {
            text.parse().with_context(|| format!("{text:?} is not a number"))
        };
        let (crowd, length) = text.split_once(':').unwrap_or((text, "64"));
        let (members, senders) = crowd
            .split_once(['x', '×'])
            .context("a shape is MEMBERSxSENDERS or MEMBERSxSENDERS:BYTES, such as 100x16")?;
        let shape =
            Shape { members: number(members)?, senders: number(senders)?, length: number(length)? };
        ensure!((2..=MOST).contains(&shape.members), "a room has 2 to {MOST} members");
        ensure!((1..=shape.members).contains(&shape.senders), "1 to all of the members talk");
        ensure!((2..=LONGEST).contains(&shape.length), "a line has 2 to {LONGEST} bytes");
        Ok(shape)
    }
}

impl Display for Shape {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        let text = match self.length {
            LINE => format!("{}x{}", self.members, self.senders),
            length => format!("{}x{}:{length}", self.members, self.senders),
        };
        formatter.pad(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(text: &str) -> Option<Shape> {
        text.parse().ok()
    }

    #[test]
    fn a_shape_is_members_times_senders_and_the_length_of_a_line() {
        assert_eq!(shape("100x16"), Some(lines(100, 16)));
        assert_eq!(shape("1000×1"), Some(lines(1000, 1)));
        assert_eq!(shape("100x1:16384"), Some(of(16384)));
    }

    #[test]
    fn what_no_room_could_be_is_not_a_shape() {
        for text in ["", "100", "x", "100x", "100x0", "1x1", "10x11", "99999x1", "10x1:1", "10x1:x"]
        {
            assert_eq!(shape(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_shape_reads_what_it_shows() {
        for known in CROWDS.into_iter().chain(LENGTHS).chain(MEMBERS).chain(SENDERS) {
            assert_eq!(shape(&known.to_string()), Some(known));
        }
    }
}

//! What a program's terminal shows. A program may write whatever it likes there, so all of it is read with a bound: `ESC
//! [65535@`, a few bytes, would move each cell of a row 65535 times.

use std::mem;

use crate::sandbox::process::{TERMINAL_COLUMNS, TERMINAL_ROWS};
use crate::stage::wire::Wire;

/// How much of a program's output is shown: some screens full, with all the codes that move a cursor.
const MOST: usize = 64 * 1024;

/// How much of it is read at a time, between two looks at the clock.
const PIECE: usize = 1024;

/// A larger number in an escape sequence than there are columns means as much.
const LARGEST: u32 = TERMINAL_COLUMNS as u32;

/// A terminal's screen.
pub(super) struct Screen {
    terminal: vt100::Parser,
    sequence: Sequence,
    next: usize, // byte of the program's output that was not read yet
    read: usize, // how many bytes were
}

/// How far an escape sequence is read (ECMA-48, 5.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Sequence {
    #[default]
    None,
    Escape,
    /// After `ESC [`; the number that is on its way.
    Control(Option<u32>),
    /// After `ESC [?`: here numbers are names, and stay as they are.
    Private,
}

impl Screen {
    /// An empty one.
    pub(super) fn new() -> Screen {
        let terminal = vt100::Parser::new(TERMINAL_ROWS, TERMINAL_COLUMNS, 0);
        Screen { terminal, sequence: Sequence::None, next: 0, read: 0 }
    }

    /// Shows the next piece of what has come. Returns whether that was all of it.
    pub(super) fn shows(&mut self, wire: &Wire) -> bool {
        let (bytes, from) = wire.unread_from(self.next);
        let piece = &bytes[..bytes.len().min(PIECE).min(MOST - self.read)];
        self.terminal.process(&bounded(piece, &mut self.sequence));
        self.next = from + piece.len();
        self.read += piece.len();
        piece.len() == bytes.len() || self.read == MOST
    }

    /// The rows that are not empty.
    pub(super) fn rows(&self) -> Vec<String> {
        let rows = self.terminal.screen().rows(0, TERMINAL_COLUMNS);
        let rows = rows.map(|row| row.trim_end().to_string());
        rows.filter(|row| !row.is_empty()).collect()
    }
}

/// The same output, with no number in its escape sequences larger than a terminal has use for.
fn bounded(output: &[u8], sequence: &mut Sequence) -> Vec<u8> {
    let mut bounded = Vec::with_capacity(output.len());
    for &byte in output {
        if let (Sequence::Control(number), b'0'..=b'9') = (&mut *sequence, byte) {
            let larger = number.unwrap_or(0) * 10 + u32::from(byte - b'0');
            *number = Some(larger.min(LARGEST));
            continue;
        }
        // The number is over, unless this is a control character, which may stand within it.
        let is_control = byte < b' ';
        if let (Sequence::Control(number), false) = (&mut *sequence, is_control)
            && let Some(number) = mem::take(number)
        {
            bounded.extend(number.to_string().bytes());
        }
        bounded.push(byte);
        *sequence = match (*sequence, byte) {
            (_, 0x1b) => Sequence::Escape,
            (_, 0x18 | 0x1a) => Sequence::None, // cancelled
            (now, _) if is_control => now,
            (Sequence::Escape, b'[') => Sequence::Control(None),
            (Sequence::Control(_), b'?') => Sequence::Private,
            (now @ (Sequence::Control(_) | Sequence::Private), b' '..=b'?') => now,
            _ => Sequence::None,
        };
    }
    bounded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(output: &str) -> String {
        let whole = bounded(output.as_bytes(), &mut Sequence::default());
        let mut sequence = Sequence::default();
        let mut pieces = Vec::new();
        for byte in output.as_bytes().chunks(1) {
            pieces.extend(bounded(byte, &mut sequence));
        }
        assert_eq!(pieces, whole, "in pieces it is the same");
        String::from_utf8(whole).expect("it was text")
    }

    #[test]
    fn numbers_in_escape_sequences_have_a_bound_and_all_else_stays() {
        for same in [
            "65535@ \u{1b}[7;80H é\r\n\u{1b}[m\u{1b}[2K",
            "\u{1b}[?2004h\u{1b}[?1049l",
            "\u{1b}]0;65535\u{7}",
            "\u{1b}",
        ] {
            assert_eq!(all(same), same);
        }
        assert_eq!(all("\u{1b}[65535@x65535"), "\u{1b}[80@x65535");
        assert_eq!(all("\u{1b}[1;99999999999999999999H"), "\u{1b}[1;80H");
        assert_eq!(all("\u{1b}[65\n535@"), "\u{1b}[\n80@", "a control character does not end it");
        assert_eq!(all("\u{1b}[65\u{18}535"), "\u{1b}[\u{18}535", "a cancelled sequence is none");
    }
}

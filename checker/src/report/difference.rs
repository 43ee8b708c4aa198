//! What was expected and what came instead, one below the other, with a caret under the first byte that is wrong.

use console::measure_text_width;

use crate::stage::difference::Difference;
use crate::stage::show::{visible, with_blanks_shown};

/// What stands before each row.
const LABELS: [&str; 3] = ["expected  ", "got       ", "          "];

/// What is shown of one character or byte.
struct Cell {
    shown: String,
    end: usize,     // the number of its last byte, and one more
    is_plain: bool, // it is shown as itself
}

/// The rows, in so many columns: as text and, where that does not show it, in hex.
pub fn rows(difference: &Difference, room: usize) -> Vec<String> {
    if difference.came.is_empty() {
        return Vec::new(); // the message says it all
    }
    let place = difference.place();
    let mut rows = Vec::new();
    let texts = [&difference.expected, &difference.came].map(|bytes| cells_of_text(bytes));
    if difference.is_text {
        rows.extend(block(&texts, place, room, with_blanks_shown));
    }
    let at_place = |cells: &[Cell]| cells.iter().find(|cell| cell.end > place).map(|c| c.is_plain);
    let is_shown = texts.iter().all(|cells| at_place(cells).unwrap_or(true));
    if !difference.is_text || !is_shown {
        let bytes = [&difference.expected, &difference.came].map(|bytes| cells_of_bytes(bytes));
        let without_last_blank = |row: &str| row.trim_end().to_string();
        rows.extend(block(&bytes, place, room, without_last_blank));
    }
    rows
}

fn cells_of_text(bytes: &[u8]) -> Vec<Cell> {
    let mut cells = Vec::new();
    let mut end = 0;
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            end += character.len_utf8();
            let shown = visible(&character.to_string());
            let is_plain = shown == character.to_string() && measure_text_width(&shown) > 0;
            cells.push(Cell { shown, end, is_plain });
        }
        for byte in chunk.invalid() {
            end += 1;
            cells.push(Cell { shown: format!("\\x{byte:02x}"), end, is_plain: false });
        }
    }
    cells
}

fn cells_of_bytes(bytes: &[u8]) -> Vec<Cell> {
    let cell = |(at, byte): (usize, &u8)| Cell {
        shown: format!("{byte:02x} "),
        end: at + 1,
        is_plain: true,
    };
    bytes.iter().enumerate().map(cell).collect()
}

/// Two rows and a caret. Of long ones, what stands around it. `end` makes the end of a row right.
fn block(
    both: &[Vec<Cell>; 2],
    place: usize,
    room: usize,
    end: impl Fn(&str) -> String,
) -> Vec<String> {
    let room = room.saturating_sub(LABELS[0].len() + 2).max(8); // and an ellipsis at each end
    let width = |cell: &Cell| measure_text_width(&cell.shown);
    let before = both[0].iter().take_while(|cell| cell.end <= place).count();
    let mut start = before;
    let mut column = 0;
    // If all of what both begin with has no place, half of the room is for what follows.
    let all: usize = both[0][..before].iter().map(width).sum();
    let most = if all <= room * 2 / 3 { all } else { room / 2 };
    while start > 0 && column + width(&both[0][start - 1]) <= most {
        start -= 1;
        column += width(&both[0][start]);
    }
    let left = if start > 0 { "…" } else { "" };
    let row = |cells: &[Cell]| {
        let cells = &cells[start.min(cells.len())..];
        let mut used = 0;
        let fits = |cell: &&Cell| {
            used += width(cell);
            used <= room
        };
        let fitting = cells.iter().take_while(fits).count();
        let is_first_wrong = |number: usize| start + number == before;
        let shown = cells[..fitting].iter().enumerate().map(|(number, cell)| match &*cell.shown {
            " " if is_first_wrong(number) => "␠",
            shown => shown,
        });
        let shown: String = shown.collect();
        match fitting == cells.len() {
            true => end(&shown),
            false => format!("{}…", shown.trim_end()),
        }
    };
    let [expected, came] = [&both[0], &both[1]].map(|cells| format!("{left}{}", row(cells)));
    let caret = format!("{}^", " ".repeat(column + left.chars().count()));
    LABELS.iter().zip([expected, came, caret]).map(|(label, row)| format!("{label}{row}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_texts(expected: &str, came: &str) -> Vec<String> {
        rows(&Difference::of_texts(expected, came.as_bytes()), 60)
    }

    #[test]
    fn a_caret_stands_under_the_first_character_that_is_wrong() {
        let expected = ["expected  bread-403", "got       bread-483", "                 ^"];
        assert_eq!(of_texts("bread-403", "bread-483"), expected);
        let shorter = ["expected  bread", "got       bre", "             ^"];
        assert_eq!(of_texts("bread", "bre"), shorter);
        let wide = ["expected  你好!", "got       你好?", "              ^"];
        assert_eq!(of_texts("你好!", "你好?"), wide);
    }

    #[test]
    fn what_a_text_does_not_show_is_shown_in_hex_too() {
        let expected = [
            "expected  bread",
            "got       bread\\u{0}",
            "               ^",
            "expected  62 72 65 61 64",
            "got       62 72 65 61 64 00",
            "                         ^",
        ];
        assert_eq!(of_texts("bread", "bread\0"), expected);
        let rows = rows(&Difference::of_texts("a\u{fffd}", b"a\xff"), 60);
        assert_eq!(rows[1], "got       a\\xff");
        assert_eq!(rows[4], "got       61 ff");
    }

    #[test]
    fn blanks_at_the_end_can_be_seen() {
        assert_eq!(of_texts("a", "a ")[1], "got       a␠");
        assert_eq!(of_texts("  a b", " a b")[..2], ["expected   ␠a b", "got        a b"]);
    }

    #[test]
    fn bytes_are_in_hex_only() {
        let rows = rows(&Difference::of_bytes(&[0, 0, 0, 2], &[2, 0, 0, 0]), 60);
        assert_eq!(rows, ["expected  00 00 00 02", "got       02 00 00 00", "          ^"]);
    }

    #[test]
    fn of_a_long_text_the_part_around_the_difference_is_shown() {
        let long = "x".repeat(500);
        let (expected, came) = (format!("{long}yes{long}"), format!("{long}no{long}"));
        for room in [24, 40, 75] {
            let rows = rows(&Difference::of_texts(&expected, came.as_bytes()), room);
            assert_eq!(rows.len(), 3);
            assert!(rows.iter().all(|row| measure_text_width(row) <= room), "{room}: {rows:#?}");
            let column = rows[2].find('^').expect("a caret");
            let at = |row: &str| row.chars().nth(column);
            assert_eq!((at(&rows[0]), at(&rows[1])), (Some('y'), Some('n')), "{rows:#?}");
        }
    }
}

//! How texts, bytes and times are shown to a person.

use std::time::Duration;

/// The text with control characters, such as the escapes that move a terminal's cursor, spelled out; and with
/// those that turn the direction of what follows, cannot be seen, or look like a blank and are none: but for the
/// no-break space, which we write ourselves.
pub fn visible(text: &str) -> String {
    let is_blank = |c: char| c.is_whitespace() && ![' ', NO_BREAK_SPACE].contains(&c);
    let is_unseen = |c: char| matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e007f}');
    let mut shown = String::new();
    for character in text.chars() {
        if character.is_control() || is_blank(character) || is_unseen(character) {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown
}

const NO_BREAK_SPACE: char = '\u{a0}';

/// A text of somebody else's, made visible as [`visible`] does it, with its no-break spaces too.
pub fn visible_words(text: &str) -> String {
    visible(text).replace(NO_BREAK_SPACE, "\\u{a0}")
}

/// A text of several lines, made visible as [`visible`] does it, but for its colours (SGR, ECMA-48 8.3.117), tabs and line
/// breaks.
pub fn visible_but_for_colors(text: &str) -> String {
    let mut parts = text.split('\x1b');
    let rest = |part: &str| {
        let keep = |line: &str| line.split('\t').map(visible).collect::<Vec<_>>().join("\t");
        part.split('\n').map(keep).collect::<Vec<_>>().join("\n")
    };
    let mut shown = rest(parts.next().unwrap_or_default());
    for part in parts {
        let is_of_color = |c: char| c.is_ascii_digit() || c == ';';
        let parameters = part.strip_prefix('[').map(|part| part.trim_start_matches(is_of_color));
        match parameters.and_then(|part| part.strip_prefix('m')) {
            Some(behind) => {
                shown += &format!("\x1b{}", &part[..part.len() - behind.len()]);
                shown += &rest(behind);
            }
            None => {
                shown += &visible("\x1b");
                shown += &rest(part);
            }
        }
    }
    shown
}

/// The text with the blanks at its end made visible.
pub fn with_blanks_shown(text: &str) -> String {
    let kept = text.trim_end_matches(' ');
    format!("{kept}{}", "␠".repeat(text.len() - kept.len()))
}

/// How many columns of a text are shown in quotation marks.
const LONGEST_QUOTED: usize = 48;

/// A text in quotation marks, short enough for a message.
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", shorten(&visible_words(text), LONGEST_QUOTED))
}

/// Whether all of a text is shown in quotation marks.
pub fn fits_quoted(text: &str) -> bool {
    console::measure_text_width(&visible(text)) <= LONGEST_QUOTED
}

/// The text, or as much of it as fits `room` columns, with an ellipsis.
pub fn shorten(text: &str, room: usize) -> String {
    // To measure takes long, so a very long text is not measured to its end. Most characters take a column or two.
    let longest = 4 * room;
    match text.char_indices().nth(longest) {
        Some((end, _)) => {
            console::truncate_str(&text[..end], room.saturating_sub(1), "").into_owned() + "…"
        }
        None => console::truncate_str(text, room, "…").into_owned(),
    }
}

/// Keeps the first and the last of many lines. Between them stands how many are left out: `told` makes a line of these
/// words, given the first that is.
pub(super) fn keep_first_and_last<T>(lines: &mut Vec<T>, told: impl FnOnce(String, &T) -> T) {
    const FIRST: usize = 4;
    const LAST: usize = 4;
    if let Some(rest @ 1..) = lines.len().checked_sub(FIRST + LAST) {
        let told = told(format!("… and {rest} lines more …"), &lines[FIRST]);
        lines.splice(FIRST..FIRST + rest, [told]);
    }
}

/// `00 00 00 02 08 01`
pub fn hex(bytes: &[u8]) -> String {
    const MOST: usize = 24;
    let shown: Vec<String> = bytes.iter().take(MOST).map(|byte| format!("{byte:02x}")).collect();
    let rest = if bytes.len() > MOST { " …" } else { "" };
    shown.join(" ") + rest
}

/// A time in words: `2 s`, `0.5 s`.
pub fn seconds(time: Duration) -> String {
    format!("{} s", (time.as_secs_f64() * 100.0).round() / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_no_needless_digits() {
        let shown = [2000, 500, 1234].map(|ms| seconds(Duration::from_millis(ms)));
        assert_eq!(shown, ["2 s", "0.5 s", "1.23 s"]);
    }

    #[test]
    fn of_what_a_compiler_says_only_colours_reach_the_terminal() {
        let said = "\x1b[1m\x1b[38;5;9merror\x1b[0m: a\tb\n --> \x1b[2J\u{202e}.rs:1\x1b]8;;x\x1b\\\u{9b}2J\r\n";
        let shown = "\x1b[1m\x1b[38;5;9merror\x1b[0m: a\tb\n --> \\u{1b}[2J\\u{202e}.rs:1\\u{1b}]8;;x\\u{1b}\\\\u{9b}2J\\r\n";
        assert_eq!(visible_but_for_colors(said), shown);
        assert_eq!(visible_but_for_colors(shown), shown);
    }

    #[test]
    fn what_only_looks_like_a_blank_is_spelled_out() {
        assert_eq!(visible_words("a b\u{a0}c\u{3000}d"), "a b\\u{a0}c\\u{3000}d");
        assert_eq!(visible("0.25\u{a0}s"), "0.25\u{a0}s");
    }

    #[test]
    fn blanks_at_the_end_of_a_text_can_be_seen() {
        assert_eq!(with_blanks_shown("  two words  "), "  two words␠␠");
        assert_eq!(with_blanks_shown(" "), "␠");
    }

    #[test]
    fn of_many_lines_the_first_and_the_last_are_kept() {
        let kept = |count: usize| {
            let mut lines: Vec<String> = (1..=count).map(|line| line.to_string()).collect();
            keep_first_and_last(&mut lines, |words, first| format!("{words} from {first}"));
            lines.join(" ")
        };
        assert_eq!(kept(0), "");
        assert_eq!(kept(8), "1 2 3 4 5 6 7 8");
        assert_eq!(kept(10), "1 2 3 4 … and 2 lines more … from 5 7 8 9 10");
    }

    #[test]
    fn a_text_that_is_too_long_ends_in_an_ellipsis() {
        assert_eq!(shorten("bread", 5), "bread");
        assert_eq!(shorten("breads", 5), "brea…");
        assert_eq!(shorten("你好你好", 5), "你好…");
        assert_eq!(shorten(&"bread".repeat(1 << 16), 5), "brea…");
        assert_eq!(shorten(&"你".repeat(1 << 16), 5), "你你…");
    }
}

//! Texts of a page: what programs and compilers have said, made safe to look at, and what can be copied.

use maud::{Markup, html};

use crate::stage::show::visible;

/// A text of several lines, with what cannot be seen, or would turn the direction of others, spelled out.
pub(in crate::report) fn lines(text: &str) -> String {
    let lines: Vec<String> =
        text.trim_end().lines().map(|line| visible(&line.replace('\t', "    "))).collect();
    lines.join("\n")
}

/// The start of a text that may be very long.
pub(in crate::report) fn start(text: &str) -> String {
    const LONGEST: usize = 2000;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_string(),
    }
}

/// A text of several lines in a box of its own, which a keyboard can scroll. A click selects all of it.
pub(super) fn block(label: &str, text: &str) -> Markup {
    html! { pre.copied tabindex="0" role="group" aria-label=(label) { (text) } }
}

/// A command that can be pasted into a shell. A click selects all of it.
pub(super) fn command(words: &[String]) -> Markup {
    html! { code.copied { (shell_words::join(words)) } }
}

/// A text in which what stands between backticks is code.
pub(in crate::report) fn prose(text: &str) -> Markup {
    html! {
        @for (number, part) in text.split('`').enumerate() {
            @if number % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

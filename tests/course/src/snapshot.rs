//! What snapshots of a run must not hold, since it is never the same twice.

use insta::Settings;
use regex::Regex;

/// What the system chooses, and the time of day.
const CHOSEN: &[(&str, &str)] = &[
    (r"(127\.0\.0\.1|0\.0\.0\.0):\d+", "$1:[port]"),
    (r"--port \d+", "--port [port]"),
    (r"\[\d\d:\d\d:\d\d\]", "[time]"),
];

/// The text without what the system chooses, and with these further replacements of patterns made in it.
///
/// # Panics
/// When a pattern is none.
pub fn without_chance(text: &str, further: &[(&str, &str)]) -> String {
    CHOSEN.iter().chain(further).fold(text.to_string(), |text, (pattern, replacement)| {
        let pattern = Regex::new(pattern).expect("a pattern");
        pattern.replace_all(&text, *replacement).into_owned()
    })
}

/// How snapshots are kept: in files with the name of what was played, in `folder`, which is a path from the test.
pub fn settings(folder: &str) -> Settings {
    let mut settings = Settings::clone_current();
    settings.set_snapshot_path(folder);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings
}

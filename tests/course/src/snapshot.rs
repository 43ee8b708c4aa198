//! What snapshots of a run must not hold, since it is never the same twice.

use insta::Settings;
use regex::Regex;

/// What the system chooses, and the time of day.
const CHOSEN: &[(&str, &str)] = &[
    (r"(127\.0\.0\.1|0\.0\.0\.0):\d+", "$1:[port]"),
    (r"--port \d+", "--port [port]"),
    (r"\[\d\d:\d\d:\d\d\]", "[time]"),
];

/// What is longer on a busy machine, and how long it is on one that is not.
const LONGER: &[(&str, &str)] = &[
    (r"--max-sleep-ms (300|900)\b", "--max-sleep-ms 100"),
    (r"--max-sleep-ms (1200|3600)\b", "--max-sleep-ms 400"),
    (r"\b(no|a) pause over \d[\d.]* s\b", "$1 pause over 1 s"),
];

/// Takes out of a text what is never the same twice.
pub struct Filters(Vec<(Regex, &'static str)>);

impl Filters {
    /// For what the system chooses, what a busy machine makes longer, and these further patterns, each with what is put in
    /// its place.
    ///
    /// # Panics
    /// When a pattern is not one.
    pub fn new(further: &[(&str, &'static str)]) -> Filters {
        let regex = |pattern: &str| Regex::new(pattern).expect("a pattern");
        let pairs = CHOSEN.iter().chain(LONGER).chain(further);
        Filters(pairs.map(|(pattern, replacement)| (regex(pattern), *replacement)).collect())
    }

    /// The text with all replacements made, one after the other.
    pub fn apply(&self, text: &str) -> String {
        self.0.iter().fold(text.to_string(), |text, (regex, replacement)| {
            regex.replace_all(&text, *replacement).into_owned()
        })
    }
}

/// How snapshots are kept: in files with the name of what was played, in `folder`, which is a path from the test.
pub fn settings(folder: &str) -> Settings {
    let mut settings = Settings::clone_current();
    settings.set_snapshot_path(folder);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings
}

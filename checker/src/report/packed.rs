//! What a student reads when something was packed: what is in it, what is missing, and what to do next.

use colored::Colorize;

use crate::report::manifest::HELPERS;
use crate::report::terminal::Terminal;
use crate::stage::show::{shorten, visible};

/// What was packed.
#[derive(Debug)]
pub struct Packed {
    /// Where it is: a zip or a folder.
    pub place: String,
    /// Whether it is a zip.
    pub is_zip: bool,
    /// Its size, in bytes.
    pub size: u64,
    /// The folder that it is, or unpacks to.
    pub folder: String,
    /// Its files, with their sizes: first the student's.
    pub files: Vec<(String, usize)>,
    /// How many of them are the student's.
    pub own: usize,
    /// What is still to be done before it is handed in.
    pub missing: Vec<String>,
    /// The commands that try it.
    pub next: Vec<String>,
}

/// A size in words: `512 bytes`, `14 KiB`.
pub(super) fn size_in_words(size: u64) -> String {
    match size {
        1 => "1 byte".to_string(),
        0..1024 => format!("{size} bytes"),
        _ => format!("{} KiB", size.div_ceil(1024)),
    }
}

impl Terminal {
    /// What was packed, as a person reads it.
    pub fn packed(&self, packed: &Packed) -> String {
        let into = match packed.is_zip {
            true => format!(", which unpacks to {}/", packed.folder),
            false => String::new(),
        };
        let heading = format!("{} ({})", packed.place, size_in_words(packed.size));
        let mut text = format!("{}{into}\n\n", heading.bold());
        let (own, others) = packed.files.split_at(packed.own);
        let row = |(path, size): &(String, usize)| (visible(path), *size);
        let of_course = |(path, _): &&(String, usize)| path.starts_with(&format!("{HELPERS}/"));
        let (helpers, made): (Vec<_>, Vec<_>) = others.iter().partition(of_course);
        let size = helpers.iter().map(|(_, size)| size).sum();
        let helpers = [(format!("{HELPERS}/ ({} files)", helpers.len()), size)];
        text += &self.sized_rows("yours", &own.iter().map(row).collect::<Vec<_>>());
        text += &self.sized_rows("made for it", &made.into_iter().map(row).collect::<Vec<_>>());
        text += &self.sized_rows("the course's", &helpers);
        if !packed.missing.is_empty() {
            text += &format!("\n{}\n", "Before you hand it in:".bold());
            for missing in &packed.missing {
                let missing = self.wrap(missing, "    ");
                text += &format!("  - {}\n", missing.trim_start());
            }
        }
        text += "\nTo try it as somebody else would:\n";
        for command in &packed.next {
            text += &format!("  {command}\n");
        }
        text
    }

    fn sized_rows(&self, whose: &str, files: &[(String, usize)]) -> String {
        const COLUMN: usize = 40;
        let column = COLUMN.min(self.width.saturating_sub(" 1023 bytes".len() + 4));
        let row = |(path, size): &(String, usize)| {
            let path = shorten(path, column);
            let blanks = " ".repeat(column - textwrap::core::display_width(&path));
            format!("    {path}{blanks} {:>10}\n", size_in_words(*size as u64))
        };
        format!("  {}\n{}", whose.dimmed(), files.iter().map(row).collect::<String>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_packed_fits_the_screen_and_says_whose_is_what() {
        let files = [
            ("src/bin/server.rs", 2000),
            ("src/bin/\u{202e}evil.rs", 1),
            ("Cargo.toml", 300),
            ("chatlings/Cargo.toml", 1000),
            ("chatlings/src/lib.rs", 1000),
        ];
        let packed = Packed {
            place: "150150000.zip".to_string(),
            is_zip: true,
            size: 5000,
            folder: "150150000".to_string(),
            files: files.map(|(path, size)| (path.to_string(), size)).to_vec(),
            own: 2,
            missing: vec!["the explanation ".repeat(10)],
            next: vec!["unzip 150150000.zip".to_string()],
        };
        for width in [40, 80] {
            let text = Terminal { width, is_verbose: false }.packed(&packed);
            let text = console::strip_ansi_codes(&text).into_owned();
            let rows = text.lines().skip(2);
            assert!(rows.clone().all(|line| line.chars().count() <= width), "{text}");
            for expected in [
                "150150000.zip (5 KiB), which unpacks to 150150000/\n",
                "yours",
                "\\u{202e}evil",
                "2 KiB",
            ] {
                assert!(text.contains(expected), "no {expected:?}: {text}");
            }
            assert!(text.contains("(2 files)"), "{text}");
        }
        assert_eq!(
            [0, 1, 1023, 1024, 1025].map(size_in_words),
            ["0 bytes", "1 byte", "1023 bytes", "1 KiB", "2 KiB"]
        );
    }
}

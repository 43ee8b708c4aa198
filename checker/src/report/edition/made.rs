//! What an instructor reads when a students' edition was made: where it is, what is not in it, and what to do next.

use colored::Colorize;

use crate::report::packed::size_in_words;
use crate::report::terminal::{Terminal, counted, in_words};
use crate::stage::show::visible;

/// A students' edition that was made.
#[derive(Debug)]
pub struct Made {
    /// Its folder.
    pub folder: String,
    /// Whether that is a repository already.
    pub is_repository: bool,
    /// How many files it has.
    pub files: usize,
    /// How many bytes these have.
    pub size: u64,
    /// The steps whose reference solutions are in it.
    pub with: Vec<&'static str>,
    /// What of the course is not in it.
    pub left_out: Vec<String>,
}

impl Terminal {
    /// A students' edition that was made, as a person reads it.
    pub fn edition(&self, made: &Made) -> String {
        let (folder, size) = (visible(&made.folder), size_in_words(made.size));
        let heading = format!("{folder} ({}, {size})", counted(made.files, "file"));
        let solutions = match &made.with[..] {
            [] => "There are no reference solutions in it.".to_string(),
            with => format!("It has the reference solutions of {}, and no others.", in_words(with)),
        };
        let left_out: Vec<String> = made.left_out.iter().map(|name| visible(name)).collect();
        let said = format!(
            "{solutions} The exercises are as they are handed out, from starters/. Left out: {}.",
            left_out.join(" ")
        );
        let quoted = shell_words::quote(&folder);
        let begin = if made.is_repository { "" } else { "git init && " };
        format!(
            "{}\n\n{}\n\nTo try it:\n  cd {quoted} && make ex1\nTo keep it, and to hand it out:\n  \
             cd {quoted} && {begin}git add --all && git commit --message 'The course'\n",
            heading.bold(),
            self.wrap(&said, ""),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_what_is_in_it_and_what_comes_next() {
        let mut made = Made {
            folder: "a folder".to_string(),
            is_repository: false,
            files: 3,
            size: 2048,
            with: vec!["ex1", "ex2"],
            left_out: vec!["benches/".to_string(), "tests/course/".to_string()],
        };
        let text = Terminal::default().edition(&made);
        for expected in [
            "a folder (3 files, 2 KiB)",
            "reference solutions of ex1 and ex2, and no others.",
            "Left out: benches/ tests/course/.",
            "\n  cd 'a folder' && make ex1\n",
            "&& git init && git add --all",
        ] {
            assert!(
                text.contains(expected) || text.replace('\n', " ").contains(expected),
                "{expected:?}: {text}"
            );
        }
        made.is_repository = true;
        made.with.clear();
        let text = Terminal::default().edition(&made);
        assert!(!text.contains("git init") && text.contains("no reference solutions"), "{text}");
    }
}

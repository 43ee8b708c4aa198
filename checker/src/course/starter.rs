//! Reads the source of an exercise as a student does: the task at its top, and its TODO spots.
//!
//! Each starter lies twice in the course: in `exercises/`, where a student works on it, and as it was handed out, in
//! `starters/`. A starter has its spots numbered `// TODO 1 of 3: …`, each with a `todo!()` below it.

use std::path::Path;

use crate::course::layout::{self, Package, content, root};
use crate::stage::show::visible;

/// The source of an exercise.
pub struct Starter {
    source: String,
}

/// A numbered spot in a starter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    /// Its number, from 1.
    pub number: usize,
    /// How many there are in the file.
    pub of: usize,
    /// What is to be done there.
    pub task: String,
}

impl Starter {
    /// Reads the student's program of that name, as it stands now. A file that is not there reads as an empty one.
    pub fn read(program: &str) -> Starter {
        Starter::at(&Package::Exercises.source(program))
    }

    /// Reads the program of that name as it was handed out.
    pub fn handed_out(program: &str) -> Starter {
        Starter::at(&layout::starter(program))
    }

    fn at(path: &Path) -> Starter {
        let content = content(&root().join(path)).unwrap_or_default();
        Starter { source: String::from_utf8(content).unwrap_or_default() }
    }

    /// A program with this source.
    pub fn of(source: &str) -> Starter {
        Starter { source: source.to_string() }
    }

    /// Whether all of its spots are there, each with its `todo!()`.
    pub fn is_whole(&self) -> bool {
        let spots = self.spots();
        let whole = spots.first().is_some_and(|spot| spot.of == spots.len());
        whole && self.todo_count() == spots.len()
    }

    /// How many `todo!()` are left.
    pub fn todo_count(&self) -> usize {
        let code = self.source.lines().filter(|line| !line.trim_start().starts_with("//"));
        code.map(|line| line.matches("todo!(").count()).sum()
    }

    /// The numbered spots that are left.
    pub fn spots(&self) -> Vec<Spot> {
        self.source.lines().filter_map(spot_in).collect()
    }

    /// What is to be done at a line with a `todo!()`: the spot above it in the same function.
    pub fn spot_above(&self, line: usize) -> Option<Spot> {
        let lines: Vec<&str> = self.source.lines().take(line).collect();
        let in_function = lines.iter().rev().take_while(|line| !line.starts_with("fn "));
        in_function.map(|line| spot_in(line)).find(Option::is_some)?
    }

    /// The comment at the top of the file, without its title.
    pub fn introduction(&self) -> Vec<&str> {
        let comment = self.source.lines().map_while(|line| line.strip_prefix("//!"));
        let lines = comment.map(|line| line.strip_prefix(' ').unwrap_or(line));
        lines.skip_while(|line| line.starts_with('#') || line.is_empty()).collect()
    }

    /// The task in a few lines: the first paragraph of the introduction.
    pub fn task(&self) -> String {
        let lines = self.introduction();
        let lines = lines.into_iter().take_while(|line| !line.is_empty());
        lines.map(visible).collect::<Vec<String>>().join("\n") // the source is a stranger's
    }
}

/// Whether a student's program is as it was handed out.
pub fn is_untouched(program: &str) -> bool {
    let theirs = content(&root().join(Package::Exercises.source(program)));
    let ours = content(&root().join(layout::starter(program)));
    theirs.zip(ours).is_some_and(|(theirs, ours)| is_same(&theirs, &ours))
}

/// Whether two sources are the same to whoever reads them. An editor, or Git, may write other line ends, take blanks off
/// the end of a line, or differ in the line breaks at the end: that is nobody's work. All else is, comments too.
pub fn is_same(one: &[u8], other: &[u8]) -> bool {
    const MARK: &[u8] = b"\xef\xbb\xbf"; // of UTF-8, as some editors on Windows set it
    let lines = |source: &[u8]| {
        let source = source.strip_prefix(MARK).unwrap_or(source).trim_ascii_end();
        let lines = source.split(|byte| *byte == b'\n');
        lines.map(|line| line.trim_ascii_end().to_vec()).collect::<Vec<_>>()
    };
    lines(one) == lines(other)
}

/// `// TODO 1 of 3: take the port`
fn spot_in(line: &str) -> Option<Spot> {
    let (number, rest) = line.trim_start().strip_prefix("// TODO ")?.split_once(" of ")?;
    let (of, task) = rest.split_once(':')?;
    Some(Spot { number: number.parse().ok()?, of: of.parse().ok()?, task: visible(task.trim()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "//! # 1.1 Title\n//!\n//! Do this.\n//! And that.\n//!\n//! More.\n\nuse std::io;\n\
        fn a() {\n    // TODO 1 of 2: the first\n    todo!()\n}\nfn b() {\n    // TODO 2 of 2: the second\n    \
        //   (a todo!() stands here)\n    todo!(\"b\")\n}\n";

    #[test]
    fn what_a_source_says_cannot_reach_the_terminal_with_an_escape() {
        let starter = Starter::of(&SOURCE.replace("Do", "\x1b[2J").replace("the", "\x1b[2J"));
        assert!(starter.task().starts_with("\\u{1b}[2J this."), "{}", starter.task());
        assert_eq!(
            spot_in("// TODO 1 of 2: \x1b[2J").map(|spot| spot.task),
            Some("\\u{1b}[2J".to_string())
        );
    }

    #[test]
    fn a_starter_is_whole_until_a_todo_is_gone() {
        assert!(Starter::of(SOURCE).is_whole());
        assert!(!Starter::of(&SOURCE.replace("todo!(\"b\")", "2")).is_whole());
        assert!(!Starter::of(&SOURCE.replace("    // TODO 2 of 2: the second\n", "")).is_whole());
        assert!(!Starter::of("fn main() {}").is_whole());
    }

    #[test]
    fn what_an_editor_does_to_line_ends_is_nobodys_work() {
        let is_same = |other: &str| is_same(SOURCE.as_bytes(), other.as_bytes());
        assert!(is_same(SOURCE));
        assert!(is_same(&SOURCE.replace('\n', "\r\n")), "line ends of Windows");
        assert!(is_same(&format!("\u{feff}{SOURCE}")), "the mark of UTF-8");
        assert!(is_same(SOURCE.trim_end()), "no line break at the end");
        assert!(is_same(&format!("{SOURCE}\n\n")), "more of them");
        assert!(is_same(&SOURCE.replace("//!\n", "//! \n")), "blanks at the end of a line");
    }

    #[test]
    fn all_else_is_somebodys_work() {
        let is_same = |other: &str| is_same(SOURCE.as_bytes(), other.as_bytes());
        assert!(!is_same(""));
        assert!(!is_same(&format!("{SOURCE}// a note\n")));
        assert!(!is_same(&SOURCE.replace("    todo!()", "todo!()")), "another indentation");
        assert!(!is_same(&SOURCE.replace("fn b", "\nfn b")), "a blank line between two others");
        assert!(!is_same(&SOURCE.replace('\n', "\n\n")));
        assert!(!super::is_same(SOURCE.as_bytes(), &[SOURCE.as_bytes(), b"\xff"].concat()));
    }

    #[test]
    fn the_spot_above_a_line_is_found() {
        let spot = Starter::of(SOURCE).spot_above(16).expect("a spot");
        assert_eq!(spot, Spot { number: 2, of: 2, task: "the second".to_string() });
        assert_eq!(Starter::of(SOURCE).spot_above(9), None);
        let without = SOURCE.replace("// TODO 2 of 2", "//");
        assert_eq!(Starter::of(&without).spot_above(16), None, "it is in another function");
    }

    #[test]
    fn the_task_is_the_first_paragraph() {
        assert_eq!(Starter::of(SOURCE).task(), "Do this.\nAnd that.");
    }
}

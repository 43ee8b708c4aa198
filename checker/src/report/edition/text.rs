//! The texts of a students' edition: those of the course without the parts that only instructors read, and without what
//! is said of reference solutions that are not in it.
//!
//! Such parts stand between two comments: `<!-- instructors -->` and `<!-- /instructors -->`, or `<!-- solutions -->` (for
//! any) or `<!-- solutions ex4 -->` (for those of a step) and `<!-- /solutions -->`. They may be lines, a part of a line, or all
//! cells of a row of a table. Between backticks they are text. In a Makefile or the course
//! file, the comments stand in lines of their own, behind a `#`.

/// Whom a part of a text is for, or what it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label<'a> {
    /// For those who change the course, or grade.
    Instructors,
    /// About the reference solutions of a step; without it, about any.
    Solutions(Option<&'a str>),
}

impl<'a> Label<'a> {
    fn of(words: &'a str) -> Option<Label<'a>> {
        let mut words = words.split_whitespace();
        match (words.next(), words.next(), words.next()) {
            (Some("instructors"), None, None) => Some(Label::Instructors),
            (Some("solutions"), step, None) => Some(Label::Solutions(step)),
            _ => None,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Label::Instructors => "instructors",
            Label::Solutions(_) => "solutions",
        }
    }
}

/// The text with the parts that are kept, and without any of these comments.
///
/// # Errors
/// When a part does not end, or something ends that has not begun: where.
pub fn fitted(text: &str, is_kept: &dyn Fn(&Label) -> bool) -> Result<String, String> {
    let mut open: Vec<(Label, usize)> = Vec::new();
    let mut lines: Vec<&str> = Vec::new();
    let mut made: Vec<String> = Vec::new();
    let mut was_cut = false; // since the last line that is kept
    lines.extend(text.lines());
    for (number, line) in (1..).zip(lines) {
        let (mut kept, mut rest, mut is_whole) = (String::new(), line, open.is_empty());
        while let Some((before, words, after)) = comment_in(rest) {
            if open.iter().all(|(label, _)| is_kept(label)) {
                kept += before;
            }
            is_whole = false;
            match words.strip_prefix('/') {
                Some(word) => match open.pop() {
                    Some((label, _)) if label.word() == word => {}
                    _ => return Err(format!("line {number} ends {word}, which has not begun")),
                },
                None => open.extend(Label::of(words).map(|label| (label, number))),
            }
            rest = after;
        }
        if open.iter().all(|(label, _)| is_kept(label)) {
            kept += rest;
            is_whole |= kept == line;
        }
        let is_empty = kept.chars().all(|c| c.is_whitespace() || "|#".contains(c));
        if !is_whole && is_empty {
            was_cut = true;
            continue;
        }
        let is_second_blank = kept.is_empty() && made.last().is_none_or(String::is_empty);
        if was_cut && is_second_blank {
            continue;
        }
        was_cut = false;
        made.push(if is_whole { kept } else { kept.trim_end().to_string() });
    }
    if let Some((label, number)) = open.first() {
        return Err(format!("what begins in line {number} has no <!-- /{} -->", label.word()));
    }
    while was_cut && made.last().is_some_and(String::is_empty) {
        made.pop();
    }
    Ok(made.into_iter().map(|line| line + "\n").collect())
}

/// The first of these comments in a line: what stands before it, its words, and what stands behind it.
fn comment_in(line: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    loop {
        let start = from + line[from..].find("<!--")?;
        let end = start + line[start..].find("-->")?;
        let words = line[start + 4..end].trim();
        let is_quoted = line[..start].matches('`').count() % 2 == 1;
        if !is_quoted && Label::of(words.strip_prefix('/').unwrap_or(words)).is_some() {
            return Some((&line[..start], words, &line[end + 3..]));
        }
        from = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn without_all(text: &str) -> String {
        fitted(text, &|_| false).expect("it is whole")
    }

    #[test]
    fn lines_are_left_out_and_the_empty_lines_around_them_are_one() {
        let text = "a\n\n<!-- instructors -->\nb\n\n- c\n<!-- /instructors -->\n\nd\n";
        assert_eq!(without_all(text), "a\n\nd\n");
        assert_eq!(fitted(text, &|_| true).expect("it is whole"), "a\n\nb\n\n- c\n\nd\n");
        assert_eq!(without_all("a\n\n<!-- instructors -->\nb\n<!-- /instructors -->\n"), "a\n");
        assert_eq!(without_all("a\n\n\nb <!-- c -->\n"), "a\n\n\nb <!-- c -->\n", "others stay");
        let quoted = "`<!-- solutions -->` and `<!-- c -->` or `a <!-- /solutions -->`\n";
        assert_eq!(without_all(quoted), quoted);
    }

    #[test]
    fn a_part_of_a_line_or_a_row_of_a_table_is_left_out() {
        assert_eq!(without_all("a<!-- instructors -->, `b`<!-- /instructors --> c\n"), "a c\n");
        let table =
            "| x | y |\n|---|---|\n| <!-- solutions -->z | z<!-- /solutions --> |\n| u | v |\n";
        assert_eq!(without_all(table), "| x | y |\n|---|---|\n| u | v |\n");
        let kept = fitted(table, &|_| true).expect("it is whole");
        assert_eq!(kept, "| x | y |\n|---|---|\n| z | z |\n| u | v |\n");
        let makefile =
            "all:\n\techo\n# <!-- instructors -->\n\tbench\n# <!-- /instructors -->\n#\n";
        assert_eq!(without_all(makefile), "all:\n\techo\n#\n");
    }

    #[test]
    fn what_is_said_of_a_steps_solutions_is_kept_with_them() {
        let text = "<!-- solutions ex4 -->\na\n<!-- /solutions -->\n<!-- solutions -->\nb\n<!-- instructors -->\nc\n\
            <!-- /instructors -->\n<!-- /solutions -->\nd\n";
        let with = |id: &str| {
            fitted(text, &|label| match label {
                Label::Instructors => false,
                Label::Solutions(step) => step.is_none_or(|step| step == id),
            })
        };
        assert_eq!(with("ex4").expect("it is whole"), "a\nb\nd\n");
        assert_eq!(with("ex1").expect("it is whole"), "b\nd\n");
    }

    #[test]
    fn a_part_that_does_not_end_or_begin_is_named_with_its_line() {
        let error = |text| fitted(text, &|_| false).expect_err("it is not whole");
        let expected = "what begins in line 2 has no <!-- /instructors -->";
        assert_eq!(error("a\n<!-- instructors -->\nb\n"), expected);
        assert_eq!(error("<!-- /solutions -->\n"), "line 1 ends solutions, which has not begun");
        let crossed = "<!-- solutions -->\n<!-- /instructors -->\n";
        assert_eq!(error(crossed), "line 2 ends instructors, which has not begun");
    }
}

//! What a new step puts into the texts of the course that are there. Each takes a text and gives it back with the
//! addition, or says what was looked for and is not there.

/// A text of the walkthrough with this section behind that of the step with this title.
///
/// # Errors
/// When that step has no section.
pub fn section(readme: &str, behind: &str, section: &str) -> Result<String, String> {
    let heading = format!("\n### {behind}\n");
    let begins = readme.find(&heading).ok_or(format!("it has no section \"### {behind}\""))?;
    let rest = &readme[begins + heading.len()..];
    let ends = ["\n### ", "\n# "].iter().filter_map(|next| rest.find(next)).min();
    let at = ends.map_or(readme.len(), |end| begins + heading.len() + end + 1);
    Ok(insert(readme, at, section))
}

/// The modules of a file with one more, where it belongs in the order of their names.
///
/// # Errors
/// When the file declares none.
pub fn module(file: &str, name: &str) -> Result<String, String> {
    let (mut at, mut last) = (0, None);
    for line in file.split_inclusive('\n') {
        at += line.len();
        let declared = line.trim_end().strip_suffix(';').and_then(|line| line.split_once("mod "));
        let Some((_, other)) = declared else { continue };
        if other > name {
            last = Some(at - line.len());
            break;
        }
        last = Some(at);
    }
    let at = last.ok_or("it declares no modules")?;
    Ok(insert(file, at, &format!("mod {name};\n")))
}

/// A text with these lines behind the first line that begins like this, blanks aside.
///
/// # Errors
/// When it has no such line.
pub fn lines_behind(text: &str, line: &str, lines: &str) -> Result<String, String> {
    let mut at = 0;
    for found in text.split_inclusive('\n') {
        at += found.len();
        if found.trim_start().starts_with(line) {
            return Ok(insert(text, at, lines));
        }
    }
    Err(format!("it has no line {line:?}"))
}

fn insert(text: &str, at: usize, addition: &str) -> String {
    [&text[..at], addition, &text[at..]].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_follows_that_of_another_step() {
        let readme = "# All\n\n### 1 a\n\nText.\n\n### 2 b\n\nText.\n\n# End\n";
        let new = "### 3 c\n\nNew.\n\n";
        let behind_a =
            "# All\n\n### 1 a\n\nText.\n\n### 3 c\n\nNew.\n\n### 2 b\n\nText.\n\n# End\n";
        let behind_b =
            "# All\n\n### 1 a\n\nText.\n\n### 2 b\n\nText.\n\n### 3 c\n\nNew.\n\n# End\n";
        assert_eq!(section(readme, "1 a", new).as_deref(), Ok(behind_a));
        assert_eq!(section(readme, "2 b", new).as_deref(), Ok(behind_b));
        assert!(section(readme, "4 d", new).is_err_and(|error| error.contains("### 4 d")));
    }

    #[test]
    fn a_module_stands_in_the_order_of_the_names() {
        let file =
            "//! Scenes.\n\nmod at_once;\npub(super) mod ex1;\nmod rooms;\n\nconst A: u8 = 1;\n";
        let with = |name| module(file, name);
        let expected =
            |line: &str, behind: &str| Ok(file.replace(behind, &[behind, line].concat()));
        assert_eq!(with("common"), expected("mod common;\n", "mod at_once;\n"));
        assert_eq!(with("ts"), expected("mod ts;\n", "mod rooms;\n"));
        assert_eq!(with("aa"), expected("mod aa;\n", "//! Scenes.\n\n"));
        assert!(module("//! Nothing.\n", "a").is_err());
    }

    #[test]
    fn lines_follow_the_line_that_is_named() {
        let text = "[\n    a,\n    b,\n]\n";
        assert_eq!(
            lines_behind(text, "a,", "    c,\n").as_deref(),
            Ok("[\n    a,\n    c,\n    b,\n]\n")
        );
        assert!(lines_behind(text, "d,", "    c,\n").is_err());
    }
}

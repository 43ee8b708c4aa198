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
    let ends = ["\n### ", "\n# ", "\n<!-- instructors -->\n"]
        .iter()
        .filter_map(|next| rest.find(next))
        .min();
    let at = ends.map_or(readme.len(), |end| begins + heading.len() + end + 1);
    Ok(insert(readme, at, section))
}

/// The modules of a file with one more, where it belongs in the order of their names.
///
/// # Errors
/// When the file declares none.
fn module(file: &str, name: &str) -> Result<String, String> {
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

/// The list of steps in the file of their scenes: a module and a line for each, in the order of the course file.
///
/// # Errors
/// When it has no such list.
pub fn list_of_steps(file: &str, ids: &[&str]) -> Result<String, String> {
    const BEGIN: &str = "pub const ROWS: &[Row] = &[\n";
    let mut file = file.to_string();
    for id in ids {
        let is_declared = |line: &str| line.trim_end_matches(';').ends_with(&format!("mod {id}"));
        if !file.lines().any(is_declared) {
            file = module(&file, id)?;
        }
    }
    let (head, rest) = file.split_once(BEGIN).ok_or("it has no list of steps")?;
    let end = rest.find("];").ok_or("its list of steps has no end")?;
    let rows: String = ids.iter().map(|id| format!("    {id}::ROW,\n")).collect();
    Ok(format!("{head}{BEGIN}{rows}{}", &rest[end..]))
}

/// The steps that a course file has entries for, in its order.
pub fn steps_in(course: &str) -> Vec<&str> {
    let ids =
        course.lines().filter_map(|line| line.trim().strip_prefix("[steps.")?.strip_suffix(']'));
    ids.filter(|id| !id.contains('.')).collect()
}

/// A course file with this entry behind all that it says of another step.
///
/// # Errors
/// When it says nothing of that.
pub fn entry(course: &str, behind: &str, entry: &str) -> Result<String, String> {
    let heading = format!("[steps.{behind}]");
    let (mut at, mut found) = (0, None);
    for line in course.split_inclusive('\n') {
        let is_of_it = line.trim() == heading || line.starts_with(&format!("[steps.{behind}."));
        // A comment, or a blank line, is of what follows.
        let is_content = !line.trim().is_empty() && !line.starts_with('#');
        let is_heading = line.starts_with('[');
        at += line.len();
        if is_of_it || found.is_some_and(|(_, goes_on)| goes_on) && is_content && !is_heading {
            found = Some((at, true));
        } else if let (Some((end, _)), true) = (found, is_heading) {
            found = Some((end, false));
        }
    }
    let (at, _) = found.ok_or(format!("it has no {heading}"))?;
    Ok(insert(course, at, &format!("\n{entry}")))
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
    fn the_list_of_steps_has_the_order_of_the_course_file() {
        let course = "[steps.ex1]\npoints = 2\n\n[steps.ex1.checks.a]\noff = true\n\n[steps.ts]\n[handouts.own]\n";
        let ids = steps_in(course);
        assert_eq!(ids, ["ex1", "ts"]);
        let file =
            "mod ex1;\nmod rooms;\n\npub const ROWS: &[Row] = &[\n    ex1::ROW,\n];\n// end\n";
        let with = "mod ex1;\nmod rooms;\nmod ts;\n\npub const ROWS: &[Row] = &[\n    ex1::ROW,\n    ts::ROW,\n];\n// end\n";
        assert_eq!(list_of_steps(file, &ids).as_deref(), Ok(with));
        assert_eq!(list_of_steps(with, &ids).as_deref(), Ok(with));
        let turned = list_of_steps(with, &["ts", "ex1"]);
        assert!(turned.is_ok_and(|text| text.contains("&[\n    ts::ROW,\n    ex1::ROW,\n]")));
        assert!(list_of_steps("mod ex1;\n", &ids).is_err());
    }

    #[test]
    fn an_entry_follows_all_that_is_said_of_another_step() {
        let course = "[steps.ex1]\npoints = 2\n\n# Asked since 2026.\n[steps.ex1.checks.a]\noff = true\n\n# Hard.\n[steps.ex2]\nport = 1\n";
        let new = "[steps.ts]\nport = 3\n";
        let behind_ex1 = course.replace("\n\n# Hard", &format!("\n\n{new}\n# Hard"));
        assert_eq!(entry(course, "ex1", new), Ok(behind_ex1));
        assert_eq!(entry(course, "ex2", new), Ok(format!("{course}\n{new}")));
        assert!(entry(course, "ex3", new).is_err_and(|error| error.contains("[steps.ex3]")));
    }
}

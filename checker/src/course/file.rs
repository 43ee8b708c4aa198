//! The form of a course file, `course.toml` or another one for a class: what may stand in it, and what is wrong with it,
//! in one line. What comes of several of them is in [`values`](crate::course::values).

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

use crate::course::near::or_which;
use crate::course::scenes::ROWS;
use crate::course::step::{Check, Row, Visibility};
use crate::stage::launch::Role;

/// What stands in a course file. All of it may be left out.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CourseFile {
    /// By their ids.
    pub steps: BTreeMap<Spanned<String>, StepEntry>,
    /// By their names.
    pub handouts: BTreeMap<Spanned<String>, HandoutEntry>,
}

/// What it says of a step.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StepEntry {
    /// The most points that it gives.
    pub points: Option<u16>,
    /// Its title, instead of that among the texts.
    pub title: Option<Spanned<String>>,
    /// The port of its server.
    pub port: Option<Spanned<u16>>,
    /// Its handout and, behind a comma, where in it.
    pub handout: Option<Spanned<String>>,
    /// Its checks, by their ids.
    pub checks: BTreeMap<Spanned<String>, CheckEntry>,
}

/// What it says of a check.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CheckEntry {
    /// Its share of the step's points.
    pub worth: Option<u16>,
    /// Whether it gives no points.
    pub bonus: Option<bool>,
    /// What it gives on top of the step's points.
    pub extra: Option<u16>,
    /// Who sees it.
    pub visibility: Option<Visibility>,
    /// Whether it is not played at all.
    pub off: Option<bool>,
}

/// What it says of a handout.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HandoutEntry {
    /// What it is called.
    pub title: Option<Spanned<String>>,
    /// How the folder is named that is handed in.
    pub folder: Option<Spanned<String>>,
    /// Its own names of programs.
    pub names: Option<BTreeMap<Spanned<String>, Spanned<String>>>,
    /// What goes with the sources.
    pub wants: Option<Vec<Extra>>,
}

/// What a handout wants besides sources.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Extra {
    /// A Dockerfile that builds and runs the programs.
    Dockerfile,
    /// A report: the explanation of the sources, how they are compiled and run, and what a simple session looks like.
    Report,
    /// Pictures of the output.
    Screenshots,
}

/// What is wrong, and where it stands in the text.
type Wrong = (Range<usize>, String);

impl CourseFile {
    /// Reads one. `name` is how the person calls it; handouts that other files name are `known`.
    ///
    /// # Errors
    /// When something in it is wrong: in one line, where, what, and what was probably meant.
    pub fn read(name: &str, text: &str, known: &[&str]) -> Result<CourseFile, String> {
        let read = toml::from_str::<CourseFile>(text).map_err(|error| {
            let place = error.span().unwrap_or_default();
            (place, with_what_was_meant(error.message()))
        });
        let checked = read.and_then(|file| file.check(known).map(|()| file));
        checked.map_err(|(place, wrong)| {
            let before = text.get(..place.start).unwrap_or(text);
            format!("{name}:{}: {wrong}", before.matches('\n').count() + 1)
        })
    }

    /// Whether all that it names is there, and nothing contradicts itself.
    fn check(&self, known: &[&str]) -> Result<(), Wrong> {
        let own = self.handouts.keys().map(|name| name.as_ref().as_str());
        let handouts: Vec<&str> = known.iter().copied().chain(own).collect();
        for (id, entry) in &self.steps {
            let row = ROWS.iter().find(|row| row.id == id.as_ref()).ok_or_else(|| {
                let which = or_which(id.as_ref(), ROWS.iter().map(|row| row.id));
                (id.span(), format!("there is no step {:?}{which}", id.as_ref()))
            })?;
            entry.check(row, &handouts)?;
        }
        self.handouts.iter().try_for_each(|(name, entry)| entry.check(name, known))
    }
}

impl StepEntry {
    fn check(&self, row: &Row, handouts: &[&str]) -> Result<(), Wrong> {
        let id = row.id;
        if let Some(title) = &self.title {
            is_one_line(title)
                .map_err(|wrong| (title.span(), format!("steps.{id}.title {wrong}")))?;
        }
        if let Some(port) = &self.port {
            let wrong = match port.as_ref() {
                _ if !row.has_server() => {
                    Some(format!("steps.{id} has no server, so it has no port"))
                }
                0 => Some(format!("steps.{id}.port is 0: give one from 1 to 65535")),
                _ => None,
            };
            wrong.map_or(Ok(()), |wrong| Err((port.span(), wrong)))?;
        }
        if let Some(handout) = &self.handout {
            let name = handout_in(handout.as_ref());
            if !handouts.contains(&name) {
                let which = or_which(name, handouts.iter().copied());
                return Err((handout.span(), format!("there is no handout {name:?}{which}")));
            }
        }
        for (check, entry) in &self.checks {
            let all = || row.checks.iter().chain(row.pair_checks);
            if !all().any(|other| other.id == check.as_ref()) {
                let which = or_which(check.as_ref(), all().map(|check| check.id));
                let wrong = format!("steps.{id} has no check {:?}{which}", check.as_ref());
                return Err((check.span(), wrong));
            }
            if let Some(wrong) = entry.contradiction() {
                return Err((
                    check.span(),
                    format!("steps.{id}.checks.{} {wrong}", check.as_ref()),
                ));
            }
        }
        Ok(())
    }
}

impl CheckEntry {
    /// What cannot be meant.
    fn contradiction(&self) -> Option<&'static str> {
        let counts = self.worth.is_some_and(|worth| worth > 0);
        match (counts, self.bonus, self.extra.unwrap_or(0)) {
            (true, Some(true), _) => {
                Some("is worth something, and yet a bonus: leave out one of them")
            }
            (true, _, 1..) => Some(
                "has both a share (`worth`) and points on top (`extra`): leave out one of them",
            ),
            (_, Some(false), 1..) => Some("has points on top (`extra`), so it is a bonus"),
            (false, Some(false), _) if self.worth.is_some() => {
                Some("is worth 0, and yet not a bonus: leave out one of them")
            }
            _ => None,
        }
    }

    /// The check as it is with this, if it is played at all.
    pub fn applied_to(&self, mut check: Check) -> Check {
        match (self.worth, self.bonus) {
            (Some(worth), _) => (check.share, check.extra) = (Some(worth.into()), 0),
            (None, Some(true)) => (check.share, check.extra) = (Some(0), 0),
            (None, Some(false)) => {
                (check.share, check.extra) = (Some(check.share.unwrap_or(0).max(1)), 0);
            }
            (None, None) => {}
        }
        if let Some(extra) = self.extra {
            (check.share, check.extra) =
                (if extra > 0 { Some(0) } else { check.share }, extra.into());
        }
        check.visibility = self.visibility.or(check.visibility);
        check
    }
}

impl HandoutEntry {
    fn check(&self, name: &Spanned<String>, known: &[&str]) -> Result<(), Wrong> {
        let id = name.as_ref();
        let is_right = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        if !id.starts_with(|c: char| c.is_ascii_alphanumeric()) || !id.chars().all(is_right) {
            let wrong = format!("a handout cannot be called {id:?}: it names files and folders");
            return Err((name.span(), wrong));
        }
        let is_new = !known.contains(&id.as_str());
        if is_new && (self.title.is_none() || self.folder.is_none()) {
            return Err((
                name.span(),
                format!("handouts.{id} is new, so it needs a title and a folder"),
            ));
        }
        if let Some(title) = &self.title {
            is_one_line(title)
                .map_err(|wrong| (title.span(), format!("handouts.{id}.title {wrong}")))?;
        }
        if let Some(folder) = &self.folder
            && let Some(wrong) = wrong_with_folder(folder.as_ref())
        {
            return Err((folder.span(), format!("handouts.{id}.folder {wrong}")));
        }
        let programs = || ROWS.iter().flat_map(|row| row.programs.iter().copied());
        for (program, own) in self.names.iter().flatten() {
            if !programs().any(|other| other == program.as_ref()) {
                let which = or_which(program.as_ref(), programs());
                let wrong = format!("there is no program {:?}{which}", program.as_ref());
                return Err((program.span(), wrong));
            }
            let own_name = own.as_ref();
            let is_right = |c: char| c.is_ascii_alphanumeric() || c == '_';
            if !own_name.starts_with(|c: char| c.is_ascii_lowercase())
                || !own_name.chars().all(is_right)
            {
                let wrong = format!(
                    "a program cannot be called {own_name:?}: its name begins with a small letter, and has letters, \
                     digits and '_'"
                );
                return Err((own.span(), wrong));
            }
        }
        Ok(())
    }
}

impl Row {
    /// Whether it has a program that listens at a port.
    pub fn has_server(&self) -> bool {
        self.programs.iter().any(|program| Role::of(program) == Role::Server)
    }
}

/// The handout that a step names: what stands before the comma.
pub fn handout_in(text: &str) -> &str {
    text.split(',').next().unwrap_or_default()
}

/// A title stands in headings, so it is one line.
fn is_one_line(title: &Spanned<String>) -> Result<(), &'static str> {
    let title = title.as_ref();
    match title.is_empty() || title.trim() != title || title.contains(char::is_control) {
        true => Err("must be one line of text, without blanks around it"),
        false => Ok(()),
    }
}

/// What is wrong with the name of a folder that has placeholders.
fn wrong_with_folder(folder: &str) -> Option<String> {
    const PLACEHOLDERS: &[&str] = &["{name}", "{first}", "{last}", "{number}"];
    let mut rest = folder.to_string();
    for placeholder in PLACEHOLDERS {
        rest = rest.replace(placeholder, "x");
    }
    if let Some((_, placeholder)) = rest.split_once('{') {
        let name = placeholder.split('}').next().unwrap_or_default();
        let names = PLACEHOLDERS.iter().map(|known| known.trim_matches(['{', '}']));
        return Some(format!("has no {{{name}}}{}", or_which(name, names)));
    }
    let is_right = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    if !rest.starts_with(|c: char| c.is_ascii_alphanumeric()) || !rest.chars().all(is_right) {
        return Some(
            "cannot be the name of a folder: only letters, digits, '.', '-' and '_'".to_string(),
        );
    }
    None
}

/// What serde says, in one line and with the nearest of the keys that it lists.
fn with_what_was_meant(message: &str) -> String {
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let unknown =
        ["unknown field ", "unknown variant "].iter().find(|begin| message.starts_with(**begin));
    match (unknown, &quoted[..]) {
        (Some(begin), [wrong, known @ ..]) => {
            let what = if begin.contains("field") { "key" } else { "word" };
            format!("there is no {what} {wrong:?} here{}", or_which(wrong, known.iter().copied()))
        }
        _ => {
            let line = message.lines().map(str::trim).collect::<Vec<_>>().join("; ");
            line.replace("expected u16", "expected a whole number from 0 to 65535")
                .replace("expected a map", "expected a table")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is told of a course file, in one line.
    fn wrong(text: &str) -> String {
        let wrong = CourseFile::read("a.toml", text, &["assignment-1"]).expect_err(text);
        assert!(!wrong.contains('\n'), "{wrong}");
        wrong
    }

    #[test]
    fn a_wrong_key_is_told_with_its_line_and_the_one_that_was_probably_meant() {
        for (text, expected) in [
            ("[step.ex1]", "a.toml:1: there is no key \"step\" here: did you mean \"steps\"?"),
            ("\n[steps.ex11]", "a.toml:2: there is no step \"ex11\": did you mean \"ex1\"?"),
            (
                "[steps.ex1]\npionts = 2",
                "a.toml:2: there is no key \"pionts\" here: did you mean \"points\"?",
            ),
            (
                "[steps.ex1]\n\n[steps.ex1.checks.a_taken_prot]\nworth = 2",
                "a.toml:3: steps.ex1 has no check \"a_taken_prot\": did you mean \"a_taken_port\"?",
            ),
            (
                "[steps.ex1.checks.a_taken_port]\nwort = 2",
                "a.toml:2: there is no key \"wort\" here: did you mean \"worth\"?",
            ),
            (
                "[steps.ex1.checks.a_taken_port]\nvisibility = \"after_duedate\"",
                "a.toml:2: there is no word \"after_duedate\" here: did you mean \"after_due_date\"?",
            ),
            (
                "[steps.ex1]\nhandout = \"asignment-1, 2\"",
                "a.toml:2: there is no handout \"asignment-1\": did you mean \"assignment-1\"?",
            ),
            (
                "[handouts.assignment-1]\nwants = [\"raport\"]",
                "a.toml:2: there is no word \"raport\" here: did you mean \"report\"?",
            ),
            (
                "[handouts.assignment-1]\nfolder = \"{nane}\"",
                "a.toml:2: handouts.assignment-1.folder has no {nane}: did you mean \"name\"?",
            ),
            (
                "[handouts.assignment-1]\nnames = { ex1_sever = \"server\" }",
                "a.toml:2: there is no program \"ex1_sever\": did you mean \"ex1_server\"?",
            ),
        ] {
            assert_eq!(wrong(text), expected);
        }
    }

    #[test]
    fn a_wrong_value_is_told_with_its_line() {
        for (text, expected) in [
            ("[steps.ex1]\npoints = \"2\"", "a.toml:2: "),
            ("[steps.ex1]\npoints = 2.5", "a.toml:2: "),
            (
                "[steps.ex1]\npoints = -1",
                "a.toml:2: invalid value: integer `-1`, expected a whole number",
            ),
            ("[steps.ex1]\nport = 65536", "a.toml:2: "),
            ("[steps.ex1]\nport = 0", "a.toml:2: steps.ex1.port is 0: give one from 1 to 65535"),
            ("[steps.ex3]\nport = 8080", "a.toml:2: steps.ex3 has no server, so it has no port"),
            ("[steps.ex1]\ntitle = \"\"", "a.toml:2: steps.ex1.title must be one line"),
            ("[steps.ex1]\ntitle = \"a\\nb\"", "a.toml:2: steps.ex1.title must be one line"),
            ("[steps.ex1.checks.a_taken_port]\noff = 1", "a.toml:2: "),
            (
                "[handouts.assignment-1]\nfolder = \"../{name}\"",
                "a.toml:2: handouts.assignment-1.folder cannot",
            ),
            (
                "[handouts.assignment-9]\ntitle = \"a\"",
                "a.toml:1: handouts.assignment-9 is new, so it needs",
            ),
            (
                "[handouts.\"a/b\"]\ntitle = \"a\"\nfolder = \"{name}\"",
                "a.toml:1: a handout cannot be called",
            ),
            (
                "[handouts.assignment-1]\nnames = { ex1_server = \"../a\" }",
                "a.toml:2: a program cannot be called",
            ),
            ("steps = 1", "a.toml:1: "),
            ("[steps.ex1\npoints = 2", "a.toml:1: "),
            ("[steps.ex1]\npoints = 2\npoints = 3", "a.toml:3: "),
            ("a = \"\u{7}\"", "a.toml:1: "),
        ] {
            let wrong = wrong(text);
            println!("{wrong}");
            assert!(wrong.starts_with(expected), "{wrong}");
        }
    }

    #[test]
    fn what_contradicts_itself_is_told() {
        for text in [
            "worth = 2\nbonus = true",
            "worth = 2\nextra = 1",
            "bonus = false\nextra = 1",
            "worth = 0\nbonus = false",
        ] {
            let wrong = wrong(&format!("[steps.ex1.checks.a_taken_port]\n{text}"));
            assert!(wrong.starts_with("a.toml:1: steps.ex1.checks.a_taken_port "), "{wrong}");
        }
    }

    #[test]
    fn a_check_is_as_its_entry_says() {
        let share_and_extra = |text: &str, check: Check| {
            let entry: CheckEntry = toml::from_str(text).expect(text);
            let check = entry.applied_to(check);
            (check.share, check.extra)
        };
        let check = Check::server("id", |_| Ok(())).worth(3);
        for (text, of_check, of_bonus) in [
            ("", (Some(3), 0), (Some(0), 0)),
            ("worth = 2", (Some(2), 0), (Some(2), 0)),
            ("worth = 0", (Some(0), 0), (Some(0), 0)),
            ("bonus = true", (Some(0), 0), (Some(0), 0)),
            ("bonus = false", (Some(3), 0), (Some(1), 0)),
            ("extra = 2", (Some(0), 2), (Some(0), 2)),
            ("bonus = true\nextra = 2", (Some(0), 2), (Some(0), 2)),
            ("extra = 0", (Some(3), 0), (Some(0), 0)),
        ] {
            assert_eq!(share_and_extra(text, check), of_check, "{text}");
            assert_eq!(share_and_extra(text, check.bonus()), of_bonus, "{text}, of a bonus");
        }
    }
}

//! What the course files say in this run. `course.toml` has all of it; what another file (`--course FILE`) says comes
//! before that.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, ErrorKind};
use std::mem;
use std::path::Path;
use std::sync::LazyLock;

use toml::Spanned;

use crate::course::choice::Choice;
use crate::course::file::{CourseFile, Extra, HandoutEntry, StepEntry};
use crate::course::layout::root;
use crate::course::scenes::ROWS;
use crate::course::step::{Check, Row};

/// The course's own file, in its root folder.
pub const COURSE_FILE: &str = "course.toml";

/// The course's own file as it was when the checker was built, for the case that it is not there any more.
const AS_BUILT: &str = include_str!("../../../course.toml");

/// Those of this run. (That they can be read is made sure at its begin; here, a fault costs what was changed.)
pub static VALUES: LazyLock<Values> = LazyLock::new(|| {
    let as_built = || Values::of(&[(COURSE_FILE, AS_BUILT)]);
    Values::of_this_run().or_else(|_| as_built()).unwrap_or_default()
});

/// What the files say of each step and each handout. Files that come later have the last word.
#[derive(Debug, Default)]
pub struct Values {
    steps: BTreeMap<String, StepValues>,
    /// The handouts, by name.
    pub handouts: BTreeMap<String, HandoutValues>,
}

/// What is said of a step.
#[derive(Debug, Default)]
pub struct StepValues {
    /// The most points that it gives, but for extra ones.
    pub points: Option<u32>,
    /// A title instead of that among the texts.
    pub title: Option<String>,
    /// The port of its server.
    pub port: Option<u16>,
    /// Its handout and, behind a comma, where in it.
    pub handout: Option<String>,
    /// Its checks as they are asked.
    pub checks: Vec<Check>,
    /// Those of a pair.
    pub pair_checks: Vec<Check>,
}

/// What is said of a handout.
#[derive(Debug, Default)]
pub struct HandoutValues {
    /// What it is called.
    pub title: String,
    /// How the folder is named that is handed in.
    pub folder: String,
    /// Its own names of programs.
    pub names: BTreeMap<String, String>,
    /// What goes with the sources.
    pub wants: Vec<Extra>,
}

impl Values {
    /// What the course's own file says, and then the one that was chosen.
    ///
    /// # Errors
    /// When a file cannot be read, or something in it is wrong: in one line.
    pub fn of_this_run() -> Result<Values, String> {
        let files = files_of_this_run()?;
        let files: Vec<(&str, &str)> =
            files.iter().map(|(name, text)| (&**name, &**text)).collect();
        Values::of(&files)
    }

    /// What these files say, each with the name that the person knows it by.
    ///
    /// # Errors
    /// When something in one of them is wrong: in one line.
    pub fn of(files: &[(&str, &str)]) -> Result<Values, String> {
        let steps = ROWS.iter().map(|row| (row.id.to_string(), StepValues::of_row(row)));
        let mut values = Values { steps: steps.collect(), ..Values::default() };
        let mut is_off = Vec::new();
        for (name, text) in files {
            let known: Vec<&str> = values.handouts.keys().map(String::as_str).collect();
            let file = CourseFile::read(name, text, &known)?;
            for (id, entry) in file.handouts {
                values.handouts.entry(id.into_inner()).or_default().take(entry);
            }
            for (id, entry) in file.steps {
                let id = id.into_inner();
                for (check, entry) in &entry.checks {
                    let key = (id.clone(), check.as_ref().clone());
                    is_off.retain(|other| *other != key || entry.off.is_none());
                    is_off.extend(entry.off.filter(|off| *off).map(|_| key));
                }
                values.steps.entry(id).or_default().take(entry);
            }
        }
        for (id, step) in &mut values.steps {
            let is_on =
                |check: &Check| !is_off.iter().any(|(step, off)| step == id && off == check.id);
            step.checks.retain(is_on);
            step.pair_checks.retain(is_on);
            if let (Some((file, _)), Some(wrong)) = (files.last(), step.lacks(id)) {
                return Err(format!("{file}: {wrong}"));
            }
        }
        Ok(values)
    }

    /// What is said of a step.
    pub fn of_step(&self, id: &str) -> &StepValues {
        static NONE: LazyLock<StepValues> = LazyLock::new(StepValues::default);
        self.steps.get(id).unwrap_or(&NONE)
    }
}

/// The files that are read in this run, each with its name and what it says.
///
/// # Errors
/// When one of them cannot be read: in one line.
pub fn files_of_this_run() -> Result<Vec<(String, String)>, String> {
    let own = match fs::read_to_string(root().join(COURSE_FILE)) {
        Err(error) if error.kind() == ErrorKind::NotFound => AS_BUILT.to_string(),
        read => read.map_err(|error| unreadable(Path::new(COURSE_FILE), &error))?,
    };
    let mut files = vec![(COURSE_FILE.to_string(), own)];
    if let Some(path) = &Choice::of_this_run().course {
        let text = fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
        files.push((path.display().to_string(), text));
    }
    Ok(files)
}

impl StepValues {
    fn of_row(row: &Row) -> StepValues {
        StepValues {
            checks: row.checks.to_vec(),
            pair_checks: row.pair_checks.to_vec(),
            ..StepValues::default()
        }
    }

    fn take(&mut self, entry: StepEntry) {
        self.points = entry.points.map(u32::from).or(self.points);
        self.title = entry.title.map(Spanned::into_inner).or(self.title.take());
        self.port = entry.port.map(Spanned::into_inner).or(self.port);
        self.handout = entry.handout.map(Spanned::into_inner).or(self.handout.take());
        for check in self.checks.iter_mut().chain(&mut self.pair_checks) {
            if let Some(entry) = entry.checks.get(check.id) {
                *check = entry.applied_to(*check);
            }
        }
    }

    /// What a step cannot do without.
    fn lacks(&self, id: &str) -> Option<String> {
        let has_server = ROWS.iter().any(|row| row.id == id && row.has_server());
        let gives_points =
            self.points == Some(0) || self.checks.iter().any(|check| !check.is_bonus());
        match self {
            _ if !gives_points => Some(format!("no check of steps.{id} is left that gives points")),
            StepValues { points: None, .. } => Some(format!("steps.{id} has no points")),
            StepValues { handout: None, .. } => Some(format!("steps.{id} has no handout")),
            StepValues { port: None, .. } if has_server => Some(format!("steps.{id} has no port")),
            _ => None,
        }
    }
}

impl HandoutValues {
    fn take(&mut self, entry: HandoutEntry) {
        self.title = entry.title.map_or(mem::take(&mut self.title), Spanned::into_inner);
        self.folder = entry.folder.map_or(mem::take(&mut self.folder), Spanned::into_inner);
        if let Some(names) = entry.names {
            let names = names.into_iter();
            self.names = names.map(|(own, name)| (own.into_inner(), name.into_inner())).collect();
        }
        self.wants = entry.wants.unwrap_or(mem::take(&mut self.wants));
    }
}

fn unreadable(path: &Path, error: &io::Error) -> String {
    format!("cannot read the course file {}: {error}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::step::Visibility;

    const CHECK: &str = "[steps.ex1.checks.a_taken_port]\n";

    /// What the course's own file and then another one say.
    fn values(text: &str) -> Result<Values, String> {
        Values::of(&[(COURSE_FILE, AS_BUILT), ("class.toml", text)])
    }

    fn ids(values: &Values) -> Vec<&'static str> {
        values.of_step("ex1").checks.iter().map(|check| check.id).collect()
    }

    #[test]
    fn the_courses_own_file_is_right_and_names_no_handout_in_vain() {
        let values =
            Values::of(&[(COURSE_FILE, AS_BUILT)]).unwrap_or_else(|wrong| panic!("{wrong}"));
        // That of steps which an instructor adds has none to begin with.
        for name in values.handouts.keys().filter(|name| *name != "own") {
            let is_named = |step: &StepValues| {
                step.handout.as_ref().is_some_and(|it| it.split(',').next() == Some(name))
            };
            assert!(values.steps.values().any(is_named), "no step names {name}");
        }
    }

    #[test]
    fn a_later_file_has_the_last_word_on_what_it_names_and_on_nothing_else() {
        let (before, after) = (values("").expect("it is right"), values("[steps.ex1]\npoints = 7"));
        let after = after.expect("it is right");
        assert_eq!(after.of_step("ex1").points, Some(7));
        assert_eq!(after.of_step("ex1").port, before.of_step("ex1").port);
        assert_eq!(after.of_step("ex2").points, before.of_step("ex2").points);

        let first = format!("{CHECK}worth = 9\nvisibility = \"hidden\"");
        let second = format!("{CHECK}worth = 5");
        let all = [(COURSE_FILE, AS_BUILT), ("a.toml", &*first), ("b.toml", &*second)];
        let values = Values::of(&all).expect("it is right");
        let check = values.of_step("ex1").checks.iter().find(|check| check.id == "a_taken_port");
        let check = check.expect("it is there");
        assert_eq!((check.share, check.visibility), (Some(5), Some(Visibility::Hidden)));
    }

    #[test]
    fn a_check_that_is_off_is_not_there_and_may_come_back() {
        let off = format!("{CHECK}off = true");
        assert!(!ids(&values(&off).expect("it is right")).contains(&"a_taken_port"));
        let on = format!("{CHECK}off = false");
        let all = [(COURSE_FILE, AS_BUILT), ("a.toml", &*off), ("b.toml", &*on)];
        assert!(ids(&Values::of(&all).expect("it is right")).contains(&"a_taken_port"));
    }

    #[test]
    fn a_step_that_could_give_no_points_is_told() {
        let all = ids(&values("").expect("it is right"));
        let off: String =
            all.iter().map(|id| format!("[steps.ex1.checks.{id}]\noff = true\n")).collect();
        let wrong = values(&off).expect_err("no check is left");
        assert_eq!(wrong, "class.toml: no check of steps.ex1 is left that gives points");
        assert!(values(&format!("[steps.ex1]\npoints = 0\n{off}")).is_ok(), "it gives none");
    }

    #[test]
    fn what_a_step_needs_is_told_if_it_is_missing() {
        let (before, step) = AS_BUILT.split_once("[steps.ex1]\n").expect("it is there");
        for key in ["points", "port", "handout"] {
            let line = step.lines().find(|line| line.starts_with(key)).expect(key);
            let text = format!("{before}[steps.ex1]\n{}", step.replacen(line, "", 1));
            let wrong = Values::of(&[(COURSE_FILE, &text)]).expect_err(key);
            assert_eq!(wrong, format!("course.toml: steps.ex1 has no {key}"));
        }
    }
}

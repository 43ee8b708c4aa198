//! What is chosen once for all of a run: the language of the course's texts, and the course
//! file of a class.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::OnceLock;

static CHOICE: OnceLock<Choice> = OnceLock::new();

/// What was chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// The language, such as `de`; English when none was chosen.
    pub language: Option<String>,
    /// The course file of a class, which has the last word.
    pub course: Option<PathBuf>,
}

impl Choice {
    /// Makes it the one of this run. The first one stays: texts may have been read by then.
    pub fn set(self) {
        let _ = CHOICE.set(self);
    }

    /// The options that choose the same in another run.
    pub fn options(&self) -> Vec<OsString> {
        let language = self.language.iter().flat_map(|it| ["--language".into(), it.into()]);
        let course = self.course.iter().flat_map(|it| ["--course".into(), it.into()]);
        language.chain(course).collect()
    }

    /// That of this run.
    pub fn of_this_run() -> &'static Choice {
        CHOICE.get_or_init(Choice::default)
    }
}

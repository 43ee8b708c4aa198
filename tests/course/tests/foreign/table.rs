//! One row for programs of a step as students of the handouts write them in other languages: right ones, each in a
//! style of its own, and wrong ones that a check could take for right. The rows stand in [`text`](super::text),
//! [`rooms`](super::rooms) and [`frames`](super::frames).
//!
//! The programs are in `tests/foreign/LANGUAGE/STEP_STYLE/`, the wrong ones in `tests/foreign/wrong/LANGUAGE/STEP_STYLE/`,
//! in files called `server` and `client`.

use course_tests::languages::Language;

/// A server, and a client, that are told their port.
pub const SERVER: &[&str] = &["server {port}"];
pub const CLIENT: &[&str] = &["client {port}"];
pub const BOTH: &[&str] = &["server {port}", "client {port}"];

/// Right programs must pass every check that is asked of them for points, wrong ones must fail the checks that are
/// named here, and no others.
pub struct Row {
    pub language: Language,
    pub step: &'static str,
    pub style: &'static str,
    pub is_right: bool,
    /// Each with the arguments that it is started with: `server {port}`.
    pub programs: Vec<String>,
    /// The options of `cargo step check` besides, as a grader types them.
    pub options: &'static [&'static str],
    /// How each program frames its messages, as the report must say; empty: not compared.
    pub framing: Vec<&'static str>,
    /// The checks that fail. A right one may do without a bonus.
    pub fails: &'static [&'static str],
    /// Where its programs are, in `tests/foreign`, if they are those of another row.
    pub folder: Option<&'static str>,
}

pub fn right(
    language: Language,
    step: &'static str,
    style: &'static str,
    programs: &[impl ToString],
) -> Row {
    let programs = programs.iter().map(ToString::to_string).collect();
    let (options, fails, framing, folder) = (&[], &[], Vec::new(), None);
    Row { language, step, style, is_right: true, programs, options, framing, fails, folder }
}

pub fn wrong(
    language: Language,
    step: &'static str,
    style: &'static str,
    programs: &[impl ToString],
    fails: &'static [&'static str],
) -> Row {
    Row { is_right: false, fails, ..right(language, step, style, programs) }
}

impl Row {
    /// Checks it with these options: `&["--question", "NICK"]`.
    pub fn options(self, options: &'static [&'static str]) -> Row {
        Row { options, ..self }
    }

    /// The report must say this of the framing of each program.
    pub fn framing(self, framing: &[&'static str]) -> Row {
        Row { framing: framing.to_vec(), ..self }
    }

    /// A bonus that a right one does without.
    pub fn without(self, fails: &'static [&'static str]) -> Row {
        Row { fails, ..self }
    }

    /// Its programs are those of another row, in that folder of `tests/foreign`.
    pub fn of(self, folder: &'static str) -> Row {
        Row { folder: Some(folder), ..self }
    }

    /// What its test is called.
    pub fn name(&self) -> String {
        let is_wrong = if self.is_right { "" } else { "wrong::" };
        format!("{is_wrong}{}::{}_{}", self.language.word(), self.step, self.style)
    }

    /// Where its programs are, in `tests/foreign`.
    pub fn folder(&self) -> String {
        self.folder.map_or(self.name().replace("::", "/"), str::to_string)
    }

    /// Whether a program has its port written into it.
    pub fn has_fixed_port(&self) -> bool {
        self.programs.iter().any(|program| !program.contains("{port}"))
    }
}

//! The handouts of the course, and what each one wants to be handed in: see the tables `[handouts]` of `course.toml`.
//! `cargo step pack` goes by them.

use std::sync::LazyLock;

use crate::course::file::handout_in;
use crate::course::scenes::ROWS;
use crate::course::step::Step;
use crate::course::table::STEPS;
use crate::course::values::{HandoutValues, VALUES};

pub use crate::course::file::Extra;

/// A handout.
#[derive(Debug)]
pub struct Handout {
    /// Its file name. The `handout` of its steps begins with it.
    pub id: &'static str,
    /// What it is called.
    pub title: &'static str,
    /// How the folder is named that is handed in: `{name}` is all of NAME, `{first}`, `{last}` and `{number}` are the
    /// parts of a NAME such as `Ada.Lovelace.58-1234`.
    pub folder: &'static str,
    /// The programs that it has another name for than the course, each with that name.
    pub names: Vec<(&'static str, &'static str)>,
    /// What goes with the sources.
    pub wants: &'static [Extra],
}

/// All handouts that a step names, in the order of the course.
pub static HANDOUTS: LazyLock<Vec<Handout>> = LazyLock::new(|| {
    let mut handouts: Vec<Handout> = Vec::new();
    for step in STEPS.iter() {
        let found = VALUES.handouts.get_key_value(handout_in(step.handout));
        if let Some((id, values)) =
            found.filter(|(id, _)| handouts.iter().all(|other| other.id != *id))
        {
            handouts.push(Handout::of(id, values));
        }
    }
    handouts
});

/// What a program is given when it runs, beside its options.
const INPUTS: &[(&str, &str)] = &[
    ("ex2_client", "one line, which it sends"),
    ("ms0_client", "lines, which it sends one by one, until the end of input (Ctrl-D)"),
    ("ex4_client", "lines, which it sends one by one; `end` is the last"),
    ("ms1_client", "lines, which it sends one by one; `CLOSE SOCKET` is the last"),
    ("ex5_server", "commands of its operator: `num.users`"),
    ("ex6_client", "lines, which it sends one by one; `end` is the last"),
    ("ex7_client", "lines, which it sends one by one; `end` is the last"),
    ("ms2_client", "an identification, then lines: each goes to all others"),
    (
        "ms3_client",
        "a username, then lines: each goes to all others; `/who` lists who is there, and `/quit` leaves",
    ),
];

/// What a program is given when it runs, beside its options, if there is anything.
pub fn inputs_of(program: &str) -> Option<&'static str> {
    INPUTS.iter().find(|(own, _)| *own == program).map(|(_, inputs)| *inputs)
}

/// The handout of a step.
pub fn of_step(step: &Step) -> Option<&'static Handout> {
    HANDOUTS.iter().find(|handout| handout.id == handout_in(step.handout))
}

impl Handout {
    fn of(id: &'static str, values: &'static HandoutValues) -> Handout {
        let programs = ROWS.iter().flat_map(|row| row.programs.iter().copied());
        let named = |program: &'static str| Some((program, values.names.get(program)?.as_str()));
        Handout {
            id,
            title: &values.title,
            folder: &values.folder,
            names: programs.filter_map(named).collect(),
            wants: &values.wants,
        }
    }

    /// Whether this goes with the sources.
    pub fn wants(&self, extra: Extra) -> bool {
        self.wants.contains(&extra)
    }

    /// What it calls a program of the course.
    pub fn name_of(&self, program: &'static str) -> &'static str {
        let other = self.names.iter().find(|(own, _)| *own == program);
        other.map_or(program, |(_, name)| *name)
    }

    /// The name of the folder that a student hands in.
    ///
    /// # Errors
    /// When the name does not have what the handout puts into it: in one line, what it wants.
    pub fn folder_of(&self, name: &Name) -> Result<String, String> {
        let mut folder = self.folder.replace("{name}", &name.0);
        for (placeholder, part) in
            [("{number}", name.number()), ("{first}", name.first()), ("{last}", name.last())]
        {
            if folder.contains(placeholder) {
                let part = part.ok_or_else(|| self.wish(name))?;
                folder = folder.replace(placeholder, part);
            }
        }
        Ok(folder)
    }

    /// What NAME has to be.
    fn wish(&self, name: &Name) -> String {
        let example = if self.folder.contains("{first}") { Name::EXAMPLE } else { "150150000" };
        let folder = self.folder_in_words();
        format!(
            "--as {:?}: {} wants a folder that is called {folder}, so give a NAME like {example}",
            name.0, self.id
        )
    }

    /// How the folder is named, with capitals for what depends on NAME.
    pub fn folder_in_words(&self) -> String {
        let mut words = String::new();
        for (number, part) in self.folder.split(['{', '}']).enumerate() {
            words += &if number % 2 == 1 { part.to_uppercase() } else { part.to_string() };
        }
        words
    }

    /// Its steps, in the order of the course.
    pub fn steps(&'static self) -> impl Iterator<Item = &'static Step> {
        let is_of_it = |step: &&Step| of_step(step).is_some_and(|handout| handout.id == self.id);
        STEPS.iter().filter(is_of_it)
    }
}

/// Who hands in: `Ada.Lovelace.58-1234`, or just a student number. It can stand in the name of a file, on every system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(String);

impl Name {
    /// A name as handouts have it.
    pub const EXAMPLE: &str = "Ada.Lovelace.58-1234";
    /// So long it may be, in characters.
    const LONGEST: usize = 64;

    /// The name that was given.
    ///
    /// # Errors
    /// When it cannot stand in the name of a file: why, in one line.
    pub fn of(text: &str) -> Result<Name, String> {
        let is_right = |c: char| match c.is_ascii() {
            true => c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'),
            false => c.is_alphanumeric() || ('\u{300}'..='\u{36f}').contains(&c), // an accent by itself
        };
        let begins_well = |part: &str| part.starts_with(char::is_alphanumeric);
        let wrong = if text.is_empty() {
            "it is empty".to_string()
        } else if let Some(wrong) = text.chars().find(|c| !is_right(*c)) {
            format!("{wrong:?} cannot stand in it, only letters, digits, '.', '-' and '_'")
        } else if text.chars().count() > Name::LONGEST {
            format!("it is longer than {} characters", Name::LONGEST)
        } else if !text.split('.').all(begins_well) {
            "it, and what follows a '.', must begin with a letter or a digit".to_string()
        } else {
            return Ok(Name(text.to_string()));
        };
        Err(format!("--as {text:?}: {wrong}; give a NAME like {}", Name::EXAMPLE))
    }

    /// All of it.
    pub fn whole(&self) -> &str {
        &self.0
    }

    /// What follows the last dot, or all of it if there is none. It has a digit.
    pub fn number(&self) -> Option<&str> {
        let last = self.0.rsplit('.').next()?;
        last.contains(|c: char| c.is_ascii_digit()).then_some(last)
    }

    /// What is before the first dot, if there are two of them and a number.
    pub fn first(&self) -> Option<&str> {
        self.names().map(|(first, _)| first)
    }

    /// What is between the first dot and the last one, if there is a number behind that.
    pub fn last(&self) -> Option<&str> {
        self.names().map(|(_, last)| last)
    }

    fn names(&self) -> Option<(&str, &str)> {
        let (names, _) = self.number().and(self.0.rsplit_once('.'))?;
        names.split_once('.')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn handout(id: &str) -> &'static Handout {
        HANDOUTS.iter().find(|handout| handout.id == id).expect("it is one of the handouts")
    }

    fn name(text: &str) -> Name {
        Name::of(text).unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn every_step_has_its_handout_and_every_name_is_of_a_program() {
        for step in STEPS.iter() {
            assert!(of_step(step).is_some(), "{}: {:?} is not in the table", step.id, step.handout);
        }
        for handout in HANDOUTS.iter() {
            let programs: Vec<&str> =
                handout.steps().flat_map(|step| step.programs.to_vec()).collect();
            assert!(!programs.is_empty(), "{} has no steps", handout.id);
            for (program, _) in &handout.names {
                assert!(programs.contains(program), "{} has no {program}", handout.id);
            }
        }
        let all = || STEPS.iter().flat_map(|step| step.programs);
        for (program, _) in INPUTS {
            assert!(all().any(|other| other == program), "there is no {program}");
        }
    }

    #[test]
    fn folders_are_named_as_the_handouts_want_it() {
        let named = |id, text| handout(id).folder_of(&name(text));
        let ok = |text: &str| Ok(text.to_string());
        let lovelace = "Ada.Lovelace.58-1234";
        assert_eq!(named("milestone-1", lovelace), ok("MS1_Ada.Lovelace.58-1234"));
        assert_eq!(named("milestone-1", "A.B.C.5"), ok("MS1_A.B.C.5"));
        assert_eq!(named("instant-messaging", "150150000"), ok("150150000"));
        assert_eq!(named("instant-messaging", lovelace), ok("58-1234"));
        assert_eq!(named("assignment-1", "Łucja"), ok("assignment-1_Łucja"));
        for (id, text) in [
            ("milestone-1", "150150000"),
            ("milestone-1", "Ada.58-1234"),
            ("milestone-1", "Ada.Lovelace.none"),
            ("instant-messaging", "Ada"),
        ] {
            let error = named(id, text).expect_err(text);
            assert!(error.contains("so give a NAME like") && !error.contains('\n'), "{error}");
        }
        assert_eq!(
            named("milestone-1", "Ada"),
            Err("--as \"Ada\": milestone-1 wants a folder that is called MS1_FIRST.LAST.NUMBER, so give a NAME \
                 like Ada.Lovelace.58-1234"
                .to_string())
        );
    }

    #[test]
    fn a_name_that_cannot_stand_in_a_file_name_is_refused_in_one_line() {
        for right in
            ["a", "150150000", "Zoë.Müller.s12", "王.小明.58-1234", "a_b-c", "e\u{301}.b.1"]
        {
            assert_eq!(name(right).whole(), right);
        }
        let long = "x".repeat(65);
        for wrong in [
            "",
            " ",
            "a b",
            "a/b",
            "../a",
            "a\\b",
            "a:b",
            ".a",
            "a.",
            "a..b",
            "-a",
            "a.-b",
            "a\nb",
            "a\0",
            "a'b",
            "$(a)",
            "a*",
            "a\u{202e}b",
            "a\u{a0}b",
            "“a”",
            &long,
        ] {
            let error = Name::of(wrong).expect_err(wrong);
            assert!(error.ends_with(&format!("; give a NAME like {}", Name::EXAMPLE)), "{error}");
            assert!(!error.contains(['\n', '\0', '\u{202e}']), "{error}");
        }
    }
}

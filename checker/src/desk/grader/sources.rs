//! Which of the files that were handed in are the student's programs, and where they lie in the course. Everything else is
//! only listed.

use std::collections::{BTreeMap, BTreeSet};

use crate::course::handouts;
use crate::course::layout::{Package, is_hidden};
use crate::course::step::Step;
use crate::course::table::STEPS;
use crate::desk::grader::handed::Handed;

/// Folders in which programs of these names are not the student's: somebody has handed in all of the course.
const OF_THE_COURSE: [&str; 4] = ["solutions", "starters", "tests", "checker"];

/// The student's sources, as they are put into the course.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// What is in each file, by its path in `exercises/`: `src/bin/ex1_server.rs`.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Where each of them was, as it was handed in.
    pub from: BTreeSet<String>,
    /// The programs of which there is no file.
    pub missing: Vec<&'static str>,
    /// What somebody should look at.
    pub trouble: Vec<String>,
}

impl Taken {
    /// The sources of these steps. (A file that a program may take in comes with it: whatever lies beside it, and is the
    /// main file of none.)
    pub fn of(handed: &Handed, steps: &[&'static Step]) -> Taken {
        let mut taken = Taken::default();
        let programs =
            steps.iter().flat_map(|step| step.programs.iter().map(move |it| (*step, *it)));
        for (step, program) in programs {
            let mut found = places_of(handed, &format!("{program}.rs"));
            if found.is_empty() {
                let other = handouts::of_step(step).map_or(program, |it| it.name_of(program));
                found = places_of(handed, &format!("{other}.rs"));
            }
            let Some(place) = found.first() else {
                taken.missing.push(program);
                continue;
            };
            if found.len() > 1 {
                taken
                    .trouble
                    .push(format!("{program} was handed in more than once: {}", found.join(", ")));
            }
            taken.take(handed, place, format!("src/bin/{program}.rs"));
            taken.take_what_may_belong(handed, place);
        }
        taken
    }

    fn take(&mut self, handed: &Handed, place: &str, path: String) {
        if let Some(content) = handed.files.get(place) {
            self.files.insert(path, content.clone());
            self.from.insert(place.to_string());
        }
    }

    /// Takes the modules and texts that a program may be made of: in a package, all of `src/`; else what lies beside it.
    fn take_what_may_belong(&mut self, handed: &Handed, place: &str) {
        let (folder, _) = place.rsplit_once('/').unwrap_or(("", place));
        let of_package =
            folder.strip_suffix("src/bin").filter(|it| it.is_empty() || it.ends_with('/'));
        let (base, below) = match of_package {
            Some(package) => (format!("{package}src/"), "src/"),
            None if folder.is_empty() => (String::new(), "src/bin/"),
            None => (format!("{folder}/"), "src/bin/"),
        };
        for path in handed.files.keys() {
            let Some(inner) = path.strip_prefix(&base) else { continue };
            let is_source = of_package.is_some() || inner.ends_with(".rs");
            let is_left_over = inner.split('/').any(is_hidden) || inner.ends_with(".bak");
            let in_course = inner.split('/').any(|name| OF_THE_COURSE.contains(&name));
            if is_source && !is_left_over && !in_course && !is_main_file(inner) {
                self.take(handed, path, format!("{below}{inner}"));
            }
        }
    }

    /// Whatever was handed in and is not taken.
    pub fn ignored(&self, handed: &Handed) -> Vec<String> {
        let others = handed.files.keys().filter(|path| !self.from.contains(*path)).cloned();
        let mut ignored: Vec<String> = others.chain(handed.left_out.iter().cloned()).collect();
        ignored.sort();
        ignored
    }
}

/// Where files of this name are, the one that is most likely meant first.
fn places_of<'a>(handed: &'a Handed, name: &str) -> Vec<&'a str> {
    let is_called = |path: &&str| path.rsplit('/').next() == Some(name);
    let is_theirs = |path: &&str| {
        !path.split('/').any(|folder| OF_THE_COURSE.contains(&folder) || is_hidden(folder))
    };
    let mut found: Vec<&str> =
        handed.files.keys().map(String::as_str).filter(is_called).filter(is_theirs).collect();
    let in_exercises = format!("{}/src/bin/{name}", Package::Exercises.folder());
    let in_package = format!("src/bin/{name}");
    let rank = |path: &str| match path {
        path if path.ends_with(&in_exercises) => 0,
        path if path.ends_with(&in_package) => 1,
        _ => 2,
    };
    found.sort_by_key(|path| (rank(path), path.len(), *path));
    // All of the course was handed in: then it is clear which one is meant.
    if found.first().is_some_and(|path| rank(path) == 0) {
        found.truncate(found.iter().take_while(|path| rank(path) == 0).count());
    }
    found
}

/// Whether a file is the main file of a program, by its name.
fn is_main_file(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let name = name.strip_suffix(".rs").unwrap_or(name);
    STEPS.iter().flat_map(|step| step.programs).any(|program| *program == name)
        || matches!((path, name), (_, "main" | "build"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::table::find;

    fn handed(paths: &[&str]) -> Handed {
        let files = paths.iter().map(|path| (path.to_string(), path.as_bytes().to_vec()));
        let mut handed = Handed::default();
        handed.files.extend(files);
        handed
    }

    fn taken(paths: &[&str], step: &str) -> (Vec<String>, Taken) {
        let taken = Taken::of(&handed(paths), &[find(step).expect("a step")]);
        let files = taken.files.iter();
        let files = files.map(|(path, from)| format!("{path} < {}", String::from_utf8_lossy(from)));
        (files.collect(), taken)
    }

    #[test]
    fn programs_are_found_wherever_they_lie() {
        for path in ["ex1_server.rs", "a/b/ex1_server.rs", "exercises/src/bin/ex1_server.rs"] {
            let (files, taken) = taken(&[path, "notes.txt"], "ex1");
            assert_eq!(files, [format!("src/bin/ex1_server.rs < {path}")]);
            assert_eq!(taken.ignored(&handed(&[path, "notes.txt"])), ["notes.txt"]);
        }
    }

    #[test]
    fn of_a_whole_course_the_exercises_are_taken() {
        let paths = [
            "c/solutions/src/bin/ex1_server.rs",
            "c/starters/ex1_server.rs",
            "c/exercises/src/bin/ex1_server.rs",
            "c/exercises/src/lib.rs",
            "c/tests/foreign/rust/src/bin/ex1_server.rs",
        ];
        let (files, taken) = taken(&paths, "ex1");
        let expected = [
            "src/bin/ex1_server.rs < c/exercises/src/bin/ex1_server.rs",
            "src/lib.rs < c/exercises/src/lib.rs",
        ];
        assert_eq!(files, expected);
        assert_eq!(taken.trouble, [""; 0]);
    }

    #[test]
    fn a_program_that_lies_there_twice_is_trouble_and_one_that_is_not_is_missing() {
        let (_, twice) = taken(&["a/ex2_server.rs", "b/ex2_server.rs"], "ex2");
        assert_eq!(
            twice.trouble,
            ["ex2_server was handed in more than once: a/ex2_server.rs, b/ex2_server.rs"]
        );
        assert_eq!(twice.missing, ["ex2_client"]);
    }

    #[test]
    fn modules_come_with_a_program_and_other_programs_do_not() {
        let paths = [
            "src/bin/ex1_server.rs",
            "src/bin/words/mod.rs",
            "src/greeting.txt",
            "src/main.rs",
            "src/bin/ex4_server.rs",
            "build.rs",
        ];
        let (files, _) = taken(&paths, "ex1");
        let expected = [
            "src/bin/ex1_server.rs < src/bin/ex1_server.rs",
            "src/bin/words/mod.rs < src/bin/words/mod.rs",
            "src/greeting.txt < src/greeting.txt",
        ];
        assert_eq!(files, expected);
    }

    #[test]
    fn a_program_may_have_the_name_that_its_handout_gives_it() {
        let (files, _) = taken(&["12345/src/bin/server.rs", "12345/src/bin/client.rs"], "ms3");
        assert_eq!(
            files,
            [
                "src/bin/client.rs < 12345/src/bin/client.rs",
                "src/bin/ms3_client.rs < 12345/src/bin/client.rs",
                "src/bin/ms3_server.rs < 12345/src/bin/server.rs",
                "src/bin/server.rs < 12345/src/bin/server.rs",
            ]
        );
    }
}

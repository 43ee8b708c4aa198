//! A class laid out for JPlag, which compares whole programs and shows both side by side
//! (<https://github.com/jplag/JPlag>; the options are those of its versions 6.0 to 6.3).
//!
//! Its grammar of Rust is that of 1.60: of what is newer, such as `let … else`, it complains on stderr, and goes on. A
//! program that does not compile is compared as far as it can be read.

use std::collections::{BTreeMap, BTreeSet};

/// Where the submissions are: a folder for each.
pub const CLASS: &str = "jplag";
/// Where that is which was handed out: it does not count.
const BASE: &str = "jplag-base";
/// Where the reference solutions are: submissions are compared with them.
const REFERENCE: &str = "jplag-reference";

/// JPlag's name for a language, and how the names of its files end.
const LANGUAGES: &[(&str, &[&str])] = &[
    ("c", &["c", "h"]),
    ("cpp", &["cc", "cpp", "cxx", "hh", "hpp"]),
    ("csharp", &["cs"]),
    ("go", &["go"]),
    ("java", &["java"]),
    ("javascript", &["js"]),
    ("kotlin", &["kt"]),
    ("python3", &["py"]),
    ("rust", &["rs"]),
    ("scala", &["scala"]),
    ("swift", &["swift"]),
    ("typescript", &["ts"]),
];

/// All folders that are written.
pub const FOLDERS: [&str; 3] = [CLASS, BASE, REFERENCE];

/// Sources by their names: `ex4_server.rs`.
type Files = BTreeMap<String, String>;

/// A class as JPlag wants it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// The files to write: where, from the folder in which JPlag is started, with `/` between folders, and what.
    pub files: Vec<(String, String)>,
    /// A command for each language, to be given in that folder, where `jplag.jar` lies. Each opens its results in a
    /// browser.
    pub commands: Vec<String>,
}

/// Lays out a class. `submissions`: the files of each, by its name, which must be good for a folder. `starters`: what
/// was handed out. `solutions`: the reference solutions.
pub fn layout(
    submissions: &BTreeMap<String, Files>,
    starters: &Files,
    solutions: &Files,
) -> Layout {
    let in_folder = |folder: String, files: &Files| -> Vec<(String, String)> {
        files.iter().map(|(file, source)| (format!("{folder}/{file}"), source.clone())).collect()
    };
    let mut files = in_folder(BASE.to_string(), starters);
    files.extend(in_folder(format!("{REFERENCE}/solutions"), solutions));
    for (name, of_one) in submissions {
        files.extend(in_folder(format!("{CLASS}/{name}"), of_one));
    }
    let languages: BTreeSet<&str> = submissions.values().flat_map(languages_of).collect();
    let (of_starters, of_solutions) = (languages_of(starters), languages_of(solutions));
    let command = |language: &str| {
        let base = if of_starters.contains(language) {
            format!(" --base-code {BASE}")
        } else {
            String::new()
        };
        let old = if of_solutions.contains(language) {
            format!(" --old {REFERENCE}")
        } else {
            String::new()
        };
        format!(
            "java -jar jplag.jar --language {language}{base}{old} --mode RUN_AND_VIEW --overwrite \
             --result-file jplag-{language} {CLASS}"
        )
    };
    Layout { files, commands: languages.into_iter().map(command).collect() }
}

/// The languages that these files are in, as far as JPlag knows them.
fn languages_of(files: &Files) -> BTreeSet<&'static str> {
    let language_of = |file: &String| {
        let (_, end) = file.rsplit_once('.')?;
        LANGUAGES.iter().find(|(_, ends)| ends.contains(&end)).map(|(language, _)| *language)
    };
    files.keys().filter_map(language_of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(names: &[&str]) -> Files {
        names.iter().map(|name| (name.to_string(), format!("of {name}"))).collect()
    }

    #[test]
    fn each_submission_has_a_folder_beside_what_was_handed_out_and_the_reference_solutions() {
        let class = BTreeMap::from([
            ("alice".to_string(), files(&["ex1_server.rs", "ex2_client.rs"])),
            ("bob".to_string(), files(&["server.py", "notes.txt"])),
        ]);
        let layout = layout(&class, &files(&["ex1_server.rs"]), &files(&["ex1_server.rs"]));
        let paths: Vec<&str> = layout.files.iter().map(|(path, _)| path.as_str()).collect();
        let expected = [
            "jplag-base/ex1_server.rs",
            "jplag-reference/solutions/ex1_server.rs",
            "jplag/alice/ex1_server.rs",
            "jplag/alice/ex2_client.rs",
            "jplag/bob/notes.txt",
            "jplag/bob/server.py",
        ];
        assert_eq!(paths, expected);
        assert!(layout.files.iter().all(|(path, source)| path.ends_with(&source[3..])));
    }

    #[test]
    fn each_language_has_a_command_with_what_there_is_to_compare_it_with() {
        let class = BTreeMap::from([
            ("alice".to_string(), files(&["ex1_server.rs"])),
            ("bob".to_string(), files(&["server.py"])),
            ("carol".to_string(), files(&["server.py", "README"])),
        ]);
        let layout = layout(&class, &files(&["ex1_server.rs"]), &files(&["ex1_server.rs"]));
        let expected = [
            "java -jar jplag.jar --language python3 --mode RUN_AND_VIEW --overwrite --result-file jplag-python3 jplag",
            "java -jar jplag.jar --language rust --base-code jplag-base --old jplag-reference --mode RUN_AND_VIEW \
             --overwrite --result-file jplag-rust jplag",
        ];
        assert_eq!(layout.commands, expected);
    }

    #[test]
    fn without_programs_there_is_nothing_to_compare() {
        let class = BTreeMap::from([("alice".to_string(), files(&["README", "notes.txt"]))]);
        assert_eq!(layout(&class, &Files::new(), &Files::new()).commands, [""; 0]);
        assert_eq!(layout(&BTreeMap::new(), &Files::new(), &Files::new()), Layout::default());
    }
}

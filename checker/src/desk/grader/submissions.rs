//! Which submissions there are: what each is called, and where it lies.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::desk::refusal::Refusal;
use crate::stage::show::visible;

/// A submission, as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    /// What it is called in the class: no other one is called like that, and a folder can be.
    pub name: String,
    /// Its file or folder.
    pub path: PathBuf,
}

/// What is found in some places.
#[derive(Debug, Default)]
pub struct Found {
    /// The submissions, sorted by name.
    pub submissions: Vec<Submission>,
    /// What lies between them and is none, with the reason.
    pub others: Vec<String>,
}

/// The names that results of a class have: no submission is called so.
pub const TAKEN_NAMES: [&str; 7] = [
    "class.csv",
    "class.html",
    "class.json",
    "junit.xml",
    "jplag",
    "jplag-base",
    "jplag-reference",
];

/// What lies in many folders, and is nobody's submission.
const IGNORED: [&str; 3] = [".DS_Store", ".git", ".gitignore"];

/// The longest name that a submission has in the class, in bytes.
const LONGEST: usize = 120;

/// A part of a class: `3/16` is the third of sixteen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    /// Which one, from 1.
    pub part: u64,
    /// Of how many.
    pub of: u64,
}

impl std::str::FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Shard, String> {
        let numbers = text
            .split_once('/')
            .and_then(|(part, of)| Some((part.parse().ok()?, of.parse().ok()?)));
        match numbers {
            Some((part, of)) if part >= 1 && part <= of => Ok(Shard { part, of }),
            _ => Err("not a part such as 3/16, from 1/16 to 16/16".to_string()),
        }
    }
}

impl Shard {
    /// Whether a submission of this name is in this part. On every machine the answer is the same.
    pub fn has(self, name: &str) -> bool {
        number_of(name.as_bytes()) % self.of == self.part - 1
    }
}

/// A number that follows from some bytes, and is the same on every machine.
pub fn number_of(bytes: &[u8]) -> u64 {
    let digest = Sha256::digest(bytes);
    digest.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// Finds the submissions: each folder and each zip in a folder that is named here, and each zip that is. `is_one`: each
/// folder that is named here is a submission itself. `out`: where results go, which is none.
///
/// # Errors
/// When one of these places is not there, there is no submission in any of them, or results would go into one.
pub fn find(places: &[PathBuf], is_one: bool, out: &Path) -> Result<Found> {
    let mut found = Found::default();
    let has_results = TAKEN_NAMES.iter().any(|name| out.join(name).is_file());
    let real_out = out.canonicalize().ok();
    let is_out = |path: &Path| real_out.is_some() && path.canonicalize().ok() == real_out;
    let into_it = |path: &Path| {
        let shown = visible(&path.display().to_string());
        Err(Refusal(format!("results cannot go to {shown}, where submissions are: see --out"))
            .into())
    };
    if let Some(place) = places.iter().find(|place| is_out(place)) {
        return into_it(place);
    }
    let mut paths = Vec::new();
    for place in places {
        if place.is_file() {
            if !is_zip(place) {
                let shown = visible(&place.display().to_string());
                return Err(Refusal(format!("{shown} is neither a folder nor a zip")).into());
            }
            paths.push(place.clone());
            continue;
        }
        if is_one && place.is_dir() {
            paths.push(place.clone());
            continue;
        }
        let shown = visible(&place.display().to_string());
        let entries = place.read_dir().map_err(|error| {
            Refusal(format!("cannot read {shown}, where submissions should be: {error}"))
        })?;
        for entry in entries {
            let path = entry.with_context(|| format!("cannot read {shown}"))?.path();
            let is_link = path.is_symlink(); // it may lead to any folder of whoever grades
            let is_hidden = name_of(&path).starts_with('.');
            if is_out(&path) {
                match has_results {
                    true => continue, // of this class, from before
                    false => return into_it(&path),
                }
            }
            let why = match path.is_dir() || is_zip(&path) {
                _ if IGNORED.contains(&name_of(&path).as_str()) => continue,
                false => "is neither a folder nor a zip",
                true if is_link => "is a link",
                true if is_hidden => "is hidden",
                true => {
                    paths.push(path);
                    continue;
                }
            };
            found.others.push(format!("{} {why}: not graded", visible(&name_of(&path))));
        }
    }
    paths.sort();
    paths.dedup();
    let mut names = BTreeSet::from(TAKEN_NAMES.map(str::to_string));
    for path in paths {
        let name = free_name(&stem_of(&path), &names);
        names.insert(name.clone());
        found.submissions.push(Submission { name, path });
    }
    if found.submissions.is_empty() {
        let places: Vec<String> = places.iter().map(|place| place.display().to_string()).collect();
        let places = visible(&places.join(", "));
        return Err(
            Refusal(format!("no submission in {places}: neither a folder nor a zip")).into()
        );
    }
    found.submissions.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(found)
}

/// A name of its own for a submission that was handed in under this one.
fn free_name(stem: &str, taken: &BTreeSet<String>) -> String {
    let lower: BTreeSet<String> = taken.iter().map(|name| name.to_lowercase()).collect(); // as macOS sees it
    let numbered = (2..).map(|number| format!("{stem}-{number}"));
    let mut names = [stem.to_string()].into_iter().chain(numbered);
    names.find(|name| !lower.contains(&name.to_lowercase())).unwrap_or_default()
}

fn is_zip(path: &Path) -> bool {
    path.is_file() && name_of(path).to_lowercase().ends_with(".zip")
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The name without `.zip`, as it can be shown.
fn stem_of(path: &Path) -> String {
    let name = match path.file_name() {
        Some(_) => name_of(path),
        None => path.canonicalize().map(|path| name_of(&path)).unwrap_or_default(), // `.`
    };
    let end = name.len().saturating_sub(4);
    let is_zip = name.get(end..).is_some_and(|end| end.eq_ignore_ascii_case(".zip"));
    let stem = if is_zip { &name[..end] } else { &name };
    let stem = visible(stem).replace(['/', '\\', '\u{fffd}'], "_");
    match stem.len() {
        _ if stem.trim().is_empty() => "unnamed".to_string(),
        ..=LONGEST => stem,
        // What is cut off makes a difference all the same.
        _ => {
            let cut = (0..LONGEST - 9).rev().find(|at| stem.is_char_boundary(*at)).unwrap_or(0);
            format!("{}-{:08x}", &stem[..cut], number_of(name.as_bytes()) >> 32)
        }
    }
}

/// The parts of the name of a submission, by which a person finds it: `MS1_First.Last.58-1234` is `MS1`, `First.Last` and
/// `58-1234`.
pub fn parts_of(name: &str) -> Vec<String> {
    let mut parts = Vec::new();
    for part in name.split('_').filter(|part| !part.is_empty()) {
        match part
            .match_indices('.')
            .find(|(at, _)| part[at + 1..].starts_with(|c: char| c.is_ascii_digit()))
        {
            Some((at, _)) if at > 0 => {
                parts.extend([part[..at].to_string(), part[at + 1..].to_string()]);
            }
            _ => parts.push(part.to_string()),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn folders_and_zips_are_submissions_and_the_rest_is_told() {
        let class = tempfile::tempdir().expect("a folder");
        for folder in ["ben", "Ann", ".git", "class.csv"] {
            fs::create_dir(class.path().join(folder)).expect("a folder");
        }
        for file in ["ann.zip", "cleo.ZIP", "grades.xlsx"] {
            fs::write(class.path().join(file), "").expect("a file");
        }
        std::os::unix::fs::symlink("/", class.path().join("root")).expect("a link");
        let mut found =
            find(&[class.path().to_path_buf()], false, Path::new("not/there")).expect("it is read");
        let names: Vec<&str> = found.submissions.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["Ann", "ann-2", "ben", "class.csv-2", "cleo"]);
        found.others.sort();
        let others =
            ["grades.xlsx is neither a folder nor a zip: not graded", "root is a link: not graded"];
        assert_eq!(found.others, others);
    }

    #[test]
    fn a_folder_that_is_a_submission_itself_is_the_only_one() {
        let parent = tempfile::tempdir().expect("a folder");
        let submission = parent.path().join("ann");
        fs::create_dir_all(submission.join("exercises")).expect("a folder");
        let found = find(std::slice::from_ref(&submission), true, Path::new("not/there"))
            .expect("it is found");
        assert_eq!(found.submissions, [Submission { name: "ann".to_string(), path: submission }]);
        assert!(found.others.is_empty());
        find(&[parent.path().join("ben")], true, Path::new("not/there"))
            .expect_err("it is not there");
    }

    #[test]
    fn every_submission_is_in_exactly_one_part() {
        let names: Vec<String> = (0..200).map(|number| format!("student-{number}")).collect();
        let parts: Vec<Shard> =
            (1..=7).map(|part| format!("{part}/7").parse().expect("a part")).collect();
        for name in &names {
            assert_eq!(parts.iter().filter(|part| part.has(name)).count(), 1, "{name}");
        }
        assert!(parts.iter().all(|part| names.iter().any(|name| part.has(name))));
        assert_eq!(number_of(b"ann"), 0x4991_5e0d_7d4b_402e, "the same on every machine");
        for wrong in ["0/3", "4/3", "3", "a/b", "1/0", "-1/3"] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_long_name_is_cut_and_stays_one_of_its_own() {
        let long = |end: char| stem_of(Path::new(&format!("{}{end}", "\u{202e}".repeat(80))));
        assert!(long('a').len() <= LONGEST && long('b').len() <= LONGEST, "{}", long('a'));
        assert_ne!(long('a'), long('b'));
    }

    #[test]
    fn results_are_no_submission_and_do_not_go_into_one() {
        let class = tempfile::tempdir().expect("a folder");
        let (place, out) = ([class.path().to_path_buf()], class.path().join("results"));
        for folder in ["ann", "results"] {
            fs::create_dir(class.path().join(folder)).expect("a folder");
        }
        assert!(find(&place, false, &class.path().join("ann")).is_err(), "it may be a submission");
        assert!(find(&place, false, class.path()).is_err());
        fs::write(out.join("class.csv"), "").expect("a file");
        let found = find(&place, false, &out).expect("it is read");
        assert_eq!(found.submissions.len(), 1, "{found:?}");
    }

    #[test]
    fn the_parts_of_a_name_are_found() {
        for (name, parts) in [
            ("MS1_First.Last.58-1234", &["MS1", "First.Last", "58-1234"][..]),
            ("assignment-1_Ada.Lovelace.58-1234", &["assignment-1", "Ada.Lovelace", "58-1234"]),
            (
                "Müller_Anna_12345_assignsubmission_file_",
                &["Müller", "Anna", "12345", "assignsubmission", "file"],
            ),
            ("ann", &["ann"]),
            ("v1.2", &["v1", "2"]),
            (".5", &[".5"]),
        ] {
            assert_eq!(parts_of(name), parts, "{name}");
        }
    }
}

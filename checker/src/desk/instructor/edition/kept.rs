//! What goes into a students' edition of the course. What is not named here stays out, whatever it is: the reference
//! solutions, what gives them away (patches of them, right programs in other languages, the course's own tests), and
//! whatever else lies in the folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::course::layout::{Package, files_in, is_hidden, starter};
use crate::course::step::Step;
use crate::course::table::STEPS;

/// The files of an edition: the content of each by its path, with `/` on every system.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Files.
const FILES: &[&str] = &[
    ".cargo/config.toml",
    ".gitignore",
    ".vscode/settings.json",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "Makefile",
    "README.md",
    "build.rs",
    "course.toml",
    "docs/room.md",
    "rustfmt.toml",
    "tests/steps.rs",
];

/// Folders, each with the kinds of files that are taken from it, and from the folders in it. (Of the templates of a new step,
/// those of its reference solution have a kind of their own.)
const FOLDERS: &[(&str, &[&str])] = &[
    ("checker", &["css", "rs", "toml", "txt"]),
    ("docs", &["svg"]),
    ("proto", &["proto"]),
    ("src", &["rs"]),
    ("starters", &["rs"]),
    ("tests/snapshots", &["snap"]),
    ("tests/verdicts", &["rs", "toml"]),
];

/// Reads all that is kept of the course in this folder, and the reference solutions of some steps. The exercises are as
/// they are handed out.
///
/// # Errors
/// When something of it cannot be read.
pub fn files(root: &Path, with: &[&Step]) -> Result<Files> {
    let mut files = Files::new();
    for path in FILES {
        files.insert(path.to_string(), read(&root.join(path))?);
    }
    for (folder, kinds) in FOLDERS {
        for path in files_in(&root.join(folder), is_hidden) {
            let kind = path.extension().map(|kind| kind.to_string_lossy()).unwrap_or_default();
            if kinds.contains(&&*kind) {
                files.insert(name_of(root, &path), read(&path)?);
            }
        }
    }
    for program in STEPS.iter().flat_map(|step| step.programs) {
        let content = read(&root.join(starter(program)))?;
        files.insert(Package::Exercises.source(program).display().to_string(), content);
    }
    if !with.is_empty() {
        let manifest = Package::Solutions.manifest();
        files.insert(manifest.display().to_string(), read(&root.join(manifest))?);
    }
    for path in files_in(&root.join(Package::Solutions.folder()), is_hidden) {
        let name = name_of(root, &path);
        if with.iter().any(|step| is_solution_of(step, &name)) {
            files.insert(name, read(&path)?);
        }
    }
    Ok(files)
}

/// Whether this is a reference solution of a step: of one of its programs, or another that its text names, as
/// `solutions/src/bin/ex4_event_loop.rs` is of 1.4.
fn is_solution_of(step: &Step, name: &str) -> bool {
    let file = name.strip_prefix("solutions/src/bin/").and_then(|file| file.strip_suffix(".rs"));
    file.and_then(|file| file.split_once('_')).is_some_and(|(id, _)| id == step.id)
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

/// A path from the root of the course.
fn name_of(root: &Path, path: &Path) -> String {
    let parts = path.strip_prefix(root).unwrap_or(path).iter();
    parts.map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// What of the course is not in the edition: files and folders, those that are partly in it by what is missing of them.
pub fn left_out(root: &Path, files: &Files) -> Vec<String> {
    let whole = entries(root, "");
    let mut names: Vec<String> = whole
        .into_iter()
        .flat_map(|name| match files.keys().any(|file| file.starts_with(&name)) {
            false => vec![name],
            true if name.ends_with('/') => entries(root, &name),
            true => Vec::new(),
        })
        .filter(|name| !files.keys().any(|file| file.starts_with(name)))
        .filter(|name| !name.starts_with(Package::Exercises.folder()))
        .collect();
    names.sort();
    names
}

/// What is in a folder of the course, and neither hidden nor built: folders with a `/` behind them.
fn entries(root: &Path, folder: &str) -> Vec<String> {
    let entries = fs::read_dir(root.join(folder)).into_iter().flatten().flatten();
    let name = |entry: fs::DirEntry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        let is_built = is_folder && name == "target";
        let is_seen = !is_hidden(&name) && !is_built;
        is_seen.then(|| format!("{folder}{name}{}", if is_folder { "/" } else { "" }))
    };
    entries.filter_map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::table::find;

    #[test]
    fn a_solution_is_of_the_step_that_its_name_begins_with() {
        let ex4 = find("ex4").expect("a step");
        for (name, is_of_it) in [
            ("solutions/src/bin/ex4_server.rs", true),
            ("solutions/src/bin/ex4_event_loop.rs", true),
            ("solutions/src/bin/ex5_server.rs", false),
            ("solutions/src/bin/ex4_server.rs.bak", false),
            ("solutions/src/lib.rs", false),
        ] {
            assert_eq!(is_solution_of(ex4, name), is_of_it, "{name}");
        }
    }

    #[test]
    fn what_is_left_out_is_named_and_what_is_built_or_hidden_is_not() {
        let root = tempfile::tempdir().expect("a folder");
        for path in
            ["a.md", "b.md", ".git/x", "target/x", "tests/a.rs", "tests/deep/b.rs", "tests/c/d.rs"]
        {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder is made");
            fs::write(path, "").expect("a file is written");
        }
        let files =
            ["a.md", "tests/a.rs", "tests/c/d.rs"].map(|name| (name.to_string(), Vec::new()));
        assert_eq!(left_out(root.path(), &files.into()), ["b.md", "tests/deep/"]);
    }
}

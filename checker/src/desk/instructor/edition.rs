//! `edition`: the students' edition of the course, for an instructor who does not hand out the reference solutions.
//!
//! All content is made as values first, and only then anything is written. What goes into it is said in [`kept`].

pub mod kept;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};

use crate::course::layout::{Package, has_solutions, root};
use crate::course::step::Step;
use crate::course::table::STEPS;
use crate::course::values::COURSE_FILE;
use crate::course::{layout, uses};
use crate::desk::answer::Answer;
use crate::desk::instructor::edition::kept::Files;
use crate::desk::refusal::Refusal;
use crate::judge::build::trim_lock;
use crate::report::edition::made::Made;
use crate::report::edition::{manifest, text};
use crate::report::terminal::{Terminal, in_words};

/// The file of a repository: a folder with nothing else in it is still empty.
const REPOSITORY: &str = ".git";

/// What is asked for.
#[derive(Debug)]
pub struct Wanted {
    /// Where it is to be.
    pub folder: PathBuf,
    /// The steps whose reference solutions go with it.
    pub with: Vec<&'static Step>,
    /// How it is shown.
    pub terminal: Terminal,
}

/// Makes the students' edition of this course.
///
/// # Errors
/// A [`Refusal`] when it cannot be done as it was asked for; anything else when it cannot be read or written.
pub fn edition(wanted: &Wanted) -> Result<Answer> {
    let Wanted { folder, with, terminal } = wanted;
    refuse_unless_empty(folder)?;
    refuse_without_solutions(with)?;
    let root = root();
    let files = fitted(kept::files(&root, with)?, with)?;
    let mut untrimmed = None;
    let written = write(folder, &files, |folder| untrimmed = trim_lock(folder).err());
    written
        .with_context(|| format!("cannot write {}; nothing was left behind", folder.display()))?;
    let made = Made {
        folder: folder.display().to_string(),
        is_repository: folder.join(REPOSITORY).exists(),
        files: files.len(),
        size: files.values().map(|content| content.len() as u64).sum(),
        with: with.iter().map(|step| step.id).collect(),
        left_out: kept::left_out(&root, &files),
    };
    let recorded = |step: &&Step| {
        let path = layout::transcripts(step).display().to_string();
        has_solutions_in(&files, step) || files.contains_key(&path)
    };
    let warnings = STEPS.iter().filter(|step| !recorded(step)).map(|step| {
        format!(
            "no run of {} was recorded, so students see none: INSTA_UPDATE=always cargo test --test transcripts",
            step.id
        )
    });
    let untrimmed = untrimmed.map(|error| {
        format!("cargo will change Cargo.lock at the first build, and cannot do it now: {error:#}")
    });
    let warnings = warnings.chain(untrimmed).collect();
    Ok(Answer { text: terminal.edition(&made), warnings, status: 0 })
}

fn has_solutions_in(files: &Files, step: &Step) -> bool {
    let path = |program: &&str| Package::Solutions.source(program).display().to_string();
    step.programs.iter().all(|program| files.contains_key(&path(program)))
}

/// Nothing of anybody's is replaced.
fn refuse_unless_empty(folder: &Path) -> Result<(), Refusal> {
    let shown = folder.display();
    if folder.symlink_metadata().is_err() {
        return Ok(());
    }
    let Ok(entries) = fs::read_dir(folder) else {
        return Err(Refusal(format!("{shown} is not a folder that can be read")));
    };
    let mut others = entries.flatten().filter(|entry| entry.file_name() != REPOSITORY);
    match others.next() {
        Some(_) => Err(Refusal(format!(
            "{shown} is not empty: name a folder that does not exist yet, or has nothing in it but {REPOSITORY}"
        ))),
        None => Ok(()),
    }
}

fn refuse_without_solutions(with: &[&'static Step]) -> Result<(), Refusal> {
    let missing: Vec<&str> =
        with.iter().filter(|step| !has_solutions(step)).map(|step| step.id).collect();
    match missing.is_empty() {
        true => Ok(()),
        false => Err(Refusal(format!(
            "--with: {}/ has no reference solutions of {}",
            Package::Solutions.folder(),
            in_words(&missing)
        ))),
    }
}

/// The same files, in which nothing is named that is not among them.
fn fitted(mut files: Files, with: &[&Step]) -> Result<Files> {
    let is_kept = |label: &text::Label| match label {
        text::Label::Instructors => false,
        text::Label::Solutions(None) => !with.is_empty(),
        text::Label::Solutions(Some(id)) => with.iter().any(|step| step.id == *id),
    };
    for (path, content) in &mut files {
        if path.ends_with(".md") || path == "Makefile" || path == COURSE_FILE {
            let fitted = text::fitted(utf8(path, content)?, &is_kept);
            *content = fitted.map_err(|error| anyhow!("{path}: {error}"))?.into_bytes();
        }
    }
    let names: Vec<String> = files.keys().cloned().collect();
    let has = |path: &str| names.iter().any(|name| name == path);
    let mut sources = Vec::new();
    let of_root = |path: &str| path.starts_with("src/") || path.starts_with("tests/steps");
    for (path, content) in files.iter().filter(|(path, _)| of_root(path)) {
        sources.push(utf8(path, content)?);
    }
    let is_used = |package: &str| sources.iter().any(|source| uses::is_used(package, source));
    let mut manifests = Vec::new();
    for (path, content) in &files {
        if path == "Cargo.toml" || path.ends_with("/Cargo.toml") {
            manifests.push((path.as_str(), utf8(path, content)?));
        }
    }
    let lock = utf8("Cargo.lock", files.get("Cargo.lock").map_or(&[], Vec::as_slice))?;
    let workspace = manifest::fitted(&manifests, lock, &has, &is_used)?;
    for (path, content) in workspace {
        files.insert(path, content.into_bytes());
    }
    Ok(files)
}

fn utf8<'a>(path: &str, content: &'a [u8]) -> Result<&'a str> {
    std::str::from_utf8(content).with_context(|| format!("{path} is not a text"))
}

/// Writes all files, or none. `complete` gets the folder in which they are before they are in their place.
fn write(folder: &Path, files: &Files, complete: impl FnOnce(&Path)) -> io::Result<()> {
    let was_there = folder.exists();
    fs::create_dir_all(folder)?;
    let mut moved = Vec::new();
    let write = || {
        // In the folder itself, so that what is complete need only be renamed.
        let beside = tempfile::Builder::new().prefix(".edition-").tempdir_in(folder)?;
        for (path, content) in files {
            let path = beside.path().join(path);
            fs::create_dir_all(path.parent().unwrap_or(folder))?;
            fs::write(path, content)?;
        }
        complete(beside.path());
        for entry in fs::read_dir(beside.path())? {
            let entry = entry?;
            let place = folder.join(entry.file_name());
            fs::rename(entry.path(), &place)?;
            moved.push(place);
        }
        Ok(())
    };
    let written = write();
    if written.is_err() {
        for place in moved {
            let _ = if place.is_dir() { fs::remove_dir_all(place) } else { fs::remove_file(place) };
        }
        if !was_there {
            let _ = fs::remove_dir(folder);
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edition_is_written_whole_or_not_at_all() {
        let parent = tempfile::tempdir().expect("a folder");
        let folder = parent.path().join("deeper/students");
        let file = |path: &str| (path.to_string(), b"text".to_vec());
        write(&folder, &[file("a/b.rs"), file("c.md"), file("c.md/d")].into(), |_| ())
            .expect_err("it cannot be");
        assert!(!folder.exists(), "something was left behind");
        write(&folder, &[file("a/b.rs"), file("c.md")].into(), |_| ()).expect("it is written");
        assert_eq!(fs::read(folder.join("a/b.rs")).expect("a file"), b"text");
        assert_eq!(fs::read_dir(&folder).expect("a folder").count(), 2);
    }

    #[test]
    fn a_folder_with_a_repository_alone_is_empty_and_one_with_anything_else_is_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let is_refused = |path: &Path| refuse_unless_empty(path).is_err();
        assert!(!is_refused(folder.path()) && !is_refused(&folder.path().join("new")));
        fs::create_dir(folder.path().join(".git")).expect("a folder is made");
        assert!(!is_refused(folder.path()));
        fs::write(folder.path().join("notes"), "").expect("a file is written");
        assert!(is_refused(folder.path()) && is_refused(&folder.path().join("notes")));
    }
}

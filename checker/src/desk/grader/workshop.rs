//! Where submissions are built and played: a small course of ours, in which nothing is the student's but the sources that
//! were taken. What all of them need is built once, in a template; each bench begins as a copy of it, and is kept for the
//! next submission, and for the next class.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use toml_edit::{DocumentMut, value};

use crate::course::layout::{Package, files_in, has_solutions, kept, root};
use crate::course::table::STEPS;
use crate::course::values::COURSE_FILE;
use crate::desk::grader::sources::Taken;
use crate::judge::build::{News, build_what_is_needed};
use crate::sandbox::limits::Limits;
use crate::sandbox::turn::Turn;

/// What of the course is needed, beside its manifest: the reference solutions where they are here.
const NEEDED: [&str; 8] = [
    ".cargo",
    "Cargo.lock",
    "build.rs",
    "checker/exercises",
    "proto",
    "solutions",
    "src",
    "starters",
];

/// Where submissions are built and played.
pub struct Workshop {
    folder: PathBuf,
    key: String,
}

/// A place for one submission at a time.
pub struct Bench {
    folder: PathBuf,
    _turn: Turn,
}

impl Workshop {
    /// Makes the template ready: all that submissions need is built in it.
    ///
    /// # Errors
    /// When a file of the course cannot be copied, or cargo cannot build it.
    pub fn prepare(
        limits: &Limits,
        tell: &(dyn Fn(News) + Sync),
        waits: impl FnOnce(),
    ) -> Result<Workshop> {
        let workshop = Workshop { folder: kept("grade"), key: key()? };
        fs::create_dir_all(&workshop.folder).context("cannot make a folder to grade in")?;
        let _turn = Turn::take(&workshop.folder.join("turn"), waits);
        let template = workshop.folder.join("template");
        if read_key(&template).as_ref() == Some(&workshop.key) {
            return Ok(workshop);
        }
        let _ = fs::remove_file(key_of(&template));
        let course = template.join("course");
        if course.exists() {
            fs::remove_dir_all(&course).context("cannot clear the folder to grade in")?;
        }
        copy_course(&course).context("cannot copy the course to grade in")?;
        build_what_is_needed(&course, &template.join("target"), limits, tell)
            .context("cannot build what all submissions need")?;
        fs::write(key_of(&template), &workshop.key)
            .context("cannot write to the folder to grade in")?;
        Ok(workshop)
    }

    /// What is in the template, in a few words that change with it.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// A bench that nobody uses, as the template is.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn take_bench(&self) -> Result<Bench> {
        let numbers = 1..;
        let taken = numbers.map(|number: usize| self.folder.join(format!("bench-{number}")));
        for folder in taken {
            let turn = folder.with_extension("turn");
            let Some(turn) =
                Turn::take_if_free(&turn).context("cannot take a place to grade at")?
            else {
                continue;
            };
            let bench = Bench { folder, _turn: turn };
            self.bring_up_to_date(&bench).context("cannot make a place to grade at")?;
            return Ok(bench);
        }
        unreachable!("numbers do not end")
    }

    fn bring_up_to_date(&self, bench: &Bench) -> io::Result<()> {
        if read_key(&bench.folder).as_ref() == Some(&self.key) {
            return Ok(());
        }
        if bench.folder.exists() {
            fs::remove_dir_all(&bench.folder)?;
        }
        let template = self.folder.join("template");
        copy(&template.join("course"), &bench.course(), &clone)?;
        // What is built there is never written again: a link is enough.
        copy(&template.join("target"), &bench.target(), &|from, to| {
            fs::hard_link(from, to).or_else(|_| clone(from, to))
        })?;
        fs::write(key_of(&bench.folder), &self.key)
    }
}

impl Bench {
    /// The course in which a submission lies.
    pub fn course(&self) -> PathBuf {
        self.folder.join("course")
    }

    /// Where it is built.
    pub fn target(&self) -> PathBuf {
        self.folder.join("target")
    }

    /// Puts a submission into its place. Nothing is left there of the one before.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn put(&self, taken: &Taken) -> io::Result<()> {
        // What changes from year to year is read when scenes are played: nothing has to be built for it.
        let own = self.course().join(COURSE_FILE);
        match fs::copy(root().join(COURSE_FILE), &own) {
            Err(error) if error.kind() == ErrorKind::NotFound => _ = fs::remove_file(own),
            copied => _ = copied?,
        }
        let exercises = self.course().join(Package::Exercises.folder());
        if exercises.exists() {
            fs::remove_dir_all(&exercises)?;
        }
        fs::create_dir_all(exercises.join("src/bin"))?;
        for (path, content) in &taken.files {
            let path = exercises.join(path);
            fs::create_dir_all(path.parent().unwrap_or(&exercises))?;
            fs::write(path, content)?;
        }
        Ok(())
    }
}

fn key_of(folder: &Path) -> PathBuf {
    folder.join("key")
}

fn read_key(folder: &Path) -> Option<String> {
    fs::read_to_string(key_of(folder)).ok()
}

/// What a template is made of, in a few words: the course's files, and the compiler.
fn key() -> Result<String> {
    let mut hasher = Sha256::new();
    let root = root();
    let mut files = vec![root.join("Cargo.toml")];
    for needed in needed() {
        let path = root.join(needed);
        match path.is_dir() {
            true => files.extend(files_in(&path, |_| false)),
            false => files.push(path),
        }
    }
    files.sort();
    for file in files {
        let inner = file.strip_prefix(&root).unwrap_or(&file);
        let content =
            fs::read(&file).with_context(|| format!("cannot read {}", inner.display()))?;
        hasher.update(inner.to_string_lossy().as_bytes());
        hasher.update((content.len() as u64).to_le_bytes());
        hasher.update(content);
    }
    if let Ok(version) = Command::new("rustc").arg("-vV").output() {
        hasher.update(version.stdout);
    }
    let digest = hasher.finalize();
    Ok(digest.iter().take(12).map(|byte| format!("{byte:02x}")).collect())
}

/// What is needed of the course as it is here: a students' edition may have no reference solutions.
pub(super) fn needed() -> impl Iterator<Item = &'static str> {
    let has_any = STEPS.iter().any(has_solutions);
    let is_here = move |path: &&str| has_any || *path != Package::Solutions.folder();
    NEEDED.into_iter().filter(is_here)
}

/// Copies what is needed of the course.
fn copy_course(to: &Path) -> Result<()> {
    let root = root();
    for needed in needed() {
        let (from, to) = (root.join(needed), to.join(needed));
        fs::create_dir_all(to.parent().unwrap_or(&to))?;
        match from.is_dir() {
            true => copy(&from, &to, &clone)?,
            false => clone(&from, &to)?,
        }
    }
    let manifest = fs::read_to_string(root.join("Cargo.toml"))?;
    fs::write(to.join("Cargo.toml"), trimmed(&manifest, &[])?)?;
    fs::create_dir_all(to.join(Package::Exercises.folder()))?;
    Ok(())
}

/// The manifest of the course without the packages that are not there. `others`: those that are there besides.
pub(super) fn trimmed(manifest: &str, others: &[&'static str]) -> Result<String> {
    let mut manifest: DocumentMut = manifest.parse().context("Cargo.toml cannot be read")?;
    let packages = ["checker/exercises", Package::Solutions.folder()];
    let members = needed().filter(|path| packages.contains(path));
    let members = ["."].into_iter().chain(members).chain(others.iter().copied());
    let members: toml_edit::Array = members.collect();
    manifest["workspace"]["members"] = value(members);
    if let Some(workspace) = manifest["workspace"].as_table_mut() {
        workspace.remove("default-members");
    }
    for section in ["dev-dependencies", "test", "bench"] {
        manifest.remove(section);
    }
    if let Some(profile) = manifest.get_mut("profile").and_then(|it| it.get_mut("dev")) {
        profile.as_table_like_mut().map(|profile| profile.remove("package"));
    }
    Ok(manifest.to_string())
}

/// Copies a folder, each file by `file`.
fn copy(from: &Path, to: &Path, file: &dyn Fn(&Path, &Path) -> io::Result<()>) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        match entry.file_type()?.is_dir() {
            true => copy(&entry.path(), &to, file)?,
            false => file(&entry.path(), &to)?,
        }
    }
    Ok(())
}

/// Copies a file, with its time: cargo goes by it.
fn clone(from: &Path, to: &Path) -> io::Result<()> {
    fs::copy(from, to)?;
    let time = fs::metadata(from)?.modified()?;
    OpenOptions::new().write(true).open(to)?.set_modified(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_trimmed_manifest_names_only_what_is_there() {
        let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("it is there");
        let trimmed = trimmed(&manifest, &[]).expect("it is a manifest");
        let members = trimmed.lines().find(|line| line.starts_with("members")).expect("members");
        assert_eq!(members, r#"members = [".", "checker/exercises", "solutions"]"#);
        for gone in ["dev-dependencies", "default-members", "[[test]]", "profile.dev.package"] {
            assert!(!trimmed.contains(gone), "{gone} is still there:\n{trimmed}");
        }
        for kept in ["[lib]", "[build-dependencies]", "[workspace.lints.rust]", "[profile.dev]"] {
            assert!(trimmed.contains(kept), "{kept} is gone:\n{trimmed}");
        }
    }
}

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

use crate::course::layout::{Package, files_in, kept, root};
use crate::course::table::STEPS;
use crate::course::values::COURSE_FILE;
use crate::desk::grader::lay_out::lay_out;
use crate::desk::grader::sources::Taken;
use crate::judge::build::{News, build_what_is_needed};
use crate::sandbox::limits::Limits;
use crate::sandbox::turn::Turn;

/// A program that does nothing.
const NOTHING: &str = "//! Nothing.\n\nfn main() {}\n";

/// What of the course is needed to build submissions, beside its manifest. The reference solutions are not: no source can
/// take in one that is not there.
pub(super) const NEEDED: [&str; 7] =
    [".cargo", "Cargo.lock", "build.rs", "checker/exercises", "proto", "src", "starters"];

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
        let (exercises, target) = (exercises(&course), template.join("target"));
        let program = STEPS[0].programs[0];
        fs::create_dir_all(exercises.join("src/bin"))?;
        fs::write(exercises.join("src/bin").join(program).with_extension("rs"), NOTHING)?;
        build_what_is_needed(&course, &target, program, limits, tell)
            .context("cannot build what all submissions need")?;
        fs::remove_dir_all(exercises)?;
        remove_programs(&target).context("cannot clear the folder to grade in")?;
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
        // What is built there is never written again: a link is enough. But a file that cargo locks has to be each one's
        // own, or all would wait for one another.
        copy(&template.join("target"), &bench.target(), &|from, to| match from
            .file_name()
            .is_some_and(|name| name == ".cargo-lock")
        {
            true => clone(from, to),
            false => fs::hard_link(from, to).or_else(|_| clone(from, to)),
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
        remove_programs(&self.target())?;
        let exercises = exercises(&self.course());
        if exercises.exists() {
            fs::remove_dir_all(&exercises)?;
        }
        fs::create_dir_all(exercises.join("src/bin"))?;
        lay_out(&exercises, &taken.files)
    }
}

/// Where a submission lies in a course.
fn exercises(course: &Path) -> PathBuf {
    course.join(Package::Exercises.folder())
}

/// Removes whatever was built of somebody's programs: the next one must find nothing of it.
fn remove_programs(target: &Path) -> io::Result<()> {
    let debug = target.join("debug");
    let is_theirs = |name: &str| {
        let mut programs = STEPS.iter().flat_map(|step| step.programs);
        let of_package = Package::Exercises.name(); // also of a library that somebody has added
        let begins = |begin: &str| name.strip_prefix(begin).is_some_and(|it| !it.starts_with('_'));
        programs.any(|program| begins(program))
            || begins(of_package)
            || name.starts_with("libexercises")
    };
    for folder in ["", "deps", ".fingerprint", "incremental"].map(|name| debug.join(name)) {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let entry = entry?;
            if is_theirs(&entry.file_name().to_string_lossy()) {
                match entry.file_type()?.is_dir() {
                    true => fs::remove_dir_all(entry.path())?,
                    false => fs::remove_file(entry.path())?,
                }
            }
        }
    }
    Ok(())
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
    for needed in NEEDED {
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

/// Copies what is needed of the course.
fn copy_course(to: &Path) -> Result<()> {
    let root = root();
    for needed in NEEDED {
        let (from, to) = (root.join(needed), to.join(needed));
        fs::create_dir_all(to.parent().unwrap_or(&to))?;
        match from.is_dir() {
            true => copy(&from, &to, &clone)?,
            false => clone(&from, &to)?,
        }
    }
    let manifest = fs::read_to_string(root.join("Cargo.toml"))?;
    fs::write(to.join("Cargo.toml"), trimmed(&manifest, &[])?)?;
    Ok(())
}

/// The manifest of the course without the packages that are not there. `others`: those that are there besides.
pub(super) fn trimmed(manifest: &str, others: &[&'static str]) -> Result<String> {
    let mut manifest: DocumentMut = manifest.parse().context("Cargo.toml cannot be read")?;
    let members = [".", "checker/exercises"].into_iter().chain(others.iter().copied());
    let members: toml_edit::Array = members.collect();
    manifest["workspace"]["members"] = value(members);
    if let Some(workspace) = manifest["workspace"].as_table_mut() {
        workspace.remove("default-members");
    }
    for section in ["dev-dependencies", "test", "bench"] {
        manifest.remove(section);
    }
    if let Some(profile) = manifest.get_mut("profile").and_then(|it| it.get_mut("dev")) {
        let packages = profile.get_mut("package").and_then(|it| it.as_table_like_mut());
        let named: Vec<String> =
            packages.iter().flat_map(|it| it.iter()).map(|(name, _)| name.to_string()).collect();
        for name in named.iter().filter(|name| *name != "*") {
            profile["package"].as_table_like_mut().map(|packages| packages.remove(name));
        }
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
        assert_eq!(members, r#"members = [".", "checker/exercises"]"#);
        for gone in ["dev-dependencies", "default-members", "[[test]]", "package.shuttle"] {
            assert!(!trimmed.contains(gone), "{gone} is still there:\n{trimmed}");
        }
        for kept in [
            "[lib]",
            "[build-dependencies]",
            "[workspace.lints.rust]",
            "[profile.dev]",
            "package.\"*\"",
        ] {
            assert!(trimmed.contains(kept), "{kept} is gone:\n{trimmed}");
        }
    }
}

//! What is judged is what lies there.
//!
//! Cargo goes by the times of files, and `unzip`, `tar`, `mv` and `cp -p` keep old ones: it would build nothing, and
//! the last student's program would be judged for the next one. So a note of what was built is kept beside the build:
//! the content of every file of the package, and which binaries came of it. Where that differs, the files are given
//! the time that it is now, and cargo builds them again.

use std::collections::BTreeMap;
use std::collections::hash_map::DefaultHasher;
use std::fs::{self, File};
use std::hash::{Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::course::layout::{content, files_in};

/// What was built last, from a package.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Note {
    /// The clone of the course that the package is of: several may share the folder that cargo builds in.
    clone: PathBuf,
    /// Each file of the package, with the hash of its content.
    files: BTreeMap<PathBuf, u64>,
    /// Each binary, with its length and its time, in nanoseconds.
    binaries: BTreeMap<PathBuf, Stamp>,
}

/// By which a file is known again.
pub(super) type Stamp = (u64, u128);

impl Note {
    /// The note that is kept here; an empty one if there is none, or it cannot be understood.
    pub(super) fn read(path: &Path) -> Note {
        let text = fs::read_to_string(path).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// Whether it is about this clone of the course.
    pub(super) fn is_of(&self, clone: &Path) -> bool {
        self.clone == clone
    }

    /// Makes sure that cargo sees whatever differs from this note in a package. `binaries` are all that may have been
    /// built from it, each with its main file. Returns what of the note holds for the package as it is now.
    ///
    /// # Errors
    /// When a file cannot be given another time.
    pub(super) fn show_changes(
        mut self,
        clone: &Path,
        package: &Path,
        binaries: &[(PathBuf, PathBuf)],
    ) -> Result<Note> {
        let files = content_of(package);
        let stamps = binaries.iter().filter_map(|(binary, _)| stamp_of(binary));
        let newest = stamps.map(|(_, time)| time).max();
        // A file that was saved after the last build is built again by its time.
        let is_old = |file: &&PathBuf| stamp_of(file).is_some_and(|(_, time)| Some(time) <= newest);
        let is_changed = |file: &&PathBuf| self.files.get(*file) != files.get(*file);
        let changed = files.keys().filter(is_changed).filter(is_old);
        // Somebody else may have built another file under the same name.
        let is_strange = |binary: &PathBuf| {
            self.binaries.get(binary).is_some_and(|stamp| stamp_of(binary) != Some(*stamp))
        };
        let strange = binaries.iter().filter(|(binary, file)| is_strange(binary) && file.exists());
        let strange: Vec<&(PathBuf, PathBuf)> = strange.collect();
        for file in changed.chain(strange.iter().map(|(_, file)| file)) {
            touch(file).with_context(|| {
                format!("cannot give {} another time, so that cargo builds it", file.display())
            })?;
        }
        for (binary, _) in strange {
            self.binaries.remove(binary); // its file is newer now than any that was built
        }
        self.clone = clone.to_path_buf();
        self.files = files;
        Ok(self)
    }

    /// Looks at the package again, when it was built. Returns the files that are not as they were before: nobody can tell
    /// what was built of them. They are forgotten here, so that they are built again the next time.
    pub(super) fn forget_changed(&mut self, package: &Path) -> Vec<PathBuf> {
        let files = content_of(package);
        let is_changed = |file: &&PathBuf| self.files.get(*file) != files.get(*file);
        let mut changed: Vec<PathBuf> =
            self.files.keys().chain(files.keys()).filter(is_changed).cloned().collect();
        changed.dedup();
        self.files.retain(|file, _| !changed.contains(file));
        changed
    }

    /// Keeps this note, with the binaries that were built just now. If it cannot be written, all is built again the
    /// next time.
    pub(super) fn keep<'a>(mut self, path: &Path, binaries: impl Iterator<Item = &'a PathBuf>) {
        let stamps = binaries.filter_map(|path| Some((path.clone(), stamp_of(path)?)));
        self.binaries.extend(stamps);
        let write = || {
            fs::create_dir_all(path.parent().unwrap_or(path))?;
            fs::write(path, serde_json::to_string(&self)?)
        };
        if write().is_err() {
            let _ = fs::remove_file(path); // an old note would be worse than none
        }
    }
}

/// The files in a folder and all folders in it, each with the hash of its content. What cannot be read, cargo will
/// complain of. An old file that was kept when its program was started over is not built: it keeps its time.
fn content_of(folder: &Path) -> BTreeMap<PathBuf, u64> {
    let is_kept = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "bak");
    let files = files_in(folder, |_| false).into_iter().filter(|path| !is_kept(path));
    let hashed = |path: PathBuf| {
        let mut hasher = DefaultHasher::new();
        content(&path)?.hash(&mut hasher);
        Some((path, hasher.finish()))
    };
    files.filter_map(hashed).collect()
}

/// The stamp of a file that is there.
pub(super) fn stamp_of(path: &Path) -> Option<Stamp> {
    let data = fs::metadata(path).ok()?;
    let time = data.modified().ok()?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    Some((data.len(), time.as_nanos()))
}

/// Gives a file the time that it is now. Its owner need not be allowed to write it.
fn touch(file: &Path) -> io::Result<()> {
    File::open(file)?.set_modified(SystemTime::now())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// A package of one file, the binary that was built from it long ago, and the note of them.
    struct Built {
        folder: tempfile::TempDir,
        source: PathBuf,
        binary: PathBuf,
    }

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000 + seconds)
    }

    fn write(file: &Path, content: &str, time: SystemTime) {
        fs::write(file, content).expect("a file is written");
        File::open(file).and_then(|file| file.set_modified(time)).expect("it has another time");
    }

    fn time_of(file: &Path) -> SystemTime {
        fs::metadata(file).and_then(|data| data.modified()).expect("its time")
    }

    impl Built {
        fn new() -> Built {
            let folder = tempfile::tempdir().expect("a folder");
            fs::create_dir(folder.path().join("package")).expect("a folder is made");
            let (source, binary) = (folder.path().join("package/a.rs"), folder.path().join("a"));
            write(&source, "fn main() {}", at(10));
            write(&binary, "a program", at(20));
            let built = Built { folder, source, binary };
            built.show_changes().keep(&built.note(), [&built.binary].into_iter());
            write(&built.source, "fn main() {}", at(10)); // it was shown the first time
            built
        }

        fn note(&self) -> PathBuf {
            self.folder.path().join("note.json")
        }

        fn show_changes(&self) -> Note {
            let binaries = [(self.binary.clone(), self.source.clone())];
            let package = &self.folder.path().join("package");
            let note = Note::read(&self.note());
            note.show_changes(package, package, &binaries).expect("it has a new time")
        }
    }

    #[test]
    fn another_content_with_an_old_time_is_shown_to_cargo() {
        let built = Built::new();
        built.show_changes();
        assert_eq!(time_of(&built.source), at(10), "nothing has changed");
        write(&built.source, "fn main() { panic!() }", at(10));
        built.show_changes();
        assert!(time_of(&built.source) > at(1000));
    }

    #[test]
    fn what_was_changed_while_it_was_built_is_built_again() {
        let built = Built::new();
        let package = built.folder.path().join("package");
        let mut note = built.show_changes();
        assert!(note.forget_changed(&package).is_empty());
        write(&built.source, "fn main() { panic!() }", at(10));
        let new = package.join("b.rs");
        write(&new, "", at(10));
        assert_eq!(note.forget_changed(&package), [built.source.clone(), new]);
        note.keep(&built.note(), [&built.binary].into_iter());
        write(&built.source, "fn main() {}", at(10)); // as it was noted before
        built.show_changes();
        assert!(time_of(&built.source) > at(1000));
    }

    #[test]
    fn a_file_that_was_saved_after_the_build_keeps_its_time() {
        let built = Built::new();
        write(&built.source, "fn main() { panic!() }", at(30));
        built.show_changes();
        assert_eq!(time_of(&built.source), at(30));
    }

    #[test]
    fn an_old_file_that_was_kept_keeps_its_time() {
        let built = Built::new();
        let kept = built.source.with_extension("2026-01-31T14-03-07.rs.bak");
        write(&kept, "fn main() {}", at(5));
        built.show_changes();
        assert_eq!(time_of(&kept), at(5));
    }

    #[test]
    fn for_a_binary_that_is_gone_a_file_is_touched_once() {
        let built = Built::new();
        fs::remove_file(&built.binary).expect("it is removed");
        built.show_changes().keep(&built.note(), [].into_iter());
        assert!(time_of(&built.source) > at(1000));
        write(&built.source, "fn main() {}", at(10));
        built.show_changes();
        assert_eq!(time_of(&built.source), at(10));
    }

    #[test]
    fn a_binary_that_somebody_else_has_built_is_built_again() {
        let built = Built::new();
        write(&built.binary, "another program", at(40));
        built.show_changes();
        assert!(time_of(&built.source) > at(1000));
    }
}

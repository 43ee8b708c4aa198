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

/// What was built last, from a package.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Note {
    /// Each file of the package, with the hash of its content.
    files: BTreeMap<PathBuf, u64>,
    /// Each binary, with its length and its time, in nanoseconds.
    binaries: BTreeMap<PathBuf, (u64, u128)>,
}

impl Note {
    /// The note that is kept here; an empty one if there is none, or it cannot be understood.
    pub(super) fn read(path: &Path) -> Note {
        let text = fs::read_to_string(path).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// Makes sure that cargo sees whatever differs from this note in a package, and binaries that others have built
    /// meanwhile. Returns what of the note holds for the package as it is now.
    ///
    /// # Errors
    /// When a file cannot be read, or cannot be given another time.
    pub(super) fn show_changes(self, package: &Path) -> Result<Note> {
        let files = content_of(package)?;
        let are_ours = |(path, stamp): (&PathBuf, &(u64, u128))| stamp_of(path) == Some(*stamp);
        if files == self.files && self.binaries.iter().all(are_ours) {
            return Ok(self);
        }
        for file in files.keys() {
            touch(file).with_context(|| {
                format!("cannot give {} another time, so that cargo builds it", file.display())
            })?;
        }
        Ok(Note { files, binaries: BTreeMap::new() })
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

/// The files in a folder and all folders in it, each with the hash of its content.
fn content_of(folder: &Path) -> Result<BTreeMap<PathBuf, u64>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder);
        let entries = entries.with_context(|| format!("cannot read {}", folder.display()))?;
        for entry in entries {
            let entry = entry.with_context(|| format!("cannot read {}", folder.display()))?;
            let path = entry.path();
            let is_folder = entry.file_type()?.is_dir(); // a link to a folder is not followed
            if is_folder && entry.file_name() != "target" {
                folders.push(path);
            } else if path.is_file() {
                let content = fs::read(&path);
                let content = content.with_context(|| format!("cannot read {}", path.display()))?;
                let mut hasher = DefaultHasher::new();
                content.hash(&mut hasher);
                files.insert(path, hasher.finish());
            }
        }
    }
    Ok(files)
}

fn stamp_of(path: &Path) -> Option<(u64, u128)> {
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

    /// A package of one file, a binary, and the note of them; and a time long ago.
    fn built() -> (tempfile::TempDir, PathBuf, PathBuf, PathBuf, SystemTime) {
        let folder = tempfile::tempdir().expect("a folder");
        let package = folder.path().join("package");
        fs::create_dir_all(&package).expect("a folder is made");
        let (source, binary) = (package.join("a.rs"), folder.path().join("a"));
        fs::write(&source, "fn main() {}").expect("a file is written");
        fs::write(&binary, "a program").expect("a file is written");
        let note = folder.path().join("note.json");
        let shown = Note::default().show_changes(&package).expect("it is read");
        shown.keep(&note, [&binary].into_iter());
        let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        for file in [&source, &binary] {
            File::open(file).and_then(|f| f.set_modified(long_ago)).expect("it has another time");
        }
        (folder, source, binary, note, long_ago)
    }

    fn time_of(file: &Path) -> SystemTime {
        fs::metadata(file).and_then(|data| data.modified()).expect("its time")
    }

    #[test]
    fn another_content_with_an_old_time_is_shown_to_cargo() {
        let (folder, source, binary, note, long_ago) = built();
        Note::read(&note).keep(&note, [&binary].into_iter()); // with its new time
        let package = folder.path().join("package");
        Note::read(&note).show_changes(&package).expect("it is read");
        assert_eq!(time_of(&source), long_ago, "nothing has changed");
        fs::write(&source, "fn main() { panic!() }").expect("a file is written");
        File::open(&source).and_then(|f| f.set_modified(long_ago)).expect("it has an old time");
        Note::read(&note).show_changes(&package).expect("it is read");
        assert!(time_of(&source) > long_ago);
    }

    #[test]
    fn a_binary_that_somebody_else_has_built_is_built_again() {
        let (folder, source, _binary, note, long_ago) = built();
        Note::read(&note).show_changes(&folder.path().join("package")).expect("it is read");
        assert!(time_of(&source) > long_ago, "the binary has another time than in the note");
    }
}

//! A scene's folder for temporary files.

use std::path::Path;
use std::process::{self, Command};
use std::{env, fs, io};

use tempfile::TempDir;

use crate::sandbox::running;

/// A folder that is removed with all that is in it.
pub(super) struct Folder(TempDir);

impl Folder {
    /// A new, empty folder.
    ///
    /// # Errors
    /// When there is no place for temporary files.
    pub(super) fn new() -> io::Result<Folder> {
        let _changing = running::changing(); // else one that is made while everything ends would stay
        tempfile::Builder::new().prefix(&prefix()).tempdir().map(Folder)
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }

    /// The size of all files in it, in bytes. Each of them takes a block, and each folder too.
    pub(super) fn size(&self) -> u64 {
        content_of(self.path()).size
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        remove(self.path());
    }
}

/// Removes all folders of this process: for an end that comes from outside.
pub(super) fn remove_all() {
    for entry in fs::read_dir(env::temp_dir()).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(&prefix()) {
            remove(&entry.path());
        }
    }
}

/// How the names of this process's folders begin.
fn prefix() -> String {
    format!("chatlings-{}-", process::id())
}

#[derive(Default)]
struct Content {
    size: u64,
    is_deep: bool, // there are folders within so many others that they were not looked at
}

fn content_of(folder: &Path) -> Content {
    const BLOCK: u64 = 4096;
    const DEEPEST: usize = 64;
    let mut content = Content::default();
    let mut folders = vec![(folder.to_path_buf(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(data) if data.is_dir() && depth == DEEPEST => content.is_deep = true,
                Ok(data) if data.is_dir() => {
                    content.size += BLOCK;
                    folders.push((entry.path(), depth + 1));
                }
                Ok(data) => content.size += data.len().max(BLOCK),
                Err(_) => {} // it is gone already
            }
        }
    }
    content
}

/// Removes a folder with all that is in it. If that fails, nothing more can be done about it.
fn remove(folder: &Path) {
    // `remove_dir_all` calls itself for each folder in a folder, so many thousands would overflow its stack.
    if content_of(folder).is_deep {
        let mut rm = Command::new("rm");
        let _ = rm.arg("-rf").arg(folder).stderr(process::Stdio::null()).status();
    } else {
        let _ = fs::remove_dir_all(folder);
    }
}

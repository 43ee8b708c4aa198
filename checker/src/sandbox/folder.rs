//! A scene's folder for temporary files.

use std::fs::{DirEntry, Permissions};
use std::os::unix::fs::PermissionsExt;
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

/// How many folders may be within each other for all of them to be looked at.
const DEEPEST: usize = 64;

#[derive(Default)]
struct Content {
    size: u64,
    is_deep: bool, // there are folders within so many others that they were not looked at
}

fn content_of(folder: &Path) -> Content {
    const BLOCK: u64 = 4096;
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
    open_up(folder);
    // `remove_dir_all` calls itself for each folder in a folder, so many thousands would overflow its stack.
    if content_of(folder).is_deep {
        let mut rm = Command::new("rm");
        let _ = rm.arg("-rf").arg(folder).stderr(process::Stdio::null()).status();
    } else {
        let _ = fs::remove_dir_all(folder);
    }
}

/// Makes folders that a program has closed such that their owner can remove what is in them.
fn open_up(folder: &Path) {
    const ALL: u32 = 0o700;
    let mut folders = vec![(folder.to_path_buf(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        if !fs::metadata(&folder).is_ok_and(|data| data.permissions().mode() & ALL == ALL) {
            let _ = fs::set_permissions(&folder, Permissions::from_mode(ALL)); // else it stays
        }
        let entries = fs::read_dir(&folder).into_iter().flatten().flatten();
        let is_folder = |entry: &DirEntry| entry.file_type().is_ok_and(|kind| kind.is_dir());
        let within = entries.filter(is_folder).map(|entry| (entry.path(), depth + 1));
        folders.extend(within.filter(|(_, depth)| *depth < DEEPEST));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_whose_folders_are_closed_is_removed() {
        let folder = Folder::new().expect("a folder");
        let (path, closed) = (folder.path().to_path_buf(), folder.path().join("closed/deeper"));
        fs::create_dir_all(&closed).expect("a folder");
        fs::write(closed.join("file"), "").expect("a file");
        for folder in [&closed, &path.join("closed"), &path] {
            fs::set_permissions(folder, Permissions::from_mode(0o0)).expect("it is ours");
        }
        drop(folder);
        assert!(!path.exists());
    }
}

//! A scene's folder for temporary files.
//!
//! Its programs may still be at work in it while it is looked at, and may have left anything there: so it is gone
//! through by open folders, never by path, and no link in it is followed.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::process::{self, Command};
use std::{env, fs, io};

#[cfg(target_os = "linux")]
use rustix::fs::fstat;
use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, openat, statat};
use tempfile::TempDir;

use crate::sandbox::running;

/// A folder that is removed with all that is in it.
pub(super) struct Folder {
    outer: TempDir,
    inner: PathBuf,
}

impl Folder {
    /// A new, empty folder. What programs make of its own rights opens it to nobody: it lies in another one, which is
    /// closed to other users.
    ///
    /// # Errors
    /// When there is no place for temporary files.
    pub(super) fn new() -> io::Result<Folder> {
        let _changing = running::changing(); // else one that is made while everything ends would stay
        let outer = tempfile::Builder::new().prefix(&prefix()).tempdir()?;
        let inner = outer.path().join("tmp");
        fs::create_dir(&inner)?;
        Ok(Folder { outer, inner })
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.inner
    }

    /// The size of all files in it, in bytes. Each of them takes a block, and each folder too.
    pub(super) fn size(&self) -> u64 {
        content_of(&self.inner).size
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        remove(self.outer.path());
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

/// Of how many files at most the size is summed up. (No program of the course makes more than a few.)
const MOST: u64 = 1_000_000;

#[derive(Default)]
struct Content {
    size: u64,
    count: u64,
    is_deep: bool, // there are folders within so many others that they were not looked at
}

fn content_of(folder: &Path) -> Content {
    let mut content = Content::default();
    if let Ok(folder) = open(CWD, folder, OFlags::RDONLY) {
        content.add(&folder, 0);
    }
    content
}

impl Content {
    fn add(&mut self, folder: &OwnedFd, depth: usize) {
        const BLOCK: u64 = 4096;
        for entry in Dir::read_from(folder).into_iter().flatten().flatten() {
            let name = entry.file_name();
            if matches!(name.to_bytes(), b"." | b"..") || self.count > MOST {
                continue;
            }
            let Ok(stat) = statat(folder, name, AtFlags::SYMLINK_NOFOLLOW) else { continue };
            self.count += 1;
            if FileType::from_raw_mode(stat.st_mode) != FileType::Directory {
                self.size += (stat.st_size as u64).max(BLOCK);
                continue;
            }
            self.size += BLOCK;
            match open(folder, name, OFlags::RDONLY) {
                Ok(within) if depth < DEEPEST => self.add(&within, depth + 1),
                _ => self.is_deep = true,
            }
        }
    }
}

/// Opens a folder, unless it is a link.
fn open(within: impl AsFd, name: impl rustix::path::Arg, access: OFlags) -> io::Result<OwnedFd> {
    let flags = access | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Ok(openat(within, name, flags, Mode::empty())?)
}

/// Removes a folder with all that is in it. If that fails, nothing more can be done about it.
fn remove(folder: &Path) {
    open_up(CWD, folder, 0);
    // `remove_dir_all` calls itself for each folder in a folder, so many thousands would overflow its stack.
    if content_of(folder).is_deep {
        let mut rm = Command::new("rm");
        let _ = rm.arg("-rf").arg(folder).stderr(process::Stdio::null()).status();
    } else {
        let _ = fs::remove_dir_all(folder);
    }
}

/// Makes folders that a program has closed such that their owner can remove what is in them.
fn open_up(within: impl AsFd, name: impl rustix::path::Arg + Copy, depth: usize) {
    let _ = open_one(within.as_fd(), name); // else it stays
    let Ok(folder) = open(&within, name, OFlags::RDONLY) else { return };
    for entry in Dir::read_from(&folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let is_other = !matches!(name.to_bytes(), b"." | b"..");
        if is_other && depth < DEEPEST && entry.file_type() == FileType::Directory {
            open_up(&folder, name, depth + 1);
        }
    }
}

/// Gives a folder's owner all rights to it, unless it is a link, or has become one.
#[cfg(target_os = "linux")]
fn open_one(within: BorrowedFd, name: impl rustix::path::Arg) -> io::Result<()> {
    use std::fs::Permissions;
    use std::os::fd::AsRawFd;
    use std::os::unix::fs::PermissionsExt;
    let found = open(within, name, OFlags::PATH)?; // which needs no right
    if Mode::from_raw_mode(fstat(&found)?.st_mode).contains(Mode::RWXU) {
        return Ok(());
    }
    let path = format!("/proc/self/fd/{}", found.as_raw_fd());
    fs::set_permissions(path, Permissions::from_mode(0o700))
}

#[cfg(not(target_os = "linux"))]
fn open_one(within: BorrowedFd, name: impl rustix::path::Arg) -> io::Result<()> {
    Ok(rustix::fs::chmodat(within, name, Mode::RWXU, AtFlags::SYMLINK_NOFOLLOW)?)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_folder_whose_folders_are_closed_is_removed() {
        let folder = Folder::new().expect("a folder");
        let outer = folder.outer.path().to_path_buf();
        let (path, closed) = (folder.path().to_path_buf(), folder.path().join("closed/deeper"));
        fs::create_dir_all(&closed).expect("a folder");
        fs::write(closed.join("file"), "").expect("a file");
        for folder in [&closed, &path.join("closed"), &path] {
            fs::set_permissions(folder, fs::Permissions::from_mode(0o0)).expect("it is ours");
        }
        drop(folder);
        assert!(!outer.exists());
    }

    #[test]
    fn a_link_is_neither_counted_nor_followed_nor_opened_up() {
        let outside = tempfile::tempdir().expect("a folder");
        let secret = outside.path().join("secret");
        fs::write(&secret, vec![0; 1 << 20]).expect("a file");
        fs::set_permissions(&secret, fs::Permissions::from_mode(0o444)).expect("it is ours");
        fs::set_permissions(outside.path(), fs::Permissions::from_mode(0o500)).expect("it is ours");
        let folder = Folder::new().expect("a folder");
        std::os::unix::fs::symlink(outside.path(), folder.path().join("folder")).expect("a link");
        std::os::unix::fs::symlink(&secret, folder.path().join("file")).expect("a link");
        assert!(folder.size() < 1 << 20, "{}", folder.size());
        drop(folder);
        let mode = |path: &Path| fs::metadata(path).expect("it is there").permissions().mode();
        assert_eq!(mode(outside.path()) & 0o777, 0o500);
        assert_eq!(mode(&secret) & 0o777, 0o444);
        fs::set_permissions(outside.path(), fs::Permissions::from_mode(0o700)).expect("it is ours");
    }

    #[test]
    fn long_names_in_long_names_are_too_deep_however_many_they_are() {
        let folder = Folder::new().expect("a folder");
        let (outer, name) = (folder.outer.path().to_path_buf(), "d".repeat(250));
        let mut within = open(CWD, folder.path(), OFlags::RDONLY).expect("a folder");
        for _ in 0..DEEPEST * 2 {
            rustix::fs::mkdirat(&within, &name, Mode::RWXU).expect("a folder");
            within = open(&within, &name, OFlags::RDONLY).expect("a folder");
        }
        drop(within);
        assert!(content_of(folder.path()).is_deep);
        drop(folder);
        assert!(!outer.exists());
    }
}

//! Files that are written whole, or not at all, and names for what is kept of the old ones.

use std::fs::Permissions;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use jiff::Zoned;
use rustix::fs::{Access, access};
use tempfile::{Builder, NamedTempFile};

/// A file that is written, beside the place where it is to be. If it is dropped, or this process ends, nothing has
/// changed there.
pub struct Whole {
    file: NamedTempFile,
    path: PathBuf,
}

impl Whole {
    /// Writes a file with this content beside `path`.
    ///
    /// # Errors
    /// When that cannot be: there is no such folder, or no room.
    pub fn beside(path: &Path, content: &[u8]) -> io::Result<Whole> {
        let mut builder = Builder::new();
        // If this process is killed, what is left has a name that nobody looks at.
        builder.prefix(".").suffix(".bak");
        // For everybody to read, as far as the person's umask allows.
        builder.permissions(Permissions::from_mode(0o666));
        let mut file = builder.tempfile_in(folder_of(path))?;
        file.write_all(content)?;
        file.as_file().sync_all()?; // some file systems tell only now that there is no room
        Ok(Whole { file, path: path.to_path_buf() })
    }

    /// Puts it in its place, in one step. What is there is gone then.
    ///
    /// # Errors
    /// When that cannot be.
    pub fn put(self) -> io::Result<()> {
        self.file.persist(&self.path)?;
        Ok(())
    }

    /// Puts it in its place if nothing is there.
    ///
    /// # Errors
    /// When something is there, or that cannot be.
    pub fn put_if_free(self) -> io::Result<()> {
        self.file.persist_noclobber(&self.path)?;
        Ok(())
    }
}

/// Writes a file whole, or not at all, in place of what is there.
///
/// # Errors
/// When it cannot be written. What was there is as it was.
pub fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    Whole::beside(path, content)?.put()
}

/// The date and the time of day, as they can stand in the name of a file on every system: `2026-01-31T14-03-07`.
pub fn date() -> String {
    Zoned::now().strftime("%Y-%m-%dT%H-%M-%S").to_string()
}

/// A date for each of those who have come in the same second: `DATE`, `DATE-2`, `DATE-3` and so on.
pub fn numbered(date: &str) -> impl Iterator<Item = String> {
    (1..).map(move |number| match number {
        1 => date.to_string(),
        _ => format!("{date}-{number}"),
    })
}

/// Whether something can be put into a folder, as far as that can be known before; else, why not.
///
/// # Errors
/// When it cannot.
pub fn takes_files(folder: &Path) -> io::Result<()> {
    Ok(access(folder, Access::WRITE_OK | Access::EXEC_OK)?)
}

/// The folder that a file is in; of a bare name, the one where this process is.
pub fn folder_of(path: &Path) -> &Path {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::ErrorKind;

    use super::*;

    #[test]
    fn a_file_is_there_whole_or_as_it_was() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.json");
        write(&path, b"first").expect("it is written");
        let second = Whole::beside(&path, b"second").expect("it is written beside");
        assert_eq!(fs::read(&path).expect("a file"), b"first");
        second.put().expect("it is put there");
        assert_eq!(fs::read(&path).expect("a file"), b"second");
        let third = Whole::beside(&path, b"third").expect("it is written beside");
        let error = third.put_if_free().expect_err("something is there");
        assert_eq!(error.kind(), ErrorKind::AlreadyExists);
        drop(Whole::beside(&path, b"fourth"));
        assert_eq!(fs::read(&path).expect("a file"), b"second");
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1, "nothing is left");
        write(&folder.path().join("none/a.json"), b"").expect_err("there is no such folder");
    }
}

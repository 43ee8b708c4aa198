//! What is handed in, as values: the files of one folder. It is written whole or not at all, as a zip or as a folder.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Cursor, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::sandbox::whole::{self, Whole};

/// The first line of a packed folder's manifest. By it a folder is known that may be replaced.
pub const MARK: &str = "# Packed by `cargo step pack`.";

/// The files of one folder.
#[derive(Debug)]
pub struct Parcel {
    /// The name of the folder.
    pub folder: String,
    /// The content of each file, by its path in the folder, with `/` on every system.
    pub files: BTreeMap<String, Vec<u8>>,
    /// The time that all files have in a zip: when the newest of the sources was saved. So the same sources have the same
    /// zip, and later ones are newer to a cargo that has built earlier ones in the same place.
    pub time: SystemTime,
}

impl Parcel {
    /// An empty folder.
    pub fn new(folder: String, time: SystemTime) -> Parcel {
        Parcel { folder, files: BTreeMap::new(), time }
    }

    /// Puts a file into the folder.
    ///
    /// # Errors
    /// When it cannot be there on every system: why. Some do not tell capitals from small letters.
    pub fn add(&mut self, path: &str, content: impl Into<Vec<u8>>) -> Result<(), String> {
        if let Some(name) = path.split('/').find(|name| !is_possible(name)) {
            return Err(format!("no file is called {name:?} on every system"));
        }
        let folded = path.to_lowercase();
        let is_in_the_way = |other: &&String| {
            let other = other.to_lowercase();
            let is_in = |inner: &str, outer: &str| {
                inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('/'))
            };
            other == folded || is_in(&other, &folded) || is_in(&folded, &other)
        };
        if let Some(other) = self.files.keys().find(is_in_the_way) {
            return Err(format!("it would be in the way of {other}"));
        }
        self.files.insert(path.to_string(), content.into());
        Ok(())
    }

    /// Writes the folder as a zip. The same folder gives the same bytes.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn zip(&self, writer: impl Write + Seek) -> io::Result<()> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(self.time_of_files())
            .unix_permissions(0o644);
        let mut zip = ZipWriter::new(writer);
        for (path, content) in &self.files {
            zip.start_file(format!("{}/{path}", self.folder), options)?;
            zip.write_all(content)?;
        }
        zip.finish()?.flush()
    }

    /// A zip has the time of day where it was made.
    fn time_of_files(&self) -> DateTime {
        let local = |time| {
            let time = Timestamp::try_from(time).ok()?.to_zoned(TimeZone::system());
            let part = |number: i8| u8::try_from(number).ok();
            let year = u16::try_from(time.year()).ok()?;
            let (month, day) = (part(time.month())?, part(time.day())?);
            let (hour, minute, second) =
                (part(time.hour())?, part(time.minute())?, part(time.second())?);
            DateTime::from_date_and_time(year, month, day, hour, minute, second).ok()
        };
        local(self.time).unwrap_or_default() // before 1980, for example
    }

    /// Writes a zip to this path, and returns its size. `may_replace`: also where a file is.
    ///
    /// # Errors
    /// When it cannot be written; then nothing is left of it.
    pub fn write_zip(&self, path: &Path, may_replace: bool) -> Result<u64> {
        let mut bytes = Cursor::new(Vec::new());
        self.zip(&mut bytes).context("cannot put it into a zip")?;
        let bytes = bytes.into_inner();
        let put = if may_replace { Whole::put } else { Whole::put_if_free };
        Whole::beside(path, &bytes)
            .and_then(put)
            .with_context(|| format!("cannot write {}; nothing was left behind", path.display()))?;
        Ok(bytes.len() as u64)
    }

    /// Writes the folder into another one. `may_replace`: also where a folder is that was packed; somebody may have written
    /// into that, so it is kept beside the new one. Returns where.
    ///
    /// # Errors
    /// When it cannot be written; then nothing is left of it.
    pub fn write_folder(&self, parent: &Path, may_replace: bool) -> Result<Option<PathBuf>> {
        let place = parent.join(&self.folder);
        self.write_files(parent, &place, may_replace)
            .with_context(|| format!("cannot write {}; nothing was left behind", place.display()))
    }

    /// How many bytes are in all files.
    pub fn size(&self) -> u64 {
        self.files.values().map(|content| content.len() as u64).sum()
    }

    fn write_files(
        &self,
        parent: &Path,
        place: &Path,
        may_replace: bool,
    ) -> io::Result<Option<PathBuf>> {
        fs::create_dir_all(parent)?;
        let beside = tempfile::Builder::new().prefix(".pack-").tempdir_in(parent)?;
        let new = beside.path().join("new");
        for (path, content) in &self.files {
            let path = new.join(path);
            fs::create_dir_all(path.parent().unwrap_or(&new))?;
            fs::write(path, content)?;
        }
        let old = (may_replace && is_packed(place)).then(|| free_name_beside(place));
        if let Some(old) = &old {
            fs::rename(place, old)?;
        }
        if let Err(error) = fs::rename(&new, place) {
            if let Some(old) = &old {
                let _ = fs::rename(old, place); // else it stays under the other name
            }
            return Err(error);
        }
        Ok(old)
    }
}

/// A name that nothing has, for what was in this place until now: `58-1234.2026-11-26T11-00-16.bak`
fn free_name_beside(place: &Path) -> PathBuf {
    let path = |date: String| PathBuf::from(format!("{}.{date}.bak", place.display()));
    let date = whole::date();
    let mut paths = whole::numbered(&date).map(path);
    paths.find(|path| path.symlink_metadata().is_err()).unwrap_or_default() // there is always another number
}

/// Whether a file or a folder can have this name on every system. (Windows is the one that says no.)
pub fn is_possible(name: &str) -> bool {
    const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];
    let stem = name.split('.').next().unwrap_or(name).trim_end().to_lowercase();
    let is_port = |word: &str| {
        stem.strip_prefix(word)
            .is_some_and(|rest| rest.len() == 1 && rest.as_bytes()[0].is_ascii_digit())
    };
    let is_wrong = |c: char| c.is_control() || "<>:\"/\\|?*".contains(c);
    !(name.is_empty()
        || name.contains(is_wrong)
        || name.ends_with(['.', ' '])
        || DEVICES.contains(&stem.as_str())
        || is_port("com")
        || is_port("lpt"))
}

/// Whether a folder was packed: then it may be replaced.
pub fn is_packed(folder: &Path) -> bool {
    let is_link = folder.is_symlink();
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
    !is_link && manifest.starts_with(MARK)
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::time::Duration;

    use zip::ZipArchive;

    use super::*;

    fn parcel() -> Parcel {
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        let mut parcel = Parcel::new("MS1_Zoë.Müller.1".to_string(), time);
        for (path, content) in [
            ("src/bin/ex1_server.rs", "fn main() {}\n"),
            ("Cargo.toml", MARK),
            ("größe.rs", "// größe"),
        ] {
            parcel.add(path, content).expect("nothing is in its way");
        }
        parcel
    }

    fn zipped(parcel: &Parcel) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        parcel.zip(&mut bytes).expect("it is written");
        bytes.into_inner()
    }

    fn names_in(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("a folder").flatten();
        let mut names: Vec<String> =
            entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_zip_has_its_files_in_order_under_one_folder_and_is_the_same_each_time() {
        let bytes = zipped(&parcel());
        assert_eq!(bytes, zipped(&parcel()));
        let mut archive = ZipArchive::new(Cursor::new(&bytes)).expect("a zip");
        let names = archive.file_names();
        let names: Vec<String> = names.map(|name| name.expect("UTF-8").into_owned()).collect();
        let expected = ["Cargo.toml", "größe.rs", "src/bin/ex1_server.rs"];
        assert_eq!(names, expected.map(|name| format!("MS1_Zoë.Müller.1/{name}")));
        let mut file = archive.by_index(1).expect("a file");
        assert_eq!(file.unix_mode().map(|mode| mode & 0o777), Some(0o644));
        assert_eq!(file.last_modified().map(|time| time.year()), Some(2027));
        let mut content = String::new();
        file.read_to_string(&mut content).expect("text");
        assert_eq!(content, "// größe");
    }

    #[test]
    fn a_file_in_the_way_of_another_is_named_also_where_capitals_are_not_told_from_small_letters() {
        let mut parcel = parcel();
        for wrong in ["cargo.TOML", "Cargo.toml/a", "SRC", "src/BIN", "src/bin/ex1_server.rs"] {
            assert!(parcel.add(wrong, "").is_err(), "{wrong}");
        }
        let expected = Err("it would be in the way of Cargo.toml".to_string());
        assert_eq!(parcel.add("cargo.toml", ""), expected);
        assert_eq!(parcel.add("src/bin/ex1_server", ""), Ok(()));
    }

    #[test]
    fn a_name_that_some_system_does_not_allow_is_refused() {
        for wrong in [
            "", "a:b", "a\\b", "a?", "a\nb", "a.", "a ", "..", ".", "NUL", "con.rs", "COM1",
            "lpt9.txt",
        ] {
            assert!(!is_possible(wrong), "{wrong:?}");
            assert!(parcel().add(&format!("src/{wrong}"), "").is_err(), "{wrong:?}");
        }
        for right in ["a b.rs", ".dockerignore", "größe", "com.rs", "com12", "console.rs", "a..b"]
        {
            assert!(is_possible(right), "{right:?}");
        }
    }

    #[test]
    fn a_zip_takes_the_place_of_another_only_if_that_is_agreed() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, parcel) = (folder.path().join("a.zip"), parcel());
        fs::write(&path, "another").expect("it is written");
        parcel.write_zip(&path, false).expect_err("it is there");
        assert_eq!(fs::read(&path).expect("a file"), b"another");
        parcel.write_zip(&path, true).expect("it is replaced");
        assert_eq!(fs::read(&path).expect("a file"), zipped(&parcel));
        assert_eq!(names_in(folder.path()), ["a.zip"]);
    }

    #[test]
    fn a_folder_is_written_whole_and_only_one_that_was_packed_is_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let (parent, mut parcel) = (folder.path().join("deeper/here"), parcel());
        parcel.write_folder(&parent, false).expect("it is written");
        let place = parent.join(&parcel.folder);
        assert_eq!(names_in(&parent), [parcel.folder.as_str()]);
        assert_eq!(names_in(&place), ["Cargo.toml", "größe.rs", "src"]);
        fs::write(place.join("old.rs"), "").expect("it is written");
        parcel.write_folder(&parent, false).expect_err("it is there");
        let kept = parcel.write_folder(&parent, true).expect("it is replaced");
        assert_eq!(names_in(&place), ["Cargo.toml", "größe.rs", "src"]);
        let kept = kept.expect("the old one is kept");
        assert_eq!(names_in(&kept), ["Cargo.toml", "größe.rs", "old.rs", "src"]);
        fs::remove_dir_all(kept).expect("it is removed");
        // What cannot be written leaves the old one as it was.
        parcel.files.insert("a\0b".to_string(), Vec::new());
        parcel.write_folder(&parent, true).expect_err("no file has such a name");
        assert_eq!(names_in(&place), ["Cargo.toml", "größe.rs", "src"]);
        parcel.files.remove("a\0b");
        fs::write(place.join("Cargo.toml"), "[package]\n").expect("it is written");
        parcel.write_folder(&parent, true).expect_err("it is somebody's own");
        assert_eq!(names_in(&parent), [parcel.folder.as_str()]);
    }
}

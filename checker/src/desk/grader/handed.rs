//! What was handed in: a folder, or a zip, as values. Nothing of it is written to the disk here, so that no name and no link
//! in it leads anywhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Cursor, Read, Seek};
use std::path::Path;

use anyhow::{Context, Result, bail};
use zip::ZipArchive;

/// A file that is longer than this was not written by hand.
const LONGEST: u64 = 1024 * 1024;
/// The most that is taken in of a submission.
const MOST: u64 = 32 * 1024 * 1024;
/// The most files that a submission may have.
const MOST_FILES: usize = 10_000;
/// How deep folders are looked into.
const DEEPEST: usize = 24;

/// The folders in which nothing is that somebody has written: what was built, downloaded, or belongs to a tool.
const NOT_WRITTEN: [&str; 7] =
    ["target", ".git", "node_modules", "__MACOSX", "__pycache__", ".venv", "venv"];

/// A file that these names end is unpacked, if nothing else says what was handed in.
const ZIP: &str = ".zip";

/// The longest name of a file, as systems have it, and the longest path of one.
const LONGEST_NAMES: (usize, usize) = (255, 1000);

/// What was handed in.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Handed {
    /// What is in each file, by its path: names with `/` between them, none of which leads out.
    pub files: BTreeMap<String, Vec<u8>>,
    /// What is there and is not looked at, with the reason: `target/ (not written by hand)`.
    pub left_out: BTreeSet<String>,
    seen: Seen,
}

/// How much was looked at, also of what was left out.
#[derive(Debug, Default, PartialEq, Eq)]
struct Seen {
    files: usize,
    bytes: u64,
}

impl Handed {
    /// Reads a folder, or a zip. Where nothing else is in it but one zip, as some systems hand it out, that is read.
    ///
    /// # Errors
    /// When it cannot be read, or is not a zip.
    pub fn read(path: &Path) -> Result<Handed> {
        let mut handed = Handed::default();
        if path.is_dir() {
            handed.take_folder(path, "", 0)?;
        } else {
            handed.take_zip(File::open(path).context("cannot open it")?)?;
        }
        if let Some(inner) = handed.the_zip_that_is_meant() {
            handed.take_zip(Cursor::new(inner))?;
        }
        handed.leave_out_what_cannot_be_written();
        Ok(handed)
    }

    fn take_folder(&mut self, folder: &Path, inner: &str, depth: usize) -> Result<()> {
        let entries = fs::read_dir(folder).context("cannot read the folder")?;
        for entry in entries {
            let entry = entry.context("cannot read the folder")?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{inner}{name}");
            let kind = entry.file_type().context("cannot read the folder")?;
            if kind.is_dir() {
                let why = match depth < DEEPEST {
                    true => is_not_written(&name).then_some("not written by hand"),
                    false => Some("too deep"),
                };
                match why {
                    Some(why) => _ = self.left_out.insert(format!("{path}/ ({why})")),
                    None => self.take_folder(&entry.path(), &format!("{path}/"), depth + 1)?,
                }
            } else if kind.is_file() {
                let length = entry.metadata().map_or(0, |data| data.len());
                self.take(path, length, || File::open(entry.path()))?;
            } else {
                let what = if kind.is_symlink() { "a link" } else { "not a file" };
                self.left_out.insert(format!("{path} ({what})"));
            }
        }
        Ok(())
    }

    fn take_zip(&mut self, zip: impl Read + Seek) -> Result<()> {
        let mut zip = ZipArchive::new(zip).context("it is not a zip that can be read")?;
        for index in 0..zip.len() {
            let name = match zip.name_for_index(index) {
                Some(Ok(name)) => name.into_owned(),
                _ => "a file without a name".to_string(),
            };
            let Ok(file) = zip.by_index(index) else {
                self.left_out.insert(format!("{name} (cannot be unpacked)"));
                continue;
            };
            let name = name.replace('\\', "/"); // of Windows
            if file.is_dir() || name.ends_with('/') {
                continue;
            }
            let Some(path) = plain(&name) else {
                self.left_out.insert(format!("{name} (it leads out of the zip)"));
                continue;
            };
            let mut folders: Vec<&str> = path.split('/').collect();
            folders.pop();
            if let Some(at) = folders.iter().position(|name| is_not_written(name)) {
                let folder = folders[..=at].join("/");
                self.left_out.insert(format!("{folder}/ (not written by hand)"));
            } else if folders.len() > DEEPEST {
                self.left_out.insert(format!("{path} (too deep)"));
            } else if file.is_symlink() {
                self.left_out.insert(format!("{path} (a link)"));
            } else {
                let length = file.size();
                self.take(path, length, || Ok(file))?;
            }
        }
        Ok(())
    }

    /// Takes a file in, if it is not too long: whatever it says of its length, no more is read.
    fn take<R: Read>(
        &mut self,
        path: String,
        length: u64,
        open: impl FnOnce() -> io::Result<R>,
    ) -> Result<()> {
        if self.seen.files >= MOST_FILES || self.seen.bytes > MOST {
            bail!("it is too large: more than {MOST_FILES} files, or {} MiB", MOST / LONGEST);
        }
        let most = if is_zip(&path) { MOST } else { LONGEST };
        let mut content = Vec::new();
        let read = match length <= most {
            true => open().and_then(|file| file.take(most + 1).read_to_end(&mut content)),
            false => Ok(usize::MAX),
        };
        self.seen.files += 1;
        self.seen.bytes += content.len() as u64;
        match read {
            Ok(_) if length > most || content.len() as u64 > most => {
                self.left_out.insert(format!("{path} (too long)"));
            }
            Ok(_) => _ = self.files.insert(path, content),
            Err(error) => _ = self.left_out.insert(format!("{path} ({error})")),
        }
        Ok(())
    }

    /// What is in the one zip that was handed in, if no source lies beside it. It is taken out.
    fn the_zip_that_is_meant(&mut self) -> Option<Vec<u8>> {
        let is_meant = |name: &&String| !name.split('/').any(|part| part.starts_with('.'));
        let mut zips = self.files.keys().filter(is_meant).filter(|name| is_zip(name));
        let (zip, another) = (zips.next()?.clone(), zips.next());
        let is_source = |name: &String| name.ends_with(".rs") || name.ends_with(".toml");
        let is_alone = another.is_none() && !self.files.keys().any(is_source);
        is_alone.then(|| self.files.remove(&zip))?
    }

    /// A name may be too long, or be that of a file and of a folder: no system would write both.
    fn leave_out_what_cannot_be_written(&mut self) {
        let (longest, longest_path) = LONGEST_NAMES;
        let is_too_long = |path: &&String| {
            path.len() > longest_path || path.split('/').any(|name| name.len() > longest)
        };
        let is_folder = |path: &&String| {
            let inner = format!("{path}/");
            let mut behind = self.files.range::<String, _>(inner.clone()..);
            behind.next().is_some_and(|(other, _)| other.starts_with(&inner))
        };
        let long: Vec<String> = self.files.keys().filter(is_too_long).cloned().collect();
        let twice: Vec<String> = self.files.keys().filter(is_folder).cloned().collect();
        for (paths, why) in [(long, "too long a name"), (twice, "a folder is called so, too")] {
            for path in paths {
                self.files.remove(&path);
                let shown: String = path.chars().take(100).collect();
                self.left_out.insert(format!("{shown} ({why})"));
            }
        }
    }
}

fn is_zip(path: &str) -> bool {
    path.to_lowercase().ends_with(ZIP)
}

fn is_not_written(name: &str) -> bool {
    NOT_WRITTEN.contains(&name)
}

/// A path without `.`, if it stays below where it begins.
fn plain(path: &str) -> Option<String> {
    let mut names = Vec::new();
    for name in path.split('/') {
        match name {
            "" | "." => {}
            ".." => return None,
            name if name.contains('\0') => return None,
            name => names.push(name),
        }
    }
    let is_absolute = path.starts_with('/') || path.as_bytes().get(1) == Some(&b':');
    (!names.is_empty() && !is_absolute).then(|| names.join("/"))
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::unix::fs::symlink;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn zip_of(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in files {
            zip.start_file(*name, SimpleFileOptions::default()).expect("a file");
            zip.write_all(content).expect("it is written");
        }
        zip.finish().expect("a zip").into_inner()
    }

    fn read(zip: &[u8]) -> Result<Handed> {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        file.write_all(zip).expect("it is written");
        Handed::read(file.path())
    }

    fn names(handed: &Handed) -> Vec<&str> {
        handed.files.keys().map(String::as_str).collect()
    }

    #[test]
    fn a_name_that_leads_out_of_a_zip_is_not_taken() {
        let zip = zip_of(&[
            ("../out.rs", b"a"),
            ("/etc/out.rs", b"b"),
            ("C:\\out.rs", b"c"),
            ("a/../../out.rs", b"d"),
            ("a\\./in.rs", b"e"),
        ]);
        let handed = read(&zip).expect("it is a zip");
        assert_eq!(names(&handed), ["a/in.rs"]);
        assert_eq!(handed.left_out.len(), 4, "{:?}", handed.left_out);
    }

    #[test]
    fn what_was_built_is_one_line_and_not_read() {
        let zip = zip_of(&[
            ("ann/src/bin/ex1_server.rs", b"fn main() {}"),
            ("ann/target/debug/a.rs", b"a"),
            ("ann/target/debug/b.rs", b"b"),
        ]);
        let handed = read(&zip).expect("it is a zip");
        assert_eq!(names(&handed), ["ann/src/bin/ex1_server.rs"]);
        let left_out: Vec<&String> = handed.left_out.iter().collect();
        assert_eq!(left_out, ["ann/target/ (not written by hand)"]);
    }

    #[test]
    fn a_file_that_is_unpacked_without_end_is_left_out_and_costs_no_other() {
        let zip = zip_of(&[("a.rs", &vec![b' '; 8 * LONGEST as usize]), ("b.rs", b"fn main() {}")]);
        assert!(zip.len() < 100_000, "it is a small zip");
        let handed = read(&zip).expect("it is a zip");
        assert_eq!(names(&handed), ["b.rs"]);
        assert!(handed.left_out.contains("a.rs (too long)"));
    }

    #[test]
    fn a_zip_that_is_alone_in_a_folder_or_a_zip_is_read() {
        let inner = zip_of(&[("ex1_server.rs", b"fn main() {}")]);
        let handed = read(&zip_of(&[("work.zip", &inner)])).expect("it is a zip");
        assert_eq!(names(&handed), ["ex1_server.rs"]);
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("work.ZIP"), &inner).expect("a file");
        assert_eq!(names(&Handed::read(folder.path()).expect("a folder")), ["ex1_server.rs"]);
    }

    #[test]
    fn a_zip_is_read_beside_what_systems_add_and_not_beside_sources() {
        let inner = zip_of(&[("ex1_server.rs", b"fn main() {}")]);
        let beside = |name: &str| {
            let outer = zip_of(&[("work.ZIP", &inner), (name, b"text"), (".DS_Store", b"junk")]);
            names(&read(&outer).expect("it is a zip")).contains(&"ex1_server.rs")
        };
        assert!(beside("onlinetext.html"), "as Moodle adds it");
        assert!(!beside("ex2_server.rs"));
        assert!(!beside("other.zip"), "which one is meant?");
    }

    #[test]
    fn what_no_system_could_write_is_left_out() {
        let long = format!("{}.rs", "x".repeat(300));
        let zip = zip_of(&[("words.rs", b"a"), ("words.rs/x.rs", b"b"), (&long, b"c")]);
        let handed = read(&zip).expect("it is a zip");
        assert_eq!(names(&handed), ["words.rs/x.rs"]);
        assert!(handed.left_out.contains("words.rs (a folder is called so, too)"));
    }

    #[test]
    fn a_zip_that_unpacks_to_more_than_may_be_is_refused_soon() {
        let content = vec![b' '; LONGEST as usize];
        let names: Vec<String> = (0..40).map(|number| format!("{number}.txt")).collect();
        let files: Vec<(&str, &[u8])> =
            names.iter().map(|it| (it.as_str(), &content[..])).collect();
        let error = read(&zip_of(&files)).expect_err("it is too large");
        assert!(format!("{error:#}").starts_with("it is too large"), "{error:#}");
    }

    #[test]
    fn a_link_in_a_folder_is_not_followed() {
        let folder = tempfile::tempdir().expect("a folder");
        symlink("/etc/passwd", folder.path().join("ex1_server.rs")).expect("a link");
        symlink("/", folder.path().join("src")).expect("a link");
        let handed = Handed::read(folder.path()).expect("a folder");
        assert_eq!(names(&handed), [""; 0]);
        let left_out: Vec<&String> = handed.left_out.iter().collect();
        assert_eq!(left_out, ["ex1_server.rs (a link)", "src (a link)"]);
    }

    #[test]
    fn what_is_not_a_zip_is_an_error_in_words() {
        let error = read(b"PK\x03\x04 and then nothing").expect_err("it is not a zip");
        assert!(
            format!("{error:#}").starts_with("it is not a zip that can be read: "),
            "{error:#}"
        );
    }
}

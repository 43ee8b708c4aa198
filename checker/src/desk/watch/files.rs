//! The files that a student edits, looked at again and again.
//!
//! The system could tell of changes, but not over NFS, in some containers, or where Linux looks into a folder of Windows. To
//! read about twenty small files takes less than a millisecond, and is the same everywhere: whether an editor writes a
//! file in place, puts another one in its place, or only gives it another time.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::course::layout::sources_in;

/// How often they are looked at.
pub const LOOK: Duration = Duration::from_millis(150);

/// What is known of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
struct State {
    /// The hash of what is in it; none of an empty one.
    content: Option<u64>,
    /// When it was written.
    time: Option<SystemTime>,
}

/// What has happened to files since the last look.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Saved {
    /// Those that have another content, were made, or are gone.
    pub changed: Vec<PathBuf>,
    /// Those that were written, with what they had before.
    pub touched: Vec<PathBuf>,
}

/// The Rust files of a folder, as they were at the last look.
#[derive(Debug)]
pub struct Files {
    folder: PathBuf,
    states: BTreeMap<PathBuf, State>,
    doubtful: BTreeMap<PathBuf, State>, // as they were before they were seen empty, or gone
}

impl Files {
    /// The Rust files in a folder, and in those in it, as they are now.
    pub fn of(folder: &Path) -> Files {
        let folder = folder.to_path_buf();
        Files { states: states_in(&folder), folder, doubtful: BTreeMap::new() }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.states.len()
    }

    /// What was saved since the last look. An editor may empty a file before it writes it, or put it away: that counts
    /// only if it is still so at the next look.
    pub fn look(&mut self) -> Saved {
        let now = states_in(&self.folder);
        let before = std::mem::take(&mut self.states);
        let doubted = std::mem::take(&mut self.doubtful);
        let mut saved = Saved::default();
        let paths: BTreeSet<&PathBuf> =
            before.keys().chain(now.keys()).chain(doubted.keys()).collect();
        for path in paths {
            let was_doubtful = doubted.contains_key(path);
            let old = doubted.get(path).or(before.get(path));
            let new = now.get(path);
            let is_gone = new.is_none_or(|state| state.content.is_none());
            let was_gone = old.is_none_or(|state| state.content.is_none());
            if is_gone && !was_gone && !was_doubtful {
                self.doubtful.extend(old.map(|state| (path.clone(), state.clone())));
            } else if old.map(|state| state.content) != new.map(|state| state.content) {
                saved.changed.push(path.clone());
            } else if old != new {
                saved.touched.push(path.clone());
            }
        }
        self.states = now;
        saved
    }
}

fn states_in(folder: &Path) -> BTreeMap<PathBuf, State> {
    let state = |path: &Path, content: &[u8]| {
        let time = fs::metadata(path).and_then(|data| data.modified()).ok();
        let hash = || {
            let mut hasher = DefaultHasher::new();
            content.hash(&mut hasher);
            hasher.finish()
        };
        State { content: (!content.is_empty()).then(hash), time }
    };
    let sources = sources_in(folder).into_iter();
    sources.map(|(path, content)| (path.clone(), state(&path, &content))).collect()
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::*;

    struct Folder {
        folder: tempfile::TempDir,
        files: Files,
    }

    impl Folder {
        fn new() -> Folder {
            let folder = tempfile::tempdir().expect("a folder");
            fs::create_dir(folder.path().join("bin")).expect("a folder is made");
            for (name, content) in [("bin/a.rs", "a"), ("bin/b.rs", "b"), ("c.txt", "c")] {
                fs::write(folder.path().join(name), content).expect("a file is written");
            }
            Folder { files: Files::of(folder.path()), folder }
        }

        fn write(&self, name: &str, content: &str) {
            fs::write(self.folder.path().join(name), content).expect("a file is written");
        }

        fn at(&self, name: &str) -> PathBuf {
            self.folder.path().join(name)
        }

        /// The names of the files that have changed, and of those that were only touched.
        fn look(&mut self) -> [Vec<String>; 2] {
            let Saved { changed, touched } = self.files.look();
            let name = |path: PathBuf| {
                path.strip_prefix(self.folder.path()).expect("it is in there").display().to_string()
            };
            [changed, touched].map(|paths| paths.into_iter().map(name).collect())
        }
    }

    const NONE: [Vec<String>; 2] = [Vec::new(), Vec::new()];

    fn changed(name: &str) -> [Vec<String>; 2] {
        [vec![name.to_string()], Vec::new()]
    }

    #[test]
    fn a_file_is_seen_once_however_it_is_written() {
        let mut folder = Folder::new();
        assert_eq!((folder.files.count(), folder.look()), (2, NONE));
        folder.write("bin/a.rs", "another a");
        assert_eq!((folder.look(), folder.look()), (changed("bin/a.rs"), NONE));
        folder.write("bin/a.rs.new", "a third"); // in a file of its own, which takes its place
        fs::rename(folder.at("bin/a.rs.new"), folder.at("bin/a.rs")).expect("it is renamed");
        assert_eq!((folder.look(), folder.look()), (changed("bin/a.rs"), NONE));
        folder.write("c.txt", "not a program");
        folder.write("bin/.#a.rs", "what an editor leaves beside it");
        assert_eq!(folder.look(), NONE);
    }

    #[test]
    fn another_content_is_seen_even_with_the_same_size_and_time() {
        let mut folder = Folder::new();
        let time = fs::metadata(folder.at("bin/b.rs")).and_then(|data| data.modified());
        folder.write("bin/b.rs", "B");
        let file = File::options().write(true).open(folder.at("bin/b.rs")).expect("it opens");
        file.set_modified(time.expect("a time")).expect("it has the old time");
        assert_eq!((folder.look(), folder.look()), (changed("bin/b.rs"), NONE));
    }

    #[test]
    fn a_file_that_was_only_written_again_is_touched() {
        let mut folder = Folder::new();
        let file = File::options().write(true).open(folder.at("bin/b.rs")).expect("it opens");
        let later = SystemTime::now() + Duration::from_secs(5);
        file.set_modified(later).expect("it has another time");
        assert_eq!(folder.look(), [Vec::new(), vec!["bin/b.rs".to_string()]]);
        assert_eq!(folder.look(), NONE);
    }

    #[test]
    fn a_file_that_is_empty_or_gone_counts_at_the_second_look() {
        let mut folder = Folder::new();
        folder.write("bin/a.rs", "");
        assert_eq!(folder.look(), NONE, "an editor is at it");
        folder.write("bin/a.rs", "another a");
        assert_eq!((folder.look(), folder.look()), (changed("bin/a.rs"), NONE));
        fs::remove_file(folder.at("bin/a.rs")).expect("it is removed");
        assert_eq!(folder.look(), NONE);
        assert_eq!((folder.look(), folder.look()), (changed("bin/a.rs"), NONE));
        folder.write("bin/a.rs", "a");
        assert_eq!((folder.look(), folder.look()), (changed("bin/a.rs"), NONE));
        fs::remove_file(folder.at("bin/a.rs")).expect("it is removed");
        assert_eq!(folder.look(), NONE, "an editor puts it away");
        folder.write("bin/a.rs", "a");
        let [changed, touched] = folder.look();
        assert!(changed.is_empty() && touched.len() <= 1, "{changed:?}");
    }
}

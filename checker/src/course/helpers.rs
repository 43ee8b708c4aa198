//! Whether the helpers in `src/` are as the course has them. A student may change them, and then a mistake can stand
//! there instead of in a program.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::course::layout::{root, sources_in};

/// Each file with the hash of its content, a line for each. `make texts` writes it.
const LIST: &str = include_str!("helpers.txt");

/// The files of the helpers that differ from the course's, are missing, or are new.
pub fn changed() -> Vec<String> {
    differing(LIST, &list(&root()))
}

/// The list of the helpers of the course in this folder.
pub fn list(root: &Path) -> String {
    let files = sources(root);
    files.iter().map(|(file, text)| format!("{:016x} {file}\n", hash(text))).collect()
}

/// The helpers of the course in this folder: each file, `src/text.rs` for example, with what is in it.
pub fn sources(root: &Path) -> BTreeMap<String, String> {
    let named = |(path, content): (PathBuf, Vec<u8>)| {
        let path = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        (path, String::from_utf8(content).unwrap_or_default()) // cargo will complain of that
    };
    sources_in(&root.join("src")).into_iter().map(named).collect()
}

/// The files that are not the same in both lists.
fn differing(one: &str, other: &str) -> Vec<String> {
    let files = |list: &str| -> BTreeMap<String, String> {
        let lines = list.lines().filter_map(|line| line.split_once(' '));
        lines.map(|(hash, file)| (file.to_string(), hash.to_string())).collect()
    };
    let (one, other) = (files(one), files(other));
    let mut all: Vec<String> = one.keys().chain(other.keys()).cloned().collect();
    all.sort();
    all.dedup();
    all.retain(|file| one.get(file) != other.get(file));
    all
}

/// The same for the same text on every machine and with every Rust (64-bit FNV-1a). Line ends do not count: Git may
/// change them.
fn hash(text: &str) -> u64 {
    let bytes = text.bytes().filter(|byte| *byte != b'\r');
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_differs_is_missing_or_is_new_is_named() {
        let differing = differing(
            "1 src/a.rs\n2 src/b.rs\n3 src/c.rs\n",
            "1 src/a.rs\n7 src/b.rs\n4 src/d.rs\n",
        );
        assert_eq!(differing, ["src/b.rs", "src/c.rs", "src/d.rs"]);
    }

    #[test]
    fn the_hash_is_the_one_that_others_know_and_line_ends_do_not_count() {
        assert_eq!(hash("foobar"), 0x8594_4171_f739_67e8);
        assert_eq!(hash("foo\r\nbar\r\n"), hash("foo\nbar\n"));
    }
}

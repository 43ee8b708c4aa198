//! Takes the room's own source, and puts in place of the standard library's threads, locks, clock and sockets those
//! of `src/fake`, which a scheduler decides about. Then does the same for each mutant.

use std::path::{Path, PathBuf};
use std::{env, fs};

#[path = "src/mutants.rs"]
mod mutants;

/// The room's source files, and what they are called beside each other.
const SOURCES: [(&str, &str); 3] =
    [("room.rs", "room.rs"), ("room/log.rs", "log.rs"), ("room/queue.rs", "queue.rs")];

/// What stands for what. Besides, the log is made so short that a few lines fill it, and a few are much.
const REPLACED: [(&str, &str); 9] = [
    ("use crate::", "use crate::fake::"),
    ("use std::net::", "use crate::fake::net::"),
    ("use std::sync::", "use crate::fake::sync::"),
    ("use std::thread", "use crate::fake::thread"),
    ("use std::time::", "use crate::fake::time::"),
    ("use rustix::", "use crate::fake::rustix::"),
    ("const LONGEST: usize = 1024 * 1024;", "const LONGEST: usize = 512;"),
    ("const PIECE: usize = 64 * 1024;", "const PIECE: usize = 32;"),
    ("const MUCH: usize = 1024 * 1024;", "const MUCH: usize = 200;"),
];

fn main() {
    let source = Path::new("../../src");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/mutants.rs");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let mut files: Vec<(&str, String)> = Vec::new();
    for (path, name) in SOURCES {
        let path = source.join(path);
        println!("cargo::rerun-if-changed={}", path.display());
        let text = fs::read_to_string(path).expect("the room's source");
        let (source, _tests) = text.split_once("#[cfg(test)]").unwrap_or((&text, ""));
        files.push((name, source.to_string()));
    }
    for (old, _) in REPLACED {
        let is_there = files.iter().any(|(_, text)| text.contains(old));
        assert!(is_there, "nothing to replace in the room: {old:?}");
    }
    let mut versions = write(&out, "original", &files);
    let mut tests = String::new();
    for mutant in mutants::MUTANTS {
        let mut changed = files.clone();
        for (_, text) in changed.iter_mut().filter(|(name, _)| *name == mutant.file) {
            let count = text.matches(mutant.from).count();
            assert_eq!(count, 1, "{}: what it changes must be there, once", mutant.name);
            *text = text.replace(mutant.from, mutant.to);
        }
        let name = mutant.name;
        versions += &write(&out, name, &changed);
        tests += &format!("#[test]\nfn {name}() {{ is_noticed::<versions::{name}::Room>(); }}\n");
    }
    fs::write(out.join("tests.rs"), tests).expect("the tests of the mutants");
    fs::write(out.join("versions.rs"), versions).expect("the list of versions");
}

/// Writes one version of the room, and gives the lines that make it a module.
fn write(out: &Path, name: &str, files: &[(&str, String)]) -> String {
    let folder = out.join(name);
    fs::create_dir_all(&folder).expect("a folder");
    for (file, text) in files {
        let mut text = text.clone();
        for (old, new) in REPLACED {
            text = text.replace(old, new);
        }
        fs::write(folder.join(file), text).expect("the changed source");
    }
    let path = folder.join("room.rs");
    format!("#[path = {path:?}]\npub mod {name};\ncrate::version!({name});\n")
}

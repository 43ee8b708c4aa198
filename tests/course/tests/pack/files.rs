//! Which files of the student's go along, and which cannot.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;

use course_tests::copy::Copy;

use crate::{empty_folder, files_in, pack, refuses};

/// A program that takes in a file by this line.
fn takes_in(copy: &Copy, line: &str) {
    let source = fs::read_to_string(copy.exercise("ex2_server")).expect("a program");
    let code: Vec<&str> = source.lines().filter(|line| !line.starts_with("//!")).collect();
    let source = format!("#![allow(dead_code)]\n{line}\n{}\n", code.join("\n"));
    fs::write(copy.exercise("ex2_server"), source).expect("it is written");
    let library = "//! Shared.\npub fn nothing() {}\n";
    fs::write(copy.exercises().join("src/lib.rs"), library).expect("it is written");
}

#[test]
fn the_students_other_files_go_along_with_their_names() {
    let (copy, place) = (Copy::of_the_course(), empty_folder());
    takes_in(
        &copy,
        "#[path = \"größe und mehr.rs\"]\nmod words;\nconst TEXT: &str = include_str!(\"../../deep/text.txt\");",
    );
    fs::write(copy.exercise("größe und mehr"), "pub mod deeper;").expect("it is written");
    fs::create_dir_all(copy.exercises().join("src/bin/words")).expect("it is made");
    fs::write(copy.exercises().join("src/bin/deeper.rs"), "").expect("it is written");
    fs::create_dir_all(copy.exercises().join("deep")).expect("it is made");
    fs::write(copy.exercises().join("deep/elsewhere.txt"), "text").expect("it is written");
    symlink("elsewhere.txt", copy.exercises().join("deep/text.txt")).expect("a link");
    fs::write(copy.exercises().join("src/bin/not_used.rs"), "").expect("it is written");
    pack(&copy, "ex2", place.path()).with(0);
    let folder = place.path().join("assignment-1_Ada.Lovelace.58-1234");
    let files = files_in(&folder);
    for expected in
        ["src/bin/größe und mehr.rs", "src/bin/deeper.rs", "deep/text.txt", "src/lib.rs"]
    {
        assert!(files.contains_key(expected), "no {expected}: {:?}", files.keys());
    }
    assert!(!files.contains_key("src/bin/not_used.rs"), "{:?}", files.keys());
    assert!(!folder.join("deep/text.txt").is_symlink());
    assert!(
        files["Cargo.toml"].contains("[lib]\nname = \"exercises\"\n"),
        "{}",
        files["Cargo.toml"]
    );
}

#[test]
fn what_is_not_in_the_students_folder_or_cannot_be_named_everywhere_is_refused() {
    let (copy, place) = (Copy::of_the_course(), empty_folder());
    let exercises = copy.exercises();
    let solved = fs::read_to_string(copy.exercise("ex2_server")).expect("a program");
    for (line, file, expected) in [
        (
            "#[path = \"../../../solutions/src/bin/ex1_server.rs\"]\nmod theirs;",
            "",
            "which is not in exercises/",
        ),
        ("#[path = \"../../../src/ports.rs\"]\nmod theirs;", "", "which is not in exercises/"),
        ("const X: &str = include_str!(\"/etc/hosts\");", "", "/etc/hosts is not in exercises/"),
        (
            "#[path = \"a:b.rs\"]\nmod words;",
            "src/bin/a:b.rs",
            "exercises/src/bin/a:b.rs needs another name",
        ),
        (
            "#[path = \"nul.rs\"]\nmod words;",
            "src/bin/nul.rs",
            "no file is called \"nul.rs\" on every system",
        ),
        (
            "#[path = \"back\\\\slash.rs\"]\nmod words;",
            "src/bin/back\\slash.rs",
            "needs another name",
        ),
        ("#[path = \"line\\nbreak.rs\"]\nmod words;", "src/bin/line\nbreak.rs", "cannot be read"),
        (
            "const X: &str = include_str!(\"../../readme.md\");",
            "readme.md",
            "in the way of README.md",
        ),
        (
            "const X: &str = include_str!(\"../../chatlings\");",
            "chatlings",
            "in the way of chatlings/",
        ),
    ] {
        takes_in(&copy, line);
        if !file.is_empty() {
            fs::write(exercises.join(file), "// words").expect("it is written");
        }
        refuses(&pack(&copy, "ex2", place.path()), 2, expected);
        if !file.is_empty() {
            fs::remove_file(exercises.join(file)).expect("it is removed");
        }
        fs::write(copy.exercise("ex2_server"), &solved).expect("it is written");
    }
    let program = copy.exercise("ex2_server");
    fs::remove_file(&program).expect("it is removed");
    symlink("../../../solutions/src/bin/ex2_server.rs", &program).expect("a link");
    refuses(
        &pack(&copy, "ex2", place.path()),
        2,
        "is not in exercises/, so it cannot be handed in",
    );
    fs::remove_file(&program).expect("it is removed");
    fs::create_dir(&program).expect("it is made");
    refuses(&pack(&copy, "ex2", place.path()), 2, "ex2_server.rs is not a file that can be read");
    fs::remove_dir(&program).expect("it is removed");
    assert_eq!(files_in(place.path()), BTreeMap::new());
}

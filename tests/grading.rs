//! What a grader does, in a copy of the course: another `exercises/src/bin`, and `cargo test`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The folder of the copy, and of what is built from it. Both are kept: the next time, only what has changed
/// is copied and built again.
fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("grading").join(name)
}

/// A copy of the course's files, with the worked programs in the place of the exercises.
fn copy_of_the_course() -> PathBuf {
    let copy = folder("course");
    for name in [".cargo", "benches", "checker", "proto", "solutions", "src", "tests"] {
        copy_folder(&root().join(name), &copy.join(name));
    }
    for name in ["Cargo.toml", "Cargo.lock", "Makefile", "README.md", "build.rs"] {
        copy_file(&root().join(name), &copy.join(name));
    }
    copy_file(&root().join("exercises/Cargo.toml"), &copy.join("exercises/Cargo.toml"));
    copy_folder(&root().join("solutions/src/bin"), &copy.join("exercises/src/bin"));
    copy
}

/// Makes one folder like the other.
fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder is made");
    for entry in fs::read_dir(to).expect("a folder is read") {
        let old = entry.expect("an entry").path();
        match from.join(old.file_name().expect("a name")) {
            source if source.exists() => {}
            _ if old.is_dir() => fs::remove_dir_all(old).expect("a folder is removed"),
            _ => fs::remove_file(old).expect("a file is removed"),
        }
    }
    for entry in fs::read_dir(from).expect("a folder is read") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        match entry.file_type().expect("a type").is_dir() {
            true => copy_folder(&entry.path(), &target),
            false => copy_file(&entry.path(), &target),
        }
    }
}

/// Copies a file that has changed. One that has not keeps its time, by which cargo sees that it is the same.
fn copy_file(from: &Path, to: &Path) {
    let content = fs::read(from).expect("a file is read");
    if fs::read(to).is_ok_and(|old| old == content) {
        return;
    }
    fs::create_dir_all(to.parent().expect("a folder")).expect("a folder is made");
    fs::write(to, content).expect("a file is written");
}

/// Runs `cargo test` in the copy.
fn test(copy: &Path, arguments: &[&str]) -> (String, bool) {
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(copy).arg("test").args(arguments).env("CARGO_TARGET_DIR", folder("target"));
    command.env_remove("CARGO_MANIFEST_DIR").env_remove("STARTERS").env_remove("RUST_BACKTRACE");
    let Output { status, stdout, stderr } = command.output().expect("cargo runs");
    let text = format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    (text, status.success())
}

/// The two in one test, since they share what they build.
#[test]
fn solved_exercises_are_all_green_and_a_type_error_costs_its_own_checks_only() {
    let copy = copy_of_the_course();
    let exercises = copy.join("exercises/src/bin");
    for arguments in [&["--test", "steps", "exercises::"][..], &["--test", "course"]] {
        let (text, is_green) = test(&copy, arguments);
        assert!(is_green, "{text}");
        assert_eq!(text.matches(" 0 failed; 0 ignored;").count(), 1, "{text}");
    }

    let path = exercises.join("ex2_client.rs");
    let source = fs::read_to_string(&path).expect("the program is read");
    fs::write(&path, source.replace("[0; 1024]", "\"text\"")).expect("the program is written");
    let (text, is_green) = test(&copy, &["--test", "steps", "exercises::"]);
    assert!(!is_green, "{text}");
    assert!(text.contains("error[E0308]: mismatched types"), "{text}");
    let failed: Vec<&str> = text.lines().filter(|line| line.ends_with("... FAILED")).collect();
    let expected = [
        "test exercises::ex2::a_client_without_a_server_says_so",
        "test exercises::ex2::the_client_sends_what_was_typed_and_shows_the_reply",
        "test exercises::ex2::the_client_shows_a_reply_that_has_no_newline",
    ];
    assert_eq!(failed.len(), expected.len(), "{text}");
    assert!(
        expected.iter().all(|name| failed.iter().any(|line| line.starts_with(name))),
        "{failed:?}"
    );
}

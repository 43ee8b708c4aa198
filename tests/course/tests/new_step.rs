//! A step that an instructor adds to a copy of the course, with `cargo step new`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use course_tests::copy::Copy;
use course_tests::play::STEPS;
use course_tests::read;
use course_tests::run::Ended;

/// All that lies in the copy, but for what is built, each file with what is in it.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("a folder is read") {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true if path.ends_with("target") => {}
            true => files.extend(self::files(&path)),
            false => drop(files.insert(path.clone(), fs::read(&path).expect("a file is read"))),
        }
    }
    files
}

/// The verdicts of a step, by the ids of its checks.
fn verdicts(output: &Ended) -> Vec<(String, String)> {
    let text = |value: &serde_json::Value| value.as_str().expect("a text").to_string();
    output.checks().iter().map(|check| (text(&check["id"]), text(&check["verdict"]))).collect()
}

fn of(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(id, verdict)| (id.to_string(), verdict.to_string())).collect()
}

/// What CONTRIBUTING.md says of each file that is touched for a step by hand: its path, and what is written there.
fn by_hand() -> Vec<(String, String)> {
    let text = read("CONTRIBUTING.md");
    let (_, text) = text.split_once("## By hand\n").expect("a section");
    let (text, _) = text.split_once("\nThen:\n").expect("an end");
    let mut files: Vec<(String, String)> = Vec::new();
    let mut fence = None;
    for line in text.lines() {
        let line = line.strip_prefix("   ").unwrap_or(line);
        match (&fence, files.last_mut()) {
            (None, _) if line.starts_with(|c: char| c.is_ascii_digit()) => {
                let path = line.split('`').nth(1).expect("a path");
                files.push((path.to_string(), String::new()));
            }
            (None, _) if line.starts_with("```") => {
                fence = Some(line.trim_end_matches(char::is_alphabetic).to_string());
            }
            (Some(end), _) if line == end => fence = None,
            (Some(_), Some((_, content))) => *content += &format!("{line}\n"),
            _ => {}
        }
    }
    files
}

/// Writes them as a person does.
fn write_by_hand(root: &Path) {
    let files = by_hand();
    assert_eq!(files.len(), 6, "{files:?}");
    for (path, content) in files {
        let path = root.join(path);
        let old = fs::read_to_string(&path).unwrap_or_default();
        let new = match path.file_name().and_then(|name| name.to_str()) {
            Some("course.toml") => {
                let handouts = "\n# The handouts are written for Python";
                old.replace(handouts, &format!("\n{content}{handouts}"))
            }
            Some("README.md") => {
                old.replace("\n# How fast it is\n", &format!("\n{content}# How fast it is\n"))
            }
            Some("en.toml") => old.clone() + &content,
            _ => content,
        };
        assert!(old.is_empty() || old != new, "{}: nothing was added", path.display());
        fs::write(path, new).expect("it is written");
    }
}

/// All in one test: the checker of the copy is built once, with a step that was made by hand and one by the command.
#[test]
fn a_new_step_is_whole_its_solution_passes_and_its_starter_is_to_do() {
    let copy = Copy::kept_as("new_step");
    for program in STEPS.iter().flat_map(|step| step.programs) {
        let starter = copy.root().join("starters").join(format!("{program}.rs"));
        fs::copy(starter, copy.exercise(program)).expect("it is copied");
    }
    let pair = ["new", "tt", "3.2 a TCP pair", "--programs", "client,server", "--behind", "ex4"];
    let written = copy.step(&pair).with(0);
    assert!(written.stdout.contains("+ exercises/src/bin/tt_client.rs "), "{written}");
    write_by_hand(copy.root());
    copy.cargo(&["fmt", "--all", "--check"]).with(0);

    // As `make texts` does. The rest of `make update` plays all steps; what it writes, tests compare.
    for filters in [&["the_steps_are_listed"][..], &["the_list", "the_texts", "the_exercises_are"]]
    {
        let lists = ["test", "-p", "course-tests", "--test", "course", "--"];
        copy.cargo_with(&[("UPDATE_LISTS", "1")], &[&lists[..], filters].concat()).with(0);
    }
    let check = |step: &str, options: &[&str], expected: &[(&str, &str)]| {
        let output = copy.cargo(&[&["step", "check", step, "--json"], options].concat()).with(0);
        assert_eq!(verdicts(&output), of(expected), "{output}");
    };
    check("ts", &["--solutions"], &[("tells_the_time", "passes")]);
    check("ts", &[], &[("tells_the_time", "to do")]);
    check("tt", &["--solutions"], &[("sends_it_back", "passes"), ("shows_each_reply", "passes")]);
    check("tt", &[], &[("sends_it_back", "to do"), ("shows_each_reply", "to do")]);
    let listed = copy.cargo(&["step", "list"]).with(0).stdout;
    let place =
        |id: &str| listed.find(&format!(" {id} ")).unwrap_or_else(|| panic!("no {id}: {listed}"));
    assert!(place("ex4") < place("tt") && place("tt") < place("ms1"), "{listed}");
    assert!(place("ms3") < place("ts"), "{listed}");

    // What `make lint` says.
    let lint = ["test", "-p", "course-tests", "--test", "course"];
    let course = copy.cargo_with(&[("STARTERS", "untouched")], &lint).with(0);
    for asked in [
        "README.md:",
        "checker/texts/en.toml:",
        "exercises/src/bin/tt_server.rs:",
        "exercises/src/bin/tt_client.rs:",
        "checker/src/course/scenes/tt.rs:",
        "checks of tt for --pair",
    ] {
        assert!(course.stderr.contains(&format!("asked for: {asked}")), "{asked}: {course}");
    }
    assert!(!course.stderr.contains("ts_server"), "{course}");
}

#[test]
fn what_cannot_be_added_is_refused_in_one_line_and_nothing_is_written() {
    let copy = Copy::of_the_course();
    let before = files(copy.root());
    for (id, title, reason) in [
        ("ex1", "3.1 a time server", "there is such a step already, 1.1 a server for one message"),
        ("3ts", "3.1 a time server", "it has to be lower-case letters, and digits behind them"),
        ("Ts", "3.1 a time server", "it has to be lower-case letters"),
        ("t1s", "3.1 a time server", "it has to be lower-case letters"),
        ("../a", "3.1 a time server", "it has to be lower-case letters"),
        ("timeserver", "3.1 a time server", "it is longer than 8 characters"),
        ("test", "3.1 a time server", "make or Rust has another meaning for it"),
        ("mod", "3.1 a time server", "make or Rust has another meaning for it"),
        ("common", "3.1 a time server", "checker/src/course/scenes/common.rs exists"),
        ("pair", "3.1 a time server", "checker/src/course/scenes/pair exists"),
        ("growth", "3.1 a time server", "docs/growth.svg exists"),
        ("ts", "1.1 A server for one message", "ex1 has it"),
        ("ts", "", "it has no words"),
        ("ts", "3.1 a\ntime server", "'\\n' cannot stand in it"),
        ("ts", &"x".repeat(51), "it is longer than 50 characters"),
    ] {
        let refused = copy.step(&["new", id, title]).with(2);
        assert!(
            refused.stderr.contains(reason) && refused.stderr.lines().count() == 1,
            "{refused}"
        );
    }
    // Something is in the way of the last file, or is not as it was.
    let manifest = copy.root().join("solutions/Cargo.toml");
    let text = fs::read_to_string(&manifest).expect("it is read");
    fs::write(&manifest, text.replace("# Made from the table", "# Made from a table"))
        .expect("it is written");
    let refused = copy.step(&["new", "ts", "3.1 a time server"]).with(2);
    assert!(refused.stderr.contains("solutions/Cargo.toml: a line is missing"), "{refused}");
    fs::write(&manifest, text).expect("it is written");
    assert!(before == files(copy.root()), "something was written");
}

//! A step that an instructor adds to a copy of the course, with `cargo step new`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use course_tests::copy::Copy;
use course_tests::play::{STEPS, Starter};
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

/// All in one test: the checker of the copy is built once.
#[test]
fn a_new_step_is_whole_its_solution_passes_and_its_starter_is_to_do() {
    let copy = Copy::of_the_course();
    let copy = copy.another();
    for program in STEPS.iter().flat_map(|step| step.programs) {
        let starter = copy.root().join("starters").join(format!("{program}.rs"));
        fs::copy(starter, copy.exercise(program)).expect("it is copied");
    }
    let written = copy.step(&["new", "ts", "3.1 a time server", "--port", "8013"]).with(0);
    assert!(written.stdout.contains("+ exercises/src/bin/ts_server.rs "), "{written}");
    let pair =
        ["new", "tt", "3.2 a TCP \"pair\"", "--programs", "client,server", "--behind", "ex4"];
    let refused = copy.step(&pair).with(2);
    assert!(refused.stderr.contains("'\"' cannot stand in it"), "{refused}");
    // The checker of the copy knows `ts` only when it is built again, and then both are built at once.
    let pair = ["new", "tt", "3.2 a TCP pair", "--programs", "client,server", "--behind", "ex4"];
    copy.step(&pair).with(0);
    copy.cargo(&["fmt", "--all", "--check"]).with(0);

    let solved = copy.cargo(&["step", "check", "ts", "--solutions", "--json"]).with(0);
    assert_eq!(verdicts(&solved), of(&[("sends_it_back", "passes")]), "{solved}");
    let to_do = copy.cargo(&["step", "check", "ts", "--json"]).with(0);
    assert_eq!(verdicts(&to_do), of(&[("sends_it_back", "to do")]), "{to_do}");
    let solved = copy.cargo(&["step", "check", "tt", "--solutions", "--json"]).with(0);
    let both = |verdict| of(&[("sends_it_back", verdict), ("shows_each_reply", verdict)]);
    assert_eq!(verdicts(&solved), both("passes"), "{solved}");
    let to_do = copy.cargo(&["step", "check", "tt", "--json"]).with(0);
    assert_eq!(verdicts(&to_do), both("to do"), "{to_do}");
    let listed = copy.cargo(&["step", "list"]).with(0).stdout;
    let place =
        |id: &str| listed.find(&format!(" {id} ")).unwrap_or_else(|| panic!("no {id}: {listed}"));
    assert!(
        place("ex4") < place("tt") && place("tt") < place("ms1") && place("ms3") < place("ts"),
        "{listed}"
    );
    let source = fs::read_to_string(copy.exercise("ts_server")).expect("it is read");
    assert!(Starter::of(&source).is_whole(), "{source}");

    // The rest of `make update` plays all steps; what it writes is compared by the tests that it runs.
    let update = |filter: &[&str]| {
        let command = [&["test", "-p", "course-tests", "--test", "course"], filter].concat();
        copy.cargo(&command)
    };
    let course = update(&[]).with(0);
    for asked in [
        "README.md:",
        "checker/texts/en.toml:",
        "exercises/src/bin/ts_server.rs:",
        "checks of tt for --pair",
    ] {
        assert!(course.stderr.contains(&format!("asked for: {asked}")), "{asked}: {course}");
    }
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

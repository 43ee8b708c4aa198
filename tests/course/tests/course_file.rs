//! The course file: what stands in it is what is asked, listed, played and graded, and where it is wrong, that is told.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use course_tests::copy::Copy;
use course_tests::follow::followed;
use course_tests::play::{STEPS, Step, find};
use course_tests::root;
use course_tests::run::{Ended, checker, run, step};
use serde_json::{Value, json};
use tempfile::{NamedTempFile, TempDir};

/// A course file of a class.
fn class(text: &str) -> NamedTempFile {
    let file = NamedTempFile::new().expect("a file is made");
    fs::write(file.path(), text).expect("it is written");
    file
}

/// What the checker says, to a class with this course file.
fn in_class(text: &str, arguments: &[&str]) -> Ended {
    let file = class(text);
    run(checker().arg("--course").arg(file.path()).args(arguments))
}

/// The checks of 1.1, played with the reference solution.
fn solved(text: &str) -> Ended {
    in_class(text, &["check", "ex1", "--solutions", "--json"]).with(0)
}

fn check<'a>(checks: &'a [Value], id: &str) -> &'a Value {
    let found = checks.iter().find(|check| check["id"] == id);
    found.unwrap_or_else(|| panic!("there is no {id}: {checks:#?}"))
}

fn ex1() -> &'static Step {
    find("ex1").expect("the step is there")
}

// ── what it says is so ───────────────────────────────────────────────────────────────────────────

#[test]
fn points_and_titles_are_those_of_the_course_file() {
    const FILE: &str = "[steps.ex1]\npoints = 7\ntitle = \"1.1 something else\"";
    let list = in_class(FILE, &["list"]).with(0);
    assert_eq!(list.standing_of("ex1"), "0 of 7 untouched");
    assert!(list.stdout.contains("1.1 something else"), "{list}");
    assert_eq!(list.standing_of("ex2"), step(&["list"]).standing_of("ex2"));

    let played = solved(FILE).json();
    assert_eq!((&played["points"], &played["max"]), (&json!(7.0), &json!(7)), "{played:#}");
    assert_eq!(played["steps"][0]["title"], "1.1 something else");

    let page = TempDir::new().expect("a folder");
    let path = page.path().join("page.html");
    let path = path.to_str().expect("text");
    in_class(FILE, &["report", "ex1", "--solutions", "--output", path]).with(0);
    let page = fs::read_to_string(path).expect("it is written");
    assert!(page.contains("7 of 7 points") && page.contains("1.1 something else"), "{page}");
}

#[test]
fn a_check_has_the_share_that_the_course_file_gives_it() {
    let before = solved("").checks();
    let checks = solved("[steps.ex1.checks.a_taken_port]\nworth = 100").checks();
    let max = |checks: &[Value], id: &str| check(checks, id)["max"].as_f64().expect("a number");
    assert!(max(&before, "a_taken_port") < 0.5, "{before:#?}");
    assert!(max(&checks, "a_taken_port") > 1.5, "{checks:#?}");
    let sum: f64 = checks.iter().filter_map(|check| check["max"].as_f64()).sum();
    assert!((sum - f64::from(ex1().points)).abs() < 1e-6, "{sum}");
}

#[test]
fn a_bonus_may_count_and_another_check_may_be_one() {
    let file =
        "[steps.ex1.checks]\nbytes_that_are_no_text.bonus = false\na_taken_port.bonus = true";
    let checks = solved(file).checks();
    let of = |id| (check(&checks, id)["bonus"].clone(), check(&checks, id)["points"].as_f64());
    let (is_bonus, points) = of("bytes_that_are_no_text");
    assert!(is_bonus == false && points > Some(0.0), "{checks:#?}");
    assert_eq!(of("a_taken_port"), (json!(true), Some(0.0)));
}

#[test]
fn a_bonus_on_top_lets_the_points_exceed_the_most_of_the_step() {
    const FILE: &str = "[steps.ex1.checks.bytes_that_are_no_text]\nextra = 3";
    let played = solved(FILE).json();
    assert_eq!((&played["points"], &played["max"]), (&json!(5.0), &json!(2)), "{played:#}");
    let checks = solved(FILE).checks();
    let bonus = check(&checks, "bytes_that_are_no_text");
    let of = |key: &str| bonus[key].clone();
    assert_eq!([of("bonus"), of("extra"), of("max")], [json!(true), json!(3), json!(0.0)]);
    assert!(check(&checks, "a_taken_port").get("extra").is_none(), "it has none: {checks:#?}");

    let shown = in_class(FILE, &["check", "ex1", "--solutions"]).with(0);
    assert!(shown.stdout.contains("5 of 2 points"), "{shown}");
    assert!(shown.stdout.contains("bonus +3"), "{shown}");
}

#[test]
fn a_check_that_is_off_is_not_played_and_the_others_share_its_points() {
    let played = solved("[steps.ex1.checks.prints_the_message_and_ends]\noff = true");
    let checks = played.checks();
    assert_eq!(checks.len(), ex1().checks.len() - 1, "{checks:#?}");
    assert!(checks.iter().all(|check| check["id"] != "prints_the_message_and_ends"), "{checks:#?}");
    assert_eq!(played.json()["points"], 2.0);
}

#[test]
fn who_sees_a_check_is_in_the_document_only_if_the_course_file_says_it() {
    let checks =
        solved("[steps.ex1.checks.a_taken_port]\nvisibility = \"after_due_date\"").checks();
    assert_eq!(check(&checks, "a_taken_port")["visibility"], "after_due_date");
    let others = checks.iter().filter(|check| check.get("visibility").is_none());
    assert_eq!(others.count(), checks.len() - 1, "{checks:#?}");
}

#[test]
fn a_handout_has_the_name_and_the_folder_of_the_course_file() {
    let file = "[steps.ex1]\nhandout = \"homework-3\"\n\n\
                [handouts.homework-3]\ntitle = \"Homework 3\"\nfolder = \"hw3-{number}\"\nwants = [\"report\"]";
    let help = in_class(file, &["pack", "--help"]).with(0);
    let row = help.stdout.lines().find(|line| line.contains("hw3-NUMBER"));
    assert!(
        row.is_some_and(|row| row.starts_with("  ex1 ") && row.contains("with a report")),
        "{help}"
    );
}

#[test]
fn the_class_is_chosen_by_the_environment_too_and_is_part_of_a_command_that_plays_again() {
    let file = class("[steps.ex1]\npoints = 7");
    let by_environment = run(checker().env("CHATLINGS_COURSE", file.path()).arg("list")).with(0);
    assert_eq!(by_environment.standing_of("ex1"), "0 of 7 untouched");
    let none = run(checker().env("CHATLINGS_COURSE", "").arg("list")).with(0);
    assert_eq!(none.standing_of("ex1"), "0 of 2 untouched");

    let arguments =
        ["check", "ex1", "prints_the_message_and_ends", "--server", "false", "--course"];
    let failed = run(checker().args(arguments).arg(file.path())).with(1);
    assert!(failed.stdout.replace("\\\n    ", "").contains("--course /"), "{failed}");
}

#[test]
fn the_file_of_the_course_itself_is_read_at_each_run_and_may_be_missing() {
    let copy = Copy::of_the_course();
    const EX1: &str = "[steps.ex1]\npoints = 2";
    let path = copy.root().join("course.toml");
    let own = fs::read_to_string(&path).expect("it is read");
    let list = || copy.step(&["list"]);
    fs::write(&path, own.replacen(EX1, "[steps.ex1]\npoints = 8", 1)).expect("it is written");
    assert!(list().with(0).standing_of("ex1").contains("of 8"), "{}", list());
    fs::remove_file(&path).expect("it is removed");
    assert!(list().with(0).standing_of("ex1").contains("of 2"), "{}", list());
    fs::write(&path, own.replacen(EX1, "[steps.ex1]\npionts = 2", 1)).expect("it is written");
    assert!(list().with(2).stderr.starts_with("error: course.toml:"), "{}", list());
    fs::write(&path, own).expect("it is written");
}

/// `cargo test` of a grader.
#[test]
fn cargo_test_has_the_checks_of_the_course_file() {
    let copy = Copy::of_the_course();
    let tests_of = |text: &str| {
        let file = class(text);
        let variable = format!("env.CHATLINGS_COURSE={:?}", file.path());
        copy.cargo(&["test", "--config", &variable, "--test", "steps", "--", "--list"])
    };
    let off = tests_of("[steps.ex1.checks.a_taken_port]\noff = true").with(0);
    assert!(off.stdout.contains("exercises::ex1::prints_the_message_and_ends"), "{off}");
    assert!(!off.stdout.contains("::ex1::a_taken_port"), "{off}");
    let wrong = tests_of("[steps.ex1]\npionts = 2");
    assert!(wrong.stderr.contains(":2: there is no key \"pionts\" here"), "{wrong}");
    assert_ne!(wrong.code, Some(0), "{wrong}");
}

// ── what is wrong in it is told ──────────────────────────────────────────────────────────────────

#[test]
fn what_is_wrong_in_a_course_file_is_one_line_with_its_place_and_what_was_meant() {
    let file = |text: &str| {
        let file = class(text);
        let path = file.path().display().to_string();
        (file, path)
    };
    for (text, expected) in [
        ("[steps.ex1]\npionts = 2", "2: there is no key \"pionts\" here: did you mean \"points\"?"),
        (
            "\n\n[steps.ex1.checks.a_taken_prot]\nworth = 2",
            "3: steps.ex1 has no check \"a_taken_prot\": did you mean \"a_taken_port\"?",
        ),
        ("[steps.ex9]", "1: there is no step \"ex9\": did you mean "),
        (
            "[steps.ex1]\npoints = \"two\"",
            "2: invalid type: string \"two\", expected a whole number",
        ),
        ("[steps.ex1]\nport = 65536", "2: invalid value: integer `65536`, expected a whole number"),
        ("[steps.ex1\npoints = 2", "1: unclosed table"),
        ("[steps.ex1]\npoints = 2\npoints = 3", "3: duplicate key"),
    ] {
        let (_file, path) = file(text);
        let expected = format!("error: {path}:{expected}");
        for arguments in
            [&["list"][..], &["check", "ex1", "--json"], &["pack", "--help"], &["--help"]]
        {
            let ended = step(&[arguments, &["--course", &path]].concat()).with(2);
            assert!(ended.stderr.starts_with(&expected), "{expected}: {ended}");
            assert_eq!((ended.stderr.lines().count(), &*ended.stdout), (1, ""), "{ended}");
        }
    }
}

#[test]
fn a_course_file_that_cannot_be_read_is_told() {
    let folder = TempDir::new().expect("a folder");
    let text = folder.path().join("latin-1.toml");
    fs::write(&text, b"# \xe4").expect("it is written");
    for path in [folder.path().join("missing.toml"), folder.path().to_path_buf(), text] {
        let ended = run(checker().arg("list").arg("--course").arg(&path)).with(2);
        let expected = format!("error: cannot read the course file {}: ", path.display());
        assert!(ended.stderr.starts_with(&expected), "{ended}");
        assert_eq!((ended.stderr.lines().count(), &*ended.stdout), (1, ""), "{ended}");
    }
}

// ── other files follow ───────────────────────────────────────────────────────────────────────────

/// The files that follow when a step is changed like this, from the root of the course.
fn files_that_follow(id: &str, change: impl Fn(&mut Step)) -> BTreeSet<String> {
    let mut steps = STEPS.to_vec();
    steps.iter_mut().filter(|step| step.id == id).for_each(change);
    followed(root(), &steps).into_keys().map(|path| path.display().to_string()).collect()
}

/// What a file would be then.
fn text_that_follows(path: &str, id: &str, change: impl Fn(&mut Step)) -> String {
    let mut steps = STEPS.to_vec();
    steps.iter_mut().filter(|step| step.id == id).for_each(change);
    followed(root(), &steps).remove(&PathBuf::from(path)).unwrap_or_else(|| panic!("{path} stays"))
}

/// The lines that differ, without those that are the same.
fn changed_lines(path: &str, changed: &str) -> Vec<String> {
    let now = fs::read_to_string(root().join(path)).expect("it is read");
    let lines = now.lines().zip(changed.lines()).filter(|(now, changed)| now != changed);
    assert_eq!(now.lines().count(), changed.lines().count(), "{path} is longer or shorter");
    lines.map(|(_, changed)| changed.to_string()).collect()
}

#[test]
fn a_changed_port_changes_the_texts_of_its_step_and_of_no_other() {
    let port = |step: &mut Step| step.port = Some(9123);
    // Beside it, 1.2, 1.4 and others have the same port as 1.1, and milestone 2 that of milestone 0.
    for (id, program, others) in [
        ("ex1", "ex1_server", &["README.md", "tests/foreign/python/ex1_plain/server.py"][..]),
        (
            "ms0",
            "ms0_server",
            &[
                "tests/foreign/python/ms0_plain/client.py",
                "tests/foreign/python/ms0_plain/server.py",
            ],
        ),
    ] {
        let mut expected: BTreeSet<String> = others.iter().map(|path| path.to_string()).collect();
        expected.insert("src/ports.rs".to_string());
        expected.insert(format!("starters/{program}.rs"));
        let found = files_that_follow(id, port);
        let own = format!("exercises/src/bin/{program}.rs"); // unless a student has begun it
        assert_eq!(
            found.iter().filter(|path| **path != own).cloned().collect::<BTreeSet<_>>(),
            expected
        );

        let ports = changed_lines("src/ports.rs", &text_that_follows("src/ports.rs", id, port));
        assert_eq!(ports, [format!("pub const {}: u16 = 9123;", id.to_uppercase())]);
        let starter = format!("starters/{program}.rs");
        let lines = changed_lines(&starter, &text_that_follows(&starter, id, port));
        assert!(lines.len() == 1 && lines[0].contains("telnet 127.0.0.1 9123`"), "{lines:?}");
    }
    let lines = changed_lines("README.md", &text_that_follows("README.md", "ms1", port));
    assert!(lines.len() == 1 && lines[0].contains("`telnet 127.0.0.1 9123`"), "{lines:?}");
}

#[test]
fn the_container_follows_the_port_of_the_program_that_it_runs() {
    let port = |step: &mut Step| step.port = Some(9123);
    let run = "docker run --rm -it -p 9123:9123 chatlings ex4_server --host 0.0.0.0";
    let lines = changed_lines("Dockerfile", &text_that_follows("Dockerfile", "ex4", port));
    assert_eq!(lines, [format!("# {run}"), "EXPOSE 9123".to_string()]);
    let lines = changed_lines("README.md", &text_that_follows("README.md", "ex4", port));
    assert!(lines.contains(&run.to_string()), "{lines:?}");
    assert!(!files_that_follow("ex2", port).contains("Dockerfile"));
}

#[test]
fn a_changed_title_stands_above_its_section_its_runs_and_its_programs() {
    let title = |step: &mut Step| step.title = "1.2 two ends";
    let lines = changed_lines("README.md", &text_that_follows("README.md", "ex2", title));
    assert_eq!(lines[0], "### 1.2 two ends");
    assert!(lines[1..].iter().all(|line| line.starts_with("1.2 two ends · ")), "{lines:?}");
    assert!(lines.len() > 1, "the run has the title of its step");
    for folder in ["starters", "solutions/src/bin"] {
        let path = format!("{folder}/ex2_client.rs");
        let lines = changed_lines(&path, &text_that_follows(&path, "ex2", title));
        assert_eq!(lines, ["//! # 1.2 Two ends: the client"]);
    }
    let is_of_it =
        |path: &String| path.contains("ex2_") || path == "README.md" || path == "src/ports.rs";
    let found = files_that_follow("ex2", title);
    assert!(found.iter().all(is_of_it), "{found:?}");
}

#[test]
fn what_a_student_has_written_does_not_follow() {
    let folder = TempDir::new().expect("a folder");
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("it is made");
        fs::write(path, text).expect("it is written");
    };
    let task = "//! # 1.1 A server for one message\n//! telnet 127.0.0.1 1\n";
    for (program, own) in
        [("ex1_server", task.replace("server", "SERVER")), ("ms0_server", task.to_string())]
    {
        write(&format!("starters/{program}.rs"), task);
        write(&format!("exercises/src/bin/{program}.rs"), &own);
    }
    let changed = followed(folder.path(), &STEPS);
    let follows = |path: &str| changed.contains_key(Path::new(path));
    assert!(follows("starters/ex1_server.rs") && !follows("exercises/src/bin/ex1_server.rs"));
    assert!(follows("starters/ms0_server.rs") && follows("exercises/src/bin/ms0_server.rs"));
}

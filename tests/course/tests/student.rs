//! What a student is shown, in a copy of the course where the exercises are solved.

use std::fs::{self, File};
use std::time::{Duration, SystemTime};

use course_tests::copy::Copy;
use course_tests::play::{STEPS, Step, find};
use course_tests::run::Ended;

/// The line of a step in what `cargo step list` prints.
fn row<'a>(list: &'a Ended, step: &Step) -> &'a str {
    let mut lines = list.stdout.lines();
    lines.find(|line| line.starts_with(step.id)).unwrap_or_else(|| panic!("no row: {list}"))
}

fn ex1() -> &'static Step {
    find("ex1").expect("the step is there")
}

/// The end of its row when it gives all its points.
fn all_points() -> String {
    let points = ex1().points;
    format!("  {points} point{}", if points == 1 { "" } else { "s" })
}

#[test]
fn the_list_says_where_the_student_stands() {
    let copy = Copy::of_the_course();
    let points = all_points();
    let stands = |what: &str| {
        let list = copy.step(&["list"]).with(0);
        assert!(row(&list, ex1()).ends_with(what), "not {what:?}: {list}");
    };
    stands("  not checked yet");
    copy.step(&["check", "ex1"]).with(0);
    stands(&points);
    copy.edit("ex1_server", "fn main", "// edited\nfn main");
    stands(&format!("{points}, changed since"));
    copy.step(&["check", "ex1"]).with(0);
    stands(&points);
    copy.edit("ex1_server", "fn main", "#[cfg(any())]\nfn main");
    copy.step(&["check", "ex1"]).with(1);
    stands("  0 points");
}

#[test]
fn a_damaged_standing_is_as_good_as_none() {
    let copy = Copy::of_the_course();
    copy.step(&["check", "ex1"]).with(0);
    let whole = fs::read(copy.standing()).expect("the standing is kept");
    for damaged in [&whole[..whole.len() / 2], b"", b"[1]", b"{\"ex1\": 7}", b"\xff\xfe"] {
        fs::write(copy.standing(), damaged).expect("the standing is written");
        let list = copy.step(&["list"]).with(0);
        assert_eq!(list.stderr, "", "{list}");
        assert!(!row(&list, ex1()).contains(&all_points()), "{list}");
    }
    copy.step(&["check", "ex1"]).with(0);
    let list = copy.step(&["list"]).with(0);
    assert!(row(&list, ex1()).ends_with(&all_points()), "{list}");
}

#[test]
fn a_step_that_is_done_names_the_next_one() {
    let copy = Copy::of_the_course();
    let next = &STEPS[1];
    let output = copy.step(&["check", "ex1"]).with(0);
    let expected = format!("All checks pass. Next: make {} ({})", next.id, next.title);
    assert_eq!(output.stdout.lines().last(), Some(&*expected), "{output}");
}

#[test]
fn the_compilers_warnings_about_a_program_are_shown_to_those_who_check_its_step() {
    let copy = Copy::of_the_course();
    copy.edit("ex1_server", "fn main", "const UNUSED: u8 = 1;\n\nfn main");
    let warning = "warning: constant `UNUSED` is never used";
    let output = copy.step(&["check", "ex1"]).with(0);
    assert!(output.stdout.starts_with(warning), "{output}");
    assert!(output.stdout.contains("exercises/src/bin/ex1_server.rs:"), "{output}");
    // The one document of `--json` has no room for them.
    copy.step(&["check", "ex1", "--json"]).with(0).json();
}

#[test]
fn warnings_come_in_the_order_of_the_steps_programs() {
    let copy = Copy::of_the_course();
    for program in ["ex2_server", "ex2_client"] {
        copy.edit(program, "fn main", &format!("const IN_{program}: u8 = 1;\n\nfn main"));
    }
    for _ in 0..4 {
        let output = copy.step(&["check", "ex2"]).with(0);
        let place = |program: &str| output.stdout.find(&format!("`IN_{program}` is never used"));
        let (server, client) = (place("ex2_server"), place("ex2_client"));
        assert!(server.is_some() && server < client, "{output}");
    }
}

#[test]
fn it_is_said_that_cargo_waits_for_another_one() {
    let copy = Copy::of_the_course();
    let blocking = "echo '    Blocking waiting for file lock on package cache' >&2\n".repeat(3);
    let script = format!("{blocking}exec \"$CARGO\" \"$@\"");
    let output = copy.step_with_cargo(&script, &["check", "ex1"]).with(0);
    assert_eq!(output.stderr.matches("cargo waits for another cargo").count(), 1, "{output}");
}

#[test]
fn the_standing_is_of_the_file_that_was_built_and_not_of_one_that_was_saved_meanwhile() {
    let copy = Copy::of_the_course();
    let script = "\"$CARGO\" \"$@\"; status=$?\necho '// saved meanwhile' >>exercises/src/bin/ex1_server.rs\nexit $status";
    copy.step_with_cargo(script, &["check", "ex1"]).with(0);
    let list = copy.step(&["list"]).with(0);
    assert!(row(&list, ex1()).ends_with(&format!("{}, changed since", all_points())), "{list}");
}

#[test]
fn a_file_with_an_old_time_is_judged_by_its_content() {
    let copy = Copy::of_the_course();
    copy.step(&["check", "ex1"]).with(0);
    // As `unzip` and `cp -p` do it: another student's file, which is older than what was built last.
    let path = copy.exercise("ex1_server");
    fs::write(&path, "fn main() {}\n").expect("the program is written");
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    File::open(&path).and_then(|file| file.set_modified(long_ago)).expect("it has an old time");
    let output = copy.step(&["check", "ex1"]).with(1);
    let points = format!("0 of {} points", ex1().points);
    assert!(output.stdout.contains(&points), "{output}");
}

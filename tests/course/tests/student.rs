//! What a student is shown, in a copy of the course where the exercises are solved.

use std::fs::{self, File};
use std::time::{Duration, SystemTime};

use course_tests::copy::Copy;
use course_tests::play::{STEPS, Step, find};
use course_tests::run::Ended;

fn ex1() -> &'static Step {
    find("ex1").expect("the step is there")
}

/// How it stands when it gives all its points.
fn all_points() -> String {
    let points = ex1().points;
    format!("{points} of {points}")
}

/// What the list says of a step.
fn stands(copy: &Copy, step: &Step) -> String {
    copy.step(&["list"]).with(0).standing_of(step.id)
}

#[test]
fn the_list_says_where_the_student_stands() {
    let copy = Copy::of_the_course();
    let points = all_points();
    let stands = || stands(&copy, ex1());
    assert_eq!(stands(), format!("– of {} not checked yet", ex1().points));
    copy.step(&["check", "ex1"]).with(0);
    assert_eq!(stands(), points);
    copy.edit("ex1_server", "fn main", "// edited\nfn main");
    assert_eq!(stands(), format!("{points} changed since"));
    copy.edit("ex1_server", "// edited\nfn main", "fn main");
    assert_eq!(stands(), points, "it is again what was checked");
    copy.edit("ex1_server", "fn main", "// edited\nfn main");
    copy.step(&["check", "ex1"]).with(0);
    assert_eq!(stands(), points);
    copy.edit("ex1_server", "fn main", "#[cfg(any())]\nfn main");
    copy.step(&["check", "ex1"]).with(1);
    assert_eq!(stands(), format!("0 of {}", ex1().points));
    copy.edit("ex1_server", "#[cfg(any())]\nfn main", "fn main() { todo!() }\nfn other");
    assert_eq!(stands(), format!("0 of {} changed since, 1 TODO", ex1().points));
}

#[test]
fn a_library_that_was_changed_changes_the_programs_that_share_it() {
    let copy = Copy::of_the_course();
    copy.step(&["check", "ex1"]).with(0);
    let library = copy.exercises().join("src/lib.rs");
    fs::write(&library, "//! Shared.\n").expect("a file is written");
    assert_eq!(stands(&copy, ex1()), format!("{} changed since", all_points()));
    fs::remove_file(&library).expect("it is removed");
    assert_eq!(stands(&copy, ex1()), all_points());
}

#[test]
fn the_list_has_a_number_for_each_step_a_sum_and_what_to_type_next() {
    let copy = Copy::of_the_course();
    copy.step(&["check", "ex1", "ms0"]).with(0);
    let list = copy.step(&["list"]).with(0);
    let lines: Vec<&str> = list.stdout.lines().collect();
    for (index, (line, step)) in lines.iter().zip(STEPS.iter()).enumerate() {
        let words: Vec<&str> = line.split_whitespace().take(2).collect();
        assert_eq!(words, [&*(index + 1).to_string(), step.id], "{list}");
    }
    let max: u32 = STEPS.iter().map(|step| step.points).sum();
    let sum = ex1().points + find("ms0").expect("the step is there").points;
    assert!(list.stdout.contains(&format!("░  {sum} of {max} points\n")), "{list}");
    let next = format!("Next: make ex2 checks {}", STEPS[1].title);
    assert_eq!(lines.last(), Some(&&*next), "{list}");
    assert!(!list.stdout.contains('\x1b'), "no colours where there is no terminal: {list}");
}

#[test]
fn two_checkers_at_once_lose_nothing_of_where_the_student_stands() {
    let copy = Copy::of_the_course();
    let ids = ["ex1", "ex3"];
    for _ in 0..3 {
        let _ = fs::remove_file(copy.standing());
        let checkers = ids.map(|id| copy.start_step(&["check", id]));
        for mut checker in checkers {
            assert_eq!(checker.wait().expect("it ends").code(), Some(0));
        }
        for step in ids.map(|id| find(id).expect("the step is there")) {
            assert_eq!(stands(&copy, step), format!("{0} of {0}", step.points), "{}", step.id);
        }
    }
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
        assert_eq!(list.standing_of("ex1"), format!("– of {} not checked yet", ex1().points));
    }
    copy.step(&["check", "ex1"]).with(0);
    assert_eq!(stands(&copy, ex1()), all_points());
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
fn the_next_step_is_the_first_that_is_not_complete_and_the_sum_is_of_all_steps() {
    let copy = Copy::of_the_course();
    let ex3 = find("ex3").expect("the step is there");
    let output = copy.step(&["check", "ex3"]).with(0);
    assert!(output.stdout.contains(&format!("Next: make ex1 ({})", ex1().title)), "{output}");
    let sum = |points: u32| {
        let max: u32 = STEPS.iter().map(|step| step.points).sum();
        format!("So far: {points} of {max} points in all steps.")
    };
    assert!(output.stdout.contains(&sum(ex3.points)), "{output}");
    let output = copy.step(&["check", "ex1"]).with(0);
    assert!(output.stdout.contains(&sum(ex1().points + ex3.points)), "{output}");
    assert!(output.stdout.contains("Next: make ex2"), "{output}");
    // Points are those of the programs that lie there.
    copy.edit("ex1_server", "fn main", "// Another student's.\nfn main");
    let output = copy.step(&["check", "ex3"]).with(0);
    assert!(output.stdout.contains(&sum(ex3.points)), "{output}");
}

/// A line of the server of 1.1, without which most of its checks fail.
const SHOWS: &str = "println!(\"{message}\");";

/// The commands that are printed, each as its words.
fn commands_in(output: &Ended) -> Vec<Vec<String>> {
    let text = output.stdout.replace("\\\n", "");
    let commands = text.lines().filter(|line| line.starts_with("  cargo step "));
    commands.map(|command| shell_words::split(command).expect("words")).collect()
}

#[test]
fn a_command_that_is_printed_plays_the_same_again() {
    let copy = Copy::of_the_course();
    copy.edit("ex1_server", SHOWS, "drop(message);");
    let first = copy.step(&["check", "ex1", "--patience", "0.2"]).with(1);
    let commands = commands_in(&first);
    assert_eq!(commands.len(), 2, "{first}");
    let said = |output: &Ended| {
        let line = output.stdout.lines().find(|line| line.contains('→'));
        line.unwrap_or_else(|| panic!("nobody says anything: {output}")).to_string()
    };
    for command in commands {
        let arguments: Vec<&str> = command.iter().skip(2).map(String::as_str).collect();
        let again = copy.step(&arguments).with(1);
        assert_eq!(said(&again), said(&first), "{command:?}: {again}");
        assert!(again.stdout.contains("nothing was printed"), "{again}");
        // And what that prints is the same command.
        assert!(commands_in(&again).contains(&command), "{command:?}: {again}");
    }
}

#[test]
fn a_hint_is_shown_once_and_then_where_it_is() {
    let copy = Copy::of_the_course();
    copy.edit("ex1_server", SHOWS, "drop(message);");
    let check = || copy.step(&["check", "ex1", "--patience", "0.2"]).with(1);
    let (first, second) = (check(), check());
    assert!(first.stdout.contains("Hint 1 of 3: "), "{first}");
    assert!(!second.stdout.contains("Hint 1 of"), "{second}");
    assert!(second.stdout.contains("Hints: cargo step hint ex1\n"), "{second}");
    assert!(copy.step(&["hint", "ex1"]).with(0).stdout.starts_with("Hint 1 of 3"));
}

#[test]
fn what_does_not_compile_comes_first_in_one_row_and_the_rest_is_played() {
    let copy = Copy::of_the_course();
    copy.edit("ex2_client", "fn main", "const WRONG: u8 = \"\";\n\nfn main");
    copy.edit("ex2_server", "fn main", "const UNUSED: u8 = 1;\n\nfn main");
    let output = copy.step(&["check", "ex2"]).with(1);
    let lines: Vec<&str> = output.stdout.lines().collect();
    assert!(lines[1].starts_with("  ✗ ex2_client does not compile"), "{output}");
    assert!(lines[3].starts_with("error[E0308]"), "{output}");
    assert_eq!(output.stdout.matches("does not compile").count(), 1, "{output}");
    assert!(output.stdout.contains("  ✓ the server echoes one message"), "{output}");
    assert!(!output.stdout.contains("UNUSED"), "a warning can wait: {output}");
}

#[test]
fn a_starter_that_is_missing_says_how_to_get_it_back() {
    let copy = Copy::of_the_course();
    let path = copy.exercise("ex1_server");
    fs::remove_file(path).expect("the file is removed");
    let output = copy.step(&["check", "ex1"]).with(0);
    let expected = "  cargo step reset ex1_server\n";
    assert!(output.stdout.contains(expected), "{output}");
    assert!(output.stdout.contains("0 of 2 points, 2 open"), "{output}");
    copy.step(&["check", "ex1", "--strict"]).with(1);
    copy.step(&["reset", "ex1_server"]).with(0);
    assert_eq!(stands(&copy, ex1()), format!("0 of {} untouched", ex1().points));
}

#[test]
fn a_helper_that_was_changed_is_named_when_a_check_fails() {
    let copy = Copy::of_the_course();
    let is_named = |output: &Ended| output.stdout.contains("src/text.rs");
    let output = copy.step(&["check", "ex1"]).with(0);
    assert!(!is_named(&output), "{output}");
    copy.edit_helper("text.rs", "[message, \"\\n\"]", "[message, \"\"]");
    let output = copy.step(&["check", "ex1"]).with(0);
    assert!(!is_named(&output), "nothing has failed: {output}");
    let check = ["check", "ex4", "sends many lines", "--patience", "0.5"];
    let output = copy.step(&check).with(1);
    assert!(output.stdout.contains("src/text.rs differs from the course's"), "{output}");
    assert!(output.stdout.contains("  git checkout -- src/text.rs\n"), "{output}");
    let document = copy.step(&[&check[..], &["--json"]].concat()).with(1).json();
    assert_eq!(document["changed_helpers"], serde_json::json!(["src/text.rs"]));
}

#[test]
fn a_server_that_does_not_use_its_port_is_told_so() {
    let copy = Copy::of_the_course();
    let port = find("ms1").and_then(|step| step.port).expect("it has one");
    let of_the_step = format!("serve::listen(\"127.0.0.1:{port}\")");
    copy.edit("ms1_server", "serve::listen(address)", &of_the_step);
    // Whether or not somebody else has that port at the moment.
    let check = ["check", "ms1", "close_socket", "--patience", "0.5"];
    let output = copy.step(&check).with(1);
    let expected = format!("Look at the address: it uses port {port}, and not the port");
    assert!(output.stdout.contains(&expected), "{output}");
    // A port of its own.
    copy.edit("ms1_server", &of_the_step, &of_the_step.replace(&port.to_string(), "10083"));
    let output = copy.step(&check).with(1);
    assert!(output.stdout.contains("Look at the address:"), "{output}");
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
fn another_program_that_waits_is_told_in_lines_what_is_being_done() {
    let copy = Copy::of_the_course();
    copy.edit("ex1_server", "fn main", "// changed\nfn main");
    let script =
        "echo '    Blocking waiting for file lock on build directory' >&2\nexec \"$CARGO\" \"$@\"";
    let arguments = ["check", "ex1", "--json", "--progress"];
    let output = copy.step_with_cargo(script, &arguments).with(0);
    let checks = ex1().checks.len();
    let lines: Vec<&str> = output.stderr.lines().collect();
    let is_there = |line: &str| lines.iter().any(|it| it.starts_with(line));
    assert!(is_there("lock") && is_there("builds exercises"), "{output}");
    assert!(is_there(&format!("plays 0 {checks}")), "{output}");
    assert_eq!(lines.last(), Some(&&*format!("plays {checks} {checks}")), "{output}");
    assert_eq!(output.checks().len(), checks);
}

#[test]
fn the_standing_is_of_the_file_that_was_built_and_not_of_one_that_was_saved_meanwhile() {
    let copy = Copy::of_the_course();
    // It is saved while it is played: by itself, for which it must not be confined.
    let path = copy.exercise("ex1_server");
    let main = "fn main() -> ExitCode {";
    let save = format!("let _ = std::fs::write({path:?}, \"// saved meanwhile\");");
    copy.edit("ex1_server", main, &format!("{main}\n    {save}"));
    copy.step(&["check", "ex1", "--sandbox", "off"]).with(0);
    assert_eq!(fs::read_to_string(&path).expect("it is read"), "// saved meanwhile");
    assert_eq!(stands(&copy, ex1()), format!("{} changed since", all_points()));
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

//! What a grader does, in a copy of the course: another `exercises/src/bin`, and `cargo test`.

use std::fs;

use course_tests::copy::Copy;
use course_tests::play::{STEPS, Step};
use course_tests::run::Ended;

/// The verdicts of `cargo test`: the lines of its tests of exercises that end like this, without the ends.
fn verdicts<'a>(output: &'a Ended, end: &str) -> Vec<&'a str> {
    let lines = output.stdout.lines().filter(|line| line.ends_with(end));
    lines
        .filter_map(|line| line.strip_prefix("test exercises::")?.split_whitespace().next())
        .collect()
}

/// The names of the checks of a step that are about this program.
fn checks_of(program: &str) -> Vec<String> {
    use course_tests::play::{Role, find};
    let step: &Step = find(&program[..3]).expect("the step is there");
    let is_about = step.checks.iter().filter(|check| check.role == Role::of(program));
    is_about.map(|check| format!("{}::{}", step.id, check.id)).collect()
}

/// The two in one test, since they share what they build.
#[test]
fn solved_exercises_are_all_green_and_broken_ones_cost_their_own_checks_only() {
    let copy = Copy::of_the_course();
    let all: usize = STEPS.iter().map(|step| step.checks.len()).sum();
    let output = copy.cargo(&["test", "exercises::"]).with(0);
    assert_eq!(verdicts(&output, "... ok").len(), all, "{output}");

    // What lies in a student's folder: programs that do not compile or are missing, and a file too many.
    copy.edit("ex2_client", "fn main", "const _: u8 = \"text\";\n\nfn main");
    copy.edit("ms0_server", "fn main", "fn fn main");
    for program in ["ex1_server", "ms3_client"] {
        fs::remove_file(copy.exercise(program)).expect("the program is removed");
    }
    fs::write(copy.exercise("ex1_server (copy)"), "fn mian() {}").expect("a file is written");
    let output = copy.cargo(&["test", "exercises::"]);
    let of = |programs: [&str; 2]| {
        let mut checks: Vec<String> = programs.into_iter().flat_map(checks_of).collect();
        checks.sort();
        checks
    };
    let (broken, missing) = (of(["ex2_client", "ms0_server"]), of(["ex1_server", "ms3_client"]));
    let sorted = |end: &str| {
        let mut verdicts = verdicts(&output, end);
        verdicts.sort_unstable();
        verdicts
    };
    assert_eq!(sorted("... FAILED"), broken, "{output}");
    // What is not there is not checked.
    assert_eq!(sorted("is missing. To get it back as it was handed out:)"), missing, "{output}");
    let passed = verdicts(&output, "... ok").len();
    assert_eq!(passed, all - broken.len() - missing.len(), "{output}");
    for reason in ["error[E0308]: mismatched types", "expected identifier, found keyword `fn`"] {
        assert!(output.stdout.contains(reason), "{output}");
    }
    assert_ne!(output.code, Some(0), "{output}");
}

#[test]
fn the_words_are_others_each_time_and_a_verdict_can_be_played_again() {
    let copy = Copy::of_the_course();
    copy.edit("ex1_server", "println!(\"{", "println!(\"wrong: {");
    let test = || {
        let output = copy.cargo(&["test", "--test", "steps", "exercises::ex1"]);
        assert_ne!(output.code, Some(0), "{output}");
        let seed = output.stderr.split("CHATLINGS_SEED=").nth(1).expect("the seed is told");
        let seed: String = seed.chars().take_while(char::is_ascii_digit).collect();
        (seed, output.stdout)
    };
    let (seed, failures) = test();
    assert_ne!(test().0, seed);
    let again = failures.split("To play it again: cargo step ").nth(1).expect("it says how");
    let again: Vec<&str> = again.lines().next().expect("a line").split(' ').collect();
    assert_eq!(again.last(), Some(&&*seed));
    let output = copy.step(&again);
    let failure =
        output.stdout.lines().find(|line| line.contains(" ✗ expected")).expect("a failure");
    assert!(failures.contains(failure), "{failure}\n{failures}");
}

#[test]
fn the_course_is_whole_when_the_exercises_are_solved() {
    let copy = Copy::of_the_course();
    let output = copy.cargo(&["test", "-p", "course-tests", "--test", "course"]).with(0);
    assert!(output.stdout.contains(" 0 failed; 0 ignored;"), "{output}");
}

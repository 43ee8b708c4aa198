//! What a student hands in is judged for what it is, whatever else lies in the folder, and whoever else builds there.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;
use std::time::{Duration, Instant};

use course_tests::copy::Copy;
use course_tests::run::Ended;
use serde_json::Value;

/// The verdicts of a step's checks, each once.
fn verdicts(output: &Ended) -> Vec<String> {
    let mut verdicts: Vec<String> =
        output.checks().iter().map(|check| text(&check["verdict"])).collect();
    verdicts.sort();
    verdicts.dedup();
    verdicts
}

/// Why the first of the checks did not pass.
fn reason(output: &Ended) -> String {
    text(&output.checks()[0]["message"])
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_string()
}

/// A program that is compiled forever.
const ENDLESS: &str = "#![allow(long_running_const_eval)]\n\
    const FOREVER: u64 = { let mut n = 0; while n < u64::MAX { n += 1; } n };\n\
    fn main() { println!(\"{FOREVER}\"); }\n";

#[test]
fn a_manifest_in_the_students_folder_never_stops_the_checker() {
    let copy = Copy::of_the_course();
    let manifest = copy.exercises().join("Cargo.toml");
    for wrong in [
        "[package",
        "[workspace]\n",
        "[package]\nname = \"x\"\n[dependencies]\nno-such-package-anywhere = \"1\"\n",
        "[package]\nname = \"checker\"\nbuild = \"build.rs\"\n",
    ] {
        fs::write(&manifest, wrong).expect("a file is written");
        let output = copy.step(&["check", "ex1", "--json"]).with(0);
        assert_eq!(verdicts(&output), ["passes"], "{wrong}: {output}");
    }
    // Somebody else's file is not what the manifest makes of it.
    let theirs = "[package]\nname = \"exercises\"\n[[bin]]\nname = \"ex1_server\"\n\
        path = \"../solutions/src/bin/ex1_server.rs\"\n";
    fs::write(&manifest, theirs).expect("a file is written");
    let solved = fs::read(copy.exercise("ex1_server")).expect("it is read");
    fs::write(copy.exercise("ex1_server"), "fn main() {}\n").expect("it is written");
    assert_eq!(verdicts(&copy.step(&["check", "ex1", "--json"]).with(1)), ["fails"]);
    fs::write(copy.exercise("ex1_server"), solved).expect("it is written");
    // As a grader types it: cargo itself must get that far.
    let output = copy.cargo(&["step", "check", "ex1", "--json"]).with(0);
    assert_eq!(verdicts(&output), ["passes"], "{output}");
    fs::remove_dir_all(copy.exercises()).expect("the folder is removed");
    let output = copy.cargo(&["step", "check", "ex1", "--json"]).with(0);
    assert_eq!(verdicts(&output), ["not checked"], "{output}");
    assert!(reason(&output).starts_with("exercises/src/bin/ex1_server.rs is missing"), "{output}");
}

#[test]
fn a_library_of_the_students_own_is_built_and_its_errors_are_shown() {
    let copy = Copy::of_the_course();
    let library = copy.exercises().join("src/lib.rs");
    fs::write(&library, "pub fn line(text: &str) -> String { text.to_string() }\n")
        .expect("a file is written");
    copy.edit("ex1_server", "fn main", "#[allow(unused_imports)] use exercises::line;\n\nfn main");
    copy.step(&["check", "ex1"]).with(0);
    fs::write(&library, "pub fn line(text: &str) -> String { text }\n").expect("it is written");
    let output = copy.step(&["check", "ex1", "--json"]).with(1);
    assert_eq!(verdicts(&output), ["does not compile"]);
    let reason = reason(&output);
    assert!(reason.contains("mismatched types"), "{reason}");
    assert!(reason.contains("--> exercises/src/lib.rs:1:"), "{reason}");
    fs::remove_file(&library).expect("it is removed");
    copy.edit("ex1_server", "#[allow(unused_imports)] use exercises::line;\n", "");
    copy.step(&["check", "ex1"]).with(0);
}

#[test]
fn somebody_elses_file_is_not_judged() {
    let copy = Copy::of_the_course();
    let program = copy.exercise("ex1_server");
    let expect = |expected: &str| {
        let output = copy.step(&["check", "ex1", "--json"]).with(1);
        assert_eq!(verdicts(&output), ["does not compile"]);
        assert!(reason(&output).contains(expected), "{output}");
    };
    fs::remove_file(&program).expect("it is removed");
    symlink("../../../solutions/src/bin/ex1_server.rs", &program).expect("a link");
    expect("exercises/src/bin/ex1_server.rs is a link to ");
    fs::remove_file(&program).expect("it is removed");
    symlink("/dev/zero", &program).expect("a link");
    expect("exercises/src/bin/ex1_server.rs is a link to /dev/zero");
    fs::remove_file(&program).expect("it is removed");
    let pipe = Command::new("mkfifo").arg(&program).status().expect("it starts");
    assert!(pipe.success());
    expect("exercises/src/bin/ex1_server.rs is not a file");
    fs::remove_file(&program).expect("it is removed");
    let path =
        "#[path = \"../../../solutions/src/bin/ex1_server.rs\"]\nmod theirs;\n\nfn main() {}\n";
    fs::write(&program, path).expect("it is written");
    expect(
        "exercises/src/bin/ex1_server.rs takes in solutions/src/bin/ex1_server.rs, which is not in",
    );
    // What was built of others lies in the folder that cargo builds in.
    let built = copy.target().join(".rustc_info.json");
    let bytes = format!("fn main() {{ print!(\"{{:?}}\", include_bytes!({built:?})); }}\n");
    fs::write(&program, bytes).expect("it is written");
    expect(&format!(
        "exercises/src/bin/ex1_server.rs takes in {}, which is not in",
        built.display()
    ));
}

#[test]
fn somebody_elses_file_is_not_judged_beside_a_program_that_does_not_compile_either() {
    let copy = Copy::of_the_course();
    let path = "#[allow(dead_code)]\n#[path = \"../../../solutions/src/bin/ex2_server.rs\"]\nmod theirs;\n\nfn main() {}\n";
    copy.step(&["check", "ex2"]).with(0); // it was made of its own file
    fs::write(copy.exercise("ex2_server"), path).expect("it is written");
    copy.edit("ex2_client", "fn main", "fn fn main");
    let output = copy.step(&["check", "ex2", "--json"]).with(1);
    assert_eq!(verdicts(&output), ["does not compile"], "{output}");
    let expected =
        "exercises/src/bin/ex2_server.rs takes in solutions/src/bin/ex2_server.rs, which is not in";
    let checks = output.checks();
    assert!(checks.iter().any(|check| text(&check["message"]).starts_with(expected)), "{output}");
}

#[test]
fn a_build_script_that_was_handed_in_is_not_run() {
    let copy = Copy::of_the_course();
    let manifest = "[package]\nname = \"exercises\"\nbuild = \"build.rs\"\n";
    fs::write(copy.exercises().join("Cargo.toml"), manifest).expect("it is written");
    let ran = copy.exercises().join("ran");
    let script = format!("fn main() {{ std::fs::write({ran:?}, \"\").unwrap(); panic!(); }}\n");
    let path = copy.exercises().join("build.rs");
    fs::write(&path, script).expect("it is written");
    copy.edit("ex1_server", "fn main", "// changed\nfn main");
    let output = copy.step(&["check", "ex1", "--json", "--sandbox", "off"]).with(0);
    assert_eq!(verdicts(&output), ["passes"]);
    assert!(!ran.exists());
    fs::remove_file(path).expect("it is removed");
}

#[test]
fn a_name_that_turns_the_direction_of_a_line_is_not_shown_as_it_is() {
    const NAME: &str = "\u{202e}sr.lufmrah.rs";
    let copy = Copy::of_the_course();
    let module = copy.exercises().join("src/bin").join(NAME);
    fs::write(&module, "fn mistaken( {}\n").expect("it is written");
    let declared = format!("#[path = {NAME:?}]\nmod theirs;\n\nfn main");
    copy.edit("ex1_server", "fn main", &declared);
    let output = copy.step(&["check", "ex1"]).with(1);
    assert!(output.stdout.contains("lufmrah"), "{output}");
    assert!(!output.stdout.contains('\u{202e}') && !output.stderr.contains('\u{202e}'), "{output}");
    fs::remove_file(module).expect("it is removed");
}

#[test]
fn a_file_that_was_not_handed_in_is_not_even_read_where_programs_have_namespaces() {
    let copy = Copy::of_the_course();
    let secret = tempfile::NamedTempFile::new().expect("a file");
    fs::write(secret.path(), "a-key-of-the-grader").expect("it is written");
    let source = format!("fn main() {{ print!(\"{{}}\", include_str!({:?})); }}\n", secret.path());
    fs::write(copy.exercise("ex1_server"), source).expect("it is written");
    let output = copy.step(&["check", "ex1", "--json"]).with(1);
    assert_eq!(verdicts(&output), ["does not compile"]);
    let protection = text(&output.json()["protection"]);
    let is_boxed = !protection.contains("no namespaces") && !protection.starts_with("none");
    let expected = if is_boxed { "couldn't read `" } else { "which is not in exercises/" };
    assert!(reason(&output).contains(expected), "{output}");
}

#[test]
fn a_program_that_would_be_compiled_forever_or_takes_all_memory_costs_its_own_checks_only() {
    let copy = Copy::of_the_course();
    let began = Instant::now();
    fs::write(copy.exercise("ex1_server"), ENDLESS).expect("it is written");
    let arguments = ["check", "ex1", "ex3", "--json", "--max-build-seconds", "3"];
    let output = copy.step(&arguments).with(1);
    assert!(began.elapsed() < Duration::from_secs(60), "it took {:?}", began.elapsed());
    assert_eq!(verdicts(&output), ["does not compile"]);
    let expected = "the compiler was ended: it took more than 3 s for this program";
    assert!(reason(&output).starts_with(expected), "{output}");
    let other = &output.json()["steps"][1];
    assert_eq!(other["points"].as_f64(), other["max"].as_f64(), "{output}");
    if cfg!(target_os = "linux") {
        let large = "static LARGE: [u64; 1 << 27] = [7; 1 << 27];\nfn main() { println!(\"{}\", LARGE[std::process::id() as usize]); }\n";
        fs::write(copy.exercise("ex1_server"), large).expect("it is written");
        let output = copy.step(&["check", "ex1", "--json", "--max-build-memory", "500"]).with(1);
        let expected = "the compiler was ended when it had more than 500 MiB of memory";
        assert!(reason(&output).starts_with(expected), "{output}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn ctrl_c_ends_the_compiler_too() {
    use course_tests::system::command_lines;
    use course_tests::wait_until;
    use rustix::process::{Pid, Signal, kill_process};
    let copy = Copy::of_the_course();
    fs::write(copy.exercise("ex1_server"), ENDLESS).expect("it is written");
    let folder = copy.exercises().ancestors().nth(2).expect("two folders").display().to_string();
    let is_ours =
        |line: &String| line.contains("--crate-name ex1_server") && line.contains(&folder);
    let compiles = || command_lines().iter().any(is_ours);
    let mut checker = copy.start_step(&["check", "ex1"]);
    wait_until("the compiler is at work", compiles);
    let pid = Pid::from_raw(checker.id() as i32).expect("an id");
    kill_process(pid, Signal::INT).expect("it runs");
    assert_eq!(checker.wait().expect("it ends").code(), Some(130));
    wait_until("the compiler has ended", || !compiles());
}

#[test]
fn a_file_that_is_changed_while_it_is_compiled_is_not_judged() {
    let copy = Copy::of_the_course();
    let swapped = "\"$CARGO\" \"$@\"; status=$?\n\
        echo 'fn main() {}' >exercises/src/bin/ex1_server.rs\nexit $status";
    // A cargo that is confined could not write there.
    let arguments = ["check", "ex1", "--json", "--sandbox", "off"];
    let output = copy.step_with_cargo(swapped, &arguments).with(3);
    let error = text(&output.json()["error"]);
    assert!(error.starts_with("exercises/src/bin/ex1_server.rs was changed"), "{error}");
    assert_eq!(verdicts(&copy.step(&["check", "ex1", "--json"]).with(1)), ["fails"]);
    // What is nothing of the step's may change.
    let saved = swapped.replace("ex1_server", "ex2_server");
    let output = copy.step_with_cargo(&saved, &arguments).with(1);
    assert_eq!(verdicts(&output), ["fails"]);
}

#[test]
fn a_manifest_of_the_courses_that_is_wrong_costs_nobody_points() {
    let copy = Copy::of_the_course();
    let manifest = copy.root().join("checker/exercises/Cargo.toml");
    let right = fs::read_to_string(&manifest).expect("it is read");
    for (wrong, expected) in [
        (
            format!("{right}\n[[[\n"),
            "ex1_server cannot be built, for no fault of its own:\nerror: ",
        ),
        (
            right.replace("prost.workspace = true", "no-such-package-anywhere = \"9\""),
            "no-such-package-anywhere",
        ),
    ] {
        fs::write(&manifest, wrong).expect("it is written");
        let output = copy.step(&["check", "ex1", "--json"]).with(3);
        let error = text(&output.json()["error"]);
        assert!(error.contains(expected), "{error}");
    }
    fs::write(&manifest, right).expect("it is written");
    copy.step(&["check", "ex1"]).with(0);
}

#[test]
fn two_clones_of_the_course_in_one_target_folder_are_kept_apart() {
    let copy = Copy::of_the_course();
    let another = copy.another();
    fs::write(another.exercise("ex1_server"), "fn main() {}\n").expect("it is written");
    let stands = |copy: &Copy, what: &str| {
        assert_eq!(copy.step(&["list"]).with(0).standing_of("ex1"), what);
    };
    for _ in 0..2 {
        copy.step(&["check", "ex1"]).with(0);
        another.step(&["check", "ex1"]).with(1);
        stands(&copy, "2 of 2");
        stands(&another, "0 of 2");
    }
    // What is saved here is built, though the last that was built is the other's.
    copy.step(&["check", "ex1"]).with(0);
    let solved = fs::read(copy.exercise("ex1_server")).expect("it is read");
    fs::write(another.exercise("ex1_server"), solved).expect("it is written");
    another.step(&["check", "ex1"]).with(0);
}

#[test]
fn a_program_can_be_tried() {
    let copy = Copy::of_the_course();
    let output = copy.cargo(&["try", "ex3_threads", "--", "--max-sleep-ms", "100"]).with(0);
    assert!(output.stdout.contains("Hi, I'm thread 1"), "{output}");
    copy.edit("ex3_threads", "fn main", "fn fn main");
    let output = copy.cargo(&["try", "ex3_threads"]).with(1);
    assert!(output.stderr.contains("--> exercises/src/bin/ex3_threads.rs:"), "{output}");
    let output = copy.cargo(&["try", "ex9"]).with(2);
    assert!(output.stderr.contains("invalid value 'ex9'"), "{output}");
}

#[test]
fn what_a_program_writes_to_its_terminal_does_not_hold_up_the_checker() {
    let copy = Copy::of_the_course();
    let from = "let mut messages = text::Reader::new(server);";
    let flood = "for _ in 0..300 { print!(\"\\x1b[65535@\"); }\n    ";
    copy.edit("ms3_client", from, &format!("{flood}{from}"));
    copy.step(&["check", "ms3", "nothing_is_torn"]); // to build it
    let began = Instant::now();
    let output = copy.step(&["check", "ms3", "nothing_is_torn", "--json"]);
    let took = began.elapsed();
    assert_eq!(output.checks().len(), 1);
    assert!(took < Duration::from_secs(20), "it took {took:?}: {output}");
}

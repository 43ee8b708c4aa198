//! Starting over, in a copy of the course where the exercises are solved.

use std::fs::{self, File, Permissions};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

use course_tests::copy::Copy;
use course_tests::play::starter;
use course_tests::read;
use course_tests::run::{Ended, run};
use course_tests::terminal::run_on_terminal;
use rustix::fs::{FlockOperation, flock};

/// All files among the student's programs, each with what is in it.
fn files(copy: &Copy) -> Vec<(String, String)> {
    let entries = fs::read_dir(copy.exercises().join("src/bin")).expect("the folder is read");
    let mut files: Vec<(String, String)> = entries
        .map(|entry| entry.expect("an entry").path())
        .map(|path| {
            // A link, or what is not a file, by what it is.
            let content = match fs::read_link(&path) {
                Ok(target) => format!("a link to {}", target.display()),
                Err(_) if path.is_file() => fs::read_to_string(&path).expect("it is read"),
                Err(_) => "no file".to_string(),
            };
            (path.file_name().expect("a name").to_string_lossy().into_owned(), content)
        })
        .collect();
    files.sort();
    files
}

/// The old files of a program that are kept, each with what is in it.
fn kept(copy: &Copy, program: &str) -> Vec<(String, String)> {
    let start = format!("{program}.");
    let mut files = files(copy);
    files.retain(|(name, _)| name.starts_with(&start) && name.ends_with(".rs.bak"));
    files
}

fn source(copy: &Copy, program: &str) -> String {
    fs::read_to_string(copy.exercise(program)).expect("the program is read")
}

fn is_handed_out(copy: &Copy, program: &str) -> bool {
    source(copy, program) == read(starter(program))
}

#[test]
fn a_program_starts_over_and_its_old_file_is_kept() {
    let copy = Copy::of_the_course();
    let solved = source(&copy, "ex1_server");
    copy.step(&["check", "ex1"]).with(0);
    let output = copy.step(&["reset", "ex1", "--yes"]).with(0);
    assert!(is_handed_out(&copy, "ex1_server"), "{output}");
    let kept_files = kept(&copy, "ex1_server");
    let [(name, content)] = &kept_files[..] else { panic!("not one copy: {output}") };
    assert_eq!(*content, solved);
    assert!(output.stdout.contains(&format!("\n  exercises/src/bin/{name}\n")), "{output}");
    assert!(output.stdout.ends_with("\nNext: make ex1\n"), "{output}");
    assert_eq!(output.stderr, "", "{output}");
    assert_eq!(copy.step(&["list"]).with(0).standing_of("ex1"), "0 of 2 untouched");
    // What was kept is not built, and a check shows the task again.
    let shown = copy.step(&["check", "ex1"]).with(0);
    assert!(shown.stdout.contains("Open exercises/src/bin/ex1_server.rs"), "{shown}");
    let again = copy.step(&["reset", "ex1", "--yes"]).with(0);
    assert!(again.stdout.starts_with("ex1_server is as it was handed out: left alone."), "{again}");
    assert_eq!(kept(&copy, "ex1_server"), kept_files);
}

#[test]
fn each_time_another_copy_is_kept() {
    let copy = Copy::of_the_course();
    for number in 0..4 {
        fs::write(copy.exercise("ex1_server"), format!("// work {number}\n")).expect("written");
        copy.step(&["reset", "ex1_server", "-y"]).with(0);
    }
    let mut contents: Vec<String> =
        kept(&copy, "ex1_server").into_iter().map(|(_, content)| content).collect();
    contents.sort();
    assert_eq!(contents, [0, 1, 2, 3].map(|number| format!("// work {number}\n")));
}

#[test]
fn a_copy_is_nothing_to_git() {
    let is_rule = |line: &str| line == "*.rs.bak";
    assert!(read(".gitignore").lines().any(is_rule));
}

#[test]
fn hints_start_over_too() {
    let copy = Copy::of_the_course();
    let wrong = source(&copy, "ex1_server").replace("println!(\"{message}\");", "drop(message);");
    let check = || {
        fs::write(copy.exercise("ex1_server"), &wrong).expect("it is written");
        copy.step(&["check", "ex1", "--patience", "0.2"]).with(1)
    };
    assert!(check().stdout.contains("Hint 1 of 3: "));
    assert!(!check().stdout.contains("Hint 1 of 3: "));
    copy.step(&["reset", "ex1", "--yes"]).with(0);
    assert!(check().stdout.contains("Hint 1 of 3: "));
}

#[test]
fn it_is_asked_first_and_only_a_yes_is_one() {
    let copy = Copy::of_the_course();
    copy.edit("ex2_server", "fn main", "    todo!();\n// mine\nfn main");
    let before = files(&copy);
    let ask = |typed: &str| run_on_terminal(copy.command(&["reset", "ex2"]), typed).with(0);
    for no in ["n\n", "\n", "no\n", "yep\n", "ex2\n", "\x04"] {
        let output = ask(no);
        for told in
            ["exercises/src/bin/ex2_server.rs: ", "exercises/src/bin/ex2_client.rs: ", "[y/N]"]
        {
            assert!(output.stdout.contains(told), "{output}");
        }
        assert!(output.stdout.contains("lines of your own, 1 TODO left\n"), "{output}");
        assert!(output.stdout.contains("lines of your own, no TODO left\n"), "{output}");
        assert!(output.stdout.ends_with("Nothing was changed.\n"), "{no:?}: {output}");
        assert_eq!(files(&copy), before, "{no:?}");
    }
    let output = ask("Y\n");
    for program in ["ex2_server", "ex2_client"] {
        assert!(is_handed_out(&copy, program), "{output}");
        assert_eq!(kept(&copy, program).len(), 1, "{output}");
    }
    // There is nothing to ask about any more.
    let output = ask("");
    assert!(!output.stdout.contains("[y/N]"), "{output}");
}

#[test]
fn without_a_terminal_it_needs_yes_and_says_so_in_one_line() {
    let copy = Copy::of_the_course();
    let before = files(&copy);
    let output = copy.step(&["reset", "ex2"]).with(2);
    assert!(output.stdout.is_empty(), "{output}");
    assert!(is_one_error(&output) && output.stderr.contains("--yes"), "{output}");
    assert_eq!(files(&copy), before);
}

fn is_one_error(output: &Ended) -> bool {
    output.stderr.starts_with("error: ") && output.stderr.lines().count() == 1
}

#[test]
fn of_a_step_only_what_differs_starts_over_and_of_a_program_only_that_one() {
    let copy = Copy::of_the_course();
    let client = source(&copy, "ex2_client");
    let output = copy.step(&["reset", "ex2_server", "--yes"]).with(0);
    assert!(is_handed_out(&copy, "ex2_server"), "{output}");
    assert_eq!(source(&copy, "ex2_client"), client, "{output}");
    let output = copy.step(&["reset", "ex2", "--yes"]).with(0);
    assert!(output.stdout.contains("ex2_server is as it was handed out: left alone."), "{output}");
    assert!(is_handed_out(&copy, "ex2_client"), "{output}");
    let copies = |program| kept(&copy, program).len();
    assert_eq!((copies("ex2_server"), copies("ex2_client")), (1, 1), "{output}");
}

#[test]
fn what_is_missing_comes_back_without_a_question() {
    let copy = Copy::of_the_course();
    fs::remove_dir_all(copy.exercises()).expect("the folder is removed");
    let output = copy.step(&["reset", "ex2"]).with(0);
    assert!(output.stdout.starts_with("ex2_server is back, as it was handed out.\n"), "{output}");
    assert_eq!(files(&copy).len(), 2, "and nothing else");
    assert!(is_handed_out(&copy, "ex2_server") && is_handed_out(&copy, "ex2_client"), "{output}");
}

#[test]
fn what_an_editor_does_to_line_ends_is_left_alone() {
    let copy = Copy::of_the_course();
    let starter_of_ex1 = read(starter("ex1_server"));
    for edited in [
        starter_of_ex1.replace('\n', "\r\n"),
        starter_of_ex1.replace("//!\n", "//! \n"),
        starter_of_ex1.trim_end().to_string(),
    ] {
        fs::write(copy.exercise("ex1_server"), &edited).expect("it is written");
        assert_eq!(copy.step(&["list"]).with(0).standing_of("ex1"), "0 of 2 untouched");
        let output = copy.step(&["reset", "ex1"]).with(0);
        assert!(output.stdout.contains("left alone"), "{output}");
        assert_eq!(source(&copy, "ex1_server"), edited);
    }
    let read_only = Permissions::from_mode(0o444);
    fs::set_permissions(copy.exercise("ex1_server"), read_only).expect("it is read-only");
    let output = copy.step(&["reset", "ex1"]);
    fs::remove_file(copy.exercise("ex1_server")).expect("it is removed");
    assert!(output.with(0).stdout.contains("left alone"));
    // A note is somebody's work.
    let noted = format!("{starter_of_ex1}// a note\n");
    fs::write(copy.exercise("ex1_server"), noted).expect("it is written");
    copy.step(&["reset", "ex1"]).with(2);
    assert_ne!(copy.step(&["list"]).with(0).standing_of("ex1"), "0 of 2 untouched");
}

/// What stands in the way of a file: how that is said, and how it is made.
type Obstacle<'a> = (&'a str, &'a dyn Fn(&Path));

#[test]
fn what_no_file_can_replace_is_left_alone_with_one_line() {
    let copy = Copy::of_the_course();
    let server = copy.exercise("ex2_server");
    let solution = copy.root().join("solutions/src/bin/ex2_server.rs");
    let pipe = |path: &Path| {
        assert!(Command::new("mkfifo").arg(path).status().expect("it starts").success())
    };
    let obstacles: [Obstacle; 5] = [
        ("is a link", &|path| symlink(&solution, path).expect("a link")),
        ("is a link", &|path| symlink("nowhere", path).expect("a link")),
        ("is not a file", &|path| fs::create_dir(path).expect("a folder")),
        ("is not a file", &pipe),
        ("is read-only", &|path| {
            fs::write(path, "// work\n").expect("a file");
            fs::set_permissions(path, Permissions::from_mode(0o444)).expect("it is read-only");
        }),
    ];
    for (what, make) in obstacles {
        fs::remove_file(&server).expect("it is removed");
        make(&server);
        let before = files(&copy);
        let output = copy.step(&["reset", "ex2", "--yes"]);
        let after = files(&copy);
        // Before anything is compared: no other test can use a copy with such a thing in it.
        fs::remove_dir(&server).or_else(|_| fs::remove_file(&server)).expect("it is removed");
        fs::write(&server, "").expect("a file is written");
        let output = output.with(3);
        let expected = format!("error: exercises/src/bin/ex2_server.rs {what}");
        assert!(output.stderr.starts_with(&expected) && is_one_error(&output), "{output}");
        // Nor is the other program of the step touched, which could be replaced.
        assert_eq!(after, before, "{what}");
    }
}

#[test]
fn without_a_starter_nothing_is_changed() {
    let copy = Copy::of_the_course();
    fs::remove_file(copy.root().join(starter("ex1_server"))).expect("it is removed");
    let before = files(&copy);
    let output = copy.step(&["reset", "ex1", "--yes"]).with(3);
    assert!(output.stderr.starts_with("error: starters/ex1_server.rs is missing"), "{output}");
    assert!(is_one_error(&output), "{output}");
    assert_eq!(files(&copy), before);
    assert!(copy.step(&["list"]).with(0).standing_of("ex1").starts_with("– of 2 not checked yet"));
}

#[test]
fn a_full_disk_loses_nothing_and_leaves_nothing_half_written() {
    let copy = Copy::of_the_course();
    let large = "// work\n".repeat(100_000);
    fs::write(copy.exercise("ex1_server"), large).expect("it is written");
    let before = files(&copy);
    // The longest file that can be written, in 512 bytes: none at all, and a starter but not the copy.
    for most in ["0", "64"] {
        let reset = copy.command(&["reset", "ex1", "--yes"]);
        let mut limited = Command::new("sh");
        let script = "trap '' XFSZ; ulimit -f \"$0\"; exec \"$@\"";
        limited.args(["-c", script, most]).arg(reset.get_program()).args(reset.get_args());
        for (name, value) in reset.get_envs() {
            limited.env(name, value.expect("a value"));
        }
        let output = run(limited.current_dir(copy.root())).with(3);
        let expected = "error: cannot write exercises/src/bin/ex1_server.rs, so it is as it was: ";
        assert!(output.stderr.starts_with(expected) && is_one_error(&output), "{output}");
        assert_eq!(files(&copy), before, "{most}");
    }
    copy.step(&["reset", "ex1", "--yes"]).with(0);
}

#[test]
fn it_waits_until_another_checker_is_done_with_the_programs() {
    let copy = Copy::of_the_course();
    copy.step(&["check", "ex1"]).with(0); // so that there is a folder
    let turn = File::create(copy.turn()).expect("the file is made");
    flock(&turn, FlockOperation::LockExclusive).expect("nobody else has it");
    let before = files(&copy);
    let mut reset = copy.command(&["reset", "ex1", "--yes"]);
    let mut reset = reset.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it starts");
    let mut line = String::new();
    let stderr = reset.stderr.take().expect("a pipe");
    BufReader::new(stderr).read_line(&mut line).expect("it says something");
    assert!(line.contains("waits until it is done"), "{line}");
    assert_eq!(files(&copy), before);
    drop(turn);
    assert_eq!(reset.wait().expect("it ends").code(), Some(0));
    assert!(is_handed_out(&copy, "ex1_server"));
}

#[test]
fn only_a_step_or_a_program_can_start_over() {
    let copy = Copy::of_the_course();
    let before = files(&copy);
    for wrong in [&["reset"][..], &["reset", "ex9"], &["reset", "../x"], &["reset", "ex1", "ex2"]] {
        copy.step(wrong).with(2);
    }
    let output = copy.step(&["reset", "ex1_sever", "--yes"]).with(2);
    assert!(output.stderr.contains("a similar value exists: 'ex1_server'"), "{output}");
    assert_eq!(files(&copy), before);
}

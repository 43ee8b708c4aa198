//! `cargo step report`: the file that it writes, what it prints, and its exit status. What the page looks like is not for
//! here.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use checker::course::starter::is_untouched;
use course_tests::copy::Copy;
use course_tests::play::find;
use course_tests::run::{Ended, step};
use tempfile::TempDir;

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

/// Plays one check of a reference solution, with these options.
fn report_with(options: &[&str]) -> Ended {
    step(
        &[&["report", "ex1", "prints_the_message_and_ends", "--solutions", "--seed", "7"], options]
            .concat(),
    )
}

/// The same, into this file.
fn report_into(path: &Path) -> Ended {
    report_with(&["--output", text(path)])
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path of text")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The names of what is in a folder.
fn names_in(folder: &TempDir) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder is read");
    let name = |entry: std::io::Result<fs::DirEntry>| entry.expect("an entry").file_name();
    let mut names: Vec<String> = entries.map(|entry| name(entry).display().to_string()).collect();
    names.sort();
    names
}

#[test]
fn a_page_has_all_checks_of_the_steps_that_were_asked_for() {
    let folder = folder();
    let path = folder.path().join("page.html");
    let options = ["--solutions", "--seed", "7", "--output", text(&path)];
    let output = step(&[&["report", "ex2", "ex1"], &options[..]].concat()).with(0);
    assert_eq!(output.stdout, format!("5 of 5 points in 2 steps\n{}\n", path.display()));
    let page = read(&path);
    assert!(page.starts_with("<!DOCTYPE html><html lang=\"en\">"), "{page}");
    let steps = ["ex1", "ex2"].map(|id| find(id).expect("the step is there"));
    let count: usize = steps.iter().map(|step| step.checks.len()).sum();
    assert_eq!(page.matches("<article class=\"check passes\"").count(), count);
    for step in steps {
        for check in step.checks {
            let command = format!("cargo step check {} {} --solutions --seed 7", step.id, check.id);
            assert!(page.contains(&command), "no {command}");
        }
    }
    assert_eq!(names_in(&folder), ["page.html"]);
}

#[test]
fn one_check_can_be_shown_alone_with_the_points_that_it_gives() {
    let folder = folder();
    let path = folder.path().join("page.html");
    let output = report_into(&path).with(0);
    assert!(output.stdout.starts_with("1 of 1 point in 1 check\n"), "{output}");
    assert_eq!(read(&path).matches("<article ").count(), 1);
}

#[test]
fn a_failure_is_on_the_page_in_the_folder_that_cargo_builds_in_and_costs_the_exit_status() {
    let copy = Copy::of_the_course();
    copy.edit("ex1_server", "println!(\"{message}\");", "drop(message);");
    copy.edit("ex2_client", "fn main", "const WRONG: u8 = \"\";\n\nfn main");
    let arguments = ["report", "ex1", "ex2", "--patience", "0.2"];
    let output = copy.step(&arguments).with(1);
    let (sum, path) = output.stdout.trim_end().split_once('\n').expect("two lines");
    assert!(sum.contains(" of 5 points in 2 steps; ") && sum.ends_with(" checks fail"), "{output}");
    assert!(path.ends_with("report.html"), "{output}");
    let page = read(Path::new(path));
    for expected in [
        "nothing was printed",
        "<details open>",
        "class=\"row failed\"",
        "ex2_client does not compile",
        "error[E0308]: mismatched types",
        "Hint 1 of 3: ",
        "--patience 0.2 --seed ",
    ] {
        assert!(page.contains(expected), "no {expected:?}");
    }
    // Like a check: it is known where the student stands, and a hint is shown once.
    let standing = copy.step(&["list"]).with(0).standing_of("ex1");
    assert!(standing.contains("of 2") && !standing.contains("not checked"), "{standing}");
    copy.step(&arguments).with(1);
    assert!(read(Path::new(path)).contains("Hints: <code class=\"copied\">cargo step hint ex1"));
}

#[test]
fn an_untouched_step_is_shown_with_its_task_and_a_finished_run() {
    if !is_untouched("ex1_server") {
        return; // somebody has begun
    }
    let folder = folder();
    let path = folder.path().join("page.html");
    let output = step(&["report", "ex1", "--output", text(&path)]).with(0);
    assert!(output.stdout.starts_with("0 of 2 points\n"), "{output}");
    let page = read(&path);
    assert!(page.contains("untouched, 2 points") && page.contains("A finished one: "), "{page}");
    assert!(!page.contains("<article"), "nothing was checked: {page}");
    let output = step(&["report", "ex1", "--mermaid"]).with(0);
    assert!(output.stdout.starts_with("```mermaid\nsequenceDiagram\n"), "{output}");
    assert!(
        output
            .stderr
            .ends_with("warning: ex1 is untouched: this diagram shows the reference solution\n")
    );
}

#[test]
fn a_file_that_cannot_be_written_is_told_in_one_line_before_anything_is_played() {
    let folder = folder();
    for (path, reason) in [
        (folder.path().to_path_buf(), "it is a folder"),
        (folder.path().join("no/such/page.html"), "No such file or directory"),
        (PathBuf::from("/dev/null/page.html"), "/dev/null is not a folder"),
    ] {
        let output = report_into(&path).with(3);
        let expected = format!("error: cannot write {}: {reason}", path.display());
        assert!(output.stderr.starts_with(&expected), "{output}");
        assert_eq!((output.stdout.as_str(), output.stderr.lines().count()), ("", 1), "{output}");
    }
    assert_eq!(names_in(&folder), [""; 0]);
    if cfg!(target_os = "linux") {
        let output = report_into(Path::new("/dev/full")).with(3);
        let expected = "error: cannot write /dev/full: No space left on device";
        assert!(output.stderr.contains(expected), "{output}");
    }
}

#[test]
fn a_page_takes_the_place_of_an_older_one_as_a_whole() {
    let folder = folder();
    let (path, link) = (folder.path().join("page.html"), folder.path().join("link.html"));
    fs::write(&path, "x".repeat(1 << 20)).expect("a file is written");
    symlink(&path, &link).expect("a link");
    report_into(&link).with(0);
    let page = read(&path);
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>\n"), "{page}");
    assert!(link.is_symlink());
    assert_eq!(names_in(&folder), ["link.html", "page.html"]);
    let mode = fs::metadata(&path).expect("the page").permissions().mode();
    assert_eq!(mode & 0o400, 0o400, "{mode:o}");
    // What is not a file stays what it is.
    let device = || fs::metadata("/dev/null").expect("the device").rdev();
    let before = device();
    report_into(Path::new("/dev/null")).with(0);
    assert_eq!(device(), before);
}

#[test]
fn wrong_usage_ends_with_status_2_and_says_what_is_wrong() {
    for (arguments, expected) in [
        (&["ex9"][..], "invalid value 'ex9'"),
        (&["ex4", "no such check"], "ex4 has no check with \"no such check\" in its name"),
        (&["--mermaid"], "--mermaid needs exactly one STEP"),
        (&["ex1", "ex2", "--mermaid"], "--mermaid needs exactly one STEP"),
        (&["ex1", "--mermaid", "--open"], "cannot be used with '--open'"),
        (&["ex1", "--mermaid", "--output", "x"], "cannot be used with '--output <FILE>'"),
        (&["ex1", "--seed", "many"], "invalid value 'many'"),
        (&["ex1", "--json"], "unexpected argument '--json'"),
        (&["ex3", "--server", "true"], "ex3 has no server"),
    ] {
        let output = step(&[&["report"], arguments].concat()).with(2);
        assert!(output.stderr.contains(expected), "{arguments:?}: {output}");
        assert_eq!(output.stdout, "", "{arguments:?}");
    }
}

#[test]
fn diagrams_for_a_forum_are_printed_one_for_each_check() {
    let options = ["--solutions", "--mermaid", "--seed", "7"];
    let output = step(&[&["report", "ex6"], &options[..]].concat()).with(0);
    let count = find("ex6").expect("the step is there").checks.len();
    assert_eq!(output.stdout.matches("```mermaid\nsequenceDiagram\n    title ").count(), count);
    assert_eq!(output.stdout.matches("```\n").count(), count, "{output}");
    let one = report_with(&["--mermaid"]).with(0);
    let lines: Vec<&str> = one.stdout.lines().map(str::trim_start).collect();
    assert_eq!(lines[..2], ["```mermaid", "sequenceDiagram"]);
    assert!(lines.contains(&"participant a1 as alice"), "{one}");
    let said = lines.iter().find_map(|line| line.strip_prefix("a1->>a0: "));
    let said = said.unwrap_or_else(|| panic!("nobody says anything: {one}"));
    assert!(lines.contains(&&*format!("Note over a0: {said}")), "it is printed: {one}");
    assert!(report_with(&["--mermaid"]).stdout.contains(said), "the same seed, the same words");
}

#[test]
fn a_program_in_another_language_has_a_page_too() {
    let folder = folder();
    let path = folder.path().join("page.html");
    let command = "python3 -c 'raise SystemExit(\"<b>no</b>\")' {port}";
    let options = ["--server", command, "--patience", "0.2", "--output", text(&path)];
    step(&[&["report", "ex1"], &options[..]].concat());
    let page = read(&path);
    assert!(page.contains("a run of your commands"), "{page}");
    assert!(page.contains("&lt;b&gt;no&lt;/b&gt;") && !page.contains("<b>no"), "{page}");
}

/// A folder with stand-ins for all that could open a page here, which do as the script says.
#[cfg(target_os = "linux")]
fn openers(script: &str) -> TempDir {
    let folder = folder();
    for name in ["xdg-open", "gio", "gnome-open", "kde-open", "kde-open5", "kde-open6"] {
        // By a shell: while this process has a file open to write, none that it starts meanwhile can run it.
        let path = folder.path().join(name);
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", "printf %s \"$1\" >\"$0\" && chmod +x \"$0\""]).arg(path).arg(script);
        course_tests::run::run(&mut shell).with(0);
    }
    folder
}

/// Reports with these openers first on the path.
#[cfg(target_os = "linux")]
fn report_and_open(openers: &TempDir, page: &Path) -> Ended {
    let others = std::env::var("PATH").unwrap_or_default();
    let mut command = course_tests::run::checker();
    command.env("PATH", format!("{}:{others}", openers.path().display()));
    let arguments =
        ["report", "ex1", "prints_the_message_and_ends", "--solutions", "--open", "--output"];
    course_tests::run::run(command.args(arguments).arg(page))
}

#[test]
#[cfg(target_os = "linux")]
fn what_opens_the_page_is_given_its_path_and_goes_on_when_the_checker_has_ended() {
    let folder = folder();
    let page = folder.path().join("a page.html");
    let [opened, go, gone] = ["opened", "go", "gone"].map(|name| folder.path().join(name));
    // As a browser that is started first of all. It leaves by itself, should the test be cut off.
    let script = format!(
        "#!/bin/sh\necho \"$1\" >'{}'\nfor _ in $(seq 6000); do [ -e '{}' ] && break; sleep 0.05; done\n: >'{}'\n",
        opened.display(),
        go.display(),
        gone.display(),
    );
    let output = report_and_open(&openers(&script), &page).with(0);
    assert!(!output.stderr.contains("warning"), "{output}");
    course_tests::wait_until("the opener is started", || opened.exists());
    let path = fs::canonicalize(&page).expect("the page is there");
    course_tests::wait_until("it has the path", || read(&opened).trim_end() == text(&path));
    assert!(!gone.exists());
    fs::write(go, "").expect("a file is written");
    course_tests::wait_until("the opener goes on", || gone.exists());
}

#[test]
#[cfg(target_os = "linux")]
fn where_nothing_opens_the_page_its_path_is_told_all_the_same() {
    let folder = folder();
    let page = folder.path().join("page.html");
    let openers = openers("#!/bin/sh\nexit 3\n");
    let expected = format!("no browser can be opened from here: open {} by hand", page.display());
    let is_told = |_| {
        let output = report_and_open(&openers, &page).with(0);
        assert!(output.stdout.ends_with(&format!("{}\n", page.display())), "{output}");
        output.stderr.contains(&expected)
    };
    // On a busy machine, an opener may not fail as fast as one does.
    assert!((0..10).any(is_told), "{expected}");
    assert!(page.exists());
}

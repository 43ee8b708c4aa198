//! The students' edition of the course: nothing of the reference solutions is in it, nothing in it leads to what is not there,
//! and it is built and checks what students write, without a network.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use course_tests::copy::{Copy, mirror};
use course_tests::play::{Package, STEPS, Step, all_programs, find, starter};
use course_tests::run::{Ended, run, step};
use course_tests::{built, kept, read, root};
use tempfile::TempDir;

/// Makes an edition of a course in which all exercises are solved.
fn edition_of(course: &Copy, options: &[&str]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let edition = folder.path().join("the students' edition");
    let path = edition.to_str().expect("text");
    course.step(&[&["edition", path], options].concat()).with(0);
    (folder, edition)
}

/// All files of a folder, by their paths in it.
fn files_of(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).expect("a folder is read") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(folder).expect("it is in there").display().to_string();
            files.insert(name, fs::read(path).expect("a file is read"));
        }
    }
    files
}

/// The lines of a text that say something, without blanks around them: each ends and begins with a line break. Not braces,
/// nor what is imported.
fn normal(text: &str) -> String {
    const LEAST: usize = 8;
    let says_something = |line: &&str| {
        let letters = line.chars().filter(|c| c.is_alphanumeric()).count();
        letters >= LEAST && !line.starts_with("use ")
    };
    let lines = text.lines().map(str::trim).filter(says_something);
    lines.fold("\n".to_string(), |text, line| text + line + "\n")
}

/// What is found in no other text than this reference solution: three lines in a row, or a long one alone. `public` is what
/// students have anyway: the starters, which have the same beginning, and the helpers, which do for later steps what they
/// have written themselves.
fn distinctive(solution: &str, public: &str) -> Vec<String> {
    const LONG: usize = 40;
    let text = normal(solution);
    let lines: Vec<&str> = text.trim().lines().collect();
    let in_a_row = lines.windows(3).map(|lines| format!("\n{}\n", lines.join("\n")));
    let alone = lines.iter().filter(|line| line.len() >= LONG).map(|line| format!("\n{line}\n"));
    in_a_row.chain(alone).filter(|part| !public.contains(part)).collect()
}

/// What is distinctive of each reference solution, by its file.
fn distinctive_of_all() -> BTreeMap<String, Vec<String>> {
    let mut public = String::new();
    for folder in ["starters", "src"] {
        let files = files_of(&root().join(folder)).into_values();
        files.for_each(|content| public += &normal(&String::from_utf8_lossy(&content)));
    }
    let solutions = files_of(&root().join("solutions/src/bin")).into_iter();
    let solutions: BTreeMap<String, Vec<String>> = solutions
        .map(|(name, content)| (name, distinctive(&String::from_utf8_lossy(&content), &public)))
        .collect();
    assert!(solutions.len() > all_programs().count(), "not all of them were looked at");
    for (name, parts) in &solutions {
        assert!(parts.len() >= 3, "nothing is distinctive of {name}: {parts:?}");
    }
    solutions
}

/// The reference solutions of which something is in these files: with the file, and what it is.
fn found_in(files: &BTreeMap<String, Vec<u8>>) -> Vec<(String, String, String)> {
    let mut found = Vec::new();
    let solutions = distinctive_of_all();
    for (file, content) in files {
        let text = normal(&String::from_utf8_lossy(content));
        for (solution, parts) in &solutions {
            let part = parts.iter().find(|part| text.contains(*part));
            found.extend(part.map(|part| (solution.clone(), file.clone(), part.clone())));
        }
    }
    found
}

#[test]
fn nothing_of_a_reference_solution_is_in_an_edition_even_if_all_exercises_are_solved() {
    let course = Copy::of_the_course();
    let (_folder, edition) = edition_of(&course, &[]);
    let files = files_of(&edition);
    let found = found_in(&files);
    assert!(found.is_empty(), "{found:#?}");
    for (_, program) in all_programs() {
        let exercise = Package::Exercises.source(program).display().to_string();
        assert_eq!(files[&exercise], read(starter(program)).into_bytes(), "{program}");
    }
    // What is looked for can be found: in the course, in a patch, in whatever file it is put into.
    let in_course = found_in(&files_of(&root().join("solutions/src")));
    let found: BTreeSet<&String> = in_course.iter().map(|(solution, _, _)| solution).collect();
    assert_eq!(found.len(), distinctive_of_all().len(), "{found:?}");
    let patches = found_in(&files_of(&root().join("tests/mistakes")));
    assert!(patches.len() > STEPS.len(), "{patches:#?}");
    let hidden =
        [&[0xff, 0][..], b"\r\n", read("solutions/src/bin/ex1_server.rs").as_bytes()].concat();
    let found = found_in(&BTreeMap::from([("a.bin".to_string(), hidden)]));
    assert!(found.iter().any(|(solution, _, _)| solution == "ex1_server.rs"), "{found:#?}");
}

#[test]
fn the_reference_solutions_of_some_steps_can_be_kept_and_no_others_are() {
    let course = Copy::of_the_course();
    let (_folder, edition) = edition_of(&course, &["--with", "ex4,ex1"]);
    let mut found: Vec<(String, String)> =
        found_in(&files_of(&edition)).into_iter().map(|(name, file, _)| (name, file)).collect();
    found.dedup();
    let expected = ["ex1_server", "ex4_client", "ex4_event_loop", "ex4_server"];
    let expected =
        expected.map(|name| (format!("{name}.rs"), format!("solutions/src/bin/{name}.rs")));
    let mut missing: Vec<_> = expected.iter().filter(|it| !found.contains(it)).collect();
    missing.dedup();
    assert!(missing.is_empty(), "{missing:?} of {found:?}");
    // What the solutions of two steps have in common may be found in either.
    found.retain(|(_, file)| !file.starts_with("solutions/src/bin/"));
    assert!(found.is_empty(), "{found:?}");
    let kept: Vec<String> = files_of(&edition.join("solutions")).into_keys().collect();
    let expected = expected.map(|(name, _)| format!("src/bin/{name}"));
    assert_eq!(kept, [&["Cargo.toml".to_string()][..], &expected].concat());
    let manifest = fs::read_to_string(edition.join("solutions/Cargo.toml")).expect("a manifest");
    assert_eq!(manifest.matches("[[bin]]").count(), expected.len(), "{manifest}");
    let readme = fs::read_to_string(edition.join("README.md")).expect("a text");
    assert!(readme.contains("`solutions/src/bin/ex4_event_loop.rs`"), "{readme}");
}

#[test]
fn nothing_in_an_edition_leads_to_what_is_not_there() {
    let course = Copy::of_the_course();
    for options in [&[][..], &["--with", "ex2"], &["--with", "ex1,ex4"]] {
        let (_folder, edition) = edition_of(&course, options);
        let files = files_of(&edition);
        assert!(files.contains_key("LICENSE-MIT") && files.contains_key("LICENSE-APACHE"));
        let text = |name: &str| String::from_utf8(files[name].clone()).expect("text");
        let mut compared = 0;
        for name in files.keys().filter(|name| name.ends_with(".md")) {
            let text = text(name);
            for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
                if !link.contains("://") {
                    leads_somewhere(&edition, name, &text, link);
                    compared += 1;
                }
            }
        }
        assert!(compared > STEPS.len(), "only {compared} links were looked at");
        // Whatever is named that the course has.
        let in_course: BTreeSet<String> =
            ["solutions", "tests", "benches", "docs", "tools", "starters"]
                .iter()
                .flat_map(|folder| files_and_folders(&root().join(folder), folder))
                .chain(["CONTRIBUTING.md", "CHANGELOG.md"].map(str::to_string))
                .collect();
        for name in ["README.md", "docs/room.md", "Makefile", "Cargo.toml"] {
            let text = text(name);
            let words = text.split(|c: char| !(c.is_alphanumeric() || "/._-".contains(c)));
            for word in words.filter(|word| word.contains(['/', '.'])) {
                let path = word.trim_matches(['.', '/']);
                let is_missing = in_course.contains(path) && !edition.join(path).exists();
                assert!(!is_missing, "{options:?}: {name} names {word}");
            }
            for command in ["make bench", "make soak", "make lint", "make pictures", "make loop"] {
                assert!(!text.contains(command), "{options:?}: {name} names {command}");
            }
            assert!(!text.contains("<!--"), "{options:?}: {name} has a comment");
        }
    }
}

/// Asserts that a link of a text is to a file of the edition, or to one of its own headings.
fn leads_somewhere(edition: &Path, name: &str, text: &str, link: &str) {
    let (path, heading) = link.split_once('#').unwrap_or((link, ""));
    let target = edition.join(name).with_file_name(path);
    let text = match path {
        "" => text.to_string(),
        _ => {
            assert!(target.exists(), "{name} has a link to {link}");
            fs::read_to_string(target).unwrap_or_default()
        }
    };
    let is_kept = |c: &char| c.is_alphanumeric() || "- ".contains(*c);
    let anchor = |line: &str| -> String {
        let title = line.trim_start_matches('#').trim().to_lowercase();
        title.chars().filter(is_kept).map(|c| if c == ' ' { '-' } else { c }).collect()
    };
    let mut headings = text.lines().filter(|line| line.starts_with('#'));
    assert!(heading.is_empty() || headings.any(|line| anchor(line) == heading), "{name}: {link}");
}

fn files_and_folders(folder: &Path, name: &str) -> Vec<String> {
    let mut names = vec![name.to_string()];
    for file in files_of(folder).into_keys() {
        let path = format!("{name}/{file}");
        names.extend(Path::new(&path).ancestors().map(|path| path.display().to_string()));
    }
    names
}

#[test]
fn a_folder_in_which_anything_is_or_a_step_that_is_none_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_str().expect("text");
    fs::write(folder.path().join("notes.md"), "mine").expect("a file is written");
    for (arguments, expected) in [
        (&["edition"][..], "DIR"),
        (&["edition", path], "is not empty: name a folder that does not exist yet"),
        (&["edition", &format!("{path}/notes.md")], "is not a folder"),
        (&["edition", &format!("{path}/new"), "--with", "ex1,ex9"], "ex9"),
    ] {
        let output = step(arguments).with(2);
        assert!(output.stderr.contains(expected) && output.stdout.is_empty(), "{output}");
    }
    let names: Vec<String> = files_of(folder.path()).into_keys().collect();
    assert_eq!(names, ["notes.md"]);
    let output = step(&["edition", &format!("{path}/notes.md/deeper")]).with(3);
    assert!(output.stderr.contains("nothing was left behind"), "{output}");
    assert_eq!(read(folder.path().join("notes.md")), "mine");
}

#[test]
fn an_edition_can_be_made_in_an_empty_repository_and_says_what_is_not_in_it() {
    let course = Copy::of_the_course();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_str().expect("text");
    fs::create_dir(folder.path().join(".git")).expect("a folder is made");
    let output = course.step(&["edition", path]).with(0);
    for expected in ["solutions/", "tests/mistakes/", "CONTRIBUTING.md", "&& make ex1\n"] {
        assert!(output.stdout.contains(expected), "{expected}: {output}");
    }
    assert!(!output.stdout.contains("git init") && output.stderr.is_empty(), "{output}");
    assert!(folder.path().join(".git").is_dir() && folder.path().join("Makefile").is_file());
}

/// An edition that is kept, with what is built from it.
struct Built {
    folder: PathBuf,
    target: PathBuf,
}

impl Built {
    /// Makes an edition of a course. What was built from the last one is still there.
    fn of(course: &Copy, options: &[&str]) -> Built {
        let (_folder, edition) = edition_of(course, options);
        let [folder, target] = ["course", "target"].map(|name| kept("edition").join(name));
        built::begin(&target);
        mirror(&edition, &folder);
        Built { folder, target }
    }

    /// Runs a command in it, without a network, and with all that the course is built from at hand.
    fn run(&self, program: &str, arguments: &[&str]) -> Ended {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(&self.folder);
        command.env("CARGO_TARGET_DIR", &self.target).env("CARGO_NET_OFFLINE", "true");
        for name in ["CARGO_MANIFEST_DIR", "STARTERS", "RUST_BACKTRACE", "MAKEFLAGS", "MAKELEVEL"] {
            command.env_remove(name);
        }
        run(&mut command)
    }

    fn cargo(&self, arguments: &[&str]) -> Ended {
        self.run(env!("CARGO"), arguments)
    }

    /// Makes exercises of reference solutions.
    fn solve(&self, step: &Step) {
        for program in step.programs {
            let solution = read(Package::Solutions.source(program));
            let exercise = self.folder.join(Package::Exercises.source(program));
            fs::write(exercise, solution).expect("a program is written");
        }
    }
}

/// What a step's first scene looks like in its snapshot.
fn recorded(step: &Step) -> String {
    let snapshot = read(format!("tests/snapshots/{}.snap", step.id));
    let start = snapshot.find(step.checks[0].name).expect("its title");
    let scene = &snapshot[start..];
    scene.split("\n\n").next().expect("a scene").trim_end().to_string()
}

#[test]
fn an_edition_is_built_without_a_network_and_checks_what_students_write() {
    if Command::new("make").arg("--version").output().is_err() {
        let _ = writeln!(io::stderr(), "skipped: make is not installed");
        return;
    }
    let course = Copy::of_the_course();
    let edition = Built::of(&course, &[]);
    let before = files_of(&edition.folder);
    let known = edition.cargo(&["metadata", "--locked", "--format-version=1", "--no-deps"]).with(0);
    assert!(!known.stdout.contains("solutions"), "{known}");
    edition.cargo(&["tree", "--locked", "--workspace"]).with(0); // the lock file is as cargo would write it

    // Before anything is done: runs are shown as they were recorded.
    let [ex1, ex4, ex5] = ["ex1", "ex4", "ex5"].map(|id| find(id).expect("a step"));
    let output = edition.run("make", &["ex1"]).with(0);
    assert!(output.stdout.contains("A finished one, as it was recorded with the"), "{output}");
    assert!(output.stdout.contains(&recorded(ex1)), "{output}");
    let output = edition.run("make", &["test"]).with(0);
    let checks: usize = STEPS.iter().map(|step| step.checks.len()).sum();
    assert!(output.stdout.contains(&format!("0 failed; {checks} ignored")), "{output}");
    assert!(!output.stdout.contains("solutions::"), "{output}");
    let output = edition.cargo(&["step", "demo", "ex1", "ex5"]).with(0);
    assert!(output.stdout.contains(&recorded(ex1)), "{output}");
    assert!(output.stdout.contains(&recorded(ex5)), "{output}");
    let output = edition.cargo(&["step", "check", "ex1", "--solutions"]).with(2);
    assert!(output.stderr.contains("the reference solutions are not here"), "{output}");
    let output = edition.cargo(&["step", "new", "ts", "3.1 a time server"]).with(2);
    assert!(output.stderr.contains("not to its students' edition"), "{output}");
    let output = edition.cargo(&["step", "report", "ex1", "--mermaid"]).with(0);
    assert!(output.stdout.contains("sequenceDiagram"), "{output}");

    // Then: what they write is checked, also that for which 1.4's client is not there, and packed.
    edition.solve(ex1);
    edition.solve(ex5);
    let output = edition.cargo(&["step", "check", "ex1", "ex5", "--json"]).with(0);
    for step in output.json()["steps"].as_array().expect("steps") {
        assert_eq!(step["points"].as_f64(), step["max"].as_f64(), "{step:#}");
        for check in step["checks"].as_array().expect("checks") {
            assert_eq!(check["verdict"], "passes", "{check:#}");
        }
    }
    assert!(!output.stdout.contains(ex4.programs[1]), "{output}");
    let packed = tempfile::tempdir().expect("a folder");
    let folder = packed.path().to_str().expect("text");
    edition.cargo(&["step", "pack", "ex1", "--as", "A.B.1", "--dir", folder]).with(0);

    // An edition of an edition is the same one, whatever its exercises are.
    let again = packed.path().join("again");
    edition.cargo(&["step", "edition", again.to_str().expect("text")]).with(0);
    let again = files_of(&again);
    let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&again), names(&before));
    for (name, content) in &before {
        assert!(again[name] == *content, "{name} is another one");
    }

    // With some of the reference solutions, those are played.
    let edition = Built::of(&course, &["--with", "ex1,ex4"]);
    edition.cargo(&["tree", "--locked", "--workspace"]).with(0);
    let output = edition.run("make", &["ex1"]).with(0);
    assert!(output.stdout.contains("A finished one, played just now"), "{output}");
    let output = edition.run("make", &["test"]).with(0);
    let kept = ex1.checks.len() + ex4.checks.len();
    assert_eq!(output.stdout.matches("solutions::").count(), kept, "{output}");
    let output = edition.cargo(&["step", "check", "ex1", "ex2", "--solutions"]).with(2);
    assert!(
        output.stderr.contains("no reference solutions of ex2; cargo step check ex1 ex4"),
        "{output}"
    );
    edition.solve(ex5);
    let output = edition.cargo(&["step", "check", "ex5", "while clients talk", "--json"]).with(0);
    assert!(output.stdout.contains(ex4.programs[1]), "{output}");
}

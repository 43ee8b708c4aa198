//! The course is whole: every program has its twin, its TODOs, its task, its hints and its section.

use std::env;
use std::fs;
use std::process::Command;

use course_tests::play::{Package, Role, STEPS, Starter, all_programs, reference};
use course_tests::{read, root};

/// The most lines of code that a worked program may have: about 80.
const MOST_LINES: usize = 85;

#[test]
fn exercises_and_solutions_hold_exactly_the_programs_of_the_steps() {
    for package in [Package::Exercises, Package::Solutions, Package::Plain] {
        let folder = root().join(package.folder()).join("src/bin");
        let files = fs::read_dir(&folder).expect("the folder is there");
        let mut files: Vec<String> = files
            .map(|file| file.expect("a file").file_name().to_string_lossy().into_owned())
            .collect();
        let mut programs: Vec<String> =
            all_programs().map(|(_, program)| format!("{program}.rs")).collect();
        files.sort();
        programs.sort();
        // A student may add files; none of ours may be missing.
        match package {
            Package::Solutions => {
                files.retain(|file| file != "ex4_event_loop.rs"); // an answer to a question, not a step
                assert_eq!(files, programs)
            }
            Package::Exercises => {
                assert!(programs.iter().all(|program| files.contains(program)), "{files:?}")
            }
            // A new step need not have one of these.
            Package::Plain => {
                assert!(files.iter().all(|file| programs.contains(file)), "{files:?}")
            }
        }
    }
}

#[test]
fn every_exercise_opens_with_its_task() {
    for (step, program) in all_programs() {
        let source = read(Package::Exercises.source(program));
        if is_solved(&source) {
            continue; // somebody's work has taken its place
        }
        let title = format!("//! # {}", step.title);
        assert!(
            source.to_lowercase().starts_with(&title),
            "{program} does not open with {title:?}"
        );
        let starter = Starter::of(&source);
        assert!(
            (1..=6).contains(&starter.task().lines().count()),
            "{program}: the task is not a few lines"
        );
        for heading in ["//! ## What to notice\n", "//! ## Try it by hand\n"] {
            assert!(source.contains(heading), "{program} has no {heading:?}");
        }
        assert!(
            source.contains(&format!("cargo try {program}")),
            "{program} does not say how to try it"
        );
    }
}

#[test]
fn every_todo_is_numbered_and_has_a_link_and_a_todo_call() {
    for (_, program) in all_programs() {
        let source = read(Package::Exercises.source(program));
        let mut spots = Starter::of(&source).spots();
        spots.sort_by_key(|spot| spot.number);
        spots.dedup_by_key(|spot| spot.number);
        assert!(
            spots.iter().all(|spot| (1..=spot.of).contains(&spot.number)),
            "{program}: {spots:?}"
        );
        if !Starter::of(&source).is_untouched() {
            continue; // somebody is working on it: some of its spots are code by now
        }
        let chunks: Vec<&str> = source.split("// TODO ").skip(1).collect();
        assert_eq!(chunks.len(), spots.len(), "{program}: two spots have one number");
        for (chunk, spot) in chunks.iter().zip(&spots) {
            assert!(
                spot.task.ends_with('.'),
                "{program}: the first line of {:?} is no sentence",
                spot.task
            );
            assert!(
                chunk.contains("//   https://doc.rust-lang.org/"),
                "{program}: {:?} has no link",
                spot.task
            );
            assert_eq!(
                chunk.matches("todo!(").count(),
                1,
                "{program}: {:?} has no todo!()",
                spot.task
            );
        }
    }
}

/// With `STARTERS=untouched`, as `make lint` sets it: in the course itself, nothing may be solved. Without,
/// a student's programs may stand in the place of any starter.
#[test]
fn no_starter_is_solved() {
    if env::var("STARTERS").as_deref() != Ok("untouched") {
        println!("not checked: STARTERS=untouched is not set");
        return;
    }
    for (_, program) in all_programs() {
        let starter = Starter::read(program);
        assert!(starter.is_untouched(), "exercises/src/bin/{program}.rs lacks some of its TODOs");
    }
}

#[test]
fn no_solution_has_anything_to_do_or_is_too_long() {
    for (_, program) in all_programs() {
        let source = read(Package::Solutions.source(program));
        assert!(!source.contains("todo!("), "{program} has a todo!()");
        let is_code = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with("//");
        let lines = source.lines().filter(is_code).count();
        assert!(lines <= MOST_LINES, "{program} has {lines} lines of code");
    }
}

#[test]
fn every_step_has_hints_of_which_the_first_asks() {
    for step in STEPS {
        assert!(step.hints.len() >= 2, "{} has too few hints", step.id);
        assert!(step.hints[0].ends_with('?'), "the first hint of {} is no question", step.id);
    }
}

#[test]
fn every_step_gives_its_points_through_checks_of_each_program() {
    for step in STEPS {
        let sum: f64 = step.checks.iter().map(|check| step.points_of(check)).sum();
        assert!((sum - f64::from(step.points)).abs() < 1e-9, "{} gives {sum} points", step.id);
        for program in step.programs {
            let role = Role::of(program);
            assert!(
                step.checks.iter().any(|check| check.role == role && !check.is_bonus()),
                "{program} is not checked"
            );
        }
        let mut names: Vec<&str> = step.checks.iter().map(|check| check.id).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), step.checks.len(), "two checks of {} have one name", step.id);
        for check in step.checks {
            let title = format!("{} · {}", step.title, check.name);
            assert!(title.chars().count() <= 80, "too wide for a screen: {title}");
            assert!(
                !check.look.is_empty(),
                "{}: {:?} does not say where to look",
                step.id,
                check.name
            );
        }
    }
}

#[test]
fn every_step_has_a_section_of_the_readme_and_a_make_target() {
    let (readme, makefile) = (read("README.md"), read("Makefile"));
    for step in STEPS {
        let heading = format!("\n### {}\n", step.title);
        let section = readme.split_once(&heading);
        let (_, section) =
            section.unwrap_or_else(|| panic!("README.md has no section {heading:?}"));
        let section = section.split("\n### ").next().expect("a section has text");
        assert!(
            section.contains(&format!("make {}", step.id)),
            "the section of {} does not name its target",
            step.id
        );
        for program in step.programs {
            assert!(
                section.contains(program),
                "the section of {} does not name {program}",
                step.id
            );
        }
        assert!(
            makefile.contains(&format!(" {}", step.id)),
            "the Makefile has no target {}",
            step.id
        );
    }
}

#[test]
fn every_program_says_what_it_is_and_has_the_port_of_its_step() {
    for (step, program) in all_programs() {
        let path = reference(program);
        let output = Command::new(&path).arg("--help").output().expect("it starts");
        let help = String::from_utf8(output.stdout).expect("text");
        assert!(
            help.lines().next().is_some_and(|about| about.len() > 20),
            "{program} does not say what it is"
        );
        if let Some(port) = step.port {
            assert!(help.contains(&format!("[default: {port}]")), "{program}: {help}");
            assert!(help.contains("[default: 127.0.0.1]"), "{program}: {help}");
        }
        assert!(
            help.lines().all(|line| line.chars().count() <= 80),
            "{program}: a line is too wide: {help}"
        );
        let wrong = Command::new(path).arg("--wrong").output().expect("it starts");
        assert_eq!(wrong.status.code(), Some(2), "{program} accepts a wrong option");
    }
}

fn is_solved(source: &str) -> bool {
    Starter::of(source).spots().is_empty()
}

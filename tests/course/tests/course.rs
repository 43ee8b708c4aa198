//! The course is whole: every program has its twin, its TODOs, its task, its hints and its section.

use std::env;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Once;

use checker::course::values::COURSE_FILE;
use checker::report::{bins, insertion};
use checker::stage::framing::Framing;
use course_tests::follow::followed;
use course_tests::play::{
    Asked, Package, Role, STEPS, Starter, all_programs, list_of_helpers, reference, starter,
};
use course_tests::run::{Ended, run};
use course_tests::{ask_for, read, root, wait_until};

/// The most lines of code that a reference solution may have: about 80.
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
                files
                    .retain(|file| bins::OTHERS.iter().all(|other| *file != format!("{other}.rs")));
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
fn there_is_a_starter_of_each_program_and_no_other() {
    let files = fs::read_dir(root().join("starters")).expect("the folder is there");
    let mut files: Vec<PathBuf> =
        files.map(|file| Path::new("starters").join(file.expect("a file").file_name())).collect();
    let mut programs: Vec<PathBuf> = all_programs().map(|(_, program)| starter(program)).collect();
    files.sort();
    programs.sort();
    assert_eq!(files, programs);
}

#[test]
fn cargo_builds_no_starter() {
    let mut command = Command::new(env!("CARGO"));
    command.args(["metadata", "--no-deps", "--offline", "--format-version=1"]).current_dir(root());
    let output = Ended::from(command.output().expect("cargo starts")).with(0);
    assert!(output.stdout.contains("/exercises/src/bin/ex1_server.rs"), "{output}");
    assert!(!output.stdout.contains("/starters/"), "{output}");
}

#[test]
fn every_starter_opens_with_its_task() {
    for (step, program) in all_programs() {
        let source = read(starter(program));
        let title = format!("//! # {}", step.title.to_lowercase());
        assert!(
            source.to_lowercase().starts_with(&title),
            "{program} does not open with {title:?}"
        );
        let starter = Starter::of(&source);
        assert!(
            (1..=6).contains(&starter.task().lines().count()),
            "{program}: the task is not a few lines"
        );
        for heading in ["//! ## What to notice\n", "//! ## Try it yourself\n"] {
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
        let source = read(starter(program));
        let spots = Starter::of(&source).spots();
        let numbers: Vec<usize> = spots.iter().map(|spot| spot.number).collect();
        let expected: Vec<usize> = (1..=spots.len()).collect();
        assert_eq!(numbers, expected, "{program}: {spots:?}");
        let chunks: Vec<&str> = source.split("// TODO ").skip(1).collect();
        assert_eq!(chunks.len(), spots.len(), "{program}: a TODO without its number");
        for (chunk, spot) in chunks.iter().zip(&spots) {
            assert!(
                spot.task.ends_with('.'),
                "{program}: the first line of {:?} is not a sentence",
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

#[test]
fn no_starter_is_solved() {
    for (_, program) in all_programs() {
        let starter = Starter::handed_out(program);
        assert!(starter.is_whole(), "starters/{program}.rs lacks some of its TODOs");
    }
}

/// With `STARTERS=untouched`, as `make lint` sets it: in the course itself, the exercises are those that are handed out.
/// Without, a student's programs may stand instead of any of them. `make texts` copies an exercise in which nothing is
/// solved over its starter, and brings back an exercise that is missing.
#[test]
fn the_exercises_are_the_starters() {
    write_what_follows();
    if is_to_write() {
        return;
    }
    if env::var("STARTERS").as_deref() != Ok("untouched") {
        println!("not checked: STARTERS=untouched is not set");
        return;
    }
    for (_, program) in all_programs() {
        let (exercise, starter) = (Package::Exercises.source(program), starter(program));
        assert_eq!(
            fs::read(root().join(&exercise)).ok(),
            fs::read(root().join(&starter)).ok(),
            "{} and {} differ: `make texts` copies the first over the second, if nothing is solved in it",
            exercise.display(),
            starter.display()
        );
    }
}

fn copy_what_is_handed_out(program: &str) {
    let exercise = root().join(Package::Exercises.source(program));
    let starter = root().join(starter(program));
    if Starter::read(program).is_whole() {
        let (new, old) = (fs::read(&exercise).expect("the exercise is read"), fs::read(&starter));
        if old.ok().as_ref() != Some(&new) {
            fs::write(starter, new).expect("the starter is written");
        }
    } else if !exercise.exists() {
        fs::copy(starter, exercise).expect("the exercise is written");
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
    for step in STEPS.iter() {
        assert!(step.hints.len() >= 2, "{} has too few hints", step.id);
        assert!(step.hints[0].ends_with('?'), "the first hint of {} is not a question", step.id);
    }
}

#[test]
fn every_step_gives_its_points_through_checks_of_each_program() {
    for step in STEPS.iter() {
        let for_points = |asked: Asked| matches!(asked, Asked::ForPoints(share) if share > 0);
        assert!(
            step.checks.iter().any(|check| for_points(check.asked_of_command(
                &[],
                Framing::None,
                true
            ))),
            "nothing of {} is asked of programs in other languages",
            step.id
        );
        for program in step.programs {
            let role = Role::of(program);
            assert!(
                step.checks.iter().any(|check| check.role == role && !check.is_bonus()),
                "{program} is not checked"
            );
        }
        let has_pair =
            [Role::Server, Role::Client].iter().all(|role| step.program(*role).is_some());
        match step.is_own && has_pair && step.pair_checks.is_empty() {
            true => ask_for(&format!("checks of {} for --pair", step.id)),
            false => assert_eq!(has_pair, !step.pair_checks.is_empty(), "--pair in {}", step.id),
        }
        let all = || step.checks.iter().chain(step.pair_checks);
        let mut ids: Vec<&str> = all().map(|check| check.id).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), all().count(), "two checks of {} have one id", step.id);
        for check in all() {
            let title = format!("{} · {}", step.title, check.name);
            assert!(title.chars().count() <= 80, "too wide for a screen: {title}");
            assert!(
                check.share.is_some(),
                "{}: neither `.worth(…)` nor `.bonus()`: {title}",
                step.id
            );
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
    let readme = read("README.md");
    let ids = || STEPS.iter().map(|step| step.id);
    let made = run(Command::new("make").arg("--dry-run").args(ids()).current_dir(root())).with(0);
    for step in STEPS.iter() {
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
        let command = format!("cargo step check {} ", step.id);
        assert!(made.stdout.contains(&command), "make {} does not check it: {made}", step.id);
    }
}

/// What `cargo step new` leaves to the author of a step. Nothing fails: the step works.
#[test]
fn what_is_left_for_an_author_is_listed() {
    const MARK: &str = "AUTHOR: ";
    let mut files = vec![PathBuf::from("README.md"), PathBuf::from("checker/texts/en.toml")];
    for step in STEPS.iter().filter(|step| step.is_own) {
        files.extend(step.programs.iter().map(|program| Package::Exercises.source(program)));
        files.push(Path::new("checker/src/course/scenes").join(format!("{}.rs", step.id)));
    }
    for file in files {
        for (number, line) in (1..).zip(read(&file).lines()) {
            if let Some((_, what)) = line.split_once(MARK) {
                ask_for(&format!("{}:{number}: {what}", file.display()));
            }
        }
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

#[test]
fn every_server_listens_on_ipv6_and_a_client_finds_it_there() {
    if TcpListener::bind("[::1]:0").is_err() {
        let _ = writeln!(io::stderr(), "skipped: this machine has no IPv6");
        return;
    }
    for (_, program) in all_programs().filter(|(_, program)| Role::of(program) == Role::Server) {
        let server = ReferenceServer::start(program, "::1");
        assert!(server.address.starts_with("[::1]:"), "{program} listens on {}", server.address);
        TcpStream::connect(&server.address).expect(program);
    }
    let server = ReferenceServer::start("ex4_server", "::1");
    let (_, port) = server.address.rsplit_once(':').expect("a port");
    let client = Command::new(reference("ex4_client"))
        .args(["--host", "::1", "--port", port])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut client = client.expect("it starts");
    let mut keyboard = client.stdin.take().expect("a pipe");
    keyboard.write_all(b"bread\nend\n").expect("the client reads");
    let output = Ended::from(client.wait_with_output().expect("it ends")).with(0);
    assert!(output.stdout.contains("bread"), "{output}");
}

/// The thread that receives waits for the server, and the client must not wait for that thread.
#[test]
fn a_chat_client_whose_keyboard_has_an_error_ends_with_a_line_that_says_so() {
    for (server, client, name) in
        [("ms2_server", "ms2_client", &["--name", "alice"][..]), ("ms3_server", "ms3_client", &[])]
    {
        let server = ReferenceServer::start(server, "127.0.0.1");
        let (_, port) = server.address.rsplit_once(':').expect("a port");
        let folder = File::open(root()).expect("the folder is there"); // reading it is an error
        let mut command = Command::new(reference(client));
        command.args(["--port", port]).args(name);
        command.stdin(folder).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut running = command.spawn().expect("it starts");
        wait_until("it ends", || running.try_wait().expect("its status").is_some());
        let output = Ended::from(running.wait_with_output().expect("its output")).with(1);
        let lines: Vec<&str> = output.stderr.lines().collect();
        assert!(lines.len() == 1 && lines[0].starts_with("error: "), "{client}: {output}");
    }
}

/// A reference server, which ends with this.
struct ReferenceServer {
    child: Child,
    address: String,
}

impl ReferenceServer {
    fn start(program: &'static str, host: &str) -> ReferenceServer {
        let mut command = Command::new(reference(program));
        command.args(["--host", host, "--port", "0"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("it starts");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("a pipe");
        let read = BufReader::new(stdout).read_line(&mut line);
        let address = line.trim().trim_start_matches("listening on ").to_string();
        let server = ReferenceServer { child, address };
        read.expect("it says where it listens");
        server
    }
}

impl Drop for ReferenceServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The order of the walkthrough is that of course.toml. `make texts` writes the list, before the lists that are made
/// from it.
#[test]
fn the_steps_are_listed_in_the_order_of_the_course_file() {
    let path = Path::new("checker/src/course/scenes/mod.rs");
    let (list, course) = (read(path), read(COURSE_FILE));
    let expected = insertion::list_of_steps(&list, &insertion::steps_in(&course));
    write_or_compare(path, &list, &expected.expect("the file has a list of steps"));
}

/// The `[[bin]]` lists are made from the table of steps; so they cannot forget a program, and a new one needs no copy of
/// a neighbour's lines. `make texts` writes them.
#[test]
fn the_lists_of_binaries_are_those_of_the_table() {
    for package in [Package::Exercises, Package::Solutions, Package::Plain] {
        let path = package.manifest();
        // A student's program may be missing.
        let has_file = |program: &&str| {
            package == Package::Exercises || root().join(package.source(program)).exists()
        };
        let programs: Vec<&str> =
            all_programs().map(|(_, program)| program).filter(has_file).collect();
        let manifest = read(&path);
        let expected = bins::with_programs(package, &manifest, &programs);
        let expected = expected.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        write_or_compare(&path, &manifest, &expected);
    }
}

/// By this list a student is told which helpers differ from the course's. `make texts` writes it.
#[test]
fn the_list_of_helpers_is_that_of_the_course() {
    write_what_follows(); // one of the helpers
    let path = Path::new("checker/src/course/helpers.txt");
    write_or_compare(path, &read(path), &list_of_helpers(root()));
}

fn write_or_compare(path: &Path, found: &str, expected: &str) {
    if is_to_write() && found != expected {
        fs::write(root().join(path), expected).expect("it is written");
    } else if !is_to_write() {
        assert_eq!(found, expected, "{} is not up to date: `make texts` writes it", path.display());
    }
}

/// What stands in course.toml stands elsewhere too: ports in the helpers, in starters, in the README and the Dockerfile,
/// and titles above them. `make texts` writes them.
#[test]
fn the_texts_follow_the_course_file() {
    write_what_follows();
    let stale: Vec<PathBuf> = followed(root(), &STEPS).into_keys().collect();
    assert!(stale.is_empty(), "{stale:?}: not as the course file says, `make texts` writes them");
}

/// With `UPDATE_LISTS=1`, writes starters, and the ports and titles of the course file to where else they stand.
fn write_what_follows() {
    static WRITTEN: Once = Once::new();
    WRITTEN.call_once(|| {
        if is_to_write() {
            all_programs().for_each(|(_, program)| copy_what_is_handed_out(program));
            for (path, text) in followed(root(), &STEPS) {
                fs::write(root().join(path), text).expect("the file is written");
            }
        }
    });
}

/// Whether lists and starters are to be written, as by `make texts`, rather than compared.
fn is_to_write() -> bool {
    env::var_os("UPDATE_LISTS").is_some()
}

//! `cargo step watch`: what a student sees on the screen, types, and saves.

use std::env;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::{Duration, SystemTime};

use checker::sandbox::process::{Exit, TERMINAL_COLUMNS, TERMINAL_ROWS};
use course_tests::copy::Copy;
use course_tests::desk::Desk;
use course_tests::play::{STEPS, find};
use course_tests::recording::Recording;
use course_tests::{kept, root};
use rustix::process::Signal;

/// Longer than any test: a check that waits for something does not end by itself.
const FOREVER: &str = "100";

/// Makes the server of 1.4 do nothing at all.
const HANGS: [&str; 2] = [
    "fn main() -> ExitCode {",
    "fn main() -> ExitCode {\n    std::thread::sleep(std::time::Duration::MAX);",
];

fn desk(copy: &Copy, arguments: &[&str]) -> Desk {
    let arguments = [&["watch"], arguments].concat();
    Desk::start(copy.command(&arguments).env("CHATLINGS_PATIENCE", FOREVER))
}

/// Waits until programs of the copy run, or none does any more.
#[cfg(target_os = "linux")]
fn waits_for_programs(copy: &Copy, are_there: bool) {
    let target = copy.target().display().to_string();
    let is_meant = |line: &String| line.starts_with(&target);
    let are_so = || course_tests::system::command_lines().iter().any(is_meant) == are_there;
    let what = if are_there { "a program that runs" } else { "nobody left" };
    course_tests::wait_for(Duration::from_secs(60), what, are_so);
}

/// Another system does not tell.
#[cfg(not(target_os = "linux"))]
fn waits_for_programs(_: &Copy, _: bool) {}

#[test]
fn a_save_is_checked_and_a_step_that_is_done_is_left_by_a_key_only() {
    let copy = Copy::of_the_course();
    copy.edit("ex1_server", "println!(\"{message}\");", "drop(message);");
    let mut desk = desk(&copy, &[]);
    desk.shows("ex1 · 1.1 a server for one message"); // the first that is not complete
    desk.shows(" files: exercises/src/bin/ex1_server.rs");
    desk.shows("✗ ");
    desk.shows("but nothing was");
    desk.shows("Look at");
    copy.edit("ex1_server", "drop(message);", "println!(\"{message}\");");
    let points = find("ex1").expect("the step is there").points;
    desk.shows(&format!("All checks pass: {points} of 60 points so far. n goes on with ex2"));
    assert!(desk.screen().starts_with("ex1 ·"), "{}", desk.screen());
    desk.types("n");
    desk.shows("ex2 · 1.2");
    desk.shows("All checks pass: 5 of 60 points so far. n goes on with ms0");
    desk.types("p");
    desk.shows("ex1 · 1.1");
    desk.types("q");
    assert_eq!(desk.ends(), Exit::Status(0));
    let written = String::from_utf8_lossy(&desk.written);
    // A row is cleared before it is written: behind a full one, a terminal may clear its last letter.
    assert_eq!(written.matches("\x1b[K").count(), written.matches(";1H\x1b[K").count());
    assert!(written.ends_with("So far: 5 of 60 points in all steps.\r\n"));
}

#[test]
fn a_save_during_a_run_stops_it_and_a_key_is_answered_meanwhile() {
    let copy = Copy::of_the_course();
    copy.edit("ex4_server", HANGS[0], HANGS[1]);
    let mut desk = desk(&copy, &["ex4"]);
    desk.shows("░ ");
    desk.waits("a check that waits for the server", |screen| screen.contains(" of 18 checks"));
    waits_for_programs(&copy, true);
    desk.types("h");
    desk.shows("Hint 1 of 3");
    desk.types("l");
    desk.shows("▸  5 ex4");
    desk.types("l");
    copy.edit("ex4_server", HANGS[1], HANGS[0]);
    desk.shows("All checks pass");
    waits_for_programs(&copy, false);
    desk.types("q");
    assert_eq!(desk.ends(), Exit::Status(0));
}

#[test]
fn a_compiler_error_is_shown_and_a_save_of_another_step_is_named() {
    let copy = Copy::of_the_course();
    copy.edit("ex2_client", "fn main", "const WRONG: u8 = \"\";\n\nfn main");
    let mut command = copy.command(&["watch", "ex2"]);
    let mut desk = Desk::start(command.env("FORCE_HYPERLINK", "1").env("TERM_PROGRAM", "none"));
    desk.shows("ex2_client does not compile:");
    desk.shows("error[E0308]: mismatched types");
    desk.shows("--> exercises/src/bin/ex2_client.rs:");
    let address = format!("\x1b]8;;file://{}\x1b\\", copy.exercise("ex2_client").display());
    desk.writes(0, &address); // a link
    desk.types("v");
    desk.shows("expected `u8`, found `&str`");
    desk.types("v");
    copy.edit("ex5_server", "fn main", "// another line\nfn main");
    desk.shows("exercises/src/bin/ex5_server.rs was saved. It belongs to ex5");
    desk.types("l\r");
    desk.shows("ex5 · 2.1");
    desk.types("vq"); // from a view, back
    desk.types("q");
    assert_eq!(desk.ends(), Exit::Status(0));
}

#[test]
fn an_editor_may_rename_truncate_or_touch() {
    let copy = Copy::of_the_course();
    let path = copy.exercise("ex1_server");
    let right = fs::read_to_string(&path).expect("the program is read");
    let wrong = right.replace("println!(\"{message}\");", "drop(message);");
    let mut desk = desk(&copy, &["ex1"]);
    desk.shows("All checks pass");
    fs::write(path.with_extension("rs.new"), &wrong).expect("a file is written");
    fs::rename(path.with_extension("rs.new"), &path).expect("it is renamed");
    desk.shows("but nothing was");
    fs::write(&path, "").expect("it is emptied");
    fs::write(&path, &right).expect("it is written");
    desk.shows("All checks pass");
    // Another time alone is a save too: what was shown is old until it was checked again.
    let before = desk.written.len();
    let file = File::options().write(true).open(&path).expect("it opens");
    file.set_modified(SystemTime::now() + Duration::from_secs(1)).expect("it has another time");
    desk.waits("a check that goes on", |screen| !screen.contains("All checks pass"));
    desk.shows("All checks pass");
    assert!(desk.written.len() > before);
    desk.types("r");
    desk.waits("a check that goes on", |screen| {
        screen.contains(" checks\n") || screen.contains("builds")
    });
    desk.shows("All checks pass");
    desk.types("q");
    assert_eq!(desk.ends(), Exit::Status(0));
}

#[test]
fn the_terminal_is_as_it_was_however_the_desk_ends() {
    let copy = Copy::of_the_course();
    copy.edit("ex4_server", HANGS[0], HANGS[1]);
    type Leave = fn(&mut Desk);
    let leaves: [(&str, Leave, Exit); 4] = [
        ("q", |desk| desk.types("q"), Exit::Status(0)),
        ("Ctrl-C", |desk| desk.types("\x03"), Exit::Status(0)),
        ("SIGTERM", |desk| desk.signals(Signal::TERM), Exit::Status(143)),
        ("SIGHUP", |desk| desk.signals(Signal::HUP), Exit::Status(129)),
    ];
    for (how, leave, exit) in leaves {
        let mut desk = desk(&copy, &["ex4"]);
        desk.waits("a check", |screen| screen.contains(" of 18 checks"));
        assert!(desk.is_raw(), "{how}");
        leave(&mut desk);
        assert_eq!(desk.ends(), exit, "{how}");
        assert!(!desk.is_raw(), "{how}");
        let written = String::from_utf8_lossy(&desk.written).into_owned();
        let (_, end) =
            written.rsplit_once("\x1b[?25h").unwrap_or_else(|| panic!("{how}: no cursor"));
        assert!(end.starts_with("\x1b[?1049l"), "{how}: {end:?}");
        waits_for_programs(&copy, false);
    }
}

#[test]
fn a_terminal_that_is_closed_ends_the_desk() {
    let copy = Copy::of_the_course();
    copy.edit("ex4_server", HANGS[0], HANGS[1]);
    let mut desk = desk(&copy, &["ex4"]);
    desk.waits("a check", |screen| screen.contains(" of 18 checks"));
    desk.closes();
    waits_for_programs(&copy, false);
}

#[test]
fn without_a_terminal_results_are_printed_and_it_goes_on_on_save() {
    let copy = Copy::of_the_course();
    let mut command = copy.command(&["watch", "ex1"]);
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    let mut child = child.expect("it starts");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let mut prints = |text: &str| {
        let is_there = lines.any(|line| line.expect("a line").contains(text));
        assert!(is_there, "{text:?} is not printed");
    };
    prints("All checks pass");
    prints(" files; ex1 is checked again when one is saved");
    copy.edit("ex1_server", "println!(\"{message}\");", "drop(message);");
    prints("✗ ");
    prints("watching ");
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, Signal::TERM).expect("it runs");
    assert_eq!(child.wait().expect("it ends").code(), Some(143));
}

#[test]
fn a_program_starts_over_when_that_is_agreed() {
    let copy = Copy::of_the_course();
    let solved = fs::read_to_string(copy.exercise("ex1_server")).expect("the program is read");
    let mut desk = desk(&copy, &["ex1"]);
    desk.shows("All checks pass");
    desk.types("x");
    desk.shows("Start exercises/src/bin/ex1_server.rs over, as it was handed out?");
    desk.types("n");
    desk.shows("All checks pass");
    desk.types("xy");
    desk.shows("ex1_server starts over. Your file is kept:");
    desk.shows("to do exercises/src/bin/ex1_server.rs:");
    let folder = copy.exercises().join("src/bin");
    let files = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("a file").path());
    let copies: Vec<_> = files.filter(|path| path.to_string_lossy().ends_with(".rs.bak")).collect();
    let [kept] = &copies[..] else { panic!("{copies:?}") };
    assert!(fs::read_to_string(kept).is_ok_and(|kept| kept == solved), "{kept:?}");
    desk.types("l");
    desk.shows("▸  1 ex1");
    desk.types("\x1b[B\r"); // down, and there
    desk.shows("ex2 · 1.2");
    desk.types("x");
    desk.shows("1 exercises/src/bin/ex2_server.rs");
    desk.types("2");
    desk.shows("ex2_client starts over.");
    desk.types("q");
    assert_eq!(desk.ends(), Exit::Status(0));
}

#[test]
#[cfg(target_os = "linux")] // elsewhere it is another program that opens a page
fn the_run_is_opened_as_a_page() {
    let copy = Copy::of_the_course();
    let folder = tempfile::tempdir().expect("a folder");
    let opened = folder.path().join("opened");
    let opener = format!("printf %s \"$1\" >{:?}.new && mv {:?}.new {:?}", opened, opened, opened);
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", "printf '#!/bin/sh\n%s\n' \"$1\" >\"$0\" && chmod +x \"$0\""]);
    assert!(
        shell.arg(folder.path().join("xdg-open")).arg(opener).status().is_ok_and(|it| it.success())
    );
    let path = format!("{}:{}", folder.path().display(), env::var("PATH").expect("a path"));
    let mut desk = Desk::start(copy.command(&["watch", "ex1"]).env("PATH", path));
    desk.shows("All checks pass");
    desk.types("o");
    desk.shows("report.html");
    course_tests::wait_until("a page that is opened", || opened.exists());
    let page = fs::read_to_string(&opened).expect("its name");
    assert!(
        fs::read_to_string(page.trim_start_matches("file://"))
            .is_ok_and(|page| page.starts_with("<!DOCTYPE html>"))
    );
    desk.types("q");
    assert_eq!(desk.ends(), Exit::Status(0));
}

/// The picture in the README. After a change that is meant, `make pictures` takes it again.
#[test]
fn the_picture_of_the_desk_is_of_the_desk_as_it_is() {
    let copy = Copy::of_the_course();
    let path = root().join("docs/watch.svg");
    if env::var("INSTA_UPDATE").as_deref() == Ok("always") {
        fs::write(&path, recorded(&copy)).expect("the picture is written");
    }
    let shown = fs::read_to_string(&path).unwrap_or_default();
    // On a busy machine a failure may be told in other words: whether a program has ended yet, for example.
    for attempt in 1.. {
        let picture = recorded(&copy);
        if picture == shown {
            return;
        }
        let taken = kept("watch.svg");
        fs::write(&taken, &picture).expect("the picture is written");
        let message = format!("docs/watch.svg does not show {}", taken.display());
        assert!(attempt < 3, "{message}. If that is meant: make pictures");
        println!("{message}: it is taken again");
    }
}

/// What a student sees at 1.2, with a mistake in it that is mended.
fn recorded(copy: &Copy) -> String {
    const SHOWS: [&str; 2] =
        ["console::show(&receive(&server)?);", "receive(&server)?;\n    console::show(&line);"];
    copy.edit("ex2_client", SHOWS[0], SHOWS[1]);
    let mut command = copy.command(&["watch", "ex2"]);
    let mut desk = Desk::start(command.env("CHATLINGS_SEED", "1").env_remove("NO_COLOR"));
    let mut recording = Recording::new(TERMINAL_COLUMNS, TERMINAL_ROWS);
    let mut takes = |desk: &mut Desk, caption: &str, shown: &str| {
        let is_still =
            |screen: &str| !screen.contains("builds") && !screen.contains(" of 8 checks");
        desk.waits(shown, |screen| screen.contains(shown) && is_still(screen));
        recording.takes(caption, desk.colored());
    };
    let saved =
        "A save: the step is built and played. What fails first is shown, and where to look";
    takes(&mut desk, saved, "Look at");
    desk.types("h");
    takes(&mut desk, "h: a hint", "Hint 1 of");
    copy.edit("ex2_client", SHOWS[1], SHOWS[0]);
    takes(&mut desk, "The next save: all is right", "All checks pass");
    desk.types("q");
    assert_eq!(desk.ends(), Exit::Status(0));
    recording.svg("cargo step watch, at step 1.2")
}

#[test]
fn a_step_that_is_not_there_is_wrong_usage() {
    let copy = Copy::of_the_course();
    let ended = copy.step(&["watch", "ex9"]).with(2);
    assert!(ended.stderr.contains("ex9") && ended.stderr.contains(STEPS[0].id), "{ended}");
}

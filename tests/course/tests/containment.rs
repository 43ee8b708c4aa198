//! A program that is checked can do no harm, and nothing that a check starts outlives it, whichever way it ends:
//! no process, no socket, no temporary file.

#![cfg(target_os = "linux")] // where a test can list them

use std::ffi::OsStr;
use std::io::{self, Write};
use std::process::Command;

use course_tests::hostile::{Run, ends_well, is_contained};
use course_tests::run::checker;
use course_tests::wait_until;
use rustix::process::{Pid, Signal};

#[test]
fn a_program_that_never_listens() {
    let expected = "connection refused; the server has not begun to listen within 2 s";
    is_contained("never-listens", &["--patience", "0.2"], expected);
}

#[test]
fn a_program_that_listens_on_another_port() {
    is_contained("listens-elsewhere", &["--patience", "0.2"], "; the server listens on port ");
}

#[test]
fn a_program_that_exits_at_once() {
    is_contained("exits", &[], "connection refused; the server has ended with status 3");
}

#[test]
fn a_program_that_hangs_forever() {
    is_contained("hangs", &["--patience", "0.5"], "but nothing was printed within 1 s");
}

#[test]
fn a_program_that_ignores_signals() {
    is_contained("ignores-signals", &["--patience", "0.5"], "but nothing was printed within 1 s");
}

#[test]
fn a_program_whose_children_outlive_it() {
    is_contained("leaves-children", &["--patience", "0.5"], "but nothing was printed within 1 s");
}

#[test]
fn a_checker_that_is_killed_takes_its_programs_with_it() {
    let mut run = Run::of("hangs", &["--max-seconds", "20"]);
    wait_until("the program runs", || !run.processes().is_empty());
    run.checker.kill().and_then(|()| run.checker.wait()).expect("it is a child");
    wait_until("the program is gone", || run.processes().is_empty());
}

/// In a container the checker's session and group may have been founded outside, and then have no number there.
#[test]
fn a_container_changes_nothing() {
    let container = ["unshare", "--map-root-user", "--fork", "--pid", "--mount-proc", "sh", "-c"]
        .map(OsStr::new);
    // All that is left ends with the container, so it is looked for before.
    let script =
        r#""$@"; status=$?; grep -l 'sleep[s]' /proc/[0-9]*/cmdline && exit 99; exit $status"#;
    let within = |program: &OsStr| {
        let mut command = Command::new(container[0]);
        command.args(&container[1..]).args([script, "sh"]).arg(program);
        command
    };
    if !within("true".as_ref()).output().is_ok_and(|output| output.status.success()) {
        let _ =
            writeln!(io::stderr(), "skipped: this machine does not let unshare make a container");
        return;
    }
    let run = Run::by(within(checker().get_program()), "leaves-children", &["--patience", "0.5"]);
    ends_well(run, "but nothing was printed within 1 s");
}

#[test]
fn a_program_that_prints_without_end() {
    is_contained("prints", &[], "printed more than 4 MiB that nobody asked for");
    is_contained("prints", &["--max-output", "1"], "printed more than 1 MiB (--max-output)");
}

#[test]
fn a_program_that_logs_without_end() {
    is_contained("logs", &[], "logged more than 4 MiB");
}

#[test]
fn a_program_that_sends_without_end() {
    is_contained("sends", &[], "sent more than 4 MiB that nobody asked for");
}

#[test]
fn a_program_that_eats_memory() {
    let options = ["--max-memory", "64"];
    is_contained("eats-memory", &options, "took more than 64 MiB of memory (--max-memory)");
}

#[test]
fn a_program_that_fills_the_disk() {
    let one = "ended by SIGXFSZ: it wrote too long a file (--max-disk)";
    is_contained("fills-the-disk", &["--max-disk", "8"], one);
    let many = "wrote more than 8 MiB to the disk (--max-disk)";
    is_contained("fills-the-disk-with-files", &["--max-disk", "8"], many);
}

#[test]
fn a_program_that_makes_folders_in_folders_in_folders() {
    let options = ["--patience", "0.5", "--max-disk", "1000"];
    is_contained("nests-folders", &options, "but nothing was printed within 1 s");
}

#[test]
fn a_program_that_opens_thousands_of_files() {
    is_contained("opens-files", &[], "had 1024 files and sockets open at once (--max-files)");
}

#[test]
fn a_program_that_starts_many_processes() {
    let options = ["--max-processes", "8"];
    let expected = "was more than 8 processes (--max-processes)";
    is_contained("starts-processes", &options, expected);
    is_contained("starts-orphans", &options, expected);
}

#[test]
fn a_program_that_starts_many_threads() {
    let options = ["--max-processes", "8"];
    is_contained("starts-threads", &options, "had more than 64 threads (--max-processes × 8)");
}

#[test]
fn a_program_with_more_busy_threads_than_processors() {
    // Its threads keep each other waiting, and the scene's clock forgives that, but not forever.
    let options = ["--max-seconds", "2", "--patience", "0.5"];
    is_contained("spins", &options, "over within 1 s (--max-seconds)");
}

#[test]
fn a_program_that_prints_terminal_escapes() {
    is_contained(
        "prints-escapes",
        &["--verbose"],
        "\\u{1b}]0;mine now\\u{7}\\u{1b}[2J\\u{9b}31m\\u{202e}",
    );
}

#[test]
fn a_check_has_an_end() {
    // The scene waits 1 s for a line and then 10 s for a connection, but not with this limit.
    let options = ["--max-seconds", "1", "--patience", "0.9"];
    is_contained("never-listens", &options, "to be over within 0.9 s (--max-seconds)");
}

#[test]
fn a_signal_ends_the_checker_and_all_that_it_has_started() {
    for (signal, status) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
        let run = Run::of("leaves-children", &[]);
        // The program itself and the five that it leaves, in the first scenes.
        wait_until("the programs run", || run.processes().len() >= 6);
        let checker = Pid::from_child(&run.checker);
        rustix::process::kill_process(checker, signal).expect("the checker runs");
        run.end().with(status);
    }
}

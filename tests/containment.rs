//! Nothing that a check starts outlives it, whichever way it ends.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal};

const DEADLINE: Duration = Duration::from_secs(30);

/// The checker's own binary: a signal to `cargo step` would meet cargo first.
fn checker() -> Command {
    let built = Command::new(env!("CARGO")).args(["build", "--quiet", "-p", "checker"]).status();
    assert!(built.expect("cargo runs").success());
    let test = std::env::current_exe().expect("a path");
    let folder = test.ancestors().nth(2).expect("target/debug");
    let mut command = Command::new(folder.join("chatlings"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Checks a program that starts a child of its own, notes both ids in a file, and goes on with `rest`.
fn check_program_that(rest: &str, folder: &Path) -> (Child, Vec<Pid>) {
    let file = folder.join("ids");
    let script =
        format!("sleep 600 & echo $$ $! > {0}.new; mv {0}.new {0}; {rest}", file.display());
    let command = format!("sh -c '{script}'");
    let checker =
        checker().args(["check", "ex1", "--server", &command]).spawn().expect("it starts");
    (checker, ids_in(&file))
}

fn ids_in(file: &PathBuf) -> Vec<Pid> {
    wait_until("the program runs", || file.exists());
    let text = fs::read_to_string(file).expect("the ids are read");
    text.split_whitespace().filter_map(|id| Pid::from_raw(id.parse().ok()?)).collect()
}

fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < DEADLINE, "{what}");
        thread::sleep(Duration::from_millis(5));
    }
}

fn end_of(checker: &mut Child) -> ExitStatus {
    wait_until("the checker ends", || checker.try_wait().expect("a child").is_some());
    checker.wait().expect("a child")
}

fn are_gone(ids: &[Pid]) -> bool {
    ids.iter().all(|id| rustix::process::test_kill_process(*id).is_err())
}

#[test]
fn a_signal_ends_the_checker_and_all_that_it_has_started() {
    for (signal, status) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
        let folder = tempfile::tempdir().expect("a folder");
        let (mut checker, ids) = check_program_that("wait", folder.path());
        assert_eq!(ids.len(), 2);
        let checker_id = Pid::from_child(&checker);
        rustix::process::kill_process(checker_id, signal).expect("the checker runs");
        assert_eq!(end_of(&mut checker).code(), Some(status));
        wait_until("the program and its child are gone", || are_gone(&ids));
    }
}

#[test]
fn a_failed_check_ends_all_that_it_has_started() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut checker, ids) = check_program_that("yes", folder.path()); // prints without end
    assert_eq!(end_of(&mut checker).code(), Some(1));
    wait_until("the program and its child are gone", || are_gone(&ids));
}

//! Runs of the checker on the programs of `tests/hostile`, each of which does one thing that no program should.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::time::Duration;

use tempfile::TempDir;

use crate::play::build_binary;
use crate::run::{Ended, checker};
use crate::system::{command_lines, ports_in_use};
use crate::{root, wait_for, wait_until};

/// The program that does these things.
pub static HOSTILE: LazyLock<PathBuf> =
    LazyLock::new(|| build_binary("hostile", "hostile").expect("it compiles"));

/// One run of the checker on `hostile`, with a folder for temporary files that has nothing else in it. The path
/// of the folder is the name by which its processes are found.
pub struct Run {
    folder: TempDir,
    ports_before: BTreeSet<u16>,
    /// The checker, or what it was started by.
    pub checker: Child,
}

/// What a test may put into that folder for the program to find.
const BAIT: [&str; 2] = ["secret", "service"];

/// How long the system keeps a connection that has ended.
const TIME_WAIT: Duration = Duration::from_secs(60);

impl Run {
    /// A run on the program that does this thing, with more options of `check`.
    pub fn of(thing: &str, options: &[&str]) -> Run {
        Run::by(checker(), thing, options)
    }

    /// The same, by a command to which the checker's arguments are added.
    pub fn by(command: Command, thing: &str, options: &[&str]) -> Run {
        Run::within(tempfile::tempdir().expect("a folder"), command, thing, options)
    }

    /// The same, in this folder for temporary files.
    pub fn within(folder: TempDir, mut command: Command, thing: &str, options: &[&str]) -> Run {
        let (hostile, name) = (HOSTILE.display(), folder.path().display());
        command.current_dir(root()).env("TMPDIR", folder.path());
        command.args(["check", "ex1", "--server", &format!("{hostile} {thing} {{port}} {name}")]);
        command.args(options).stdout(Stdio::piped()).stderr(Stdio::piped());
        let ports_before = ports_in_use();
        let checker = command.spawn().expect("it starts");
        Run { folder, ports_before, checker }
    }

    /// The command lines of its processes that still run, apart from the checker.
    pub fn processes(&self) -> Vec<String> {
        let name = self.folder.path().display().to_string();
        let is_its_own = |line: &String| line.contains(&name) && !line.contains(" check ");
        command_lines().into_iter().filter(is_its_own).collect()
    }

    /// Waits for the checker, and makes sure that nothing is left of what it has started.
    ///
    /// # Panics
    /// When something is.
    pub fn end(mut self) -> Ended {
        wait_until("the checker ends", || {
            self.checker.try_wait().expect("it is a child").is_some()
        });
        assert_eq!(self.processes(), [""; 0], "processes that are left");
        let files = fs::read_dir(self.folder.path()).expect("a folder").flatten();
        let is_made = |file: &fs::DirEntry| !BAIT.contains(&&*file.file_name().to_string_lossy());
        let files: Vec<_> = files.filter(is_made).collect();
        assert!(files.is_empty(), "files that are left: {files:?}");
        let output = Ended::from(self.checker.wait_with_output().expect("it has ended"));
        let ports = output.stdout.lines().filter_map(|line| {
            let (_, arguments) = line.split_once(" $ ")?;
            arguments.split_whitespace().nth(2)?.parse().ok()
        });
        // From 32768 on the system hands them out: a client of another test may have got one.
        let is_its_own = |port: &u16| *port < 32_768 && !self.ports_before.contains(port);
        let ports: BTreeSet<u16> = ports.filter(is_its_own).collect();
        // Another test may use such a port meanwhile. And what the system keeps for a minute (TIME_WAIT) cannot be
        // freed when somebody else has been given the other side's port.
        wait_for(TIME_WAIT * 2, &format!("no socket is left on the ports {ports:?}"), || {
            ports.is_disjoint(&ports_in_use())
        });
        output
    }
}

/// Checks the program that does this thing, and demands that the report says `expected`, in one line.
///
/// # Panics
/// When it does not.
pub fn is_contained(thing: &str, options: &[&str], expected: &str) {
    ends_well(Run::of(thing, options), expected);
}

/// The same, of a run.
///
/// # Panics
/// When it does not.
pub fn ends_well(run: Run, expected: &str) {
    let Ended { stdout: text, stderr: errors, .. } = run.end().with(1);
    // The report wraps its lines.
    let words: Vec<&str> = text.split_whitespace().collect();
    assert!(words.join(" ").contains(expected), "{text}");
    let is_one_word = |line: &str| line.contains("{port}"); // of a command that can be pasted
    let fits = |line: &str| line.chars().count() <= 80 || is_one_word(line);
    assert!(text.lines().all(fits), "{text}");
    let is_harmless = |c: char| c == '\n' || !(c.is_control() || c == '\u{202e}');
    assert!(text.chars().chain(errors.chars()).all(is_harmless), "{text:?}{errors:?}");
}

/// All that the checker said of a program that has failed, in one line.
///
/// # Panics
/// When it has not failed.
pub fn of_one_run(run: Run) -> String {
    let text = run.end().with(1).stdout;
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

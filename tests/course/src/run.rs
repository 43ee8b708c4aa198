//! Commands that are run to their end, the checker first of all.

use std::fmt;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::LazyLock;

use serde_json::Value;

use crate::play::build_binary;
use crate::root;

/// A command that has ended. As text: all that it printed, for whoever has to find out why a test fails.
pub struct Ended {
    /// Its exit status; none when a signal has ended it.
    pub code: Option<i32>,
    /// What it printed.
    pub stdout: String,
    /// What it said on stderr.
    pub stderr: String,
}

impl From<Output> for Ended {
    fn from(output: Output) -> Ended {
        Ended {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "exit status {:?}\n{}\n{}", self.code, self.stdout, self.stderr)
    }
}

impl Ended {
    /// The command, which must have ended with this exit status.
    ///
    /// # Panics
    /// When it has not.
    pub fn with(self, code: i32) -> Ended {
        assert_eq!(self.code, Some(code), "{self}");
        self
    }

    /// The one document that `--json` prints.
    ///
    /// # Panics
    /// When it printed anything else.
    pub fn json(&self) -> Value {
        let document = serde_json::from_str(&self.stdout);
        document.unwrap_or_else(|error| panic!("not a JSON document: {error}: {self}"))
    }

    /// Where the student stands with a step, in what `list` printed: `2 of 2 changed since`.
    ///
    /// # Panics
    /// When it has no row.
    pub fn standing_of(&self, step: &str) -> String {
        let is_of = |line: &&str| line.split_whitespace().nth(1) == Some(step);
        let row = self.stdout.lines().find(is_of);
        let row = row.unwrap_or_else(|| panic!("no row of {step}: {self}"));
        let behind_bar = row.rsplit(['█', '▒', '░']).next().unwrap_or_default();
        behind_bar.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The checks of the one step in that document.
    ///
    /// # Panics
    /// When it printed anything else.
    pub fn checks(&self) -> Vec<Value> {
        let document = self.json();
        let checks = document["steps"][0]["checks"].as_array();
        checks.unwrap_or_else(|| panic!("the document has no checks: {self}")).clone()
    }
}

/// Runs a command to its end.
///
/// # Panics
/// When it cannot be started.
pub fn run(command: &mut Command) -> Ended {
    let output = command.output();
    output.unwrap_or_else(|error| panic!("{:?}: {error}", command.get_program())).into()
}

/// The checker's own binary, which `cargo step` runs. A signal to that would meet cargo first.
pub fn checker() -> Command {
    static BINARY: LazyLock<PathBuf> =
        LazyLock::new(|| build_binary("checker", "chatlings").expect("the checker compiles"));
    let mut command = Command::new(&*BINARY);
    command.current_dir(root());
    command
}

/// Runs the checker with these arguments.
pub fn step(arguments: &[&str]) -> Ended {
    run(checker().args(arguments))
}

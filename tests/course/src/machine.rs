//! Machines that let the checker have more of a sandbox, or less.

use std::io::{self, Write};
use std::process::Command;

use crate::run::{checker, run};

/// What the system lets the checker have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Machine {
    /// All that this one has.
    AsItIs,
    /// No namespaces, as in a strict container.
    WithoutNamespaces,
}

/// Forbids new namespaces to whatever is started here, and becomes the command that follows.
const WITHOUT_NAMESPACES: &str = "for kind in user net pid mnt; do \
    echo 0 > /proc/sys/user/max_${kind}_namespaces || exit 99; done; exec \"$@\"";

impl Machine {
    /// The checker on such a machine. Arguments can be added.
    pub fn checker(self) -> Command {
        let checker = checker();
        let mut command = match self {
            Machine::AsItIs => return checker,
            Machine::WithoutNamespaces => Command::new("unshare"),
        };
        command.args(["--map-root-user", "sh", "-c", WITHOUT_NAMESPACES, "sh"]);
        command.arg(checker.get_program()).current_dir(crate::root());
        command
    }

    /// What is in force there, if it is of this degree. Else a test that needs it is skipped, and that is said.
    ///
    /// # Panics
    /// When the checker does not tell.
    pub fn protection(self, degree: &str) -> Option<String> {
        let told = run(self.checker().args(["check", "ex3", "--solutions", "--json"]));
        let protection = match told.code {
            Some(0) => told.json()["protection"].as_str().expect("a text").to_string(),
            _ => told.stderr, // there is no such machine to be had
        };
        if !protection.starts_with(&format!("{degree} (")) {
            let _ = writeln!(io::stderr(), "skipped, since it needs {degree}: {protection}");
            return None;
        }
        Some(protection)
    }
}

//! Machines that let the checker have more of a sandbox, or less.

use std::io::{self, Write};
use std::process::Command;

use crate::run::{checker, run};

/// What the system lets the checker have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Machine {
    /// All that this one has.
    AsItIs,
    /// No namespaces, and a user who cannot become another one.
    WithoutNamespaces,
    /// Root of a container that is given namespaces, but not all rights.
    RootOfContainer,
    /// Root of a strict container: no namespaces, and not all rights.
    RootOfStrictContainer,
}

/// Forbids new namespaces to whatever is started here, and becomes the command that follows.
const WITHOUT_NAMESPACES: &str = "for kind in user net pid mnt; do \
    echo 0 > /proc/sys/user/max_${kind}_namespaces || exit 99; done; exec \"$@\"";

/// The rights of the system's administrator that a container does not have, and one that is only in the way of a test.
const WITHOUT_RIGHTS: &str = "setpriv --bounding-set -sys_admin,-sys_ptrace \"$@\"";

/// Starts a command in a user namespace in which all users are known that are known here: that has to be said from outside.
/// It begins once it can read a line. In there, a second shell has the rights that the first one lost.
const WITH_ALL_USERS: &str = "go=$(mktemp --dry-run) && mkfifo \"$go\" || exit 99; \
    unshare --user sh -c 'read line < \"$0\"; rm \"$0\"; exec sh \"$@\"' \"$go\" \"$@\" & \
    while kill -0 $! && [ $(readlink /proc/$!/ns/user) = $(readlink /proc/self/ns/user) ]; do :; done; \
    cat /proc/self/uid_map > /proc/$!/uid_map && cat /proc/self/gid_map > /proc/$!/gid_map; \
    kill -0 $! && echo > \"$go\"; trap '' TERM; wait $!";

impl Machine {
    /// The checker on such a machine. Arguments can be added.
    pub fn checker(self) -> Command {
        let checker = checker();
        let mut command = match self {
            Machine::AsItIs => return checker,
            Machine::WithoutNamespaces => {
                let mut command = Command::new("unshare");
                command.args(["--map-root-user", "sh", "-c", WITHOUT_NAMESPACES, "sh"]);
                command
            }
            Machine::RootOfContainer => {
                let mut command = Command::new("sh");
                command.args(["-c", &format!("exec {WITHOUT_RIGHTS}"), "sh"]);
                command
            }
            Machine::RootOfStrictContainer => {
                let inside = WITHOUT_NAMESPACES.replace(
                    "exec ",
                    &format!("exec {}", WITHOUT_RIGHTS.trim_end_matches("\"$@\"")),
                );
                let mut command = Command::new("sh");
                command.args(["-c", WITH_ALL_USERS, "sh", "-c", &inside, "sh"]);
                command
            }
        };
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

//! What is in force between a program and the machine: it is tried for real before anything is played.

use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use rustix::process::geteuid;
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use crate::sandbox::confine;
use crate::sandbox::containment::Containment;
use crate::sandbox::launcher;
use crate::sandbox::limits::Limits;
use crate::sandbox::namespaces::{self, on_own_network};
use crate::sandbox::nobody;
use crate::sandbox::process::{StartError, Stdio};
use crate::sandbox::trial::{self, Found, Task};
use crate::sandbox::user;
use crate::sandbox::view::{self, View};

/// How long the trial may take, on a machine as busy as can be.
const LONGEST: Duration = Duration::from_secs(30);

/// How programs are to be confined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sandbox {
    /// As far as the system lets us.
    #[default]
    Auto,
    /// As far, but never without the protection of files.
    Require,
    /// Not at all: a program only has limits.
    Off,
}

/// How much of the machine is protected from a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Degree {
    /// Too little: it can write files of others.
    None,
    /// It can write nowhere else.
    Partial,
    /// Nor can it read, see or call anything else.
    Full,
}

/// What is in force. As text: `full (own processes, files, network; Landlock 7; seccomp)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Protection {
    /// How much that is.
    pub degree: Degree,
    words: String,
}

impl fmt::Display for Protection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let degree = match self.degree {
            Degree::None => "none",
            Degree::Partial => "partial",
            Degree::Full => "full",
        };
        write!(f, "{degree} ({})", self.words)
    }
}

impl Protection {
    /// Confines programs in this way from now on, and finds out what comes of it. `commands` are those that will be
    /// started, other than programs of the course; `hidden` are folders that they need not see. Where namespaces are to
    /// be had, this process may enter one: so it must have no second thread yet.
    pub fn set_up(sandbox: Sandbox, commands: &[Command], hidden: &[PathBuf]) -> Protection {
        view::hide(hidden);
        confine::turn(sandbox != Sandbox::Off);
        namespaces::make(false);
        nobody::let_run(false);
        if sandbox == Sandbox::Off {
            return Protection::none("--sandbox off");
        }
        let Some(launcher) = launcher::path() else {
            return Protection::none("no launcher, since /proc is missing");
        };
        // Where a program would not run in them, as in some containers, they are not made.
        let without = match with_namespaces(launcher) {
            Ok(found) => return Protection::of(&found, None),
            Err(error) if error.kind() == ErrorKind::StorageFull => {
                "no more are allowed".to_string()
            }
            Err(error) => error.to_string(),
        };
        namespaces::make(false);
        let closed = match with_nobody(launcher, commands) {
            Ok(found) => return Protection::of(&found, Some(&without)),
            Err(error) => geteuid().is_root().then(|| format!("; not run by nobody: {error}")),
        };
        nobody::let_run(false);
        match try_out(launcher) {
            Ok(found) => Protection::of(&found, Some(&(without + &closed.unwrap_or_default()))),
            Err(error) => Protection::none(&format!("it could not be tried: {error}")),
        }
    }

    fn none(why: &str) -> Protection {
        Protection { degree: Degree::None, words: why.to_string() }
    }

    fn of(found: &Found, without: Option<&str>) -> Protection {
        if !found.writes_own {
            return Protection::none("a program cannot write in its own folder");
        }
        let own =
            [(!found.sees, "processes"), (!found.reads, "files"), (!found.calls_out, "network")];
        let safe = [
            (found.has_session, "session"),
            (!found.looks, "memory"),
            (!found.writes, "files"),
            (!found.signals, "signals"),
        ];
        let named = |holds: &[(bool, &'static str)]| {
            let words = holds.iter().filter(|(holds, _)| *holds).map(|(_, word)| *word);
            words.collect::<Vec<_>>().join(", ")
        };
        let hold = |holds: &[(bool, &str)]| holds.iter().all(|(holds, _)| *holds);
        // Only with Landlock is it sure that all that is seen can only be read.
        let is_sure = found.landlock.is_some() && hold(&own) && hold(&safe);
        let degree = match (found.writes, is_sure) {
            (true, _) => Degree::None,
            (false, false) => Degree::Partial,
            (false, true) => Degree::Full,
        };
        let mut words = Vec::new();
        if own.iter().any(|(holds, _)| *holds) {
            words.push(format!("own {}", named(&own)));
        }
        if degree != Degree::Full {
            words.push(named(&safe));
        }
        words.push(match found.landlock {
            Some(version) => format!("Landlock {version}"),
            None if found.writes => "no Landlock, so it can write files".to_string(),
            None => "no Landlock".to_string(),
        });
        words.extend((!found.calls).then(|| "seccomp".to_string()));
        words.extend((found.user != geteuid().as_raw()).then(|| "run by nobody".to_string()));
        words.extend(without.map(|why| format!("no namespaces: {why}")));
        Protection { degree, words: words.join("; ") }
    }
}

/// Gives programs namespaces of their own from now on, and tries them out.
fn with_namespaces(launcher: &Path) -> io::Result<Found> {
    user::get_right(launcher)?;
    namespaces::make(true);
    try_to_run(launcher)
}

/// Lets nobody run programs, if this is root, and these commands can be started like that.
fn with_nobody(launcher: &Path, commands: &[Command]) -> io::Result<Found> {
    if !geteuid().is_root() {
        return Err(ErrorKind::PermissionDenied.into());
    }
    let mut closed = commands.iter().filter_map(|command| View::of(command).closed_to_others());
    if let (false, Some(closed)) = (nobody::reads_all(), closed.next()) {
        return Err(io::Error::other(format!("it cannot read {}", closed.display())));
    }
    nobody::let_run(true);
    try_to_run(launcher)
}

/// The same as [`try_out`], of which a program must be able to do what any needs.
fn try_to_run(launcher: &Path) -> io::Result<Found> {
    let found = try_out(launcher)?;
    match found.calls_own && found.writes_own {
        true => Ok(found),
        false => Err(io::Error::other("programs do not run like that")),
    }
}

/// Starts a program that tries what no program may.
fn try_out(launcher: &Path) -> io::Result<Found> {
    let service = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let mut outside = NamedTempFile::new()?;
    outside.write_all(b"a secret\n")?;
    let mut containment = Containment::new(Limits::default())?;
    let task = Task {
        checker: std::process::id() as i32,
        pid_namespace: trial::pid_namespace(),
        outside: outside.path().to_path_buf(),
        folder: containment.folder().to_path_buf(),
        service: service.local_addr()?,
    };
    let task = serde_json::to_string(&task)?;
    let text = on_own_network(|| {
        let mut command = Command::new(launcher);
        command.env_clear().arg(trial::WORD).arg(task);
        let (process, pipes) = containment.start(&mut command, Stdio::Pipes).map_err(|error| {
            let (StartError::Program(error) | StartError::Machine(error)) = error;
            error
        })?;
        let (told, tells) = mpsc::channel();
        let mut stdout = pipes.stdout;
        thread::Builder::new().name("trial".to_string()).spawn(move || {
            let mut text = String::new();
            let _ = told.send(stdout.read_to_string(&mut text).map(|_| text)); // or nobody waits any more
        })?;
        let text = tells.recv_timeout(LONGEST).map_err(|_| ErrorKind::TimedOut)?;
        drop(process);
        containment.end_strays();
        text
    })??;
    let found: Found = serde_json::from_str(&text)?;
    // On a network of its own, it may have called somebody else on the same port: itself.
    service.set_nonblocking(true)?;
    Ok(Found { calls_out: found.calls_out && service.accept().is_ok(), ..found })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found where nothing is open to a program.
    fn closed() -> Found {
        Found {
            writes: false,
            reads: false,
            writes_own: true,
            signals: false,
            looks: false,
            sees: false,
            calls_out: false,
            calls_own: true,
            calls: false,
            has_session: true,
            user: geteuid().as_raw(),
            landlock: Some(7),
        }
    }

    fn told(found: &Found, without: Option<&str>) -> (Degree, String) {
        let protection = Protection::of(found, without);
        (protection.degree, protection.to_string())
    }

    #[test]
    fn it_is_full_where_nothing_is_open() {
        let words = "full (own processes, files, network; Landlock 7; seccomp)";
        assert_eq!(told(&closed(), None), (Degree::Full, words.to_string()));
        let unsure = Found { landlock: None, ..closed() };
        assert_eq!(told(&unsure, None).0, Degree::Partial);
        let sees = Found { sees: true, ..closed() };
        let words =
            "partial (own files, network; session, memory, files, signals; Landlock 7; seccomp)";
        assert_eq!(told(&sees, None), (Degree::Partial, words.to_string()));
    }

    #[test]
    fn without_namespaces_files_that_can_be_written_make_the_difference() {
        let open = Found { sees: true, reads: true, calls_out: true, ..closed() };
        let words =
            "partial (session, memory, files, signals; Landlock 7; seccomp; no namespaces: why)";
        assert_eq!(told(&open, Some("why")), (Degree::Partial, words.to_string()));
        let none = Found { writes: true, signals: true, calls: true, landlock: None, ..open };
        let words =
            "none (session, memory; no Landlock, so it can write files; no namespaces: why)";
        assert_eq!(told(&none, Some("why")), (Degree::None, words.to_string()));
    }
}

//! What is in force between a program and the machine: it is tried for real before anything is played.

use std::fmt;
use std::io::{self, ErrorKind, Read};
use std::process::Command;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use tempfile::NamedTempFile;

use crate::sandbox::confine;
use crate::sandbox::containment::Containment;
use crate::sandbox::launcher;
use crate::sandbox::limits::Limits;
use crate::sandbox::process::{StartError, Stdio};
use crate::sandbox::trial::{self, Found};

/// How long the trial may take, on a machine as busy as can be.
const LONGEST: Duration = Duration::from_secs(30);

/// How programs are to be confined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sandbox {
    /// As far as the system lets us.
    #[default]
    Auto,
    /// As far, but never without the protection of files.
    Require,
    /// Not at all: a program only has limits.
    Off,
}

/// What is in force. As text: `partial (own session, files, signals; Landlock 7; seccomp)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Protection {
    /// Whether files are protected.
    pub is_partial: bool,
    words: String,
}

impl fmt::Display for Protection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", if self.is_partial { "partial" } else { "none" }, self.words)
    }
}

impl Protection {
    /// Confines programs in this way from now on, and finds out what comes of it.
    pub fn set_up(sandbox: Sandbox) -> Protection {
        confine::turn(sandbox != Sandbox::Off);
        if sandbox == Sandbox::Off {
            return Protection::none("--sandbox off");
        }
        if launcher::path().is_none() {
            return Protection::none("no launcher, since /proc is missing");
        }
        match try_out() {
            Ok(found) => Protection::of(&found),
            Err(error) => Protection::none(&format!("it could not be tried: {error}")),
        }
    }

    fn none(why: &str) -> Protection {
        Protection { is_partial: false, words: why.to_string() }
    }

    fn of(found: &Found) -> Protection {
        if !found.writes_own {
            return Protection::none("a program cannot write in its own folder");
        }
        let holds = [
            (found.has_session, "session"),
            (!found.looks, "memory"),
            (!found.writes, "files"),
            (!found.signals, "signals"),
        ];
        let mut words: Vec<&str> = Vec::new();
        words.extend(holds.into_iter().filter(|(holds, _)| *holds).map(|(_, words)| words));
        let landlock = match found.landlock {
            Some(version) => format!("Landlock {version}"),
            None => "no Landlock, so it can write files".to_string(),
        };
        let calls = if found.calls { "" } else { "; seccomp" };
        let words = format!("{}; {landlock}{calls}", words.join(", "));
        Protection { is_partial: !found.writes, words }
    }
}

/// Starts a program that tries what no program may.
fn try_out() -> io::Result<Found> {
    let outside = NamedTempFile::new()?;
    let mut containment = Containment::new(Limits::default())?;
    let mut command = Command::new(launcher::path().ok_or(ErrorKind::NotFound)?);
    command.env_clear().arg(trial::WORD).args([outside.path(), containment.folder()]);
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
    let text = tells.recv_timeout(LONGEST).map_err(|_| ErrorKind::TimedOut)??;
    drop(process);
    containment.end_strays();
    Ok(serde_json::from_str(&text)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_make_the_difference() {
        let found = |writes, landlock| Found {
            writes,
            writes_own: true,
            signals: writes,
            looks: false,
            calls: writes,
            has_session: true,
            landlock,
        };
        let partial = Protection::of(&found(false, Some(7)));
        let words = "partial (session, memory, files, signals; Landlock 7; seccomp)";
        assert!(partial.is_partial && partial.to_string() == words, "{partial}");
        let none = Protection::of(&found(true, None));
        assert!(!none.is_partial && none.to_string().starts_with("none (session, "), "{none}");
        assert!(none.to_string().ends_with("; no Landlock, so it can write files)"), "{none}");
    }
}

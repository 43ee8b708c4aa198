//! A program's process, and the checker's ends of its input and output.

use std::fmt;
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::process::{self, Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{Mode, OFlags};
use rustix::io::{Errno, FdFlags, fcntl_setfd};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions};
use rustix::pty::OpenptFlags;
use rustix::termios::{LocalModes, OptionalActions, OutputModes, Winsize};
use signal_hook::low_level::signal_name;

use crate::sandbox::running::LONGEST_END;
use crate::sandbox::{ending, running};

/// How a program ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    /// With this status.
    Status(i32),
    /// By this signal.
    Signal(i32),
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Exit::Status(101) => write!(f, "with status 101 (a panic)"), // as Rust has it
            Exit::Status(status) => write!(f, "with status {status}"),
            Exit::Signal(signal) if *signal == Signal::XFSZ.as_raw() => {
                write!(f, "by SIGXFSZ: it wrote too long a file (--max-disk)")
            }
            Exit::Signal(signal) => match signal_name(*signal) {
                Some(name) => write!(f, "by {name}"),
                None => write!(f, "by signal {signal}"),
            },
        }
    }
}

/// The size of the terminals that programs are given.
pub const TERMINAL_ROWS: u16 = 24;
/// As above.
pub const TERMINAL_COLUMNS: u16 = 80;

/// The checker's ends of a program's input and output.
pub struct Pipes {
    /// What is written here, the program reads.
    pub stdin: File,
    /// What the program prints.
    pub stdout: File,
    /// What the program complains of.
    pub stderr: File,
}

/// Why a program was not started.
#[derive(Debug)]
pub enum StartError {
    /// It cannot be run: there is no such program, say.
    Program(io::Error),
    /// This machine does not have what a program needs: a terminal, a folder for temporary files.
    Machine(io::Error),
}

impl From<io::Error> for StartError {
    fn from(error: io::Error) -> StartError {
        StartError::Machine(error)
    }
}

impl From<Errno> for StartError {
    fn from(error: Errno) -> StartError {
        StartError::Machine(error.into())
    }
}

/// A process that was started. Dropping it ends it.
pub struct Process {
    child: Child,
    exit: Option<Exit>,
    is_gone: Option<bool>, // once it was reaped
}

/// What a program's stdin and stdout are. Its stderr is always a pipe.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stdio {
    /// A pipe each.
    Pipes,
    /// A terminal with a user at it.
    Terminal,
    /// A terminal that neither shows what is typed nor changes what is printed: many languages keep their
    /// output back, up to the very end, if it goes to a pipe.
    BareTerminal,
}

impl Process {
    /// Starts a command, with the checker at the other end of its input and output.
    ///
    /// # Errors
    /// When there is no such program, it cannot be run, or there is no terminal to be had.
    pub fn start(command: &mut Command, on: Stdio) -> Result<(Process, Pipes), StartError> {
        match on {
            Stdio::Pipes => Process::start_on_pipes(command),
            Stdio::Terminal | Stdio::BareTerminal => Process::start_on_terminal(command, on),
        }
    }

    fn start_on_pipes(command: &mut Command) -> Result<(Process, Pipes), StartError> {
        command.stdin(process::Stdio::piped()).stdout(process::Stdio::piped());
        command.stderr(process::Stdio::piped());
        let mut process = Process::spawn(command)?;
        let child = &mut process.child;
        let pipes = match (child.stdin.take(), child.stdout.take(), child.stderr.take()) {
            (Some(stdin), Some(stdout), Some(stderr)) => Pipes {
                stdin: OwnedFd::from(stdin).into(),
                stdout: OwnedFd::from(stdout).into(),
                stderr: OwnedFd::from(stderr).into(),
            },
            _ => unreachable!("all three were asked for, as pipes"),
        };
        Ok((process, pipes))
    }

    fn start_on_terminal(command: &mut Command, on: Stdio) -> Result<(Process, Pipes), StartError> {
        // macOS does not take CLOEXEC as a flag of `openpt`, and no program must inherit it in between.
        let ours = running::between_starts(|| {
            let ours = rustix::pty::openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
            fcntl_setfd(&ours, FdFlags::CLOEXEC)?;
            Ok::<_, Errno>(ours)
        })?;
        rustix::pty::grantpt(&ours)?;
        rustix::pty::unlockpt(&ours)?;
        let name = rustix::pty::ptsname(&ours, Vec::new())?;
        // NOCTTY: else it could become the terminal of the checker itself, and end it with its own end.
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let theirs = File::from(rustix::fs::open(&name, flags, Mode::empty())?);
        let size =
            Winsize { ws_row: TERMINAL_ROWS, ws_col: TERMINAL_COLUMNS, ws_xpixel: 0, ws_ypixel: 0 };
        rustix::termios::tcsetwinsize(&theirs, size)?;
        if on == Stdio::BareTerminal {
            let mut modes = rustix::termios::tcgetattr(&theirs)?;
            modes.local_modes.remove(LocalModes::ECHO);
            modes.output_modes.remove(OutputModes::OPOST);
            rustix::termios::tcsetattr(&theirs, OptionalActions::Now, &modes)?;
        }
        command.stdin(theirs.try_clone()?).stdout(theirs).stderr(process::Stdio::piped());
        command.env("TERM", if on == Stdio::BareTerminal { "dumb" } else { "xterm" });
        let process = Process::spawn(command);
        // The command keeps its end of the terminal open, so that ours would never come to an end.
        command.stdin(process::Stdio::null()).stdout(process::Stdio::null());
        let mut process = process?;
        let Some(stderr) = process.child.stderr.take() else {
            unreachable!("it was asked for, as a pipe");
        };
        let stdin = File::from(ours);
        let pipes =
            Pipes { stdout: stdin.try_clone()?, stdin, stderr: OwnedFd::from(stderr).into() };
        Ok((process, pipes))
    }

    fn spawn(command: &mut Command) -> Result<Process, StartError> {
        ending::comes_with_signals();
        let child = running::start(command).map_err(StartError::Program)?;
        Ok(Process { child, exit: None, is_gone: None })
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    fn pid(&self) -> Option<Pid> {
        Pid::from_raw(self.child.id() as i32)
    }

    /// How it ended, if it has. This does not take its status away, so its id stays its own: the group
    /// can be ended later without hitting a stranger that was given the same number.
    pub fn exit(&mut self) -> Option<Exit> {
        if self.exit.is_none() {
            let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
            let status =
                rustix::process::waitid(WaitId::Pid(self.pid()?), options).ok().flatten()?;
            let exited = status.exit_status().map(Exit::Status);
            self.exit = exited.or(status.terminating_signal().map(Exit::Signal));
        }
        self.exit
    }

    /// Waits until it has ended, a moment at most: a program that is killed ends soon.
    pub fn wait(&mut self) {
        let deadline = Instant::now() + LONGEST_END;
        while self.exit().is_none() && Instant::now() < deadline {
            thread::sleep(Duration::from_micros(200));
        }
    }

    /// Ends it, and all that it has started in its group.
    pub fn end_group(&self) {
        running::end_group(self.id());
    }

    /// Ends its group, and takes its status away: then it is gone. Returns whether it is. That is tried once.
    pub fn reap(&mut self) -> bool {
        *self.is_gone.get_or_insert_with(|| running::reap(&mut self.child))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.reap();
    }
}

//! A program's process, and the checker's ends of its input and output.

use std::fmt;
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{self, Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{Mode, OFlags};
use rustix::io::{Errno, FdFlags, fcntl_setfd};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions};
use rustix::pty::OpenptFlags;
use rustix::termios::{LocalModes, OptionalActions, OutputModes, Winsize};
use signal_hook::low_level::signal_name;

use crate::sandbox::confine::Bounds;
use crate::sandbox::init::{Failure, Life};
use crate::sandbox::launcher::{Launch, Orders};
use crate::sandbox::namespaces;
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
    life: Option<Life>, // if the child is not the program itself, but its parent
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
        Process::start_within(None, command, on)
    }

    /// Starts another checker, which ends by itself whatever it has started, once it is asked to.
    ///
    /// # Errors
    /// As above.
    pub fn start_checker(command: &mut Command) -> Result<(Process, Pipes), StartError> {
        let started = Process::start(command, Stdio::Pipes)?;
        running::note_checker(started.0.leader());
        Ok(started)
    }

    /// Starts a stranger's command, within these bounds if there are any: then nothing is in its environment but what
    /// the command names.
    ///
    /// # Errors
    /// As above.
    pub(super) fn start_within(
        bounds: Option<Bounds>,
        command: &mut Command,
        on: Stdio,
    ) -> Result<(Process, Pipes), StartError> {
        let (theirs, pipes) = match on {
            Stdio::Pipes => pipes()?,
            Stdio::Terminal | Stdio::BareTerminal => {
                command.env("TERM", if on == Stdio::BareTerminal { "dumb" } else { "xterm" });
                terminal(on)?
            }
        };
        ending::comes_with_signals();
        let orders = bounds.map(|bounds| Orders { bounds, is_on_terminal: on != Stdio::Pipes });
        let launch = orders.and_then(|orders| Launch::of(command, &theirs.stdin, &orders));
        let (child, life) = match launch.transpose()? {
            Some(launch) => Process::launch(launch, theirs)?,
            None => {
                command.stdin(theirs.stdin).stdout(theirs.stdout).stderr(theirs.stderr);
                let child = running::start(command.process_group(0), Command::spawn);
                // The command keeps its ends open, so that ours would never come to an end.
                command.stdin(process::Stdio::null());
                command.stdout(process::Stdio::null()).stderr(process::Stdio::null());
                (child.map_err(StartError::Program)?, None)
            }
        };
        Ok((Process { child, life, exit: None, is_gone: None }, pipes))
    }

    fn launch(mut launch: Launch, theirs: Ends) -> Result<(Child, Option<Life>), StartError> {
        launch.command.stdout(theirs.stdout).stderr(theirs.stderr);
        let child = running::start(&mut launch.command, namespaces::spawn);
        let mut child = child.map_err(|error| match error.kind() {
            io::ErrorKind::InvalidInput => StartError::Program(error), // a zero in a word of its command
            _ => StartError::Machine(error),
        })?;
        let launched = launch.wait(child.id()).map_err(|failure| match failure {
            Failure::Program(error) => StartError::Program(error),
            Failure::Machine(error) => StartError::Machine(error),
        });
        if launched.is_err() {
            running::reap(&mut child);
        }
        launched.map(|life| (child, life))
    }

    /// The program's process id.
    pub fn id(&self) -> u32 {
        self.life.as_ref().map_or(self.child.id(), |life| life.program)
    }

    /// The id of the child that the program is, or was started by and ends with.
    pub fn leader(&self) -> u32 {
        self.child.id()
    }

    /// How it ended, if it has. This does not take its status away, so its id stays its own: the group
    /// can be ended later without hitting a stranger that was given the same number.
    pub fn exit(&mut self) -> Option<Exit> {
        if self.exit.is_none() {
            self.exit = self.end_told();
        }
        if self.exit.is_none() {
            let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
            let child = Pid::from_raw(self.child.id() as i32)?;
            let status = rustix::process::waitid(WaitId::Pid(child), options).ok().flatten()?;
            let exited = status.exit_status().map(Exit::Status);
            let exit = exited.or(status.terminating_signal().map(Exit::Signal));
            self.exit = self.end_told().or(exit); // it may have been told just now
        }
        self.exit
    }

    /// How it has ended, if its parent has told that.
    fn end_told(&mut self) -> Option<Exit> {
        let status = self.life.as_mut()?.end()?;
        status.code().map(Exit::Status).or(status.signal().map(Exit::Signal))
    }

    /// Waits until it has ended, a moment at most: a program that is killed ends soon.
    pub fn wait(&mut self) {
        let deadline = Instant::now() + LONGEST_END;
        while self.exit().is_none() && Instant::now() < deadline {
            thread::sleep(Duration::from_micros(200));
        }
    }

    /// Waits until it has ended, or until then.
    pub fn wait_until(&mut self, deadline: Instant) -> Option<Exit> {
        while self.exit().is_none() && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(2));
        }
        self.exit()
    }

    /// Asks it to end whatever it has started, and itself, as Ctrl-C does. If it does not, it is ended.
    pub fn end(&mut self) {
        if let Some(pid) = Pid::from_raw(self.id() as i32) {
            let _ = rustix::process::kill_process(pid, Signal::TERM); // it may have ended by itself
        }
        self.wait_until(Instant::now() + 5 * LONGEST_END);
        self.end_group();
    }

    /// Ends it, and all that it has started in its group.
    pub fn end_group(&self) {
        running::end_group(self.leader());
    }

    /// Ends its group, and takes its status away: then it is gone. Returns whether it is. That is tried once.
    pub fn reap(&mut self) -> bool {
        *self.is_gone.get_or_insert_with(|| running::reap(&mut self.child))
    }
}

/// A program's ends of its input and output.
struct Ends {
    stdin: OwnedFd,
    stdout: OwnedFd,
    stderr: OwnedFd,
}

fn pipes() -> Result<(Ends, Pipes), StartError> {
    let ((stdin, to_stdin), (from_stdout, stdout)) = (io::pipe()?, io::pipe()?);
    let (from_stderr, stderr) = io::pipe()?;
    let theirs = Ends { stdin: stdin.into(), stdout: stdout.into(), stderr: stderr.into() };
    let pipes = Pipes {
        stdin: OwnedFd::from(to_stdin).into(),
        stdout: OwnedFd::from(from_stdout).into(),
        stderr: OwnedFd::from(from_stderr).into(),
    };
    Ok((theirs, pipes))
}

fn terminal(on: Stdio) -> Result<(Ends, Pipes), StartError> {
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
    let stdin = rustix::fs::open(&name, flags, Mode::empty())?;
    let size =
        Winsize { ws_row: TERMINAL_ROWS, ws_col: TERMINAL_COLUMNS, ws_xpixel: 0, ws_ypixel: 0 };
    rustix::termios::tcsetwinsize(&stdin, size)?;
    if on == Stdio::BareTerminal {
        let mut modes = rustix::termios::tcgetattr(&stdin)?;
        modes.local_modes.remove(LocalModes::ECHO);
        modes.output_modes.remove(OutputModes::OPOST);
        rustix::termios::tcsetattr(&stdin, OptionalActions::Now, &modes)?;
    }
    let (from_stderr, stderr) = io::pipe()?;
    let theirs = Ends { stdout: stdin.try_clone()?, stdin, stderr: stderr.into() };
    let ours = File::from(ours);
    let pipes =
        Pipes { stdout: ours.try_clone()?, stdin: ours, stderr: OwnedFd::from(from_stderr).into() };
    Ok((theirs, pipes))
}

impl Drop for Process {
    fn drop(&mut self) {
        self.reap();
    }
}

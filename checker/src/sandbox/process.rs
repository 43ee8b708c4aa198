//! A program's process: the leader of a group of its own, so that all that it starts ends with it.

use std::collections::BTreeSet;
use std::fmt;
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::process::{self, Child, Command};
use std::sync::{Mutex, MutexGuard, Once, PoisonError, RwLock};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{Mode, OFlags};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, WaitOptions};
use rustix::pty::OpenptFlags;
use rustix::termios::{LocalModes, OptionalActions, OutputModes, Winsize};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::signal_name;

use crate::sandbox::containment;
use crate::stage::transcript::visible;

/// The groups that are running, so that Ctrl-C can end them too.
static RUNNING: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());

/// Shared by all that start or reap a program, so that whoever has it alone, as Ctrl-C, cannot come between that and
/// the note of it.
static CHANGING: RwLock<()> = RwLock::new(());

/// Does something while no program is being started. Until a new process becomes the program, it has all open that
/// the checker has; a port that is let go of here would still be taken there.
pub fn between_starts<T>(act: impl FnOnce() -> T) -> T {
    let _changing = CHANGING.write();
    act()
}

/// Ends every group that is running, and what has left its group. The caller must exit then: nothing can be
/// started any more.
pub fn end_everything() {
    let changing = CHANGING.write();
    for group in lock_running().iter().copied().filter_map(Pid::from_raw) {
        let _ = rustix::process::kill_process_group(group, Signal::KILL);
        let _ = rustix::process::waitid(
            WaitId::Pid(group),
            WaitIdOptions::EXITED | WaitIdOptions::NOWAIT,
        );
    }
    containment::clear_all();
    let mut running = lock_running();
    while let Some(group) = running.pop_first().and_then(Pid::from_raw) {
        let _ = rustix::process::waitpid(Some(group), WaitOptions::empty());
    }
    drop(running);
    std::mem::forget(changing);
}

/// Whether this is the id of a program that was started here, and is not reaped yet.
pub fn is_leader(pid: i32) -> bool {
    lock_running().contains(&pid)
}

fn lock_running() -> MutexGuard<'static, BTreeSet<i32>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From now on, Ctrl-C ends what is running too. It would reach only this program by itself, since each
/// of those that it starts leads a group of its own.
///
/// # Errors
/// When the system takes no handler for the signals.
fn end_groups_on_signals() -> io::Result<()> {
    let mut signals = Signals::new([SIGHUP, SIGINT, SIGTERM])?;
    thread::Builder::new().name("signals".to_string()).spawn(move || {
        if let Some(signal) = signals.forever().next() {
            end_everything();
            process::exit(128 + signal); // as shells have it
        }
    })?;
    Ok(())
}

/// How long the end of a program that is killed may take.
const LONGEST_END: Duration = Duration::from_secs(2);

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

/// A process that was started. Dropping it ends it.
pub struct Process {
    child: Child,
    exit: Option<Exit>,
    reaped: bool,
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
    pub fn start(command: &mut Command, on: Stdio) -> io::Result<(Process, Pipes)> {
        match on {
            Stdio::Pipes => Process::start_on_pipes(command),
            Stdio::Terminal | Stdio::BareTerminal => Process::start_on_terminal(command, on),
        }
    }

    fn start_on_pipes(command: &mut Command) -> io::Result<(Process, Pipes)> {
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

    fn start_on_terminal(command: &mut Command, on: Stdio) -> io::Result<(Process, Pipes)> {
        let ours =
            rustix::pty::openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
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

    fn spawn(command: &mut Command) -> io::Result<Process> {
        // Whoever starts programs can be stopped by Ctrl-C, and must end them then.
        static HANDLER: Once = Once::new();
        HANDLER.call_once(|| drop(end_groups_on_signals()));
        command.process_group(0);
        let _changing = CHANGING.read();
        let child = command.spawn()?;
        lock_running().insert(child.id() as i32);
        Ok(Process { child, exit: None, reaped: false })
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

    /// Waits until it has ended, a moment at most: whoever is killed ends soon.
    pub fn wait(&mut self) {
        let deadline = Instant::now() + LONGEST_END;
        while self.exit().is_none() && Instant::now() < deadline {
            thread::sleep(Duration::from_micros(200));
        }
    }

    /// Ends it, and all that it has started in its group.
    pub fn end_group(&self) {
        // Once it is reaped, and so not in the list any more, its number may be a stranger's.
        let running = lock_running();
        if let (true, Some(group)) = (running.contains(&(self.id() as i32)), self.pid()) {
            let _ = rustix::process::kill_process_group(group, Signal::KILL);
        }
    }

    /// Ends its group, and takes its status away: then it is gone.
    pub fn reap(&mut self) {
        if self.reaped {
            return;
        }
        // If everything is being ended, this waits for the end: no verdict is to be given any more.
        let _changing = CHANGING.read();
        self.end_group();
        let _ = self.child.kill(); // in case it has left its group
        let _ = self.child.wait();
        lock_running().remove(&(self.child.id() as i32));
        self.reaped = true;
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.reap();
    }
}

/// A `panic!` that a Rust program reported on its stderr.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panic {
    /// `exercises/src/bin/ex1_server.rs`
    pub file: String,
    /// The line in it.
    pub line: usize,
    /// What it said.
    pub message: String,
}

impl Panic {
    /// Whether it is a `todo!()`.
    pub fn is_to_do(&self) -> bool {
        self.message.starts_with("not yet implemented")
    }
}

/// The panics that a Rust program reported: `thread 'main' (7) panicked at src/main.rs:3:5:` and, on
/// the next line, the message. Control characters are made visible: anybody may write such lines.
pub fn find_panics(log: &str) -> Vec<Panic> {
    let mut panics = Vec::new();
    let mut lines = log.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n'));
    while let Some(line) = lines.next() {
        let place = line.split_once("' panicked at ").or(line.split_once(") panicked at "));
        let Some((_, place)) = place else { continue };
        // The place ends in line and column; the message may not have arrived yet.
        let mut parts = place.trim_end_matches(':').rsplitn(3, ':');
        let (_column, line, file) = (parts.next(), parts.next(), parts.next());
        if let (Some(file), Some(Ok(line)), Some(message)) =
            (file, line.map(str::parse), lines.next())
        {
            panics.push(Panic { file: visible(file), line, message: visible(message) });
        }
    }
    panics
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_found_with_its_place() {
        let log = "a log\n\nthread 'main' (17) panicked at a/b.rs:24:5:\nnot yet implemented: x\nnote: run\n";
        let (file, message) = ("a/b.rs".to_string(), "not yet implemented: x".to_string());
        let expected = Panic { file, line: 24, message };
        assert_eq!(find_panics(log), std::slice::from_ref(&expected));
        assert!(expected.is_to_do());
        assert_eq!(find_panics(&log.replace(" (17)", "")), [expected]);
    }

    #[test]
    fn a_panic_cannot_reach_the_terminal_with_an_escape() {
        let panics = find_panics("thread 'main' panicked at a\x1b[2J.rs:24:5:\n\x1b]0;x\x07\n");
        let (file, message) = ("a\\u{1b}[2J.rs".to_string(), "\\u{1b}]0;x\\u{7}".to_string());
        assert_eq!(panics, [Panic { file, line: 24, message }]);
    }

    #[test]
    fn a_panic_whose_message_is_still_on_its_way_waits() {
        assert_eq!(find_panics("thread 'main' (17) panicked at a/b.rs:24:5:\nnot yet impl"), []);
    }
}

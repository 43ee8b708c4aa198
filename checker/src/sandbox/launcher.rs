//! Between the checker and a program stands, for a moment, the checker's own binary once more: a launcher, which
//! confines itself and then becomes the program (`exec`). So a stranger's code never runs unconfined, and the program
//! has the id of the process that was started.
//!
//! The launcher is told what to do over a socket, which is its stdin at first; the program's own stdin comes over it
//! too. That socket closes when the program is there, and else says why not. Its arguments are the program's command.
//!
//! Where programs have pids of their own, the launcher is the first process among them. Then it does not become the
//! program, but starts it and stays: see [`crate::sandbox::init`].
//!
//! Only a binary whose `main` calls [`begin`] first is a launcher. Where there is none (a test that plays scenes by
//! itself, a system without `/proc`), a program leads a group of its own instead, and its limits are set once it runs.

use std::env;
use std::ffi::OsString;
use std::io::{self, IoSlice, IoSliceMut, Read, Write};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::OnceLock;
use std::time::Duration;

use rustix::io::{FdFlags, retry_on_intr};
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, recvmsg, sendmsg,
};
use serde::{Deserialize, Serialize};

use crate::sandbox::confine::{self, Bounds};
use crate::sandbox::init::{self, Failure, Life};
use crate::sandbox::{ending, trial, user};

/// The first argument of a launcher. No command of the checker has this name.
const WORD: &str = "--launch-a-program";

/// How long a launcher may take; on a machine as busy as can be, it needs a second.
const LONGEST: Duration = Duration::from_secs(30);

/// How the checker's own binary is started once more, if it is a launcher.
static LAUNCHER: OnceLock<PathBuf> = OnceLock::new();

/// What a launcher is told.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Orders {
    /// How the program is held.
    pub(super) bounds: Bounds,
    /// Whether its stdin is a terminal, which then is that of its session.
    pub(super) is_on_terminal: bool,
}

/// To be called first in `main`, before there is a thread. If this process is to be a launcher, it becomes one, and
/// this returns only when that has failed or is over. Else it is a checker: nobody can look into it from now on, every
/// process that it starts or adopts is its own to end, and it starts programs by means of launchers.
pub fn begin() -> Option<ExitCode> {
    let arguments: Vec<OsString> = env::args_os().skip(1).collect();
    match arguments.split_first() {
        Some((word, command)) if word == WORD => return Some(launch(command)),
        Some((word, [orders])) if word == trial::WORD => {
            return Some(code_of(trial::tell(&orders.to_string_lossy())));
        }
        Some((word, [checker])) if word == user::WORD => {
            return Some(code_of(user::help(&checker.to_string_lossy())));
        }
        Some((word, [])) if word == user::WORD => return Some(code_of(user::try_out())),
        _ => {}
    }
    confine::close_to_others();
    ending::owns_all_children();
    if let Some(path) = own_path() {
        let _ = LAUNCHER.set(path); // whoever begins twice has the same path
    }
    None
}

fn code_of(done: io::Result<()>) -> ExitCode {
    if done.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Where the launcher is, if there is one.
pub(super) fn path() -> Option<&'static Path> {
    LAUNCHER.get().map(PathBuf::as_path)
}

/// How this binary is started once more. What `/proc/self/exe` names stays the same even if somebody puts another file
/// in its place meanwhile: cargo, or a program that is checked.
#[cfg(target_os = "linux")]
fn own_path() -> Option<PathBuf> {
    let path = PathBuf::from("/proc/self/exe");
    std::fs::read_link(&path).is_ok().then_some(path)
}

#[cfg(not(target_os = "linux"))]
fn own_path() -> Option<PathBuf> {
    env::current_exe().ok()
}

/// A launcher that was told what to do, and waits to be started.
pub(super) struct Launch {
    /// What starts it. Its stdout and stderr are still to be set.
    pub(super) command: Command,
    ours: UnixStream,
    stays: bool, // rather than becomes the program
}

impl Launch {
    /// Prepares the launch of this command, if this process can launch: nothing but the variables that the command
    /// names will be in the program's environment.
    pub(super) fn of(
        command: &Command,
        stdin: &OwnedFd,
        orders: &Orders,
    ) -> Option<io::Result<Launch>> {
        Some(Launch::by(path()?, command, stdin, orders))
    }

    fn by(
        launcher: &Path,
        asked: &Command,
        stdin: &OwnedFd,
        orders: &Orders,
    ) -> io::Result<Launch> {
        let (ours, theirs) = UnixStream::pair()?;
        let fds = [stdin.as_fd()];
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut control = SendAncillaryBuffer::new(&mut space);
        control.push(SendAncillaryMessage::ScmRights(&fds));
        // A file is passed along with at least one byte.
        let byte = [IoSlice::new(b" ")];
        retry_on_intr(|| sendmsg(&ours, &byte, &mut control, SendFlags::empty()))?;
        let text = serde_json::to_vec(orders)?;
        (&ours).write_all(&[&(text.len() as u32).to_ne_bytes()[..], &text].concat())?;
        ours.set_read_timeout(Some(LONGEST))?;
        let mut command = Command::new(launcher);
        command.arg(WORD).arg(asked.get_program()).args(asked.get_args()).env_clear();
        command.envs(asked.get_envs().filter_map(|(name, value)| Some((name, value?))));
        if let Some(folder) = asked.get_current_dir() {
            command.current_dir(folder);
        }
        command.stdin(OwnedFd::from(theirs));
        Ok(Launch { command, ours, stays: orders.bounds.are_of_init() })
    }

    /// Waits until there is the program, by the launcher that has this id. Drops the checker's copies of what the
    /// program has open. Returns its life, if the launcher has not become the program.
    pub(super) fn wait(self, launcher: u32) -> Result<Option<Life>, Failure> {
        let Launch { command, ours, stays } = self;
        drop(command); // else the socket would never come to an end
        let mut kind = Vec::new();
        // (Unlike `read`, this goes on when a signal comes in between.)
        (&ours).take(1).read_to_end(&mut kind).map_err(Failure::Machine)?;
        match kind.first().copied() {
            // A signal may have ended it: that is told as the end of the program, as it would be a moment later.
            None if !stays => Ok(None),
            Some(init::HAS_STARTED) => {
                Life::new(launcher, ours).map(Some).map_err(Failure::Machine)
            }
            kind => {
                let mut number = [0; 4];
                (&ours).read_exact(&mut number).map_err(Failure::Machine)?;
                let error = io::Error::from_raw_os_error(i32::from_ne_bytes(number));
                Err(if kind == Some(b'P') {
                    Failure::Program(error)
                } else {
                    Failure::Machine(error)
                })
            }
        }
    }
}

/// What the process does that was started by [`Launch`].
fn launch(words: &[OsString]) -> ExitCode {
    confine::close_inherited();
    let Ok(channel) = io::stdin().as_fd().try_clone_to_owned() else { return ExitCode::FAILURE };
    let mut channel = UnixStream::from(channel);
    let (kind, error) = match become_program(&mut channel, words) {
        Failure::Program(error) => (b'P', error),
        Failure::Machine(error) => (b'M', error),
    };
    let number = error.raw_os_error().unwrap_or(0).to_ne_bytes();
    let _ = channel.write_all(&[&[kind], &number[..]].concat()); // nobody is left to be told
    ExitCode::FAILURE
}

/// Returns only if that cannot be.
fn become_program(channel: &mut UnixStream, words: &[OsString]) -> Failure {
    let confine = |channel: &mut UnixStream| {
        let orders = receive(channel)?;
        orders.bounds.take(orders.is_on_terminal)?;
        Ok::<bool, io::Error>(orders.bounds.are_of_init())
    };
    let stays = match confine(channel) {
        Ok(stays) => stays,
        Err(error) => return Failure::Machine(error),
    };
    let Some((program, arguments)) = words.split_first() else {
        return Failure::Machine(io::ErrorKind::InvalidInput.into());
    };
    let mut command = Command::new(program);
    command.args(arguments);
    if stays { init::be_first(channel, &mut command) } else { Failure::Program(command.exec()) }
}

/// Takes what was sent: the program's stdin, which becomes that of this process, and the orders.
fn receive(channel: &mut UnixStream) -> io::Result<Orders> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let mut byte = [0];
    let mut into = [IoSliceMut::new(&mut byte)];
    retry_on_intr(|| recvmsg(&*channel, &mut into, &mut control, RecvFlags::empty()))?;
    for message in control.drain() {
        if let RecvAncillaryMessage::ScmRights(mut files) = message
            && let Some(stdin) = files.next()
        {
            rustix::io::fcntl_setfd(&stdin, FdFlags::CLOEXEC)?;
            rustix::stdio::dup2_stdin(&stdin)?;
        }
    }
    let mut length = [0; 4];
    channel.read_exact(&mut length)?;
    let mut text = vec![0; u32::from_ne_bytes(length) as usize];
    channel.read_exact(&mut text)?;
    Ok(serde_json::from_slice(&text)?)
}

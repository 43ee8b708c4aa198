//! The first process of a pid namespace: it starts the program, takes in whoever loses a parent, and tells how the
//! program has ended. It is confined as the program is. When it ends, so does every process of the namespace; it ends
//! when none is left, or the checker is gone.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::process::{self, Child, Command, ExitStatus};
use std::thread;

use rustix::io::Errno;
use rustix::process::WaitOptions;

use crate::sandbox::{census, confine};

/// Why there is no program.
#[derive(Debug)]
pub(super) enum Failure {
    /// It cannot be run.
    Program(io::Error),
    /// It could not be confined.
    Machine(io::Error),
}

/// What it says when the program runs. How that has ended follows later, as wait(2) has it.
pub(super) const HAS_STARTED: u8 = b'S';

/// Starts the program and stays. Returns only if that cannot be.
pub(super) fn be_first(channel: &mut UnixStream, command: &mut Command) -> Failure {
    confine::close_to_others();
    let nothing = match File::options().read(true).write(true).open("/dev/null") {
        Ok(nothing) => nothing,
        Err(error) => return Failure::Machine(error),
    };
    let program = match spawn(command) {
        Ok(program) => program,
        Err(error) => return Failure::Program(error),
    };
    // What the program has open, it has alone: else its output would not end with it.
    let let_go = || {
        rustix::stdio::dup2_stdin(nothing.as_fd())?;
        rustix::stdio::dup2_stdout(nothing.as_fd())?;
        rustix::stdio::dup2_stderr(nothing.as_fd())
    };
    let stays = let_go().map_err(io::Error::from).and_then(|()| {
        channel.write_all(&[HAS_STARTED])?;
        channel.read_exact(&mut [0])?; // once the checker knows the program, that may be gone
        ends_with_checker(channel.try_clone()?)
    });
    if let Err(error) = stays {
        return Failure::Machine(error);
    }
    loop {
        match rustix::process::wait(WaitOptions::empty()) {
            Ok(Some((pid, status))) if pid.as_raw_pid() == program.id() as i32 => {
                let _ = channel.write_all(&status.as_raw().to_ne_bytes()); // or nobody listens any more
            }
            Ok(_) | Err(Errno::INTR) => {}
            Err(_) => process::exit(0), // nobody is left
        }
    }
}

/// Starts a program. A script that does not say what runs it is one of the shell's, as for execvp(3).
fn spawn(command: &mut Command) -> io::Result<Child> {
    match command.spawn() {
        Err(error) if Errno::from_io_error(&error) == Some(Errno::NOEXEC) => {
            Command::new("sh").arg(command.get_program()).args(command.get_args()).spawn()
        }
        other => other,
    }
}

/// The socket ends with the checker, however that ends.
fn ends_with_checker(mut channel: UnixStream) -> io::Result<()> {
    thread::Builder::new().spawn(move || {
        let _ = channel.read_to_end(&mut Vec::new()); // nothing is ever sent
        process::exit(1);
    })?;
    Ok(())
}

/// What the checker knows of a program whose parent is such a process.
pub(super) struct Life {
    /// Its pid, as the checker sees it.
    pub(super) program: u32,
    end: UnixStream,
}

impl Life {
    /// That of the program that this process has started.
    pub(super) fn new(first: u32, end: UnixStream) -> io::Result<Life> {
        // If the system does not tell, there is no other pid to be found by.
        let program = census::first_child(first).unwrap_or(first);
        (&end).write_all(b"!")?; // until now its parent has not asked whether it has ended
        end.set_nonblocking(true)?;
        Ok(Life { program, end })
    }

    /// How the program has ended. `None`: it has not, or its end cannot be told, since the first process is gone too.
    pub(super) fn end(&mut self) -> Option<ExitStatus> {
        let mut status = [0; 4];
        match self.end.read(&mut status) {
            Ok(4) => Some(ExitStatus::from_raw(i32::from_ne_bytes(status))),
            Ok(_) | Err(_) => None, // it would have to be waited for, or there is nobody to tell
        }
    }
}

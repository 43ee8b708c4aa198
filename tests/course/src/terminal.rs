//! Commands that are run on a terminal.

use std::fs::File;
use std::io::{Read, Write};
use std::process::Command;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use crate::run::Ended;

/// Runs a command on a terminal to its end. This is typed there meanwhile. As its output, all that the terminal has
/// shown, which is what was typed too.
///
/// # Panics
/// When the system gives no terminal, or the command cannot be started.
pub fn run_on_terminal(mut command: Command, typed: &str) -> Ended {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
    grantpt(&ours).and_then(|()| unlockpt(&ours)).expect("it can be opened");
    let name = ptsname(&ours, Vec::new()).expect("it has a name").into_string().expect("a path");
    let open = || File::options().read(true).write(true).open(&name).expect("it is opened");
    command.stdin(open()).stdout(open()).stderr(open());
    let mut child = command.spawn().expect("it starts");
    drop(command); // with which this process lets go of the terminal: its end is that of the command
    let mut ours = File::from(ours);
    ours.write_all(typed.as_bytes()).expect("it is typed");
    let (mut shown, mut buffer) = (Vec::new(), [0; 4096]);
    while let Ok(count @ 1..) = ours.read(&mut buffer) {
        shown.extend_from_slice(&buffer[..count]); // at the end come an error, on Linux, or 0 bytes
    }
    let stdout = String::from_utf8_lossy(&shown).replace("\r\n", "\n");
    Ended { code: child.wait().expect("it ends").code(), stdout, stderr: String::new() }
}

//! `watch` where there is no terminal: each result is printed, and it goes on when a file is saved. There are no keys.

use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use anyhow::Result;

use crate::course::choice::Choice;
use crate::course::step::Step;
use crate::desk::answer::Answer;
use crate::desk::watch::files::{Files, LOOK};
use crate::desk::watch::run::{Checker, stop_all};
use crate::desk::watch::tty::end_with_signals;

/// Checks a step again and again, with this checker, until this process is ended or nobody reads any more.
///
/// # Errors
/// When the checker cannot be started, or nothing can be printed.
pub(super) fn watch(checker: &Path, step: &Step, mut files: Files) -> Result<Answer> {
    end_with_signals(stop_all);
    loop {
        let mut command = Command::new(checker);
        command.args(["check", step.id]).args(Choice::of_this_run().options());
        command.stdin(Stdio::null());
        let mut check = Some(Checker::start(&mut command)?);
        loop {
            thread::sleep(LOOK);
            // While it is checked, the checker itself may give a file another time.
            let is_checked = check.is_some();
            let saved = files.look();
            if check.as_mut().is_some_and(Checker::is_gone) {
                check = None;
                let count = files.count();
                let said = format!(
                    "watching {count} files; {} is checked again when one is saved",
                    step.id
                );
                match writeln!(io::stdout(), "\n{said}") {
                    Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                        return Ok(Answer { text: String::new(), warnings: Vec::new(), status: 0 });
                    }
                    other => other?,
                }
            }
            if !saved.changed.is_empty() || (!is_checked && !saved.touched.is_empty()) {
                break;
            }
        }
        if let Some(mut check) = check {
            check.tell_to_end();
            while !check.is_gone() {
                thread::sleep(LOOK / 10);
            }
        }
    }
}

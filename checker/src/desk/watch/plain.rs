//! `watch` where there is no terminal: each result is printed, and it goes on when a file is saved. There are no keys.

use std::env;
use std::process::{Command, Stdio};
use std::thread;

use anyhow::{Context, Result};

use crate::course::step::Step;
use crate::desk::answer::Answer;
use crate::desk::watch::files::{Files, LOOK};
use crate::desk::watch::run::{Checker, stop_all};
use crate::desk::watch::screen::end_with_signals;

/// Checks a step again and again, until this process is ended.
pub(super) fn watch(step: &Step, mut files: Files) -> Result<Answer> {
    end_with_signals(stop_all);
    loop {
        let program = env::current_exe().context("cannot find the checker itself")?;
        let mut command = Command::new(program);
        command.args(["check", step.id]).stdin(Stdio::null());
        let mut check = Some(Checker::start(&mut command)?);
        loop {
            thread::sleep(LOOK);
            let saved = files.look();
            let is_over = check.as_mut().is_none_or(Checker::is_gone);
            if is_over && check.take().is_some() {
                println!(
                    "\nwatching {} files; {} is checked again when one is saved",
                    files.count(),
                    step.id
                );
            }
            // While it is checked, the checker itself may give a file another time.
            if !saved.changed.is_empty() || (is_over && !saved.touched.is_empty()) {
                break;
            }
        }
        if let Some(mut check) = check {
            check.tell_to_end();
            while !check.is_gone() {
                thread::sleep(LOOK / 10);
            }
        }
        println!();
    }
}

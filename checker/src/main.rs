//! `chatlings`, run as `cargo step`: see [`checker`].

use std::panic;
use std::process::{ExitCode, exit};
use std::thread;

use anyhow::Result;
use checker::cli::Cli;
use checker::{commands, process};
use clap::Parser;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

fn main() -> ExitCode {
    let cli = Cli::parse();
    end_quietly_on_broken_pipe();
    let status = end_programs_on_signals().and_then(|()| commands::run(&cli));
    status.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

/// Ctrl-C reaches only the checker, since each program leads a process group of its own: it ends them.
fn end_programs_on_signals() -> Result<()> {
    let mut signals = Signals::new([SIGHUP, SIGINT, SIGTERM])?;
    thread::Builder::new().name("signals".to_string()).spawn(move || {
        if let Some(signal) = signals.forever().next() {
            process::end_all_groups();
            exit(128 + signal); // as shells have it
        }
    })?;
    Ok(())
}

/// Whoever reads the output has seen enough, as in `cargo step list | head -3`: that is no error to
/// report. Printing panics then, so it is caught there.
fn end_quietly_on_broken_pipe() {
    let report = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let message = info.payload().downcast_ref::<String>();
        if message.is_some_and(|message| message.starts_with("failed printing to stdout")) {
            process::end_all_groups();
            exit(1);
        }
        report(info);
    }));
}

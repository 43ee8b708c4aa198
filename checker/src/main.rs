//! `chatlings`, run as `cargo step`: see [`checker`].

use std::process::{ExitCode, exit};
use std::thread;

use anyhow::Result;
use checker::cli::Cli;
use checker::{board, commands};
use clap::Parser;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

fn main() -> ExitCode {
    let cli = Cli::parse();
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
            board::end_all_programs();
            exit(128 + signal); // as shells have it
        }
    })?;
    Ok(())
}

//! `chatlings`, run as `cargo step`: see [`checker`].

use std::panic;
use std::process::{ExitCode, exit};

use checker::cli::Cli;
use checker::desk::student;
use checker::sandbox::process;
use clap::Parser;

fn main() -> ExitCode {
    let cli = Cli::parse();
    end_quietly_on_broken_pipe();
    let status = student::run(&cli);
    process::end_everything(); // what could not be cleared away before, for want of descriptors
    status.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

/// Whoever reads the output has seen enough, as in `cargo step list | head -3`: that is no error to
/// report. Printing panics then, so it is caught there.
fn end_quietly_on_broken_pipe() {
    let report = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let message = info.payload().downcast_ref::<String>();
        if message.is_some_and(|message| message.starts_with("failed printing to stdout")) {
            process::end_everything();
            exit(1);
        }
        report(info);
    }));
}

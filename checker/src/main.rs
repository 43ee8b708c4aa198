//! `chatlings`, run as `cargo step`: see [`checker`].

use std::process::{ExitCode, exit};

use checker::cli::Cli;
use checker::{board, commands};
use clap::Parser;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let handled = ctrlc::set_handler(|| {
        board::end_all_programs();
        exit(130); // 128 + SIGINT, as shells have it
    });
    match handled
        .map_err(anyhow::Error::from)
        .and_then(|()| commands::run(&cli))
    {
        Ok(status) => status,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

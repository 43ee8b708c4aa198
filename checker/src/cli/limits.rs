//! What programs may take, as options.

use std::time::Duration;

use clap::builder::RangedU64ValueParser;
use clap::{Args, FromArgMatches};

use crate::sandbox::limits::{Limits, MIB};

/// What programs may take, and how long they are waited for.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
pub struct LimitArgs {
    /// Multiply all deadlines
    #[arg(long, env = "CHATLINGS_PATIENCE", value_name = "FACTOR", default_value_t = Limits::default().patience, value_parser = patience)]
    patience: f64,

    /// Longest check, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = Limits::default().scene.as_secs(), value_parser = at_least_1())]
    max_seconds: u64,

    /// Most output of a program, in MiB
    #[arg(long, value_name = "MIB", default_value_t = Limits::default().output / MIB, value_parser = at_least_1())]
    max_output: u64,

    /// Most memory of a program, in MiB
    #[arg(long, value_name = "MIB", default_value_t = Limits::default().memory / MIB, value_parser = at_least_1())]
    max_memory: u64,

    /// Most written to the disk, in MiB
    #[arg(long, value_name = "MIB", default_value_t = Limits::default().disk / MIB, value_parser = at_least_1())]
    max_disk: u64,

    /// Most processes of a program
    #[arg(long, value_name = "COUNT", default_value_t = Limits::default().processes, value_parser = at_least_1())]
    max_processes: u64,

    /// Most open files of a process
    #[arg(long, value_name = "COUNT", default_value_t = Limits::default().files, value_parser = at_least_1())]
    max_files: u64,

    /// Longest processor time of the compiler at one of your programs, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = Limits::default().build.as_secs(), value_parser = at_least_1())]
    max_build_seconds: u64,

    /// Most memory of the compiler at one of your programs, in MiB
    #[arg(long, value_name = "MIB", default_value_t = Limits::default().build_memory / MIB, value_parser = at_least_1())]
    max_build_memory: u64,
}

/// A number that can be multiplied by a mebibyte, and still be one.
fn at_least_1() -> RangedU64ValueParser {
    RangedU64ValueParser::new().range(1..=1 << 40)
}

fn patience(text: &str) -> Result<f64, String> {
    let factor = text.parse().map_err(|_| "not a number")?;
    match (0.1..=100.0).contains(&factor) {
        true => Ok(factor),
        false => Err("not in 0.1..=100".to_string()),
    }
}

impl LimitArgs {
    /// What was asked for.
    pub fn limits(&self) -> Limits {
        Limits {
            patience: self.patience,
            scene: Duration::from_secs(self.max_seconds),
            output: self.max_output * MIB,
            memory: self.max_memory * MIB,
            disk: self.max_disk * MIB,
            processes: self.max_processes,
            files: self.max_files,
            build: Duration::from_secs(self.max_build_seconds),
            build_memory: self.max_build_memory * MIB,
        }
    }
}

/// The limits that a program which takes no options, such as a test, gets from the environment.
///
/// # Errors
/// When a variable of the environment has a value that the option would not take.
pub fn limits_of_environment() -> Result<Limits, clap::Error> {
    let command = LimitArgs::augment_args(clap::Command::new("limits"));
    let matches = command.try_get_matches_from(["limits"])?;
    Ok(LimitArgs::from_arg_matches(&matches)?.limits())
}

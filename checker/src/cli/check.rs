//! What is asked of `check`.

use clap::Args;
use clap::builder::FalseyValueParser;

use crate::cli::run::RunArgs;
use crate::cli::values::terminal;
use crate::desk::student::Wanted;

/// What to check, and how.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Show the transcript of every check that fails
    #[arg(long, conflicts_with = "json")]
    pub verbose: bool,

    /// Print one JSON document, and nothing else, on stdout
    #[arg(long)]
    pub json: bool,

    /// Say on stderr, in lines for another program, what is being done
    #[arg(long, hide = true)]
    pub progress: bool,

    /// Anything short of full points is a failure: also what is to do, or not checked
    #[arg(long, env = "CHATLINGS_STRICT", value_parser = FalseyValueParser::new())]
    pub strict: bool,

    /// What is played.
    #[command(flatten)]
    pub run: RunArgs,
}

impl CheckArgs {
    /// What is asked for. Ends the program with a usage error when the options do not fit the step.
    /// `options`: those that were given, to be given again.
    pub fn wanted(&self, options: Vec<String>) -> Wanted {
        let command = CheckArgs::augment_args(clap::Command::new("check"));
        Wanted {
            run: self.run.run(&command.bin_name("cargo step check"), options),
            is_json: self.json,
            is_told_in_lines: self.progress,
            is_strict: self.strict,
            terminal: terminal(self.verbose),
        }
    }
}

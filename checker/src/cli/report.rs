//! What is asked of `report`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::run::{RunArgs, usage};
use crate::desk::report::{Form, Wanted, default_path, open};

/// What to play, and where the page goes.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// Open the page in your browser
    #[arg(long, conflicts_with = "mermaid")]
    pub open: bool,

    /// Where to write the page [default: report.html in the folder that cargo builds in]
    #[arg(long, value_name = "FILE", conflicts_with = "mermaid")]
    pub output: Option<PathBuf>,

    /// Print the checks of one step as Mermaid diagrams instead, to be pasted into a forum or an issue
    #[arg(long)]
    pub mermaid: bool,

    /// What is played.
    #[command(flatten)]
    pub run: RunArgs,
}

impl ReportArgs {
    /// What is asked for. Ends the program with a usage error when the options do not fit the step.
    /// `options`: those that were given, to be given again.
    pub fn wanted(&self, options: Vec<String>) -> Wanted {
        let command = ReportArgs::augment_args(clap::Command::new("report"));
        let command = command.bin_name("cargo step report");
        let run = self.run.run(&command, options);
        if self.mermaid && !(run.are_named && run.steps.len() == 1) {
            usage(&command, "--mermaid needs exactly one STEP");
        }
        let form = match self.mermaid {
            true => Form::Mermaid,
            false => Form::Page(self.path()),
        };
        Wanted { run, form }
    }

    /// Opens the page, if that is asked for; if it cannot be opened, the reason.
    pub fn opens(&self) -> Option<String> {
        self.open.then(|| open(&self.path()).err()).flatten()
    }

    fn path(&self) -> PathBuf {
        self.output.clone().unwrap_or_else(default_path)
    }
}

//! What is asked of `pack`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::values::{step_ids, steps_of, terminal};
use crate::course::handouts::{Extra, HANDOUTS, Handout};
use crate::desk::pack::Wanted;
use crate::sandbox::limits::Limits;

/// What is shown below the options.
pub fn after_pack() -> String {
    const TEXT: &str = "\
The steps are checked first. One that fails or does not compile is packed too,
with a warning. In the folder are your sources, the helpers that they use, the
manifests and a Dockerfile, so that it builds on its own; no build artifacts. If
there is a report, what you explain in it goes into a file of its own: it is named
while it is missing.

Exit status: 0 packed, 1 packed though a check failed, 2 not packed: wrong usage,
or something is in the way, 3 it could not be built or written.";
    let row = |handout: &'static Handout| {
        let steps: Vec<&str> = handout.steps().map(|step| step.id).collect();
        let extras =
            [(Extra::Report, ", with a report"), (Extra::Screenshots, ", with screenshots")];
        let extras: String =
            extras.iter().filter(|(it, _)| handout.wants(*it)).map(|(_, words)| *words).collect();
        format!("  {:<17}{}{extras}\n", steps.join(" "), handout.folder_in_words())
    };
    let rows: String = HANDOUTS.iter().map(row).collect();
    format!(
        "The steps are those of one handout, which says how the folder is named, and what\n\
         else is in it (NUMBER is what follows the last dot of NAME):\n{rows}\n{TEXT}"
    )
}

/// What to pack, and where to.
#[derive(Debug, Args)]
pub struct PackArgs {
    /// The steps that are handed in together
    #[arg(value_name = "STEP", required = true, value_parser = step_ids(), hide_possible_values = true)]
    pub steps: Vec<String>,

    /// Who hands in: First.Last.58-1234, or just a number
    #[arg(long = "as", value_name = "NAME")]
    pub name: String,

    /// Put a folder into this one, instead of a zip here
    #[arg(long, value_name = "FOLDER")]
    pub dir: Option<PathBuf>,

    /// Replace what was packed before
    #[arg(long)]
    pub force: bool,
}

impl PackArgs {
    /// What is asked for.
    pub fn wanted(&self, limits: Limits) -> Wanted {
        Wanted {
            steps: steps_of(&self.steps),
            name: self.name.clone(),
            folder: self.dir.clone(),
            may_replace: self.force,
            limits,
            terminal: terminal(false),
        }
    }
}

//! What is asked of `edition`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::values::{step_ids, steps_of, terminal};
use crate::desk::instructor::edition::Wanted;

/// What is shown below the options.
pub const AFTER_EDITION: &str = "\
In it are the exercises as they are handed out, the helpers and the checker, which
plays all checks. Not in it are the reference solutions, and tests that give them
away; how they were played once is shown instead. In README.md and the Makefile,
what stands between <!-- instructors --> and <!-- /instructors --> is left out.

To bring an edition in a repository up to date, empty it first, but for .git.

Exit status: 0 made, 2 not made: something is in the way, 3 it could not be read or
written.";

/// Where the edition is to be, and what goes with it.
#[derive(Debug, Args)]
pub struct EditionArgs {
    /// A folder that does not exist yet, or is empty
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,

    /// Keep the reference solutions of these steps: ex1,ex2
    #[arg(long, value_name = "STEP,…", value_delimiter = ',', value_parser = step_ids(), hide_possible_values = true)]
    pub with: Vec<String>,
}

impl EditionArgs {
    /// What is asked for.
    pub fn wanted(&self) -> Wanted {
        let with = if self.with.is_empty() { Vec::new() } else { steps_of(&self.with) };
        Wanted { folder: self.folder.clone(), with, terminal: terminal(false) }
    }
}

//! What is asked of `grade`.

use std::fs;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use anyhow::{Result, anyhow};
use clap::Args;
use clap::builder::RangedU64ValueParser;

use crate::cli::limits::LimitArgs;
use crate::cli::run::sandbox_of;
use crate::cli::values::{step_ids, steps_of};
use crate::course::table;
use crate::desk::grader::autograder;
use crate::desk::grader::class::{Forms, Wanted};
use crate::desk::grader::commands;
use crate::desk::grader::merge;
use crate::desk::grader::submissions::Shard;
use crate::desk::grader::worker::{Kept, Plan};
use crate::desk::refusal::Refusal;

/// Which submissions are graded, and how.
#[derive(Debug, Args)]
pub struct GradeArgs {
    /// Folders of submissions, and zips; then the steps to grade [default: all]
    #[arg(value_name = "DIR|ZIP|STEP", required = true)]
    what: Vec<PathBuf>,

    /// DIR is itself a submission, and not a folder of them
    #[arg(long, conflicts_with = "shard")]
    one: bool,

    /// The folder for the results
    #[arg(long, value_name = "DIR", default_value = "results")]
    out: PathBuf,

    /// Grade only those with this in their name; of the others, what was found before is told
    #[arg(long, value_name = "NAME")]
    only: Option<String>,

    /// Grade only what has no result yet, also where submissions or options have changed
    #[arg(long, conflicts_with = "regrade")]
    resume: bool,

    /// Grade all again, also what has not changed since
    #[arg(long)]
    regrade: bool,

    /// Grade a part of the class, such as 3/16; `merge` joins the parts
    #[arg(long, value_name = "N/OF")]
    shard: Option<Shard>,

    /// How many to grade side by side [default: one for each processor]
    #[arg(long, value_name = "COUNT", value_parser = RangedU64ValueParser::<usize>::new().range(1..=256))]
    jobs: Option<usize>,

    /// The programs of all who hand in another language, and no submission.toml
    #[arg(long, value_name = "FILE")]
    commands: Option<PathBuf>,

    /// A list of the class (CSV): its first column names submissions, the others are passed through
    #[arg(long, value_name = "FILE")]
    roster: Option<PathBuf>,

    /// Number that chooses the words to send [default: it follows from what was handed in]
    #[arg(long, env = "CHATLINGS_SEED", value_name = "N")]
    seed: Option<u64>,

    /// Grade nothing where files cannot be protected (require), or confine programs as far as the system can (auto), or only
    /// limit what they take (off)
    #[arg(long, value_name = "HOW", value_parser = ["auto", "require", "off"], default_value = "require")]
    sandbox: String,

    /// Longest time for one submission, in minutes
    #[arg(long, value_name = "MINUTES", default_value_t = 30.0, value_parser = minutes)]
    max_minutes: f64,

    /// Write this file of one submission for Gradescope: results.json
    #[arg(long, value_name = "FILE", help_heading = "For the systems of schools")]
    gradescope: Option<PathBuf>,

    /// Write this file of one submission for Classroom 50: result.json
    #[arg(long, value_name = "FILE", help_heading = "For the systems of schools")]
    classroom50: Option<PathBuf>,

    /// Print last what Autolab reads of one submission
    #[arg(long, help_heading = "For the systems of schools")]
    autolab: bool,

    /// What programs may take.
    #[command(flatten)]
    limits: LimitArgs,
}

impl GradeArgs {
    /// What is asked for.
    ///
    /// # Errors
    /// When no place is named, or the file of commands is wrong.
    pub fn wanted(&self) -> Result<Wanted> {
        let is_step = |what: &&PathBuf| what.to_str().is_some_and(|id| table::find(id).is_some());
        let (steps, places): (Vec<&PathBuf>, Vec<&PathBuf>) = self.what.iter().partition(is_step);
        if places.is_empty() {
            let step = steps[0].display();
            let reason =
                format!("no folder and no zip is named (for a folder {step}, write ./{step})");
            return Err(Refusal(reason).into());
        }
        let ids: Vec<String> = steps.iter().map(|step| step.display().to_string()).collect();
        let places: Vec<PathBuf> = places.into_iter().cloned().collect();
        let limits = self.limits.limits();
        let processors = thread::available_parallelism().map_or(1, NonZero::get);
        let mut hidden = places.clone();
        hidden.push(self.out.clone());
        Ok(Wanted {
            plan: Plan {
                steps: steps_of(&ids),
                commands: self.commands.as_deref().map(read_commands).transpose()?,
                seed: self.seed,
                longest: Duration::from_secs_f64(60.0 * self.max_minutes)
                    .mul_f64(limits.patience.max(1.0)),
                limits,
                sandbox: sandbox_of(&self.sandbox),
                out: self.out.clone(),
                kept: match (self.resume, self.regrade) {
                    (true, _) => Kept::All,
                    (_, true) => Kept::None,
                    _ => Kept::Unchanged,
                },
                hidden: hidden.iter().filter_map(|path| std::path::absolute(path).ok()).collect(),
            },
            places,
            is_one: self.one,
            only: self.only.clone(),
            shard: self.shard,
            side_by_side: self.jobs.unwrap_or(processors),
            roster: self.roster.clone(),
            forms: Forms {
                gradescope: self.gradescope.clone(),
                classroom50: self.classroom50.clone(),
                is_autolab: self.autolab,
            },
        })
    }
}

fn minutes(text: &str) -> Result<f64, String> {
    let minutes = text.parse().map_err(|_| "not a number")?;
    match (0.01..=1440.0).contains(&minutes) {
        true => Ok(minutes),
        false => Err("not in 0.01..=1440".to_string()),
    }
}

/// A file of commands, if it can be understood.
fn read_commands(path: &Path) -> Result<String> {
    let shown = path.display();
    let text = fs::read_to_string(path)
        .map_err(|error| anyhow!(Refusal(format!("cannot read {shown}: {error}"))))?;
    commands::read(&text).map_err(|error| anyhow!(Refusal(format!("{shown}: {error:#}"))))?;
    Ok(text)
}

/// Which results are joined.
#[derive(Debug, Args)]
pub struct MergeArgs {
    /// The folders of results that `grade --shard` has written
    #[arg(value_name = "DIR", required = true)]
    folders: Vec<PathBuf>,

    /// The folder for all of them
    #[arg(long, value_name = "DIR", default_value = "results")]
    out: PathBuf,

    /// A list of the class (CSV): its first column names submissions, the others are passed through
    #[arg(long, value_name = "FILE")]
    roster: Option<PathBuf>,
}

impl MergeArgs {
    /// What is asked for.
    pub fn wanted(&self) -> merge::Wanted {
        let MergeArgs { folders, out, roster } = self;
        merge::Wanted { folders: folders.clone(), out: out.clone(), roster: roster.clone() }
    }
}

/// Which autograder is written.
#[derive(Debug, Args)]
pub struct AutograderArgs {
    /// The zip to write
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// The steps it grades [default: all]
    #[arg(value_name = "STEP", value_parser = step_ids(), hide_possible_values = true)]
    steps: Vec<String>,
}

impl AutograderArgs {
    /// What is asked for.
    pub fn wanted(&self) -> autograder::Wanted {
        autograder::Wanted { file: self.file.clone(), steps: steps_of(&self.steps) }
    }
}

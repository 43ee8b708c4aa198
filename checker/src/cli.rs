//! The command line of the checker.

pub mod check;
pub mod edition;
pub mod grade;
pub mod limits;
pub mod manners;
pub mod new;
pub mod pack;
pub mod report;
pub mod run;
pub mod values;

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use clap::parser::ValueSource;
use clap::{ArgAction, ArgMatches, CommandFactory, Parser, Subcommand};

use crate::cli::check::CheckArgs;
use crate::cli::edition::{AFTER_EDITION, EditionArgs};
use crate::cli::grade::{AutograderArgs, GradeArgs, MergeArgs};
use crate::cli::new::{AFTER_NEW, NewArgs};
use crate::cli::pack::{PackArgs, after_pack};
use crate::cli::report::ReportArgs;
use crate::cli::values::{programs, step_ids, steps_or_programs};
use crate::course::choice::Choice;

const AFTER_CHECK: &str = "\
{port}, {host}, {max_clients} and {max_sleep_ms} in a CMD are filled in.
Without {port}, the step's default port is used, and one check runs at a time.
CMD is split into words as a shell would, and runs without a shell, from where
you are.";

const AFTER_GRADE: &str = "\
Results go to results/: class.html and class.csv, junit.xml, and for each
submission its report.html and results.json. What has not changed since it was
graded is not played again.

Exit status: 0 each submission has its results, 1 some could not be graded.";

const AFTER_RESET: &str = "\
The old file stays beside the new one, with the date in its name, and is never
built: exercises/src/bin/ex1_server.2026-01-31T14-03-07.rs.bak";

/// Shows, checks and plays the steps of the course
///
/// Exit status: 0 nothing failed, 1 something did, 2 wrong usage, 3 the checker could not do its work.
#[derive(Debug, Parser)]
#[command(name = "cargo step", bin_name = "cargo step")]
pub struct Cli {
    /// The language of titles, hints and advice; without it, English
    #[arg(
        long,
        global = true,
        env = "CHATLINGS_LANGUAGE",
        value_name = "LANGUAGE",
        display_order = 900
    )]
    pub language: Option<String>,

    /// The course file of a class: what is different from course.toml
    #[arg(long, global = true, env = "CHATLINGS_COURSE", value_name = "FILE", display_order = 901)]
    pub course: Option<OsString>,

    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the checker can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Every step: what is done of it, and what to do next
    List,
    /// Check your exercises, the reference solutions, or programs in any language
    #[command(after_help = AFTER_CHECK)]
    Check(Box<CheckArgs>),
    /// Check a step whenever you save its files, and show the result on one screen
    Watch {
        /// The step [default: the first that is not complete]
        #[arg(value_name = "STEP", value_parser = step_ids(), hide_possible_values = true)]
        step: Option<String>,
    },
    /// Check, and show every run as a picture: one HTML file, which opens from disk
    #[command(after_help = AFTER_CHECK)]
    Report(Box<ReportArgs>),
    /// Run one of your programs: `cargo try PROGRAM`
    Try {
        /// The program: ex1_server
        #[arg(value_name = "PROGRAM", value_parser = programs(), hide_possible_values = true)]
        program: String,
        /// What it is given
        #[arg(value_name = "OPTIONS", last = true)]
        arguments: Vec<OsString>,
    },
    /// Play the scenes of steps with the reference solutions
    Demo {
        /// The steps to play [default: all]
        #[arg(value_name = "STEP", value_parser = step_ids(), hide_possible_values = true)]
        steps: Vec<String>,
    },
    /// Show a hint for a step
    Hint {
        /// The step
        #[arg(value_name = "STEP", value_parser = step_ids(), hide_possible_values = true)]
        step: String,
        /// The next hint; repeat it for the one after that
        #[arg(long, action = ArgAction::Count)]
        more: u8,
    },
    /// Pack what a handout wants handed in, as one zip
    #[command(after_help = after_pack())]
    Pack(PackArgs),
    /// Make the students' edition of the course: without the reference solutions
    #[command(after_help = AFTER_EDITION)]
    Edition(EditionArgs),
    /// Grade a class: folders and zips of submissions
    #[command(after_help = AFTER_GRADE)]
    Grade(Box<GradeArgs>),
    /// Join the results of a class that was graded in parts
    Merge(MergeArgs),
    /// Write an autograder for Gradescope, as one zip
    Autograder(AutograderArgs),
    /// Build and play one submission where it was laid out, as a file says
    #[command(hide = true)]
    Submission {
        /// The file
        order: PathBuf,
    },
    /// Start over: bring a step's starters back, or one; your old file is kept
    #[command(after_help = AFTER_RESET)]
    Reset {
        /// The step, or one of its programs: ex1, ex1_server
        #[arg(value_name = "STEP|PROGRAM", value_parser = steps_or_programs(), hide_possible_values = true)]
        what: String,
        /// Do not ask
        #[arg(short, long)]
        yes: bool,
    },
    /// Add a step of your own to the course: a check, a starter, a solution, all that it needs
    #[command(after_help = AFTER_NEW)]
    New(NewArgs),
}

/// What is chosen once for all. The help of a command already has something of the course in it, so this looks at the
/// arguments before they are parsed.
pub fn choice(arguments: impl Iterator<Item = OsString>) -> Choice {
    let arguments: Vec<OsString> = arguments.take_while(|argument| argument != "--").collect();
    let chosen = |option: &str, variable: &str| {
        let behind = arguments.iter().position(|argument| argument == option);
        let behind = behind.and_then(|at| arguments.get(at + 1).cloned());
        let prefix = format!("{option}=");
        let with_it = arguments.iter().find_map(|it| it.to_str()?.strip_prefix(&prefix));
        let set = || env::var_os(variable).filter(|value| !value.is_empty());
        behind.or(with_it.map(OsString::from)).or_else(set)
    };
    Choice {
        language: chosen("--language", "CHATLINGS_LANGUAGE")
            .map(|language| language.to_string_lossy().into_owned()),
        course: chosen("--course", "CHATLINGS_COURSE").map(PathBuf::from),
    }
}

/// The options that are not about what is played, and the one that is set anew.
const HOW_IT_IS_TOLD: &[&str] =
    &["verbose", "json", "progress", "seed", "open", "output", "mermaid"];

/// The options that were given to a command, but for those that say how and with which words: what stays the same when
/// it is given again.
pub fn options_given(matches: &ArgMatches) -> Vec<String> {
    let Some((name, matches)) = matches.subcommand() else { return Vec::new() };
    let command = Cli::command();
    let own = command.find_subcommand(name).into_iter().flat_map(|it| it.get_arguments());
    let of_all = command.get_arguments(); // what is chosen once for all
    let mut options = Vec::new();
    for argument in own.chain(of_all) {
        let id = argument.get_id().as_str();
        let (Some(long), Some(ValueSource::CommandLine)) =
            (argument.get_long(), matches.value_source(id))
        else {
            continue;
        };
        if HOW_IT_IS_TOLD.contains(&id) {
            continue;
        }
        let option = format!("--{long}");
        match argument.get_action() {
            ArgAction::SetTrue => options.push(option),
            _ => {
                for value in matches.get_raw(id).into_iter().flatten() {
                    options.extend([option.clone(), value.to_string_lossy().into_owned()]);
                }
            }
        }
    }
    options
}

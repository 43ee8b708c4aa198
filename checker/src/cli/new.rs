//! What is asked of `new`.

use clap::Args;
use clap::builder::PossibleValuesParser;

use crate::cli::values::{step_ids, steps_of};
use crate::course::table::STEPS;
use crate::desk::instructor::new::Wanted;
use crate::desk::instructor::skeleton::Plan;
use crate::stage::launch::Role;

/// What is shown below the options.
pub const AFTER_NEW: &str = "\
It writes the step's row, a check for each program, a starter, a reference
solution, texts and a section of the README, all of which work: what is left for
you stands there as AUTHOR: and `make lint` lists it.";

/// The step.
#[derive(Debug, Args)]
pub struct NewArgs {
    /// Its short name, as in `make ts`: lower-case letters, and digits behind them
    #[arg(value_name = "STEP")]
    pub id: String,

    /// Its number, and what it is about: \"3.1 a time server\"
    #[arg(value_name = "TITLE")]
    pub title: String,

    /// The port of its programs
    #[arg(long, value_name = "N", default_value_t = 8080, value_parser = clap::value_parser!(u16).range(1..))]
    pub port: u16,

    /// Its programs: server, client, or server,client
    #[arg(
        long,
        value_name = "PROGRAMS",
        value_delimiter = ',',
        default_value = "server",
        value_parser = PossibleValuesParser::new(["server", "client"]),
        hide_possible_values = true
    )]
    pub programs: Vec<String>,

    /// The step that it follows in the walkthrough [default: the last]
    #[arg(long, value_name = "STEP", value_parser = step_ids(), hide_possible_values = true)]
    pub behind: Option<String>,
}

impl NewArgs {
    /// What is asked for.
    pub fn wanted(&self) -> Wanted {
        let has = |role: &Role| self.programs.iter().any(|program| program == role.word());
        let plan = Plan {
            id: self.id.clone(),
            title: self.title.clone(),
            port: self.port,
            roles: [Role::Server, Role::Client].into_iter().filter(has).collect(),
        };
        let behind = self.behind.as_ref().map(|id| steps_of(std::slice::from_ref(id))[0]);
        Wanted { plan, behind: behind.unwrap_or(&STEPS[STEPS.len() - 1]) }
    }
}

//! What is asked of every command that plays checks: which, of whose programs, and with what.

use clap::builder::TypedValueParser;
use clap::error::ErrorKind;
use clap::{ArgGroup, Args};

use crate::cli::limits::LimitArgs;
use crate::cli::manners::MannerArgs;
use crate::cli::values::{step_ids, steps_of};
use crate::course::step::Step;
use crate::course::table;
use crate::desk::run::{Programs, Run};
use crate::judge::cast::Commands;
use crate::judge::command::words_of;
use crate::sandbox::protection::Sandbox;
use crate::stage::launch::Role;

/// Which checks are played, of whose programs, and with what.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("command").multiple(true)))]
pub struct RunArgs {
    /// The steps to check [default: all]; behind one step, a part of the name of one check
    #[arg(value_name = "STEP")]
    pub steps: Vec<String>,

    /// Check the reference solutions
    #[arg(long, conflicts_with_all = ["server", "client", "program"])]
    pub solutions: bool,

    /// Check this server of one step
    #[arg(long, value_name = "CMD", group = "command")]
    pub server: Option<String>,

    /// Check this client of one step
    #[arg(long, value_name = "CMD", group = "command")]
    pub client: Option<String>,

    /// Check this program of a step without sockets
    #[arg(long, value_name = "CMD", group = "command")]
    pub program: Option<String>,

    /// Number that chooses the words to send [default: random]
    #[arg(long, env = "CHATLINGS_SEED", value_name = "N")]
    pub seed: Option<u64>,

    /// How these programs do what the handout leaves open.
    #[command(flatten)]
    pub manners: MannerArgs,

    /// Confine programs as far as the system can (auto, the default), or play nothing where files cannot be protected
    /// (require), or only limit what they take (off)
    #[arg(long, value_name = "HOW", value_parser = ["auto", "require", "off"])]
    pub sandbox: Option<String>,

    /// What programs may take.
    #[command(flatten)]
    pub limits: LimitArgs,
}

impl RunArgs {
    /// What is asked for. Ends the program with a usage error of this command when the options do not fit the step.
    /// `options`: those that were given, to be given again.
    pub(super) fn run(&self, command: &clap::Command, options: Vec<String>) -> Run {
        let (ids, only) = self.steps_and_check(command);
        let steps = steps_of(ids);
        let is_pair = self.manners.pair;
        let checks = |step: &Step| if is_pair { step.pair_checks } else { step.checks };
        if let (Some(part), [step]) = (only, &steps[..])
            && !checks(step).iter().any(|check| check.is_called(part))
        {
            usage(command, &format!("{} has no check with {part:?} in its name", step.id));
        }
        let commands = self.commands(command, ids);
        if let ([step], true) = (&steps[..], is_pair)
            && step.pair_checks.is_empty()
        {
            usage(
                command,
                &format!("{} has no checks of a pair, so --pair cannot be played", step.id),
            );
        }
        let programs = match (commands.is_empty(), self.solutions) {
            (false, _) => Programs::Commands(Commands {
                words: commands,
                manners: self.manners.manners(),
                is_pair,
            }),
            (true, true) => Programs::Solutions,
            (true, false) => Programs::Exercises,
        };
        Run {
            steps,
            are_named: !ids.is_empty(),
            only: only.cloned(),
            programs,
            seed: self.seed,
            options,
            limits: self.limits.limits(),
            sandbox: self.sandbox.as_deref().map(sandbox_of),
        }
    }

    /// The steps, and what else is named behind the only one of them: a check.
    fn steps_and_check(&self, command: &clap::Command) -> (&[String], Option<&String>) {
        let (ids, check) = match &self.steps[..] {
            [step, check] if table::find(check).is_none() => {
                (std::slice::from_ref(step), Some(check))
            }
            steps => (steps, None),
        };
        let argument = command.get_positionals().next();
        for id in ids {
            let parsed = step_ids().parse_ref(command, argument, id.as_ref());
            parsed.unwrap_or_else(|error| error.exit());
        }
        (ids, check)
    }

    /// The commands that were given for roles, split into words; none: the course's own programs are meant.
    ///
    /// Ends the program with a usage error when they do not fit the step.
    fn commands(&self, command: &clap::Command, ids: &[String]) -> Vec<(Role, Vec<String>)> {
        let given = [
            (Role::Server, &self.server),
            (Role::Client, &self.client),
            (Role::Program, &self.program),
        ];
        let mut commands = Vec::new();
        for (role, words) in given {
            let Some(words) = words else { continue };
            let option = role.word();
            let [step] = ids else {
                usage(command, &format!("--{option} needs exactly one STEP"));
            };
            if table::find(step).and_then(|step| step.program(role)).is_none() {
                usage(command, &format!("{step} has no {option}, so --{option} cannot be checked"));
            }
            match words_of(words) {
                Ok(words) => commands.push((role, words)),
                Err(error) => usage(command, &format!("--{option} {error}")),
            }
        }
        commands
    }
}

/// How programs are confined, as an option says it.
pub(super) fn sandbox_of(how: &str) -> Sandbox {
    match how {
        "require" => Sandbox::Require,
        "off" => Sandbox::Off,
        _ => Sandbox::Auto,
    }
}

/// Ends the program with a usage error of this command.
pub(super) fn usage(command: &clap::Command, message: &str) -> ! {
    command.clone().error(ErrorKind::ArgumentConflict, message).exit()
}

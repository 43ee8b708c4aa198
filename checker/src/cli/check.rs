//! What is asked of `check`.

use clap::builder::{FalseyValueParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::{ArgGroup, Args};

use crate::cli::limits::LimitArgs;
use crate::cli::manners::MannerArgs;
use crate::cli::values::{step_ids, steps_of, terminal};
use crate::course::step::Step;
use crate::course::table;
use crate::desk::student::{Programs, Wanted};
use crate::judge::cast::Commands;
use crate::stage::launch::Role;

/// What to check, and how.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("command").multiple(true)))]
pub struct CheckArgs {
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

    /// Number that chooses the words to send [default: random]
    #[arg(long, env = "CHATLINGS_SEED", value_name = "N")]
    pub seed: Option<u64>,

    /// How these programs do what the handout leaves open.
    #[command(flatten)]
    pub manners: MannerArgs,

    /// What programs may take.
    #[command(flatten)]
    pub limits: LimitArgs,
}

impl CheckArgs {
    /// What is asked for. Ends the program with a usage error when the options do not fit the step.
    /// `options`: those that were given, to be given again.
    pub fn wanted(&self, options: Vec<String>) -> Wanted {
        let (ids, only) = self.steps_and_check();
        let steps = steps_of(ids);
        let is_pair = self.manners.pair;
        let checks = |step: &Step| if is_pair { step.pair_checks } else { step.checks };
        if let (Some(part), [step]) = (only, &steps[..])
            && !checks(step).iter().any(|check| check.is_called(part))
        {
            usage(&format!("{} has no check with {part:?} in its name", step.id));
        }
        let commands = self.commands(ids);
        if let ([step], true) = (&steps[..], is_pair)
            && step.pair_checks.is_empty()
        {
            usage(&format!("{} has no checks of a pair, so --pair cannot be played", step.id));
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
        Wanted {
            steps,
            are_named: !ids.is_empty(),
            only: only.cloned(),
            programs,
            is_json: self.json,
            is_told_in_lines: self.progress,
            is_strict: self.strict,
            seed: self.seed,
            options,
            limits: self.limits.limits(),
            terminal: terminal(self.verbose),
        }
    }

    /// The steps, and what else is named behind the only one of them: a check.
    fn steps_and_check(&self) -> (&[String], Option<&String>) {
        let (ids, check) = match &self.steps[..] {
            [step, check] if table::find(check).is_none() => {
                (std::slice::from_ref(step), Some(check))
            }
            steps => (steps, None),
        };
        let command = command();
        let argument = command.get_positionals().next();
        for id in ids {
            let parsed = step_ids().parse_ref(&command, argument, id.as_ref());
            parsed.unwrap_or_else(|error| error.exit());
        }
        (ids, check)
    }

    /// The commands that were given for roles, split into words; none: the course's own programs are meant.
    ///
    /// Ends the program with a usage error when they do not fit the step.
    fn commands(&self, ids: &[String]) -> Vec<(Role, Vec<String>)> {
        let given = [
            (Role::Server, &self.server),
            (Role::Client, &self.client),
            (Role::Program, &self.program),
        ];
        let mut commands = Vec::new();
        for (role, command) in given {
            let Some(command) = command else { continue };
            let option = role.word();
            let [step] = ids else {
                usage(&format!("--{option} needs exactly one STEP"));
            };
            if table::find(step).and_then(|step| step.program(role)).is_none() {
                usage(&format!("{step} has no {option}, so --{option} cannot be checked"));
            }
            match shell_words::split(command) {
                Ok(words) if words.is_empty() => usage(&format!("--{option} is empty")),
                Ok(words) => commands.push((role, words)),
                Err(error) => usage(&format!("--{option} {command:?}: {error}")),
            }
        }
        commands
    }
}

/// The command line of `check` by itself, for errors in it.
fn command() -> clap::Command {
    CheckArgs::augment_args(clap::Command::new("check").bin_name("cargo step check"))
}

fn usage(message: &str) -> ! {
    command().error(ErrorKind::ArgumentConflict, message).exit()
}

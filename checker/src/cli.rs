//! The command line of the checker.

use std::ffi::OsString;
use std::time::Duration;

use clap::builder::{
    FalseyValueParser, PossibleValuesParser, RangedU64ValueParser, TypedValueParser,
};
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{
    ArgAction, ArgGroup, ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand,
};
use console::Term;

use crate::course::step::Step;
use crate::course::table::{self, STEPS};
use crate::desk::student::{Programs, Wanted};
use crate::judge::cast::Commands;
use crate::report::terminal::Terminal;
use crate::report::transcript::WIDTH;
use crate::sandbox::limits::{Limits, MIB};
use crate::stage::framing::Framing;
use crate::stage::launch::Role;
use crate::stage::manners::Manners;

const AFTER_CHECK: &str = "\
{port}, {host} and {max_clients} in a CMD are filled in. Without {port}, the
step's default port is used, and one check runs at a time. CMD is split into
words as a shell would, and runs without a shell, from where you are.";

/// Shows, checks and plays the steps of the course
///
/// Exit status: 0 nothing failed, 1 something did, 2 wrong usage, 3 the checker could not do its work.
#[derive(Debug, Parser)]
#[command(name = "cargo step", bin_name = "cargo step")]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the checker can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Every step: its title, its points, and where you stand
    List,
    /// Check your exercises, the reference solutions, or programs in any language
    #[command(after_help = AFTER_CHECK)]
    Check(Box<CheckArgs>),
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
}

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

/// How programs in any language do what the handout leaves open.
#[derive(Debug, Args)]
#[command(next_help_heading = "Programs in any language")]
pub struct MannerArgs {
    /// What goes before a protobuf message: u32be, u32le, u16be, varint, none [default: found out from the first bytes]
    #[arg(long, value_name = "FRAMING", requires = "command")]
    framing: Option<Framing>,

    /// What is typed into a client for a message, such as '{from}\n{to}\n{text}' [default: the text]
    #[arg(long, value_name = "LINES", requires = "command", value_parser = template)]
    types: Option<String>,

    /// The operator's word for the number of clients [default: num.users]
    #[arg(long, value_name = "WORD", requires = "command", value_parser = one_line)]
    operator: Option<String>,

    /// What a chat client waits for before it gives its name, without a line break unless it ends with \n
    #[arg(long, value_name = "TEXT", requires = "command", value_parser = lines)]
    question: Option<String>,

    /// Play server and client together, for what they say to each other only, rather than each with the checker
    #[arg(long, requires_all = ["server", "client"])]
    pair: bool,
}

impl MannerArgs {
    fn manners(&self) -> Manners {
        Manners {
            framing: self.framing,
            types: self.types.clone(),
            operator: self.operator.clone(),
            question: self.question.clone(),
        }
    }
}

/// A text that is not empty, in which `\n` stands for a line break.
fn lines(text: &str) -> Result<String, String> {
    match text.is_empty() {
        true => Err("it is empty".to_string()),
        false => Ok(text.replace("\\n", "\n")),
    }
}

/// Lines with a place for the text of a message.
fn template(text: &str) -> Result<String, String> {
    match text.contains("{text}") {
        true => lines(text),
        false => Err("it has no {text}, so nothing would be said".to_string()),
    }
}

fn one_line(text: &str) -> Result<String, String> {
    match text.trim().is_empty() || text.contains('\n') {
        true => Err("it is not one line of text".to_string()),
        false => Ok(text.to_string()),
    }
}

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

fn step_ids() -> PossibleValuesParser {
    PossibleValuesParser::new(STEPS.iter().map(|step| step.id))
}

fn programs() -> PossibleValuesParser {
    PossibleValuesParser::new(STEPS.iter().flat_map(|step| step.programs))
}

/// The steps of these ids, in the order of the course; all when none is named.
pub fn steps_of(ids: &[String]) -> Vec<&'static Step> {
    let is_meant = |step: &&Step| ids.is_empty() || ids.iter().any(|id| id == step.id);
    STEPS.iter().filter(is_meant).collect()
}

/// The options that were given to a command, but for those that say how and with which words: what stays the same when
/// it is given again.
pub fn options_given(matches: &ArgMatches) -> Vec<String> {
    let Some((name, matches)) = matches.subcommand() else { return Vec::new() };
    let command = Cli::command();
    let arguments = command.find_subcommand(name).into_iter().flat_map(|it| it.get_arguments());
    let mut options = Vec::new();
    for argument in arguments {
        let id = argument.get_id().as_str();
        let (Some(long), Some(ValueSource::CommandLine)) =
            (argument.get_long(), matches.value_source(id))
        else {
            continue;
        };
        if ["verbose", "json", "seed"].contains(&id) {
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

/// The limits that a program which takes no options, such as a test, gets from the environment.
///
/// # Errors
/// When a variable of the environment has a value that the option would not take.
pub fn limits_of_environment() -> Result<Limits, clap::Error> {
    let command = LimitArgs::augment_args(clap::Command::new("limits"));
    let matches = command.try_get_matches_from(["limits"])?;
    Ok(LimitArgs::from_arg_matches(&matches)?.limits())
}

/// How results are shown here: on a terminal as wide as it is, within reason.
pub fn terminal(is_verbose: bool) -> Terminal {
    const NARROWEST: usize = 40;
    const WIDEST: usize = 100;
    let size = Term::stdout().size_checked();
    let width = size.map_or(WIDTH, |(_, columns)| usize::from(columns).clamp(NARROWEST, WIDEST));
    Terminal { width, is_verbose }
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
        let mut command = Cli::command();
        command.build();
        let check_command = command.find_subcommand("check").unwrap_or(&command);
        let argument = check_command.get_positionals().next();
        for id in ids {
            let parsed = step_ids().parse_ref(check_command, argument, id.as_ref());
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

fn usage(message: &str) -> ! {
    Cli::command().error(ErrorKind::ArgumentConflict, message).exit()
}

//! `chatlings`, run as `cargo step`: see [`checker`].

use std::env;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use anyhow::Result;
use checker::cli::limits::limits_of_environment;
use checker::cli::values::{programs_of, steps_of, terminal};
use checker::cli::{Cli, Command, choice, options_given};
use checker::course::table;
use checker::desk::answer::Answer;
use checker::desk::grader::{autograder, class, merge, one};
use checker::desk::instructor::{edition, new};
use checker::desk::refusal::Refusal;
use checker::desk::{pack, report, reset, student, watch};
use checker::sandbox::{ending, launcher};
use clap::{ArgMatches, CommandFactory, FromArgMatches};

/// The exit status when something cannot be done as it was asked for.
const USAGE: u8 = 2;
/// The exit status when the checker itself cannot do its work.
const FAULT: u8 = 3;

fn main() -> ExitCode {
    if let Some(failed) = launcher::begin() {
        return failed;
    }
    choice(env::args_os()).set();
    if let Err(wrong) = table::begin() {
        eprintln!("error: {wrong}");
        return ExitCode::from(USAGE);
    }
    let matches = Cli::command().get_matches();
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let mut answer = answer(&cli.command, &matches);
    ending::end_everything(); // what could not be cleared away before, for want of descriptors
    if let (Command::Report(args), Ok(answer)) = (&cli.command, &mut answer) {
        // Only now: a browser that was started before would have been ended too.
        answer.warnings.extend(if answer.status < USAGE { args.opens() } else { None });
    }
    match answer.and_then(|answer| Ok((print(&answer.text)?, answer))) {
        Ok(((), answer)) => {
            answer.warnings.iter().for_each(|warning| eprintln!("warning: {warning}"));
            ExitCode::from(answer.status)
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(if error.is::<Refusal>() { USAGE } else { FAULT })
        }
    }
}

fn answer(command: &Command, matches: &ArgMatches) -> Result<Answer> {
    match command {
        Command::List => Ok(student::list(&terminal(false))),
        Command::Check(args) => student::check(&args.wanted(options_given(matches))),
        Command::Watch { step } => {
            let step = step.as_ref().map(|step| steps_of(std::slice::from_ref(step))[0]);
            watch::watch(step)
        }
        Command::Report(args) if args.open => {
            args.wanted(options_given(matches)); // wrong options are told here
            report::by_another()
        }
        Command::Report(args) => report::report(&args.wanted(options_given(matches))),
        Command::Try { program, arguments } => {
            let limits = limits_of_environment().unwrap_or_else(|error| error.exit());
            student::try_out(program, arguments, &limits)
        }
        Command::Demo { steps } => {
            let limits = limits_of_environment().unwrap_or_else(|error| error.exit());
            student::demo(&steps_of(steps), &limits, &terminal(true))
        }
        Command::Hint { step, more } => {
            let steps = steps_of(std::slice::from_ref(step));
            Ok(student::hint(steps[0], usize::from(*more), &terminal(false)))
        }
        Command::Pack(args) => {
            let limits = limits_of_environment().unwrap_or_else(|error| error.exit());
            pack::pack(&args.wanted(limits))
        }
        Command::New(args) => new::new(&args.wanted()),
        Command::Edition(args) => edition::edition(&args.wanted()),
        Command::Grade(args) => class::grade(&args.wanted()?),
        Command::Merge(args) => merge::merge(&args.wanted()),
        Command::Autograder(args) => autograder::write(&args.wanted()),
        Command::Submission { order } => one::grade(order),
        Command::Reset { what, yes } => reset::reset(&programs_of(what), *yes),
    }
}

/// Prints all of an answer. Anyone who stops reading, as `head` does, has seen enough: that is not an error.
fn print(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

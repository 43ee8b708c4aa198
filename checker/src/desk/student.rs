//! What each command does.

use std::collections::HashMap;
use std::io::IsTerminal;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Result;
use colored::Colorize;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use crate::cli::{CheckArgs, Cli, Command, steps_of};
use crate::course::starter::Starter;
use crate::course::step::{Check, Role, Step};
use crate::course::table::STEPS;
use crate::desk::standing;
use crate::judge::build::{self, Builds, Package};
use crate::judge::cast::{Cast, Launch};
use crate::judge::judge::{self, Outcome, Verdict};
use crate::report::terminal;
use crate::sandbox::limits::Limits;

/// Does what the command line says. The exit status: 0 nothing failed, 1 something did.
///
/// # Errors
/// When cargo cannot be started.
pub fn run(cli: &Cli) -> Result<ExitCode> {
    match &cli.command {
        Command::List => list(),
        Command::Check(args) => check(args),
        Command::Demo { steps } => demo(&steps_of(steps)),
        Command::Hint { step, more } => {
            hint(&steps_of(std::slice::from_ref(step)), usize::from(*more))
        }
    }
}

fn list() -> Result<ExitCode> {
    let width = title_width();
    println!("{}", format!("step  {:<width$} points  where you stand", "title").bold());
    for step in STEPS {
        let standing = standing::describe(step);
        println!("{:<5} {:<width$} {:>6}  {standing}", step.id, step.title, step.points);
    }
    println!("\nmake {} shows a step's task, and checks it once you have begun.", STEPS[0].id);
    Ok(ExitCode::SUCCESS)
}

/// The width of a column of titles, with a space behind it.
fn title_width() -> usize {
    let lengths = STEPS.iter().map(|step| step.title.chars().count());
    lengths.max().unwrap_or(0) + 1
}

fn hint(steps: &[&Step], number: usize) -> Result<ExitCode> {
    for step in steps {
        if number >= step.hints.len() {
            println!("{} has {} hints; this is the last one.", step.id, step.hints.len());
        }
        print!("{}", terminal::hint(step, number.min(step.hints.len() - 1)));
    }
    Ok(ExitCode::SUCCESS)
}

fn demo(steps: &[&'static Step]) -> Result<ExitCode> {
    let casts = casts(
        steps,
        Package::Solutions,
        &build::build(&programs(steps, Package::Solutions), false)?,
    );
    let mut has_failed = false;
    for cast in &casts {
        println!("{}\n", cast.step.title.bold());
        for outcome in play(&[cast], rand::random(), false) {
            println!("{}", outcome.transcript.coloured());
            has_failed |= is_failure(&outcome);
        }
    }
    Ok(ExitCode::from(u8::from(has_failed)))
}

fn check(args: &CheckArgs) -> Result<ExitCode> {
    let commands = args.commands();
    let steps = steps_of(&args.steps);
    if !commands.is_empty() {
        let mut cast = foreign_cast(steps[0], commands)?;
        cast.limits = args.limits.limits();
        return report(args, &steps, &[&cast], false);
    }
    let package = if args.solutions { Package::Solutions } else { Package::Exercises };
    let mut wanted = programs(&steps, package);
    // An untouched step is shown rather than checked, and played with the worked programs.
    let is_shown = |step: &&Step| package == Package::Exercises && !args.json && is_untouched(step);
    let untouched: Vec<&'static Step> = steps.iter().copied().filter(is_shown).collect();
    if !args.steps.is_empty() {
        wanted.extend(programs(&untouched, Package::Solutions));
    }
    let is_colored =
        !args.json && std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let builds = build::build(&wanted, is_colored)?;
    print_warnings(args, &builds, package);
    let mut casts = casts(&steps, package, &builds);
    casts.iter_mut().for_each(|cast| cast.limits = args.limits.limits());
    let (shown, checked): (Vec<&Cast>, Vec<&Cast>) = casts.iter().partition(|cast| {
        let compiles = cast.roles.values().all(|launch| !matches!(launch, Launch::Broken(_)));
        untouched.iter().any(|step| step.id == cast.step.id) && compiles
    });
    for (number, cast) in shown.iter().enumerate() {
        if number > 0 && !args.steps.is_empty() {
            println!();
        }
        show_untouched(args, cast.step, &builds);
    }
    if !shown.is_empty() && !checked.is_empty() {
        println!();
    }
    report(args, &steps, &checked, package == Package::Exercises)
}

/// Shows an untouched step: in full when it was asked for, else in a line.
fn show_untouched(args: &CheckArgs, step: &'static Step, builds: &Builds) {
    if args.steps.is_empty() {
        let (title, width) = (step.title, title_width());
        println!("{title:<width$} {}", format!("untouched: make {}", step.id).dimmed());
        return;
    }
    let worked = cast_of(step, Package::Solutions, builds);
    let finished = judge::play(&worked, &step.checks[0], args.seed.unwrap_or_else(rand::random));
    terminal::print_untouched(step, &finished);
}

/// Plays the checks of these casts, and reports them, and the sum over all `selected` steps.
fn report(
    args: &CheckArgs,
    selected: &[&Step],
    casts: &[&Cast],
    is_students: bool,
) -> Result<ExitCode> {
    let needs_its_port = |cast: &&Cast| {
        cast.step.port.is_some() && cast.roles.values().any(|launch| !launch.takes_port())
    };
    let one_at_a_time = casts.iter().any(needs_its_port);
    let seed = args.seed.unwrap_or_else(|| rand::random_range(1..1_000_000));
    let outcomes = play(casts, seed, one_at_a_time);
    let mut rest = &outcomes[..];
    let mut steps = Vec::new();
    for cast in casts {
        let (own, others) = rest.split_at(cast.step.checks.len());
        rest = others;
        let own: Vec<&Outcome> = own.iter().collect();
        if is_students {
            standing::keep(cast.step, &own);
        }
        steps.push((cast.step, own));
    }
    if args.json {
        let steps: Vec<_> =
            steps.iter().map(|(step, outcomes)| step_json(step, outcomes)).collect();
        println!("{:#}", json!({ "steps": steps, "seed": seed }));
    } else {
        for (number, (step, outcomes)) in steps.iter().enumerate() {
            if number > 0 {
                println!();
            }
            print!("{}", terminal::step(step, outcomes, args.verbose));
        }
        if let ([(step, outcomes)], true) = (&steps[..], is_students)
            && outcomes.iter().all(|outcome| outcome.is_bonus || outcome.verdict == Verdict::Passes)
        {
            let is_complete = outcomes.iter().all(|outcome| outcome.verdict == Verdict::Passes);
            terminal::print_next(step, STEPS, is_complete);
        }
        if args.verbose || outcomes.iter().any(is_failure) {
            println!("{}", format!("(--seed {seed} plays the same words again)").dimmed());
        }
        if selected.len() > 1 {
            print_sum(&outcomes, selected);
        }
    }
    Ok(ExitCode::from(u8::from(outcomes.iter().any(is_failure))))
}

fn print_sum(outcomes: &[Outcome], steps: &[&Step]) {
    let sum = outcomes.iter().fold(0.0, |sum, outcome| sum + outcome.points); // `sum()` of none is -0
    let max: u32 = steps.iter().map(|step| step.points).sum();
    println!(
        "\n{}",
        format!("{} of {max} points in {} steps", terminal::points(sum), steps.len()).bold()
    );
}

fn step_json(step: &Step, outcomes: &[&Outcome]) -> serde_json::Value {
    let sum: f64 = outcomes.iter().map(|outcome| outcome.points).sum();
    let checks: Vec<_> = outcomes.iter().map(|outcome| outcome.json()).collect();
    json!({ "id": step.id, "title": step.title, "points": sum, "max": step.points, "checks": checks })
}

fn is_failure(outcome: &Outcome) -> bool {
    !outcome.is_bonus && matches!(outcome.verdict, Verdict::Fails | Verdict::DoesNotCompile)
}

fn is_untouched(step: &Step) -> bool {
    step.programs.iter().all(|program| Starter::read(program).is_untouched())
}

/// Plays all checks of these casts side by side, with a progress bar on a terminal.
fn play(casts: &[&Cast], seed: u64, one_at_a_time: bool) -> Vec<Outcome> {
    let checks: Vec<(&Cast, &Check)> =
        casts.iter().flat_map(|cast| cast.step.checks.iter().map(|check| (*cast, check))).collect();
    let progress = ProgressBar::new(checks.len() as u64);
    if let Ok(style) = ProgressStyle::with_template("{pos:>3} of {len} checks {wide_bar}") {
        progress.set_style(style);
    }
    let outcomes = judge::play_all(&checks, seed, one_at_a_time, |_| progress.inc(1));
    progress.finish_and_clear();
    outcomes
}

/// All programs that these steps need, from `package`; helpers always from the worked ones.
pub fn programs(steps: &[&'static Step], package: Package) -> Vec<(Package, &'static str)> {
    let mut programs = Vec::new();
    for step in steps {
        programs.extend(step.programs.iter().map(|program| (package, *program)));
        programs.extend(helpers(step).map(|program| (Package::Solutions, program)));
    }
    programs.sort_by_key(|(package, program)| (package.name(), *program));
    programs.dedup();
    programs
}

fn helpers(step: &Step) -> impl Iterator<Item = &'static str> {
    step.checks.iter().filter_map(|check| check.helper)
}

/// For each step, how its programs from `package` are started.
pub fn casts(steps: &[&'static Step], package: Package, builds: &Builds) -> Vec<Cast> {
    steps.iter().map(|step| cast_of(step, package, builds)).collect()
}

fn cast_of(step: &'static Step, package: Package, builds: &Builds) -> Cast {
    let launch =
        |package, program| builds.get(&(package, program)).map(|built| built.launch.clone());
    let roles = step
        .programs
        .iter()
        .filter_map(|program| Some((Role::of(program), launch(package, program)?)));
    let helpers =
        helpers(step).filter_map(|program| Some((program, launch(Package::Solutions, program)?)));
    Cast {
        step,
        roles: roles.collect(),
        helpers: helpers.collect(),
        limits: Limits::default(),
        never_listens: Arc::default(),
    }
}

/// How a step is played with commands in any language, given as words.
///
/// # Errors
/// When cargo cannot be started to build a worked program that takes part.
pub fn foreign_cast(step: &'static Step, commands: Vec<(Role, Vec<String>)>) -> Result<Cast> {
    let needed: Vec<_> = helpers(step).map(|program| (Package::Solutions, program)).collect();
    let builds = if needed.is_empty() { HashMap::new() } else { build::build(&needed, false)? };
    let mut cast = cast_of(step, Package::Solutions, &builds);
    cast.roles = commands.into_iter().map(|(role, words)| (role, Launch::Command(words))).collect();
    Ok(cast)
}

/// The compiler's warnings about the programs that are checked, for a student who checks one step.
fn print_warnings(args: &CheckArgs, builds: &Builds, package: Package) {
    if args.json || args.steps.len() != 1 {
        return;
    }
    for ((built_from, _), built) in builds {
        if *built_from == package && !built.warnings.is_empty() {
            println!("{}", built.warnings.trim_end());
            println!();
        }
    }
}

//! One submission, in a process of its own: it is built and played where it was laid out, and what comes of it is written
//! down. Whatever goes wrong here costs no other submission.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result};
use jiff::Zoned;
use serde::{Deserialize, Serialize};

use crate::course::layout::{Package, hidden};
use crate::course::step::Step;
use crate::course::table::STEPS;
use crate::desk::answer::{Answer, warnings_of};
use crate::desk::grader::commands::{self, CommandsOfSteps};
use crate::desk::protect::protect;
use crate::desk::work::Work;
use crate::judge::build::Builds;
use crate::judge::cast::{self, Cast, Commands, Sources};
use crate::judge::outcome::StepResult;
use crate::judge::{probe, twice};
use crate::report::again::Again;
use crate::report::class::graded::{Graded, GradedStep};
use crate::report::class::results;
use crate::report::json::in_seconds;
use crate::report::page::{Page, page};
use crate::report::terminal::Ending;
use crate::sandbox::limits::Limits;
use crate::sandbox::protection::Sandbox;
use crate::sandbox::whole;
use crate::stage::launch::{Launch, Role};

/// What is to be done with a submission that lies in the course.
#[derive(Debug, Serialize, Deserialize)]
pub struct Order {
    /// The steps, by id.
    pub steps: Vec<String>,
    /// The programs in other languages, as `submission.toml` has them; none: there are none.
    pub commands: Option<String>,
    /// Where those are started.
    pub folder: Option<PathBuf>,
    /// What programs may take.
    pub limits: Limits,
    /// How they are confined.
    pub sandbox: Sandbox,
    /// Folders that they need not see.
    pub hidden: Vec<PathBuf>,
    /// What is known of the submission already: its name, what was taken of it, its seed.
    pub begun: Graded,
    /// The folder that its results are written to.
    pub into: PathBuf,
}

/// The file of the results, in the folder of a submission.
pub const RESULTS: &str = "results.json";
/// The file of the runs as pictures, beside it.
pub const REPORT: &str = "report.html";

/// Does what such a file says.
///
/// # Errors
/// When cargo cannot be started, programs cannot be confined as it is required, or results cannot be written.
pub fn grade(order: &Path) -> Result<Answer> {
    let text = fs::read_to_string(order).context("cannot read what is to be done")?;
    let order: Order =
        serde_json::from_str(&text).context("cannot understand what is to be done")?;
    let began = Instant::now();
    if let Some(folder) = &order.folder {
        env::set_current_dir(folder).context("cannot go where the programs are started")?;
    }
    let is_meant = |step: &&Step| order.steps.iter().any(|id| id == step.id);
    let steps: Vec<&'static Step> = STEPS.iter().filter(is_meant).collect();
    let commands = order.commands.as_deref().map(commands::read).transpose()?.unwrap_or_default();
    let not_seen: Vec<PathBuf> = order.hidden.iter().cloned().chain(hidden()).collect();
    let protection = protect(order.sandbox, commands.values(), &not_seen)?;
    let work = Work::for_a_program();
    let (mut casts, builds) = cast_all(&steps, &commands, &order.limits, work)?;
    let seed = order.begun.seed;
    casts.iter_mut().for_each(|cast| probe::find_out(cast, seed));
    let mut results = work.play(&casts, seed);
    let unstable = twice::play_failures_again(&casts, &mut results, seed, |_| ());
    let mut graded = order.begun;
    graded.protection = protection.to_string();
    tell_of_builds(&builds, &mut graded);
    for (result, cast) in results.iter().zip(&casts) {
        add(&mut graded, result, cast, &unstable);
    }
    graded.trouble.extend(warnings_of(&results));
    graded.seconds = in_seconds(began.elapsed());
    let ending = Ending {
        again: Again { seed, of_steps: options_of(&commands), ..Again::default() },
        summed: &steps,
        next: None,
        so_far: None,
        hinted: None,
        changed_helpers: &[],
        may_be_pair: false,
    };
    let html = page(&Page {
        results: &results,
        untouched: &[],
        compiler_warnings: &[],
        ending: &ending,
        whose: &graded.given,
        made: &Zoned::now(),
        took: began.elapsed(),
        protection: &graded.protection,
        handed_in: &[
            ("To look at", &graded.trouble),
            ("Taken", &graded.taken),
            ("Not taken", &graded.ignored),
        ],
    });
    let write = |name: &str, text: &str| {
        let path = order.into.join(name);
        whole::write(&path, text.as_bytes()).with_context(|| format!("cannot write {name}"))
    };
    write(REPORT, &html)?;
    // Last: where it is, all is.
    write(RESULTS, &(serde_json::to_string_pretty(&graded)? + "\n"))?;
    Ok(Answer { text: String::new(), warnings: Vec::new(), status: 0 })
}

/// Builds what has to be, and says for each step who plays.
fn cast_all(
    steps: &[&'static Step],
    commands: &CommandsOfSteps,
    limits: &Limits,
    work: Work,
) -> Result<(Vec<Cast>, Builds)> {
    let in_rust: Vec<&'static Step> =
        steps.iter().copied().filter(|step| !commands.contains_key(step.id)).collect();
    let sources = Sources::of(&in_rust, Package::Exercises);
    let mut programs = sources.programs();
    programs.extend(steps.iter().flat_map(|step| cast::helpers_of(step)));
    programs.sort();
    programs.dedup();
    let builds = work.build(&programs, limits)?;
    let mut built = sources.cast(&builds, limits).into_iter();
    let cast = |step: &&'static Step| match commands.get(step.id) {
        Some(commands) => Some(cast::of_commands(step, commands, &builds, limits)),
        None => built.next(),
    };
    let casts = steps.iter().filter_map(cast).collect();
    Ok((casts, builds))
}

/// Says of programs what their builds have shown.
fn tell_of_builds(builds: &Builds, graded: &mut Graded) {
    for ((package, program), built) in builds {
        if let Some(file) = &built.outside {
            graded.outside.push(format!("{program} takes in {}", file.display()));
        } else if *package == Package::Exercises && matches!(built.launch, Launch::Broken(_)) {
            graded.trouble.push(format!("{program} does not compile"));
        }
    }
    graded.trouble.extend(graded.outside.iter().cloned());
}

/// Adds a step to what is known.
fn add(
    graded: &mut Graded,
    result: &StepResult,
    cast: &Cast,
    unstable: &BTreeSet<(&'static str, &'static str)>,
) {
    let is_there = |role: &Role| !matches!(cast.roles.get(role), None | Some(Launch::Missing(_)));
    let missing: Vec<&'static str> =
        result.step.programs.iter().copied().filter(|it| !is_there(&Role::of(it))).collect();
    let roles: Vec<Role> = missing.iter().map(|program| Role::of(program)).collect();
    let unstable = unstable.iter().filter(|(step, _)| *step == result.step.id);
    let unstable: BTreeSet<&str> = unstable.map(|(_, check)| *check).collect();
    let step: GradedStep = results::step(result, &unstable);
    graded.trouble.extend(missing.iter().map(|program| format!("{program} was not handed in")));
    graded.missing.extend(missing.into_iter().map(str::to_string));
    graded.trouble.extend(results::trouble(result, &roles));
    graded.points += step.points;
    graded.open += step.open;
    graded.max += step.max;
    graded.steps.push(step);
}

/// The options of `check` that play steps with these commands.
fn options_of(commands: &CommandsOfSteps) -> BTreeMap<&'static str, Vec<String>> {
    let options = |commands: &Commands| {
        let mut options = Vec::new();
        for (role, words) in &commands.words {
            options.extend([format!("--{}", role.word()), shell_words::join(words)]);
        }
        let manners = &commands.manners;
        let framing = manners.framing.map(|framing| framing.word().to_string());
        let typed = |lines: &Option<String>| lines.as_ref().map(|it| it.replace('\n', "\\n"));
        let all = [
            ("--framing", framing),
            ("--types", typed(&manners.types)),
            ("--types-first", typed(&manners.types_first)),
            ("--operator", manners.operator.clone()),
            ("--question", typed(&manners.question)),
        ];
        for (option, value) in all {
            options.extend(value.map(|value| [option.to_string(), value]).into_iter().flatten());
        }
        options.extend(commands.is_pair.then(|| "--pair".to_string()));
        options
    };
    commands.iter().map(|(step, commands)| (*step, options(commands))).collect()
}

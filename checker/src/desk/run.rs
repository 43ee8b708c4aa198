//! A run: what is wanted is built and played. What becomes of the results is for others to say: a text, a page.

use std::time::{Duration, Instant};

use anyhow::Result;

use crate::course::helpers;
use crate::course::layout::{Package, has_solutions, hidden};
use crate::course::starter::Starter;
use crate::course::step::Step;
use crate::desk::answer::{status_of, warnings_of};
use crate::desk::protect::protect;
use crate::desk::recorded;
use crate::desk::standing;
use crate::desk::work::Work;
use crate::judge::cast::{self, Cast, Commands, Sources};
use crate::judge::judge;
use crate::judge::outcome::StepResult;
use crate::judge::probe;
use crate::judge::standing::{first_incomplete, sum_of};
use crate::report::again::Again;
use crate::report::terminal::{Ending, Next, Untouched};
use crate::sandbox::limits::Limits;
use crate::sandbox::protection::{Protection, Sandbox};
use crate::sandbox::turn::Turn;
use crate::stage::words::any_seed;

/// What is to be played, and with what.
#[derive(Debug)]
pub struct Run {
    /// The steps to check, in the order of the course.
    pub steps: Vec<&'static Step>,
    /// Whether they were named, rather than all.
    pub are_named: bool,
    /// A part of the name of the checks that are wanted of the one step; none: all.
    pub only: Option<String>,
    /// Whose programs.
    pub programs: Programs,
    /// The number that chooses the words; none: any.
    pub seed: Option<u64>,
    /// The options that were given, to be given again.
    pub options: Vec<String>,
    /// What programs may take.
    pub limits: Limits,
    /// How programs are to be confined; none: as far as that can be done.
    pub sandbox: Option<Sandbox>,
}

/// Whose programs are checked.
#[derive(Debug)]
pub enum Programs {
    /// The student's.
    Exercises,
    /// The reference solutions.
    Solutions,
    /// Commands in any language, for one step.
    Commands(Commands),
}

/// What a run has come to.
pub struct Played {
    /// What came of the steps that were played.
    pub results: Vec<StepResult>,
    /// The steps that were not, since nothing of them is done.
    pub untouched: Vec<Untouched>,
    /// The number that has chosen the words.
    pub seed: u64,
    /// How long it all took.
    pub took: Duration,
    /// What the compiler says of the programs of the one step that was played, if they compile.
    pub compiler_warnings: Vec<String>,
    /// The files of the helpers that are not as the course has them.
    pub changed_helpers: Vec<String>,
    /// What was in force between the programs and this machine.
    pub protection: Protection,
    is_students: bool,
    is_one: bool,        // step of the student's, of which all was played
    _turn: Option<Turn>, // until the results are told
}

/// How a run is told.
#[derive(Clone, Copy, Debug)]
pub struct Manner {
    /// Whether an untouched step of the student's is shown, with its task, rather than played.
    pub shows_untouched: bool,
    /// What is said meanwhile.
    pub work: Work,
}

impl Run {
    /// Builds and plays all of it. Where the student stands is kept.
    ///
    /// # Errors
    /// When cargo cannot be started, programs cannot be confined as it is required, or reference solutions are wanted
    /// that are not here.
    pub fn play(&self, manner: Manner) -> Result<Played> {
        let began = Instant::now();
        if matches!(self.programs, Programs::Solutions) {
            recorded::refuse_without_solutions(&self.steps)?;
        }
        let seed = self.seed.unwrap_or_else(any_seed);
        let protection = self.protect()?;
        let is_students = matches!(self.programs, Programs::Exercises);
        let turn = is_students.then(|| manner.work.take_turn()).flatten();
        let Prepared { mut casts, untouched } = self.prepare(manner, seed)?;
        if let Some(part) = &self.only {
            casts.iter_mut().for_each(|cast| cast.checks.retain(|check| check.is_called(part)));
        }
        casts.iter_mut().for_each(|cast| probe::find_out(cast, seed));
        let results = manner.work.play(&casts, seed);
        let is_where_they_stand = is_students && self.only.is_none();
        if is_where_they_stand {
            standing::keep(&results);
        }
        let changed_helpers = match self.programs {
            Programs::Exercises | Programs::Solutions => helpers::changed(),
            Programs::Commands(_) => Vec::new(),
        };
        let compiler_warnings = match self.steps.len() {
            1 if casts.iter().all(Cast::compiles) => {
                casts.iter().flat_map(|cast| cast.warnings.clone()).collect()
            }
            _ => Vec::new(), // there would be too many, or there is an error, which comes first
        };
        Ok(Played {
            is_one: is_where_they_stand && results.len() == 1,
            results,
            untouched,
            seed,
            took: began.elapsed(),
            compiler_warnings,
            changed_helpers,
            protection,
            is_students,
            _turn: turn,
        })
    }

    fn protect(&self) -> Result<Protection> {
        let commands = match &self.programs {
            Programs::Commands(commands) => Some(commands),
            Programs::Exercises | Programs::Solutions => None,
        };
        let sandbox = self.sandbox.unwrap_or_default();
        Ok(protect(sandbox, commands.into_iter(), &hidden())?)
    }

    /// Builds what is wanted. A step of the student's that is untouched is shown rather than checked, with a finished
    /// run that is played for it or, where its reference solutions are not here, was recorded.
    fn prepare(&self, manner: Manner, seed: u64) -> Result<Prepared> {
        let (steps, limits, work) = (&self.steps[..], &self.limits, manner.work);
        let package = match &self.programs {
            Programs::Commands(commands) => {
                let step = steps[0];
                let builds = work.build(&cast::helpers_of(step), limits)?;
                let casts = vec![cast::of_commands(step, commands, &builds, limits)];
                return Ok(Prepared { casts, untouched: Vec::new() });
            }
            Programs::Exercises => Package::Exercises,
            Programs::Solutions => Package::Solutions,
        };
        let is_shown = |step: &&&'static Step| {
            let may_be_shown = manner.shows_untouched && self.only.is_none();
            package == Package::Exercises && may_be_shown && standing::is_untouched(step)
        };
        let untouched: Vec<&'static Step> = steps.iter().filter(is_shown).copied().collect();
        let with_solutions: Vec<&'static Step> =
            untouched.iter().copied().filter(|step| has_solutions(step)).collect();
        let (sources, solutions) =
            (Sources::of(steps, package), Sources::of(&with_solutions, Package::Solutions));
        let mut programs = sources.programs();
        if self.are_named {
            programs.extend(solutions.programs());
        }
        let builds = work.build(&programs, limits)?;
        let is_untouched =
            |cast: &Cast| cast.compiles() && untouched.iter().any(|step| step.id == cast.step.id);
        let (shown, casts): (Vec<Cast>, Vec<Cast>) =
            sources.cast(&builds, limits).into_iter().partition(is_untouched);
        let finished = solutions.cast(&builds, limits);
        let show = |cast: Cast| {
            let step = cast.step;
            let solution = finished.iter().find(|solution| solution.step.id == step.id);
            let finished = || match solution {
                Some(cast) => judge::play(cast, &step.checks[0], seed),
                None => recorded::outcome(step, &step.checks[0]),
            };
            Untouched {
                step,
                tasks: step.programs.iter().map(|program| task_of(program)).collect(),
                finished: self.are_named.then(finished),
                is_recorded: solution.is_none(),
            }
        };
        Ok(Prepared { casts, untouched: shown.into_iter().map(show).collect() })
    }
}

impl Played {
    /// What follows from it.
    pub fn ending<'a>(&'a self, run: &'a Run) -> Ending<'a> {
        let standings = self.is_one.then(standing::all);
        let next = |standings| first_incomplete(standings).map_or(Next::Nothing, Next::Step);
        Ending {
            again: Again {
                options: run.options.clone(),
                only: run.only.clone(),
                seed: self.seed,
                ..Again::default()
            },
            summed: &run.steps,
            next: standings.as_deref().map(next),
            so_far: standings.as_deref().map(sum_of),
            hinted: self.is_students.then(standing::hinted),
            changed_helpers: &self.changed_helpers,
            may_be_pair: matches!(&run.programs, Programs::Commands(commands)
                if commands.words.len() == 2 && !commands.is_pair
                    && run.steps.iter().all(|step| !step.pair_checks.is_empty())),
        }
    }

    /// Remembers which hints were shown.
    pub fn note_hints(&self) {
        if self.is_students {
            standing::note_hints(&self.results);
        }
    }

    /// Whether anything is short of full points.
    pub fn is_short(&self) -> bool {
        !self.untouched.is_empty() || !self.results.iter().all(StepResult::is_passed)
    }

    /// In a line, what was in force, if the author is a stranger or somebody wants to know.
    pub fn protection_in_a_line(&self, run: &Run) -> String {
        match run.sandbox.is_some() || matches!(run.programs, Programs::Commands(_)) {
            true => format!("Protection: {}\n", self.protection),
            false => String::new(),
        }
    }

    /// The exit status.
    pub fn status(&self) -> u8 {
        status_of(&self.results)
    }

    /// What the person at the machine should know.
    pub fn warnings(&self) -> Vec<String> {
        let finished = self.untouched.iter().filter_map(|step| step.finished.as_ref());
        let mut warnings = warnings_of(&self.results);
        warnings.extend(finished.flat_map(|outcome| outcome.warnings.clone()));
        warnings
    }
}

/// What is ready to be played, and what is only shown.
struct Prepared {
    casts: Vec<Cast>,
    untouched: Vec<Untouched>,
}

/// The file of an exercise, and its task.
pub(super) fn task_of(program: &str) -> (String, String) {
    let file = Package::Exercises.source(program).display().to_string();
    (file, Starter::handed_out(program).task())
}

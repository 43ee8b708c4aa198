//! `watch`: follows a step, checks it whenever its files are saved, and shows the result on one screen.
//!
//! The desk itself builds and plays nothing. Each check is another process of this program (see [`run`]), so that a key
//! always answers and a save stops whatever is going on. Here is what is decided; what is shown is
//! [`report::screen`](crate::report::screen)'s.

mod files;
mod plain;
mod run;
mod screen;
mod views;

use std::collections::{BTreeMap, VecDeque};
use std::env;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Result;
use crossterm::event::KeyCode;

use crate::course::layout::{Package, root};
use crate::course::step::Step;
use crate::course::table::STEPS;
use crate::desk::reset;
use crate::desk::standing::{self, Standing};
use crate::desk::student::Answer;
use crate::desk::watch::files::{Files, Saved};
use crate::desk::watch::run::{Ended, Run, Stopped};
use crate::desk::watch::screen::{Input, Screen};
use crate::desk::watch::views::View;
use crate::report::link::{Kind, Links};
use crate::report::seen::Seen;
use crate::report::terminal::points;

/// How often the files are looked at, and what runs.
const LOOK: Duration = Duration::from_millis(150);

/// How often it is looked at what runs, while something does: a result is not to wait for the next look at the files.
const LOOK_AT_RUN: Duration = Duration::from_millis(15);

/// What a run is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Errand {
    /// The step that is followed is checked.
    Check,
    /// All steps are.
    CheckAll,
    /// The report of the step is made and opened.
    Report,
}

/// The desk of a student who edits.
struct Desk {
    step: &'static Step,
    standings: Vec<Standing>, // when they were last looked at: that takes a moment
    files: Files,
    looked: Option<Instant>, // at the files
    run: Option<(Errand, Run)>,
    stopped: Vec<Stopped>,
    waiting: VecDeque<Errand>,
    seen: Option<Seen>,
    is_old: bool, // a file was saved since
    hints: BTreeMap<&'static str, usize>,
    view: View,
    note: String,
    is_over: bool,
}

/// Follows a step, or the first that is not complete, until the student has enough.
///
/// # Errors
/// When the terminal cannot be used.
pub fn watch(step: Option<&'static Step>) -> Result<Answer> {
    let step = step.or_else(standing::first_incomplete).unwrap_or(&STEPS[0]);
    let files = Files::of(&root().join(Package::Exercises.folder()));
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        return plain::watch(step, files);
    }
    let mut desk = Desk::new(step, files);
    let mut screen = Screen::take(run::stop_all)?;
    let links = links();
    let mut drawn = screen.size();
    desk.asks_for(Errand::Check);
    while !desk.is_over {
        desk.looks();
        let size = screen.size();
        if size != drawn {
            screen.forget();
            drawn = size;
        }
        let lines = desk.lines(size).iter().map(|line| links.in_line(line)).collect();
        if screen.show(lines).is_err() {
            break; // the terminal is gone
        }
        match screen.input(if desk.run.is_some() { LOOK_AT_RUN } else { LOOK }) {
            Some(Input::Key(key)) => desk.hears(key),
            Some(Input::Resized) | None => {}
            Some(Input::Quit) => break,
        }
    }
    drop(screen);
    run::stop_all();
    let (sum, max) = desk.so_far();
    let text = format!("So far: {} of {max} points in all steps.\n", points(sum));
    Ok(Answer { text, warnings: Vec::new(), status: 0 })
}

/// How places in files become links on this terminal.
fn links() -> Links {
    let has_links = supports_hyperlinks::on(supports_hyperlinks::Stream::Stdout);
    Links { root: root(), kind: Kind::of(has_links, |name| env::var(name).ok()) }
}

impl Desk {
    fn new(step: &'static Step, files: Files) -> Desk {
        Desk {
            step,
            standings: standing::all(),
            files,
            looked: None,
            run: None,
            stopped: Vec::new(),
            waiting: VecDeque::new(),
            seen: None,
            is_old: false,
            hints: BTreeMap::new(),
            view: View::Step,
            note: String::new(),
            is_over: false,
        }
    }

    // ── what runs ────────────────────────────────────────────────────────────────────────────────

    /// Looks at the files and at what runs.
    fn looks(&mut self) {
        self.stopped.retain_mut(|stopped| !stopped.is_gone());
        let ended = self.run.as_mut().and_then(|(_, run)| run.look());
        // The files first: what was saved during the run is not what it was about.
        if ended.is_some() || self.looked.is_none_or(|looked| looked.elapsed() >= LOOK) {
            let saved = self.files.look();
            self.looked = Some(Instant::now());
            self.sees(saved);
        }
        if let Some(ended) = ended
            && let Some((errand, _)) = self.run.take()
        {
            self.takes_in(errand, ended);
        }
        if self.run.is_none()
            && let Some(errand) = self.waiting.pop_front()
        {
            self.starts(errand);
        }
    }

    /// What follows from files that were saved.
    fn sees(&mut self, saved: Saved) {
        if saved == Saved::default() {
            return;
        }
        self.standings = standing::all();
        let is_checked = matches!(self.run, Some((Errand::Check, _)));
        // What runs is of the same content. (The checker itself gives a file another time, so that cargo sees it.)
        let touched = if self.run.is_some() { Vec::new() } else { saved.touched };
        for path in saved.changed.iter().chain(&touched) {
            match program_at(path).and_then(step_of) {
                Some(other) if other.id != self.step.id => {
                    let file = name_of(path);
                    self.note = format!("{file} was saved. It is of {}: l goes there.", other.id);
                }
                _ => {
                    self.is_old = true;
                    self.note.clear();
                    if !is_checked || saved.changed.contains(path) {
                        self.checks_again();
                    }
                }
            }
        }
    }

    /// Stops what runs, and checks the step.
    fn checks_again(&mut self) {
        self.stops();
        self.waiting.clear();
        self.asks_for(Errand::Check);
    }

    fn stops(&mut self) {
        if let Some((_, run)) = self.run.take() {
            self.stopped.push(run.stop());
        }
    }

    /// Does something as soon as nothing else is being done.
    fn asks_for(&mut self, errand: Errand) {
        if !self.waiting.contains(&errand) {
            self.waiting.push_back(errand);
        }
    }

    fn starts(&mut self, errand: Errand) {
        let arguments: &[&str] = match errand {
            Errand::Check => &["check", self.step.id, "--json", "--progress"],
            Errand::CheckAll => &["check", "--json", "--progress"],
            Errand::Report => &["report", self.step.id, "--open"],
        };
        match Run::start(arguments) {
            Ok(run) => self.run = Some((errand, run)),
            Err(error) => self.note = format!("{error:#}"),
        }
    }

    /// What a run has come to.
    fn takes_in(&mut self, errand: Errand, ended: Ended) {
        self.standings = standing::all();
        if errand == Errand::Report {
            let said = if ended.printed.is_empty() { ended.complaints } else { ended.printed };
            self.note = said.lines().next().unwrap_or_default().to_string();
            return;
        }
        let seen = Seen::read(&ended.printed).unwrap_or_else(|error| {
            let error = match ended.complaints.is_empty() {
                true => format!("what it printed cannot be understood: {error}"),
                false => ended.complaints.clone(),
            };
            Seen { error: Some(error), ..Seen::default() }
        });
        if errand == Errand::CheckAll {
            self.note = match &seen.error {
                Some(error) => error.clone(),
                None => "All steps are checked.".to_string(),
            };
        }
        if errand == Errand::Check || seen.steps.iter().any(|step| step.id == self.step.id) {
            self.seen = Some(seen);
            self.is_old = false;
        }
    }

    // ── keys ─────────────────────────────────────────────────────────────────────────────────────

    /// What a key does.
    fn hears(&mut self, key: KeyCode) {
        self.note.clear();
        let view = std::mem::replace(&mut self.view, View::Step);
        match view {
            View::Step => self.hears_at_step(key),
            other => self.hears_at(other, key),
        }
    }

    fn hears_at_step(&mut self, key: KeyCode) {
        match key {
            KeyCode::Char('h') => self.shows_a_hint(),
            KeyCode::Char('l') => self.view = View::list(self.step),
            KeyCode::Char('r') => self.checks_again(),
            KeyCode::Char('n') => self.goes_to(self.next()),
            KeyCode::Char('p') => self.goes_to(self.neighbour(-1)),
            KeyCode::Char('v') => self.view = View::Full { top: 0 },
            KeyCode::Char('o') => {
                self.asks_for(Errand::Report);
                self.note = "The report comes after this check.".to_string();
            }
            KeyCode::Char('x') => self.view = View::start_over(self.step),
            KeyCode::Char('q') => self.is_over = true,
            _ => {}
        }
    }

    fn shows_a_hint(&mut self) {
        let shown = self.hints.entry(self.step.id).or_default();
        let count = self.step.hints.len();
        if *shown == count {
            self.note = format!("These are all hints of {}.", self.step.id);
        }
        *shown = (*shown + 1).min(count);
    }

    /// Starts a program over.
    fn starts_over(&mut self, program: Option<&'static str>) {
        let Some(program) = program else { return };
        self.stops(); // it has the turn, which nobody else waits for here: what it has built is old anyway
        self.note = match reset::start_over(program) {
            Ok(Some(copy)) => {
                format!("{program} starts over. Your file is kept: {}", copy.display())
            }
            Ok(None) => format!("{program} is as it was handed out."),
            Err(error) => format!("{error:#}"),
        };
        self.files.look(); // that change is known
        self.standings = standing::all();
        self.checks_again();
    }

    /// The step that `n` goes to: from one that is complete, the next that is not.
    fn next(&self) -> Option<&'static Step> {
        let here = self.number();
        if !self.standings[here].is_complete() {
            return self.neighbour(1);
        }
        let mut others = self.standings[here + 1..].iter().chain(&self.standings[..here]);
        others.find(|standing| !standing.is_complete()).map(|standing| standing.step)
    }

    /// The points in all steps, and the most there are.
    fn so_far(&self) -> (f64, u32) {
        let points = self.standings.iter().map(Standing::counted);
        (points.fold(0.0, |sum, points| sum + points), STEPS.iter().map(|step| step.points).sum())
    }

    /// The number of the step that is followed, in the order of the course.
    fn number(&self) -> usize {
        STEPS.iter().position(|step| step.id == self.step.id).unwrap_or(0)
    }

    fn neighbour(&self, by: isize) -> Option<&'static Step> {
        STEPS.get(self.number().checked_add_signed(by)?)
    }

    /// Follows another step.
    fn goes_to(&mut self, step: Option<&'static Step>) {
        let Some(step) = step else {
            self.note = "There is no step in that direction.".to_string();
            return;
        };
        if step.id != self.step.id {
            self.step = step;
            self.seen = None;
            self.is_old = false;
        }
        self.checks_again();
    }
}

/// The name of the program whose main file this is.
fn program_at(path: &Path) -> Option<&'static str> {
    let mut programs = STEPS.iter().flat_map(|step| step.programs.iter().copied());
    programs.find(|program| path == root().join(Package::Exercises.source(program)))
}

fn step_of(program: &str) -> Option<&'static Step> {
    STEPS.iter().find(|step| step.programs.contains(&program))
}

fn name_of(path: &Path) -> String {
    path.strip_prefix(root())
        .map(Path::to_path_buf)
        .unwrap_or(PathBuf::from(path))
        .display()
        .to_string()
}

//! What the desk knows, and what it decides: what follows from a save, a key, and what was checked.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::time::Instant;

use crossterm::event::KeyCode;

use crate::course::layout::{Package, root};
use crate::course::step::Step;
use crate::course::table::STEPS;
use crate::desk::reset;
use crate::desk::standing::{self, Standing};
use crate::desk::watch::files::{Files, LOOK, Saved};
use crate::desk::watch::run::{Ended, Run, Stopped};
use crate::desk::watch::views::{Act, View};
use crate::report::seen::Seen;

/// What a run is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Errand {
    /// The step that is followed is checked.
    Check,
    /// All steps are.
    CheckAll,
    /// The report of the step is made and opened.
    Report,
}

/// The desk of a student who edits.
pub(super) struct Desk {
    pub(super) step: &'static Step,
    pub(super) standings: Vec<Standing>, // when they were last looked at: that takes a moment
    pub(super) files: Files,
    checker: PathBuf,        // the binary of this program
    looked: Option<Instant>, // at the files
    pub(super) run: Option<(Errand, Run)>,
    stopped: Vec<Stopped>,
    waiting: VecDeque<Errand>,
    pub(super) seen: Option<Seen>,
    pub(super) is_old: bool, // a file was saved since
    pub(super) hints: BTreeMap<&'static str, usize>,
    pub(super) view: View,
    pub(super) page: usize, // how many lines of a long text are shown
    elsewhere: Option<&'static Step>, // whose file was saved
    pub(super) note: String,
    has_news: bool, // that are not shown yet
    pub(super) is_over: bool,
}

impl Desk {
    pub(super) fn new(step: &'static Step, files: Files, checker: PathBuf) -> Desk {
        Desk {
            step,
            standings: standing::all(),
            files,
            checker,
            looked: None,
            run: None,
            stopped: Vec::new(),
            waiting: VecDeque::new(),
            seen: None,
            is_old: false,
            hints: BTreeMap::new(),
            view: View::Step,
            page: 0,
            elsewhere: None,
            note: String::new(),
            has_news: true,
            is_over: false,
        }
    }

    /// Whether there is something that was not shown yet. It counts as shown then.
    pub(super) fn has_news(&mut self) -> bool {
        std::mem::take(&mut self.has_news)
    }

    // ── what runs ────────────────────────────────────────────────────────────────────────────────

    /// Looks at the files and at what runs.
    pub(super) fn looks(&mut self) {
        self.stopped.retain_mut(|stopped| !stopped.is_gone());
        let before = self.run.as_ref().map(|(_, run)| run.at.clone());
        let ended = self.run.as_mut().and_then(|(_, run)| run.look());
        self.has_news |=
            ended.is_some() || before != self.run.as_ref().map(|(_, run)| run.at.clone());
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
        self.has_news = true;
        self.standings = standing::all();
        let is_checked = matches!(self.run, Some((Errand::Check, _)));
        // What runs is of the same content. (The checker itself gives a file another time, so that cargo sees it.)
        let touched = if self.run.is_some() { Vec::new() } else { saved.touched };
        for path in saved.changed.iter().chain(&touched) {
            match program_at(path).and_then(step_of) {
                Some(other) if other.id != self.step.id => {
                    let file = name_of(path);
                    self.note = format!(
                        "{file} was saved. It belongs to {}: l, Enter goes there.",
                        other.id
                    );
                    self.elsewhere = Some(other);
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

    /// Stops what runs, and checks the step. Whatever else was asked for comes after that.
    fn checks_again(&mut self) {
        let stopped = self.run.as_ref().map(|(errand, _)| *errand);
        self.stops();
        self.waiting = stopped.into_iter().chain(self.waiting.drain(..)).collect();
        self.waiting.retain(|errand| *errand != Errand::Check);
        self.waiting.push_front(Errand::Check);
    }

    fn stops(&mut self) {
        if let Some((_, run)) = self.run.take() {
            self.stopped.push(run.stop());
        }
    }

    /// Does something as soon as nothing else is being done.
    pub(super) fn asks_for(&mut self, errand: Errand) {
        if !self.waiting.contains(&errand) {
            self.waiting.push_back(errand);
        }
    }

    fn starts(&mut self, errand: Errand) {
        let seen = self.seen.as_ref().filter(|_| !self.is_old);
        let seed = seen.map_or(String::new(), |seen| format!("--seed={}", seen.seed)); // what is on the screen
        let arguments: &[&str] = match errand {
            Errand::Check => &["check", self.step.id, "--json", "--progress"],
            Errand::CheckAll => &["check", "--json", "--progress"],
            Errand::Report if seed.is_empty() => &["report", self.step.id, "--open"],
            Errand::Report => &["report", self.step.id, "--open", &seed],
        };
        self.has_news = true;
        match Run::start(&self.checker, arguments) {
            Ok(run) => self.run = Some((errand, run)),
            Err(error) => self.note = format!("{error:#}"),
        }
    }

    /// What a run has come to.
    fn takes_in(&mut self, errand: Errand, ended: Ended) {
        self.standings = standing::all();
        if errand == Errand::Report {
            let said = [ended.printed, ended.complaints].concat();
            self.note = said.lines().collect::<Vec<_>>().join("; ");
            return;
        }
        let seen = Seen::read(&ended.printed).unwrap_or_else(|error| {
            let error = match (ended.signal, ended.complaints.is_empty()) {
                (Some(signal), _) => {
                    format!("it was ended by signal {signal} (r runs it again)")
                }
                (None, true) => format!("what it printed cannot be understood: {error}"),
                (None, false) => ended.complaints.clone(),
            };
            Seen { error: Some(error), ..Seen::default() }
        });
        if seen.error.is_none() && !ended.complaints.is_empty() {
            self.note = ended.complaints.lines().collect::<Vec<_>>().join("; "); // warnings
        } else if errand == Errand::CheckAll {
            self.note = seen.error.clone().unwrap_or("All steps are checked.".to_string());
        }
        if errand == Errand::Check || seen.steps.iter().any(|step| step.id == self.step.id) {
            self.seen = Some(seen);
            self.is_old = false;
        }
    }

    // ── keys ─────────────────────────────────────────────────────────────────────────────────────

    /// What a key does.
    pub(super) fn hears(&mut self, key: KeyCode) {
        self.note.clear();
        self.has_news = true;
        let listed = self.elsewhere.unwrap_or(self.step);
        let Some(act) = self.view.act(self.step, listed, self.page, key) else { return };
        match act {
            Act::Shows(view) => self.view = view,
            Act::Hint => self.shows_a_hint(),
            Act::Run => self.checks_again(),
            Act::Next => self.goes_to(self.next()),
            Act::Previous => self.goes_to(self.neighbour(-1)),
            Act::GoesTo(number) => {
                self.view = View::Step;
                self.goes_to(STEPS.get(number));
            }
            Act::ChecksAll => self.asks_for(Errand::CheckAll),
            Act::Reports => {
                self.asks_for(Errand::Report);
                if self.run.is_some() {
                    self.note = "The report comes after this.".to_string();
                }
            }
            Act::StartsOver(program) => {
                self.view = View::Step;
                self.starts_over(program);
            }
            Act::Quits => self.is_over = true,
        }
    }

    fn shows_a_hint(&mut self) {
        let shown = self.hints.entry(self.step.id).or_default();
        let count = self.step.hints.len();
        if *shown == count {
            self.note = format!("That was the last hint for {}.", self.step.id);
        }
        *shown = (*shown + 1).min(count);
    }

    /// Starts a program over.
    fn starts_over(&mut self, program: &'static str) {
        self.stops(); // what it has built is old then
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
    pub(super) fn next(&self) -> Option<&'static Step> {
        let here = self.number();
        if !self.standings[here].is_complete() {
            return self.neighbour(1);
        }
        let mut others = self.standings[here + 1..].iter().chain(&self.standings[..here]);
        others.find(|standing| !standing.is_complete()).map(|standing| standing.step)
    }

    /// The number of the step that is followed, in the order of the course.
    pub(super) fn number(&self) -> usize {
        STEPS.iter().position(|step| step.id == self.step.id).unwrap_or(0)
    }

    fn neighbour(&self, by: isize) -> Option<&'static Step> {
        STEPS.get(self.number().checked_add_signed(by)?)
    }

    /// Follows another step.
    fn goes_to(&mut self, step: Option<&'static Step>) {
        let Some(step) = step else {
            self.note = "There is no further step.".to_string();
            return;
        };
        self.elsewhere = None;
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
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

//! What the desk shows: the step, all that went wrong in full, the list of steps, or a question. And what keys do there.

use colored::Colorize;
use crossterm::event::KeyCode;

use crate::course::layout::Package;
use crate::course::starter::Starter;
use crate::course::step::Step;
use crate::course::table::STEPS;
use crate::desk::watch::{Desk, Errand};
use crate::desk::work::Word;
use crate::report::screen::{self, Followed, Frame, Key, Size};

/// What is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum View {
    /// The step that is followed.
    Step,
    /// All that went wrong, from this line on.
    Full {
        /// The first line that is shown.
        top: usize,
    },
    /// All steps, of which one is selected.
    List {
        /// Its number in the course.
        selected: usize,
    },
    /// The question which program is to be started over.
    StartOver(&'static [&'static str]),
}

impl View {
    /// The list, with this step selected.
    pub(super) fn list(step: &Step) -> View {
        let selected = STEPS.iter().position(|other| other.id == step.id).unwrap_or(0);
        View::List { selected }
    }

    /// The question about a step's programs.
    pub(super) fn start_over(step: &Step) -> View {
        View::StartOver(step.programs)
    }

    fn keys(self) -> &'static [Key] {
        match self {
            View::Step => &[
                ("h", "hint"),
                ("l", "list"),
                ("r", "run"),
                ("n", "next"),
                ("p", "previous"),
                ("v", "all that failed"),
                ("o", "report"),
                ("x", "start over"),
                ("q", "quit"),
            ],
            View::Full { .. } => &[("↑ ↓", "scroll"), ("space", "a page on"), ("v", "back")],
            View::List { .. } => {
                &[("↑ ↓", "choose"), ("Enter", "go there"), ("c", "check all"), ("l", "back")]
            }
            View::StartOver(_) => &[],
        }
    }
}

impl Desk {
    /// The whole screen.
    pub(super) fn lines(&mut self, size: Size) -> Vec<String> {
        let tasks = self.tasks();
        let followed = Followed {
            step: self.step,
            tasks: &tasks,
            seen: self.seen.as_ref(),
            is_old: self.is_old,
            hints: self.hints.get(self.step.id).copied().unwrap_or(0),
            so_far: self.so_far(),
            next: self.next(),
        };
        let frame = Frame {
            title: followed.title(),
            watched: self.watched(),
            status: self.status(),
            keys: self.view.keys().to_vec(),
        };
        match self.view {
            View::Step => frame.around(size, |room| followed.body(room)),
            View::StartOver(programs) => frame.around(size, |_| question(programs)),
            View::List { selected } => {
                frame.around(size, |room| screen::steps(&self.standings, selected, room))
            }
            View::Full { top } => {
                let all = followed.in_full(size.columns);
                let mut shown_from = 0;
                let lines = frame.around(size, |room| {
                    shown_from = top.min(all.len().saturating_sub(room.rows));
                    page(&all, shown_from, room)
                });
                self.view = View::Full { top: shown_from };
                lines
            }
        }
    }

    fn watched(&self) -> String {
        let files: Vec<String> = self.step.programs.iter().map(|program| file(program)).collect();
        format!("watching {} files: {}", self.files.count(), files.join(", "))
    }

    /// The files and tasks of a step of which nothing is done.
    fn tasks(&self) -> Vec<(String, String)> {
        let task = |program: &&str| (file(program), Starter::handed_out(program).task());
        match self.standings[self.number()].is_untouched {
            true => self.step.programs.iter().map(task).collect(),
            false => Vec::new(),
        }
    }

    /// What is being done; or else, what there is to say.
    fn status(&self) -> String {
        let doing = self.run.as_ref().map(|(errand, run)| match (errand, &run.at) {
            (_, Some(Word::Turn)) => "waits for another check of these programs".to_string(),
            (_, Some(Word::Lock)) => "waits for another cargo (your editor's, perhaps)".to_string(),
            (_, Some(Word::Builds(what))) => {
                let what = what.split(" (").next().unwrap_or(what);
                format!("builds {what}")
            }
            (_, Some(Word::Plays(done, all))) => {
                format!("{} {done} of {all} checks", bar(*done, *all))
            }
            (Errand::Report, None) => "makes the report".to_string(),
            (_, None) => "builds".to_string(),
        });
        match doing {
            Some(doing) if self.note.is_empty() => doing.cyan().to_string(),
            Some(doing) => format!("{} · {}", doing.cyan(), self.note),
            None => self.note.clone(),
        }
    }

    /// What a key does in a view that is not the step's. Any other key goes back to that.
    pub(super) fn hears_at(&mut self, view: View, key: KeyCode) {
        self.view = match (view, key) {
            (_, KeyCode::Char('q')) => {
                self.is_over = true;
                view
            }
            (View::List { selected }, KeyCode::Up | KeyCode::Char('k')) => {
                View::List { selected: selected.saturating_sub(1) }
            }
            (View::List { selected }, KeyCode::Down | KeyCode::Char('j')) => {
                View::List { selected: (selected + 1).min(STEPS.len() - 1) }
            }
            (View::List { selected }, KeyCode::Enter) => {
                self.goes_to(STEPS.get(selected));
                View::Step
            }
            (View::List { .. }, KeyCode::Char('c')) => {
                self.asks_for(Errand::CheckAll);
                view
            }
            (View::Full { top }, KeyCode::Up | KeyCode::Char('k')) => {
                View::Full { top: top.saturating_sub(1) }
            }
            (View::Full { top }, KeyCode::Down | KeyCode::Char('j')) => View::Full { top: top + 1 },
            (View::Full { top }, KeyCode::PageUp) => View::Full { top: top.saturating_sub(PAGE) },
            (View::Full { top }, KeyCode::PageDown | KeyCode::Char(' ')) => {
                View::Full { top: top + PAGE }
            }
            (View::Full { .. }, KeyCode::Home) => View::Full { top: 0 },
            (View::Full { .. }, KeyCode::End) => View::Full { top: usize::MAX },
            (View::StartOver(programs), key) => {
                self.starts_over(chosen(programs, key));
                View::Step
            }
            _ => View::Step,
        };
    }
}

/// How many lines a page goes on.
const PAGE: usize = 15;

/// The program that an answer chooses: `y` where there is one, its number where there are several.
fn chosen(programs: &[&'static str], key: KeyCode) -> Option<&'static str> {
    match (programs, key) {
        ([program], KeyCode::Char('y')) => Some(program),
        ([_, _, ..], KeyCode::Char(digit)) => {
            let number = digit.to_digit(10)?.checked_sub(1)?;
            programs.get(number as usize).copied()
        }
        _ => None,
    }
}

fn question(programs: &[&str]) -> Vec<String> {
    let mut lines = vec![String::new()];
    match programs {
        [program] => {
            lines.push(format!("Start {} over, as it was handed out?", file(program).bold()))
        }
        programs => {
            lines.push("Start a program over, as it was handed out?".to_string());
            lines.push(String::new());
            for (number, program) in (1..).zip(programs) {
                lines.push(format!("  {} {}", format!("{number}").bold(), file(program)));
            }
        }
    }
    let yes = if programs.len() == 1 { "y starts it over. " } else { "" };
    lines.push(String::new());
    lines.push("What you have written is kept beside it, with the date in its name.".to_string());
    lines.push(format!("{yes}Any other key leaves it as it is."));
    lines
}

/// A page of a long text, from this line on; it says in its last line what else there is.
fn page(all: &[String], from: usize, room: Size) -> Vec<String> {
    if all.is_empty() {
        return vec![String::new(), "Nothing has failed.".to_string()];
    }
    if all.len() <= room.rows {
        return all.to_vec();
    }
    let count = room.rows.saturating_sub(1);
    let to = (from + count).min(all.len());
    let mut lines = all[from.min(to)..to].to_vec();
    lines.resize(count, String::new());
    lines.push(format!("lines {} to {to} of {}", from + 1, all.len()).dimmed().to_string());
    lines
}

/// `███░░░░░░░`
fn bar(done: usize, all: usize) -> String {
    const WIDTH: usize = 10;
    let full = (done * WIDTH).checked_div(all).unwrap_or(0).min(WIDTH);
    "█".repeat(full) + &"░".repeat(WIDTH - full)
}

fn file(program: &str) -> String {
    Package::Exercises.source(program).display().to_string()
}

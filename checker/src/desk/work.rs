//! Work that takes a while, and what is said meanwhile: to a person on the terminal, or to another program in lines.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::Result;
use indicatif::{ProgressBar, ProgressStyle};

use crate::course::layout::{Package, target};
use crate::judge::build::{self, Builds, News};
use crate::judge::cast::Cast;
use crate::judge::judge;
use crate::judge::outcome::StepResult;
use crate::sandbox::limits::Limits;
use crate::sandbox::turn::Turn;

/// What is said to somebody who waits.
#[derive(Clone, Copy, Debug)]
pub struct Work {
    is_for_a_program: bool,
    is_colored: bool,
}

/// A line on stderr for a program that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// Another checker is at these programs.
    Turn,
    /// Another cargo holds the lock that this one needs.
    Lock,
    /// Cargo compiles something: `ex4_server`, or `bytes v1.12.1`.
    Builds(String),
    /// So many of so many checks were played.
    Plays(usize, usize),
}

impl Word {
    /// As one line, without its end.
    fn line(&self) -> String {
        match self {
            Word::Turn => "turn".to_string(),
            Word::Lock => "lock".to_string(),
            Word::Builds(what) => format!("builds {what}"),
            Word::Plays(done, all) => format!("plays {done} {all}"),
        }
    }

    fn say(&self) {
        let line = format!("{}\n", self.line()); // in one write: somebody else may write too
        let _ = io::stderr().write_all(line.as_bytes()); // perhaps nobody waits any more
    }

    /// What a line says, if it is one of these.
    pub fn of(line: &str) -> Option<Word> {
        match line.split_once(' ').unwrap_or((line, "")) {
            ("turn", "") => Some(Word::Turn),
            ("lock", "") => Some(Word::Lock),
            ("builds", what) => Some(Word::Builds(what.to_string())),
            ("plays", counts) => {
                let (done, all) = counts.split_once(' ')?;
                Some(Word::Plays(done.parse().ok()?, all.parse().ok()?))
            }
            _ => None,
        }
    }
}

impl Work {
    /// Work that a person waits for. `is_colored`: the compiler's words are to be.
    pub const fn for_a_person(is_colored: bool) -> Work {
        Work { is_for_a_program: false, is_colored }
    }

    /// Work that another program waits for: see [`Word`].
    pub const fn for_a_program() -> Work {
        Work { is_for_a_program: true, is_colored: false }
    }

    /// Waits until no other checker uses the student's programs. Where the folder takes no lock, there is no waiting.
    pub fn take_turn(self) -> Option<Turn> {
        let waits = || match self.is_for_a_program {
            true => Word::Turn.say(),
            false => {
                eprintln!("another checker uses these programs; this one waits until it is done")
            }
        };
        Turn::take(&target().join("chatlings/turn"), waits).ok()
    }

    /// Builds programs. When it takes long (the first time, mostly), it is said what cargo is at.
    ///
    /// # Errors
    /// When cargo cannot be started or understood.
    pub fn build(self, programs: &[(Package, &'static str)], limits: &Limits) -> Result<Builds> {
        if programs.is_empty() {
            return Ok(BTreeMap::new());
        }
        let progress = self.spinner();
        let is_told = AtomicBool::new(false); // cargo says so for each lock that it waits for
        let builds = build::build(programs, limits, self.is_colored, &|news| match news {
            News::Compiles(what) if self.is_for_a_program => {
                let what = what.trim_start_matches("Compiling ").to_string();
                Word::Builds(what).say();
            }
            News::Compiles(what) => progress.set_message(what.to_string()),
            News::Waits if is_told.swap(true, Ordering::Relaxed) => {}
            News::Waits if self.is_for_a_program => Word::Lock.say(),
            News::Waits => progress
                .suspend(|| eprintln!("cargo waits for another cargo (your editor's, perhaps)")),
        });
        progress.finish_and_clear();
        builds
    }

    /// Plays all checks of these casts, and says how many were played.
    pub fn play(self, casts: &[Cast], seed: u64) -> Vec<StepResult> {
        let count: usize = casts.iter().map(|cast| cast.checks.len()).sum();
        let progress = match self.is_for_a_program {
            true => ProgressBar::hidden(),
            false => ProgressBar::new(count as u64),
        };
        if let Ok(style) = ProgressStyle::with_template("{pos:>3} of {len} checks {wide_bar}") {
            progress.set_style(style);
        }
        let say = |done| {
            if self.is_for_a_program {
                Word::Plays(done, count).say();
            }
        };
        say(0);
        let done = Mutex::new(0); // locked while it is said, so that nobody says a smaller number later
        let results = judge::play_steps(casts, seed, |_| {
            progress.inc(1);
            let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
            *done += 1;
            say(*done);
        });
        progress.finish_and_clear();
        results
    }

    fn spinner(self) -> ProgressBar {
        if self.is_for_a_program {
            return ProgressBar::hidden();
        }
        let progress = ProgressBar::new_spinner();
        if !progress.is_hidden() {
            progress.enable_steady_tick(Duration::from_millis(100));
        }
        progress
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_understood_as_it_was_meant() {
        let builds = Word::Builds("exercises v0.1.0 (/a folder)".to_string());
        for word in [Word::Turn, Word::Lock, builds, Word::Plays(3, 14)] {
            assert_eq!(Word::of(&word.line()), Some(word));
        }
        for line in ["warning: these processes cannot be ended", "plays 3", "plays a b", ""] {
            assert_eq!(Word::of(line), None, "{line}");
        }
    }
}

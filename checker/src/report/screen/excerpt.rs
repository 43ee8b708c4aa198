//! The one long text that a screen shows a part of: the transcript of the first failure, of which the end says most, or
//! the compiler's words, of which the start does.

use std::collections::BTreeMap;

use colored::Colorize;

use crate::report::seen::StepSeen;
use crate::report::transcript;

/// Less of it is not worth having.
const LEAST: usize = 8;

/// A long text, in lines.
pub struct Excerpt {
    lines: Vec<String>,
    is_about_the_end: bool,
}

impl Excerpt {
    /// What there is to be shown of a step.
    pub fn of(step: &StepSeen) -> Excerpt {
        if let Some((_, errors)) = errors_of(step).into_iter().next() {
            let lines = errors.trim_end().lines().map(str::to_string).collect();
            return Excerpt { lines, is_about_the_end: false };
        }
        let failed = step.failed().find(|check| !check.transcript.is_empty());
        let lines = failed.map_or(Vec::new(), |failed| {
            let lines = transcript::recolored(&failed.transcript).into_iter();
            [String::new()].into_iter().chain(lines.skip(1)).collect() // its title is said already
        });
        Excerpt { lines, is_about_the_end: true }
    }

    /// How many lines of it there should be, at least.
    pub fn least(&self) -> usize {
        self.lines.len().min(LEAST)
    }

    /// As much of it as fits into so many lines. How much does not is said.
    pub fn in_lines(&self, room: usize) -> Vec<String> {
        let hidden = (self.lines.len() + 1).saturating_sub(room.max(1));
        if self.lines.len() <= room {
            return self.lines.clone();
        }
        let named = |what: &str| format!("  … {hidden} {what} (v shows all)").dimmed().to_string();
        match self.is_about_the_end {
            true => {
                let mut lines = vec![named("lines before")];
                lines.extend(self.lines[hidden..].iter().cloned());
                lines
            }
            false => {
                let mut lines = self.lines[..self.lines.len() - hidden].to_vec();
                lines.push(named("more lines"));
                lines
            }
        }
    }
}

/// The programs that do not compile, each with the compiler's words.
pub fn errors_of(step: &StepSeen) -> BTreeMap<&str, &str> {
    let broken = step.checks.iter().filter(|check| check.is_broken());
    broken.map(|check| (step.program_of(check), check.message.as_str())).collect()
}

//! A row for each check, or one for many.

use colored::{ColoredString, Colorize};

use crate::report::screen::size::Size;
use crate::report::seen::{CheckSeen, StepSeen};
use crate::report::terminal::{bonus_in_words, counted, points};

/// How much is said of each check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Each has a row.
    Each,
    /// Those that pass share one.
    Wrong,
    /// Only those that fail do not share one.
    Failed,
    /// All of a verdict share one.
    Sums,
}

/// What comes of a check, in the order of rows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Fails,
    Broken,
    ToDo,
    Missed,
    Passes,
}

impl Detail {
    /// From the most to the least.
    pub const ALL: [Detail; 4] = [Detail::Each, Detail::Wrong, Detail::Failed, Detail::Sums];
}

impl Kind {
    fn of(check: &CheckSeen) -> Kind {
        match check {
            check if check.passes() => Kind::Passes,
            check if check.has_gone_wrong() => Kind::Fails,
            check if check.is_broken() => Kind::Broken,
            check if check.is_to_do() => Kind::ToDo,
            _ => Kind::Missed,
        }
    }

    fn sign(self) -> char {
        match self {
            Kind::Passes => '✓',
            Kind::Fails | Kind::Broken => '✗',
            Kind::ToDo => '○',
            Kind::Missed => '–',
        }
    }

    fn paint(self, text: &str) -> ColoredString {
        match self {
            Kind::Passes => text.green(),
            Kind::Fails | Kind::Broken => text.red(),
            Kind::ToDo => text.yellow(),
            Kind::Missed => text.dimmed(),
        }
    }

    /// What so many of this kind are said to do.
    fn sum(self, count: usize) -> String {
        let checks = counted(count, "check");
        let one = count == 1;
        match self {
            Kind::Passes => format!("{checks} {}", if one { "passes" } else { "pass" }),
            Kind::Fails => format!("{checks} {}", if one { "fails" } else { "fail" }),
            Kind::Broken => format!("{checks} of a program that does not compile"),
            Kind::ToDo => format!("{checks} to do"),
            Kind::Missed => format!("{checks} not checked"),
        }
    }
}

/// The rows of a step. The checks of a program that does not compile always share one.
pub fn rows(step: &StepSeen, detail: Detail, size: Size) -> Vec<String> {
    let mut rows = Vec::new();
    let share = |kind: Kind| match detail {
        Detail::Each => kind == Kind::Broken,
        Detail::Wrong => matches!(kind, Kind::Broken | Kind::Passes),
        Detail::Failed => kind != Kind::Fails,
        Detail::Sums => true,
    };
    for check in step.checks.iter().filter(|check| !share(Kind::of(check))) {
        let kind = Kind::of(check);
        let worth = match (check.bonus, kind) {
            (true, _) => bonus_in_words(check.points),
            (false, Kind::Fails) => format!("0 of {}", points(check.max)),
            (false, _) => points(check.max),
        };
        let line = size.terminal().spread(&format!("{} {}", kind.sign(), check.name), &worth);
        rows.push(kind.paint(&line).to_string());
    }
    for kind in [Kind::Fails, Kind::Broken, Kind::ToDo, Kind::Missed, Kind::Passes] {
        let those = || step.checks.iter().filter(|check| Kind::of(check) == kind);
        if !share(kind) || those().next().is_none() {
            continue;
        }
        let max = those().fold(0.0, |sum, check| sum + check.max);
        let worth = match kind {
            Kind::Fails | Kind::Broken => format!("0 of {}", points(max)),
            Kind::Passes => points(those().fold(0.0, |sum, check| sum + check.points)),
            _ => points(max),
        };
        let sum = format!("{} {}", kind.sign(), kind.sum(those().count()));
        rows.push(kind.paint(&size.terminal().spread(&sum, &worth)).to_string());
    }
    rows
}

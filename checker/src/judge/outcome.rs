//! What comes of a check, and of a step.

use std::time::Duration;

use crate::course::step::{Check, Step};
use crate::stage::framing::Framed;
use crate::stage::launch::Role;
use crate::stage::stop::Failure;
use crate::stage::transcript::Transcript;

/// What came of a check, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// All went as expected.
    Passes,
    /// Something else came.
    Fails {
        /// What, and from whom.
        failure: Failure,
        /// Where to look, for anyone who failed it; empty where the failure says it all.
        look: String,
    },
    /// A program that it needs does not compile: the compiler's words.
    DoesNotCompile(String),
    /// The scene reached a `todo!()`.
    ToDo(ToDo),
    /// A program or a placeholder that it needs was not given, or the machine has no room for it: the reason.
    NotChecked(String),
    /// The checker itself has a mistake, which is never charged to a program.
    CheckerFault(String),
}

/// A spot of a program where something is still to be done. Spots are in the order of their places.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ToDo {
    /// `exercises/src/bin/ex1_server.rs`
    pub file: String,
    /// The line of the `todo!()`.
    pub line: usize,
    /// What is to be done there.
    pub task: String,
}

/// What a machine does not have at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lack {
    /// Room: a process, a file, a socket.
    Room,
    /// Time on a processor. A program may have brought that about itself.
    Time,
}

/// A check, with what came of it.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The check.
    pub check: &'static Check,
    /// Its verdict.
    pub verdict: Verdict,
    /// Whether it goes beyond what is asked of these programs.
    pub is_bonus: bool,
    /// The points it can give.
    pub max: f64,
    /// What happened.
    pub transcript: Transcript,
    /// How long it took.
    pub took: Duration,
    /// How much later something was seen than it happened, at most: a busy machine hides what needs less.
    pub held_up: Duration,
    /// What the machine did not have for it at that moment, if that is why it is *not checked*.
    pub lacked: Option<Lack>,
    /// What the person at the machine should know: processes that could not be ended.
    pub warnings: Vec<String>,
}

/// All checks of a step that were played.
#[derive(Clone, Debug)]
pub struct StepResult {
    /// The step.
    pub step: &'static Step,
    /// Its outcomes, in the order of its checks.
    pub outcomes: Vec<Outcome>,
    /// How its commands frame their messages, in a step that has frames.
    pub framings: Vec<(Role, Framed)>,
    /// What its programs were made of when they were built; empty for commands.
    pub fingerprint: String,
}

impl Verdict {
    /// As it is spelled in `--json`.
    pub fn word(&self) -> &'static str {
        match self {
            Verdict::Passes => "passes",
            Verdict::Fails { .. } => "fails",
            Verdict::DoesNotCompile(_) => "does not compile",
            Verdict::ToDo(_) => "to do",
            Verdict::NotChecked(_) => "not checked",
            Verdict::CheckerFault(_) => "checker fault",
        }
    }

    /// Why it is not a pass, in one text; empty if it is.
    pub fn message(&self) -> String {
        match self {
            Verdict::Passes => String::new(),
            Verdict::Fails { failure, .. } => failure.message.clone(),
            Verdict::ToDo(to_do) => format!("{}: {}", to_do.place(), to_do.task),
            Verdict::DoesNotCompile(reason)
            | Verdict::NotChecked(reason)
            | Verdict::CheckerFault(reason) => reason.clone(),
        }
    }
}

impl ToDo {
    /// Where it is, as editors take it: `exercises/src/bin/ex1_server.rs:31`.
    pub fn place(&self) -> String {
        format!("{}:{}", self.file, self.line)
    }
}

impl Outcome {
    /// Whether all went as expected.
    pub fn passes(&self) -> bool {
        self.verdict == Verdict::Passes
    }

    /// The points it gave; of a bonus, those that it gives on top of the step's.
    pub fn points(&self) -> f64 {
        if self.passes() { self.max + f64::from(self.check.extra) } else { 0.0 }
    }

    /// The points that it can give, if they are still open: it was not checked, or the checker has a mistake.
    pub fn open_points(&self) -> f64 {
        if self.is_open() { self.max } else { 0.0 }
    }

    /// Whether nothing was decided: it was not checked, or the checker has a mistake.
    pub fn is_open(&self) -> bool {
        matches!(self.verdict, Verdict::NotChecked(_) | Verdict::CheckerFault(_))
    }

    /// Where to look, for anyone who failed it; empty where there is nothing to say.
    pub fn look(&self) -> &str {
        match &self.verdict {
            Verdict::Fails { look, .. } => look,
            _ => "",
        }
    }

    /// The role of the program that it is about.
    pub fn role(&self) -> Role {
        self.check.role
    }

    /// Whether it costs the exit status: a bonus does not.
    pub fn is_failure(&self) -> bool {
        let is_wrong = matches!(self.verdict, Verdict::Fails { .. } | Verdict::DoesNotCompile(_));
        is_wrong && !self.is_bonus
    }
}

impl StepResult {
    /// The points that its checks gave.
    pub fn points(&self) -> f64 {
        sum_of_shares(self.outcomes.iter().map(Outcome::points))
    }

    /// Whether its server and its client were played together (`--pair`).
    pub fn is_pair(&self) -> bool {
        self.outcomes.iter().any(|outcome| self.step.is_of_pair(outcome.check))
    }

    /// The points of checks that were not checked.
    pub fn open_points(&self) -> f64 {
        sum_of_shares(self.outcomes.iter().map(Outcome::open_points))
    }

    /// Whether all checks that give points pass.
    pub fn is_passed(&self) -> bool {
        self.outcomes.iter().all(|outcome| outcome.is_bonus || outcome.passes())
    }

    /// Whether all checks pass.
    pub fn is_complete(&self) -> bool {
        self.outcomes.iter().all(Outcome::passes)
    }
}

/// A sum of fractions of points, without what adding them up leaves: all of 3 points are not 2.999999999999999.
fn sum_of_shares(shares: impl Iterator<Item = f64>) -> f64 {
    let sum = shares.fold(0.0, |sum, share| sum + share); // `sum()` of none is -0
    (sum * 1e12).round() / 1e12
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_shares_of_a_step_are_all_its_points() {
        let is_left_over = |count: u32| {
            let shares = || (0..count).map(|_| 10.0 / f64::from(count));
            assert_eq!(sum_of_shares(shares()), 10.0, "{count}");
            shares().sum::<f64>() != 10.0
        };
        assert!((1..30).filter(|count| is_left_over(*count)).count() > 0);
    }

    #[test]
    fn spots_to_do_are_in_the_order_of_their_lines_as_numbers() {
        let spot = |line| ToDo { file: "a.rs".to_string(), line, task: String::new() };
        let mut spots = [spot(105), spot(83), spot(9)];
        spots.sort();
        assert_eq!(spots.map(|spot| spot.line), [9, 83, 105]);
    }
}

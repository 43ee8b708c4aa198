//! What was decided of a check, and whether its points are open. What is told of a class reads verdicts only through this.

use crate::report::class::graded::GradedCheck;

/// What was decided of a check of a submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It passes.
    Passes,
    /// It fails.
    Fails,
    /// Its program does not compile.
    DoesNotCompile,
    /// It has reached what is still to be done.
    ToDo,
    /// Nothing: it was not checked.
    NotChecked,
    /// Nothing: it failed once, and then not.
    Unstable,
    /// Nothing: the checker has a mistake.
    CheckerFault,
}

impl Decision {
    /// All of them, in the order in which they are counted.
    pub const ALL: [Decision; 7] = [
        Decision::Passes,
        Decision::Fails,
        Decision::DoesNotCompile,
        Decision::ToDo,
        Decision::NotChecked,
        Decision::Unstable,
        Decision::CheckerFault,
    ];

    /// What the results say. A verdict that is not known here (they may come from a newer version) has decided nothing.
    pub fn of(check: &GradedCheck) -> Decision {
        match check.verdict.as_str() {
            _ if check.unstable => Decision::Unstable,
            "passes" => Decision::Passes,
            "fails" => Decision::Fails,
            "does not compile" => Decision::DoesNotCompile,
            "to do" => Decision::ToDo,
            "checker fault" => Decision::CheckerFault,
            _ => Decision::NotChecked,
        }
    }

    /// Whether nothing was decided, so that the points are open.
    pub fn is_open(self) -> bool {
        matches!(self, Decision::NotChecked | Decision::Unstable | Decision::CheckerFault)
    }

    /// It in words, of one check.
    pub fn word(self) -> &'static str {
        match self {
            Decision::Passes => "passes",
            Decision::Fails => "fails",
            Decision::DoesNotCompile => "does not compile",
            Decision::ToDo => "to do",
            Decision::NotChecked => "not checked",
            Decision::Unstable => "unstable",
            Decision::CheckerFault => "checker fault",
        }
    }
}

/// The points of a check that are open: those that it could still give.
pub fn open_points(check: &GradedCheck) -> f64 {
    match Decision::of(check).is_open() {
        true => (check.max - check.points).max(0.0),
        false => 0.0,
    }
}

/// Whether what is said of a check may be shown to a student at once, in a format that knows of no other time.
pub fn may_be_seen(check: &GradedCheck) -> bool {
    matches!(check.visibility.as_str(), "" | "visible")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::outcome::{ToDo, Verdict};
    use crate::stage::stop::Failure;

    fn check(verdict: &str, unstable: bool) -> GradedCheck {
        GradedCheck { verdict: verdict.to_string(), unstable, max: 0.5, ..GradedCheck::default() }
    }

    #[test]
    fn every_verdict_of_the_judge_is_read_as_what_it_is() {
        let to_do = ToDo { file: String::new(), line: 1, task: String::new() };
        let failure = Failure::of("alice", "nothing came");
        for (verdict, expected) in [
            (Verdict::Passes, Decision::Passes),
            (Verdict::Fails { failure, look: "".into() }, Decision::Fails),
            (Verdict::DoesNotCompile(String::new()), Decision::DoesNotCompile),
            (Verdict::ToDo(to_do), Decision::ToDo),
            (Verdict::NotChecked(String::new()), Decision::NotChecked),
            (Verdict::CheckerFault(String::new()), Decision::CheckerFault),
        ] {
            assert_eq!(Decision::of(&check(verdict.word(), false)), expected);
            assert_eq!(expected.word(), verdict.word());
        }
    }

    #[test]
    fn what_is_unstable_or_unknown_has_decided_nothing() {
        assert_eq!(Decision::of(&check("not checked", true)), Decision::Unstable);
        assert_eq!(Decision::of(&check("fails", true)), Decision::Unstable);
        assert_eq!(Decision::of(&check("beyond words", false)), Decision::NotChecked);
        assert_eq!(open_points(&check("fails", true)), 0.5);
        assert_eq!(open_points(&check("checker fault", false)), 0.5);
        assert_eq!(open_points(&check("fails", false)), 0.0);
    }
}

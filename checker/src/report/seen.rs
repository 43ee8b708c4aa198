//! What another checker has found, read back from the document that it prints (see [`json`](crate::report::json)).

use serde::Deserialize;

use crate::course::step::Step;
use crate::course::table;

/// The results of a check.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Seen {
    /// The steps that were checked.
    pub steps: Vec<StepSeen>,
    /// The number that has chosen the words.
    pub seed: u64,
    /// What the compiler warns of.
    pub compiler_warnings: Vec<String>,
    /// The files of the helpers that are not as the course has them.
    pub changed_helpers: Vec<String>,
    /// Why the checker could not do its work; none if it could.
    pub error: Option<String>,
}

/// The results of a step.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct StepSeen {
    /// Its short name.
    pub id: String,
    /// The points that its checks gave.
    pub points: f64,
    /// The most that they can give.
    pub max: u32,
    /// Its checks.
    pub checks: Vec<CheckSeen>,
}

/// The result of a check.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct CheckSeen {
    /// What it is called where a machine reads.
    pub id: String,
    /// A sentence.
    pub name: String,
    /// The role of the program that it is about, in a word.
    pub role: String,
    /// The verdict, as the document spells it.
    pub verdict: String,
    /// The points that it gave.
    pub points: f64,
    /// The most that it can give.
    pub max: f64,
    /// Whether it gives none at all.
    pub bonus: bool,
    /// Why it is not a pass.
    pub message: String,
    /// Where to look.
    pub advice: String,
    /// What happened, as text.
    pub transcript: String,
}

impl Seen {
    /// The document that was printed.
    ///
    /// # Errors
    /// When it is not one.
    pub fn read(document: &str) -> serde_json::Result<Seen> {
        serde_json::from_str(document)
    }
}

impl StepSeen {
    /// The step that it is about.
    pub fn step(&self) -> Option<&'static Step> {
        table::find(&self.id)
    }

    /// The program that a check is about.
    pub fn program_of(&self, check: &CheckSeen) -> &'static str {
        let programs = self.step().map_or(&[][..], |step| step.programs);
        match programs {
            [only] => only,
            several => {
                let is_meant = |program: &&&'static str| program.ends_with(&check.role);
                several.iter().find(is_meant).unwrap_or(&"a program")
            }
        }
    }

    /// Whether all checks that give points pass.
    pub fn is_passed(&self) -> bool {
        self.checks.iter().all(|check| check.bonus || check.passes())
    }

    /// The checks whose programs have failed, or where the checker itself has.
    pub fn failed(&self) -> impl Iterator<Item = &CheckSeen> {
        self.checks.iter().filter(|check| check.has_gone_wrong())
    }
}

impl CheckSeen {
    /// Whether all went as expected.
    pub fn passes(&self) -> bool {
        self.verdict == "passes"
    }

    /// Whether there is a scene to be looked at.
    pub fn has_gone_wrong(&self) -> bool {
        ["fails", "checker fault"].contains(&self.verdict.as_str())
    }

    /// Whether its program does not compile.
    pub fn is_broken(&self) -> bool {
        self.verdict == "does not compile"
    }

    /// Whether something is still to be done.
    pub fn is_to_do(&self) -> bool {
        self.verdict == "to do"
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::course::table::STEPS;
    use crate::judge::outcome::{Outcome, StepResult, ToDo, Verdict};
    use crate::report::json;
    use crate::sandbox::limits::Limits;
    use crate::sandbox::protection::{Protection, Sandbox};
    use crate::stage::stop::Failure;
    use crate::stage::transcript::{Line, Mark, Transcript};

    #[test]
    fn what_was_printed_is_read_back() {
        let failure = Failure::of("alice", "nothing came");
        let to_do = ToDo { file: "a.rs".to_string(), line: 7, task: "TODO 1 of 2".to_string() };
        let verdicts = [
            Verdict::Passes,
            Verdict::Fails { failure, look: "the loop".to_string() },
            Verdict::ToDo(to_do),
            Verdict::DoesNotCompile("error".to_string()),
            Verdict::CheckerFault("a mistake".to_string()),
        ];
        let mut transcript = Transcript::new("a scene".to_string());
        transcript.lines.push(Line::new("alice", Mark::Event, "connects"));
        let outcome = |verdict: &Verdict| Outcome {
            check: &STEPS[0].checks[0],
            verdict: verdict.clone(),
            is_bonus: false,
            max: 0.5,
            transcript: transcript.clone(),
            took: Duration::ZERO,
            lacked: None,
            held_up: Duration::ZERO,
            warnings: Vec::new(),
        };
        let result = StepResult {
            step: &STEPS[0],
            outcomes: verdicts.iter().map(outcome).collect(),
            framings: Vec::new(),
            fingerprint: String::new(),
        };
        let warnings = ["unused".to_string()];
        let limits = Limits::default();
        let protection = Protection::set_up(Sandbox::Auto, &[], &[]); // a test has no launcher
        let took = Duration::ZERO;
        let printed = json::document(&[result], 7, &limits, took, &[], &warnings, &protection);
        let seen = Seen::read(&printed.expect("a document")).expect("it is read");
        let [step] = &seen.steps[..] else { panic!("{seen:#?}") };
        assert_eq!(
            (seen.seed, &seen.compiler_warnings[..], &seen.error),
            (7, &warnings[..], &None)
        );
        assert_eq!((step.step().map(|step| step.id), step.points), (Some(STEPS[0].id), 0.5));
        let is = |of: fn(&CheckSeen) -> bool| step.checks.iter().map(of).collect::<Vec<bool>>();
        assert_eq!(is(CheckSeen::passes), [true, false, false, false, false]);
        assert_eq!(is(CheckSeen::has_gone_wrong), [false, true, false, false, true]);
        assert_eq!(is(CheckSeen::is_to_do), [false, false, true, false, false]);
        assert_eq!(is(CheckSeen::is_broken), [false, false, false, true, false]);
        assert_eq!(step.checks[1].advice, "the loop");
        assert!(step.checks[1].transcript.contains("alice  ┄ connects"), "{step:#?}");
        assert!(step.checks[2].message.starts_with("a.rs:7: TODO"), "{step:#?}");
    }

    #[test]
    fn that_the_checker_could_not_do_its_work_is_read_too() {
        let printed = json::error("cannot start cargo").expect("a document");
        let seen = Seen::read(&printed).expect("it is read");
        assert_eq!(seen.error.as_deref(), Some("cannot start cargo"));
        assert!(Seen::read("").is_err() && Seen::read("{\"steps\": 7}").is_err());
    }
}

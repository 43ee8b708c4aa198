//! The verdicts on a step, and why: programs that do not compile first, then a row for each check; what went wrong,
//! one thing at a time; and in the end, once more, what failed.

use std::collections::BTreeSet;
use std::mem;

use colored::{ColoredString, Colorize};

use crate::course::advice::{look_at, look_at_the_same};
use crate::course::step::Step;
use crate::judge::outcome::{Outcome, StepResult, ToDo, Verdict};
use crate::report::again::typed;
use crate::report::framing::framing_in_words;
use crate::report::terminal::{Ending, Terminal, bonus_in_words, points};

/// If there are more rows, those that failed are named once more at the end.
const MANY_ROWS: usize = 6;

impl Terminal {
    /// The verdicts on a step and, where it did not pass, why; in lines that each end with a line break.
    pub(super) fn step(&self, result: &StepResult, ending: &Ending) -> String {
        let (step, outcomes) = (result.step, &result.outcomes[..]);
        let open = match result.open_points() {
            open if open > 0.0 => format!(", {} open", points(open)),
            _ => String::new(),
        };
        let sum = format!("{} of {} points{open}", points(result.points()), step.points);
        let title = format!("{}\n", self.spread(step.title, &sum).bold());
        let broken = self.programs_that_do_not_compile(step, outcomes);
        let rows = self.rows(outcomes);
        let gap = if broken.is_empty() || rows.is_empty() { "" } else { "\n" };
        title
            + &self.framings(result)
            + &broken
            + gap
            + &rows
            + &self.scenes(outcomes)
            + &self.commands(result, ending)
            + &self.first_hint(result, ending)
            + &self.spots_to_do(outcomes)
            + &self.failures_once_more(step, outcomes)
    }

    /// How commands frame their messages, where the handout leaves it open.
    fn framings(&self, result: &StepResult) -> String {
        let lines = framing_in_words(&result.framings);
        lines.iter().map(|line| format!("{}\n", self.wrap(line, "  ").dimmed())).collect()
    }

    /// A row for each program that does not compile, each with the compiler's words.
    fn programs_that_do_not_compile(&self, step: &Step, outcomes: &[Outcome]) -> String {
        let mut rows = Vec::new();
        for (program, errors, max) in broken_programs(step, outcomes) {
            let row = format!("  ✗ {program} does not compile");
            let row = self.spread(&row, &format!("0 of {}", points(max)));
            let errors = errors.trim_end();
            // What the compiler says has its own lines; one line is the checker's.
            let errors =
                if errors.contains('\n') { errors.to_string() } else { self.wrap(errors, "") };
            rows.push(format!("{}\n\n{errors}\n", row.red()));
        }
        rows.join("\n")
    }

    fn rows(&self, outcomes: &[Outcome]) -> String {
        let mut text = String::new();
        let (mut said, mut advised) = (String::new(), String::new());
        for outcome in outcomes {
            if let Verdict::DoesNotCompile(_) = outcome.verdict {
                continue; // its program has a row
            }
            text += &format!("{}\n", self.verdict_line(outcome));
            if let Verdict::Fails { .. } | Verdict::NotChecked(_) | Verdict::CheckerFault(_) =
                outcome.verdict
            {
                let message = outcome.verdict.message();
                let before = mem::replace(&mut said, without_ports(&message));
                let message = if said == before { "(the same)" } else { &*message };
                text += &format!("{}\n", self.wrap(message, "      "));
            }
            let look = outcome.look();
            if !look.is_empty() {
                let is_new = mem::replace(&mut advised, look.to_string()) != look;
                let advice = if is_new { advice(look) } else { look_at_the_same() };
                text += &format!("{}\n", self.wrap(&advice, "      "));
            }
        }
        text
    }

    fn verdict_line(&self, outcome: &Outcome) -> String {
        let (sign, worth) = match outcome.verdict {
            Verdict::Passes => ("✓", points(outcome.max)),
            Verdict::Fails { .. } => ("✗", format!("0 of {}", points(outcome.max))),
            Verdict::DoesNotCompile(_) => ("✗", "does not compile".to_string()),
            Verdict::ToDo(_) => ("○", "to do".to_string()),
            Verdict::NotChecked(_) => ("–", "not checked".to_string()),
            Verdict::CheckerFault(_) => ("!", "checker fault".to_string()),
        };
        let worth = match (outcome.is_bonus, &outcome.verdict) {
            (true, Verdict::Passes | Verdict::Fails { .. }) => bonus_in_words(outcome.points()),
            (true, _) => format!("bonus, {worth}"),
            (false, _) => worth,
        };
        let line = self.spread(&format!("  {sign} {}", outcome.check.name), &worth);
        paint(&outcome.verdict, &line).to_string()
    }

    /// The transcript of the first failure; of all, if they are wanted.
    fn scenes(&self, outcomes: &[Outcome]) -> String {
        let most = if self.is_verbose { usize::MAX } else { 1 };
        let failed = outcomes.iter().filter(|outcome| has_gone_wrong(outcome));
        let played = failed.filter(|outcome| !outcome.transcript.is_empty()).take(most);
        played.map(|outcome| format!("\n{}", self.transcript(&outcome.transcript))).collect()
    }

    /// The commands that play what failed again, with the same words.
    fn commands(&self, result: &StepResult, ending: &Ending) -> String {
        let failed: Vec<&Outcome> =
            result.outcomes.iter().filter(|outcome| has_gone_wrong(outcome)).collect();
        let Some(first) = failed.first() else { return String::new() };
        let (id, again) = (result.step.id, &ending.again);
        let command = |words: &str, command: Vec<String>| {
            format!("{}\n{}\n", words.dimmed(), typed(&command, self.width).dimmed())
        };
        let mut text = String::new();
        if result.outcomes.len() == 1 || again.only.is_some() || self.is_verbose {
            text += &command("The same again:", again.step(id, self.is_verbose));
        } else {
            text += &command("This check alone:", again.check(id, first.check.id));
            let others = failed.len() - 1;
            if others > 0 {
                let words = match others {
                    1 => "With the other transcript too:".to_string(),
                    _ => format!("With the other {others} transcripts too:"),
                };
                text += &command(&words, again.step(id, true));
            }
        }
        format!("\n{text}")
    }

    /// The first hint, if it was not shown before; then, where it is to be found.
    fn first_hint(&self, result: &StepResult, ending: &Ending) -> String {
        match hinting(result, ending) {
            Hinting::First => format!("\n{}", self.hint(result.step, 0)),
            Hinting::Later => {
                let hints = format!("Hints: cargo step hint {}", result.step.id);
                format!("{}\n", hints.dimmed())
            }
            Hinting::None => String::new(),
        }
    }

    /// The spots that were reached, once each, in the order of their places.
    fn spots_to_do(&self, outcomes: &[Outcome]) -> String {
        let spots = spots_to_do(outcomes);
        let mut text = String::new();
        for spot in &spots {
            let place = format!("{} {}", "to do".yellow(), spot.place().bold());
            text += &format!("{place}\n{}\n", self.wrap(&spot.task, "      "));
        }
        if spots.is_empty() { text } else { format!("\n{text}") }
    }

    /// What failed, by name, where the rows that say so may have left the screen.
    fn failures_once_more(&self, step: &Step, outcomes: &[Outcome]) -> String {
        let failed: Vec<&Outcome> =
            outcomes.iter().filter(|outcome| has_gone_wrong(outcome)).collect();
        if outcomes.len() <= MANY_ROWS || failed.is_empty() {
            return String::new();
        }
        let verb = if failed.len() == 1 { "fails" } else { "fail" };
        let mut text =
            format!("\n{} of the {} checks of {} {verb}:\n", failed.len(), outcomes.len(), step.id);
        for outcome in failed {
            let bonus = if outcome.is_bonus { "  bonus" } else { "" };
            let line = self.spread(&format!("  ✗ {}", outcome.check.name), bonus);
            text += &format!("{}\n", line.trim_end().red());
        }
        text
    }
}

/// The programs that do not compile, each with the compiler's words and the points that it costs.
pub(super) fn broken_programs<'a>(
    step: &Step,
    outcomes: &'a [Outcome],
) -> Vec<(&'static str, &'a str, f64)> {
    let mut all = Vec::new();
    for program in step.programs {
        let its = outcomes.iter().filter(|outcome| step.program(outcome.role()) == Some(program));
        let broken = its.filter_map(|outcome| match &outcome.verdict {
            Verdict::DoesNotCompile(errors) => Some((&**errors, outcome.max)),
            _ => None,
        });
        let broken: Vec<(&str, f64)> = broken.collect();
        let Some((errors, _)) = broken.first() else { continue };
        all.push((*program, *errors, broken.iter().fold(0.0, |sum, (_, max)| sum + max)));
    }
    all
}

/// The spots that were reached, once each, in the order of their places.
pub(super) fn spots_to_do(outcomes: &[Outcome]) -> BTreeSet<&ToDo> {
    let spots = outcomes.iter().filter_map(|outcome| match &outcome.verdict {
        Verdict::ToDo(to_do) => Some(to_do),
        _ => None,
    });
    spots.collect()
}

/// What is said of a step's hints.
pub(super) enum Hinting {
    /// The first one.
    First,
    /// Where they are: the first one was shown before.
    Later,
    /// Nothing: nothing has failed, or no hints are wanted.
    None,
}

/// What is said of a step's hints below its results.
pub(super) fn hinting(result: &StepResult, ending: &Ending) -> Hinting {
    let has_failed = |outcome: &Outcome| matches!(outcome.verdict, Verdict::Fails { .. });
    match &ending.hinted {
        Some(hinted) if result.outcomes.iter().any(has_failed) => {
            match hinted.iter().any(|id| id == result.step.id) {
                false => Hinting::First,
                true => Hinting::Later,
            }
        }
        _ => Hinting::None,
    }
}

/// Whether there is a scene to be looked at: a program has failed, or the checker itself.
pub(super) fn has_gone_wrong(outcome: &Outcome) -> bool {
    matches!(outcome.verdict, Verdict::Fails { .. } | Verdict::CheckerFault(_))
}

/// Where to look, as a sentence.
pub(super) fn advice(look: &str) -> String {
    let end = if look.ends_with(['.', '?', ')']) { "" } else { "." };
    look_at(&format!("{look}{end}"))
}

/// The text without the numbers behind its colons: a server has another port in each check.
fn without_ports(text: &str) -> String {
    let parts = text.split(':').map(|part| part.trim_start_matches(|c: char| c.is_ascii_digit()));
    parts.collect::<Vec<_>>().join(":")
}

fn paint(verdict: &Verdict, text: &str) -> ColoredString {
    match verdict {
        Verdict::Passes => text.green(),
        Verdict::Fails { .. } | Verdict::DoesNotCompile(_) => text.red(),
        Verdict::ToDo(_) | Verdict::CheckerFault(_) => text.yellow(),
        Verdict::NotChecked(_) => text.dimmed(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::course::step::Check;
    use crate::course::table;
    use crate::report::again::Again;
    use crate::stage::stop::Failure;
    use crate::stage::transcript::{Line, Mark, Transcript};

    fn ex4() -> &'static Step {
        table::find("ex4").expect("the step is there")
    }

    fn outcome(check: &'static Check, verdict: Verdict) -> Outcome {
        let mut transcript = Transcript::new(format!("a scene of {}", check.id));
        transcript.lines.push(Line::new("alice", Mark::Event, "connects"));
        let (max, took) = (0.5, Duration::ZERO);
        Outcome {
            check,
            verdict,
            is_bonus: check.is_bonus(),
            max,
            transcript,
            took,
            lacked: None,
            held_up: Duration::ZERO,
            warnings: vec![],
        }
    }

    fn fails(message: &str, look: &str) -> Verdict {
        Verdict::Fails { failure: Failure::of("alice", message), look: look.to_string() }
    }

    /// What a student reads of these verdicts on the checks of 1.4.
    fn text(
        is_verbose: bool,
        width: usize,
        hinted: &[&str],
        of: impl Fn(usize) -> Verdict,
    ) -> String {
        let checks = ex4().checks.iter().enumerate();
        let outcomes = checks.map(|(number, check)| outcome(check, of(number))).collect();
        let result =
            StepResult { step: ex4(), outcomes, fingerprint: String::new(), framings: Vec::new() };
        let ending = Ending {
            again: Again { seed: 7, ..Again::default() },
            summed: &[],
            next: None,
            so_far: None,
            hinted: Some(hinted.iter().map(|id| id.to_string()).collect()),
            changed_helpers: &[],
            may_be_pair: false,
        };
        let text = Terminal { width, is_verbose }.step(&result, &ending);
        let text = console::strip_ansi_codes(&text).into_owned();
        assert!(text.lines().all(|line| line.chars().count() <= width), "{text}");
        text
    }

    fn two_fail(number: usize) -> Verdict {
        match number {
            0 => fails("nothing came", "the loop"),
            1 => fails("nothing came", "whether it waits?"),
            _ => Verdict::Passes,
        }
    }

    #[test]
    fn every_failure_says_where_to_look_and_the_first_one_shows_its_scene() {
        for width in [40, 80] {
            let text = text(false, width, &[], two_fail);
            assert!(text.contains("      Look at the loop.\n"), "{text}");
            assert!(text.contains("      Look at whether it waits?\n"), "{text}");
            assert_eq!(text.matches("a scene of").count(), 1, "{text}");
        }
    }

    #[test]
    fn verbose_shows_the_scenes_of_those_that_failed_and_of_no_others() {
        assert_eq!(text(true, 80, &[], two_fail).matches("a scene of").count(), 2);
    }

    #[test]
    fn the_commands_are_whole() {
        let text = text(false, 80, &[], two_fail);
        for command in [
            "  cargo step check ex4 a_quiet_client_holds_nobody_up --seed 7\n",
            "  cargo step check ex4 --verbose --seed 7\n",
        ] {
            assert!(text.contains(command), "{text}");
        }
    }

    #[test]
    fn a_hint_is_shown_once_and_named_later() {
        let first = text(false, 80, &["ex1"], two_fail);
        assert!(first.contains("Hint 1 of 3") && !first.contains("Hints:"), "{first}");
        let later = text(false, 80, &["ex4"], two_fail);
        assert!(
            !later.contains("Hint 1") && later.contains("Hints: cargo step hint ex4\n"),
            "{later}"
        );
    }

    #[test]
    fn a_program_that_does_not_compile_has_one_row_and_comes_first() {
        let text = text(false, 80, &[], |number| match ex4().checks[number].role {
            crate::stage::launch::Role::Client => Verdict::DoesNotCompile("error: 7".to_string()),
            _ => Verdict::Passes,
        });
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[1].starts_with("  ✗ ex4_client does not compile"), "{text}");
        assert_eq!(lines[3], "error: 7", "{text}");
        assert_eq!((text.matches("compile").count(), text.matches('✗').count()), (1, 1), "{text}");
    }

    #[test]
    fn what_failed_is_named_once_more_at_the_end() {
        let text = text(false, 80, &[], two_fail);
        let end = format!("{} {} checks of ex4 fail:", "2 of the", ex4().checks.len());
        let (_, names) = text.split_once(&end).unwrap_or_else(|| panic!("{text}"));
        let names: Vec<&str> = names.lines().filter_map(|line| line.strip_prefix("  ✗ ")).collect();
        assert_eq!(names, [ex4().checks[0].name, ex4().checks[1].name]);
    }
}

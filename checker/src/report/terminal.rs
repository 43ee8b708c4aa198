//! What a person reads on a terminal: a step that is untouched, hints, and what stands around the verdicts.

use colored::Colorize;

use crate::course::step::Step;
use crate::judge::outcome::{Outcome, StepResult, Verdict};
use crate::report::again::{Again, typed};
use crate::report::transcript::{self, WIDTH};
use crate::stage::show::shorten;
use crate::stage::transcript::Transcript;

/// How results are shown.
#[derive(Clone, Copy, Debug)]
pub struct Terminal {
    /// How many columns a line may have.
    pub width: usize,
    /// Whether the transcript of every failure is shown, or only that of the first.
    pub is_verbose: bool,
}

impl Default for Terminal {
    fn default() -> Terminal {
        Terminal { width: WIDTH, is_verbose: false }
    }
}

/// Of a run that is shown where the reference solutions are not here.
pub const RECORDED: &str = "as it was recorded with the reference solution";

/// A step before anything of it is done.
pub struct Untouched {
    /// The step.
    pub step: &'static Step,
    /// The file and the task of each program.
    pub tasks: Vec<(String, String)>,
    /// What a finished one does; none where only a line is wanted.
    pub finished: Option<Outcome>,
    /// Whether that was recorded once, rather than played just now: its reference solutions are not here.
    pub is_recorded: bool,
}

impl Untouched {
    /// What a finished one does, if it is known.
    pub(super) fn run(&self) -> Option<&Outcome> {
        self.finished.as_ref().filter(|outcome| !outcome.transcript.is_empty())
    }

    /// Where that comes from.
    pub(super) fn origin(&self) -> &'static str {
        if self.is_recorded { RECORDED } else { "played just now with the reference solution" }
    }
}

/// What is shown below the verdicts.
pub struct Ending<'a> {
    /// How to play it again.
    pub again: Again,
    /// All steps that were asked for. If they are several, there is a sum.
    pub summed: &'a [&'static Step],
    /// What comes after the step that was checked, if it was one, and a student's.
    pub next: Option<Next>,
    /// The points that a student has in all steps so far, and the most they can have.
    pub so_far: Option<(f64, u32)>,
    /// The steps whose first hint was shown before; none where no hints are wanted.
    pub hinted: Option<Vec<String>>,
    /// The files of the helpers that are not as the course has them.
    pub changed_helpers: &'a [String],
    /// Whether server and client are commands that could be played together, and are not.
    pub may_be_pair: bool,
}

/// What comes after a step.
pub enum Next {
    /// This step, the first that is not complete.
    Step(&'static Step),
    /// Nothing: all are complete.
    Nothing,
}

/// Points without needless zeros: `3`, `0.5`, `0.33`.
pub fn points(points: f64) -> String {
    let text = format!("{points:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

/// One point, two points.
pub fn points_in_words(sum: f64) -> String {
    if sum == 1.0 { "1 point".to_string() } else { format!("{} points", points(sum)) }
}

/// A bonus that gave so many points on top of the step's; most give none: `bonus`, `bonus +1`
pub fn bonus_in_words(sum: f64) -> String {
    if sum == 0.0 { "bonus".to_string() } else { format!("bonus +{}", points(sum)) }
}

/// The points of all steps that were asked for: `12.5 of 30 points in 4 steps`. Where only some checks of a step were,
/// the points of those.
pub fn sum_in_words(results: &[StepResult], ending: &Ending) -> String {
    let sum = results.iter().fold(0.0, |sum, result| sum + result.points());
    let (max, of_what) = match (ending.summed, &ending.again.only) {
        (_, Some(_)) => {
            let played = results.iter().flat_map(|result| &result.outcomes);
            let max = played.clone().fold(0.0, |sum, outcome| sum + outcome.max);
            (max, format!(" in {}", counted(played.count(), "check")))
        }
        ([step], None) => (step.points.into(), String::new()),
        (steps, None) => {
            let max: u32 = steps.iter().map(|step| step.points).sum();
            (max.into(), format!(" in {}", counted(steps.len(), "step")))
        }
    };
    format!("{} of {}{of_what}", points(sum), points_in_words(max))
}

/// `1 check`, `2 checks`
pub fn counted(count: usize, word: &str) -> String {
    let end = if count == 1 { "" } else { "s" };
    format!("{count} {word}{end}")
}

/// `ex1`, `ex1 and ex2`, `ex1, ex2 and ex3`
pub fn in_words(words: &[impl AsRef<str>]) -> String {
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    match &words[..] {
        [] => String::new(),
        [one] => one.to_string(),
        [others @ .., last] => format!("{} and {last}", others.join(", ")),
    }
}

/// That all checks pass that give points, of a step where so many others do not.
pub(super) fn all_in_words(missed: usize) -> String {
    match missed {
        0 => "All checks pass".to_string(),
        1 => "All but 1 bonus passes".to_string(),
        count => format!("All but {count} bonuses pass"),
    }
}

/// The points of what was not checked, if there are any: `, 2 open (not checked)`.
pub fn open_in_words(results: &[StepResult]) -> String {
    let open: f64 = results.iter().map(StepResult::open_points).sum();
    match open > 0.0 {
        true => format!(", {} open (not checked)", points(open)),
        false => String::new(),
    }
}

/// The widest title, with a space behind it.
fn title_width(steps: impl Iterator<Item = &'static Step>) -> usize {
    steps.map(|step| step.title.chars().count()).max().unwrap_or(0) + 1
}

/// Whatever of the helpers is not as the course has it, since a mistake may stand there; and the command that brings
/// it back.
pub fn changed_helpers_in_words(files: &[String]) -> Option<(String, Vec<String>)> {
    let (verb, it) = match files {
        [] => return None,
        [_] => ("differs", "it"),
        _ => ("differ", "them"),
    };
    let names = in_words(files);
    let text = format!(
        "{names} {verb} from the course's, and your programs are built with {it}. The course's comes back with:"
    );
    Some((text, [&["git", "checkout", "--"].map(str::to_string)[..], files].concat()))
}

impl Terminal {
    /// The transcript, coloured where that is wanted.
    pub fn transcript(&self, transcript: &Transcript) -> String {
        transcript::colored(transcript, self.width)
    }

    /// All that `check` shows: what is untouched, the verdicts on the rest, and what follows from them.
    pub fn check(
        &self,
        warnings: &[String],
        untouched: &[Untouched],
        results: &[StepResult],
        ending: &Ending,
    ) -> String {
        let mut parts = Vec::new();
        parts.extend(warnings.iter().map(|warning| format!("{}\n", warning.trim_end())));
        let (shown, named): (Vec<_>, Vec<_>) =
            untouched.iter().partition(|step| step.finished.is_some());
        parts.extend(shown.into_iter().map(|step| self.untouched(step)));
        let width = title_width(ending.summed.iter().copied());
        let row = |step: &Untouched| {
            let (id, title) = (step.step.id, step.step.title);
            format!("{title:<width$} {}\n", format!("untouched: make {id}").dimmed())
        };
        let rows: String = named.into_iter().map(row).collect();
        parts.extend(Some(rows).filter(|rows| !rows.is_empty()));
        parts.extend(results.iter().map(|result| self.step(result, ending)));
        parts.join("\n") + &self.ending(results, ending)
    }

    /// One hint, and how to get the next; in lines that each end with a line break.
    pub fn hint(&self, step: &Step, number: usize) -> String {
        let Some(hint) = step.hints.get(number) else {
            return String::new();
        };
        let numbered = format!("Hint {} of {}: {hint}", number + 1, step.hints.len());
        let mut text = format!("{}\n", self.wrap(&numbered, ""));
        if number + 1 < step.hints.len() {
            let more = " --more".repeat(number + 1);
            let next = format!("The next one: cargo step hint {}{more}", step.id);
            text += &format!("{}\n", next.dimmed());
        }
        text
    }

    /// What a step looks like before anything of it is done: the task, the files, and a finished run.
    fn untouched(&self, untouched: &Untouched) -> String {
        let step = untouched.step;
        let title = self.spread(step.title, &format!("{} points", step.points));
        let mut text = format!("{}\n", title.bold());
        for (file, task) in &untouched.tasks {
            let task = self.wrap(&task.replace('\n', " "), "  ");
            text += &format!("\n{}\n{task}\n", file.bold());
        }
        if let Some(finished) = untouched.run() {
            let played = format!("A finished one, {}:", untouched.origin());
            text += &format!("\n{}\n\n", self.wrap(&played, "").dimmed());
            text += &self.transcript(&finished.transcript);
        }
        if let Some((first, _)) = untouched.tasks.first() {
            let next = format!(
                "Open {first}, read it from the top, and put code where the TODOs are; then: make {}",
                step.id
            );
            text += &format!("\n{}\n", self.wrap(&next, ""));
        }
        text
    }

    fn ending(&self, results: &[StepResult], ending: &Ending) -> String {
        let mut text = String::new();
        let outcomes = || results.iter().flat_map(|result| &result.outcomes);
        if outcomes().any(|outcome| !outcome.passes()) {
            text += &self.changed_helpers(ending.changed_helpers);
        }
        let is_lost = |outcome: &Outcome| {
            matches!(outcome.verdict, Verdict::Fails { .. }) && !outcome.is_bonus
        };
        if ending.may_be_pair && outcomes().any(is_lost) {
            let pair = "If these two speak a protocol of their own, which nobody else can know, play them \
                together: --pair";
            text += &format!("\n{}\n", self.wrap(pair, ""));
        }
        if outcomes().any(|outcome| matches!(outcome.verdict, Verdict::CheckerFault(_))) {
            let report = "A checker fault is not your program's. Please report it, with this text.";
            text += &format!("\n{}\n", self.wrap(report, ""));
        }
        if ending.summed.len() > 1 {
            let (sum, open) = (sum_in_words(results, ending), open_in_words(results));
            text += &format!("\n{}{open}\n", sum.bold());
        }
        if let (Some((sum, max)), false) = (ending.so_far, results.is_empty()) {
            text += &format!("\nSo far: {} of {max} points in all steps.\n", points(sum));
        }
        if let ([result], Some(next)) = (results, &ending.next)
            && result.is_passed()
        {
            let failed = result.outcomes.iter().filter(|outcome| !outcome.passes()).count();
            let done = all_in_words(failed);
            let next = match next {
                Next::Step(next) => format!("{done}. Next: make {} ({})", next.id, next.title),
                Next::Nothing => format!("{done}. All steps are done."),
            };
            text += &format!("{}\n", self.wrap(&next, ""));
        }
        text
    }

    fn changed_helpers(&self, files: &[String]) -> String {
        let Some((text, command)) = changed_helpers_in_words(files) else { return String::new() };
        format!("\n{}\n{}\n", self.wrap(&text, ""), typed(&command, self.width))
    }

    /// `left` and, at the right edge of the screen, `right`.
    pub(super) fn spread(&self, left: &str, right: &str) -> String {
        let right_width = textwrap::core::display_width(right);
        let left = shorten(left, self.width.saturating_sub(right_width + 2).max(20));
        let used = textwrap::core::display_width(&left) + right_width;
        format!("{left}{}{right}", " ".repeat(self.width.saturating_sub(used).max(2)))
    }

    /// Text wrapped to the screen, with each line indented.
    pub(super) fn wrap(&self, text: &str, indent: &str) -> String {
        let options =
            textwrap::Options::new(self.width).initial_indent(indent).subsequent_indent(indent);
        textwrap::fill(text, options)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_fits_a_narrow_terminal_and_keeps_its_points() {
        let terminal = Terminal { width: 60, is_verbose: false };
        let row = terminal.spread(&format!("  ✗ {}", "a long name ".repeat(5)), "0 of 0.25");
        assert_eq!(row.chars().count(), 60, "{row}");
        assert!(row.ends_with("…  0 of 0.25"), "{row}");
    }
}

//! What a person reads on a terminal: verdicts, failures, transcripts and hints.

use std::collections::{BTreeMap, BTreeSet};

use colored::{Color, ColoredString, Colorize};

use crate::course::step::Step;
use crate::judge::outcome::{Outcome, StepResult, ToDo, Verdict};
use crate::report::framing::framing_in_words;
use crate::stage::show::shorten;
use crate::stage::transcript::{Line, Mark, Transcript};

/// The width that everything is written for, where nobody says otherwise.
pub const WIDTH: usize = 80;

/// How many lines of a transcript an error may take.
const MOST_LINES: usize = 8;

/// How results are shown.
#[derive(Clone, Copy, Debug)]
pub struct Terminal {
    /// How many columns a line may have.
    pub width: usize,
    /// Whether every transcript is shown, or only that of the first failure.
    pub is_verbose: bool,
}

impl Default for Terminal {
    fn default() -> Terminal {
        Terminal { width: WIDTH, is_verbose: false }
    }
}

/// A row of the list of steps.
pub struct Row {
    /// The step.
    pub step: &'static Step,
    /// Where the student stands with it, in a few words.
    pub standing: String,
}

/// A step before anything of it is done.
pub struct Untouched {
    /// The step.
    pub step: &'static Step,
    /// The file and the task of each program.
    pub tasks: Vec<(String, String)>,
    /// What a finished one does, played just now; none where only a line is wanted.
    pub finished: Option<Outcome>,
}

/// What is shown below the verdicts.
pub struct Ending<'a> {
    /// The number that plays the same words again.
    pub seed: u64,
    /// All steps that were asked for. If they are several, there is a sum.
    pub summed: &'a [&'static Step],
    /// What comes after the step that was checked, if it was one, and a student's.
    pub next: Option<Next>,
}

/// What comes after a step.
pub enum Next {
    /// This step.
    Step(&'static Step),
    /// Nothing: it was the last one.
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

/// The transcript without colours, in 80 columns, a line of text for each of its lines.
pub fn plain(transcript: &Transcript) -> String {
    render(transcript, WIDTH, |_, text| text.to_string())
}

fn sign(mark: Mark) -> char {
    match mark {
        Mark::Output => '│',
        Mark::Error => '!',
        Mark::Typed => '>',
        Mark::Event => '┄',
        Mark::Sent => '→',
        Mark::Received => '←',
        Mark::Failed => '✗',
    }
}

fn color(mark: Mark) -> Option<Color> {
    match mark {
        Mark::Output | Mark::Typed => None,
        Mark::Event => Some(Color::BrightBlack),
        Mark::Error => Some(Color::Yellow),
        Mark::Sent => Some(Color::Cyan),
        Mark::Received => Some(Color::Green),
        Mark::Failed => Some(Color::Red),
    }
}

fn render(transcript: &Transcript, width: usize, paint: impl Fn(Mark, &str) -> String) -> String {
    let lines = &transcript.lines;
    let actors = lines.iter().map(|line| line.actor.chars().count()).max().unwrap_or(0).max(6);
    let room = width.saturating_sub(actors + 5);
    let mut text = format!("{}\n", shorten(&transcript.title, width));
    for line in lines {
        for (number, part) in parts_of(line, room).iter().enumerate() {
            let sign = if number == 0 { sign(line.mark) } else { ' ' };
            let actor = if number == 0 { line.actor.as_str() } else { "" };
            let painted = paint(line.mark, &format!("{sign} {part}"));
            text.push_str(&format!("  {actor:<actors$} {}\n", painted.trim_end()));
        }
    }
    text
}

/// What went wrong goes on in further lines; anything else is cut short.
fn parts_of(line: &Line, room: usize) -> Vec<String> {
    match line.mark {
        Mark::Failed | Mark::Error => {
            let parts = textwrap::wrap(&line.text, room);
            parts.iter().take(MOST_LINES).map(|part| part.to_string()).collect()
        }
        _ => vec![shorten(&line.text, room)],
    }
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

/// The widest title, with a space behind it.
fn title_width(steps: impl Iterator<Item = &'static Step>) -> usize {
    steps.map(|step| step.title.chars().count()).max().unwrap_or(0) + 1
}

impl Terminal {
    /// The transcript, coloured where that is wanted.
    pub fn transcript(&self, transcript: &Transcript) -> String {
        render(transcript, self.width, |mark, text| match color(mark) {
            Some(color) => text.color(color).to_string(),
            None => text.to_string(),
        })
    }

    /// The list of all steps.
    pub fn list(&self, rows: &[Row]) -> String {
        const OTHER_COLUMNS: usize = "step   points  ".len();
        const HEADING: &str = "where you stand";
        let standings = rows.iter().map(|row| row.standing.chars().count()).max().unwrap_or(0);
        let others = OTHER_COLUMNS + standings.max(HEADING.len());
        let room = self.width.saturating_sub(others).max(10);
        let width = title_width(rows.iter().map(|row| row.step)).min(room);
        let heading = format!("step  {:<width$} points  {HEADING}", "title");
        let mut text = format!("{}\n", heading.bold());
        for Row { step, standing } in rows {
            let (id, title, points) = (step.id, shorten(step.title, width), step.points);
            text += &format!("{id:<5} {title:<width$} {points:>6}  {standing}\n");
        }
        if let Some(first) = rows.first() {
            let id = first.step.id;
            let more = format!("make {id} shows a step's task, and checks it once you have begun.");
            text += &format!("\n{}\n", self.wrap(&more, ""));
        }
        text
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
        parts.extend(results.iter().map(|result| self.step(result)));
        parts.join("\n") + &self.ending(results, ending)
    }

    /// The verdicts on a step and, where it did not pass, why; in lines that each end with a line break.
    pub fn step(&self, result: &StepResult) -> String {
        let (step, outcomes) = (result.step, &result.outcomes[..]);
        let sum = format!("{} of {} points", points(result.points()), step.points);
        let mut text = format!("{}\n", self.spread(step.title, &sum).bold());
        for line in framing_in_words(&result.framings) {
            text += &format!("{}\n", self.wrap(&line, "  ").dimmed());
        }
        let mut said: BTreeSet<String> = BTreeSet::new();
        for outcome in outcomes {
            text += &format!("{}\n", self.verdict_line(outcome));
            if let Verdict::Fails { .. } | Verdict::NotChecked(_) | Verdict::CheckerFault(_) =
                outcome.verdict
            {
                let message = outcome.verdict.message();
                let is_new = said.insert(without_ports(&message));
                let message = if is_new { &*message } else { "(the same)" };
                text += &format!("{}\n", self.wrap(message, "      "));
            }
        }
        if self.is_verbose {
            for outcome in outcomes.iter().filter(|outcome| !outcome.transcript.is_empty()) {
                text += &format!("\n{}", self.scene(outcome));
            }
        }
        text + &compiler_errors(outcomes)
            + &self.first_failure(step, outcomes)
            + &self.spots_to_do(outcomes)
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
            (true, Verdict::Passes | Verdict::Fails { .. }) => "bonus".to_string(),
            (true, _) => format!("bonus, {worth}"),
            (false, _) => worth,
        };
        let line = self.spread(&format!("  {sign} {}", outcome.check.name), &worth);
        paint(&outcome.verdict, &line).to_string()
    }

    /// The transcript of a check and, if it failed, where to look.
    pub fn scene(&self, outcome: &Outcome) -> String {
        let mut text = self.transcript(&outcome.transcript);
        if let Verdict::Fails { look, .. } = &outcome.verdict
            && !look.is_empty()
        {
            let look = look.trim_end_matches('.');
            let look = format!("Look at {look}{}", if look.ends_with('?') { "" } else { "." });
            text += &format!("{}\n", self.wrap(&look, "  "));
        }
        text
    }

    /// The transcript of the first failure, and the first hint: one thing at a time.
    fn first_failure(&self, step: &Step, outcomes: &[Outcome]) -> String {
        let is_wrong = |outcome: &&Outcome| matches!(outcome.verdict, Verdict::Fails { .. });
        let mut failed = outcomes.iter().filter(is_wrong);
        let Some(first) = failed.next() else { return String::new() };
        let mut text = String::new();
        if !self.is_verbose {
            text += &format!("\n{}", self.scene(first));
            let others = failed.count();
            if others > 0 {
                let more = format!("(--verbose shows the transcripts of the other {others} too)");
                text += &format!("\n{}\n", more.dimmed());
            }
        }
        text + "\n" + &self.hint(step, 0)
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

    /// The spots that were reached, once each, in the order of their places.
    fn spots_to_do(&self, outcomes: &[Outcome]) -> String {
        let spots = outcomes.iter().filter_map(|outcome| match &outcome.verdict {
            Verdict::ToDo(to_do) => Some(to_do),
            _ => None,
        });
        let spots: BTreeSet<&ToDo> = spots.collect();
        let mut text = String::new();
        for spot in &spots {
            let place = format!("{} {}", "to do".yellow(), spot.place().bold());
            text += &format!("{place}\n{}\n", self.wrap(&spot.task, "      "));
        }
        if spots.is_empty() { text } else { format!("\n{text}") }
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
        if let Some(finished) = &untouched.finished {
            let played = "A finished one, played just now with the reference solution:";
            text += &format!("\n{}\n\n", self.wrap(played, "").dimmed());
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
        if let ([result], Some(next)) = (results, &ending.next)
            && result.is_passed()
        {
            let done =
                if result.is_complete() { "All checks pass." } else { "All but a bonus passes." };
            let next = match next {
                Next::Step(next) => format!("{done} Next: make {} ({})", next.id, next.title),
                Next::Nothing => format!("{done} That was the last step."),
            };
            text += &format!("\n{}\n", self.wrap(&next, ""));
        }
        let is_fault = |outcome: &Outcome| matches!(outcome.verdict, Verdict::CheckerFault(_));
        let outcomes = || results.iter().flat_map(|result| &result.outcomes);
        if outcomes().any(is_fault) {
            let report = "A checker fault is not your program's. Please report it, with this text.";
            text += &format!("\n{}\n", self.wrap(report, ""));
        }
        let is_wrong = |outcome: &Outcome| outcome.is_failure() || is_fault(outcome);
        if self.is_verbose || outcomes().any(is_wrong) {
            let seed = format!("(--seed {} plays the same words again)", ending.seed);
            text += &format!("{}\n", seed.dimmed());
        }
        if ending.summed.len() > 1 {
            let sum = results.iter().fold(0.0, |sum, result| sum + result.points());
            let max: u32 = ending.summed.iter().map(|step| step.points).sum();
            let sum = format!("{} of {max} points in {} steps", points(sum), ending.summed.len());
            let open: f64 = results.iter().map(StepResult::open_points).sum();
            let open = match open > 0.0 {
                true => format!(", {} open (not checked)", points(open)),
                false => String::new(),
            };
            text += &format!("\n{}{open}\n", sum.bold());
        }
        text
    }

    /// `left` and, at the right edge of the screen, `right`.
    fn spread(&self, left: &str, right: &str) -> String {
        let right_width = textwrap::core::display_width(right);
        let left = shorten(left, self.width.saturating_sub(right_width + 2).max(20));
        let used = textwrap::core::display_width(&left) + right_width;
        format!("{left}{}{right}", " ".repeat(self.width.saturating_sub(used).max(2)))
    }

    /// Text wrapped to the screen, with each line indented.
    fn wrap(&self, text: &str, indent: &str) -> String {
        let options =
            textwrap::Options::new(self.width).initial_indent(indent).subsequent_indent(indent);
        textwrap::fill(text, options)
    }
}

/// The compiler's words, once for each program, in the order of the checks.
fn compiler_errors(outcomes: &[Outcome]) -> String {
    let mut first: BTreeMap<&str, usize> = BTreeMap::new();
    for (number, outcome) in outcomes.iter().enumerate() {
        if let Verdict::DoesNotCompile(errors) = &outcome.verdict {
            first.entry(errors).or_insert(number);
        }
    }
    let mut errors: Vec<(usize, &str)> = first.into_iter().map(|(text, at)| (at, text)).collect();
    errors.sort();
    errors.into_iter().map(|(_, text)| format!("\n{}\n", text.trim_end())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::table::STEPS;

    fn transcript(lines: &[(Mark, &str)]) -> Transcript {
        let mut transcript = Transcript::new("title".to_string());
        transcript.lines.extend(lines.iter().map(|(mark, text)| Line::new("server", *mark, text)));
        transcript
    }

    #[test]
    fn a_line_has_its_actor_and_its_sign() {
        let transcript = transcript(&[(Mark::Output, "bread"), (Mark::Sent, "")]);
        assert_eq!(plain(&transcript), "title\n  server │ bread\n  server → (an empty line)\n");
    }

    #[test]
    fn every_line_fits_its_width() {
        let long = "long ".repeat(40);
        let transcript = transcript(&[(Mark::Output, &long), (Mark::Failed, &long)]);
        let text = plain(&transcript);
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        assert_eq!(text.matches("long").count(), 13 + 40, "{text}");
        let terminal = Terminal { width: 60, is_verbose: false };
        let text = terminal.transcript(&transcript);
        let text = console::strip_ansi_codes(&text);
        assert!(text.lines().all(|line| line.chars().count() <= 60), "{text}");
    }

    #[test]
    fn a_row_fits_a_narrow_terminal_and_keeps_its_points() {
        let terminal = Terminal { width: 60, is_verbose: false };
        let row = terminal.spread(&format!("  ✗ {}", "a long name ".repeat(5)), "0 of 0.25");
        assert_eq!(row.chars().count(), 60, "{row}");
        assert!(row.ends_with("…  0 of 0.25"), "{row}");
    }

    #[test]
    fn the_list_fits_a_narrow_terminal() {
        let row = |step: &'static Step| Row { step, standing: "9.5 points, changed since".into() };
        let rows: Vec<Row> = STEPS.iter().map(row).collect();
        for width in [60, 80] {
            let text = Terminal { width, is_verbose: false }.list(&rows);
            let text = console::strip_ansi_codes(&text).into_owned();
            assert!(text.lines().all(|line| line.chars().count() <= width), "{text}");
            assert!(text.contains("9.5 points, changed since"), "{text}");
        }
    }
}

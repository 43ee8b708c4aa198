//! What a person reads: verdicts, failures and hints on a terminal of 80 columns.

use std::collections::BTreeSet;

use colored::{ColoredString, Colorize};

use crate::course::starter::Starter;
use crate::course::step::Step;
use crate::judge::build::Package;
use crate::judge::judge::{Outcome, Verdict};

/// The width of a screen, in columns.
const WIDTH: usize = 80;

/// Points without needless zeros: `3`, `0.5`, `0.33`.
pub fn points(points: f64) -> String {
    let text = format!("{points:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

/// `left` and, at the right edge of the screen, `right`.
fn spread(left: &str, right: &str) -> String {
    let used = textwrap::core::display_width(left) + textwrap::core::display_width(right);
    format!("{left}{}{right}", " ".repeat(WIDTH.saturating_sub(used).max(2)))
}

/// Text wrapped to the screen, with each line indented.
pub fn wrap(text: &str, indent: &str) -> String {
    let options = textwrap::Options::new(WIDTH).initial_indent(indent).subsequent_indent(indent);
    textwrap::fill(text, options)
}

/// One point, two points.
pub fn points_in_words(sum: f64) -> String {
    if sum == 1.0 { "1 point".to_string() } else { format!("{} points", points(sum)) }
}

/// The text without the numbers behind its colons: a server has another port in each check.
fn without_ports(text: &str) -> String {
    let parts = text.split(':').map(|part| part.trim_start_matches(|c: char| c.is_ascii_digit()));
    parts.collect::<Vec<_>>().join(":")
}

/// The verdicts on a step and, where it did not pass, why; in lines that each end with a line break.
pub fn step(step: &Step, outcomes: &[&Outcome], is_verbose: bool) -> String {
    let sum: f64 = outcomes.iter().map(|outcome| outcome.points).sum();
    let title = spread(step.title, &format!("{} of {} points", points(sum), step.points));
    let mut text = format!("{}\n", title.bold());
    let mut said: Vec<String> = Vec::new();
    for outcome in outcomes {
        text += &format!("{}\n", verdict_line(outcome));
        if matches!(outcome.verdict, Verdict::Fails | Verdict::NotChecked) {
            let told = without_ports(&outcome.message);
            let message = if said.contains(&told) { "(the same)" } else { &outcome.message };
            text += &format!("{}\n", wrap(message, "      "));
            said.push(told);
        }
    }
    if is_verbose {
        for outcome in outcomes.iter().filter(|outcome| !outcome.transcript.is_empty()) {
            text += &format!("\n{}", transcript(outcome));
        }
    }
    text + &compiler_errors(outcomes)
        + &first_failure(step, outcomes, is_verbose)
        + &spots_to_do(outcomes)
}

fn verdict_line(outcome: &Outcome) -> String {
    let (sign, worth) = match outcome.verdict {
        Verdict::Passes => ("✓", points(outcome.points)),
        Verdict::Fails => ("✗", format!("0 of {}", points(outcome.max))),
        Verdict::DoesNotCompile => ("✗", "does not compile".to_string()),
        Verdict::ToDo => ("○", "to do".to_string()),
        Verdict::NotChecked => ("–", "not checked".to_string()),
    };
    let worth = match (outcome.is_bonus, outcome.verdict) {
        (true, Verdict::Passes | Verdict::Fails) => "bonus".to_string(),
        (true, _) => format!("bonus, {worth}"),
        (false, _) => worth,
    };
    paint(outcome.verdict, &spread(&format!("  {sign} {}", outcome.name), &worth)).to_string()
}

fn paint(verdict: Verdict, text: &str) -> ColoredString {
    match verdict {
        Verdict::Passes => text.green(),
        Verdict::Fails | Verdict::DoesNotCompile => text.red(),
        Verdict::ToDo => text.yellow(),
        Verdict::NotChecked => text.dimmed(),
    }
}

fn transcript(outcome: &Outcome) -> String {
    let mut text = outcome.transcript.coloured();
    if outcome.verdict == Verdict::Fails && !outcome.look.is_empty() {
        let look = outcome.look.trim_end_matches('.');
        let look = format!("Look at {look}{}", if look.ends_with('?') { "" } else { "." });
        text += &format!("{}\n", wrap(&look, "  "));
    }
    text
}

/// The transcript of the first failure, and the first hint: one thing at a time.
fn first_failure(step: &Step, outcomes: &[&Outcome], is_verbose: bool) -> String {
    let mut failed = outcomes.iter().filter(|outcome| outcome.verdict == Verdict::Fails);
    let Some(first) = failed.next() else { return String::new() };
    let mut text = String::new();
    if !is_verbose {
        text += &format!("\n{}", transcript(first));
        let others = failed.count();
        if others > 0 {
            let more = format!("(--verbose shows the transcripts of the other {others} too)");
            text += &format!("\n{}\n", more.dimmed());
        }
    }
    text + "\n" + &hint(step, 0)
}

/// One hint, and how to get the next; in lines that each end with a line break.
pub fn hint(step: &Step, number: usize) -> String {
    let Some(hint) = step.hints.get(number) else {
        return String::new();
    };
    let numbered = format!("Hint {} of {}: {hint}", number + 1, step.hints.len());
    let mut text = format!("{}\n", wrap(&numbered, ""));
    if number + 1 < step.hints.len() {
        let next =
            format!("The next one: cargo step hint {}{}", step.id, " --more".repeat(number + 1));
        text += &format!("{}\n", next.dimmed());
    }
    text
}

/// The compiler's words, once for each program.
fn compiler_errors(outcomes: &[&Outcome]) -> String {
    let mut shown: Vec<&str> = Vec::new();
    let mut text = String::new();
    for outcome in outcomes.iter().filter(|outcome| outcome.verdict == Verdict::DoesNotCompile) {
        if !shown.contains(&outcome.message.as_str()) {
            text += &format!("\n{}\n", outcome.message.trim_end());
            shown.push(&outcome.message);
        }
    }
    text
}

/// The spots that were reached, once each.
fn spots_to_do(outcomes: &[&Outcome]) -> String {
    let to_do = outcomes.iter().filter(|outcome| outcome.verdict == Verdict::ToDo);
    let spots: BTreeSet<&str> = to_do.map(|outcome| outcome.message.as_str()).collect();
    let mut text = String::new();
    for (number, spot) in spots.into_iter().enumerate() {
        if number == 0 {
            text += "\n";
        }
        let (place, task) = spot.split_once(": ").unwrap_or((spot, ""));
        text += &format!("{} {}\n{}\n", "to do".yellow(), place.bold(), wrap(task, "      "));
    }
    text
}

/// What a step looks like before anything of it is done: the task, the files, and a finished run.
pub fn print_untouched(step: &Step, finished: &Outcome) {
    println!("{}", spread(step.title, &format!("{} points", step.points)).bold());
    for program in step.programs {
        let starter = Starter::read(program);
        println!();
        println!("{}", Package::Exercises.source(program).display().to_string().bold());
        println!("{}", wrap(&starter.task().replace('\n', " "), "  "));
    }
    println!("\n{}\n", "A finished one, played just now with the worked programs:".dimmed());
    print!("{}", finished.transcript.coloured());
    let first = step.programs[0];
    println!();
    let next = format!(
        "Open {}, read it from the top, and put code where the TODOs are; then: make {}",
        Package::Exercises.source(first).display(),
        step.id
    );
    println!("{}", wrap(&next, ""));
}

/// The line under a step that is done: what comes next.
pub fn print_next(step: &Step, all: &[Step], is_complete: bool) {
    let done = if is_complete { "All checks pass." } else { "All but a bonus passes." };
    let next = all.iter().skip_while(|other| other.id != step.id).nth(1);
    match next {
        Some(next) => println!("\n{done} Next: make {} ({})", next.id, next.title),
        None => println!("\n{done} That was the last step."),
    }
}

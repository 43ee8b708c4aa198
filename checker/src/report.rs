//! What a person reads: verdicts, failures and hints on a terminal of 80 columns.

use colored::{ColoredString, Colorize};

use crate::cargo::Package;
use crate::course::Step;
use crate::judge::{Outcome, Verdict};
use crate::starter::Starter;

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

/// Prints the verdicts on a step and, where it did not pass, why.
pub fn print_step(step: &Step, outcomes: &[&Outcome], is_verbose: bool) {
    let sum: f64 = outcomes.iter().map(|outcome| outcome.points).sum();
    let title = spread(step.title, &format!("{} of {} points", points(sum), step.points));
    println!("{}", title.bold());
    let mut said: Vec<&str> = Vec::new();
    for outcome in outcomes {
        println!("{}", verdict_line(outcome));
        if matches!(outcome.verdict, Verdict::Fails | Verdict::NotChecked) {
            let is_repeated = said.contains(&outcome.message.as_str());
            let message = if is_repeated { "(the same)" } else { &outcome.message };
            println!("{}", wrap(message, "      "));
            said.push(&outcome.message);
        }
    }
    if is_verbose {
        for outcome in outcomes.iter().filter(|outcome| !outcome.transcript.is_empty()) {
            println!();
            print_transcript(outcome);
        }
    }
    print_compiler_errors(outcomes);
    print_first_failure(step, outcomes, is_verbose);
    print_to_do(outcomes);
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

fn print_transcript(outcome: &Outcome) {
    print!("{}", outcome.transcript.coloured());
    if outcome.verdict == Verdict::Fails && !outcome.look.is_empty() {
        println!("{}", wrap(&format!("Look at {}.", outcome.look.trim_end_matches('.')), "  "));
    }
}

/// The transcript of the first failure, and the first hint: one thing at a time.
fn print_first_failure(step: &Step, outcomes: &[&Outcome], is_verbose: bool) {
    let mut failed = outcomes.iter().filter(|outcome| outcome.verdict == Verdict::Fails);
    let Some(first) = failed.next() else { return };
    if !is_verbose {
        println!();
        print_transcript(first);
        let others = failed.count();
        if others > 0 {
            println!(
                "\n{}",
                format!("(--verbose shows the transcripts of the other {others} too)").dimmed()
            );
        }
    }
    println!();
    print_hint(step, 0);
}

/// Prints one hint, and how to get the next.
pub fn print_hint(step: &Step, number: usize) {
    let Some(hint) = step.hints.get(number) else {
        return;
    };
    println!("{}", wrap(&format!("Hint {} of {}: {hint}", number + 1, step.hints.len()), ""));
    if number + 1 < step.hints.len() {
        let more = " --more".repeat(number + 1);
        println!("{}", format!("The next one: cargo step hint {}{more}", step.id).dimmed());
    }
}

/// The compiler's words, once for each program.
fn print_compiler_errors(outcomes: &[&Outcome]) {
    let mut shown: Vec<&str> = Vec::new();
    for outcome in outcomes.iter().filter(|outcome| outcome.verdict == Verdict::DoesNotCompile) {
        if !shown.contains(&outcome.message.as_str()) {
            println!("\n{}", outcome.message.trim_end());
            shown.push(&outcome.message);
        }
    }
}

/// The spots that were reached, once each.
fn print_to_do(outcomes: &[&Outcome]) {
    let mut spots: Vec<&str> = Vec::new();
    for outcome in outcomes.iter().filter(|outcome| outcome.verdict == Verdict::ToDo) {
        if !spots.contains(&outcome.message.as_str()) {
            spots.push(&outcome.message);
        }
    }
    spots.sort();
    if !spots.is_empty() {
        println!();
    }
    for spot in spots {
        let (place, task) = spot.split_once(": ").unwrap_or((spot, ""));
        println!("{} {}\n{}", "to do".yellow(), place.bold(), wrap(task, "      "));
    }
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
pub fn print_next(step: &Step, all: &[Step]) {
    let next = all.iter().skip_while(|other| other.id != step.id).nth(1);
    match next {
        Some(next) => println!("\nAll checks pass. Next: make {} ({})", next.id, next.title),
        None => println!("\nAll checks pass. That was the last step."),
    }
}

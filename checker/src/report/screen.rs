//! What `watch` shows: a step on one screen. What does not fit is named there, and scrolled to nowhere.

mod excerpt;
mod frame;
mod rows;
mod size;

use std::collections::BTreeSet;

use colored::Colorize;

use crate::course::step::Step;
use crate::judge::standing::Standing;
use crate::report::screen::excerpt::Excerpt;
pub use crate::report::screen::frame::{Frame, Key};
use crate::report::screen::rows::{Detail, rows};
pub use crate::report::screen::size::Size;
use crate::report::screen::size::wrapped;
use crate::report::seen::{CheckSeen, Seen, StepSeen};
use crate::report::terminal::{all_in_words, points};
use crate::report::{transcript, verdicts};

/// What is shown of a step that is followed.
#[derive(Clone, Copy, Debug)]
pub struct Followed<'a> {
    /// The step.
    pub step: &'static Step,
    /// The files and the tasks of its programs, if it is untouched.
    pub tasks: &'a [(String, String)],
    /// What the last check has found, if there was one.
    pub seen: Option<&'a Seen>,
    /// Whether that is of a source that has changed since.
    pub is_old: bool,
    /// How many of its hints are shown.
    pub hints: usize,
    /// The points in all steps, and the most there are.
    pub so_far: (f64, u32),
    /// The step that `n` goes on with; none: there is nothing left to do.
    pub next: Option<&'static Step>,
}

impl Followed<'_> {
    /// The title, and the points.
    pub fn title(&self) -> (String, String) {
        let title = format!("{} · {}", self.step.id, self.step.title);
        let points = match self.result() {
            Some(result) if !self.is_old => {
                format!("{} of {} points", points(result.points), result.max)
            }
            _ => format!("{} points", self.step.points),
        };
        (title, points)
    }

    fn result(&self) -> Option<&StepSeen> {
        self.seen?.steps.iter().find(|seen| seen.id == self.step.id)
    }

    /// What stands between the head and the foot: as much of it as there are lines.
    pub fn body(&self, size: Size) -> Vec<String> {
        let mut parts = vec![String::new()];
        if let Some(error) = self.seen.and_then(|seen| seen.error.as_ref()) {
            parts.extend(wrapped(&format!("The checker could not do its work: {error}"), size, ""));
            return parts;
        }
        let Some(result) = self.result() else {
            parts.extend(self.tasks_in(size));
            parts.extend(self.hints_in(size));
            return cut_off(parts, size);
        };
        let excerpt = Excerpt::of(result);
        let (before, after) = (self.before(result, size), self.after(result, size));
        let mut fitting = Vec::new();
        for detail in Detail::ALL {
            let mut lines = parts.clone();
            lines.extend(rows(result, detail, size));
            lines.extend(before.clone());
            let room = size.rows.saturating_sub(lines.len() + after.len());
            let is_enough = room >= excerpt.least();
            lines.extend(excerpt.in_lines(room));
            lines.extend(after.clone());
            fitting = lines;
            if is_enough && fitting.len() <= size.rows {
                break;
            }
        }
        let lines = cut_off(fitting, size);
        if !self.is_old {
            return lines;
        }
        let faded = |line: &String| console::strip_ansi_codes(line).dimmed().to_string();
        lines.iter().map(faded).collect()
    }

    /// The task of each program that is untouched.
    fn tasks_in(&self, size: Size) -> Vec<String> {
        let mut lines = Vec::new();
        for (file, task) in self.tasks {
            lines.push(file.bold().to_string());
            lines.extend(wrapped(&task.replace('\n', " "), size, "  "));
            lines.push(String::new());
        }
        lines
    }

    /// The first thing that went wrong or is to be done: what, and where to look.
    fn before(&self, result: &StepSeen, size: Size) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(broken) = result.checks.iter().find(|check| check.is_broken()) {
            let program = result.program_of(broken);
            lines.extend([String::new(), format!("{program} does not compile:").red().to_string()]);
        } else if let Some(failed) = result.failed().next() {
            lines.push(String::new());
            lines.extend(wrapped(&failed.name, size, "").iter().map(|line| line.red().to_string()));
            lines.extend(wrapped(&failed.message, size, "  "));
            lines.extend(wrapped(&advice(failed), size, "  "));
        } else if let Some(to_do) = result.checks.iter().find(|check| check.is_to_do()) {
            lines.push(String::new());
            lines.extend(self.tasks_in(size));
            lines.extend(to_do_in(&to_do.message, size));
        } else if let Some(missed) = result.checks.iter().find(|check| is_missed(check)) {
            lines.push(String::new());
            lines.extend(wrapped(&format!("{}: {}", missed.name, missed.message), size, ""));
        }
        lines
    }

    /// The hints that were asked for.
    fn hints_in(&self, size: Size) -> Vec<String> {
        let mut lines = Vec::new();
        let hints = self.step.hints;
        for (number, hint) in hints.iter().enumerate().take(self.hints) {
            lines.push(String::new());
            let hint = format!("Hint {} of {}: {hint}", number + 1, hints.len());
            lines.extend(wrapped(&hint, size, ""));
        }
        lines
    }

    /// Hints, warnings, and what comes next.
    fn after(&self, result: &StepSeen, size: Size) -> Vec<String> {
        let mut lines = self.hints_in(size);
        let seen = self.seen.into_iter();
        let warnings = seen.clone().flat_map(|seen| &seen.compiler_warnings).count();
        if warnings > 0 && result.failed().next().is_none() {
            let subject = if warnings == 1 { "a program" } else { "your programs" };
            lines.push(format!("The compiler warns of something in {subject} (v shows it)."));
        }
        let is_short = !result.checks.iter().all(CheckSeen::passes);
        let changed: Vec<&String> = seen.flat_map(|seen| &seen.changed_helpers).collect();
        if let (Some((first, others)), true) = (changed.split_first(), is_short) {
            let text = match others.len() {
                0 => format!("{first} differs from the course's."),
                1 => format!("{first} and 1 other file differ from the course's."),
                count => format!("{first} and {count} other files differ from the course's."),
            };
            lines.extend(wrapped(&text, size, ""));
        }
        if result.is_passed() && !result.checks.is_empty() && !self.is_old {
            lines.push(String::new());
            lines.extend(
                wrapped(&self.done(result), size, "")
                    .iter()
                    .map(|line| line.green().bold().to_string()),
            );
        }
        lines
    }

    /// That all passes, the sum, and how to go on.
    fn done(&self, result: &StepSeen) -> String {
        let missed = result.checks.iter().filter(|check| !check.passes()).count();
        let done = all_in_words(missed);
        let (sum, max) = self.so_far;
        let so_far = format!("{} of {max} points so far", points(sum));
        match self.next {
            Some(next) => format!("{done}: {so_far}. n goes on with {} ({}).", next.id, next.title),
            None => format!("{done}: {so_far}. That was the last step: all are done."),
        }
    }

    /// All there is to be read of what is to do and what went wrong, however long.
    pub fn in_full(&self, columns: usize) -> Vec<String> {
        let size = Size { columns, rows: usize::MAX };
        let mut lines = self.tasks_in(size);
        let Some(result) = self.result() else { return lines };
        let to_do = result.checks.iter().filter(|check| check.is_to_do());
        let spots: BTreeSet<&str> = to_do.map(|check| check.message.as_str()).collect();
        for spot in spots {
            lines.extend(to_do_in(spot, size));
            lines.push(String::new());
        }
        for (program, errors) in excerpt::errors_of(result) {
            lines.push(format!("{program} does not compile").red().to_string());
            lines.extend(errors.lines().map(str::to_string));
            lines.push(String::new());
        }
        for failed in result.failed() {
            lines.extend(wrapped(&failed.name, size, "").iter().map(|line| line.red().to_string()));
            lines.extend(wrapped(&failed.message, size, "  "));
            lines.extend(wrapped(&advice(failed), size, "  "));
            lines.push(String::new());
            lines.extend(transcript::recolored(&failed.transcript).into_iter().skip(1));
            let seed = self.seen.map_or(0, |seen| seen.seed);
            let again = format!("  cargo step check {} {} --seed {seed}", self.step.id, failed.id);
            lines.extend([again.dimmed().to_string(), String::new()]);
        }
        for warning in self.seen.iter().flat_map(|seen| &seen.compiler_warnings) {
            lines.extend(warning.lines().map(str::to_string));
        }
        lines
    }
}

/// All steps, as many as fit around the one that is selected, and the whole.
pub fn steps(standings: &[Standing], selected: usize, size: Size) -> Vec<String> {
    const MARK: usize = 2;
    let terminal = Size { columns: size.columns.saturating_sub(MARK), ..size }.terminal();
    let rows = terminal.rows_of_steps(standings, Some(selected)).into_iter().enumerate();
    let marked = rows.map(|(number, row)| {
        let mark = if number == selected { "▸" } else { " " };
        format!("{mark} {}", row.trim_end())
    });
    let mut lines: Vec<String> = [String::new()].into_iter().chain(marked).collect();
    lines.extend([String::new(), format!("  {}", terminal.whole(standings))]);
    let hidden = lines.len().saturating_sub(size.rows);
    lines.drain(..hidden.min((selected + 2).saturating_sub(size.rows / 2)));
    lines
}

/// A spot where something is to be done: its place, and what.
fn to_do_in(message: &str, size: Size) -> Vec<String> {
    let (place, task) = message.split_once(": ").unwrap_or((message, ""));
    let mut lines = vec![format!("{} {}", "to do".yellow(), place.bold())];
    lines.extend(wrapped(task, size, "      "));
    lines
}

/// Lines of which not all fit: the last one that is shown says how many follow, and which key shows them.
fn cut_off(mut lines: Vec<String>, size: Size) -> Vec<String> {
    if lines.len() > size.rows && size.rows > 0 {
        let hidden = lines.len() - size.rows + 1;
        lines.truncate(size.rows - 1);
        lines.push(format!("… {hidden} more lines (v shows all)").dimmed().to_string());
    }
    lines
}

/// Where to look, as a sentence.
fn advice(failed: &CheckSeen) -> String {
    match failed.advice.is_empty() {
        true => String::new(),
        false => verdicts::advice(&failed.advice),
    }
}

fn is_missed(check: &CheckSeen) -> bool {
    !check.bonus && !check.passes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::table::find;

    /// What is seen of 1.4 when its checks have these verdicts, in turn.
    fn seen(verdicts: &[&str]) -> Seen {
        let step = find("ex4").expect("the step is there");
        let transcript = (0..40).map(|n| format!("  alice  → word-{n}\n")).collect::<String>();
        let checks = step.checks.iter().zip(verdicts.iter().cycle()).map(|(check, verdict)| {
            let message = match *verdict {
                "passes" => String::new(),
                "to do" => "exercises/src/bin/ex4_server.rs:50: TODO 1 of 2: a loop".to_string(),
                "does not compile" => "error: a line\n".repeat(50),
                _ => "expected \"bread\", but nothing came within 2 s ".repeat(3),
            };
            CheckSeen {
                id: check.id.to_string(),
                name: check.name.to_string(),
                role: check.role.word().to_string(),
                verdict: verdict.to_string(),
                max: 0.5,
                message,
                advice: if *verdict == "fails" { "the loop".to_string() } else { String::new() },
                transcript: format!("a scene\n{transcript}  alice  ✗ nothing came\n"),
                ..CheckSeen::default()
            }
        });
        let checks = checks.collect();
        let step = StepSeen { id: "ex4".to_string(), points: 1.0, max: 3, checks };
        Seen { steps: vec![step], seed: 7, ..Seen::default() }
    }

    fn followed<'a>(seen: &'a Seen, tasks: &'a [(String, String)], is_old: bool) -> Followed<'a> {
        let step = find("ex4").expect("the step is there");
        Followed {
            step,
            tasks,
            seen: Some(seen),
            is_old,
            hints: 2,
            so_far: (7.0, 60),
            next: find("ex5"),
        }
    }

    fn screen(followed: &Followed, size: Size) -> Vec<String> {
        let frame = Frame {
            title: followed.title(),
            watched: "watching 19 files: exercises/src/bin/ex4_server.rs".to_string(),
            status: "███░░░░░░░ 3 of 18 checks".to_string(),
            keys: vec![("h", "hint"), ("l", "list"), ("v", "all that failed"), ("q", "quit")],
        };
        let lines = frame.around(size, |room| followed.body(room));
        lines.iter().map(|line| console::strip_ansi_codes(line).into_owned()).collect()
    }

    const VERDICTS: [&[&str]; 6] = [
        &["passes"],
        &["fails"],
        &["passes", "fails", "to do", "not checked"],
        &["to do"],
        &["does not compile", "passes"],
        &["checker fault"],
    ];

    #[test]
    fn a_screen_is_full_to_the_last_row_and_nothing_sticks_out() {
        let task = ("exercises/src/bin/ex4_server.rs".to_string(), "Do this. ".repeat(30));
        for verdicts in VERDICTS {
            let seen = seen(verdicts);
            for (columns, rows) in
                [(1, 1), (10, 3), (20, 5), (40, 10), (80, 24), (100, 30), (200, 100)]
            {
                for (tasks, is_old) in [(&[][..], false), (std::slice::from_ref(&task), true)] {
                    let lines = screen(&followed(&seen, tasks, is_old), Size { columns, rows });
                    assert_eq!(lines.len(), rows, "{columns} × {rows}");
                    let width = |line: &String| textwrap::core::display_width(line);
                    let widest = lines.iter().map(width).max();
                    assert!(widest <= Some(columns), "{columns} × {rows}: {lines:#?}");
                }
            }
        }
    }

    #[test]
    fn the_first_failure_is_there_in_24_rows_and_what_is_not_is_named() {
        for verdicts in VERDICTS {
            let seen = seen(verdicts);
            let size = Size { columns: 80, rows: 24 };
            let text = screen(&followed(&seen, &[], false), size).join("\n");
            let has =
                |part: &str| assert!(text.contains(part), "{verdicts:?}: no {part:?}\n{text}");
            has("ex4 · 1.4 one thread per client");
            match verdicts[0] {
                "fails" | "checker fault" => {
                    has("a quiet client holds nobody up");
                    has("  expected \"bread\", but nothing came within 2 s");
                    has("  alice  ✗ nothing came"); // the end of the transcript
                    has("lines before (v shows all)");
                    has("18 checks fail");
                }
                "does not compile" => {
                    has("does not compile:");
                    has("more lines (v shows all)");
                }
                "to do" => has("to do exercises/src/bin/ex4_server.rs:50\n      TODO 1 of 2"),
                _ => {}
            }
        }
    }

    #[test]
    fn what_passes_says_the_sum_and_how_to_go_on_unless_it_is_old() {
        let seen = seen(&["passes"]);
        let size = Size { columns: 100, rows: 30 };
        let text = |is_old| screen(&followed(&seen, &[], is_old), size).join("\n");
        let done =
            "All checks pass: 7 of 60 points so far. n goes on with ex5 (2.1 the server operator).";
        assert!(
            text(false).contains(done) && text(false).contains("1 of 3 points"),
            "{}",
            text(false)
        );
        assert!(
            !text(true).contains("All checks pass") && !text(true).contains("1 of 3 points"),
            "{}",
            text(true)
        );
    }

    #[test]
    fn in_full_all_that_failed_can_be_read_and_played_again() {
        let seen = seen(&["fails", "does not compile"]);
        let text = followed(&seen, &[], false).in_full(80).join("\n");
        assert_eq!(text.matches("→ word-0\n").count(), 9, "{text}");
        assert!(
            text.contains("cargo step check ex4 a_quiet_client_holds_nobody_up --seed 7"),
            "{text}"
        );
        assert!(text.contains("does not compile") && text.matches("error: a line").count() >= 50);
    }
}

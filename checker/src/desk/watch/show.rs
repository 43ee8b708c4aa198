//! What the desk shows now: its screen.

use colored::Colorize;

use crate::course::layout::Package;
use crate::desk::run::task_of;
use crate::desk::watch::desk::{Desk, Errand};
use crate::desk::watch::views::View;
use crate::desk::work::Word;
use crate::judge::standing::sum_of;
use crate::report::screen::{self, Followed, Frame, Size};

/// The whole screen.
pub(super) fn lines(desk: &mut Desk, size: Size) -> Vec<String> {
    let tasks = tasks(desk);
    let followed = Followed {
        step: desk.step,
        tasks: &tasks,
        seen: desk.seen.as_ref(),
        is_old: desk.is_old,
        hints: desk.hints.get(desk.step.id).copied().unwrap_or(0),
        so_far: sum_of(&desk.standings),
        next: desk.next(),
    };
    let frame = Frame {
        title: followed.title(),
        watched: watched(desk),
        status: status(desk),
        keys: desk.view.keys().to_vec(),
    };
    match desk.view {
        View::Step => frame.around(size, |room| followed.body(room)),
        View::StartOver(programs) => frame.around(size, |_| question(programs)),
        View::List { selected } => {
            frame.around(size, |room| screen::steps(&desk.standings, selected, room))
        }
        View::Full { top } => {
            let all = followed.in_full(size.columns);
            let (mut shown_from, mut page_rows) = (0, 1);
            let lines = frame.around(size, |room| {
                page_rows = room.rows.saturating_sub(2).max(1); // a line stays, and the last one says where this is
                shown_from = top.min(last_top(all.len(), room));
                page(&all, shown_from, room)
            });
            desk.view = View::Full { top: shown_from };
            desk.page = page_rows;
            lines
        }
    }
}

fn watched(desk: &Desk) -> String {
    let files: Vec<String> = desk.step.programs.iter().map(|program| file(program)).collect();
    format!("watching {} files: {}", desk.files.count(), files.join(", "))
}

/// The files and tasks of a step of which nothing is done.
fn tasks(desk: &Desk) -> Vec<(String, String)> {
    match desk.standings[desk.number()].is_untouched {
        true => desk.step.programs.iter().map(|program| task_of(program)).collect(),
        false => Vec::new(),
    }
}

/// What is being done; or else, what there is to say.
fn status(desk: &Desk) -> String {
    let doing = desk.run.as_ref().map(|(errand, run)| match (errand, &run.at) {
        (_, Some(Word::Turn)) => "waits for another check of these programs".to_string(),
        (_, Some(Word::Lock)) => "waits for another cargo (your editor's, perhaps)".to_string(),
        (_, Some(Word::Builds(what))) => {
            let what = what.split(" (").next().unwrap_or(what);
            format!("builds {what}")
        }
        (_, Some(Word::Plays(done, all))) => {
            format!("{} {done} of {all} checks", bar(*done, *all))
        }
        (Errand::Report, None) => "makes the report".to_string(),
        (_, None) => "builds".to_string(),
    });
    match doing {
        Some(doing) if desk.note.is_empty() => doing.cyan().to_string(),
        Some(doing) => format!("{} · {}", doing.cyan(), desk.note),
        None => desk.note.clone(),
    }
}

fn question(programs: &[&str]) -> Vec<String> {
    let mut lines = vec![String::new()];
    match programs {
        [program] => {
            lines.push(format!("Start {} over, as it was handed out?", file(program).bold()))
        }
        programs => {
            lines.push("Start a program over, as it was handed out?".to_string());
            lines.push(String::new());
            for (number, program) in (1..).zip(programs) {
                lines.push(format!("  {} {}", format!("{number}").bold(), file(program)));
            }
        }
    }
    let yes = if programs.len() == 1 { "y starts it over. " } else { "" };
    lines.push(String::new());
    lines.push("What you have written is kept beside it, with the date in its name.".to_string());
    lines.push(format!("{yes}Any other key leaves it as it is."));
    lines
}

/// The line from which the end of a long text is shown.
fn last_top(count: usize, room: Size) -> usize {
    if count <= room.rows { 0 } else { count + 1 - room.rows } // the last row says where this is
}

/// A page of a long text, from this line on; it says in its last line what else there is.
fn page(all: &[String], from: usize, room: Size) -> Vec<String> {
    if all.is_empty() {
        return vec![String::new(), "Nothing has failed.".to_string()];
    }
    if all.len() <= room.rows {
        return all.to_vec();
    }
    let count = room.rows.saturating_sub(1);
    let to = (from + count).min(all.len());
    let mut lines = all[from.min(to)..to].to_vec();
    lines.resize(count, String::new());
    lines.push(format!("lines {} to {to} of {}", from + 1, all.len()).dimmed().to_string());
    lines
}

/// `███░░░░░░░`
fn bar(done: usize, all: usize) -> String {
    const WIDTH: usize = 10;
    let full = (done * WIDTH).checked_div(all).unwrap_or(0).min(WIDTH);
    "█".repeat(full) + &"░".repeat(WIDTH - full)
}

fn file(program: &str) -> String {
    Package::Exercises.source(program).display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_a_long_text_can_be_seen() {
        let room = Size { columns: 80, rows: 10 };
        for count in [1, 9, 10, 11, 30] {
            let all: Vec<String> = (0..count).map(|number| format!("line {number}")).collect();
            let mut seen = Vec::new();
            for top in 0..=last_top(count, room) {
                let shown = page(&all, top, room);
                assert!(shown.len() <= room.rows, "{count}");
                seen.extend(shown);
            }
            assert!(all.iter().all(|line| seen.contains(line)), "{count}: {seen:#?}");
        }
        assert_eq!(page(&[], 0, room).len(), 2);
    }
}

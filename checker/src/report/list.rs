//! The list of all steps, and where a student stands with each.

use colored::Colorize;

use crate::course::step::Step;
use crate::judge::standing::{Standing, sum_of};
use crate::report::terminal::{Terminal, counted, points};
use crate::stage::show::shorten;

/// The columns of a step's bar.
const BAR: usize = 8;

/// The columns of a title that is still worth reading.
const SHORTEST_TITLE: usize = 24;

/// Between two columns of the table.
const GAP: usize = 2;

/// How wide the columns are that give way on a narrow terminal.
#[derive(Clone, Copy, Debug)]
struct Layout {
    title: usize,
    bar: usize,
    has_todos: bool,
}

impl Terminal {
    /// The list of all steps, what is done of each and of the whole, and what to type next.
    pub fn list(&self, standings: &[Standing]) -> String {
        let next = standings.iter().position(|standing| !standing.is_complete());
        let mut text = self.rows_of_steps(standings, next).join("");
        let next = next.map(|next| &standings[next]);
        text += &format!("\n{}\n", self.whole(standings));
        if standings.iter().any(Standing::is_changed) {
            let again = "What was changed since counts again when it is checked.";
            text += &format!("{}\n", self.wrap(again, ""));
        }
        text + &format!("\n{}\n", self.wrap(&next_command(next), ""))
    }

    /// A line for each step, of which this one stands out.
    pub(super) fn rows_of_steps(
        &self,
        standings: &[Standing],
        marked: Option<usize>,
    ) -> Vec<String> {
        let layout = self.layout(standings);
        let row = |index| row(standings, index, marked == Some(index), layout);
        (0..standings.len()).map(row).collect()
    }

    /// The table as it fits: first the TODOs give way to the titles, then the bars, and then the titles themselves.
    fn layout(&self, standings: &[Standing]) -> Layout {
        let widest = |text: &dyn Fn(&Standing) -> String| {
            let widths = standings.iter().map(|standing| text(standing).chars().count());
            widths.max().unwrap_or(0)
        };
        let titles = widest(&|standing| standing.step.title.to_string());
        let fixed =
            number_width(standings) + 1 + id_width(standings) + GAP + points_width(standings);
        let room = |bar: usize, has_todos: bool| {
            let state = widest(&|standing| state(standing, has_todos));
            let others: usize =
                [bar, state].iter().filter(|width| **width > 0).map(|w| w + GAP).sum();
            self.width.saturating_sub(fixed + others)
        };
        for (bar, has_todos) in [(BAR, true), (BAR, false), (0, false)] {
            let title = room(bar, has_todos).saturating_sub(GAP).min(titles);
            if title >= SHORTEST_TITLE.min(titles) {
                return Layout { title, bar, has_todos };
            }
        }
        Layout { title: 0, bar: room(0, false).saturating_sub(GAP).min(BAR), has_todos: false }
    }

    /// A bar for all steps, with the sum.
    pub(super) fn whole(&self, standings: &[Standing]) -> String {
        const WIDEST: usize = 60;
        let (sum, max) = sum_of(standings);
        let words = format!("{} of {max} points", points(sum));
        let width = self.width.saturating_sub(words.len() + GAP).min(WIDEST);
        format!("{}  {}", bar(sum, f64::from(max), true, width), words.bold())
    }
}

/// One line of the table: number, id, title, bar, points, and what else there is to say.
fn row(standings: &[Standing], index: usize, is_next: bool, layout: Layout) -> String {
    let standing = &standings[index];
    let Step { id, title, .. } = standing.step;
    let (numbers, ids) = (number_width(standings), id_width(standings));
    let mut name = format!("{:>numbers$} {id:<ids$}", index + 1);
    if layout.title > 0 {
        let (title, width) = (shorten(title, layout.title), layout.title);
        name += &format!("{:GAP$}{title:<width$}", "");
    }
    let mut columns = vec![if is_next { name.bold() } else { name.normal() }.to_string()];
    if layout.bar > 0 {
        let max = f64::from(standing.step.points);
        let shown = standing.points.filter(|_| !standing.is_untouched).unwrap_or(0.0);
        columns.push(bar(shown, max, standing.is_current, layout.bar));
    }
    let width = points_width(standings);
    let state = state(standing, layout.has_todos);
    let points = points_of(standing);
    columns.push(if state.is_empty() { points } else { format!("{points:<width$}") });
    let state = if standing.is_changed() { state.yellow() } else { state.dimmed() };
    columns.extend(Some(state.to_string()).filter(|state| !state.is_empty()));
    columns.join(&" ".repeat(GAP)) + "\n"
}

/// What to type next.
fn next_command(next: Option<&Standing>) -> String {
    match next {
        None => "All steps are done.".to_string(),
        Some(Standing { step, is_untouched, .. }) => {
            let does = if *is_untouched { "shows the task of" } else { "checks" };
            format!("Next: make {} {does} {}", step.id, step.title)
        }
    }
}

fn number_width(standings: &[Standing]) -> usize {
    standings.len().to_string().len()
}

fn id_width(standings: &[Standing]) -> usize {
    standings.iter().map(|standing| standing.step.id.len()).max().unwrap_or(0)
}

fn points_width(standings: &[Standing]) -> usize {
    standings.iter().map(|standing| points_of(standing).chars().count()).max().unwrap_or(0)
}

/// `2 of 3`; of what was never checked, nobody knows.
fn points_of(standing: &Standing) -> String {
    let given = match standing.points {
        _ if standing.is_untouched => points(0.0),
        Some(given) => points(given),
        None => "–".to_string(),
    };
    format!("{given} of {}", standing.step.points)
}

/// What there is to say beside the points, in a few words.
fn state(standing: &Standing, has_todos: bool) -> String {
    let words = match standing {
        Standing { is_untouched: true, .. } => return "untouched".to_string(),
        Standing { points: None, .. } => Some("not checked yet".to_string()),
        standing if standing.is_changed() => Some("changed since".to_string()),
        _ => None,
    };
    let todos = Some(counted(standing.todos, "TODO")).filter(|_| has_todos && standing.todos > 0);
    words.into_iter().chain(todos).collect::<Vec<_>>().join(", ")
}

/// A bar that is filled as far as something is done: full only when all is, and empty only when nothing is. What does not
/// count at the moment is lighter, also without colours.
fn bar(done: f64, max: f64, is_current: bool, width: usize) -> String {
    let exact = width as f64 * (done / max.max(1.0)).clamp(0.0, 1.0);
    let is_begun = usize::from(done > 0.0).min(width.saturating_sub(1));
    let filled = match done + 1e-6 >= max {
        true => width,
        false => (exact as usize).max(is_begun).min(width.saturating_sub(1)),
    };
    let (filling, rest) = (if is_current { "█" } else { "▒" }, "░".repeat(width - filled));
    let filling = filling.repeat(filled);
    match (is_current, filled) {
        (_, 0) => rest.dimmed().to_string(),
        (true, _) => format!("{}{}", filling.green(), rest.dimmed()),
        (false, _) => format!("{}{}", filling.yellow(), rest.dimmed()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::table::STEPS;

    /// Steps in all states, the longest words among them.
    fn standings() -> Vec<Standing> {
        let standing = |(index, step): (usize, &'static Step)| {
            let max = f64::from(step.points);
            let (points, is_current, is_untouched, todos) = match index % 5 {
                0 => (Some(max), true, false, 0),
                1 => (Some(max - 0.33), true, false, 3),
                2 => (Some(max - 0.33), false, false, 12),
                3 => (None, false, false, 12),
                _ => (None, false, true, 4),
            };
            Standing { step, points, is_current, is_untouched, todos }
        };
        STEPS.iter().enumerate().map(standing).collect()
    }

    fn list(width: usize, standings: &[Standing]) -> String {
        let text = Terminal { width, is_verbose: false }.list(standings);
        console::strip_ansi_codes(&text).into_owned()
    }

    #[test]
    fn the_list_fits_every_terminal_and_keeps_what_counts() {
        for width in 40..=100 {
            let text = list(width, &standings());
            let rows: Vec<&str> = text.lines().take(STEPS.len()).collect();
            for line in text.lines() {
                assert!(line.chars().count() <= width, "{width}: {text}");
                assert_eq!(line.trim_end(), line, "{width}: {text}");
            }
            for (index, (row, step)) in rows.iter().zip(STEPS.iter()).enumerate() {
                let start = format!("{} {}", index + 1, step.id);
                assert!(row.trim_start().starts_with(&start), "{width}: {text}");
                assert!(row.contains(&format!(" of {}", step.points)), "{width}: {text}");
            }
            assert!(rows[2].contains("changed since"), "{width}: {text}");
            assert!(rows[3].contains("not checked yet"), "{width}: {text}");
            assert!(rows[4].ends_with("untouched"), "{width}: {text}");
            assert!(
                text.ends_with(&format!("checks {}\n", STEPS[1].title)) || width < 50,
                "{text}"
            );
        }
    }

    #[test]
    fn a_wide_terminal_has_room_for_titles_bars_and_todos() {
        let text = list(100, &standings());
        let rows: Vec<&str> = text.lines().collect();
        assert!(
            rows.iter().zip(STEPS.iter()).all(|(row, step)| row.contains(step.title)),
            "{text}"
        );
        assert!(rows[0].contains("████████"), "{text}");
        assert!(rows[1].ends_with("3 TODOs"), "{text}");
        assert!(rows[2].contains("▒▒░"), "what does not count is lighter: {text}");
        assert!(rows[3].ends_with("not checked yet, 12 TODOs"), "{text}");
    }

    #[test]
    fn the_sum_is_of_what_counts() {
        let max: u32 = STEPS.iter().map(|step| step.points).sum();
        let counted: f64 = standings().iter().map(Standing::counted).sum();
        let text = list(80, &standings());
        let sum = format!("  {} of {max} points\n", points(counted));
        assert!(text.contains(&sum), "not {sum:?}: {text}");
        assert!(text.contains("What was changed since counts again when it is checked."), "{text}");
    }

    #[test]
    fn it_says_what_to_type_next() {
        let last = |standings: &[Standing]| {
            list(80, standings).lines().last().unwrap_or_default().to_string()
        };
        let of = |points, is_current, is_untouched| {
            let standing = |step| Standing {
                step,
                points,
                is_current,
                is_untouched,
                todos: usize::from(is_untouched),
            };
            STEPS.iter().map(standing).collect::<Vec<_>>()
        };
        let (id, title) = (STEPS[0].id, STEPS[0].title);
        let shows = format!("Next: make {id} shows the task of {title}");
        assert_eq!(last(&of(None, false, true)), shows);
        assert_eq!(last(&of(None, false, false)), format!("Next: make {id} checks {title}"));
        assert_eq!(last(&of(Some(99.0), true, false)), "All steps are done.");
        assert_eq!(last(&of(Some(99.0), false, false)), format!("Next: make {id} checks {title}"));
    }

    #[test]
    fn a_bar_is_full_only_when_all_is_done_and_empty_only_when_nothing_is() {
        let bar =
            |done, width| console::strip_ansi_codes(&bar(done, 10.0, true, width)).into_owned();
        assert_eq!(bar(0.0, 4), "░░░░");
        assert_eq!(bar(0.1, 4), "█░░░");
        assert_eq!(bar(5.0, 4), "██░░");
        assert_eq!(bar(9.99, 4), "███░");
        assert_eq!(bar(10.0, 4), "████");
        assert_eq!(bar(5.0, 1), "░");
        assert_eq!(bar(5.0, 0), "");
    }
}

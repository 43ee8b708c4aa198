//! What stands around every view: a title, what is watched, what is being done, and the keys.

use colored::Colorize;

use crate::report::screen::size::{Size, wrapped};
use crate::stage::show::shorten;

/// How many lines what is being done may take.
const LONGEST_STATUS: usize = 3;

/// A key, and what it does.
pub type Key = (&'static str, &'static str);

/// What stands around every view.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    /// The first line: at the left, and at the right.
    pub title: (String, String),
    /// The second: what is watched.
    pub watched: String,
    /// What is being done, or was; empty if there is nothing to say.
    pub status: String,
    /// The keys that can be pressed now.
    pub keys: Vec<Key>,
}

impl Frame {
    /// A whole screen: as many lines as there are rows, none of them wider than it. `body` is asked for what stands
    /// between the head and the foot, in so many lines at most.
    pub fn around(&self, size: Size, body: impl FnOnce(Size) -> Vec<String>) -> Vec<String> {
        let terminal = size.terminal();
        let title = terminal.spread(&self.title.0, &self.title.1);
        let mut head = vec![cut(&title, size).bold().to_string()];
        if !self.watched.is_empty() {
            head.push(cut(&self.watched, size).dimmed().to_string());
        }
        let mut foot = wrapped(&self.status, size, "");
        foot.truncate(LONGEST_STATUS);
        foot.resize(foot.len().max(1), String::new());
        foot.extend(self.keys_in(size));
        if head.len() + foot.len() >= size.rows {
            head.truncate(1); // a very low screen
            foot.truncate(size.rows.saturating_sub(1).min(1));
        }
        let room = size.rows.saturating_sub(head.len() + foot.len());
        let mut lines = head;
        let mut body = body(Size { rows: room, ..size });
        body.truncate(room);
        body.resize(room, String::new());
        lines.extend(body.iter().map(|line| cut(line, size)));
        lines.extend(foot);
        lines.truncate(size.rows);
        lines
    }

    /// The keys, in as many lines as they take.
    fn keys_in(&self, size: Size) -> Vec<String> {
        const GAP: &str = "  ";
        let mut lines: Vec<(usize, String)> = Vec::new();
        for (key, does) in &self.keys {
            let width =
                textwrap::core::display_width(key) + 1 + textwrap::core::display_width(does);
            let shown = format!("{} {}", key.bold(), does.dimmed());
            match lines.last_mut() {
                Some((used, line)) if *used + GAP.len() + width <= size.columns => {
                    *used += GAP.len() + width;
                    *line += &format!("{GAP}{shown}");
                }
                _ => lines.push((width, shown)),
            }
        }
        lines.into_iter().map(|(_, line)| cut(&line, size)).collect()
    }
}

/// As much of a line as there are columns.
fn cut(line: &str, size: Size) -> String {
    shorten(line, size.columns)
}

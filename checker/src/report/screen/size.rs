//! How large a screen is.

use crate::report::terminal::Terminal;

/// How many columns and rows there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Columns.
    pub columns: usize,
    /// Rows.
    pub rows: usize,
}

impl Size {
    /// What writes lines for so many columns.
    pub(super) fn terminal(self) -> Terminal {
        Terminal { width: self.columns, is_verbose: true }
    }
}

/// A text in lines that fit, each indented; none if it is empty.
pub(super) fn wrapped(text: &str, size: Size, indent: &str) -> Vec<String> {
    match text.is_empty() {
        true => Vec::new(),
        false => size.terminal().wrap(text, indent).lines().map(str::to_string).collect(),
    }
}

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

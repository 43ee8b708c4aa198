//! How the page looks.

/// The style sheet.
pub(super) const STYLE: &str = include_str!("style.css");

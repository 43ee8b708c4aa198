//! What is refused: it was asked for in a way that cannot be done, as a wrong option cannot.

use std::error::Error;
use std::fmt;

/// Why, and what to do, in one line. The exit status is that of wrong usage, 2.
#[derive(Debug)]
pub struct Refusal(pub String);

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Refusal {}

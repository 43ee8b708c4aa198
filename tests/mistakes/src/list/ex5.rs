//! Mistakes in 2.1 the server operator.

use super::Mistake;

pub const MISTAKES: &[Mistake] = &[];

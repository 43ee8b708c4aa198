//! Mistakes in 1.3 three threads.

use super::Mistake;

pub const MISTAKES: &[Mistake] = &[];

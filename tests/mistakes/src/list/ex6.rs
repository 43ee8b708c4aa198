//! Mistakes in 2.2 structured messages.

use super::Mistake;

pub const MISTAKES: &[Mistake] = &[];

//! Mistakes in 1.4 one thread per client.

use super::Mistake;

pub const MISTAKES: &[Mistake] = &[];

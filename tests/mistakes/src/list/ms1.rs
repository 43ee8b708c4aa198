//! Mistakes in milestone 1: capitals for many.

use super::Mistake;

pub const MISTAKES: &[Mistake] = &[];

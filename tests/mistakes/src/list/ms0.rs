//! Mistakes in milestone 0: capitals for one client.

use super::Mistake;

pub const MISTAKES: &[Mistake] = &[];

//! Mistakes in milestone 3: an instant messenger.

use super::Mistake;

pub const MISTAKES: &[Mistake] = &[];

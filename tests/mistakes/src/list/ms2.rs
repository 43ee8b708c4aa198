//! Mistakes in milestone 2: a chat room.

use super::Mistake;

pub const MISTAKES: &[Mistake] = &[];

//! Mistakes in 2.3 a handshake.

use super::Mistake;

pub const MISTAKES: &[Mistake] = &[];

//! Mistakes in 1.2 a client, and a reply.

use super::Mistake;

pub const MISTAKES: &[Mistake] = &[];

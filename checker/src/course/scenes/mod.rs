//! The scenes of each step, in a file of its name. What a step's handout asks stands in its list of checks.

mod at_once;
pub(super) mod common;
pub(super) mod ex1;
pub(super) mod ex2;
pub(super) mod ex3;
pub(super) mod ex4;
pub(super) mod ex5;
pub(super) mod ex6;
pub(super) mod ex7;
pub(super) mod ms0;
pub(super) mod ms1;
pub(super) mod ms2;
pub(super) mod ms3;
mod ms3_client;
mod names;
pub(super) mod pair;
mod rooms;
mod rush;
mod stalled;
mod threads;

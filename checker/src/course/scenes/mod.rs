//! The scenes of each step, in a file of its name, with its row: what is code of it. What a step's handout asks stands in
//! its list of checks. Its words stand in `checker/texts/en.toml`.
//!
//! How a step is added: CONTRIBUTING.md.

use crate::course::step::Row;

mod at_once;
pub(super) mod common;
mod ex1;
mod ex2;
mod ex3;
mod ex4;
mod ex5;
mod ex6;
mod ex7;
mod farewells;
mod ms0;
mod ms1;
mod ms2;
mod ms3;
mod ms3_client;
mod names;
pub(super) mod pair;
mod rooms;
mod rush;
mod said;
mod stalled;
mod threads;

/// The rows of all steps, in the order of the walkthrough.
#[rustfmt::skip] // a line for each
pub const ROWS: &[Row] = &[
    ex1::ROW,
    ex2::ROW,
    ms0::ROW,
    ex3::ROW,
    ex4::ROW,
    ms1::ROW,
    ex5::ROW,
    ex6::ROW,
    ex7::ROW,
    ms2::ROW,
    ms3::ROW,
];

//! The judge of the course: it plays scenes against programs over real sockets and pipes, keeps a
//! transcript of each, and gives a verdict.
//!
//! The way of a check: [`steps`] has the table of steps and, in a file for each, its scenes; [`cargo`]
//! builds the programs and [`cast`] says how each is started; [`judge`] puts a scene on a [`stage`],
//! where a [`program`] is the student's process and a [`peer`] the checker's own socket; both wait on
//! the [`board`], by its [`clock`]. [`transcript`] and [`report`] show what happened.
//!
//! The checker shares nothing with the helpers but the generated protobuf types and the port numbers,
//! so that a mistake in a helper is not hidden by the judge making it too.

pub mod board;
pub mod cargo;
pub mod cast;
pub mod census;
pub mod cli;
pub mod clock;
pub mod commands;
pub mod containment;
pub mod course;
pub mod judge;
pub mod limits;
pub mod peer;
pub mod process;
pub mod program;
pub mod report;
pub mod stage;
pub mod standing;
pub mod starter;
pub mod steps;
pub mod transcript;
mod words;

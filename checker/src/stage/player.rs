//! A program on the board: its process, and the wires that it writes to.

use std::collections::BTreeSet;
use std::fs::File;
use std::time::Instant;

use crate::sandbox::census;
use crate::sandbox::process::{Process, Stdio};
use crate::stage::arrivals::Arrivals;
use crate::stage::panics::PanicFinder;
use crate::stage::spin::Spin;
use crate::stage::wire::WireId;

/// The number of a program on its board.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PlayerId(pub(super) usize);

/// A program that has a part in the scene.
pub(super) struct Player {
    pub(super) actor: String,
    pub(super) process: Process,
    pub(super) stdin: Option<File>,
    pub(super) on: Stdio,
    pub(super) stdout: WireId,
    pub(super) stderr: WireId,
    pub(super) log: Vec<u8>, // all of stderr
    pub(super) log_arrivals: Arrivals,
    pub(super) panics: Option<PanicFinder>, // of a program of the course, which is a Rust program
    pub(super) spin: Spin,
}

impl Player {
    /// The process and all that it has started: a wrapper, such as a shell, does nothing itself.
    pub(super) fn family(&self) -> BTreeSet<i32> {
        census::family_of(self.process.id())
    }

    /// The lines that it has written to stderr, each with the time when its end came.
    pub(super) fn lines_logged(&self) -> Vec<(String, Instant)> {
        self.log_arrivals.lines(0, &self.log)
    }
}

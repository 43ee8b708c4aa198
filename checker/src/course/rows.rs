//! The rows of the course's table, in the order of the walkthrough: what is code of a step. Its words stand in
//! `checker/texts/en.toml`, its points and its port in `course.toml`, and what it checks in the file of its name in
//! `scenes/`.
//!
//! To add a step: its row here, its file with `CHECKS`, its texts, its entry in `course.toml`, its programs under
//! `exercises/` and `solutions/`, and its section of the README. `make lint test` says what is missing.

use crate::course::scenes::pair::{replies as pair_replies, rooms as pair_rooms};
use crate::course::scenes::{ex1, ex2, ex3, ex4, ex5, ex6, ex7, ms0, ms1, ms2, ms3};
use crate::course::step::{Check, Probe};

/// What is code of a step.
#[derive(Debug)]
pub struct Row {
    /// Its short name, as in `make ex4`.
    pub id: &'static str,
    /// The id of the check whose run tells best what it is about: the README shows it.
    pub shown: &'static str,
    /// Its programs: binaries of `exercises`, one file each.
    pub programs: &'static [&'static str],
    /// How it is found out how commands frame their messages, a row for each role; none where they have no frames.
    pub probes: &'static [Probe],
    /// Its checks, the one that shows the step at its best first.
    pub checks: &'static [Check],
    /// The checks that are played instead with a server and a client that were made for each other (`--pair`).
    pub pair_checks: &'static [Check],
}

/// All rows.
pub const ROWS: &[Row] = &[
    Row {
        id: "ex1",
        shown: "prints_the_message_and_ends",
        programs: &["ex1_server"],
        probes: &[],
        checks: ex1::CHECKS,
        pair_checks: &[],
    },
    Row {
        id: "ex2",
        shown: "the_client_talks",
        programs: &["ex2_server", "ex2_client"],
        probes: &[],
        checks: ex2::CHECKS,
        pair_checks: pair_replies::EX2,
    },
    Row {
        id: "ms0",
        shown: "knows_other_alphabets",
        programs: &["ms0_server", "ms0_client"],
        probes: &[],
        checks: ms0::CHECKS,
        pair_checks: pair_replies::MS0,
    },
    Row {
        id: "ex3",
        shown: "everyone_greets_first",
        programs: &["ex3_threads"],
        probes: &[],
        checks: ex3::CHECKS,
        pair_checks: &[],
    },
    Row {
        id: "ex4",
        shown: "end_closes_that_connection_only",
        programs: &["ex4_server", "ex4_client"],
        probes: &[],
        checks: ex4::CHECKS,
        pair_checks: pair_replies::EX4,
    },
    Row {
        id: "ms1",
        shown: "close_socket",
        programs: &["ms1_server", "ms1_client"],
        probes: &[],
        checks: ms1::CHECKS,
        pair_checks: pair_replies::MS1,
    },
    Row {
        id: "ex5",
        shown: "counts_who_leaves",
        programs: &["ex5_server"],
        probes: &[],
        checks: ex5::CHECKS,
        pair_checks: &[],
    },
    Row {
        id: "ex6",
        shown: "the_client_talks",
        programs: &["ex6_server", "ex6_client"],
        probes: ex6::PROBES,
        checks: ex6::CHECKS,
        pair_checks: pair_replies::EX6,
    },
    Row {
        id: "ex7",
        shown: "one_client_too_many",
        programs: &["ex7_server", "ex7_client"],
        probes: ex7::PROBES,
        checks: ex7::CHECKS,
        pair_checks: pair_replies::EX7,
    },
    Row {
        id: "ms2",
        shown: "reaches_all_but_its_sender",
        programs: &["ms2_server", "ms2_client"],
        probes: &[],
        checks: ms2::CHECKS,
        pair_checks: pair_rooms::MS2,
    },
    Row {
        id: "ms3",
        shown: "a_stalled_member_goes",
        programs: &["ms3_server", "ms3_client"],
        probes: &[],
        checks: ms3::CHECKS,
        pair_checks: pair_rooms::MS3,
    },
];

//! The steps of the course: the one table, in the order of the walkthrough. Points and titles are set
//! here, ports in `src/ports.rs`, and what a step checks in the file of its name in `scenes/`.
//!
//! To add a step: its row here, its file with `CHECKS` and `HINTS`, its programs under `exercises/` and
//! `solutions/`, and its section of the README. `make lint test` says what is missing.

use chatlings::ports;

use crate::course::scenes::pair::{replies as pair_replies, rooms as pair_rooms};
use crate::course::scenes::{ex1, ex2, ex3, ex4, ex5, ex6, ex7, ms0, ms1, ms2, ms3};
use crate::course::step::Step;

/// All steps.
pub const STEPS: &[Step] = &[
    Step {
        id: "ex1",
        title: "1.1 a server for one message",
        port: Some(ports::EX1),
        points: 2,
        programs: &["ex1_server"],
        probes: &[],
        handout: "assignment-1",
        checks: ex1::CHECKS,
        pair_checks: &[],
        hints: ex1::HINTS,
    },
    Step {
        id: "ex2",
        title: "1.2 a client, and a reply",
        port: Some(ports::EX2),
        points: 3,
        programs: &["ex2_server", "ex2_client"],
        probes: &[],
        handout: "assignment-1",
        checks: ex2::CHECKS,
        pair_checks: pair_replies::EX2,
        hints: ex2::HINTS,
    },
    Step {
        id: "ms0",
        title: "milestone 0: capitals for one client",
        port: Some(ports::MS0),
        points: 10,
        programs: &["ms0_server", "ms0_client"],
        probes: &[],
        handout: "web-technologies-1, 1.1",
        checks: ms0::CHECKS,
        pair_checks: pair_replies::MS0,
        hints: ms0::HINTS,
    },
    Step {
        id: "ex3",
        title: "1.3 three threads",
        port: None,
        points: 2,
        programs: &["ex3_threads"],
        probes: &[],
        handout: "assignment-1",
        checks: ex3::CHECKS,
        pair_checks: &[],
        hints: ex3::HINTS,
    },
    Step {
        id: "ex4",
        title: "1.4 one thread per client",
        port: Some(ports::EX4),
        points: 3,
        programs: &["ex4_server", "ex4_client"],
        probes: &[],
        handout: "assignment-1",
        checks: ex4::CHECKS,
        pair_checks: pair_replies::EX4,
        hints: ex4::HINTS,
    },
    Step {
        id: "ms1",
        title: "milestone 1: capitals for many",
        port: Some(ports::MS1),
        points: 10,
        programs: &["ms1_server", "ms1_client"],
        probes: &[],
        handout: "milestone-1",
        checks: ms1::CHECKS,
        pair_checks: pair_replies::MS1,
        hints: ms1::HINTS,
    },
    Step {
        id: "ex5",
        title: "2.1 the server operator",
        port: Some(ports::EX5),
        points: 3,
        programs: &["ex5_server"],
        probes: &[],
        handout: "assignment-2",
        checks: ex5::CHECKS,
        pair_checks: &[],
        hints: ex5::HINTS,
    },
    Step {
        id: "ex6",
        title: "2.2 structured messages",
        port: Some(ports::EX6),
        points: 3,
        programs: &["ex6_server", "ex6_client"],
        probes: ex6::PROBES,
        handout: "assignment-2",
        checks: ex6::CHECKS,
        pair_checks: pair_replies::EX6,
        hints: ex6::HINTS,
    },
    Step {
        id: "ex7",
        title: "2.3 a handshake",
        port: Some(ports::EX7),
        points: 4,
        programs: &["ex7_server", "ex7_client"],
        probes: ex7::PROBES,
        handout: "assignment-2",
        checks: ex7::CHECKS,
        pair_checks: pair_replies::EX7,
        hints: ex7::HINTS,
    },
    Step {
        id: "ms2",
        title: "milestone 2: a chat room",
        port: Some(ports::MS2),
        points: 10,
        programs: &["ms2_server", "ms2_client"],
        probes: &[],
        handout: "web-technologies-1, 1.2",
        checks: ms2::CHECKS,
        pair_checks: pair_rooms::MS2,
        hints: ms2::HINTS,
    },
    Step {
        id: "ms3",
        title: "milestone 3: an instant messenger",
        port: Some(ports::MS3),
        points: 10,
        programs: &["ms3_server", "ms3_client"],
        probes: &[],
        handout: "instant-messaging",
        checks: ms3::CHECKS,
        pair_checks: pair_rooms::MS3,
        hints: ms3::HINTS,
    },
];

/// The step of that id.
pub fn find(id: &str) -> Option<&'static Step> {
    STEPS.iter().find(|step| step.id == id)
}

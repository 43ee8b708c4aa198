//! Programs as students of the handouts write them in other languages: right ones, each in a style of its own, and
//! wrong ones that a check could take for right.
//!
//! They are in `tests/foreign/LANGUAGE/STEP_STYLE/`, the wrong ones in `tests/foreign/wrong/LANGUAGE/STEP_STYLE/`, in
//! files called `server` and `client` (or `threads`, in a step without sockets). Right ones must pass every check that is asked of them for points, wrong ones
//! must fail the checks that are named here, and no others.

use super::language::Language::{self, C, Java, Node, Python};

/// Both programs of a step.
const BOTH: &[&str] = &["server", "client"];
const SERVER: &[&str] = &["server"];
const CLIENT: &[&str] = &["client"];
const THREADS: &[&str] = &["threads"];

/// One row of the table.
pub struct Case {
    pub language: Language,
    pub step: &'static str,
    pub style: &'static str,
    /// What it has: `server`, `client`, `threads`.
    pub programs: &'static [&'static str],
    /// What the programs are started with.
    pub arguments: &'static [&'static str],
    /// The options of `cargo step check` besides, as a grader types them.
    pub options: &'static [&'static str],
    /// The checks that a wrong one must fail; none: it is right.
    pub fails: &'static [&'static str],
}

pub const CASES: &[Case] = &[
    right(Python, "ex1", "prints_bytes", SERVER),
    right(Python, "ex2", "fixed_reply", BOTH),
    right(Python, "ex2", "files", BOTH),
    right(Python, "ex3", "in_pieces", THREADS),
    right(Python, "ex4", "other_replies", BOTH),
    right(Python, "ex4", "greets_and_counts", SERVER),
    right(Python, "ms0", "capitalize", BOTH),
    right(Python, "ms0", "letter_by_letter", SERVER),
    right(Python, "ms1", "equals", BOTH),
    right(Python, "ms3", "empty_is_a_leave", SERVER),
    right(Java, "ex2", "lines", BOTH),
    right(Java, "ex4", "lines", BOTH),
    right(Java, "ms1", "lines", BOTH),
    right(C, "ex1", "read", SERVER),
    right(C, "ex4", "stdio", CLIENT), // its output would come all at once at its end, if it did not run on a terminal
    right(C, "ex4", "threads", SERVER),
    right(Node, "ms1", "events", BOTH),
    wrong(Python, "ex1", "prints_nothing", SERVER, &["prints_the_message_and_ends"]),
    wrong(Python, "ex1", "goes_on", SERVER, &["prints_the_message_and_ends"]),
    wrong(Python, "ex2", "greets_only", SERVER, &["the_server_echoes"]),
    wrong(Python, "ex2", "sends_twice", CLIENT, &["the_client_talks"]),
    wrong(Python, "ex2", "shows_its_own_message", CLIENT, &["the_client_talks"]),
    wrong(Python, "ex4", "replies_twice", SERVER, EX4_REPLIES),
    wrong(Python, "ex4", "replies_to_each_byte", SERVER, EX4_REPLIES),
    wrong(Python, "ex4", "one_after_the_other", SERVER, EX4_THREADS),
    wrong(C, "ex4", "takes_the_beginning_for_the_end", SERVER, &["echoes_several_messages"]),
    wrong(Python, "ex4", "never_ends", CLIENT, &["the_client_stops_after_end"]),
    wrong(Python, "ms0", "answers_twice", SERVER, &["answers_many"]),
    wrong(Python, "ms0", "echoes", SERVER, &["sends_capitals", "answers_many"]),
    wrong(Python, "ms0", "sends_twice", CLIENT, &["the_client_talks"]),
    wrong(Python, "ms1", "first_letter", SERVER, &["each_its_own"]),
    wrong(Python, "ms1", "tells_everybody", SERVER, MS1_EVERYBODY),
    wrong(Python, "ms1", "ends_with_its_first_client", SERVER, &["close_socket"]),
];

/// What a server of 1.4 fails whose replies are wrong.
const EX4_REPLIES: &[&str] = &[
    "a_quiet_client_holds_nobody_up",
    "echoes_several_messages",
    "end_closes_that_connection_only",
    "fifty_clients",
];

/// What a server of 1.4 fails that has no threads.
const EX4_THREADS: &[&str] =
    &["a_quiet_client_holds_nobody_up", "end_closes_that_connection_only", "fifty_clients"];

/// What a server of milestone 1 fails in which one client meets the messages and the errors of another.
const MS1_EVERYBODY: &[&str] = &["each_its_own", "fifty_clients", "a_client_dies"];

const fn right(
    language: Language,
    step: &'static str,
    style: &'static str,
    programs: &'static [&'static str],
) -> Case {
    Case { language, step, style, programs, arguments: &["{port}"], options: &[], fails: &[] }
}

const fn wrong(
    language: Language,
    step: &'static str,
    style: &'static str,
    programs: &'static [&'static str],
    fails: &'static [&'static str],
) -> Case {
    Case { fails, ..right(language, step, style, programs) }
}

impl Case {
    /// Starts its programs with these arguments instead of `{port}`.
    #[allow(dead_code)] // a row may need it
    pub const fn arguments(mut self, arguments: &'static [&'static str]) -> Case {
        self.arguments = arguments;
        self
    }

    /// Checks it with these options: `&["--question", "NICK"]`.
    #[allow(dead_code)] // a row may need it
    pub const fn options(mut self, options: &'static [&'static str]) -> Case {
        self.options = options;
        self
    }

    /// What its test is called.
    pub fn name(&self) -> String {
        let is_wrong = if self.fails.is_empty() { "" } else { "wrong::" };
        format!("{is_wrong}{}::{}_{}", self.language.folder(), self.step, self.style)
    }

    /// Where its programs are.
    pub fn folder(&self) -> String {
        format!("tests/foreign/{}", self.name().replace("::", "/"))
    }
}

//! Rows about text: assignment 1 and the milestones 0 and 1, and the plain programs of all steps.

use course_tests::languages::Language::{C, Go, Java, Node, Python};
use course_tests::play::{STEPS, Step};

use super::table::{BOTH, CLIENT, Row, SERVER, right, wrong};

pub fn rows() -> Vec<Row> {
    let mut rows: Vec<Row> = STEPS.iter().map(plain).collect();
    rows.extend([right_rows(), wrong_rows()].into_iter().flatten());
    rows
}

/// Those of the handouts, which have their ports in them.
fn plain(step: &Step) -> Row {
    let program = |name: &&'static str| match *name {
        "ex7_server" => "server {max_clients}",
        name => name.split_once('_').map_or(name, |(_, role)| role),
    };
    let programs: Vec<&str> = step.programs.iter().map(program).collect();
    right(Python, step.id, "plain", &programs)
}

fn right_rows() -> Vec<Row> {
    vec![
        right(Python, "ex1", "prints_bytes", SERVER),
        right(Python, "ex1", "logs", SERVER),
        right(Python, "ex2", "until_it_is_closed", CLIENT),
        right(Python, "ex2", "fixed_reply", BOTH),
        right(Python, "ex2", "files", BOTH),
        right(Python, "ex2", "asks_its_user", SERVER),
        right(Python, "ex3", "in_pieces", &["threads"]),
        right(Python, "ex3", "logs", &["threads"]),
        right(Python, "ex3", "on_stderr", &["threads"]),
        right(Python, "ex3", "nameless", &["threads"]),
        right(Python, "ex4", "other_replies", BOTH),
        right(Python, "ex4", "greets_and_counts", SERVER),
        right(Python, "ex4", "greets_and_acknowledges", SERVER),
        right(Python, "ex4", "asks_first", CLIENT),
        right(Python, "ex4", "ends_with_a_word", CLIENT),
        right(Python, "ms0", "asks_first", CLIENT).of("python/ex4_asks_first"),
        right(Python, "ms1", "asks_first", CLIENT).of("python/ex4_asks_first"),
        right(Python, "ms0", "capitalize", BOTH),
        right(Python, "ms0", "letter_by_letter", SERVER),
        right(Python, "ms1", "equals", BOTH),
        right(Python, "ms3", "empty_is_a_leave", SERVER),
        right(Java, "ex2", "lines", BOTH),
        right(Java, "ex4", "lines", BOTH),
        right(Java, "ms1", "lines", BOTH),
        right(Go, "ex2", "lines", BOTH),
        right(Go, "ex4", "lines", BOTH),
        right(Go, "ms1", "lines", BOTH),
        right(C, "ex1", "read", SERVER),
        right(C, "ex1", "any_status", SERVER),
        right(C, "ex4", "stdio", CLIENT), // its output would come all at once at its end, if it did not run on a terminal
        right(C, "ex4", "threads", SERVER),
        right(Node, "ex1", "ends_with_its_client", SERVER),
        right(Node, "ex2", "question", CLIENT),
        right(Node, "ex4", "question", &["client {port} loop"]).of("node/ex2_question"),
        right(Node, "ms1", "events", BOTH),
    ]
}

fn wrong_rows() -> Vec<Row> {
    vec![
        wrong(Python, "ex1", "prints_nothing", SERVER, &["prints_the_message_and_ends"]),
        wrong(Python, "ex1", "goes_on", SERVER, &["prints_the_message_and_ends"]),
        wrong(Python, "ex1", "crashes", SERVER, &["prints_the_message_and_ends"]),
        wrong(C, "ex1", "aborts", SERVER, &["prints_the_message_and_ends"]),
        wrong(Python, "ex2", "greets_only", SERVER, &["the_server_echoes"]),
        wrong(Python, "ex2", "waits_for_enter", SERVER, &["the_server_echoes"]),
        wrong(Python, "ex2", "sends_twice", CLIENT, &["the_client_talks"]),
        wrong(Python, "ex2", "shows_its_own_message", CLIENT, &["the_client_talks"]),
        wrong(Python, "ex2", "sends_the_first_word", CLIENT, &["the_client_talks"]),
        wrong(Python, "ex3", "greets_from_one_thread", &["threads"], EX3_NOT_THREE),
        wrong(Python, "ex3", "sleeps_in_main", &["threads"], EX3_NOT_THREE),
        wrong(Python, "ex3", "says_farewell_twice", &["threads"], &["each_says_farewell"]),
        wrong(Python, "ex3", "joins_in_its_loop", &["threads"], EX3_ONE_BY_ONE),
        wrong(Python, "ex3", "sleeps_instead_of_joining", &["threads"], EX3_NO_FAREWELL),
        wrong(Python, "ex4", "replies_twice", SERVER, EX4_REPLIES),
        wrong(Python, "ex4", "replies_to_each_byte", SERVER, EX4_REPLIES),
        wrong(Python, "ex4", "one_after_the_other", SERVER, EX4_THREADS),
        wrong(C, "ex4", "takes_the_beginning_for_the_end", SERVER, &["echoes_several_messages"]),
        wrong(Python, "ex4", "stops_listening", SERVER, &["end_closes_that_connection_only"]),
        wrong(Python, "ex4", "never_ends", CLIENT, &["the_client_stops_after_end"]),
        wrong(Python, "ms0", "answers_twice", SERVER, &["answers_many"]),
        wrong(Python, "ms0", "echoes", SERVER, &["sends_capitals", "answers_many"]),
        wrong(Python, "ms0", "swaps_cases", SERVER, &["answers_many"]),
        wrong(Python, "ms0", "sends_twice", CLIENT, &["the_client_talks"]),
        wrong(Python, "ms1", "first_letter", SERVER, &["each_its_own"]),
        wrong(Python, "ms1", "closes_at_close", SERVER, &["close_socket"]),
        wrong(Python, "ms1", "tells_everybody", SERVER, MS1_EVERYBODY),
        wrong(Python, "ms1", "ends_with_its_first_client", SERVER, &["close_socket"]),
    ]
}

/// What a program of 1.3 fails that has fewer threads than sleep.
const EX3_NOT_THREE: &[&str] = &["three_distinct_ids"];

/// What a program of 1.3 fails whose threads run one after the other.
const EX3_ONE_BY_ONE: &[&str] = &["everyone_greets_first", "the_threads_sleep_at_once"];

/// What a program of 1.3 fails that does not wait for its threads.
const EX3_NO_FAREWELL: &[&str] =
    &["each_says_farewell", "the_pauses_are_random", "the_threads_sleep_at_once"];

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

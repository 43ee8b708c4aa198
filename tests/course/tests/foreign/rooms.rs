//! Rows about rooms: the server operator (2.1), the chat rooms (milestones 2 and 3), clients that ask for more, and
//! pairs.

use course_tests::languages::Language::{Go, Java, Python};

use super::table::{BOTH, CLIENT, Row, SERVER, right, wrong};

pub fn rows() -> Vec<Row> {
    let mut rows = right_rows();
    rows.extend(wrong_rows());
    for (style, steps, fails) in PAIRS {
        rows.extend(steps.iter().map(|step| pair(step, style, fails)));
    }
    rows
}

fn right_rows() -> Vec<Row> {
    vec![
        // Any message is only confirmed.
        right(Python, "ex5", "num_users", SERVER).options(&["--operator", "num_users"]),
        right(Python, "ex5", "says_nobody", SERVER),
        right(Python, "ex5", "menu", SERVER),
        right(Python, "ex5", "in_words", SERVER),
        right(Python, "ms1", "prompts", CLIENT).options(&["--types", "{from}\\n{text}"]),
        right(Python, "ms1", "asks_a_name_once", CLIENT)
            .options(&["--types-first", "{from}\\n{text}"]),
        right(Python, "ms2", "question", BOTH).options(&["--question", "NICK"]),
        right(Python, "ms2", "takes_its_time", CLIENT),
        right(Python, "ms2", "takes_its_time_in_a_pair", BOTH)
            .of("python/ms2_takes_its_time")
            .options(&["--pair"]),
        right(Python, "ms3", "in_two_lines", BOTH).options(&["--max-output", "4"]),
        right(Python, "ms3", "time_by_client", BOTH),
        // Of a server alone, the time is a bonus.
        right(Python, "ms3", "time_by_another", SERVER)
            .of("python/ms3_time_by_client")
            .without(&["time_and_sender"]),
        right(Python, "ms3", "time_by_client_in_a_pair", BOTH)
            .of("python/ms3_time_by_client")
            .options(&["--pair"]),
        // What it only passes on does not count as its output.
        right(Java, "ms3", "lines", BOTH).options(&["--max-output", "4"]),
        right(Go, "ms2", "lines", BOTH),
        right(Go, "ms3", "channels", BOTH),
        right(Python, "ms2", "json", BOTH).options(&["--pair"]),
        right(Python, "ms1", "plain_pair", &["server", "client"])
            .of("python/ms1_plain")
            .options(&["--pair"]),
    ]
}

fn wrong_rows() -> Vec<Row> {
    vec![
        wrong(Python, "ex5", "counts_leavers", SERVER, &["counts_who_leaves"]),
        wrong(
            Python,
            "ex5",
            "prints_all_numbers",
            SERVER,
            &["counts_who_comes", "counts_who_leaves", "works_while_clients_talk"],
        ),
        wrong(Python, "ex5", "counts_who_speaks", SERVER, &["counts_who_comes"]),
        wrong(Python, "ex5", "hears_no_end", SERVER, &["counts_who_leaves"]),
        wrong(Python, "ms2", "empty_name", SERVER, &["an_empty_name"]),
        wrong(Python, "ms2", "empty_line", SERVER, &["an_empty_name"]),
        wrong(Python, "ms2", "made_up_name", SERVER, &["an_empty_name"]),
        wrong(Python, "ms2", "gives_its_name_unasked", CLIENT, &["the_client_introduces_itself"]),
        wrong(Python, "ms2", "broadcast_dies", SERVER, &["leavers_harm_nobody"]),
        // Neither of them adds the time.
        wrong(
            Python,
            "ms3",
            "no_time",
            &["server {port}", "client {port} untimed"],
            &["time_and_sender"],
        )
        .of("python/ms3_time_by_client"),
        wrong(Python, "ms3", "another_time", BOTH, &["time_and_sender"]),
        wrong(Python, "ms3", "asks_while_accepting", SERVER, &["a_silent_newcomer"]),
        wrong(Python, "ms3", "blocking_sends", SERVER, &["a_stalled_member", "short_lines"]),
    ]
}

/// A server and a client that speak a protocol of their own, and make a mistake.
fn pair(step: &'static str, style: &'static str, fails: &'static [&'static str]) -> Row {
    let mistake = style.trim_start_matches("pair_");
    let kind = if ["ms2", "ms3"].contains(&step) { "room" } else { "" };
    let programs = BOTH.iter().map(|program| format!("{program} {mistake} {kind}"));
    let row = wrong(Python, step, style, &programs.collect::<Vec<_>>(), fails);
    let row = Row { is_right: fails.is_empty(), ..row }.of("wrong/python/pair");
    match step {
        // No framing is found in what it sends, and that takes a while: once is enough, in 2.2.
        "ex6" | "ex7" if mistake != "right" || step == "ex7" => {
            row.options(&["--pair", "--framing", "u32be"])
        }
        _ => row.options(&["--pair"]),
    }
}

/// What the pair does wrong, in the steps that are played with it, and the checks that must fail.
const PAIRS: &[(&str, &[&str], &[&str])] = &[
    ("pair_right", &["ex2", "ex4", "ex6", "ex7", "ms0", "ms1", "ms2", "ms3"], &[]),
    ("pair_sends_no_reply", &["ex2"], &["pair_a_reply", "pair_it_arrives"]),
    ("pair_replies_once", &["ms0"], &["pair_each_is_answered"]),
    ("pair_replies_once", &["ex4"], &["pair_each_is_answered", "pair_two_at_once", "pair_end"]),
    ("pair_replies_once", &["ex6"], &["pair_the_text_comes_back", "pair_two_at_once"]),
    ("pair_serves_one_after_the_other", &["ex4"], &["pair_two_at_once", "pair_end"]),
    ("pair_goes_on_after_end", &["ex4"], &["pair_end"]),
    ("pair_ends_with_the_first_client", &["ms1"], &["pair_close_socket"]),
    ("pair_does_not_capitalize", &["ms0"], &["pair_in_capitals", "pair_each_is_answered"]),
    (
        "pair_does_not_capitalize",
        &["ms1"],
        &["pair_in_capitals", "pair_two_at_once", "pair_close_socket"],
    ),
    ("pair_one_id_for_all", &["ex7"], &["pair_an_id_each"]),
    ("pair_replies_once", &["ex7"], &["pair_the_text_comes_back"]),
    ("pair_sends_to_its_sender_too", &["ms2", "ms3"], &["pair_reaches_all_but_its_sender"]),
    ("pair_tells_of_nobody", &["ms2"], &["pair_newcomers_are_told"]),
    ("pair_ends_with_a_leaver", &["ms2", "ms3"], &["pair_leavers_harm_nobody"]),
    ("pair_shows_no_name", &["ms2"], &["pair_by_whom"]),
    ("pair_shows_no_time", &["ms3"], &["pair_time_and_sender"]),
    (
        "pair_passes_on_one_message_each",
        &["ms3"],
        &["pair_at_any_time", "pair_leavers_harm_nobody"],
    ),
];

//! Rows about frames: 2.2 and 2.3, in which a message is told from the next by what goes before it.

use course_tests::languages::Language::{C, Go, Java, Python};

use super::table::{BOTH, CLIENT, Row, SERVER, right, wrong};

pub fn rows() -> Vec<Row> {
    let mut rows = right_rows();
    rows.extend(wrong_rows());
    rows
}

/// A server and a client that are told the framing.
fn framed(step: &'static str, style: &'static str, server: &str, client: &str) -> Row {
    let most = if step == "ex7" { " {max_clients}" } else { "" };
    let programs = [format!("server {server} {{port}}{most}"), format!("client {client} {{port}}")];
    right(Python, step, style, &programs).of(match step {
        "ex7" => "python/ex7_framings",
        _ => "python/ex6_framings",
    })
}

fn right_rows() -> Vec<Row> {
    let all = |step, framing| framed(step, framing, framing, framing).framing(&[framing, framing]);
    vec![
        all("ex6", "u32le"),
        all("ex6", "u16be"),
        all("ex6", "varint"),
        all("ex6", "none"),
        all("ex7", "u32le"),
        all("ex7", "none"),
        framed("ex6", "two_framings", "u32be", "none").framing(&["u32be", "none"]),
        right(Python, "ex6", "server_alone", &["server u16be {port}"])
            .of("python/ex6_framings")
            .framing(&["u16be"]),
        right(Python, "ex6", "asks_first", &["client varint {port}"]).framing(&["varint"]),
        right(Python, "ex6", "asks_for_ids", &["client u32be {port}"])
            .options(&["--types-first", "{from}\\n{to}\\n{text}", "--types", "{to}\\n{text}"])
            .framing(&["u32be"]),
        right(Python, "ex7", "five_seats", &["server u32be {port}"]).framing(&["u32be"]),
        // They end when the server has closed the connection.
        right(Python, "ex6", "until_it_is_closed", &["client u32be {port}"]),
        right(Python, "ex7", "until_it_is_closed", &["client u32be {port} handshake"])
            .of("python/ex6_until_it_is_closed"),
        right(Python, "ex6", "waits_for_its_end", &["client u32be {port}"]).framing(&["u32be"]),
        // Its server echoes `end` before it closes the connection.
        right(Go, "ex6", "big_endian", BOTH).framing(&["u32be", "u32be"]),
        right(C, "ex6", "by_hand", BOTH).framing(&["u32be", "u32be"]),
        right(Java, "ex7", "delimited", BOTH).framing(&["varint", "varint"]),
    ]
}

fn wrong_rows() -> Vec<Row> {
    let server = |style, fails| wrong(Python, "ex6", style, SERVER, fails).framing(&["u32be"]);
    let told = |row: Row| row.options(&["--framing", "u32be"]);
    let by_luck = |style, framing| {
        let programs = &[format!("server {framing} {{port}}")];
        let row = wrong(Python, "ex6", style, programs, BY_LUCK).framing(&["u32be"]);
        told(row).of("python/ex6_framings")
    };
    vec![
        server("byte_echo", BYTE_ECHO),
        server("byte_echo_without_frames", ECHO)
            .of("wrong/python/ex6_byte_echo")
            .options(&["--framing", "none"])
            .framing(&["none"]),
        server("frame_echo", ECHO),
        told(server("reply_without_length", ALL_OF_EX6)),
        told(server("another_field", ALL_OF_EX6)),
        by_luck("two_bytes_for_four", "u16be"),
        by_luck("varint_for_four_bytes", "varint"),
        wrong(Python, "ex7", "client_from_1", CLIENT, &["the_client_shows_its_id"])
            .framing(&["u32be"]),
    ]
}

/// What a server fails that sends back whatever comes, frame by frame.
const ECHO: &[&str] =
    &["echoes_field_by_field", "echoes_any_values", "end_closes", "undecodable_bytes"];

/// And one that knows nothing of frames.
const BYTE_ECHO: &[&str] = &[
    "echoes_field_by_field",
    "echoes_any_values",
    "end_closes",
    "many_pieces",
    "a_cut_off_frame",
    "undecodable_bytes",
];

/// What a server fails that gets no message right.
const ALL_OF_EX6: &[&str] = &[
    "echoes_field_by_field",
    "echoes_any_values",
    "end_closes",
    "many_pieces",
    "three_in_one_segment",
    "a_cut_off_frame",
    "undecodable_bytes",
];

/// And one that ends with every message, as it should with the last.
const BY_LUCK: &[&str] = &[
    "echoes_field_by_field",
    "echoes_any_values",
    "many_pieces",
    "a_cut_off_frame",
    "undecodable_bytes",
];

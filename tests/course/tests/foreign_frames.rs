//! Programs of 2.2 and 2.3 in other languages and framings: the right ones get all points, and what is wrong with the
//! wrong ones is found, each time with the framing that is said in the report. The tests are named after the row, as
//! `right::u32le::ex6`.
//!
//! What a test needs and this machine does not have (Python, a package, a compiler) is told by the ignored test.

use std::collections::BTreeSet;
use std::process::ExitCode;

use course_tests::languages::{c, foreign, java, python, python_with_protobuf};
use course_tests::run::step;
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use serde_json::{Value, json};

/// Programs that are checked together.
struct Row {
    name: &'static str,
    step: &'static str,
    server: Option<Program>,
    client: Option<Program>,
    options: &'static [&'static str],
    /// What `--json` says of their framing.
    framing: Value,
    /// The checks that must fail, of those that are asked of them. The others must pass.
    fails: &'static [&'static str],
}

/// A program, with its arguments.
#[derive(Clone, Copy)]
enum Program {
    /// In `tests/foreign/python/framed`, with the package for protobuf messages.
    Framed(&'static str, &'static str),
    /// In `tests/foreign/wrong`.
    Wrong(&'static str),
    /// In `tests/foreign/c`.
    C(&'static str),
    /// A class in a folder of `tests/foreign/java`.
    Java(&'static str, &'static str),
}

fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    let framed = |step, framing, server, client| Row {
        name: framing,
        server: Some(Program::Framed(server, framing)),
        client: Some(Program::Framed(client, framing)),
        framing: json!({ "server": framing, "client": framing }),
        ..row(step)
    };
    for framing in ["u32le", "u16be", "varint", "none"] {
        rows.push(framed("ex6", framing, "ex6_server", "ex6_client"));
    }
    for framing in ["u32le", "none"] {
        rows.push(framed("ex7", framing, "ex7_server", "ex7_client"));
    }
    rows.push(Row {
        name: "c",
        server: Some(Program::C("ex6_server")),
        client: Some(Program::C("ex6_client")),
        framing: json!({ "server": "u32be", "client": "u32be" }),
        ..row("ex6")
    });
    rows.push(Row {
        name: "java",
        server: Some(Program::Java("ex7_delimited", "Server")),
        client: Some(Program::Java("ex7_delimited", "Client")),
        framing: json!({ "server": "varint", "client": "varint" }),
        ..row("ex7")
    });
    rows.push(Row {
        name: "two_framings",
        server: Some(Program::Framed("ex6_server", "u32be")),
        client: Some(Program::Framed("ex6_client", "none")),
        framing: json!({ "server": "u32be", "client": "none" }),
        ..row("ex6")
    });
    rows.push(Row {
        name: "server_alone",
        server: Some(Program::Framed("ex6_server", "u16be")),
        framing: json!({ "server": "u16be" }),
        ..row("ex6")
    });
    rows.extend(wrong_rows());
    rows
}

fn wrong_rows() -> Vec<Row> {
    const ALL_OF_EX6: &[&str] = &[
        "echoes_field_by_field",
        "echoes_any_values",
        "end_closes",
        "many_pieces",
        "three_in_one_segment",
        "a_cut_off_frame",
        "undecodable_bytes",
    ];
    const BY_LUCK: &[&str] = &[
        "echoes_field_by_field",
        "echoes_any_values",
        "many_pieces",
        "a_cut_off_frame",
        "undecodable_bytes",
    ];
    let wrong = |name, fails| Row {
        name,
        server: Some(Program::Wrong(name)),
        framing: json!({ "server": "u32be" }),
        fails,
        ..row("ex6")
    };
    let told = |row| Row { options: &["--framing", "u32be"], ..row };
    let by_luck = |name, framing| Row {
        server: Some(Program::Framed("ex6_server", framing)),
        ..told(wrong(name, BY_LUCK))
    };
    vec![
        wrong(
            "ex6_byte_echo",
            &[
                "echoes_field_by_field",
                "echoes_any_values",
                "end_closes",
                "many_pieces",
                "a_cut_off_frame",
                "undecodable_bytes",
            ],
        ),
        Row {
            server: Some(Program::Wrong("ex6_byte_echo")),
            options: &["--framing", "none"],
            framing: json!({ "server": "none" }),
            ..wrong(
                "ex6_byte_echo_without_frames",
                &["echoes_field_by_field", "echoes_any_values", "end_closes", "undecodable_bytes"],
            )
        },
        wrong(
            "ex6_frame_echo",
            &["echoes_field_by_field", "echoes_any_values", "end_closes", "undecodable_bytes"],
        ),
        told(wrong("ex6_reply_without_length", ALL_OF_EX6)),
        told(wrong("ex6_another_field", ALL_OF_EX6)),
        by_luck("ex6_two_bytes_for_four", "u16be"),
        by_luck("ex6_varint_for_four_bytes", "varint"),
        Row {
            name: "ex7_client_from_1",
            client: Some(Program::Wrong("ex7_client_from_1")),
            framing: json!({ "client": "u32be" }),
            fails: &["the_client_shows_its_id"],
            ..row("ex7")
        },
    ]
}

fn row(step: &'static str) -> Row {
    let (server, client, framing) = (None, None, Value::Null);
    Row { name: "", step, server, client, options: &[], framing, fails: &[] }
}

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(2); // each plays many scenes side by side
    let trial = |row: Row| {
        let kind = if row.fails.is_empty() { "right" } else { "wrong" };
        let name = format!("{kind}::{}::{}", row.name, row.step);
        Trial::ignorable_test(name, move || play(&row))
    };
    let trials = rows().into_iter().map(trial).collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// The command that starts a program, with its port to be filled in, and how many clients it may have if it takes that.
fn command(program: Program) -> Result<String, String> {
    let command = match program {
        Program::Framed(name, framing) => {
            let source = foreign().join("python/framed").join(format!("{name}.py"));
            let most = if name == "ex7_server" { " {max_clients}" } else { "" };
            let python = python_with_protobuf()?;
            format!("{} {} {framing} {{port}}{most}", python.display(), source.display())
        }
        Program::Wrong(name) => {
            let source = foreign().join("wrong").join(format!("{name}.py"));
            format!("{} {} {{port}}", python()?.display(), source.display())
        }
        Program::C(name) => {
            let binary = c(&foreign().join("c").join(format!("{name}.c")))?;
            format!("{} {{port}}", binary.display())
        }
        Program::Java(folder, class) => {
            let classes = java(&foreign().join("java").join(folder))?;
            format!("java -cp {} {class} {{port}}", classes.display())
        }
    };
    Ok(command)
}

fn play(row: &Row) -> Result<Completion, Failed> {
    let mut arguments: Vec<String> =
        ["check", row.step, "--json", "--seed", "1"].map(str::to_string).to_vec();
    let mut roles = BTreeSet::new();
    for (role, program) in [("server", row.server), ("client", row.client)] {
        let Some(program) = program else { continue };
        match command(program) {
            Ok(command) => arguments.extend([format!("--{role}"), command]),
            Err(reason) => return Ok(Completion::ignored_with(reason)),
        }
        roles.insert(role);
    }
    arguments.extend(row.options.iter().map(|option| option.to_string()));
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let ended = step(&arguments);
    let document = ended.json();
    let framing = &document["steps"][0]["framing"];
    if *framing != row.framing {
        return Err(format!("expected {}, but the framing is {framing}", row.framing).into());
    }
    let is_asked = |check: &Value| {
        let is_given = check["role"].as_str().is_some_and(|role| roles.contains(role));
        is_given && check["max"] != 0.0
    };
    let mut wrong = String::new();
    for check in ended.checks().iter().filter(|check| is_asked(check)) {
        let id = check["id"].as_str().unwrap_or_default();
        let expected = if row.fails.contains(&id) { "fails" } else { "passes" };
        if check["verdict"] != expected {
            let (message, transcript) = (&check["message"], check["transcript"].as_str());
            let transcript = transcript.unwrap_or_default();
            wrong += &format!("{id}: not {expected}: {message}\n{transcript}\n");
        }
    }
    if wrong.is_empty() { Ok(Completion::Completed) } else { Err(wrong.into()) }
}

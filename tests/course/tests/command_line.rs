//! The checker's command line: what it prints, and its exit status.

use std::fs;
use std::io::{self, Write};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use course_tests::play::{STEPS, find, is_untouched, reference};
use course_tests::root;
use course_tests::run::{Ended, checker, run, step};
use course_tests::snapshot::{Filters, settings};
use serde_json::Value;

/// The check of that id.
fn check<'a>(checks: &'a [Value], id: &str) -> &'a Value {
    let is_meant = |check: &&Value| check["id"] == id;
    checks.iter().find(is_meant).unwrap_or_else(|| panic!("there is no check {id}"))
}

/// A command for a reference solution, with these arguments.
fn command(program: &'static str, arguments: &str) -> String {
    format!("{} {arguments}", reference(program).display())
}

#[test]
fn wrong_usage_ends_with_status_2_and_says_what_is_wrong() {
    for (arguments, expected) in [
        (&["check", "ex9"][..], "invalid value 'ex9'"),
        (&["check", "ex4", "ex9"], "ex4 has no check with \"ex9\" in its name"),
        (&["check", "ex4", "ex5", "ex9"], "invalid value 'ex9'"),
        (&["check", "--wrong"], "unexpected argument '--wrong'"),
        (&["check", "ex4", "--seed", "many"], "invalid value 'many'"),
        (&["check", "ex4", "--patience", "much"], "'--patience <FACTOR>': not a number"),
        (&["check", "ex4", "--patience", "0"], "'--patience <FACTOR>': not in 0.1..=100"),
        (&["check", "ex4", "--max-memory", "0"], "invalid value '0' for '--max-memory <MIB>'"),
        (&["check", "ex4", "--max-seconds", "-1"], "unexpected argument '-1'"),
        (&["check", "--server", "true"], "--server needs exactly one STEP"),
        (&["check", "ex4", "ex5", "--server", "true"], "--server needs exactly one STEP"),
        (&["check", "ex3", "--server", "true"], "ex3 has no server"),
        (&["check", "ex4", "--program", "true"], "ex4 has no program"),
        (&["check", "ex4", "--server", "'unclosed"], "missing closing quote"),
        (&["check", "ex4", "--server", " "], "--server is empty"),
        (&["check", "ex4", "--server", "run {prot}"], "there is no {prot}: did you mean {port}?"),
        (&["check", "ex4", "--solutions", "--server", "true"], "cannot be used with"),
        (&["check", "ex4", "--client", "true", "--types", "{from}"], "it has no {text}"),
        (&["check", "ex4", "--client", "true", "--types-first", "{from}"], "it has no {text}"),
        (&["check", "ex5", "--server", "true", "--operator", " "], "not one line of text"),
        (&["check", "ms2", "--client", "true", "--question", ""], "it is empty"),
        (&["check", "ex4", "--types", "{text}"], "required"),
        (&["check", "ex4", "--pair", "--server", "true"], "required"),
        (&["check", "ex5", "--pair", "--server", "true", "--client", "true"], "ex5 has no client"),
        (
            &["check", "ex4", "fifty", "--pair", "--server", "true", "--client", "true"],
            "ex4 has no check with \"fifty\" in its name",
        ),
        (&["hint"], "required"),
        (&[], "Usage: cargo step [OPTIONS] <COMMAND>"),
    ] {
        let output = step(arguments);
        assert_eq!(output.code, Some(2), "{arguments:?}: {output}");
        assert!(output.stderr.contains(expected), "{arguments:?}: {output}");
        assert_eq!(output.stdout, "", "{arguments:?}");
    }
}

#[test]
fn a_patience_of_the_environment_that_is_not_one_is_wrong_usage() {
    for wrong in ["-1", "NaN", "3x", "0", ""] {
        for arguments in [&["check", "ex1", "--solutions"][..], &["demo", "ex1"]] {
            let output = run(checker().env("CHATLINGS_PATIENCE", wrong).args(arguments));
            assert_eq!(output.code, Some(2), "{wrong:?}: {output}");
            assert!(output.stderr.contains("--patience <FACTOR>"), "{wrong:?}: {output}");
            assert_eq!(output.stdout, "", "{wrong:?}");
        }
    }
    let mut command = checker();
    run(command.env("CHATLINGS_PATIENCE", "3").args(["check", "ex1", "--solutions"])).with(0);
}

#[test]
fn a_machine_without_a_place_for_temporary_files_fails_nobody() {
    let server = command("ex1_server", "--port {port}");
    let mut command = checker();
    command.env("TMPDIR", "/nonexistent").args(["check", "ex1", "--json", "--server", &server]);
    let output = run(&mut command).with(0);
    for check in output.checks() {
        assert_eq!(check["verdict"], "not checked", "{check:#}");
    }
}

#[test]
fn with_strict_anything_short_of_full_points_is_a_failure() {
    step(&["check", "ex1", "--solutions", "--strict"]).with(0);
    let server = command("ex2_server", "--port {port}");
    let without_client = ["check", "ex2", "--server", &server];
    step(&without_client).with(0);
    step(&[&without_client[..], &["--strict"]].concat()).with(1);
    run(checker().env("CHATLINGS_STRICT", "1").args(without_client)).with(1);
    run(checker().env("CHATLINGS_STRICT", "0").args(without_client)).with(0);
    if is_untouched("ex1_server") {
        step(&["check", "ex1"]).with(0);
        step(&["check", "ex1", "--strict"]).with(1);
    }
}

#[test]
fn json_is_one_document_with_all_that_a_grader_needs() {
    let output = step(&["check", "ex1", "ex2", "--solutions", "--json", "--seed", "7"]).with(0);
    let document = output.json();
    let steps = document["steps"].as_array().expect("a list");
    let ids: Vec<_> = steps.iter().map(|step| step["id"].as_str()).collect();
    assert_eq!(ids, [Some("ex1"), Some("ex2")]);
    let (given, expected) = (&steps[0], &STEPS[0]);
    assert_eq!(given["title"], expected.title);
    assert_eq!(given["max"], expected.points);
    assert_eq!(given["points"].as_f64(), given["max"].as_f64());
    let (given, expected) = (&given["checks"][0], &expected.checks[0]);
    assert_eq!((&given["id"], &given["name"]), (&expected.id.into(), &expected.name.into()));
    assert_eq!((&given["verdict"], &given["message"]), (&"passes".into(), &"".into()));
    assert_eq!((&given["points"], &given["bonus"]), (&given["max"], &false.into()));
    let transcript = given["transcript"].as_str().expect("a text");
    assert!(transcript.contains("alice  ┄ connects"), "{transcript}");
}

#[test]
fn a_pair_is_known_by_its_key_in_json() {
    let server = command("ex2_server", "--port {port}");
    let client = command("ex2_client", "--port {port}");
    let both = ["check", "ex2", "--json", "--server", &server, "--client", &client];
    assert_eq!(step(&both).with(0).json()["steps"][0]["pair"], false);
    let output = step(&[&both[..], &["--pair"]].concat()).with(0);
    let (document, ex2) = (output.json(), find("ex2").expect("it is a step"));
    assert_eq!(document["steps"][0]["pair"], true);
    assert_eq!(document["points"].as_f64(), Some(ex2.points.into()), "{output}");
    assert_eq!(output.checks().len(), ex2.pair_checks.len());
}

#[test]
fn one_check_can_be_played_alone_by_a_part_of_its_name_or_by_its_id() {
    let ids = |part: &str| -> Vec<String> {
        let output = step(&["check", "ex4", part, "--solutions", "--json"]).with(0);
        let checks = output.checks();
        checks.iter().map(|check| check["id"].as_str().expect("an id").to_string()).collect()
    };
    assert_eq!(ids("Quiet client"), ["a_quiet_client_holds_nobody_up"]);
    assert_eq!(ids("fifty_clients"), ["fifty_clients"]);
    assert!(ids("client").len() > 3);
}

#[test]
fn json_tells_how_messages_are_framed() {
    let server = format!("{} {{port}}", reference("ex6_server").display());
    let (check, told) = ("echoes_field_by_field", ["--framing", "u16be"]);
    let found_out = ["check", "ex6", check, "--json", "--server", &server];
    assert_eq!(step(&found_out).json()["steps"][0]["framing"]["server"], "u32be");
    let document = step(&[&found_out[..], &told].concat()).json();
    assert_eq!(document["steps"][0]["framing"]["server"], "u16be");
}

#[test]
fn json_tells_what_is_open_and_what_is_needed_to_play_a_run_again() {
    let server = command("ex2_server", "--port {port}"); // the client is not given
    let arguments =
        ["check", "ex2", "--json", "--seed", "7", "--max-disk", "9", "--server", &server];
    let document = step(&arguments).with(0).json();
    let number = |value: &Value| value.as_f64().expect("a number");
    assert_eq!((&document["seed"], &document["limits"]["max_disk"]), (&7.into(), &9.into()));
    assert!(document["version"].is_string() && number(&document["seconds"]) > 0.0);
    let (points, open) = (number(&document["points"]), number(&document["open"]));
    assert!(points > 0.0 && open > 0.0, "{document:#}");
    assert!((points + open - number(&document["max"])).abs() < 1e-9, "{document:#}");
    let checks = step(&arguments).checks();
    assert_eq!(check(&checks, "the_client_talks")["role"], "client");
    let wrong = step(&["check", "ex2", "--json", "--server", "cat", "--patience", "0.1"]).checks();
    let advice = &check(&wrong, "the_server_echoes")["advice"];
    assert!(advice.is_string(), "{wrong:#?}");
}

#[test]
fn json_is_one_document_even_if_cargo_cannot_be_started() {
    let mut command = checker();
    command.env("CARGO", "/nonexistent").args(["check", "ex1", "--solutions", "--json"]);
    let document = run(&mut command).with(3).json();
    let error = document["error"].as_str().expect("it says why");
    assert!(error.starts_with("cannot start cargo"), "{error}");
}

#[test]
fn the_same_seed_draws_the_same_words_and_another_one_others() {
    let words = |seed| {
        let output = step(&["check", "ex3", "ex1", "--solutions", "--json", "--seed", seed]);
        let checks = output.checks();
        let transcript = checks[0]["transcript"].as_str().expect("a transcript").to_string();
        let said = transcript.lines().find(|line| line.contains('→'));
        said.expect("somebody says something").to_string()
    };
    assert_eq!(words("7"), words("7"));
    assert_ne!(words("7"), words("8"));
}

#[test]
fn a_step_without_sockets_is_checked_by_its_program() {
    let command = command("ex3_threads", "--max-sleep-ms {max_sleep_ms}");
    let output = step(&["check", "ex3", "--json", "--program", &command]).with(0);
    let step = &output.json()["steps"][0];
    assert_eq!(step["points"].as_f64(), step["max"].as_f64(), "{output}");
}

#[test]
fn the_event_loop_passes_the_server_checks_of_the_step_whose_question_it_answers() {
    let command = command("ex4_event_loop", "--port {port}");
    let output = step(&["check", "ex4", "--json", "--server", &command]).with(0);
    let checks = output.checks();
    for check in &checks {
        let reasons = ["needs --client CMD", "the handout does not ask for it"];
        let is_not_asked = reasons.iter().any(|reason| check["message"] == *reason);
        let verdict = if is_not_asked { "not checked" } else { "passes" };
        assert_eq!(check["verdict"], verdict, "{check:#}");
    }
    assert!(checks.iter().filter(|check| check["verdict"] == "passes").count() >= 7);
}

#[test]
fn a_program_that_was_not_given_is_not_checked() {
    let server = command("ex7_server", "--port {port}");
    let checks = step(&["check", "ex7", "--json", "--server", &server]).with(0).checks();
    let is_not_checked = |id: &str, reason: &str| {
        let check = check(&checks, id);
        assert_eq!(check["verdict"], "not checked", "{check:#}");
        assert_eq!(check["message"], reason, "{check:#}");
    };
    assert_eq!(check(&checks, "the_handshake_comes_first")["verdict"], "passes");
    is_not_checked("one_client_too_many", "the command has no {max_clients}");
    is_not_checked("a_refused_client", "needs --client CMD");

    let server = command("ex7_server", "--port {port} --max-clients {max_clients}");
    let document = step(&["check", "ex7", "--json", "--server", &server]).with(0).json();
    let step = &document["steps"][0];
    let number = |value: &Value| value.as_f64().expect("a number");
    let (points, open, max) =
        (number(&step["points"]), number(&step["open"]), number(&step["max"]));
    assert!((points + open - max).abs() < 1e-9, "{points} and {open} are not {max}");
    let is_of_the_client = |check: &&Value| check["role"] == "client";
    let of_the_client = step["checks"].as_array().expect("a list").iter().filter(is_of_the_client);
    let expected: f64 = of_the_client.map(|check| number(&check["max"])).sum();
    assert!(expected > 0.0 && (open - expected).abs() < 1e-9, "{open} instead of {expected}");
}

#[test]
fn a_command_that_cannot_begin_is_not_checked_and_its_points_are_open() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("server.py");
    fs::write(&script, "import no_such_module_anywhere\n").expect("a file is written");
    let script = format!("python3 {} {{port}}", script.display());
    for (server, expected) in [
        ("./no-such-program {port}", "cannot be started: No such file or directory"),
        ("pyhton3 server.py {port}", "cannot be started: No such file or directory"),
        ("python3 /no/such/server.py {port}", "can't open file '/no/such/server.py'"),
        (&script, "ModuleNotFoundError: No module named 'no_such_module_anywhere'"),
        ("python3 -m no_such_module_anywhere {port}", ": No module named no_such_module_anywhere"),
    ] {
        let arguments = ["check", "ex1", "--json", "--server", server];
        let output = step(&arguments).with(0);
        for check in output.checks() {
            assert_eq!(check["verdict"], "not checked", "{check:#}");
            let message = check["message"].as_str().expect("a text");
            assert!(message.contains(expected) || message.contains("handout"), "{check:#}");
        }
        let document = output.json();
        assert_eq!(document["open"].as_f64(), document["max"].as_f64(), "{document:#}");
        step(&[&arguments[..], &["--strict"]].concat()).with(1);
    }
}

#[test]
fn checkers_that_need_the_same_port_take_turns() {
    let server = command("ex1_server", ""); // on the port that it has in it
    let port = find("ex1").and_then(|step| step.port).expect("it has one");
    // A stranger may have it, and then nobody is judged.
    let is_free = || TcpListener::bind(("127.0.0.1", port)).is_ok();
    let was_free = is_free();
    let start = |_| {
        let mut checker = checker();
        checker.args(["check", "ex1", "--json", "--server", &server]);
        checker.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts")
    };
    let checkers: Vec<Child> = (0..3).map(start).collect();
    let outputs: Vec<Ended> = checkers
        .into_iter()
        .map(|checker| checker.wait_with_output().expect("its output").into())
        .collect();
    let expected: &[&str] =
        if was_free && is_free() { &["passes"] } else { &["passes", "not checked"] };
    for output in outputs {
        let is_expected =
            |check: &Value| expected.iter().any(|verdict| check["verdict"] == *verdict);
        assert!(output.checks().iter().all(is_expected), "{output}");
    }
}

#[test]
fn a_machine_without_room_fails_nobody() {
    let server = command("ex1_server", "--port {port}");
    let checker = checker();
    // How many files the checker may have open at once: too few for any program, then for all.
    for (files, passed) in [("6", 0), ("14", 0), ("20", 1), ("26", 1), ("200", 5)] {
        let mut shell = Command::new("sh");
        shell.args(["-c", "ulimit -n $1; exec $0 check ex1 --json --server \"$2\""]);
        shell.arg(checker.get_program()).args([files, &server]);
        let folder = tempfile::tempdir().expect("a folder");
        let output = run(shell.env("TMPDIR", folder.path())).with(0);
        let left: Vec<_> = fs::read_dir(folder.path()).expect("a folder").flatten().collect();
        assert!(left.is_empty(), "{files}: {left:?}");
        let checks = output.checks();
        let count =
            |verdict: &str| checks.iter().filter(|check| check["verdict"] == verdict).count();
        assert_eq!(count("passes") + count("not checked"), checks.len(), "{output}");
        assert!(count("passes") >= passed, "{files}: {output}");
    }
}

#[test]
fn a_printed_command_has_the_programs_and_the_options_that_were_given() {
    let server = "sh -c 'exit 3' {port}";
    let output = step(&["check", "ex1", "--server", server, "--patience", "0.5", "--seed", "9"]);
    let text = output.with(1).stdout.replace("\\\n", "");
    let command = text.lines().find(|line| line.starts_with("  cargo step check"));
    let words = shell_words::split(command.expect("a command")).expect("words");
    assert_eq!(words[..4], ["cargo", "step", "check", "ex1"]);
    let options = ["--server", server, "--patience", "0.5", "--seed", "9"];
    assert_eq!(words[5..], options, "{text}");
    let again: Vec<&str> = words.iter().skip(2).map(String::as_str).collect();
    assert!(step(&again).with(1).stdout.contains("ended with status 3"), "{text}");
}

#[test]
fn of_a_long_log_the_first_and_the_last_lines_are_shown() {
    let script = "seq 1 20 >&2; echo ConnectionResetError >&2; exit 1";
    let server = shell_words::join(["sh", "-c", script, "{port}"]);
    let output = step(&["check", "ex1", "prints_the_message_and_ends", "--server", &server]);
    let text = output.with(1).stdout;
    let logged = text.lines().filter_map(|line| line.split_once("server ! "));
    let logged: Vec<&str> = logged.map(|(_, line)| line).collect();
    let expected =
        ["1", "2", "3", "4", "… and 13 lines more …", "18", "19", "20", "ConnectionResetError"];
    assert_eq!(logged, expected, "{text}");
}

#[test]
fn make_does_not_add_an_error_of_its_own_to_a_check_that_fails() {
    let folder = tempfile::tempdir().expect("a folder");
    let make = |status: u8| {
        let script = format!("printf '#!/bin/sh\\nexit {status}\\n' >cargo && chmod +x cargo");
        run(Command::new("sh").current_dir(folder.path()).args(["-c", &script])).with(0);
        let path = std::env::var("PATH").expect("a path");
        let path = format!("{}:{path}", folder.path().display());
        run(Command::new("make").current_dir(root()).env("PATH", path).arg("ex1"))
    };
    for status in [0, 1] {
        let ended = make(status).with(0);
        assert_eq!(ended.stderr, "", "{ended}");
    }
    for status in [2, 3] {
        make(status).with(2);
    }
}

#[test]
fn hints_come_one_after_the_other() {
    for (arguments, expected) in [
        (&["hint", "ex4"][..], "Hint 1 of 3"),
        (&["hint", "ex4", "--more"], "Hint 2 of 3"),
        (&["hint", "ex4", "--more", "--more"], "Hint 3 of 3"),
        (&["hint", "ex4", "--more", "--more", "--more"], "Hint 3 of 3"),
    ] {
        let output = step(arguments).with(0);
        assert!(output.stdout.contains(expected), "{output}");
    }
}

#[test]
fn the_list_names_every_step_and_fits_the_screen() {
    // As a student types it: with the alias of `.cargo/config.toml`.
    let list = ["step", "list"];
    let output = run(Command::new(env!("CARGO")).current_dir(root()).args(list)).with(0);
    for step in STEPS.iter() {
        let standing = output.standing_of(step.id);
        assert!(standing.contains(&format!(" of {}", step.points)), "{output}");
    }
    assert!(output.stdout.lines().all(|line| line.chars().count() <= 80), "{output}");
}

#[test]
fn a_reader_that_has_seen_enough_ends_the_list_without_a_word() {
    // As in `cargo step list | head -1`, when `head` has already ended.
    let (reader, writer) = io::pipe().expect("a pipe");
    drop(reader);
    let output = run(checker().arg("list").stdout(writer));
    assert_eq!(output.stderr, "");
    assert!(output.code.is_some(), "a signal has ended it");
}

#[test]
fn a_demo_plays_every_scene_of_a_step() {
    let ex1 = find("ex1").expect("the step is there");
    let output = step(&["demo", "ex1"]).with(0);
    for check in ex1.checks {
        let title = format!("{} · {}", ex1.title, check.name);
        assert!(output.stdout.lines().any(|line| line == title), "{output}");
    }
    assert!(output.stdout.contains("  server │ listening on 127.0.0.1:"), "{output}");
}

#[test]
fn an_untouched_step_shows_its_task_its_files_and_a_finished_run() {
    if !is_untouched("ex1_server") {
        let _ = writeln!(io::stderr(), "skipped: exercises/src/bin/ex1_server.rs is not a starter");
        return;
    }
    let output = step(&["check", "ex1", "--seed", "1"]).with(0);
    // Neither its points nor the name of a check is part of this screen.
    let table = [(r" +\d+ points", "  [points]"), (r"(?m)^(1\.1 .*) · .*", "$1 · [check]")];
    let screen = Filters::new(&table).apply(&output.stdout);
    settings("../snapshots").bind(|| insta::assert_snapshot!("untouched", screen));
}

#[test]
fn a_program_that_prints_every_word_there_is_has_not_said_the_right_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("client.py");
    let words = root().join("checker/src/stage/words.rs");
    // It sends what is typed, and shows all that could be the reply: a line for each, or all in one.
    let source = format!(
        "import re, socket, sys\n\
         words = re.findall(r'\"([a-z]+)\"', open({words:?}).read())\n\
         client = socket.create_connection(('127.0.0.1', int(sys.argv[1])))\n\
         client.sendall(input().encode() + b'\\n')\n\
         client.recv(1000)\n\
         print(sys.argv[2].replace('LINE', '\\n').join(f'{{w}}-{{n}}' for w in words for n in range(100, 1000)))\n"
    );
    fs::write(&script, source).expect("a file is written");
    for (between, expected) in [("LINE", "lines that nobody asked for"), (" ", "but it printed")] {
        let client = format!("python3 {} {{port}} '{between}'", script.display());
        let checks = step(&["check", "ex2", "--json", "--client", &client]).with(1).checks();
        let check = check(&checks, "the_client_talks");
        assert_eq!(check["verdict"], "fails", "{check:#}");
        assert!(check["message"].as_str().is_some_and(|text| text.contains(expected)), "{check:#}");
    }
}

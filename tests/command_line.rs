//! The checker's command line: what it prints, and its exit status.

use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use checker::course::table;
use serde_json::Value;

/// Runs `cargo step` with these arguments.
fn step(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).arg("step").args(arguments);
    command.output().expect("cargo runs")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("text")
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("text")
}

/// All that a run printed, for whoever has to find out why a test fails.
fn all_of(output: &Output) -> String {
    format!("{}\n{}{}", output.status, stdout(output), stderr(output))
}

/// The one document that `--json` prints.
fn document(output: &Output) -> Value {
    let document = serde_json::from_slice(&output.stdout);
    document.unwrap_or_else(|error| panic!("no JSON document: {error}: {}", all_of(output)))
}

/// The binary of a worked program, which the check of its step has built by now.
fn worked(program: &str) -> String {
    let output = step(&["check", &program[..3], "--solutions"]);
    assert_eq!(output.status.code(), Some(0), "{}", all_of(&output));
    binary(&format!("{program}_solution"))
}

/// Where a binary is built.
fn binary(name: &str) -> String {
    let test = std::env::current_exe().expect("a path");
    let folder: PathBuf = test.ancestors().nth(2).expect("target/debug").into();
    folder.join(name).display().to_string()
}

#[test]
fn wrong_usage_ends_with_status_2_and_says_what_is_wrong() {
    for (arguments, expected) in [
        (&["check", "ex9"][..], "invalid value 'ex9'"),
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
        (&["check", "ex4", "--solutions", "--server", "true"], "cannot be used with"),
        (&["hint"], "required"),
        (&[], "Usage: cargo step <COMMAND>"),
    ] {
        let output = step(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(expected), "{arguments:?}: {}", stderr(&output));
        assert_eq!(stdout(&output), "", "{arguments:?}");
    }
}

#[test]
fn json_is_one_document_with_all_that_a_grader_needs() {
    let output = step(&["check", "ex1", "ex2", "--solutions", "--json", "--seed", "7"]);
    assert_eq!(output.status.code(), Some(0), "{}", all_of(&output));
    let document = document(&output);
    let steps = document["steps"].as_array().expect("a list");
    assert_eq!(
        steps.iter().map(|step| step["id"].as_str()).collect::<Vec<_>>(),
        [Some("ex1"), Some("ex2")]
    );
    assert_eq!((steps[0]["points"].as_f64(), steps[0]["max"].as_f64()), (Some(2.0), Some(2.0)));
    assert_eq!(steps[0]["title"], "1.1 a server for one message");
    let check = &steps[0]["checks"][0];
    assert_eq!(check["name"], "prints the message and ends");
    assert_eq!(
        (&check["verdict"], &check["bonus"], &check["message"]),
        (&"passes".into(), &false.into(), &"".into())
    );
    assert_eq!(check["points"], check["max"]);
    assert!(
        check["transcript"]
            .as_str()
            .is_some_and(|transcript| transcript.contains("alice  ┄ connects"))
    );
}

#[test]
fn the_same_seed_draws_the_same_words_and_another_one_others() {
    let words = |seed| {
        let output = step(&["check", "ex3", "ex1", "--solutions", "--json", "--seed", seed]);
        let document = document(&output);
        let transcript = document["steps"][0]["checks"][0]["transcript"]
            .as_str()
            .expect("a transcript")
            .to_string();
        let said =
            transcript.lines().find(|line| line.contains('→')).expect("somebody says something");
        said.to_string()
    };
    assert_eq!(words("7"), words("7"));
    assert_ne!(words("7"), words("8"));
}

#[test]
fn a_step_without_sockets_is_checked_by_its_program() {
    let command = format!("{} --max-sleep-ms 300", worked("ex3_threads"));
    let output = step(&["check", "ex3", "--program", &command]);
    assert_eq!(output.status.code(), Some(0), "{}", all_of(&output));
    assert!(stdout(&output).contains("2 of 2 points"), "{}", all_of(&output));
}

#[test]
fn the_event_loop_passes_the_server_checks_of_the_step_whose_question_it_answers() {
    let build = ["build", "--quiet", "-p", "solutions", "--bin", "ex4_event_loop_solution"];
    assert!(Command::new(env!("CARGO")).args(build).status().expect("cargo runs").success());
    let command = format!("{} --port {{port}}", worked("ex4_event_loop"));
    let output = step(&["check", "ex4", "--json", "--server", &command]);
    let document = document(&output);
    let checks = document["steps"][0]["checks"].as_array().expect("a list");
    for check in checks {
        let for_the_client = check["message"] == "needs --client CMD";
        let verdict = if for_the_client { "not checked" } else { "passes" };
        assert_eq!(check["verdict"], verdict, "{check:#}");
    }
    assert!(checks.iter().filter(|check| check["verdict"] == "passes").count() >= 7);
    assert_eq!(output.status.code(), Some(0), "{}", all_of(&output));
}

#[test]
fn a_program_that_was_not_given_is_not_checked() {
    let command = format!("{} --port {{port}}", worked("ex7_server"));
    let output = step(&["check", "ex7", "--json", "--server", &command]);
    assert_eq!(output.status.code(), Some(0), "{}", all_of(&output));
    let document = document(&output);
    let checks = document["steps"][0]["checks"].as_array().expect("a list");
    let find =
        |name: &str| checks.iter().find(|check| check["name"] == name).expect("the check is there");
    assert_eq!(find("the handshake comes first")["verdict"], "passes");
    assert_eq!(find("one client too many is refused")["verdict"], "not checked");
    assert_eq!(
        find("one client too many is refused")["message"],
        "the command has no {max_clients}"
    );
    assert_eq!(find("a refused client says so")["verdict"], "not checked");
    assert_eq!(find("a refused client says so")["message"], "needs --client CMD");

    let command = format!(
        "{} --port {{port}} --host {{host}} --max-clients {{max_clients}}",
        worked("ex7_server")
    );
    let output = step(&["check", "ex7", "--server", &command]);
    assert!(stdout(&output).contains("3 of 4 points"), "{}", all_of(&output));
}

#[test]
fn a_command_that_cannot_be_started_fails_its_checks_in_one_line_each() {
    let output = step(&["check", "ex1", "--server", "./no-such-program {port}"]);
    assert_eq!(output.status.code(), Some(1), "{}", all_of(&output));
    assert!(
        stdout(&output).contains("cannot be started: No such file or directory"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn checkers_that_need_the_same_port_take_turns() {
    let server = worked("ex1_server"); // on the port that it has in it
    let port = table::find("ex1").and_then(|step| step.port).expect("it has one");
    // A stranger may have it, and then nobody is judged.
    let is_free = || TcpListener::bind(("127.0.0.1", port)).is_ok();
    let was_free = is_free();
    let start = |_| {
        let mut checker = Command::new(binary("chatlings"));
        checker.args(["check", "ex1", "--json", "--server", &server]);
        checker.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts")
    };
    let checkers: Vec<Child> = (0..3).map(start).collect();
    let outputs: Vec<Output> = checkers
        .into_iter()
        .map(|checker| checker.wait_with_output().expect("its output"))
        .collect();
    let expected: &[&str] =
        if was_free && is_free() { &["passes"] } else { &["passes", "not checked"] };
    for output in outputs {
        let document = document(&output);
        let checks = document["steps"][0]["checks"].as_array().expect("a list");
        let is_expected =
            |check: &Value| expected.iter().any(|verdict| check["verdict"] == *verdict);
        assert!(checks.iter().all(is_expected), "{}", all_of(&output));
    }
}

#[test]
fn a_machine_without_room_fails_nobody() {
    let server = format!("{} --port {{port}}", worked("ex1_server"));
    // How many files the checker may have open at once: too few for any program, then for all.
    for (files, passed) in [("6", 0), ("14", 0), ("20", 1), ("26", 1), ("200", 5)] {
        let mut shell = Command::new("sh");
        shell.args(["-c", "ulimit -n $1; exec $0 check ex1 --json --server \"$2\""]);
        shell.args([&binary("chatlings"), files, &server]);
        let folder = tempfile::tempdir().expect("a folder");
        let output = shell.env("TMPDIR", folder.path()).output().expect("a shell");
        let left: Vec<_> = fs::read_dir(folder.path()).expect("a folder").flatten().collect();
        assert!(left.is_empty(), "{files}: {left:?}");
        let document = document(&output);
        let checks = document["steps"][0]["checks"].as_array().expect("a list");
        let count =
            |verdict: &str| checks.iter().filter(|check| check["verdict"] == verdict).count();
        assert_eq!(count("passes") + count("not checked"), checks.len(), "{}", all_of(&output));
        assert!(count("passes") >= passed, "{files}: {}", all_of(&output));
        assert_eq!(output.status.code(), Some(0), "{}", all_of(&output));
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
        let output = step(arguments);
        assert_eq!(output.status.code(), Some(0), "{}", all_of(&output));
        assert!(stdout(&output).contains(expected), "{}", all_of(&output));
    }
}

#[test]
fn the_list_names_every_step_and_fits_the_screen() {
    let output = step(&["list"]);
    assert_eq!(output.status.code(), Some(0), "{}", all_of(&output));
    for step in checker::course::table::STEPS {
        let is_row = |line: &&str| line.starts_with(step.id) && line.contains(step.title);
        assert!(stdout(&output).lines().find(is_row).is_some(), "{}", all_of(&output));
    }
    assert!(stdout(&output).lines().all(|line| line.chars().count() <= 80), "{}", all_of(&output));
}

//! Programs in other languages, in the style of real students, whose ways may have to be told with options of `check`:
//! the server operator (2.1), the chat rooms (milestones 2 and 3), clients that ask for more, and pairs. The right ones pass all that is asked of them,
//! and the wrong ones fail what they have to fail.
//!
//! What a test needs and this machine does not have (Python, a compiler for Java) is told by the ignored test.

use std::process::{Command, ExitCode};
use std::sync::LazyLock;

use course_tests::run::step;
use course_tests::{kept, root};
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use serde_json::Value;

/// How many are played at a time: each plays several scenes at once.
const SIDE_BY_SIDE: usize = 3;

/// Programs, and what has to come of them.
struct Case {
    /// What is special about them.
    name: &'static str,
    step: &'static str,
    /// The commands, from `tests/foreign`; `{java}` is a folder with what is compiled of `java/`.
    server: &'static str,
    client: &'static str,
    /// Options of `check`.
    options: &'static [&'static str],
    /// The checks that must fail; all others that are asked must pass.
    fails: &'static [&'static str],
}

const NOTHING: Case = Case { name: "", step: "", server: "", client: "", options: &[], fails: &[] };

const CASES: &[Case] = &[
    Case {
        name: "the_operators_word_is_num_users_and_any_message_is_only_confirmed",
        step: "ex5",
        server: "python3 python/ex5_num_users/server.py {port}",
        options: &["--operator", "num_users"],
        ..NOTHING
    },
    Case {
        name: "the_client_asks_for_more_than_the_text",
        step: "ms1",
        client: "python3 python/ms1_prompts/client.py {port}",
        options: &["--types", "{from}\\n{text}"],
        ..NOTHING
    },
    Case {
        name: "the_server_asks_with_a_word_of_its_own",
        step: "ms2",
        server: "python3 python/ms2_question/server.py {port}",
        client: "python3 python/ms2_question/client.py {port}",
        options: &["--question", "NICK"],
        ..NOTHING
    },
    Case {
        name: "the_client_adds_the_time",
        step: "ms3",
        server: "python3 python/ms3_time_by_client/server.py {port}",
        client: "python3 python/ms3_time_by_client/client.py {port}",
        fails: &["time_and_sender"], // a bonus of a server alone
        ..NOTHING
    },
    Case {
        name: "the_client_adds_the_time_in_a_pair",
        step: "ms3",
        server: "python3 python/ms3_time_by_client/server.py {port}",
        client: "python3 python/ms3_time_by_client/client.py {port}",
        options: &["--pair"],
        ..NOTHING
    },
    Case {
        name: "a_messenger_in_java",
        step: "ms3",
        server: "java -cp {java} Server {port}",
        client: "java -cp {java} Client {port}",
        options: &["--max-output", "1"], // what it only passes on does not count
        ..NOTHING
    },
    Case {
        name: "a_pair_that_speaks_json",
        step: "ms2",
        server: "python3 python/ms2_json/server.py {port}",
        client: "python3 python/ms2_json/client.py {port}",
        options: &["--pair"],
        ..NOTHING
    },
    Case {
        name: "a_pair_with_its_port_written_into_it",
        step: "ms1",
        server: "python3 python/ms1_server.py",
        client: "python3 python/ms1_client.py",
        options: &["--pair"],
        ..NOTHING
    },
    Case {
        name: "wrong_one_who_leaves_without_end_counts_for_ever",
        step: "ex5",
        server: "python3 wrong/ex5_counts_leavers.py {port}",
        fails: &["counts_who_leaves"],
        ..NOTHING
    },
    Case {
        name: "wrong_an_empty_identification_is_accepted",
        step: "ms2",
        server: "python3 wrong/ms2_empty_name.py {port}",
        fails: &["an_empty_name"],
        ..NOTHING
    },
    Case {
        name: "wrong_an_empty_line_is_an_identification",
        step: "ms2",
        server: "python3 wrong/ms2_empty_line.py {port}",
        fails: &["an_empty_name"],
        ..NOTHING
    },
    Case {
        name: "wrong_the_second_message_to_one_who_has_left_ends_its_speaker",
        step: "ms2",
        server: "python3 wrong/ms2_broadcast_dies.py {port}",
        fails: &["leavers_harm_nobody"],
        ..NOTHING
    },
    Case {
        name: "wrong_the_loop_that_accepts_waits_for_a_username",
        step: "ms3",
        server: "python3 wrong/ms3_asks_while_accepting.py {port}",
        fails: &["a_silent_newcomer"],
        ..NOTHING
    },
];

/// What `wrong/pair.py` does wrong, in the steps that are played with it, and the checks that must fail.
const PAIRS: &[(&str, &[&str], &[&str])] = &[
    ("right", &["ex2", "ex4", "ex6", "ex7", "ms0", "ms1", "ms2", "ms3"], &[]),
    ("sends_no_reply", &["ex2"], &["pair_a_reply", "pair_it_arrives"]),
    ("replies_once", &["ms0"], &["pair_each_is_answered"]),
    ("replies_once", &["ex4"], &["pair_each_is_answered", "pair_two_at_once", "pair_end"]),
    ("replies_once", &["ex6"], &["pair_the_text_comes_back", "pair_two_at_once"]),
    ("serves_one_after_the_other", &["ex4"], &["pair_two_at_once", "pair_end"]),
    ("goes_on_after_end", &["ex4"], &["pair_end"]),
    ("ends_with_the_first_client", &["ms1"], &["pair_close_socket"]),
    ("does_not_capitalize", &["ms0"], &["pair_in_capitals", "pair_each_is_answered"]),
    (
        "does_not_capitalize",
        &["ms1"],
        &["pair_in_capitals", "pair_two_at_once", "pair_close_socket"],
    ),
    ("one_id_for_all", &["ex7"], &["pair_an_id_each"]),
    ("replies_once", &["ex7"], &["pair_the_text_comes_back"]),
    ("sends_to_its_sender_too", &["ms2", "ms3"], &["pair_reaches_all_but_its_sender"]),
    ("tells_of_nobody", &["ms2"], &["pair_newcomers_are_told"]),
    ("ends_with_a_leaver", &["ms2", "ms3"], &["pair_leavers_harm_nobody"]),
    ("shows_no_name", &["ms2"], &["pair_by_whom"]),
    ("shows_no_time", &["ms3"], &["pair_time_and_sender"]),
    ("passes_on_one_message_each", &["ms3"], &["pair_at_any_time", "pair_leavers_harm_nobody"]),
];

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(SIDE_BY_SIDE);
    let case = |case: &'static Case| {
        let name = format!("{}::{}", case.step, case.name);
        Trial::ignorable_test(name, || play_case(case))
    };
    let mut trials: Vec<Trial> = CASES.iter().map(case).collect();
    for (mistake, steps, fails) in PAIRS {
        trials.extend(steps.iter().map(|step| {
            let name = format!("{step}::pair_{mistake}");
            Trial::ignorable_test(name, move || play_pair(step, mistake, fails))
        }));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn play_case(case: &Case) -> Result<Completion, Failed> {
    let mut options = vec!["check", case.step];
    options.extend(case.options);
    let (server, client) = (at_home(case.server)?, at_home(case.client)?);
    play(&options, server, client, case.fails)
}

fn play_pair(step: &str, mistake: &str, fails: &[&str]) -> Result<Completion, Failed> {
    let kind = if ["ms2", "ms3"].contains(&step) { "room" } else { "" };
    let command =
        |role| at_home(&format!("python3 wrong/pair.py {role} {{port}} {mistake} {kind}"));
    play(&["check", step, "--pair"], command("server")?, command("client")?, fails)
}

/// A command, or none for an empty one, with paths from the root of the course; or why it cannot be run here.
fn at_home(command: &str) -> Result<Runnable, Failed> {
    let Some((program, arguments)) = command.split_once(' ') else { return Ok(Ok(None)) };
    let mut java = String::new();
    if command.contains("{java}") {
        let folder = kept("java_ms3");
        let sources = std::fs::read_dir(root().join("tests/foreign/java/ms3"))?;
        let sources: Vec<_> =
            sources.map(|source| Ok(source?.path())).collect::<Result<_, Failed>>()?;
        if let Err(reason) = run(Command::new("javac").arg("-d").arg(&folder).args(sources)) {
            return Ok(Err(reason));
        }
        java = folder.display().to_string();
    }
    let program = match program {
        "python3" => PYTHON.clone(),
        other => run(Command::new(other).arg("--version")).map(|_| other.to_string()),
    };
    let program = match program {
        Ok(program) => program,
        Err(reason) => return Ok(Err(reason)),
    };
    let here = root().join("tests/foreign");
    let in_place = |folder: &str| format!(" {}/{folder}/", here.display());
    let arguments = format!(" {arguments}").replace("{java}", &java);
    let arguments = arguments.replace(" python/", &in_place("python"));
    Ok(Ok(Some(program + &arguments.replace(" wrong/", &in_place("wrong")))))
}

/// The interpreter itself: what chooses one of several costs more time than all that it runs here.
static PYTHON: LazyLock<Result<String, String>> = LazyLock::new(|| {
    let printed = run(Command::new("python3").args(["-c", "import sys; print(sys.executable)"]))?;
    Ok(printed.trim().to_string())
});

/// Runs a command to its end, and gives what it printed. The error says what went wrong, in one line.
fn run(command: &mut Command) -> Result<String, String> {
    let name = command.get_program().display().to_string();
    let output = command.output().map_err(|error| format!("{name}: {error}"))?;
    let errors = String::from_utf8_lossy(&output.stderr);
    let last = errors.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(format!("{name} fails: {last}")),
    }
}

type Runnable = Result<Option<String>, String>;

/// Checks these programs. All that must fail does, and all else that is asked of them passes.
fn play(
    options: &[&str],
    server: Runnable,
    client: Runnable,
    fails: &[&str],
) -> Result<Completion, Failed> {
    let mut arguments = options.to_vec();
    let (server, client) = match (server, client) {
        (Err(reason), _) | (_, Err(reason)) => return Ok(Completion::ignored_with(reason)),
        (Ok(server), Ok(client)) => (server, client),
    };
    for (option, command) in [("--server", &server), ("--client", &client)] {
        if let Some(command) = command {
            arguments.extend([option, command]);
        }
    }
    arguments.extend(["--json", "--seed", "1"]);
    let checks = step(&arguments).checks();
    let is_taken = |check: &Value| {
        check["message"]
            .as_str()
            .is_some_and(|message| message.contains("is taken; end the program"))
    };
    if let Some(check) = checks.iter().find(|check| is_taken(check)) {
        return Ok(Completion::ignored_with(check["message"].to_string()));
    }
    let mut wrong = String::new();
    for check in &checks {
        let text = |key: &str| check[key].as_str().unwrap_or_default();
        let must_fail = fails.contains(&text("id"));
        let is_asked =
            check["max"].as_f64() > Some(0.0) && !text("message").starts_with("needs --");
        let is_right = match text("verdict") {
            "fails" => must_fail || !is_asked,
            "passes" => !must_fail,
            _ => !must_fail && !is_asked,
        };
        if !is_right {
            let (id, verdict, message) = (text("id"), text("verdict"), text("message"));
            wrong += &format!("{id}: {verdict}: {message}\n{}\n", text("transcript"));
        }
    }
    for id in fails.iter().filter(|id| !checks.iter().any(|check: &Value| check["id"] == **id)) {
        wrong += &format!("there is no check {id}\n");
    }
    if wrong.is_empty() { Ok(Completion::Completed) } else { Err(wrong.into()) }
}

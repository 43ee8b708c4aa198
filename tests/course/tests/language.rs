//! `--language`: the course's texts in another language, and all else as it was.

use course_tests::play::find;
use course_tests::run::{checker, run, step};
use serde_json::Value;

/// A step that is wholly translated, and one that is not.
const TRANSLATED: &str = "ex1";
const ENGLISH: &str = "ms3";

#[test]
fn titles_hints_and_advice_are_in_the_language_that_is_chosen() {
    let list = step(&["list", "--language", "de"]).with(0);
    assert!(list.stdout.contains("1.1 ein Server für eine Nachricht"), "{list}");
    let hint = step(&["--language=de", "hint", TRANSLATED]).with(0);
    assert!(hint.stdout.contains("Ein Server tut vier Dinge"), "{hint}");
    let mut command = checker();
    command.env("CHATLINGS_LANGUAGE", "de").args([
        "check",
        TRANSLATED,
        "the_message",
        "--server",
        "false",
    ]);
    let check = run(&mut command).with(2);
    assert!(check.stderr.contains("has no check with"), "they have German names: {check}");
}

#[test]
fn what_is_not_translated_is_in_english() {
    let list = step(&["list", "--language", "de"]).with(0);
    let title = find(ENGLISH).expect("the step is there").title;
    assert!(list.stdout.contains(title), "{list}");
}

#[test]
fn what_a_machine_reads_is_the_same_in_every_language() {
    let json = |language: &str| -> Value {
        let ended =
            step(&["check", TRANSLATED, "--server", "false", "--json", "--language", language]);
        serde_json::from_str(&ended.with(1).stdout).expect("JSON")
    };
    let of = |document: &Value, key: &str| -> Vec<Value> {
        let checks = document["steps"][0]["checks"].as_array().expect("checks").iter();
        checks.map(|check| check[key].clone()).collect()
    };
    let (english, german) = (json("en"), json("de"));
    for key in ["id", "verdict", "role", "max"] {
        assert_eq!(of(&english, key), of(&german, key), "{key}");
    }
    assert_ne!(of(&english, "name"), of(&german, "name"));
}

#[test]
fn an_unknown_language_is_one_line_that_says_which_there_are() {
    for arguments in [&["list", "--language", "tlh"][..], &["--language=tlh", "check", "--help"]] {
        let ended = step(arguments).with(2);
        assert_eq!(ended.stderr, "error: no language \"tlh\": there are en, de\n");
        assert_eq!(ended.stdout, "");
    }
}

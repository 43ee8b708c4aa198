//! The JUnit file: that it is XML of the right structure (always), and that it holds against the schema beside this file (with
//! `xmllint`, or Python with `lxml` or `xmlschema`).

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;
use std::process::Command;
use std::{env, fs};

use checker::report::class::graded::Class;
use checker::report::class::junit::junit;
use course_tests::class::{awkward, made_up, of_all_kinds};
use course_tests::root;
use roxmltree::{Document, Node};

fn xml(class: &Class) -> String {
    junit(class).expect("a document")
}

fn count(node: Node, name: &str) -> usize {
    node.attribute(name).unwrap_or_else(|| panic!("{name} of {node:?}")).parse().expect("a number")
}

#[test]
fn every_count_is_right_and_no_two_test_cases_are_called_the_same() {
    let twice =
        Class { graded: vec![of_all_kinds("ada"), of_all_kinds("ada")], ..Class::default() };
    for class in [made_up(), awkward(), twice, Class::default()] {
        let text = xml(&class);
        let document = Document::parse(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        let root = document.root_element();
        assert_eq!(root.tag_name().name(), "testsuites");
        for node in root.children().filter(Node::is_element).chain([root]) {
            let has = |tag: &str| node.descendants().filter(|node| node.has_tag_name(tag)).count();
            let pairs = [("tests", "testcase"), ("failures", "failure"), ("errors", "error")];
            for (attribute, tag) in pairs {
                assert_eq!(count(node, attribute), has(tag), "{attribute}: {node:?}");
            }
        }
        let cases: Vec<Node> =
            document.descendants().filter(|node| node.has_tag_name("testcase")).collect();
        let names: BTreeSet<_> = cases
            .iter()
            .map(|case| (case.attribute("classname"), case.attribute("name")))
            .collect();
        assert_eq!(names.len(), cases.len(), "{text}");
    }
}

#[test]
fn each_verdict_is_told_as_what_it_is_with_its_reason_and_what_is_open() {
    let class = Class { graded: vec![of_all_kinds("a\u{1b}[1m<b>")], ..Class::default() };
    let text = xml(&class);
    let document = Document::parse(&text).expect("XML");
    let cases = document.descendants().filter(|node| node.has_tag_name("testcase"));
    for (case, check) in cases.zip(&class.graded[0].steps[0].checks) {
        assert_eq!(case.attribute("classname"), Some("a\\u{1b}[1m<b>.ex1"));
        assert_eq!(case.attribute("name"), Some(&*check.id));
        assert_eq!(case.attribute("time"), Some("0.250"));
        let child = case.children().find(Node::is_element);
        let expected = match &*check.verdict {
            "passes" => None,
            "fails" | "does not compile" => Some("failure"),
            "checker fault" => Some("error"),
            _ => Some("skipped"),
        };
        assert_eq!(child.map(|child| child.tag_name().name()), expected, "{}", check.verdict);
        let Some(child) = child else { continue };
        let message = child.attribute("message").expect("a message");
        assert!(message.contains("expected"), "{message}");
        let is_open = !["fails", "does not compile", "to do"].contains(&&*check.verdict);
        let names_open = message.contains("open");
        assert_eq!(names_open, is_open && check.max > 0.0, "{message}");
        let account = child.text().expect("an account");
        assert!(account.contains("alice → a\\u{1b}[1m<b>\\u{b}"), "{account}");
    }
    let properties = document.descendants().filter(|node| node.has_tag_name("property"));
    let properties: Vec<_> =
        properties.map(|node| (node.attribute("name"), node.attribute("value"))).collect();
    assert!(properties.contains(&(Some("open"), Some("2"))), "{properties:?}");
    assert!(properties.contains(&(Some("seed"), Some(&*u64::MAX.to_string()))), "{properties:?}");
}

#[test]
fn nothing_but_trouble_and_nothing_at_all_are_seen_too() {
    let text = xml(&awkward());
    let document = Document::parse(&text).expect("XML");
    let of = |name: &str| {
        let mut cases = document.descendants().filter(|node| node.has_tag_name("testcase"));
        cases.find(|case| case.attribute("classname") == Some(name)).expect("a test case")
    };
    let trouble = of("nothing but trouble").first_element_child().expect("a reason");
    assert_eq!(trouble.tag_name().name(), "error");
    let message = "nothing of it was checked: 10 points are open";
    assert_eq!(trouble.attribute("message"), Some(message));
    assert!(trouble.text().expect("a text").contains("it is no zip: \\u{1b}[2J</td>"));
    let absent = of("-absent").first_element_child().expect("a reason");
    assert_eq!(absent.attribute("message"), Some("nothing was handed in"));
}

#[test]
fn it_holds_against_the_schema() {
    let folder = tempfile::tempdir().expect("a folder");
    let schema = root().join("tests/course/tests/class/junit.xsd");
    // Another schema can be tried too: that of a reader, say.
    let others =
        env::var_os("JUNIT_XSD").map(|others| env::split_paths(&others).collect::<Vec<_>>());
    let schemas = [vec![schema], others.unwrap_or_default()].concat();
    for (name, class) in
        [("made_up", made_up()), ("awkward", awkward()), ("nobody", Class::default())]
    {
        let file = folder.path().join(format!("{name}.xml"));
        fs::write(&file, xml(&class)).expect("a file is written");
        for schema in &schemas {
            let Some((holds, said)) = validate(schema, &file) else {
                let missing = "neither xmllint, nor Python with lxml or xmlschema, is there";
                let _ = writeln!(io::stderr(), "skipped, since it needs a validator: {missing}");
                return;
            };
            assert!(holds, "{name} against {}: {said}", schema.display());
        }
    }
    // And what is wrong does not hold.
    let wrong = folder.path().join("wrong.xml");
    let text = xml(&made_up()).replacen(" time=\"", " duration=\"", 1);
    fs::write(&wrong, text).expect("a file is written");
    let (holds, said) = validate(&schemas[0], &wrong).expect("it was there before");
    assert!(!holds, "{said}");
}

const WITH_LXML: &str = "import sys; from lxml import etree; \
    etree.XMLSchema(etree.parse(sys.argv[1])).assertValid(etree.parse(sys.argv[2]))";
const WITH_XMLSCHEMA: &str =
    "import sys, xmlschema; xmlschema.XMLSchema(sys.argv[1]).validate(sys.argv[2])";

/// Whether a file holds against a schema, and what was said of it; nothing, if nobody can tell.
fn validate(schema: &Path, file: &Path) -> Option<(bool, String)> {
    let mut xmllint = Command::new("xmllint");
    xmllint.args(["--noout", "--schema"]);
    let mut commands = vec![xmllint];
    for (module, script) in [("lxml", WITH_LXML), ("xmlschema", WITH_XMLSCHEMA)] {
        let is_there = Command::new("python3").args(["-c", &format!("import {module}")]).output();
        if is_there.is_ok_and(|python| python.status.success()) {
            let mut python = Command::new("python3");
            python.args(["-c", script]);
            commands.push(python);
        }
    }
    let output = commands.iter_mut().find_map(|it| it.arg(schema).arg(file).output().ok())?;
    Some((output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned()))
}

//! The pictures of the README: a run of each step, played with the reference solutions, and the whole course, compared
//! with those in `docs/`.
//!
//! After a change that is meant, `make pictures` writes them.

use std::io::{self, Write};
use std::{env, fs};

use checker::report::picture;
use checker::report::sequence::Diagram;
use course_tests::play::{self, Package, SEED, STEPS, Transcript, explain, find, shown};
use course_tests::snapshot::Filters;
use course_tests::{ask_for, read, root};

#[test]
fn every_picture_is_of_a_run_as_it_is_played() {
    let checks: Vec<_> = STEPS
        .iter()
        .map(|step| (play::cast(Package::Solutions, step).expect("cargo runs"), shown(step)))
        .collect();
    let outcomes = play::play_all(&checks, SEED, false, |_| {});
    let filters = Filters::new(&[]);
    let mut transcripts: Vec<Transcript> = Vec::new();
    let mut stale = Vec::new();
    for (step, outcome) in STEPS.iter().zip(outcomes) {
        if !outcome.passes() {
            assert!(play::may_be_missed(&outcome), "{}", explain(&outcome));
            tell(&format!("not checked: the picture of {}: {}", step.id, explain(&outcome)));
            continue;
        }
        let mut transcript = outcome.transcript;
        for line in &mut transcript.lines {
            line.text = filters.apply(&line.text);
        }
        stale.extend(compare(step.id, &picture::svg(&Diagram::of(&transcript))));
        transcripts.push(transcript);
    }
    if transcripts.len() == STEPS.len() {
        let diagrams = transcripts.iter().map(Diagram::of);
        let course: Vec<_> = STEPS.iter().zip(diagrams).collect();
        stale.extend(compare("course", &picture::course::svg(&course)));
    } else {
        tell("not checked: the picture of the course");
    }
    assert!(
        stale.is_empty(),
        "{} shows another run than was played. If that is meant, `make pictures` draws it again.",
        stale.join(", ")
    );
}

/// Says something that is read also when the test passes.
fn tell(what: &str) {
    let _ = writeln!(io::stderr(), "{what}");
}

/// The name of the picture, if it is another one than this, and not to be written.
fn compare(name: &str, picture: &str) -> Option<String> {
    let path = format!("docs/{name}.svg");
    if env::var("INSTA_UPDATE").as_deref() == Ok("always") {
        fs::write(root().join(&path), picture).expect("the picture is written");
        return None;
    }
    let kept = fs::read_to_string(root().join(&path)).unwrap_or_default();
    if kept.is_empty() && is_own(name) {
        ask_for(&format!("the picture {path}, which make pictures draws"));
        return None;
    }
    (kept != picture).then_some(path)
}

fn is_own(name: &str) -> bool {
    find(name).is_some_and(|step| step.is_own)
}

#[test]
fn every_picture_is_in_the_readme_with_its_words() {
    let readme = read("README.md");
    for name in STEPS.iter().map(|step| step.id).chain(["course"]) {
        let link = format!("](docs/{name}.svg)");
        let line = readme.lines().find(|line| line.starts_with("![") && line.ends_with(&link));
        if line.is_none() && is_own(name) {
            ask_for(&format!(
                "the picture docs/{name}.svg in README.md, which make pictures draws"
            ));
            continue;
        }
        let line = line.unwrap_or_else(|| panic!("README.md does not show docs/{name}.svg"));
        let words = line.trim_end_matches(&link).split_whitespace().count();
        assert!(words >= 8, "README.md does not say what docs/{name}.svg shows: {line}");
    }
    for step in STEPS.iter().filter(|step| !step.is_own) {
        let title = format!("```text\n{} · {}\n", step.title, shown(step).name);
        assert!(readme.contains(&title), "README.md has no transcript of {title:?}");
    }
}

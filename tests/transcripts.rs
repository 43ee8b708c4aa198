//! The transcripts of all checks, played with the reference solutions, as snapshots; and those in the
//! README, compared with them.
//!
//! After a change that is meant: `INSTA_UPDATE=always cargo test --test transcripts` writes the snapshots and, run
//! once more, the README.

use std::{env, fs};

use course_tests::play::{self, Cast, Check, Outcome, Package, SEED, STEPS, explain, plain};
use course_tests::snapshot::{Filters, settings};
use course_tests::{ask_for, read, root};

#[test]
fn every_scene_gives_the_transcript_of_its_snapshot() {
    let cast = |step| play::cast(Package::Solutions, step).expect("cargo runs");
    let checks: Vec<(&Cast, &'static Check)> = STEPS
        .iter()
        .flat_map(|step| step.checks.iter().map(move |check| (cast(step), check)))
        .collect();
    let outcomes = play::play_all(&checks, SEED, false, |_| {});
    // Only what passes is compared, and written: a scene that the machine has cut short is no pattern for others.
    let mut not_checked = 0;
    for outcome in outcomes.iter().filter(|outcome| !outcome.passes()) {
        assert!(play::may_be_missed(outcome), "{}", explain(outcome));
        println!("not checked: {}", explain(outcome));
        not_checked += 1;
    }
    println!("{} scenes passed, {not_checked} were not checked", outcomes.len() - not_checked);
    let mut outcomes = outcomes.iter();
    let filters = Filters::new(&[]);
    for step in STEPS.iter() {
        let played: Vec<&Outcome> = outcomes.by_ref().take(step.checks.len()).collect();
        if !played.iter().all(|outcome| outcome.passes()) {
            println!("the transcripts of {} are not compared", step.id);
            continue;
        }
        let transcripts: Vec<String> =
            played.iter().map(|outcome| filters.apply(&plain(&outcome.transcript))).collect();
        settings("snapshots").bind(|| insta::assert_snapshot!(step.id, transcripts.join("\n")));
    }
}

#[test]
fn every_step_shows_a_transcript_in_the_readme() {
    let readme = read("README.md");
    for step in STEPS.iter() {
        let title = format!("```text\n{} · ", step.title);
        if step.is_own && !readme.contains(&title) {
            ask_for(&format!("a transcript of {} in README.md", step.id));
            continue;
        }
        assert!(
            readme.contains(&title),
            "README.md shows no transcript of {} ({})",
            step.id,
            step.title
        );
    }
}

#[test]
fn every_transcript_in_the_readme_is_one_of_the_snapshots() {
    let readme = read("README.md");
    let mut mended = readme.clone();
    let mut compared = 0;
    for block in readme.split("```text\n").skip(1) {
        let block = block.split("```").next().expect("a block ends").trim_end();
        let Some(step) = STEPS.iter().find(|step| block.starts_with(&format!("{} · ", step.title)))
        else {
            continue;
        };
        let snapshot = read(format!("tests/snapshots/{}.snap", step.id));
        let title = block.lines().next().expect("a block has a first line");
        let played = snapshot.split("\n\n").find(|played| played.contains(title));
        let played = played.unwrap_or_else(|| {
            panic!(
                "tests/snapshots/{}.snap has no scene {title:?}: mend this line of README.md",
                step.id
            )
        });
        let played = played[played.find(title).expect("it was just found")..].trim_end();
        match env::var("INSTA_UPDATE").as_deref() {
            Ok("always") => mended = mended.replace(block, played),
            _ => assert_eq!(
                block, played,
                "README.md (left) shows another transcript than was played (right)"
            ),
        }
        compared += 1;
    }
    let least = STEPS.iter().filter(|step| !step.is_own).count();
    assert!(compared >= least, "only {compared} transcripts were compared");
    if mended != readme {
        fs::write(root().join("README.md"), mended).expect("README.md is written");
    }
}

#[test]
fn what_a_busy_machine_makes_longer_is_kept_as_it_is_on_a_quiet_one() {
    let filters = Filters::new(&[]);
    for (played, kept) in [
        ("$ ex3_threads --max-sleep-ms 3600", "$ ex3_threads --max-sleep-ms 400"),
        ("$ ex3_threads --max-sleep-ms 100", "$ ex3_threads --max-sleep-ms 100"),
        ("without a pause over 1.12 s", "without a pause over 1 s"),
        ("expected no pause over 2 s, but", "expected no pause over 1 s, but"),
    ] {
        assert_eq!(filters.apply(played), kept);
    }
}

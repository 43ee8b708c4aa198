//! The transcripts of all checks, played with the worked programs, as snapshots; and those in the
//! README, compared with them.
//!
//! After a change that is meant: `INSTA_UPDATE=always cargo test --test transcripts` writes the snapshots and, run
//! once more, the README.

use std::path::{Path, PathBuf};
use std::{env, fs};

use checker::course::step::{Check, Step};
use checker::course::table::STEPS;
use checker::desk::student::{casts, programs};
use checker::judge::build::{self, Package};
use checker::judge::cast::Cast;
use checker::judge::judge::{self, Verdict};

const SEED: u64 = 1;

#[test]
fn every_scene_gives_the_transcript_of_its_snapshot() {
    let steps: Vec<&'static Step> = STEPS.iter().collect();
    let builds = build::build(&programs(&steps, Package::Solutions), false).expect("cargo runs");
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    // The system chooses the ports.
    settings.add_filter(r"127\.0\.0\.1:\d+", "127.0.0.1:[port]");
    settings.add_filter(r"--port \d+", "--port [port]");
    settings.add_filter(r"\[\d\d:\d\d:\d\d\]", "[time]");
    for cast in casts(&steps, Package::Solutions, &builds) {
        let checks: Vec<(&Cast, &Check)> =
            cast.step.checks.iter().map(|check| (&cast, check)).collect();
        let outcomes = judge::play_all(&checks, SEED, false, |_| {});
        for outcome in &outcomes {
            assert_eq!(
                outcome.verdict,
                Verdict::Passes,
                "{}\n{}",
                outcome.message,
                outcome.transcript.plain()
            );
        }
        let transcripts: Vec<String> =
            outcomes.iter().map(|outcome| outcome.transcript.plain()).collect();
        settings.bind(|| insta::assert_snapshot!(cast.step.id, transcripts.join("\n")));
    }
}

#[test]
fn every_step_shows_a_transcript_in_the_readme() {
    let readme = read("README.md");
    for step in STEPS {
        let title = format!("```text\n{} · ", step.title);
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
        let snapshot = read(&format!("tests/snapshots/{}.snap", step.id));
        let title = block.lines().next().expect("a block has a first line");
        let played = snapshot.split("\n\n").find(|played| played.contains(title));
        let played = played.unwrap_or_else(|| panic!("no snapshot has the scene {title:?}"));
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
    assert!(compared >= STEPS.len(), "only {compared} transcripts were compared");
    if mended != readme {
        fs::write(path_of("README.md"), mended).expect("README.md is written");
    }
}

fn path_of(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn read(path: &str) -> String {
    let path = path_of(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

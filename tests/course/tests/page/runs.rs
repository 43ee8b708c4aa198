//! The runs that the pages under test are of.

use std::time::Duration;

use course_tests::mistake;
use course_tests::play::{
    Again, Cast, Difference, Ending, Failure, Line, Mark, Outcome, Package, Page, Role, SEED,
    STEPS, Step, StepResult, ToDo, Transcript, Untouched, Verdict, cast, find, page, play_steps,
};
use jiff::Zoned;

/// Wrong programs, with what a page is to show of them: bytes beside others, frames, many actors, text that nobody
/// asked for.
const WRONG: &[(&str, &str)] = &[
    ("ex1_server", "ex1_server_prints_the_whole_buffer"),
    ("ex4_server", "ex4_server_replies_twice"),
    ("ex6_server", "ex6_server_sends_the_length_little_endian"),
    ("ex6_client", "ex6_client_swaps_sender_and_addressee"),
    ("ms2_server", "ms2_server_serves_one_client_after_the_other"),
];

/// How many checks of these fail, at least.
pub const FAILURES: usize = 10;

/// How many checks of each step are played.
const CHECKS: usize = 8;

/// What a person has in one run: programs that fail, one that passes, and a step that is untouched.
pub fn of_wrong_programs() -> Result<Vec<StepResult>, String> {
    let mut casts: Vec<Cast> = Vec::new();
    for (program, mistake) in WRONG {
        let step = step_of(program)?;
        let wrong = mistake::cast_with(step, program, mistake)?;
        match casts.iter_mut().find(|cast| cast.step.id == step.id) {
            Some(other) => {
                let role = Role::of(program);
                other.roles.insert(role, wrong.roles[&role].clone());
            }
            None => casts.push(wrong),
        }
    }
    casts.push(cast(Package::Solutions, step_of("ex2_server")?)?.clone());
    for cast in &mut casts {
        // The last ones too: they are of other programs than the first ones.
        let checks = cast.checks.len();
        let is_played = |number: usize| number < CHECKS / 2 || number + CHECKS / 2 >= checks;
        let mut number = 0..;
        cast.checks.retain(|_| number.next().is_some_and(is_played));
    }
    Ok(play_steps(&casts, SEED, |_| ()))
}

/// The whole course, with the reference solutions.
pub fn of_right_programs() -> Result<Vec<StepResult>, String> {
    let casts = STEPS.iter().map(|step| cast(Package::Solutions, step).cloned());
    let casts: Result<Vec<Cast>, String> = casts.collect();
    Ok(play_steps(&casts?, SEED, |_| ()))
}

fn step_of(program: &str) -> Result<&'static Step, String> {
    let step = STEPS.iter().find(|step| step.programs.contains(&program));
    step.ok_or(format!("no step has a {program}"))
}

/// What a program could say to make a page something else than a page.
pub const MARKUP: &[&str] = &[
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\"><svg onload=\"alert(1)\">",
    "</pre></code></p></li></ol></details></main><style>*{display:none}</style>",
    "<!-- <![CDATA[ --><plaintext>",
    "\" onfocus=\"alert(1)\" autofocus=\"",
    "javascript:alert(1)",
    "&lt;b&gt; &#60;b&#62; &amp;lt;",
    "{{ 7 * 7 }} ${7 * 7}",
];

/// What cannot be seen, or makes other text hard to see.
pub const UNSEEN: &[&str] = &[
    "\u{202e}desrever\u{202c}",
    "\u{2067}isolated\u{2069}",
    "\0\u{1}\u{7}\u{8}\u{b}\u{c}\r\u{1b}[2J\u{7f}\u{85}\u{9b}31m",
    "\u{200b}\u{200d}\u{2060}\u{feff}\u{2028}\u{2029}",
    "שלום עולם (1) 2 + 3 = 5",
    "مرحبا بالعالم",
    "e\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}\u{307}\u{308}",
    "👩‍👩‍👧 你好，世界",
];

/// Long lines, without a place to break them.
fn long() -> [String; 4] {
    const LENGTH: usize = 64 * 1024;
    [
        "x".repeat(LENGTH),
        "<".repeat(LENGTH),
        "你".repeat(LENGTH / 3),
        "&amp;<b>\u{202e}".repeat(LENGTH / 11),
    ]
}

/// A run in which all that a program, its source or the compiler can say is hostile.
pub fn of_hostile_programs() -> Vec<StepResult> {
    let short: Vec<String> = MARKUP.iter().chain(UNSEEN).map(ToString::to_string).collect();
    let mut verdicts = Vec::new();
    for words in short.chunks(6).chain(long().chunks(4)) {
        let failure = Failure::of("alice", words.join(" "));
        let verdict = Verdict::Fails { failure, look: words.join(" ") };
        verdicts.push((verdict, hostile_transcript(words)));
    }
    let all = short.join("\n");
    let to_do = ToDo { file: MARKUP[0].to_string(), line: 7, task: all.clone() };
    verdicts.push((Verdict::ToDo(to_do), hostile_transcript(&short[..1])));
    verdicts.push((Verdict::CheckerFault(all.clone()), hostile_transcript(&short[..1])));
    verdicts.push((Verdict::NotChecked(all.clone()), nothing()));
    let errors = format!("{all}\n{}", long().join("\n"));
    let ex1 = find("ex1").expect("the step is there");
    let broken = ex1.checks.iter().map(|_| (Verdict::DoesNotCompile(errors.clone()), nothing()));
    vec![result("ex4", verdicts), result("ex1", broken.collect())]
}

/// A transcript in which programs print, send and are sent these words.
fn hostile_transcript(words: &[String]) -> Transcript {
    let mut lines = vec![
        Line::new("server", Mark::Output, "$ ex4_server --port 8080"),
        Line::new("alice", Mark::Event, "connects"),
    ];
    for words in words {
        let bytes = words.as_bytes();
        lines.push(Line::new("alice", Mark::Typed, words));
        lines.push(Line::new("alice", Mark::Sent, words).with("server", bytes));
        lines.push(Line::new("server", Mark::Output, words));
        lines.push(Line::new("server", Mark::Error, words));
        lines.push(Line::new("bob", Mark::Received, words).with("server", bytes));
    }
    let mut failed = Line::new("bob", Mark::Failed, &format!("expected {}", words.join(" ")));
    failed.difference = Some(Box::new(Difference::of_texts(&words[0], words.concat().as_bytes())));
    lines.push(failed);
    in_time(lines)
}

/// A run that is longer than any window is high.
pub fn of_many_rounds() -> Vec<StepResult> {
    let mut lines = Vec::new();
    for round in 0..40 {
        for actor in ["alice", "bob", "carol"] {
            let word = format!("{actor} says {round}");
            lines.push(
                Line::new(actor, Mark::Sent, &word).with("server", format!("{word}\n").as_bytes()),
            );
            lines.push(Line::new("server", Mark::Output, &word));
        }
    }
    lines.push(Line::new("carol", Mark::Failed, "expected \"bread\", but nothing came within 2 s"));
    let failure = Failure::of("carol", "expected \"bread\", but nothing came within 2 s");
    let verdict = Verdict::Fails { failure, look: "whether it sends anything".to_string() };
    vec![result("ex4", vec![(verdict, in_time(lines))])]
}

fn nothing() -> Transcript {
    Transcript::new(String::new())
}

/// The lines, 10 ms apart.
fn in_time(mut lines: Vec<Line>) -> Transcript {
    for (line, number) in lines.iter_mut().zip(0..) {
        line.when = Duration::from_millis(10 * number);
    }
    Transcript { title: "a scene".to_string(), lines }
}

/// The first checks of a step, with what came of them.
fn result(step: &str, verdicts: Vec<(Verdict, Transcript)>) -> StepResult {
    let step = find(step).expect("the step is there");
    assert!(step.checks.len() >= verdicts.len(), "{} has not so many checks", step.id);
    let outcome = |(check, (verdict, transcript))| Outcome {
        check,
        verdict,
        is_bonus: false,
        max: 1.0,
        transcript,
        took: Duration::ZERO,
        lacked: None,
        held_up: Duration::ZERO,
        warnings: Vec::new(),
    };
    let outcomes = step.checks.iter().zip(verdicts).map(outcome).collect();
    StepResult { step, outcomes, framings: Vec::new(), fingerprint: String::new() }
}

/// The page of a run. On it, another step is untouched, if there is one, and a helper is not as the course has it.
/// `hostile`: what the compiler warns of, and what was given on the command line.
pub fn html(results: &[StepResult], hostile: &[&str]) -> String {
    let mut summed: Vec<&'static Step> = results.iter().map(|result| result.step).collect();
    let untouched = STEPS.iter().find(|step| summed.iter().all(|other| other.id != step.id));
    summed.extend(untouched);
    let untouched: Vec<Untouched> = untouched.into_iter().map(untouched_step).collect();
    let hostile: Vec<String> = hostile.iter().map(ToString::to_string).collect();
    page(&Page {
        results,
        untouched: &untouched,
        compiler_warnings: &hostile,
        ending: &Ending {
            again: Again { options: hostile.clone(), seed: SEED, ..Again::default() },
            summed: &summed,
            next: None,
            so_far: Some((2.0, 3)),
            hinted: Some(Vec::new()),
            changed_helpers: &["src/text.rs".to_string()],
            may_be_pair: false,
        },
        whose: "your programs",
        made: &Zoned::now(),
        took: Duration::from_secs(3),
        protection: "none (a test)",
        handed_in: &[("Taken", &hostile), ("Not taken", &["a_long_name".repeat(30)])],
    })
}

fn untouched_step(step: &'static Step) -> Untouched {
    let task = |program: &&str| {
        let file = Package::Exercises.source(program).display().to_string();
        (file, "Serve `one` client: send each message back in capitals.".to_string())
    };
    let tasks = step.programs.iter().map(task).collect();
    Untouched { step, tasks, finished: None, is_recorded: false }
}

//! What a student hands in beside sources: the report, and the sessions that are shown in it or as pictures.

use crate::course::handouts::Handout;
use crate::judge::outcome::Outcome;
use crate::report::project::Project;
use crate::report::transcript::plain;
use crate::stage::transcript::{Mark, Transcript};

/// The file of the report.
pub const REPORT: &str = "report.md";

/// A session with the student's programs, which went as it should.
#[derive(Debug)]
pub struct Session {
    /// What it shows.
    pub name: &'static str,
    /// What its picture is called, without a folder.
    pub file: String,
    /// What happened.
    pub transcript: Transcript,
}

impl Session {
    /// The sessions among these outcomes, with programs called as the handout does.
    pub fn among<'a>(
        outcomes: impl Iterator<Item = &'a Outcome>,
        handout: &Handout,
    ) -> Vec<Session> {
        let passed = outcomes.filter(|outcome| outcome.passes());
        let session = |(number, outcome): (usize, &'a Outcome)| Session {
            name: outcome.check.name,
            file: format!("{}-{}.svg", number + 1, outcome.check.id.trim_start_matches("pair_")),
            transcript: renamed(&outcome.transcript, handout),
        };
        passed.enumerate().map(session).collect()
    }
}

/// A transcript in which programs are started by the names that the handout has for them.
fn renamed(transcript: &Transcript, handout: &Handout) -> Transcript {
    let mut transcript = transcript.clone();
    let started = transcript.lines.iter_mut().filter(|line| line.mark == Mark::Output);
    for line in started {
        let words = line.text.strip_prefix("$ ");
        let command = |(own, name): &(&str, &str)| {
            let rest = words?.strip_prefix(own).filter(|rest| rest.starts_with(' '))?;
            Some(format!("$ {name}{rest}"))
        };
        if let Some(text) = handout.names.iter().find_map(command) {
            line.text = text;
        }
    }
    transcript
}

/// The report. `pictures` are the paths of the sessions' pictures; `explanation` is what the student has written, and
/// `source` where that is to be written.
pub fn report(
    project: &Project,
    sessions: &[Session],
    pictures: &[String],
    explanation: Option<&str>,
    source: &str,
) -> String {
    let mut text = format!("# {}: report\n\n{}\n", project.handout.title, project.by());
    let explanation =
        explanation.map(str::trim).map_or_else(|| to_be_written(source), String::from);
    text += &format!("\n## Explanation of the source code\n\n{explanation}\n");
    text += &format!("\n## Compilation\n\n{}", project.compiling());
    text += &format!("\n## Running, and inputs\n\n{}", project.running());
    text += "\n## Outputs of a simple use case\n\n";
    text += match sessions {
        [] => "**To be written:** there was no session to be shown when this was packed.\n",
        _ => {
            "Recorded from live runs of these programs. The name at the left is that of the program or of its user: \
             `>` is typed, `│` is printed, `!` is written to stderr, and `┄` is what happens.\n"
        }
    };
    for (number, session) in sessions.iter().enumerate() {
        text += &format!("\n### {}\n\n", session.name);
        if let Some(picture) = pictures.get(number) {
            text += &format!("![{}]({picture})\n\n", session.name);
        }
        text += &format!("```text\n{}```\n", plain(&session.transcript));
    }
    text
}

fn to_be_written(source: &str) -> String {
    format!(
        "**To be written, in your own words:** how the server and the client work: which threads they have and what each \
         waits for, how a message gets from one client to all others, and what becomes of errors. Write it into \
         `{source}` and pack again."
    )
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::course::handouts::{Name, of_step};
    use crate::course::table::find;
    use crate::judge::outcome::Verdict;
    use crate::report::project::Program;
    use crate::stage::stop::Failure;
    use crate::stage::transcript::Line;

    fn outcome(number: usize, verdict: Verdict) -> Outcome {
        let check = &find("ms3").expect("a step").pair_checks[number];
        let mut transcript = Transcript::new(check.name.to_string());
        for text in ["$ ms3_server --port 5000", "ms3_server", "$ ms3_servers", "hello"] {
            transcript.lines.push(Line::new("server", Mark::Output, text));
        }
        let (took, held_up, max) = (Duration::ZERO, Duration::ZERO, 1.0);
        let (is_bonus, lacked, warnings) = (false, None, Vec::new());
        Outcome { check, verdict, is_bonus, max, transcript, took, held_up, lacked, warnings }
    }

    #[test]
    fn the_report_has_what_the_handout_asks_for() {
        let step = find("ms3").expect("a step");
        let (handout, name) = (of_step(step).expect("a handout"), Name::of("15").expect("a name"));
        let fails = Verdict::Fails { failure: Failure::of("alice", ""), look: String::new() };
        let outcomes =
            [outcome(0, fails), outcome(1, Verdict::Passes), outcome(2, Verdict::Passes)];
        let sessions = Session::among(outcomes.iter(), handout);
        let files: Vec<&str> = sessions.iter().map(|session| session.file.as_str()).collect();
        assert_eq!(files, ["1-reaches_all_but_its_sender.svg", "2-at_any_time.svg"]);
        let program = |own_name: &&'static str| {
            let own_name = *own_name;
            Program { step, own_name, name: handout.name_of(own_name), compiles: true }
        };
        let programs = step.programs.iter().map(program).collect();
        let project =
            Project { handout, name: &name, programs, rust: "1.88", changed_helpers: Vec::new() };
        let pictures = ["a.svg".to_string()];
        let text = report(&project, &sessions, &pictures, None, "exercises/x.md");
        for expected in [
            "# Instant messaging program: report\n\n15\n",
            "**To be written, in your own words:**",
            "`exercises/x.md` and pack again",
            "\n## Compilation\n\n",
            "cargo run --bin server\n",
            "a username, then lines",
            "\n### a message reaches everybody but its sender\n\n![a message reaches everybody but its sender](a.svg)\n\n```text\n",
            "  server │ $ server --port 5000\n  server │ ms3_server\n  server │ $ ms3_servers\n",
            "\n### each may say something at any time\n\n```text\n",
        ] {
            assert!(text.contains(expected), "no {expected:?} in:\n{text}");
        }
        let text = report(&project, &[], &[], Some("\nIt works.\n"), "x.md");
        assert!(text.contains("\n## Explanation of the source code\n\nIt works.\n\n##"), "{text}");
        assert!(text.contains("there was no session to be shown"), "{text}");
    }
}

//! The results as a page: one file of HTML that asks for nothing else, so that it opens from a disk, can be sent to
//! somebody, and is still the same in a year. It has no script. What programs have said is text in it, whatever it is.

mod check;
mod diagram;
pub(super) mod document;
mod step;
mod style;
mod summary;
pub(super) mod text;

use std::time::Duration;

use jiff::Zoned;
use maud::html;

use crate::judge::outcome::StepResult;
use crate::report::page::document::document;
use crate::report::page::style::STYLE;
use crate::report::terminal::{Ending, Untouched};

/// What a page is made of.
pub struct Page<'a> {
    /// What came of the steps that were played.
    pub results: &'a [StepResult],
    /// The steps that were not, since nothing of them is done.
    pub untouched: &'a [Untouched],
    /// What the compiler says of programs that it has built all the same.
    pub compiler_warnings: &'a [String],
    /// What follows from it.
    pub ending: &'a Ending<'a>,
    /// Whose programs were played: `your programs`.
    pub whose: &'a str,
    /// When the page is made.
    pub made: &'a Zoned,
    /// How long it took to build and play all of it.
    pub took: Duration,
    /// What was in force between the programs and the machine.
    pub protection: &'a str,
    /// What became of the files that were handed in, and what somebody should look at, where a class is graded: lists of
    /// lines, each with its heading.
    pub handed_in: &'a [(&'a str, &'a [String])],
}

/// The page, as a file of HTML.
pub fn page(page: &Page) -> String {
    let Page { results, untouched, ending, .. } = *page;
    let title = match ending.summed {
        [step] => format!("{}: a report", step.title),
        steps => format!("{} steps: a report", steps.len()),
    };
    let body = html! {
        a.skip href="#checks" { "Skip to the checks" }
        header { (summary::heading(page.whose, results, ending, page.made, page.took)) }
        main {
            (summary::summary(results, untouched, ending))
            (summary::wrong(results))
            div #checks tabindex="-1" {
                @for step in ending.summed {
                    @if let Some(untouched) = untouched.iter().find(|other| other.step.id == step.id) {
                        (step::untouched(untouched))
                    }
                    @if let Some(result) = results.iter().find(|other| other.step.id == step.id) {
                        (step::step(result, ending, page.compiler_warnings))
                    }
                }
            }
            (summary::handed_in(page.handed_in))
        }
        footer {
            p { "What protected this machine from the programs: " (page.protection) "." }
            p { "A page of chatlings, a course about sockets. It is one file, and asks for nothing else." }
        }
    };
    document(&title, STYLE, &body)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::course::table::{STEPS, find};
    use crate::judge::outcome::{Outcome, ToDo, Verdict};
    use crate::report::again::Again;
    use crate::stage::stop::Failure;
    use crate::stage::transcript::{Line, Mark, Transcript};

    /// What programs say to do harm: to a page, to who reads it, to its size.
    const HOSTILE: &str = "</pre><script>alert(1)</script><img src=x onerror=alert(1)>\"'&\u{202e}dab\u{9b}\0\u{ad}\u{fffd}";

    fn fails() -> Verdict {
        Verdict::Fails { failure: Failure::of("alice", "nothing came"), look: "the `loop`".into() }
    }

    fn lines(said: &str) -> Vec<Line> {
        vec![
            Line::new("server", Mark::Output, said),
            Line::new("alice", Mark::Event, "connects"),
            Line::new("alice", Mark::Sent, said).with("server", said.as_bytes()),
            Line::new("alice", Mark::Failed, said),
        ]
    }

    /// A step of which every check has the verdict that its number has, and these lines.
    fn result(step: &str, lines: &[Line], of: impl Fn(usize) -> Verdict) -> StepResult {
        let step = find(step).expect("the step is there");
        let outcome = |(number, check)| {
            let verdict = of(number);
            let is_played = !matches!(verdict, Verdict::DoesNotCompile(_));
            Outcome {
                check,
                is_bonus: false,
                max: 0.5,
                transcript: Transcript {
                    title: "a scene".to_string(),
                    lines: if is_played { lines.to_vec() } else { Vec::new() },
                },
                verdict,
                took: Duration::ZERO,
                lacked: None,
                held_up: Duration::ZERO,
                warnings: Vec::new(),
            }
        };
        let outcomes = step.checks.iter().enumerate().map(outcome).collect();
        StepResult { step, outcomes, framings: Vec::new(), fingerprint: String::new() }
    }

    #[test]
    fn lists_of_what_was_handed_in_are_there_unless_they_are_empty() {
        let html = html(&[], &[]);
        assert!(html.contains("<dt>Taken</dt>") && !html.contains("Not taken"), "{html}");
        assert!(!html.contains("<script>"), "{html}");
    }

    fn html(results: &[StepResult], untouched: &[Untouched]) -> String {
        let played = results.iter().map(|result| result.step);
        let summed: Vec<_> = played.chain(untouched.iter().map(|step| step.step)).collect();
        page(&Page {
            results,
            untouched,
            compiler_warnings: &[],
            ending: &Ending {
                again: Again { seed: 7, ..Again::default() },
                summed: &summed,
                next: None,
                so_far: None,
                hinted: Some(Vec::new()),
                changed_helpers: &["src/text.rs".to_string()],
                may_be_pair: false,
            },
            whose: "your programs",
            made: &Zoned::default(),
            took: Duration::from_secs(3),
            protection: "none (a test)",
            handed_in: &[("Taken", &[HOSTILE.to_string()]), ("Not taken", &[])],
        })
    }

    /// The texts that stand behind this one, each up to a quotation mark.
    fn values<'a>(html: &'a str, before: &str) -> Vec<&'a str> {
        html.split(before).skip(1).filter_map(|rest| rest.split('"').next()).collect()
    }

    fn of_all_kinds(number: usize) -> Verdict {
        let file = "exercises/src/bin/ex4_server.rs".to_string();
        match number {
            0 => fails(),
            1 => Verdict::ToDo(ToDo { file, line: 31, task: "TODO 2 of 3: reply".to_string() }),
            2 => Verdict::NotChecked("the machine is too busy".to_string()),
            3 => Verdict::CheckerFault("the scene panicked".to_string()),
            _ => Verdict::Passes,
        }
    }

    #[test]
    fn a_reader_finds_the_way_through_a_page() {
        let html = html(&[result("ex4", &lines("bread"), of_all_kinds)], &[]);
        for expected in ["<html lang=\"en\">", "<title>", "<header>", "<main>", "<nav ", "<footer>"]
        {
            assert_eq!(html.matches(expected).count(), 1, "{expected}");
        }
        let levels = html.split("<h").skip(1).filter_map(|rest| rest.chars().next()?.to_digit(10));
        let levels: Vec<u32> = levels.collect();
        assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1);
        assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{levels:?}");
        let ids = values(&html, " id=\"");
        let different: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), different.len(), "{ids:?}");
        for link in values(&html, "href=\"") {
            assert!(different.contains(link.trim_start_matches('#')), "{link} leads nowhere");
        }
        for name in values(&html, "aria-labelledby=\"") {
            assert!(different.contains(name), "there is no {name}");
        }
    }

    #[test]
    fn what_went_wrong_is_open_and_linked_and_what_passes_is_folded() {
        let html = html(&[result("ex4", &lines("bread"), of_all_kinds)], &[]);
        let checks: Vec<&str> = html.split("<article ").skip(1).collect();
        let count = find("ex4").expect("the step is there").checks.len();
        assert_eq!(checks.len(), count);
        for (number, check) in checks.iter().enumerate() {
            let is_open = check.contains("<details open>");
            assert_eq!(is_open, [0, 2, 3].contains(&number), "{number}: {check}");
            let id = find("ex4").expect("it").checks[number].id;
            let is_linked = html.contains(&format!("href=\"#ex4-{id}\""));
            assert_eq!(is_linked, [0, 3].contains(&number), "{number}");
        }
        assert!(checks[0].contains("Look at the <code>loop</code>."), "{}", checks[0]);
        let again = "cargo step check ex4 a_quiet_client_holds_nobody_up --seed 7";
        assert!(checks[0].contains(again), "{}", checks[0]);
        assert!(
            html.contains("<code>exercises/src/bin/ex4_server.rs:31</code> TODO 2 of 3: reply")
        );
        assert!(html.contains("the machine is too busy"), "{html}");
        assert!(html.contains("Hint 1 of 3: "), "{html}");
        assert!(html.contains("src/text.rs differs from the course's"), "{html}");
        assert!(html.contains("✗</span> 1 fails</span>"), "{html}");
        assert!(html.contains(&format!("✓</span> {} pass</span>", count - 4)), "{html}");
    }

    #[test]
    fn a_program_that_does_not_compile_has_the_compilers_words_once() {
        let words = "error[E0308]: mismatched types\n --> a.rs:1:1\n\u{202e}\t1 | <T>";
        let html = html(&[result("ex1", &[], |_| Verdict::DoesNotCompile(words.to_string()))], &[]);
        let expected =
            "error[E0308]: mismatched types\n --&gt; a.rs:1:1\n\\u{202e}    1 | &lt;T&gt;";
        assert_eq!(html.matches(expected).count(), 1, "{html}");
        assert!(html.contains("href=\"#ex1_server\">ex1_server does not compile</a>"), "{html}");
    }

    #[test]
    fn an_untouched_step_shows_its_task_and_a_finished_run() {
        let finished = result("ex1", &lines("bread")[..3], |_| Verdict::Passes).outcomes.remove(0);
        let tasks = vec![("exercises/src/bin/ex1_server.rs".to_string(), "Do\nthis.".to_string())];
        let step = find("ex1").expect("the step is there");
        let html =
            html(&[], &[Untouched { step, tasks, finished: Some(finished), is_recorded: false }]);
        assert!(html.contains("<p>Do this.</p>") && html.contains("A finished one: "), "{html}");
        let points = format!("untouched, {} points", step.points);
        assert!(html.contains("class=\"diagram few\"") && html.contains(&points), "{html}");
        assert!(!html.contains("<article"), "nothing was checked: {html}");
    }

    #[test]
    fn whatever_programs_say_is_text() {
        let verdict = |number| match number {
            0 => Verdict::Fails { failure: Failure::of("alice", HOSTILE), look: HOSTILE.into() },
            1 => Verdict::NotChecked(HOSTILE.to_string()),
            2 => Verdict::CheckerFault(HOSTILE.to_string()),
            3 => Verdict::ToDo(ToDo { file: HOSTILE.into(), line: 1, task: HOSTILE.into() }),
            _ => Verdict::DoesNotCompile(HOSTILE.to_string()),
        };
        let html = html(&[result("ex4", &lines(HOSTILE), verdict)], &[]);
        for wrong in ["<script", "<img", "\" onerror", "javascript:", "src=\""] {
            assert!(!html.to_lowercase().contains(wrong), "{wrong}");
        }
        let is_seen =
            |c: char| c == '\n' || crate::stage::show::visible(&c.to_string()) == c.to_string();
        assert_eq!(html.chars().find(|c| !is_seen(*c)), None);
        assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "{html}");
        assert!(html.contains("\\u{202e}dab\\u{9b}\\u{0}\\u{ad}\u{fffd}"), "{html}");
        assert_eq!(html.matches("http-equiv=\"Content-Security-Policy\"").count(), 1);
        assert!(values(&html, "href=\"").iter().all(|link| link.starts_with('#')));
        assert!(!html.contains("http://") && !html.contains("https://"), "{html}");
    }

    #[test]
    fn the_whole_course_is_a_page_of_less_than_two_megabytes() {
        const MOST: usize = 2_000_000;
        let results = |lines: &[Line]| -> Vec<StepResult> {
            STEPS.iter().map(|step| result(step.id, lines, |_| fails())).collect()
        };
        let usual: Vec<Line> = (0..10).flat_map(|_| lines("Welcome, alice. /who lists.")).collect();
        let usual = html(&results(&usual), &[]);
        assert!(usual.len() < MOST, "{} bytes", usual.len());
        let hostile = html(&results(&lines(&HOSTILE.repeat(1 << 10))), &[]);
        assert!(hostile.len() < MOST, "{} bytes", hostile.len());
    }
}

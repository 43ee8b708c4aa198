//! Reads what one run of three threads has printed: who greeted, who said farewell, and how long each paused.

use std::time::{Duration, Instant};

use crate::stage::show::quoted;

/// The share of pauses that are alike within the runs, and from run to run, from which on they are not random:
/// not all, since on a busy machine some lines come late. Of random ones it is a half, and a third.
const NOT_RANDOM_WITHIN: f64 = 0.85;
const NOT_RANDOM_FROM_RUN_TO_RUN: f64 = 0.7;

/// A program whose threads sleep, and that waits for them, takes longer than this after the first greeting.
const SHORTEST_SLEEP: Duration = Duration::from_millis(90);

/// What one run printed.
pub struct Run {
    /// The greetings, in the order of their ids.
    pub greetings: Vec<Said>,
    /// All other lines that are not blank, as they came.
    pub others: Vec<Said>,
    /// When its stdout was closed.
    pub ended: Instant,
}

/// A line, and when it came.
#[derive(Clone, Debug)]
pub struct Said {
    /// Whose greeting it is: `2` of `Hi, I'm thread 2`. Of any other line, nobody's.
    pub id: String,
    /// The line.
    pub line: String,
    /// Its number in the run.
    pub order: usize,
    when: Instant,
}

impl Run {
    /// Reads printed lines. Greetings may have run into each other: some languages print a line in several pieces, as
    /// `Hi, I'm thread`, the id, and the line break. Then the id that is missing comes later, in a line of its own.
    pub fn of(printed: impl IntoIterator<Item = (String, Instant)>, ended: Instant) -> Run {
        let mut run = Run { greetings: Vec::new(), others: Vec::new(), ended };
        for (printed, when) in printed {
            let printed = printed.replace("Hi, ", "\nHi, ");
            for line in printed.lines().filter(|line| !line.trim().is_empty()) {
                let order = run.greetings.len() + run.others.len();
                if lone_word(line).is_some()
                    && let Some(torn) = run.torn_greeting()
                {
                    let said = run.others.remove(torn);
                    let line = format!("{} {}", said.line.trim_end(), line.trim());
                    let id = greeted_id(&line).unwrap_or_default();
                    run.greetings.push(Said { id, line, ..said });
                    continue;
                }
                let (id, line) = (greeted_id(line).unwrap_or_default(), line.to_string());
                let same = if id.is_empty() { &mut run.others } else { &mut run.greetings };
                same.push(Said { id, line, order, when });
            }
        }
        run.greetings.sort_by(|one, other| one.id.cmp(&other.id));
        run
    }

    /// The first greeting whose id has not come yet.
    fn torn_greeting(&self) -> Option<usize> {
        self.others.iter().position(|said| {
            let words: Vec<&str> = words_of(&said.line).collect();
            says_hi(&words) && words.last().is_some_and(|word| word.eq_ignore_ascii_case(THREAD))
        })
    }

    /// The lines, apart from greetings, that name the thread `id`.
    fn farewells<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a Said> {
        let names = move |word: &str| word == id || id_behind_thread(word) == Some(id);
        self.others.iter().filter(move |said| words_of(&said.line).any(names))
    }

    /// The same run without the farewells that came at once after their greetings, and those greetings: so short a pause
    /// may be a random one, and nobody can tell what came first. At least one must be left.
    pub fn without_short_pauses(&self, shortest: Duration) -> Option<Run> {
        let is_long = |greeting: &&Said| {
            let farewell = self.farewells(&greeting.id).next();
            farewell.is_none_or(|said| said.when.duration_since(greeting.when) >= shortest)
        };
        let (greetings, short): (Vec<&Said>, Vec<&Said>) = self.greetings.iter().partition(is_long);
        let is_others = |said: &&Said| {
            !short.iter().any(|one| self.farewells(&one.id).any(|own| own.order == said.order))
        };
        (!greetings.is_empty()).then(|| Run {
            greetings: greetings.into_iter().cloned().collect(),
            others: self.others.iter().filter(is_others).cloned().collect(),
            ended: self.ended,
        })
    }

    /// Whether farewells do not say whose they are. The handout does not ask for it.
    pub fn is_nameless(&self) -> bool {
        let is_named = |greeting: &Said| self.farewells(&greeting.id).next().is_some();
        self.others.len() == self.greetings.len() && !self.greetings.iter().any(is_named)
    }

    /// When the first farewell came, if there is one.
    pub fn first_farewell(&self) -> Option<Instant> {
        let named = self.greetings.iter().flat_map(|greeting| self.farewells(&greeting.id));
        let nameless = self.others.iter().filter(|_| self.is_nameless());
        named.chain(nameless).map(|said| said.when).min()
    }

    /// Whether it has ended at once, before all of its threads had said what they have to say.
    pub fn ends_before_its_threads(&self) -> bool {
        let is_unsaid = self.greetings.len() + self.others.len() < 6;
        is_unsaid && self.since_first_greeting(self.ended) < SHORTEST_SLEEP
    }

    /// Makes sure that there are three greetings. (As with the others below, the error says what was expected.)
    pub fn greets_three_times(&self) -> Result<(), String> {
        let instead = match (self.greetings.len(), self.others.first()) {
            (3, _) => return Ok(()),
            (0, Some(other)) => format!("the first line is {}", quoted(&other.line)),
            (1, _) => "there is one".to_string(),
            (count, _) => format!("there are {count}"),
        };
        Err(format!("expected three lines \"Hi, I'm thread N\", but {instead}"))
    }

    /// Makes sure that nobody says farewell before all have greeted.
    pub fn greets_before_any_farewell(&self) -> Result<(), String> {
        let named = self.greetings.iter().filter_map(|said| self.farewells(&said.id).next());
        let nameless = self.others.iter().filter(|_| self.is_nameless());
        let Some(first) = named.chain(nameless).min_by_key(|said| said.order) else {
            return Err(no_farewell(self.greetings.first().map_or("", |said| &said.id)));
        };
        let (late, first_line) = (|said: &&Said| said.order > first.order, quoted(&first.line));
        match self.greetings.iter().find(late).map(|late| quoted(&late.line)) {
            None => Ok(()),
            Some(late) => {
                Err(format!("expected all greetings first, but {first_line} came before {late}"))
            }
        }
    }

    /// Makes sure that each thread says one farewell that names it. `may_repeat`: lines may have run into each other,
    /// so that one counts twice.
    pub fn says_farewell_once_each(&self, may_repeat: bool) -> Result<(), String> {
        for id in self.greetings.iter().map(|said| &said.id) {
            let named = quoted(id);
            match (self.farewells(id).count(), self.others.first()) {
                (1, _) => {}
                (0, Some(farewell)) if self.is_nameless() => {
                    let farewell = quoted(&farewell.line);
                    return Err(format!(
                        "expected a farewell that names {named}, but it is {farewell}"
                    ));
                }
                (0, _) => return Err(no_farewell(id)),
                (_, _) if may_repeat => {}
                (count, _) => {
                    return Err(format!(
                        "expected one farewell that names {named}, but there are {count}"
                    ));
                }
            }
        }
        Ok(())
    }

    /// How long each thread paused, in the order of the threads' ids or, if farewells do not tell whose they
    /// are, by length.
    pub fn pauses(&self) -> Result<Vec<Duration>, String> {
        let has_twin = self.greetings.windows(2).any(|pair| pair[0].id == pair[1].id);
        if self.is_nameless() || has_twin {
            return Ok(self
                .others
                .iter()
                .map(|said| self.since_first_greeting(said.when))
                .collect());
        }
        let pause = |greeting: &Said| {
            let farewell = self.farewells(&greeting.id).next();
            let farewell = farewell.ok_or_else(|| no_farewell(&greeting.id))?;
            Ok(farewell.when.duration_since(greeting.when))
        };
        self.greetings.iter().map(pause).collect()
    }

    /// How long it took from the first greeting until then.
    pub fn since_first_greeting(&self, then: Instant) -> Duration {
        let first = self.greetings.iter().map(|said| said.when).min();
        first.map_or(Duration::ZERO, |first| then.duration_since(first))
    }

    /// When the last line came.
    pub fn said_last(&self) -> Instant {
        let lines = self.greetings.iter().chain(&self.others);
        lines.map(|said| said.when).max().unwrap_or(self.ended)
    }
}

/// Makes sure that pauses are random: of their own for each thread, and others in each run. Pauses that are not `alike`
/// apart from the one in their middle count as the same.
pub fn are_random(runs: &[Vec<Duration>], alike: Duration) -> Result<(), String> {
    let shown =
        |pauses: &Vec<Duration>| pauses.iter().map(|p| seconds(*p)).collect::<Vec<_>>().join(", ");
    let last: Vec<String> = runs.iter().rev().take(2).map(shown).collect();
    let of_thread =
        |thread: usize| runs.iter().filter_map(|run| run.get(thread).copied()).collect();
    let threads: Vec<Vec<Duration>> = (0..3).map(of_thread).collect();
    if share_alike(runs, alike) >= NOT_RANDOM_WITHIN {
        return Err(format!(
            "expected a pause of its own for each thread, but they were {}",
            last[0]
        ));
    }
    if share_alike(&threads, alike) >= NOT_RANDOM_FROM_RUN_TO_RUN {
        let last = last.join(" and ");
        return Err(format!("expected other pauses in each run, but they were {last}"));
    }
    Ok(())
}

/// The share of pauses that are alike within their groups.
fn share_alike(groups: &[Vec<Duration>], alike: Duration) -> f64 {
    let count = |group: &Vec<Duration>| {
        let mut sorted = group.clone();
        sorted.sort();
        let middle = sorted.get(sorted.len() / 2).copied().unwrap_or_default();
        sorted.iter().filter(|pause| pause.abs_diff(middle) < alike).count()
    };
    let all: usize = groups.iter().map(Vec::len).sum();
    groups.iter().map(count).sum::<usize>() as f64 / all as f64
}

/// `0.25 s`: as wide for a short time as for a long one, so that lines break at the same words each time.
pub fn seconds(time: Duration) -> String {
    format!("{:.2}\u{a0}s", time.as_secs_f64())
}

fn no_farewell(id: &str) -> String {
    let id = quoted(id);
    format!(
        "expected a farewell that names {id}, but the program ended without one (does it join its threads?)"
    )
}

/// The id in `Hi, I'm thread 2`, if the line is such a greeting.
fn greeted_id(line: &str) -> Option<String> {
    let words: Vec<&str> = words_of(line).collect();
    let id = match words.iter().position(|word| word.eq_ignore_ascii_case(THREAD)) {
        Some(thread) => words.get(thread + 1)?,
        None => words.iter().find_map(|word| id_behind_thread(word))?,
    };
    says_hi(&words).then(|| id.to_string())
}

/// The word that stands before an id.
const THREAD: &str = "thread";

fn says_hi(words: &[&str]) -> bool {
    words.iter().any(|word| word.eq_ignore_ascii_case("hi"))
}

/// The id in `thread2` or `Thread-2`.
fn id_behind_thread(word: &str) -> Option<&str> {
    let (thread, id) = word.split_at_checked(THREAD.len())?;
    let id = id.trim_start_matches(['-', '_']);
    (thread.eq_ignore_ascii_case(THREAD) && !id.is_empty()).then_some(id)
}

/// The one word of a line that has no other.
fn lone_word(line: &str) -> Option<&str> {
    let mut words = words_of(line);
    words.next().filter(|_| words.next().is_none())
}

/// The words of a line. Digits end where letters begin, since a line of one thread may run into that of another.
fn words_of(line: &str) -> impl Iterator<Item = &str> {
    let is_word = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    let words = line.split(move |c| !is_word(c));
    let parts = words.flat_map(|word| {
        let digits = word.len() - word.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, rest) = word.split_at(digits);
        [number, rest]
    });
    parts.filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A run of lines that came at these times, in milliseconds, and ended with the last of them.
    fn run(lines: &[(u64, &str)]) -> Run {
        let began = Instant::now();
        let at = |ms: u64| began + Duration::from_millis(ms);
        let ended = at(lines.iter().map(|(ms, _)| *ms).max().unwrap_or(0));
        Run::of(lines.iter().map(|(ms, line)| (line.to_string(), at(*ms))), ended)
    }

    const RIGHT: &[(u64, &str)] = &[
        (0, "Hi, I'm thread 2"),
        (0, "Hi, I'm thread 1"),
        (1, "Hi, I'm thread 3"),
        (101, "Goodbye from thread 3"),
        (200, "Goodbye from thread 1"),
        (300, "Goodbye from thread 2"),
    ];

    fn ms(pauses: &[Duration]) -> Vec<u128> {
        pauses.iter().map(Duration::as_millis).collect()
    }

    #[test]
    fn a_right_run_is_read_by_the_ids_of_its_threads() {
        let run = run(RIGHT);
        let ids: Vec<&str> = run.greetings.iter().map(|said| &*said.id).collect();
        assert_eq!(ids, ["1", "2", "3"]);
        assert_eq!(run.greets_three_times(), Ok(()));
        assert_eq!(run.greets_before_any_farewell(), Ok(()));
        assert_eq!(run.says_farewell_once_each(false), Ok(()));
        assert_eq!(ms(&run.pauses().expect("all say farewell")), [200, 300, 100]);
        assert_eq!(run.since_first_greeting(run.said_last()).as_millis(), 300);
    }

    #[test]
    fn lines_that_have_run_into_each_other_are_taken_apart() {
        let run = run(&[(0, "Hi, I'm thread 1Hi, I'm thread 2"), (0, "Hi, I'm thread 3"), (0, "")]);
        assert_eq!(run.greetings.len(), 3);
        for torn in [
            ["Hi, I'm thread A", "Hi, I'm thread Hi, I'm thread C", "B"],
            ["Hi, I'm threadHi, I'm thread B", "Hi, I'm thread A", " C"],
            ["Hi, I'm thread A", "Hi, I'm thread Hi, I'm threadB", " C"],
            ["Hi, I'm threadHi, I'm thread A", " Hi, I'm thread C", "B"],
        ] {
            let torn = self::run(&torn.map(|line| (0, line)));
            let ids: Vec<&str> = torn.greetings.iter().map(|said| &*said.id).collect();
            assert_eq!(ids, ["A", "B", "C"]);
        }
        assert_eq!(words_of("thread 2Goodbye").collect::<Vec<_>>(), ["thread", "2", "Goodbye"]);
    }

    #[test]
    fn an_id_may_stand_close_to_the_word_before_it() {
        let lines = [(0, "Hi, I'm Thread-1"), (0, "Hi, I'm thread2"), (0, "Hi, I'm thread_3")];
        let farewells = [(50, "Bye from Thread-1"), (60, "Bye, 2"), (70, "thread_3 says bye")];
        let run = run(&[lines, farewells].concat());
        assert_eq!(ms(&run.pauses().expect("all say farewell")), [50, 60, 70]);
    }

    #[test]
    fn a_thread_that_does_not_sleep_at_all_is_left_out() {
        let mut lines = RIGHT.to_vec();
        lines[3] = (1, "Goodbye from thread 3");
        lines.swap(2, 3);
        lines.swap(0, 2);
        let run = run(&lines);
        assert!(run.greets_before_any_farewell().is_err());
        let slow = run.without_short_pauses(Duration::from_millis(20)).expect("two sleep");
        assert_eq!((slow.greetings.len(), slow.greets_before_any_farewell()), (2, Ok(())));
    }

    #[test]
    fn a_farewell_before_the_last_greeting_is_named_with_that_greeting() {
        let mut lines = RIGHT.to_vec();
        lines.swap(2, 3);
        let error = run(&lines).greets_before_any_farewell().expect_err("thread 3 greets late");
        assert!(
            error.contains("\"Goodbye from thread 3\" came before \"Hi, I'm thread 3\""),
            "{error}"
        );
    }

    #[test]
    fn a_farewell_that_is_missing_or_comes_twice_or_names_nobody_is_told() {
        let error = |lines: &[(u64, &str)]| run(lines).says_farewell_once_each(false);
        let missing = error(&RIGHT[..5]).expect_err("thread 2 says none");
        assert!(missing.contains("names \"2\", but the program ended without one"), "{missing}");
        let twice = error(&[RIGHT, &[(400, "1 again")]].concat()).expect_err("two of thread 1");
        assert!(twice.contains("one farewell that names \"1\", but there are 2"), "{twice}");
        let nameless = [&RIGHT[..3], &[(9, "Bye"), (9, "Bye"), (9, "Bye")]].concat();
        let nameless = error(&nameless).expect_err("nobody is named");
        assert!(nameless.contains("but it is \"Bye\""), "{nameless}");
    }

    #[test]
    fn the_pauses_of_farewells_without_names_count_from_the_first_greeting() {
        let lines = [&RIGHT[..3], &[(50, "Bye"), (60, "Bye"), (70, "Bye")]].concat();
        let run = run(&lines);
        assert!(run.is_nameless());
        assert_eq!(ms(&run.pauses().expect("by their length")), [50, 60, 70]);
    }

    const ALIKE: Duration = Duration::from_millis(40);

    #[test]
    fn pauses_that_are_alike_within_a_run_or_from_run_to_run_are_not_random() {
        let runs = |runs: &[[u64; 3]]| -> Vec<Vec<Duration>> {
            runs.iter().map(|run| run.map(Duration::from_millis).to_vec()).collect()
        };
        let error =
            |pauses: &[[u64; 3]]| are_random(&runs(pauses), ALIKE).err().unwrap_or_default();
        assert!(error(&[[100, 110, 120]; 5]).contains("of its own for each thread"));
        assert!(error(&[[100, 200, 300]; 5]).contains("other pauses in each run"));
        let random =
            [[120, 390, 210], [300, 130, 250], [110, 220, 380], [390, 300, 100], [200, 100, 310]];
        assert_eq!(are_random(&runs(&random), ALIKE), Ok(()));
    }
}

//! Reads what one run of three threads has printed: who greeted, who said farewell, and how long each paused.
//!
//! A program of the course prints what it is asked to and nothing else. Any other one may log. Which of its lines are the
//! farewells is decided in one place, [`farewells_among`]; everything else sees only these.

use std::mem;
use std::time::{Duration, Instant};

use crate::course::scenes::farewells::{Farewells, farewells_among, has_twin};
use crate::course::scenes::said::{
    HI, Said, THREAD, count_byes, greeted_id, lone_word, names_id, says_hi, words_of,
};
use crate::stage::show::quoted;

/// The share of pauses that are alike, within the runs or from run to run, from which on they are not random: not all,
/// since on a busy machine some lines come late. Of random ones it is a half or, where they can be compared only by their
/// length, 0.6; of random ones of two lengths, 0.8.
const NOT_RANDOM: f64 = 0.9;

/// A program whose threads sleep, and that waits for them, takes longer than this after the first greeting.
const SHORTEST_SLEEP: Duration = Duration::from_millis(90);

/// What one run printed.
pub struct Run {
    /// The greetings, in the order of their ids.
    pub greetings: Vec<Said>,
    /// All other lines that are not blank, as they came; without the logs, if they have been told apart.
    pub others: Vec<Said>,
    /// What is neither a greeting nor a farewell.
    pub logs: Vec<Said>,
    /// Whether farewells do not say whose they are. The handout does not ask for it.
    pub is_nameless: bool,
    /// When its stdout was closed.
    pub ended: Instant,
    /// Whether it has ended by itself.
    pub is_over: bool,
    /// Whether greetings came in one line.
    has_run_together: bool,
}

impl Run {
    /// Reads printed lines. Greetings may have run into each other: some languages print a line in several pieces, as
    /// `Hi, I'm thread`, the id, and the line break. Then the id that is missing comes later, in a line of its own.
    pub fn of(printed: impl IntoIterator<Item = (String, Instant)>, ended: Instant) -> Run {
        let mut run = Run::read(printed, ended, false);
        let is_named = |greeting: &Said| run.farewells(&greeting.id).next().is_some();
        run.is_nameless =
            run.others.len() == run.greetings.len() && !run.greetings.iter().any(is_named);
        run
    }

    /// Reads what a program printed that may log, and may put something before a greeting, as `[thread 2] Hi, I'm thread 2`.
    pub fn of_foreign(printed: impl IntoIterator<Item = (String, Instant)>, ended: Instant) -> Run {
        Run::read(printed, ended, true).without_logs()
    }

    fn read(
        printed: impl IntoIterator<Item = (String, Instant)>,
        ended: Instant,
        has_prefixes: bool,
    ) -> Run {
        let (greetings, others, logs) = (Vec::new(), Vec::new(), Vec::new());
        let (is_nameless, is_over, has_run_together) = (false, true, false);
        let mut run =
            Run { greetings, others, logs, is_nameless, ended, is_over, has_run_together };
        for (printed, when) in printed {
            let count = printed.matches(HI).count();
            run.has_run_together |= count > 1;
            let printed = printed.replace(HI, &format!("\n{HI}"));
            let mut prefix = "";
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
                if has_prefixes && count > 0 && !line.starts_with(HI) && count_byes(line) == 0 {
                    prefix = line;
                    continue;
                }
                let id = greeted_id(line).unwrap_or_default();
                let line = format!("{}{line}", mem::take(&mut prefix));
                let same = if id.is_empty() { &mut run.others } else { &mut run.greetings };
                same.push(Said { id, line, order, when });
            }
        }
        run.greetings.sort_by(|one, other| one.id.cmp(&other.id));
        run
    }

    /// The same run, with nothing but farewells beside the greetings.
    fn without_logs(mut self) -> Run {
        if self.greetings.is_empty() {
            return self;
        }
        let Farewells { is_nameless, orders_and_ids } =
            farewells_among(&self.greetings, &self.others);
        for said in mem::take(&mut self.others) {
            let mut ids = orders_and_ids.iter().filter(|(order, _)| *order == said.order);
            match (ids.next(), ids.next()) {
                (None, _) => self.logs.push(said),
                (Some((_, id)), None) => self.others.push(Said { id: id.clone(), ..said }),
                // Two that have run into each other are found by the names in them.
                (Some(_), Some(_)) => self.others.push(said),
            }
        }
        Run { is_nameless, ..self }
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
        let is_own = move |said: &&Said| match said.id.is_empty() {
            true => names_id(&said.line, id),
            false => said.id == id,
        };
        self.others.iter().filter(move |said| !self.is_nameless && is_own(said))
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
            logs: self.logs.clone(),
            ..*self
        })
    }

    /// When the first farewell came, if there is one.
    pub fn first_farewell(&self) -> Option<Instant> {
        let named = self.greetings.iter().flat_map(|greeting| self.farewells(&greeting.id));
        let nameless = self.others.iter().filter(|_| self.is_nameless);
        named.chain(nameless).map(|said| said.when).min()
    }

    /// Whether it has ended at once, before all of its threads had said what they have to say. The end may have been seen
    /// `late` by so much.
    pub fn ends_before_its_threads(&self, late: Duration) -> bool {
        let is_unsaid = self.greetings.len() + self.others.len() < 6;
        is_unsaid && self.since_first_greeting(self.ended) < SHORTEST_SLEEP + late
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

    /// Whether somebody greeted while another thread had not said farewell.
    pub fn has_two_at_once(&self) -> bool {
        let greetings = self.greetings.iter().map(|said| (said.order, 1));
        let farewells = self.others.iter().map(|said| (said.order, -1));
        let mut said: Vec<(usize, i32)> = greetings.chain(farewells).collect();
        said.sort();
        let mut present = 0;
        said.into_iter().any(|(_, more)| {
            present += more;
            present >= 2
        })
    }

    /// Makes sure that nobody says farewell before all have greeted.
    pub fn greets_before_any_farewell(&self) -> Result<(), String> {
        let named = self.greetings.iter().filter_map(|said| self.farewells(&said.id).next());
        let nameless = self.others.iter().filter(|_| self.is_nameless);
        let Some(first) = named.chain(nameless).min_by_key(|said| said.order) else {
            return Err(self.no_farewell(self.greetings.first().map_or("", |said| &said.id)));
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
                (0, Some(farewell)) if self.is_nameless => {
                    let farewell = quoted(&farewell.line);
                    return Err(format!(
                        "expected a farewell that names {named}, but it is {farewell}"
                    ));
                }
                (0, _) => return Err(self.no_farewell(id)),
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

    /// Makes sure that no farewell has come twice, as another line of its thread.
    pub fn repeats_no_farewell(&self) -> Result<(), String> {
        let is_again =
            |said: &&Said| self.logs.iter().any(|log| log.line.trim() == said.line.trim());
        match self.others.iter().find(is_again) {
            Some(said) => {
                Err(format!("expected each farewell once, but {} came again", quoted(&said.line)))
            }
            None => Ok(()),
        }
    }

    /// How long each thread paused, in the order of the threads' ids or, if farewells do not tell whose they
    /// are, by length.
    pub fn pauses(&self) -> Result<Vec<Duration>, String> {
        if self.is_nameless || has_twin(&self.greetings) {
            return Ok(self
                .others
                .iter()
                .map(|said| self.since_first_greeting(said.when))
                .collect());
        }
        let pause = |greeting: &Said| {
            let farewell = self.farewells(&greeting.id).next();
            let farewell = farewell.ok_or_else(|| self.no_farewell(&greeting.id))?;
            Ok(farewell.when.duration_since(greeting.when))
        };
        self.greetings.iter().map(pause).collect()
    }

    /// How long it took from the first greeting until then.
    pub fn since_first_greeting(&self, then: Instant) -> Duration {
        let first = self.greetings.iter().map(|said| said.when).min();
        first.map_or(Duration::ZERO, |first| then.duration_since(first))
    }

    /// How long after the first greeting the last one came.
    pub fn greeted_for(&self) -> Duration {
        let last = self.greetings.iter().map(|said| said.when).max();
        last.map_or(Duration::ZERO, |last| self.since_first_greeting(last))
    }

    fn no_farewell(&self, id: &str) -> String {
        let instead = match (self.has_run_together, self.is_over) {
            (true, _) => "lines have run into each other (does each end with a line break?)",
            (_, false) => "none has come, and the program is still running",
            (_, true) => "the program ended without one (does it join its threads?)",
        };
        format!("expected a farewell that names {}, but {instead}", quoted(id))
    }

    /// When the last line that counts came.
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
    if share_alike(runs, alike) >= NOT_RANDOM {
        return Err(format!(
            "expected a pause of its own for each thread, but they were {}",
            last[0]
        ));
    }
    if share_alike(&threads, alike) >= NOT_RANDOM {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::scenes::farewells::SHORTEST_PAUSE;

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
        assert_eq!(run.greeted_for().as_millis(), 1);
    }

    #[test]
    fn an_end_before_the_farewells_is_one_at_once_however_late_it_was_seen() {
        let (late, early) = (Duration::from_millis(100), Duration::ZERO);
        let ends = |ended: u64, lines: &[(u64, &str)]| run(&[lines, &[(ended, " ")]].concat());
        assert!(ends(80, &RIGHT[..3]).ends_before_its_threads(early));
        assert!(!ends(150, &RIGHT[..3]).ends_before_its_threads(early));
        assert!(ends(150, &RIGHT[..3]).ends_before_its_threads(late));
        assert!(!ends(250, &RIGHT[..3]).ends_before_its_threads(late));
        assert!(!run(RIGHT).ends_before_its_threads(Duration::MAX / 2), "all was said");
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
        assert!(run.is_nameless);
        assert_eq!(ms(&run.pauses().expect("by their length")), [50, 60, 70]);
    }

    /// The same of a program that may log.
    fn foreign(lines: &[(u64, &str)]) -> Run {
        let began = Instant::now();
        let at = |ms: u64| began + Duration::from_millis(ms);
        let ended = at(lines.iter().map(|(ms, _)| *ms).max().unwrap_or(0));
        Run::of_foreign(lines.iter().map(|(ms, line)| (line.to_string(), at(*ms))), ended)
    }

    /// Reads three threads that greet at once, log and say farewell after 0.3 s, 0.6 s and 0.1 s. In each line, # is
    /// the thread's id and % its pause in seconds.
    fn played(start: &str, log: &str, farewell: &str, end: &str) -> Run {
        let threads = [(1, 300), (2, 600), (3, 100)];
        let line = |text: &str, (id, pause): (u64, u64)| {
            text.replace('#', &id.to_string()).replace('%', &(pause as f64 / 100.0).to_string())
        };
        let mut lines = vec![(0, "Starting 3 threads".to_string())];
        for thread in threads {
            lines.push((0, line(start, thread)));
            lines.push((1, line("Hi, I'm thread #", thread)));
            lines.push((2, line(log, thread)));
        }
        for thread in [threads[2], threads[0], threads[1]] {
            lines.extend(farewell.lines().map(|text| (thread.1 + 1, line(text, thread))));
        }
        lines.extend(end.lines().map(|text| (601, text.to_string())));
        foreign(&lines.iter().map(|(ms, line)| (*ms, &**line)).collect::<Vec<_>>())
    }

    #[test]
    fn what_a_right_program_logs_is_not_taken_for_its_farewells() {
        let starts = ["", "Main: starting thread #"];
        let logs = ["", "Thread # sleeps for % seconds", "[#] sleeping", "Sleeping for % s", "..."];
        let named = [
            "Goodbye from thread #",
            "Thread # is done",
            "[#] see you",
            "Thread # woke up\nThread # says bye",
            "# slept for % s, bye",
            "After % seconds: adieu, says thread #",
        ];
        let nameless = ["Bye bye!", "See you", "Goodbye, after % seconds", "I woke up\nSee you"];
        let ends = ["", "All threads finished", "All 3 threads have ended", "Done\nBye"];
        for start in starts {
            for log in logs {
                for farewell in named.into_iter().chain(nameless) {
                    for end in ends {
                        let run = played(start, log, farewell, end);
                        let text =
                            format!("{start} / {log} / {farewell} / {end}: {:?}", run.others);
                        assert_eq!(run.greets_three_times(), Ok(()), "{text}");
                        assert_eq!(run.greets_before_any_farewell(), Ok(()), "{text}");
                        assert_eq!(run.is_nameless, nameless.contains(&farewell), "{text}");
                        let mut pauses = ms(&run.pauses().expect(&text));
                        pauses.sort();
                        assert_eq!(pauses, [100, 300, 600], "{text}");
                    }
                }
            }
        }
    }

    /// Wrong programs lose as they would without their logs.
    #[test]
    fn a_log_hides_no_mistake() {
        let one_by_one = |farewell: &str| {
            foreign(&[
                (0, "Hi, I'm thread 1"),
                (0, "Thread 1 sleeps for 0.2 s"),
                (200, &farewell.replace('#', "1")),
                (200, "Hi, I'm thread 2"),
                (200, "Thread 2 sleeps for 0.1 s"),
                (300, &farewell.replace('#', "2")),
                (300, "Hi, I'm thread 3"),
                (300, "Thread 3 sleeps for 0.1 s"),
                (400, &farewell.replace('#', "3")),
                (400, "Thread 1 has ended"),
                (400, "Thread 2 has ended"),
                (400, "Thread 3 has ended"),
            ])
        };
        for farewell in ["Goodbye from thread #", "Goodbye"] {
            let error =
                one_by_one(farewell).greets_before_any_farewell().expect_err("it joins early");
            assert!(error.contains(&farewell.replace('#', "1")), "{error}");
        }
        let says_bye_first = played("", "Bye from thread #", "Thread # woke up", "All are done");
        assert_eq!(ms(&says_bye_first.pauses().expect("all say it")), [1, 1, 1]);
        for log in ["Thread # sleeps for % s", "Sleeping for % s"] {
            let says_none = played("Starting thread #", log, "", "All are done");
            let pauses = says_none.pauses().expect("what they log is taken for it");
            assert!(pauses.iter().all(|pause| *pause < SHORTEST_PAUSE), "{log}");
        }
    }

    #[test]
    fn a_thread_that_does_not_get_as_far_as_another_says_no_farewell() {
        for log in ["Thread # sleeps for 2 s", "[#] sleeping", "sleeping"] {
            let (greeting, log) = (|id| format!("Hi, I'm thread {id}"), |id| log.replace('#', id));
            let greets = ["1", "2", "3"].map(|id| [greeting(id), log(id)]).concat();
            let mut lines: Vec<(u64, &str)> = greets.iter().map(|line| (0, &**line)).collect();
            lines.extend([(100, "See you, says thread 2"), (150, "Main has slept enough")]);
            let error = foreign(&lines).says_farewell_once_each(true).expect_err("two say none");
            assert!(error.contains("names \"1\", but the program ended without one"), "{error}");
        }
    }

    #[test]
    fn what_stands_before_a_greeting_in_its_line_belongs_to_it() {
        let lines = ["1", "2", "3"].map(|id| format!("[thread {id}] Hi, I'm thread {id}"));
        let farewells = ["1", "2", "3"].map(|id| format!("[thread {id}] Bye"));
        let at = |ms: u64| move |line: &String| (ms, line.clone());
        let lines: Vec<(u64, String)> =
            lines.iter().map(at(0)).chain(farewells.iter().map(at(90))).collect();
        let run = foreign(&lines.iter().map(|(ms, line)| (*ms, &**line)).collect::<Vec<_>>());
        assert_eq!(run.greetings[1].line, "[thread 2] Hi, I'm thread 2");
        assert_eq!((run.logs.len(), run.others.len()), (0, 3));
        assert_eq!(ms(&run.pauses().expect("all say farewell")), [90; 3]);
    }

    #[test]
    fn farewells_that_have_run_into_each_other_are_found_beside_logs() {
        let lines = [
            (0, "Hi, I'm thread A"),
            (0, "Hi, I'm thread Hi, I'm thread C"),
            (0, "B"),
            (1, "Thread A sleeps"),
            (1, "Thread C sleeps"),
            (1, "Thread B sleeps"),
        ];
        for farewells in [
            [
                (90, "I end, says thread A"),
                (95, "I end, says thread I end, says thread B"),
                (95, "C"),
            ],
            [(90, "Bye, says thread A"), (95, "Bye, says thread Bye, says thread B"), (95, "C")],
            [(90, "Bye, says threadBye, says thread A B"), (95, "Bye, says thread C"), (95, "")],
        ] {
            let run = foreign(&[&lines[..], &farewells].concat());
            assert_eq!(run.says_farewell_once_each(true), Ok(()));
            assert!(run.pauses().expect("all say it").iter().all(|pause| pause.as_millis() >= 90));
        }
    }

    #[test]
    fn lines_without_a_line_break_are_not_said_to_be_missing() {
        let line = RIGHT.iter().map(|(_, line)| *line).collect::<String>();
        for run in [run(&[(0, &line)]), foreign(&[(0, &line)])] {
            let error = run.pauses().expect_err("nothing can be told apart");
            assert!(error.ends_with("(does each end with a line break?)"), "{error}");
        }
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
        let by_length =
            [[110, 210, 330], [120, 230, 350], [140, 200, 360], [150, 260, 380], [200, 300, 390]];
        assert_eq!(are_random(&runs(&by_length), ALIKE), Ok(()));
    }
}

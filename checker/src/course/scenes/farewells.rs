//! Which lines of a program that may log are the farewells of its threads.

use std::time::Duration;

use crate::course::scenes::said::{
    Said, count_byes, is_id, names_after, names_id, names_thread, words_of,
};

/// A farewell that comes sooner after the greeting than this came without a pause.
pub const SHORTEST_PAUSE: Duration = Duration::from_millis(20);

/// The farewells of a run.
pub struct Farewells {
    /// Whether they do not say whose they are.
    pub is_nameless: bool,
    /// The order of the line of each, and whose it is; nobody's, if they do not say.
    pub orders_and_ids: Vec<(usize, String)>,
}

/// Finds the farewells of those who have greeted among the other lines. A thread's farewell is the last line that names
/// it, after its greeting. But if the last lines that are alike, one for each thread, name nobody, and no line after them
/// does, farewells have no names, and it is these.
pub fn farewells_among(greetings: &[Said], others: &[Said]) -> Farewells {
    let run = Lines { greetings, others };
    let lines = run.likely_farewells();
    let alike = run.last_alike(&lines);
    let since = alike.last().map_or(0, |said| said.order);
    let late = lines.iter().filter(|said| said.order > since);
    let late: Vec<&Said> = alike.iter().chain(late).copied().collect();
    let names_any = |names: fn(&str, &str) -> bool, greeting: &Said| {
        late.iter().any(|said| names(&said.line, &greeting.id))
    };
    let is_named = greetings.iter().any(|greeting| names_any(names_thread, greeting))
        || greetings.iter().all(|greeting| names_any(names_id, greeting));
    let is_nameless = !alike.is_empty() && (has_twin(greetings) || !is_named);
    let orders_and_ids = match is_nameless {
        true => alike.iter().map(|said| (said.order, String::new())).collect(),
        false => run.last_of_each(&alike, &lines),
    };
    Farewells { is_nameless, orders_and_ids }
}

/// Whether two threads have the same id.
pub fn has_twin(greetings: &[Said]) -> bool {
    greetings.windows(2).any(|pair| pair[0].id == pair[1].id)
}

/// The lines of a run.
struct Lines<'a> {
    greetings: &'a [Said], // in the order of their ids
    others: &'a [Said],
}

impl<'a> Lines<'a> {
    /// The lines after the first greeting or, if enough of them say "bye", these.
    fn likely_farewells(&self) -> Vec<&'a Said> {
        let first = self.greetings.iter().map(|said| said.order).min().unwrap_or(0);
        let lines: Vec<&Said> = self.others.iter().filter(|said| said.order > first).collect();
        let byes: usize = lines.iter().map(|said| count_byes(&said.line)).sum();
        let is_likely = |said: &&Said| byes < self.greetings.len() || count_byes(&said.line) > 0;
        lines.into_iter().filter(is_likely).collect()
    }

    /// The last lines that are alike, as many as there are greetings; or all, if they are so many and name nobody.
    fn last_alike(&self, lines: &[&'a Said]) -> Vec<&'a Said> {
        let count = self.greetings.len();
        let names_any =
            |said: &&Said| self.greetings.iter().any(|one| names_id(&said.line, &one.id));
        if lines.len() == count && !lines.iter().any(names_any) {
            return lines.to_vec();
        }
        let alike = lines.iter().rev().map(|last| {
            let text = self.text_of(last);
            let is_alike = |said: &&&Said| !text.is_empty() && self.text_of(said) == text;
            lines.iter().filter(is_alike).copied().collect::<Vec<_>>()
        });
        let mut enough = alike.filter(|alike| alike.len() >= count);
        enough.next().map_or(Vec::new(), |alike| alike[alike.len() - count..].to_vec())
    }

    /// The order of the farewell of each thread, and its id. If the last line of a thread came at once and another thread
    /// says more after a line like it, it is no farewell: this thread did not get that far.
    fn last_of_each(&self, alike: &[&Said], lines: &[&Said]) -> Vec<(usize, String)> {
        let last = |greeting| Some((greeting, self.last_of(greeting, alike, lines)?));
        let last: Vec<(&Said, &Said)> = self.greetings.iter().filter_map(last).collect();
        let is_log = |(greeting, said): &(&Said, &Said)| {
            let text = self.text_of(said);
            let goes_on = |(other, end): &(&Said, &Said)| {
                let mut own = self.others.iter().filter(|line| names_after(other, line));
                self.text_of(end) != text && own.any(|line| self.text_of(line) == text)
            };
            said.when.duration_since(greeting.when) < SHORTEST_PAUSE && last.iter().any(goes_on)
        };
        let farewells = last.iter().filter(|pair| !is_log(pair));
        farewells.map(|(greeting, said)| (said.order, greeting.id.clone())).collect()
    }

    /// The last line after a greeting that names its thread: rather one of those that are `alike`, if it did not come at
    /// once, or of `lines`; and rather one that names no other thread before.
    fn last_of(&self, greeting: &Said, alike: &[&'a Said], lines: &[&'a Said]) -> Option<&'a Said> {
        let is_own = |said: &&Said| names_after(greeting, said);
        let is_late = |said: &&Said| said.when.duration_since(greeting.when) >= SHORTEST_PAUSE;
        let last = alike.iter().rev().copied().find(|said| is_own(said) && is_late(said));
        let last = last.or_else(|| lines.iter().rev().copied().find(is_own));
        let last = last.or_else(|| self.others.iter().rev().find(is_own))?;
        let is_alike = |said: &&Said| self.text_of(said) == self.text_of(last);
        let alike = self.others.iter().filter(is_own).filter(is_alike);
        alike.max_by_key(|said| (self.named_by(said) == Some(&*greeting.id), said.order))
    }

    /// The thread that a line names first, as `thread 2` rather than as `2`.
    fn named_by(&self, said: &Said) -> Option<&'a str> {
        let ids = || self.greetings.iter().map(|greeting| &*greeting.id);
        let as_thread = ids().find(|id| names_thread(&said.line, id));
        as_thread.or_else(|| words_of(&said.line).find_map(|word| ids().find(|id| *id == word)))
    }

    /// What is the same in the lines that all threads print: the words of a line, apart from numbers and ids.
    fn text_of(&self, said: &Said) -> String {
        let is_id = |word: &str| self.greetings.iter().any(|greeting| is_id(word, &greeting.id));
        let is_number = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
        let words = words_of(&said.line).filter(|word| !is_number(word) && !is_id(word));
        words.collect::<Vec<_>>().join(" ")
    }
}

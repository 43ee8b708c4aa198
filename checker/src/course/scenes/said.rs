//! A line that a program with threads has printed, and whom it names.

use std::time::Instant;

/// A line, and when it came.
#[derive(Clone, Debug)]
pub struct Said {
    /// Whose greeting it is: `2` of `Hi, I'm thread 2`. Or whose farewell, if that has been found out. Of any other line,
    /// nobody's.
    pub id: String,
    /// The line.
    pub line: String,
    /// Its number in the run.
    pub order: usize,
    /// When it came.
    pub when: Instant,
}

/// The id in `Hi, I'm thread 2`, if the line is such a greeting.
pub fn greeted_id(line: &str) -> Option<String> {
    let words: Vec<&str> = words_of(line).collect();
    let id = match words.iter().position(|word| word.eq_ignore_ascii_case(THREAD)) {
        Some(thread) => words.get(thread + 1)?,
        None => words.iter().find_map(|word| id_behind_thread(word))?,
    };
    says_hi(&words).then(|| id.to_string())
}

/// Whether a line comes after a greeting and names its thread.
pub fn names_after(greeting: &Said, said: &Said) -> bool {
    said.order > greeting.order && names_id(&said.line, &greeting.id)
}

/// Whether a line has an id in it.
pub fn names_id(line: &str, id: &str) -> bool {
    words_of(line).any(|word| is_id(word, id))
}

/// Whether a line calls a thread `thread 2`, or `thread-2`. A mere number may count something else.
pub fn names_thread(line: &str, id: &str) -> bool {
    let words: Vec<&str> = words_of(line).collect();
    let is_pair = |pair: &[&str]| pair[0].eq_ignore_ascii_case(THREAD) && pair[1] == id;
    words.windows(2).any(is_pair) || words.iter().any(|word| id_behind_thread(word) == Some(id))
}

/// Whether a word is an id, alone or as `thread-2`.
pub fn is_id(word: &str, id: &str) -> bool {
    word == id || id_behind_thread(word) == Some(id)
}

/// How often a line says farewell in so many words.
pub fn count_byes(line: &str) -> usize {
    let line = line.to_lowercase();
    ["bye", "farewell"].iter().map(|word| line.matches(word).count()).sum()
}

/// What a greeting begins with.
pub const HI: &str = "Hi, ";

/// The word that stands before an id.
pub const THREAD: &str = "thread";

pub fn says_hi(words: &[&str]) -> bool {
    words.iter().any(|word| word.eq_ignore_ascii_case("hi"))
}

/// The id in `thread2` or `Thread-2`.
pub fn id_behind_thread(word: &str) -> Option<&str> {
    let (thread, id) = word.split_at_checked(THREAD.len())?;
    let id = id.trim_start_matches(['-', '_']);
    (thread.eq_ignore_ascii_case(THREAD) && !id.is_empty()).then_some(id)
}

/// The one word of a line that has no other.
pub fn lone_word(line: &str) -> Option<&str> {
    let mut words = words_of(line);
    words.next().filter(|_| words.next().is_none())
}

/// The words of a line. Digits end where letters begin, since a line of one thread may run into that of another.
pub fn words_of(line: &str) -> impl Iterator<Item = &str> {
    let is_word = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    let words = line.split(move |c| !is_word(c));
    let parts = words.flat_map(|word| {
        let digits = word.len() - word.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, rest) = word.split_at(digits);
        [number, rest]
    });
    parts.filter(|part| !part.is_empty())
}

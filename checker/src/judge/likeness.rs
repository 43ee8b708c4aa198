//! Same work as another's: which files of a class are like another one's, or like the reference solution. It is a hint
//! to look at both, and never points: two people may have found the same.
//!
//! A file is compared with the files of the same name, as tokens in runs of 12. What was handed out does not count, and
//! neither does what more than a third of the class have, and at least 5: that is probably what the course suggests,
//! so it is said once. Of what is left of a file, its *share* is how much of it is in the other one. Two files are
//! alike from a share of 0.65 of either one on. If fewer than 60 tokens of a file are left, nothing is said of it: short
//! programs are alike by necessity. So are most of `ex1_server`, and the reference solutions of `ex4_server` and a few
//! others, nearly all of which stands somewhere in the starters and helpers.
//!
//! What was measured, by `tests/course/tests/likeness.rs`, which holds it:
//!
//! | two programs | share |
//! |---|---|
//! | of two of three people, each of whom has solved nine starters | at most 0.37 |
//! | of one of them, and of somebody who has used no starters and no helpers | at most 0.49 |
//! | of one of them, and the reference solution | at most 0.52 |
//! | a copy without comments, with other names, on one line, or with its functions in another order | 1.00 |
//! | with its loops and branches in functions of their own | at least 0.89 |
//! | with dead code after every third statement, after every second one | at least 0.96, 0.88 |
//! | with all of that | at least 0.82 |
//! | a reference solution with one of 136 mistakes in it | found, but for one that is mostly new |
//!
//! With runs of 8 tokens, most of a program stood somewhere in the starters and helpers. With runs of 16, dead code hid
//! more. In other languages than Rust, copies are found as well, and other programs by the same hand have at most 0.48 in
//! common; there are no two honest programs of one step to compare.

mod grams;
mod program;
mod tokens;

use std::collections::{BTreeMap, HashSet};
use std::fmt;

use crate::judge::likeness::grams::{Gram, grams};
pub use crate::judge::likeness::program::Bounds;
use crate::judge::likeness::program::Program;
use crate::judge::likeness::tokens::tokens;

/// With how many others, at most, it is said that a file is alike.
pub const CLOSEST: usize = 3;

/// Sources by their names in the course: `ex4_server.rs`, or `server.py` for example in another language.
pub type Files = BTreeMap<String, String>;

/// What there was before the class began.
#[derive(Clone, Copy, Debug)]
pub struct Course<'a> {
    /// What was handed out: the starters, the helpers, and whatever else students may take over. The names tell no more
    /// than the language.
    pub handed_out: &'a Files,
    /// The reference solutions, by the names of the programs that they solve: `ex4_server.rs`.
    pub solutions: &'a Files,
}

/// A file that is like another one.
#[derive(Clone, Debug, PartialEq)]
pub struct Like {
    /// The file.
    pub file: String,
    /// Whose is like it.
    pub with: With,
    /// How much of it is in the other one, without what was handed out: from 0 to 1. It is less than what makes
    /// two files alike where the other one is only a part of it.
    pub share: f64,
}

/// Whose file another one is like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum With {
    /// The reference solution.
    Reference,
    /// Those of so many others, and perhaps more: each run of it is in so many, though they need not be the same ones.
    Many(usize),
    /// That of the submission with this name.
    Submission(String),
}

impl fmt::Display for With {
    fn fmt(&self, text: &mut fmt::Formatter) -> fmt::Result {
        match self {
            With::Reference => text.write_str("the reference solution"),
            With::Many(count) => write!(text, "{count} others or more"),
            With::Submission(name) => text.write_str(name),
        }
    }
}

/// A file that was handed in.
struct Given<'a> {
    name: &'a str,
    file: &'a str,
    source: &'a str,
}

/// What is alike, by the name of the submission. For each file, the reference solution comes first, then what many
/// have, then the closest. Submissions of which there is nothing to say are left out. `submissions`: the files of each,
/// by its name. `bounds`: those that were measured are the default.
pub fn alike(
    submissions: &BTreeMap<String, Files>,
    course: Course,
    bounds: Bounds,
) -> BTreeMap<String, Vec<Like>> {
    let handed_out =
        course.handed_out.iter().flat_map(|(file, source)| grams(&tokens(file, source)));
    let handed_out: HashSet<Gram> = handed_out.collect();
    // Small and capital letters are the same: on some systems they are so in the names of files.
    let mut programs: BTreeMap<String, Vec<Given>> = BTreeMap::new();
    for (name, files) in submissions {
        for (file, source) in files {
            programs.entry(file.to_lowercase()).or_default().push(Given { name, file, source });
        }
    }
    let mut found: BTreeMap<String, Vec<Like>> = BTreeMap::new();
    for (program, given) in &programs {
        let solution = course.solutions.get(program).map(|source| tokens(program, source));
        let class: Vec<_> = given.iter().map(|given| tokens(given.file, given.source)).collect();
        let compared = Program::of(&class, solution.as_deref(), &handed_out);
        for (given, likes) in given.iter().zip(likes_in(&compared, given, bounds)) {
            if !likes.is_empty() {
                found.entry(given.name.to_string()).or_default().extend(likes);
            }
        }
    }
    found
}

/// What is said of each of these files, all of one program.
fn likes_in(program: &Program, given: &[Given], bounds: Bounds) -> Vec<Vec<Like>> {
    let mut closest: Vec<Vec<(&str, f64)>> = vec![Vec::new(); given.len()];
    for ((one, other), pair) in program.pairs(bounds) {
        if given[one].name != given[other].name {
            closest[one].push((given[other].name, pair.of_one));
            closest[other].push((given[one].name, pair.of_other));
        }
    }
    let in_solution = program.in_solution(bounds);
    let mut all = Vec::new();
    for (place, mut closest) in closest.into_iter().enumerate() {
        closest.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(other.0)));
        let like = |(with, share)| Like { file: given[place].file.to_string(), with, share };
        let reference = in_solution[place].map(|share| (With::Reference, share));
        let many = program.everybodys(place, bounds);
        let many = many.map(|(holders, share)| (With::Many(holders - 1), share));
        let closest = closest.into_iter().take(CLOSEST);
        let closest = closest.map(|(name, share)| (With::Submission(name.to_string()), share));
        all.push(reference.into_iter().chain(many).chain(closest).map(like).collect());
    }
    all
}

#[cfg(test)]
mod tests {
    use std::hash::{DefaultHasher, Hash, Hasher};

    use arbtest::arbitrary::{Result, Unstructured};

    use super::*;

    /// A statement of 12 tokens: others for each number, and as it happens no two that follow each other elsewhere.
    fn statement(number: usize) -> String {
        const SIGNS: [char; 15] =
            ['+', '-', '*', '%', '^', '!', '&', '|', '<', '>', '=', '.', '@', '$', '~'];
        let mut hasher = DefaultHasher::new();
        number.hash(&mut hasher);
        let choices = hasher.finish();
        (0..12).map(|place| SIGNS[(choices >> (4 * place)) as usize % SIGNS.len()]).collect()
    }

    /// Statements with these numbers.
    fn source(numbers: impl IntoIterator<Item = usize>) -> String {
        numbers.into_iter().map(|number| statement(number) + "\n").collect()
    }

    /// What is said of a class in which each has this file.
    fn said(class: &[(&str, String)], handed_out: &str, solution: &str) -> Vec<String> {
        let files = |source: &str| Files::from([("ex4_server.rs".to_string(), source.to_string())]);
        let submissions =
            class.iter().map(|(name, source)| (name.to_string(), files(source))).collect();
        let (handed_out, solutions) = (files(handed_out), files(solution));
        let course = Course { handed_out: &handed_out, solutions: &solutions };
        let found = alike(&submissions, course, Bounds::default());
        let lines = found.iter().flat_map(|(name, likes)| {
            likes
                .iter()
                .map(move |like| format!("{name}: {:.0} % with {}", 100.0 * like.share, like.with))
        });
        lines.collect()
    }

    #[test]
    fn who_has_the_same_is_named_to_both() {
        let (alice, bob, carol) = (source(0..20), source(0..20), source(100..120));
        let class = [("alice", alice), ("bob", bob), ("carol", carol)];
        assert_eq!(said(&class, "", ""), ["alice: 100 % with bob", "bob: 100 % with alice"]);
    }

    #[test]
    fn what_is_in_the_reference_solution_is_said_first() {
        let class = [("alice", source(0..20)), ("bob", source((5..20).chain(200..202)))];
        let said = said(&class, "", &source(5..20));
        let lines = [
            "alice: 75 % with the reference solution",
            "alice: 75 % with bob",
            "bob: 88 % with the reference solution",
            "bob: 88 % with alice",
        ];
        assert_eq!(said, lines);
    }

    #[test]
    fn what_was_handed_out_never_counts() {
        let starter = source(0..40);
        let class = [("alice", starter.clone()), ("bob", starter.clone())];
        assert_eq!(said(&class, &starter, &starter), [""; 0]);
        let class = [
            ("alice", starter.clone() + &source(100..110)),
            ("bob", starter.clone() + &source(200..210)),
        ];
        assert_eq!(said(&class, &starter, &starter), [""; 0]);
        let class = [
            ("alice", starter.clone() + &source(100..110)),
            ("bob", starter.clone() + &source(100..110)),
        ];
        assert_eq!(said(&class, &starter, &starter).len(), 2);
    }

    #[test]
    fn of_a_short_file_nothing_is_said() {
        let class =
            |statements: usize| [("alice", source(0..statements)), ("bob", source(0..statements))];
        assert_eq!(said(&class(4), "", &source(0..4)), [""; 0]);
        assert_eq!(said(&class(5), "", &source(0..5)).len(), 4);
    }

    #[test]
    fn what_many_have_is_said_once_and_tells_of_nobody() {
        let names: Vec<String> = (0..18).map(|number| format!("student {number:02}")).collect();
        // 7 of 18 have the same; two of them have something more in common.
        let of = |number: usize| match number {
            0..2 => source((0..20).chain(100..106)),
            2..7 => source(0..20),
            _ => source(1000 + 20 * number..1020 + 20 * number),
        };
        let class: Vec<(&str, String)> =
            names.iter().enumerate().map(|(number, name)| (name.as_str(), of(number))).collect();
        let lines = [
            "student 00: 77 % with 6 others or more",
            "student 00: 100 % with student 01",
            "student 01: 77 % with 6 others or more",
            "student 01: 100 % with student 00",
            "student 02: 100 % with 6 others or more",
            "student 03: 100 % with 6 others or more",
            "student 04: 100 % with 6 others or more",
            "student 05: 100 % with 6 others or more",
            "student 06: 100 % with 6 others or more",
        ];
        assert_eq!(said(&class, "", ""), lines);
    }

    #[test]
    fn no_more_than_the_closest_are_named() {
        let names = ["a", "b", "c", "d", "e"];
        let parts = [20, 19, 18, 17, 16].map(|count| source(0..count));
        let mut class: Vec<(&str, String)> = names.into_iter().zip(parts).collect();
        let others: Vec<String> = (10..30).map(|number| format!("other {number}")).collect();
        class.extend(
            others
                .iter()
                .enumerate()
                .map(|(n, name)| (name.as_str(), source(1000 + 20 * n..1020 + 20 * n))),
        );
        let said = said(&class, "", "");
        let of_a: Vec<&String> = said.iter().filter(|line| line.starts_with("a:")).collect();
        assert_eq!(of_a, ["a: 95 % with b", "a: 90 % with c", "a: 85 % with d"]);
        assert_eq!(said.len(), 15);
    }

    #[test]
    fn files_of_the_same_name_are_compared_however_it_is_written() {
        let files = |files: &[&str]| -> Files {
            files
                .iter()
                .map(|file| (file.to_string(), "while x { f(1, \"a\") }\n".repeat(8)))
                .collect()
        };
        let submissions = BTreeMap::from([
            ("alice".to_string(), files(&["Server.py", "server.py"])),
            ("bob".to_string(), files(&["server.py", "client.py"])),
        ]);
        let nothing = Files::new();
        let course = Course { handed_out: &nothing, solutions: &nothing };
        let found = alike(&submissions, course, Bounds::default());
        let of = |name: &str| -> Vec<(&str, With)> {
            found[name].iter().map(|like| (like.file.as_str(), like.with.clone())).collect()
        };
        let with = |name: &str| With::Submission(name.to_string());
        assert_eq!(of("alice"), [("Server.py", with("bob")), ("server.py", with("bob"))]);
        assert_eq!(of("bob"), [("server.py", with("alice")), ("server.py", with("alice"))]);
    }

    #[test]
    fn whatever_is_handed_in_is_compared() {
        arbtest::arbtest(|choices| {
            let mut submissions: BTreeMap<String, Files> = BTreeMap::new();
            for _ in 0..choices.int_in_range(0..=8)? {
                let name = choices.choose(&["a", "b", "c", "d", "e", "f"])?.to_string();
                let file = choices.choose(&[
                    "ex4_server.rs",
                    "server.py",
                    "Main.java",
                    "README",
                    ".",
                    "",
                ])?;
                submissions.entry(name).or_default().insert(file.to_string(), anything(choices)?);
            }
            let file = |source| Files::from([("ex4_server.rs".to_string(), source)]);
            let (handed_out, solutions) = (file(anything(choices)?), file(anything(choices)?));
            let course = Course { handed_out: &handed_out, solutions: &solutions };
            let bounds = Bounds {
                share: choices.int_in_range(0..=10)? as f64 / 10.0,
                tokens: choices.int_in_range(0..=60)?,
            };
            for like in alike(&submissions, course, bounds).values().flatten() {
                assert!((0.0..=1.0).contains(&like.share), "{like:?}");
            }
            Ok(())
        });
    }

    /// Bytes, or words that could stand in a program.
    fn anything(choices: &mut Unstructured) -> Result<String> {
        if choices.arbitrary()? {
            return Ok(String::from_utf8_lossy(choices.arbitrary()?).into_owned());
        }
        Ok(words(choices)?.join(" "))
    }

    fn words(choices: &mut Unstructured) -> Result<Vec<&'static str>> {
        const WORDS: &[&str] = &[
            "fn", "let", "while", "if", "client", "message", "self", "::", "(", ")", "{", "}", ";",
            ",", "?", "&", "\"", "\"text\"", "'a", "'x'", "1024", "0.5", "#", "/*", "*/", "//",
            "\n", "r#\"", "\u{0}", "é", "=", "->", "!",
        ];
        (0..choices.int_in_range(0..=200)?).map(|_| choices.choose(WORDS).copied()).collect()
    }

    #[test]
    fn a_file_is_wholly_in_itself_whatever_its_names_are() {
        const NAMES: &[&str] = &["server", "stream", "a1", "état", "r#type", "_x"];
        arbtest::arbtest(|choices| {
            let words = words(choices)?;
            // What a name stands next to must not become a literal or a part of one.
            let words: Vec<&str> =
                words.into_iter().filter(|word| !word.contains(['"', '\'', '#', '/'])).collect();
            let new = [choices.choose(NAMES)?, choices.choose(NAMES)?, choices.choose(NAMES)?];
            let renamed = words.iter().map(|word| match *word {
                "client" => *new[0],
                "message" => *new[1],
                "é" => *new[2],
                word => word,
            });
            let renamed = renamed.collect::<Vec<&str>>().join(" ");
            let class = [("alice", words.join(" ")), ("bob", renamed)];
            let tokens = tokens("a.rs", &class[0].1).len();
            let lines = ["alice: 100 % with bob", "bob: 100 % with alice"];
            assert_eq!(said(&class, "", ""), if tokens < 60 { &lines[..0] } else { &lines });
            Ok(())
        });
    }
}

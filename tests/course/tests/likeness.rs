//! Copies of a program are told from programs that several people have written. The people are those of
//! `tests/course/tests/likeness/` (each has solved nine of the starters in a way of their own) and the one of
//! `tests/foreign/rust/`, who has used neither starters nor helpers. The bounds in `checker/src/judge/likeness/` follow
//! from what is measured here: `cargo test -p course-tests --test likeness -- --nocapture` prints it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use checker::course::helpers;
use checker::judge::likeness::{Bounds, Course, Files, Like, With, alike};
use course_tests::root;
use regex::{Captures, Regex};

#[allow(dead_code)] // another test needs more of it
#[path = "../../mistakes/src/list.rs"]
mod list;

/// Those who have solved starters without having seen each other's.
const PEOPLE: [&str; 3] = ["dora", "emil", "fay"];

/// People who have not seen each other's programs have less in common than this.
const HONEST: Bounds = Bounds { share: 0.55, tokens: 60 };

/// A copy has more in common with what it was made from.
const COPIED: Bounds = Bounds { share: 0.8, tokens: 60 };

/// What is asked for when all shares are to be seen.
const ALL: Bounds = Bounds { share: f64::MIN_POSITIVE, tokens: 60 };

/// Programs are copied that have so many tokens of their own. A copy may have a few less: what moves beside something
/// that was handed out may count as that.
const LONG: Bounds = Bounds { share: 0.65, tokens: 80 };

/// The Rust files of a folder of the course.
fn files_in(folder: impl AsRef<Path>) -> Files {
    let folder = root().join(folder);
    let files =
        fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths = files.map(|entry| entry.expect("an entry is read").path());
    let read = |path: &Path| fs::read_to_string(path).expect("it is read");
    let named = |path: &Path| path.file_name().expect("a name").to_string_lossy().into_owned();
    paths.filter(|path| path.is_file()).map(|path| (named(&path), read(&path))).collect()
}

fn files_of(person: &str) -> Files {
    files_in(Path::new("tests/course/tests/likeness").join(person))
}

/// What is alike among these submissions.
fn alike_among(
    submissions: BTreeMap<String, Files>,
    bounds: Bounds,
) -> BTreeMap<String, Vec<Like>> {
    let mut handed_out = files_in("starters");
    handed_out.extend(helpers::sources(root()));
    let solutions = files_in("solutions/src/bin");
    alike(&submissions, Course { handed_out: &handed_out, solutions: &solutions }, bounds)
}

/// Of two people's files of one name, the larger share of the two, by that name. Files that are not alike are left out.
fn shares(one: &Files, other: &Files, bounds: Bounds) -> BTreeMap<String, f64> {
    let class = [("one".to_string(), one.clone()), ("other".to_string(), other.clone())];
    let mut shares: BTreeMap<String, f64> = BTreeMap::new();
    for like in alike_among(class.into(), bounds).into_values().flatten() {
        if like.with != With::Reference {
            let share = shares.entry(like.file).or_default();
            *share = share.max(like.share);
        }
    }
    shares
}

/// Those of these files that are long enough.
fn long(mut files: Files) -> Files {
    let shares = shares(&files, &files, LONG); // what is too short to be compared is not even like itself
    files.retain(|file, _| shares.contains_key(file));
    files
}

/// What is done to a program so that it looks like another one.
type Disguise = (&'static str, fn(&str) -> String);

const DISGUISES: &[Disguise] = &[
    ("no comments", without_comments),
    ("other names", renamed),
    ("on one line", |source| without_comments(source).replace('\n', " ")),
    ("functions in another order", reordered),
    ("loops and branches in functions of their own", extracted),
    ("dead code after every third statement", |source| with_dead_code(source, 3)),
    ("dead code after every second statement", |source| with_dead_code(source, 2)),
    ("all of that", |source| {
        with_dead_code(&reordered(&extracted(&renamed(&without_comments(source)))), 3)
    }),
];

fn without_comments(source: &str) -> String {
    Regex::new(r"(?m)^ *//.*\n|  *// .*$").expect("a pattern").replace_all(source, "").into_owned()
}

fn renamed(source: &str) -> String {
    const KEYWORDS: &str = " as break const continue crate dyn else enum false fn for if impl in let loop match mod \
        move mut pub ref return self static struct super trait true type use where while ";
    let name = Regex::new(r#"\b[a-z_][A-Za-z0-9_]*\b["'#]?"#).expect("a pattern");
    let new = |found: &Captures| match &found[0] {
        word if KEYWORDS.contains(&format!(" {word} ")) => word.to_string(),
        start if start.ends_with(['"', '\'', '#']) => start.to_string(), // of a literal, or the last word in one
        word => format!("x{}", word.bytes().map(usize::from).sum::<usize>()),
    };
    name.replace_all(source, new).into_owned()
}

/// The items from the first function on, the last one first.
fn reordered(source: &str) -> String {
    let items = Regex::new(r"(?m)^}\n").expect("a pattern");
    let start = source.find("\nfn ").expect("a function");
    let mut items: Vec<String> =
        items.split(&source[start..]).map(|item| format!("{item}}}\n")).collect();
    items.pop(); // what follows the last one
    items.reverse();
    source[..start].to_string() + &items.concat()
}

/// What is in each loop and each branch becomes a function.
fn extracted(source: &str) -> String {
    let blocks =
        Regex::new(r"(?m)^(    [a-z].*\{\n)((?:        .*\n)+)(    \})").expect("a pattern");
    let mut new = String::new();
    let short = blocks.replace_all(source, |found: &Captures| {
        new += &format!("\nfn part() -> io::Result<()> {{\n{}    Ok(())\n}}\n", &found[2]);
        format!("{}        part()?;\n{}", &found[1], &found[3])
    });
    short.into_owned() + &new
}

fn with_dead_code(source: &str, every: usize) -> String {
    let mut count = 0;
    let lines = source.lines().map(|line| {
        let is_statement = line.starts_with("    ") && line.ends_with(';');
        count += usize::from(is_statement);
        let is_next = is_statement && count % every == 0;
        format!("{line}\n{}", if is_next { "    let _unused = 17;\n" } else { "" })
    });
    lines.collect()
}

#[test]
fn copies_are_found_whatever_has_been_done_to_them() {
    let mut originals: Vec<Files> = PEOPLE.iter().map(|person| long(files_of(person))).collect();
    originals.push(long(files_in("solutions/src/bin")));
    let count: usize = originals.iter().map(Files::len).sum();
    assert!(count > 25, "only {count} are compared");
    for (disguise, change) in DISGUISES {
        let mut least: f64 = 1.0;
        for files in &originals {
            let copies: Files =
                files.iter().map(|(file, source)| (file.clone(), change(source))).collect();
            let shares = shares(files, &copies, COPIED);
            for (file, copy) in &copies {
                assert_ne!(copy, &files[file], "{disguise} changes nothing in {file}");
                let share = shares.get(file);
                least =
                    least.min(*share.unwrap_or_else(|| panic!("{disguise}: not found\n{copy}")));
            }
        }
        println!("{disguise}: {count} copies, share at least {least:.2}");
    }
}

#[test]
fn what_people_have_written_on_their_own_is_not_alike() {
    let mut class: BTreeMap<String, Files> =
        PEOPLE.iter().map(|person| (person.to_string(), files_of(person))).collect();
    class.insert("another hand".to_string(), files_in("tests/foreign/rust/src/bin"));
    assert_eq!(alike_among(class.clone(), HONEST), BTreeMap::new());
    for (name, likes) in alike_among(class, ALL) {
        let mut closest: Vec<Like> = likes;
        closest.sort_by(|one, other| other.share.total_cmp(&one.share));
        let lines = closest
            .iter()
            .take(3)
            .map(|like| format!("{:.2} of {} in {}", like.share, like.file, like.with));
        println!("{name}: {}", lines.collect::<Vec<_>>().join(", "));
    }
}

#[test]
fn a_mistake_in_the_reference_solution_hides_nothing() {
    /// A function is taken apart, and most of another one is gone.
    const REWRITTEN: [&str; 1] = ["ex3_threads_prints_from_one_thread_in_three_turns"];
    let solutions = long(files_in("solutions/src/bin"));
    let mut class: BTreeMap<String, Files> = BTreeMap::new();
    for mistake in list::all(root()).expect("the mistakes are read") {
        let file = format!("{}.rs", mistake.program());
        if let Some(right) = solutions.get(&file) {
            let wrong = mistake.source(right).expect("the patch fits");
            class.insert(mistake.name.clone(), Files::from([(file, wrong)]));
        }
    }
    assert!(class.len() > 100, "only {} are compared", class.len());
    let of_reference = |likes: &Vec<Like>| {
        likes.iter().find(|like| like.with == With::Reference).map(|like| like.share)
    };
    let found: BTreeMap<String, f64> = alike_among(class.clone(), Bounds::default())
        .into_iter()
        .filter_map(|(name, likes)| of_reference(&likes).map(|share| (name, share)))
        .collect();
    let missed: Vec<&String> = class.keys().filter(|name| !found.contains_key(*name)).collect();
    let least = found.values().copied().min_by(f64::total_cmp).unwrap_or_default();
    println!(
        "mistakes: {} of {} found, share at least {least:.2}; not found: {missed:?}",
        found.len(),
        class.len()
    );
    assert_eq!(missed, REWRITTEN);
}

#[test]
fn a_copy_in_another_language_is_found_and_another_program_is_not() {
    let read = |path: &str| {
        fs::read_to_string(root().join("tests/foreign").join(path)).expect("it is read")
    };
    let named =
        Regex::new(r"\b(conn|client|socket|name|names|line|out|message)\w*\b").expect("a pattern");
    for (file, room, messenger) in [
        ("server.py", "python/ms2_plain/server.py", "python/ms3_plain/server.py"),
        ("client.py", "python/ms2_plain/client.py", "python/ms3_plain/client.py"),
        ("Server.java", "java/ms1_lines/Server.java", "java/ms3_lines/Server.java"),
    ] {
        let files = |source: String| Files::from([(file.to_string(), source)]);
        let original = files(read(room));
        let copy = files(named.replace_all(&read(room), "x$0").into_owned());
        assert_ne!(original, copy);
        let found = shares(&original, &copy, COPIED);
        assert_eq!(found.len(), 1, "{room}");
        let other = files(read(messenger));
        assert_eq!(shares(&original, &other, HONEST), BTreeMap::new(), "{room}");
        println!(
            "{room}: {:.2} of a copy, {:.2} of {messenger}",
            found[file],
            shares(&original, &other, ALL)[file]
        );
    }
}

#[test]
fn starters_that_nobody_has_touched_are_not_alike() {
    let class = ["alice", "bob", "carol"].map(|name| (name.to_string(), files_in("starters")));
    assert_eq!(alike_among(class.into(), Bounds { share: 0.0, tokens: 1 }), BTreeMap::new());
}

/// How long this thread has been at work: a busy machine does not stretch that. `None`: this system does not say.
fn work() -> Option<Duration> {
    let status = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(status.split_whitespace().next()?.parse().ok()?))
}

/// The worst that can be: a class of three parts, in each of which all have copied from one.
#[test]
fn a_large_class_is_compared_at_once() {
    let solutions = files_in("solutions/src/bin");
    let foreign = files_in("tests/foreign/rust/src/bin");
    let class: BTreeMap<String, Files> = (0..200)
        .map(|number| {
            let mut files = [&solutions, &foreign, &solutions][number % 3].clone();
            if number % 3 == 2 {
                for source in files.values_mut() {
                    *source = source.replace("let ", "let mut ").replace(" = ", " = &");
                }
            }
            files.retain(|file, _| foreign.contains_key(file));
            (format!("student {number:03}"), files)
        })
        .collect();
    assert_eq!(class.values().map(Files::len).sum::<usize>(), 200 * 19);
    let before = work();
    let found = alike_among(class, Bounds::default());
    assert_eq!(found.len(), 200);
    let Some((before, after)) = before.zip(work()) else {
        println!("skipped: this system does not say how long it has taken");
        return;
    };
    let time = after - before;
    println!("200 submissions of 19 files: {time:.1?} of work");
    assert!(time < Duration::from_secs(10), "{time:?}");
}

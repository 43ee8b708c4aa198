//! The checker is a house of floors: an arrow from one file to another, a `use crate::…`, never runs up. And nowhere in
//! the workspace do files use each other in a circle.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use course_tests::root;

/// The floors of the checker, from the lowest.
const FLOORS: &[&str] = &["sandbox", "stage", "course", "judge", "report", "desk", "cli", "main"];

/// The source folders of all packages, and how a file names its own package.
const HOUSES: &[(&str, &[&str])] = &[
    ("src", &["crate"]),
    ("checker/src", &["crate", "checker"]),
    ("benches/src", &["crate"]),
    ("tests/course/src", &["crate"]),
    ("tests/mistakes/src", &["crate"]),
    ("tests/hostile/src", &["crate"]),
    ("tests/verdicts/src", &["crate"]),
];

/// Files by name, such as `stage/board.rs`, each with the files that it uses.
type Arrows = BTreeMap<String, BTreeSet<String>>;

/// The texts of a folder's source files, by name.
fn sources_in(folder: &Path) -> BTreeMap<String, String> {
    let mut sources = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(folder).expect("it is in there").display().to_string();
                sources.insert(name, fs::read_to_string(&path).expect("a file is read"));
            }
        }
    }
    sources
}

fn arrows_between(sources: &BTreeMap<String, String>, own_names: &[&str]) -> Arrows {
    let mut arrows = Arrows::new();
    for (name, source) in sources {
        let code = source.lines().filter(|line| !line.trim_start().starts_with("//"));
        let code = code.collect::<Vec<_>>().join(" ");
        let mut used = BTreeSet::new();
        for own in own_names {
            let start = format!("{own}::");
            for (at, _) in code.match_indices(&start) {
                let before = code[..at].chars().next_back().unwrap_or(' ');
                if !before.is_alphanumeric() && before != '_' {
                    for path in paths_at(&code[at + start.len()..]) {
                        used.extend(file_of(&path, sources).filter(|file| file != name));
                    }
                }
            }
        }
        arrows.insert(name.clone(), used);
    }
    arrows
}

/// The paths that begin here: `a::{b,c::d}` is `a::b` and `a::c::d`.
fn paths_at(text: &str) -> Vec<Vec<String>> {
    let text = text.trim_start();
    let end =
        text.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).unwrap_or(text.len());
    let start: Vec<String> =
        text[..end].split("::").filter(|part| !part.is_empty()).map(str::to_string).collect();
    if !text[end..].starts_with('{') {
        return vec![start];
    }
    let mut depth = 0;
    let mut parts = vec![String::new()];
    for character in text[end..].chars() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => parts.push(String::new()),
            _ => {}
        }
        if depth == 0 {
            break;
        }
        let is_outer = depth == 1 && matches!(character, '{' | ',');
        if let (false, Some(part)) = (is_outer, parts.last_mut()) {
            part.push(character);
        }
    }
    let inner = parts.iter().flat_map(|part| paths_at(part));
    inner.map(|path| [start.clone(), path].concat()).collect()
}

/// The file that a path leads into: of `stage::board::Board`, `stage/board.rs`.
fn file_of(path: &[String], sources: &BTreeMap<String, String>) -> Option<String> {
    (1..=path.len()).rev().find_map(|length| {
        let module = path[..length].join("/");
        [format!("{module}.rs"), format!("{module}/mod.rs")]
            .into_iter()
            .find(|file| sources.contains_key(file))
    })
}

fn floor_of(file: &str) -> Option<usize> {
    let start = file.split('/').next().unwrap_or(file).trim_end_matches(".rs");
    FLOORS.iter().position(|floor| *floor == start)
}

/// The arrows that run up.
fn arrows_up(arrows: &Arrows) -> Vec<String> {
    let mut up = Vec::new();
    for (from, used) in arrows {
        for to in used {
            if let (Some(below), Some(above)) = (floor_of(from), floor_of(to))
                && above > below
            {
                up.push(format!("{from} uses {to}, which is on a floor above it"));
            }
        }
    }
    up
}

/// A circle of files, if there is one.
fn circle_in(arrows: &Arrows) -> Option<String> {
    // Files that use nobody who is left are taken away, one after the other; a circle stays.
    let mut left: BTreeSet<&String> = arrows.keys().collect();
    loop {
        let uses_somebody = |file: &&String| arrows[*file].iter().any(|used| left.contains(used));
        let stay: BTreeSet<&String> = left.iter().copied().filter(uses_somebody).collect();
        if stay.len() == left.len() {
            break;
        }
        left = stay;
    }
    let mut way = vec![*left.first()?];
    loop {
        let next = arrows[way[way.len() - 1]].iter().find(|used| left.contains(used))?;
        if let Some(start) = way.iter().position(|file| *file == next) {
            let names: Vec<&str> = way[start..].iter().map(|file| file.as_str()).collect();
            return Some(format!("{} → {next}", names.join(" → ")));
        }
        way.push(next);
    }
}

#[test]
fn no_arrow_of_the_checker_runs_up() {
    let sources = sources_in(&root().join("checker/src"));
    let homeless = |file: &&String| floor_of(file).is_none() && *file != "lib.rs";
    assert_eq!(sources.keys().find(homeless), None, "a file is on no floor");
    let arrows = arrows_between(&sources, &["crate", "checker"]);
    assert!(
        arrows.values().map(BTreeSet::len).sum::<usize>() > 100,
        "arrows are missed: {arrows:#?}"
    );
    assert_eq!(arrows_up(&arrows), [""; 0]);
}

#[test]
fn no_files_of_the_workspace_use_each_other_in_a_circle() {
    for (folder, own_names) in HOUSES {
        let sources = sources_in(&root().join(folder));
        assert!(!sources.is_empty(), "there is nothing in {folder}");
        assert_eq!(circle_in(&arrows_between(&sources, own_names)), None, "in {folder}");
    }
}

#[test]
fn only_the_lowest_floor_knows_the_operating_system() {
    for (name, source) in sources_in(&root().join("checker/src")) {
        let (code, _tests) = source.split_once("\nmod tests {").unwrap_or((&source, ""));
        let tells = |line: &&str| line.contains("target_os") && !line.contains("test");
        let is_there = code.lines().find(tells).is_some();
        assert!(!is_there || name.starts_with("sandbox/"), "{name} asks for the operating system");
    }
}

#[test]
fn an_arrow_up_and_a_circle_are_found() {
    let house = |files: &[(&str, &str)]| {
        let sources = files.iter().map(|(name, text)| (name.to_string(), text.to_string()));
        arrows_between(&sources.collect(), &["crate"])
    };
    let arrows = house(&[
        ("stage/board.rs", "use crate::{\n    judge::{judge::Outcome, cast},\n    sandbox,\n};"),
        ("judge/judge.rs", "use crate::stage::board::Board; // crate::desk::student"),
        ("judge/cast.rs", "fn f() { crate::judge::judge::play() }"),
    ]);
    assert_eq!(
        arrows_up(&arrows),
        [
            "stage/board.rs uses judge/cast.rs, which is on a floor above it",
            "stage/board.rs uses judge/judge.rs, which is on a floor above it"
        ]
    );
    let circle = circle_in(&arrows).expect("there is one");
    assert_eq!(circle, "judge/cast.rs → judge/judge.rs → stage/board.rs → judge/cast.rs");
    let tree = house(&[("a.rs", "use crate::b::B;"), ("b.rs", "use crate::c;"), ("c.rs", "")]);
    assert_eq!(circle_in(&tree), None);
}

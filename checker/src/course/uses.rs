//! Which helpers and which packages a source uses, by the names that stand in it. It is not parsed: where a name could be
//! one of theirs, it is taken for that. So too much may be found, and too little only where a helper names another one by
//! `super::`, as none of the course's does.

use std::collections::{BTreeMap, BTreeSet};

/// The crate of the helpers, as programs name it.
const HELPERS: &str = "chatlings";
/// The crate of the helpers, as they name it themselves.
const OWN: &str = "crate";

/// Whether a source uses a package.
pub fn is_used(package: &str, source: &str) -> bool {
    let code = code_of(source);
    places_of(&package.replace('-', "_"), &code).next().is_some()
}

/// The modules of the helpers that these programs use, and those that these modules use in turn.
/// `helpers` are their files, `src/lib.rs` and `src/room/log.rs` for example.
pub fn modules_for(helpers: &BTreeMap<String, String>, programs: &[String]) -> BTreeSet<String> {
    let all = modules_in(helpers.get("src/lib.rs").map_or("", String::as_str));
    let mut found = BTreeSet::new();
    let mut next = modules_named(programs.iter().map(String::as_str), HELPERS, &all);
    while !next.is_empty() {
        found.extend(next.clone());
        let files = helpers.iter().filter(|(file, _)| next.contains(module_of(file)));
        let used = modules_named(files.map(|(_, source)| source.as_str()), OWN, &all);
        next = used.difference(&found).cloned().collect();
    }
    found
}

/// The module that a file is, or is a part of: of `src/room/log.rs`, `room`.
pub fn module_of(file: &str) -> &str {
    let first = file.split('/').nth(1).unwrap_or(file);
    first.strip_suffix(".rs").unwrap_or(first)
}

/// The modules that a file declares, each on a line of its own: `pub mod args;`
pub fn modules_in(source: &str) -> BTreeSet<String> {
    source.lines().filter_map(declared_in).map(str::to_string).collect()
}

/// The module that a line declares.
pub fn declared_in(line: &str) -> Option<&str> {
    let line = line.trim();
    line.strip_prefix("pub ").unwrap_or(line).strip_prefix("mod ")?.strip_suffix(';')
}

/// Those of a crate's modules that sources name. If they name anything else of it, it may come from any of them: all.
fn modules_named<'a>(
    sources: impl Iterator<Item = &'a str>,
    name: &str,
    all: &BTreeSet<String>,
) -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    for source in sources {
        let code = code_of(source);
        for rest in places_of(name, &code) {
            let items = items_of(rest);
            if items.is_empty() && name == OWN {
                continue; // as in `pub(crate)`
            }
            if items.is_empty() || !items.iter().all(|item| all.contains(*item)) {
                return all.clone();
            }
            named.extend(items.into_iter().map(str::to_string));
        }
    }
    named
}

/// A source without the lines that are comments.
fn code_of(source: &str) -> String {
    let code = source.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.collect::<Vec<&str>>().join("\n")
}

/// What follows a name, wherever it stands as a word.
fn places_of<'a>(name: &str, code: &'a str) -> impl Iterator<Item = &'a str> {
    let is_of_word = |c: char| c.is_alphanumeric() || c == '_';
    let places = code.match_indices(name).map(|(at, name)| (at, at + name.len()));
    let is_word = move |(from, to): &(usize, usize)| {
        !code[..*from].ends_with(is_of_word) && !code[*to..].starts_with(is_of_word)
    };
    places.filter(is_word).map(|(_, to)| &code[to..])
}

/// What of a crate is named behind its name: `args` of `::args::{self, ServerArgs}`, `args` and `text` of
/// `::{args::Args, text}`.
fn items_of(rest: &str) -> Vec<&str> {
    let Some(path) = rest.trim_start().strip_prefix("::") else { return Vec::new() };
    let path = path.trim_start();
    let Some(list) = path.strip_prefix('{') else { return vec![first_word(path)] };
    let (mut items, mut depth, mut begins) = (Vec::new(), 0, true);
    for (at, character) in list.char_indices() {
        match character {
            '}' if depth == 0 => break,
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => begins = true,
            c if begins && !c.is_whitespace() => {
                items.push(first_word(&list[at..]));
                begins = false;
            }
            _ => {}
        }
    }
    items
}

fn first_word(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn helpers() -> BTreeMap<String, String> {
        let lib = "//! All.\npub mod args;\npub mod console;\npub mod proto;\npub mod room;\npub mod text;\n";
        let files = [
            ("lib.rs", lib),
            ("args.rs", "use clap::Parser;\n"),
            ("console.rs", "use rustyline::Editor;\n"),
            ("proto.rs", "include!(concat!(env!(\"OUT_DIR\"), \"/chat.rs\"));\n"),
            ("room.rs", "mod log;\nuse self::log::Log;\npub(crate) struct Room;\n"),
            ("room/log.rs", "/// See [text](crate::text).\nuse crate::{\n    console,\n};\n"),
            ("text.rs", "use std::io;\n"),
        ];
        files.map(|(name, text)| (format!("src/{name}"), text.to_string())).into()
    }

    fn modules(program: &str) -> Vec<String> {
        modules_for(&helpers(), &[program.to_string()]).into_iter().collect()
    }

    #[test]
    fn a_program_needs_the_modules_that_it_names_and_what_these_name() {
        assert_eq!(modules("use chatlings::args::{self, Args};\n"), ["args"]);
        let program = "use chatlings::{\n    text::{Reader, send},\n    args,\n};\nfn main() {}\n";
        assert_eq!(modules(program), ["args", "text"]);
        assert_eq!(modules("fn main() { chatlings :: room::open() }"), ["console", "room"]);
        assert_eq!(modules("// use chatlings::args;\nfn main() { my_chatlings::args() }"), [""; 0]);
    }

    #[test]
    fn where_it_cannot_be_told_all_are_needed() {
        for program in [
            "use chatlings as helpers;",
            "use chatlings::*;",
            "use chatlings::{self, args};",
            "use chatlings::{args, nothing_that_is_known};",
            "macro_rules! all { ($x:ident) => { chatlings::$x::f() } }",
            "extern crate chatlings;",
        ] {
            assert_eq!(modules(program).len(), 5, "{program}");
        }
    }

    #[test]
    fn a_package_is_used_where_its_name_stands_in_the_code() {
        assert!(is_used("shell-words", "use shell_words::split;"));
        assert!(is_used("clap", "#[derive(clap::Parser)]"));
        assert!(!is_used("rand", "// rand\nlet random = brand; operand();"));
    }
}

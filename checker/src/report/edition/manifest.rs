//! The manifests of a students' edition, and its lock file: those of the course, without packages, programs and settings
//! that are not in it. So it is built with the same versions of the same packages, and the lock file need not change.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use toml_edit::{DocumentMut, Item, Table};

use crate::report::lock::{Lock, Package};

/// The manifest of the workspace.
const ROOT: &str = "Cargo.toml";
/// The lock file.
const LOCK: &str = "Cargo.lock";
/// The sections of a manifest that list packages.
const LISTS: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

/// All manifests of an edition, and its lock file, by path. `manifests` are the course's; `has` tells of a path whether it is
/// in the edition, and `is_used` of a package whether the tests of the root package use it.
///
/// # Errors
/// When a manifest or the lock file is not as it was.
pub fn fitted(
    manifests: &[(&str, &str)],
    lock: &str,
    has: &dyn Fn(&str) -> bool,
    is_used: &dyn Fn(&str) -> bool,
) -> Result<Vec<(String, String)>> {
    let parse = |(path, text): &(&str, &str)| {
        let document: DocumentMut = text.parse().with_context(|| format!("cannot read {path}"))?;
        Ok((path.to_string(), document))
    };
    let mut documents = manifests.iter().map(parse).collect::<Result<Vec<_>>>()?;
    for (path, document) in &mut documents {
        if let Some(package_folder) = path.strip_suffix(ROOT) {
            fit_targets(document, package_folder, has);
        }
    }
    if let Some((_, root)) = documents.iter_mut().find(|(path, _)| path == ROOT) {
        fit_root(root, has, is_used);
    }
    let listed: BTreeSet<String> =
        documents.iter().flat_map(|(_, document)| packages_of(document)).collect();
    let version = documents.iter().find_map(|(_, document)| version_of_all(document));
    let version = version.with_context(|| format!("{ROOT} has no version of all packages"))?;
    let lock = lock.replace('\r', "");
    let lock = fit_lock(&lock, &documents, &version)?;
    if let Some((_, root)) = documents.iter_mut().find(|(path, _)| path == ROOT) {
        retain(root.as_table_mut(), &["workspace", "dependencies"], |name| listed.contains(name));
        let is_built = |name: &str| name == "*" || lock.contains(&format!("\nname = \"{name}\"\n"));
        retain(root.as_table_mut(), &["profile", "dev", "package"], is_built);
    }
    let texts = documents.into_iter().map(|(path, document)| (path, document.to_string()));
    Ok(texts.chain([(LOCK.to_string(), lock)]).collect())
}

/// Leaves out programs whose files are not there. A library that a student's programs share is named when it is there.
fn fit_targets(document: &mut DocumentMut, folder: &str, has: &dyn Fn(&str) -> bool) {
    let path_of = |target: &Table| {
        let path = target.get("path").and_then(Item::as_str)?;
        Some(normal(&format!("{folder}{path}")))
    };
    let is_there = |target: &Table| path_of(target).is_none_or(|path| has(&path));
    if let Some(programs) = document.get_mut("bin").and_then(Item::as_array_of_tables_mut) {
        programs.retain(|program| is_there(program));
    }
    if document.get("lib").and_then(Item::as_table).is_some_and(|library| !is_there(library)) {
        document.remove("lib");
    }
}

/// The path without `..`: `checker/exercises/../../exercises/a.rs` is `exercises/a.rs`.
fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            ".." => drop(parts.pop()),
            "." | "" => {}
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

/// Leaves out members that are not there, and the packages of tests that are not.
fn fit_root(root: &mut DocumentMut, has: &dyn Fn(&str) -> bool, is_used: &dyn Fn(&str) -> bool) {
    for list in ["members", "default-members"] {
        let members = root.get_mut("workspace").and_then(|workspace| workspace.get_mut(list));
        if let Some(members) = members.and_then(Item::as_array_mut) {
            members.retain(|member| {
                let manifest = format!("{}/{ROOT}", member.as_str().unwrap_or_default());
                has(&normal(&manifest))
            });
        }
    }
    retain(root.as_table_mut(), &["dev-dependencies"], is_used);
    if let Some(package) = root.get_mut("package").and_then(Item::as_table_mut)
        && !has("benches/Cargo.toml")
    {
        package.remove("autobenches");
    }
}

/// Keeps some keys of a table.
fn retain(root: &mut Table, path: &[&str], is_kept: impl Fn(&str) -> bool) {
    let mut table = Some(root);
    for key in path {
        table = table.and_then(|table| table.get_mut(key)).and_then(Item::as_table_mut);
    }
    if let Some(table) = table {
        table.retain(|key, _| is_kept(key));
    }
}

/// What is left of the lock file for these packages, and all that they need.
fn fit_lock(lock: &str, documents: &[(String, DocumentMut)], version: &str) -> Result<String> {
    let lock = Lock::of(lock);
    let mut ours = Vec::new();
    for (path, document) in documents {
        let name = document.get("package").and_then(|package| package.get("name"));
        let name = name.and_then(Item::as_str).with_context(|| format!("{path} has no name"))?;
        let packages: BTreeSet<String> = packages_of(document).collect();
        let packages: Vec<&str> = packages.iter().map(String::as_str).collect();
        let needs = lock.named_by(name, &packages)?;
        ours.push(Package { name, version, needs });
    }
    lock.reduced(&ours)
}

/// The packages that a manifest lists, on any system.
fn packages_of(document: &DocumentMut) -> impl Iterator<Item = String> {
    let targets = document.get("target").and_then(Item::as_table).into_iter();
    let targets = targets.flat_map(|targets| targets.iter()).filter_map(|(_, it)| it.as_table());
    let tables = [document.as_table()].into_iter().chain(targets);
    let lists =
        tables.flat_map(|table| LISTS.iter().filter_map(|list| table.get(list)?.as_table()));
    lists.flat_map(|list| list.iter()).map(|(package, _)| package.to_string())
}

/// The version that all packages have.
fn version_of_all(document: &DocumentMut) -> Option<String> {
    let package = document.get("workspace")?.get("package")?;
    package.get("version")?.as_str().map(str::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = "[workspace]\nmembers = [\n    \".\", \"checker/exercises\", \"solutions\",\n    \"tests/course\",\n]\n\
        # The verdicts.\ndefault-members = [\".\", \"solutions\"]\n\n[workspace.package]\nversion = \"0.1.0\"\n\n\
        # One list.\n[workspace.dependencies]\nclap = \"4\" # words\ninsta = \"1\"\nrand = \"0.10\"\n\n\
        # Faster.\n[profile.dev.package.insta]\nopt-level = 3\n\n[profile.dev.package.\"*\"]\ndebug = false\n\n\
        [package]\nname = \"chatlings\"\nautobenches = false # elsewhere\n\n[dependencies]\nclap.workspace = true\n\n\
        [dev-dependencies]\ninsta.workspace = true\n";
    const EXERCISES: &str = "[package]\nname = \"exercises\"\n\n[dependencies]\nrand.workspace = true\n\n\
        # Made.\n\n[[bin]]\nname = \"a\"\npath = \"../../exercises/a.rs\"\n\n[[bin]]\nname = \"b\"\npath = \"../../exercises/b.rs\"\n\
        \n[lib]\npath = \"../../exercises/src/lib.rs\"\n";
    const LOCK_FILE: &str = "version = 4\n\n[[package]]\nname = \"chatlings\"\nversion = \"0.1.0\"\ndependencies = [\n \"clap\",\n \
        \"insta\",\n]\n\n[[package]]\nname = \"clap\"\nversion = \"4.0.1\"\n\n[[package]]\nname = \"exercises\"\nversion = \"0.1.0\"\n\
        dependencies = [\n \"rand\",\n]\n\n[[package]]\nname = \"insta\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"rand\"\n\
        version = \"0.10.1\"\n";

    #[test]
    fn what_is_not_there_is_named_nowhere() {
        let manifests = [("Cargo.toml", MANIFEST), ("checker/exercises/Cargo.toml", EXERCISES)];
        let has = |path: &str| {
            manifests.iter().any(|(name, _)| *name == path) || path == "exercises/a.rs"
        };
        let texts = fitted(&manifests, LOCK_FILE, &has, &|_| false).expect("it is whole");
        let text = |path: &str| &texts.iter().find(|(name, _)| name == path).expect("a file").1;
        let expected = "[workspace]\nmembers = [\n    \".\", \"checker/exercises\",\n]\n# The verdicts.\ndefault-members = [\".\"]\n\
            \n[workspace.package]\nversion = \"0.1.0\"\n\n# One list.\n[workspace.dependencies]\nclap = \"4\" # words\n\
            rand = \"0.10\"\n\n[profile.dev.package.\"*\"]\ndebug = false\n\n[package]\nname = \"chatlings\"\n\n[dependencies]\n\
            clap.workspace = true\n\n[dev-dependencies]\n";
        assert_eq!(text("Cargo.toml"), expected);
        let expected =
            &EXERCISES[..EXERCISES.find("\n[[bin]]\nname = \"b\"").expect("it is there")];
        assert_eq!(text("checker/exercises/Cargo.toml"), expected);
        assert!(!text("Cargo.lock").contains("insta"), "{}", text("Cargo.lock"));
        assert!(text("Cargo.lock").contains("name = \"rand\""), "{}", text("Cargo.lock"));
    }

    #[test]
    fn a_course_of_which_all_is_there_is_as_it_was() {
        let manifests = [("Cargo.toml", MANIFEST), ("checker/exercises/Cargo.toml", EXERCISES)];
        let texts = fitted(&manifests, LOCK_FILE, &|_| true, &|_| true).expect("it is whole");
        let texts: Vec<&str> = texts.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(texts, [MANIFEST, EXERCISES, LOCK_FILE]);
    }
}

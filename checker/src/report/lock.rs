//! A lock file, as cargo writes it, and what is left of it for a few packages.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};

/// What stands before each package.
const HEADING: &str = "\n[[package]]\n";

/// A lock file.
pub(super) struct Lock<'a> {
    head: &'a str,
    blocks: Vec<Block<'a>>,
}

/// A package in it.
struct Block<'a> {
    name: &'a str,
    version: &'a str,
    /// All of it, but for the packages that it needs.
    text: &'a str,
    /// These, by name, with the version where there are several.
    needs: Vec<&'a str>,
}

/// A package that is ours.
pub(super) struct Package<'a> {
    pub(super) name: &'a str,
    pub(super) version: &'a str,
    /// The packages that it needs, as a lock file names them.
    pub(super) needs: Vec<String>,
}

impl<'a> Lock<'a> {
    /// The lock file with this text.
    pub(super) fn of(text: &'a str) -> Lock<'a> {
        let mut parts = text.split(HEADING);
        let head = parts.next().unwrap_or_default();
        Lock { head, blocks: parts.filter_map(Block::of).collect() }
    }

    /// How it names some packages that this one needs.
    ///
    /// # Errors
    /// When there is no such package, or it does not need one of them.
    pub(super) fn named_by(&self, name: &str, packages: &[&str]) -> Result<Vec<String>> {
        let block = self.find(name)?;
        let named = |package: &&str| {
            let found = block.needs.iter().find(|line| line.split(' ').next() == Some(package));
            let found =
                found.with_context(|| format!("in Cargo.lock, {name} does not need {package}"));
            found.map(|line| line.to_string())
        };
        packages.iter().map(named).collect()
    }

    /// What is left of it for packages of ours: these, and all that they need.
    ///
    /// # Errors
    /// When it lacks a package.
    pub(super) fn reduced(&self, ours: &[Package]) -> Result<String> {
        let mut reached: BTreeSet<(&str, &str)> = BTreeSet::new();
        let is_ours = |name: &str| ours.iter().any(|package| package.name == name);
        let mut next: Vec<&str> =
            ours.iter().flat_map(|it| &it.needs).map(String::as_str).collect();
        while let Some(named) = next.pop() {
            if is_ours(named) {
                continue;
            }
            let block = self.find(named)?;
            if reached.insert((block.name, block.version)) {
                next.extend(&block.needs);
            }
        }
        let line = |named: &str| match named.split_once(' ') {
            // Now there may be only one version of it.
            Some((name, _)) if reached.iter().filter(|(other, _)| *other == name).count() == 1 => {
                name.to_string()
            }
            _ => named.to_string(),
        };
        let list = |needs: &[&str]| {
            let mut lines: Vec<String> = needs.iter().map(|named| line(named)).collect();
            lines.sort();
            let lines: String = lines.iter().map(|line| format!(" \"{line}\",\n")).collect();
            if needs.is_empty() { lines } else { format!("dependencies = [\n{lines}]\n") }
        };
        let mut texts = BTreeMap::new();
        for Package { name, version, needs } in ours {
            let needs: Vec<&str> = needs.iter().map(String::as_str).collect();
            let text = format!("name = \"{name}\"\nversion = \"{version}\"\n{}", list(&needs));
            texts.insert((*name, *version), text);
        }
        for block in &self.blocks {
            let key = (block.name, block.version);
            if reached.contains(&key) {
                texts.insert(key, format!("{}\n{}", block.text, list(&block.needs)));
            }
        }
        let texts: Vec<String> = texts.into_values().collect();
        Ok(format!("{}{HEADING}{}", self.head, texts.join(HEADING)))
    }

    /// The package that is named like this: `syn`, or `syn 2.0.0`.
    fn find(&self, named: &str) -> Result<&Block<'a>> {
        let mut words = named.split(' ');
        let (name, version) = (words.next(), words.next());
        let is_meant = |block: &&Block| {
            Some(block.name) == name && version.is_none_or(|version| version == block.version)
        };
        self.blocks.iter().find(is_meant).with_context(|| format!("Cargo.lock has no {named}"))
    }
}

impl<'a> Block<'a> {
    fn of(text: &'a str) -> Option<Block<'a>> {
        let (text, list) = text.split_once("\ndependencies = [").unwrap_or((text.trim_end(), ""));
        let value = |key: &str| {
            let lines = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = \""));
            lines?.strip_suffix('"')
        };
        let needs = list.lines().filter_map(|line| line.split('"').nth(1)).collect();
        Some(Block { name: value("name")?, version: value("version")?, text, needs })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = "# Made by cargo.\nversion = 4\n\n[[package]]\nname = \"chatlings\"\nversion = \"0.2.0\"\n\
        dependencies = [\n \"clap\",\n \"prost\",\n]\n\n[[package]]\nname = \"clap\"\nversion = \"4.0.1\"\n\
        source = \"registry\"\nchecksum = \"c1\"\ndependencies = [\n \"syn 3.0.0\",\n]\n\n[[package]]\n\
        name = \"exercises\"\nversion = \"0.2.0\"\ndependencies = [\n \"chatlings\",\n \"clap\",\n \"rand 0.10.1\",\n]\n\n\
        [[package]]\nname = \"prost\"\nversion = \"0.14.1\"\nsource = \"registry\"\ndependencies = [\n \"syn 2.0.0\",\n]\n\n\
        [[package]]\nname = \"rand\"\nversion = \"0.9.0\"\nsource = \"registry\"\n\n[[package]]\nname = \"rand\"\n\
        version = \"0.10.1\"\nsource = \"registry\"\n\n[[package]]\nname = \"syn\"\nversion = \"2.0.0\"\n\n[[package]]\n\
        name = \"syn\"\nversion = \"3.0.0\"\n";

    fn reduced(packages: &[&str], of_helpers: &[&str]) -> Result<String> {
        let lock = Lock::of(LOCK);
        let mut needs = lock.named_by("exercises", packages)?;
        needs.push("chatlings".to_string());
        let of_helpers = lock.named_by("chatlings", of_helpers)?;
        lock.reduced(&[
            Package { name: "milestone-1", version: "0.1.0", needs },
            Package { name: "chatlings", version: "0.2.0", needs: of_helpers },
        ])
    }

    #[test]
    fn what_is_needed_is_left_with_a_version_only_where_there_are_several() {
        let expected = "# Made by cargo.\nversion = 4\n\n[[package]]\nname = \"chatlings\"\nversion = \"0.2.0\"\n\
            dependencies = [\n \"clap\",\n]\n\n[[package]]\nname = \"clap\"\nversion = \"4.0.1\"\nsource = \"registry\"\n\
            checksum = \"c1\"\ndependencies = [\n \"syn\",\n]\n\n[[package]]\nname = \"milestone-1\"\nversion = \"0.1.0\"\n\
            dependencies = [\n \"chatlings\",\n \"rand\",\n]\n\n[[package]]\nname = \"rand\"\nversion = \"0.10.1\"\n\
            source = \"registry\"\n\n[[package]]\nname = \"syn\"\nversion = \"3.0.0\"\n";
        assert_eq!(reduced(&["rand"], &["clap"]).expect("it is whole"), expected);
        let both = reduced(&["clap"], &["prost"]).expect("it is whole");
        assert!(both.contains(" \"syn 2.0.0\",\n") && both.contains(" \"syn 3.0.0\",\n"), "{both}");
        let error = reduced(&["mio"], &[]).expect_err("it is not there");
        assert_eq!(error.to_string(), "in Cargo.lock, exercises does not need mio");
    }
}

//! What a run of `grade` has set out to do, kept beside its results: which part of a class, and whose submissions. So it is
//! seen, when parts are joined, that one is missing or was cut off.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::desk::grader::submissions::Shard;

/// The file that it is kept in.
pub const PART: &str = "class.json";

/// What was to be done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Which part of the class; none: all of it.
    pub shard: Option<Shard>,
    /// What the submissions in it are called.
    pub names: Vec<String>,
}

impl Part {
    /// Keeps it beside the results.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep(&self, out: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(self)? + "\n";
        fs::write(out.join(PART), text).with_context(|| format!("cannot write {PART}"))
    }

    /// That of the results in this folder, if it has one.
    pub fn read(folder: &Path) -> Option<Part> {
        serde_json::from_str(&fs::read_to_string(folder.join(PART)).ok()?).ok()
    }
}

/// What is missing of a class that was graded in these parts, in a line each. `graded`: all that have results.
pub fn missing(parts: &[Part], graded: &BTreeSet<&str>) -> Vec<String> {
    let mut missing = Vec::new();
    let ungraded = parts.iter().flat_map(|part| &part.names).map(String::as_str);
    let ungraded: BTreeSet<&str> = ungraded.filter(|name| !graded.contains(name)).collect();
    missing.extend(ungraded.iter().map(|name| format!("{name} was not graded: a run was cut off")));
    let shards: Vec<Shard> = parts.iter().filter_map(|part| part.shard).collect();
    let of = shards.first().map_or(0, |shard| shard.of);
    if shards.iter().any(|shard| shard.of != of)
        || (!shards.is_empty() && shards.len() < parts.len())
    {
        missing
            .push("these are not all parts of one class: it was cut in several ways".to_string());
    } else {
        let are_here: BTreeSet<u64> = shards.iter().map(|shard| shard.part).collect();
        let are_not = (1..=of).filter(|part| !are_here.contains(part));
        missing.extend(are_not.map(|part| format!("part {part}/{of} of the class is missing")));
    }
    missing
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(shard: &str, names: &[&str]) -> Part {
        let names = names.iter().map(|name| name.to_string()).collect();
        Part { shard: shard.parse().ok(), names }
    }

    #[test]
    fn what_is_missing_of_a_class_is_told() {
        let parts = [part("1/3", &["ann", "ben"]), part("3/3", &[])];
        let told = missing(&parts, &BTreeSet::from(["ann"]));
        assert_eq!(
            told,
            ["ben was not graded: a run was cut off", "part 2/3 of the class is missing"]
        );
        let whole = [part("1/2", &["ann"]), part("2/2", &["ben"])];
        assert_eq!(missing(&whole, &BTreeSet::from(["ann", "ben"])), [""; 0]);
        assert_eq!(missing(&[part("all", &["ann"])], &BTreeSet::from(["ann"])), [""; 0]);
        assert_eq!(missing(&[part("1/2", &[]), part("1/3", &[])], &BTreeSet::new()).len(), 1);
    }
}

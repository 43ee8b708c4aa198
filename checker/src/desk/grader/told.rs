//! What is told of a class: its files in the folder of the results, and a summary.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::course::layout::files_in;
use crate::desk::grader::roster::Roster;
use crate::report::class::graded::{Class, Graded};
use crate::report::terminal::points;

/// The sources of each submission, by name: each file with what is in it.
pub type Sources = BTreeMap<String, Vec<(String, Vec<u8>)>>;

/// What was written, and what is said of it.
pub struct Told {
    /// The summary.
    pub text: String,
    /// What whoever grades should know besides.
    pub warnings: Vec<String>,
    /// The line that Autolab reads, of the first submission.
    pub autolab: String,
}

/// The folder in which the sources of all lie, as JPlag takes them.
const JPLAG: &str = "jplag";

/// The sources of a submission that was graded before.
pub fn kept_sources(out: &Path, name: &str) -> Vec<(String, Vec<u8>)> {
    let folder = out.join(JPLAG).join(name);
    let named = |path: std::path::PathBuf| {
        let inner = path.strip_prefix(&folder).ok()?.to_string_lossy().into_owned();
        Some((inner, fs::read(&path).ok()?))
    };
    files_in(&folder, |_| false).into_iter().filter_map(named).collect()
}

/// Writes all that is told of a class into the folder of its results.
///
/// # Errors
/// When a file cannot be written.
pub fn write(out: &Path, graded: Vec<Graded>, sources: &Sources, roster: &Roster) -> Result<Told> {
    lay_out_for_jplag(out, sources).context("cannot write the sources for JPlag")?;
    let (passed_through, absent) = roster.of_class(&graded);
    let class = Class {
        graded,
        columns: roster.columns.clone(),
        passed_through,
        absent,
        alike: BTreeMap::new(),
        version: env!("CARGO_PKG_VERSION").to_string(),
    };
    let text = summary(&class);
    Ok(Told { text, warnings: Vec::new(), autolab: String::new() })
}

fn lay_out_for_jplag(out: &Path, sources: &Sources) -> Result<()> {
    for (name, files) in sources {
        let folder = out.join(JPLAG).join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        for (path, content) in files {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().unwrap_or(&folder))?;
            fs::write(path, content)?;
        }
    }
    Ok(())
}

fn summary(class: &Class) -> String {
    let mut text = String::new();
    for graded in class.graded.iter().filter(|graded| graded.is_in_trouble()) {
        let (sum, max) = (points(graded.points), points(graded.max));
        text += &format!("{}: {sum} of {max} points\n", graded.name);
        text.extend(graded.trouble.iter().map(|line| format!("  {line}\n")));
    }
    text
}

//! What is told of a class: its files in the folder of the results, and a summary.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::course::layout::files_in;
use crate::desk::grader::roster::Roster;
use crate::report::class::graded::{Class, Graded};
use crate::report::class::{csv, junit, page};
use crate::report::terminal::points;
use crate::sandbox::whole;

/// The sources of each submission, by name: each file with what is in it.
pub type Sources = BTreeMap<String, Vec<(String, Vec<u8>)>>;

/// The table of a class.
const CSV: &str = "class.csv";
/// The page of a class.
const PAGE: &str = "class.html";
/// The results of a class for systems that run tests.
const JUNIT: &str = "junit.xml";

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

/// Writes all that is told of a class into the folder of its results. Returns a summary.
///
/// # Errors
/// When a file cannot be written.
pub fn write(
    out: &Path,
    graded: Vec<Graded>,
    sources: &Sources,
    roster: &Roster,
) -> Result<String> {
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
    for (name, text) in
        [(CSV, csv::csv(&class)?), (PAGE, page::page(&class)), (JUNIT, junit::junit(&class)?)]
    {
        let path = out.join(name);
        whole::write(&path, text.as_bytes())
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    let mut text = summary(&class);
    text += &format!("{}\n{}\n", out.join(PAGE).display(), out.join(CSV).display());
    Ok(text)
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

/// Those that somebody should look at, each with the reasons.
fn summary(class: &Class) -> String {
    const MOST: usize = 3; // of the reasons; the others are on the page
    let mut text = String::new();
    for graded in class.graded.iter().filter(|graded| graded.is_in_trouble()) {
        let (sum, max) = (points(graded.points), points(graded.max));
        text += &format!("{}: {sum} of {max} points\n", graded.name);
        text.extend(graded.trouble.iter().take(MOST).map(|line| format!("  {line}\n")));
        if let Some(more @ 1..) = graded.trouble.len().checked_sub(MOST) {
            text += &format!("  and {more} more\n");
        }
    }
    for name in &class.absent {
        text += &format!("{name}: nothing was handed in\n");
    }
    text
}

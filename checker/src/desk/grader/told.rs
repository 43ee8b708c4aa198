//! What is told of a class: its files in the folder of the results, and a summary.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::course::layout::{Package, content, files_in, root, sources_in};
use crate::desk::grader::lay_out::lay_out;
use crate::desk::grader::roster::{OfClass, Roster};
use crate::judge::likeness::{Bounds, Course, Files, alike};
use crate::report::class::graded::{Alike, Class, Graded};
use crate::report::class::jplag::{self, Layout};
use crate::report::class::{csv, junit, page};
use crate::report::terminal::points;
use crate::sandbox::whole;

/// The sources of each submission, by name.
pub type Sources = BTreeMap<String, Files>;

/// The table of a class.
const CSV: &str = "class.csv";
/// The page of a class.
const PAGE: &str = "class.html";
/// The results of a class for systems that run tests.
const JUNIT: &str = "junit.xml";

/// The sources of a submission that was graded before.
pub fn kept_sources(out: &Path, name: &str) -> Files {
    let folder = out.join(jplag::CLASS).join(name);
    let named = |path: PathBuf| {
        let inner = path.strip_prefix(&folder).ok()?.to_string_lossy().into_owned();
        Some((inner, String::from_utf8_lossy(&content(&path)?).into_owned()))
    };
    files_in(&folder, |_| false).into_iter().filter_map(named).collect()
}

/// What is said of a class.
pub struct Told {
    /// A summary.
    pub text: String,
    /// What whoever grades should know besides.
    pub warnings: Vec<String>,
}

/// Writes all that is told of a class into the folder of its results.
///
/// # Errors
/// When a file cannot be written. Of the sources for JPlag, that is a warning.
pub fn write(out: &Path, graded: Vec<Graded>, sources: &Sources, roster: &Roster) -> Result<Told> {
    let (handed_out, solutions) = (handed_out(), solutions());
    let layout = jplag::layout(sources, &handed_out, &solutions);
    let course = Course { handed_out: &handed_out, solutions: &solutions };
    let likes = alike(sources, course, Bounds::default());
    let OfClass { passed_through, absent, mut warnings } = roster.of_class(&graded);
    let class = Class {
        graded,
        columns: roster.columns.clone(),
        passed_through,
        absent,
        alike: likes
            .into_iter()
            .map(|(name, likes)| (name, likes.into_iter().map(Alike::from).collect()))
            .collect(),
        version: env!("CARGO_PKG_VERSION").to_string(),
    };
    for (name, text) in
        [(CSV, csv::csv(&class)?), (PAGE, page::page(&class)), (JUNIT, junit::junit(&class)?)]
    {
        let path = out.join(name);
        whole::write(&path, text.as_bytes())
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    if let Err(error) = lay_out_for_jplag(out, &layout) {
        warnings.push(format!("the sources for JPlag are not whole: {error:#}"));
    }
    let mut text = summary(&class);
    text += &format!("{}\n{}\n", out.join(PAGE).display(), out.join(CSV).display());
    if class.graded.len() > 1 && !layout.commands.is_empty() {
        text += &format!("To compare the sources with JPlag, in {}:\n", out.display());
        text.extend(layout.commands.iter().map(|command| format!("  {command}\n")));
    }
    Ok(Told { text, warnings })
}

/// What students may take over from the course: the starters, by their names, and the helpers.
fn handed_out() -> Files {
    let starters = root().join("starters");
    let mut files = named(&starters);
    files.extend(
        named(&root().join("src"))
            .into_iter()
            .map(|(name, text)| (format!("helpers/{name}"), text)),
    );
    files
}

/// The reference solutions, by the names of the programs that they solve.
fn solutions() -> Files {
    named(&root().join(Package::Solutions.folder()).join("src/bin"))
}

/// The Rust files in a folder, by their paths in it.
fn named(folder: &Path) -> Files {
    let named = |(path, content): (PathBuf, Vec<u8>)| {
        let path = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().into_owned();
        (path, String::from_utf8_lossy(&content).into_owned())
    };
    sources_in(folder).into_iter().map(named).collect()
}

/// Writes the sources as JPlag takes them. Nothing is left there of a class that was graded before.
fn lay_out_for_jplag(out: &Path, layout: &Layout) -> Result<()> {
    for folder in jplag::FOLDERS {
        let folder = out.join(folder);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
    }
    Ok(lay_out(out, layout.files.iter().map(|(path, text)| (path, text)))?)
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

//! The results of several machines, each of which has graded a part of a class, are joined.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::desk::answer::Answer;
use crate::desk::grader::one::{REPORT, RESULTS};
use crate::desk::grader::part::{Part, missing};
use crate::desk::grader::roster::Roster;
use crate::desk::grader::submissions::TAKEN_NAMES;
use crate::desk::grader::told::{self, Sources, Told};
use crate::desk::grader::worker;
use crate::desk::refusal::Refusal;
use crate::report::class::graded::Graded;
use crate::stage::show::visible;

/// What `merge` is asked for.
#[derive(Debug)]
pub struct Wanted {
    /// The folders of results.
    pub folders: Vec<PathBuf>,
    /// Where all of them go.
    pub out: PathBuf,
    /// The list of the class.
    pub roster: Option<PathBuf>,
}

/// Joins results.
///
/// # Errors
/// When one of the folders has none, or they cannot be copied.
pub fn merge(wanted: &Wanted) -> Result<Answer> {
    let roster = wanted.roster.as_deref().map(Roster::read).transpose()?.unwrap_or_default();
    let (mut class, mut sources) = (BTreeMap::<String, Graded>::new(), Sources::new());
    let (mut parts, mut warnings) = (Vec::new(), Vec::new());
    for folder in &wanted.folders {
        let shown = visible(&folder.display().to_string());
        let found = results_in(folder)
            .map_err(|error| Refusal(format!("cannot read results in {shown}: {error}")))?;
        // A part of a small class may have nobody in it.
        let part = Part::read(folder);
        if found.is_empty() && part.is_none() {
            bail!(Refusal(format!("there are no results in {shown}")));
        }
        parts.extend(part);
        for (name, graded) in found {
            if let Some(other) = class.get(&name).filter(|other| other.key != graded.key) {
                let (one, two) = (&other.given, &graded.given);
                warnings.push(format!(
                    "{name} was graded twice, and not alike ({one}, {two}): the last one counts"
                ));
            }
            copy(folder, &wanted.out, &name).with_context(|| format!("cannot copy {name}"))?;
            sources.insert(name.clone(), told::kept_sources(folder, &name));
            class.insert(name, graded);
        }
    }
    let count = class.len();
    let ungraded = class.values().filter(|graded| graded.key.is_empty()).count();
    let missing = missing(&parts, &class.keys().map(String::as_str).collect());
    let status = u8::from(ungraded > 0 || !missing.is_empty());
    warnings.extend(missing);
    fs::create_dir_all(&wanted.out).context("cannot make the folder for all results")?;
    Part { shard: None, names: class.keys().cloned().collect() }.keep(&wanted.out)?;
    let class = class.into_values().collect();
    let Told { text, warnings: of_class } = told::write(&wanted.out, class, &sources, &roster)?;
    warnings.extend(of_class);
    let text = format!("{text}{count} submissions of {} folders.\n", wanted.folders.len());
    Ok(Answer { text, warnings, status })
}

/// The results in a folder, by the names of the submissions.
fn results_in(folder: &Path) -> std::io::Result<Vec<(String, Graded)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if TAKEN_NAMES.contains(&name.as_str()) {
            continue;
        }
        if let Some(graded) = worker::read(&entry.path()) {
            found.push((name, graded));
        }
    }
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(found)
}

/// Copies the results of one submission, unless they are there.
fn copy(from: &Path, to: &Path, name: &str) -> Result<()> {
    let (from, to) = (from.join(name), to.join(name));
    if from.canonicalize().ok() == to.canonicalize().ok() && from.exists() {
        return Ok(());
    }
    fs::create_dir_all(&to)?;
    for file in [REPORT, RESULTS] {
        if from.join(file).exists() {
            fs::copy(from.join(file), to.join(file))?;
        }
    }
    Ok(())
}

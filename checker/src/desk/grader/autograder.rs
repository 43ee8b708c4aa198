//! An autograder as Gradescope takes it: one zip, with its two scripts and, of the course, what is needed to grade. What goes
//! in is listed here, so that nothing else of an instructor's folder does.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Cursor, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::course::layout::{Package, files_in, has_solutions, is_hidden, root};
use crate::course::step::Step;
use crate::course::table::STEPS as TABLE;
use crate::course::values::COURSE_FILE;
use crate::desk::answer::Answer;
use crate::desk::grader::workshop::{NEEDED, trimmed};
use crate::desk::refusal::Refusal;
use crate::sandbox::whole;
use crate::stage::show::visible;

/// Which autograder is wanted.
#[derive(Debug)]
pub struct Wanted {
    /// The zip to write.
    pub file: PathBuf,
    /// The steps that it grades.
    pub steps: Vec<&'static Step>,
}

/// Where the scripts are, in the course.
const SCRIPTS: &str = "docs/engines/gradescope";
/// What of the course is needed beside what submissions are built with: the checker itself.
const CHECKER: &str = "checker";
/// What has to be beside it wherever it goes.
const LICENSES: [&str; 2] = ["LICENSE-APACHE", "LICENSE-MIT"];
/// What stands in the settings for the steps.
const STEPS: &str = "[steps]";

/// A file of the zip.
struct Entry {
    content: Vec<u8>,
    is_program: bool,
}

/// Writes an autograder.
///
/// # Errors
/// When a file of the course cannot be read, or the zip cannot be written.
pub fn write(wanted: &Wanted) -> Result<Answer> {
    let entries = entries(&wanted.steps)?;
    let bytes = zipped(&entries).context("cannot put it into a zip")?;
    let shown = visible(&wanted.file.display().to_string());
    let folder = wanted.file.parent().filter(|it| !it.as_os_str().is_empty());
    folder
        .map_or(Ok(()), fs::create_dir_all)
        .and_then(|()| whole::write(&wanted.file, &bytes))
        .map_err(|error| Refusal(format!("cannot write {shown}: {error}")))?;
    let steps: Vec<&str> = wanted.steps.iter().map(|step| step.id).collect();
    let (count, size) = (entries.len(), bytes.len().div_ceil(1024));
    let text = format!("{shown}: {count} files, {size} KiB, to grade {}\n", steps.join(" "));
    Ok(Answer { text, warnings: Vec::new(), status: 0 })
}

/// All files, by their path in the zip.
fn entries(steps: &[&'static Step]) -> Result<BTreeMap<String, Entry>> {
    let root = root();
    let mut entries = BTreeMap::new();
    let mut add = |path: String, content: Vec<u8>, is_program| {
        entries.insert(path, Entry { content, is_program });
    };
    for name in ["setup.sh", "run_autograder"] {
        add(name.to_string(), read(&root.join(SCRIPTS).join(name))?, true);
    }
    let settings = read(&root.join(SCRIPTS).join("settings"))?;
    let steps: Vec<&str> = steps.iter().map(|step| step.id).collect();
    let settings = String::from_utf8_lossy(&settings).replace(STEPS, &steps.join(" "));
    add("settings".to_string(), settings.into_bytes(), false);
    let own = root.join(COURSE_FILE).exists().then_some(COURSE_FILE);
    // It is made sure with them that it can grade, where they are here.
    let solutions = TABLE.iter().any(has_solutions).then_some(Package::Solutions.folder());
    let others = [CHECKER].into_iter().chain(solutions);
    for needed in NEEDED.into_iter().chain(others.clone()).chain(LICENSES).chain(own) {
        let path = root.join(needed);
        let is_left_out = |name: &str| is_hidden(name) || name.ends_with(".bak");
        let files = match path.is_dir() {
            true => files_in(&path, is_left_out),
            false => vec![path],
        };
        for file in files {
            let inner = file.strip_prefix(&root).unwrap_or(&file).to_string_lossy();
            add(format!("course/{inner}"), read(&file)?, false);
        }
    }
    let manifest = read(&root.join("Cargo.toml"))?;
    let others: Vec<&str> = others.collect();
    let manifest = trimmed(&String::from_utf8_lossy(&manifest), &others)?;
    add("course/Cargo.toml".to_string(), manifest.into_bytes(), false);
    Ok(entries)
}

fn read(path: &Path) -> Result<Vec<u8>> {
    let shown = visible(&path.display().to_string());
    fs::read(path).with_context(|| format!("cannot read {shown}"))
}

fn zipped(entries: &BTreeMap<String, Entry>) -> io::Result<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, entry) in entries {
        let mode = if entry.is_program { 0o755 } else { 0o644 };
        zip.start_file(path.as_str(), SimpleFileOptions::default().unix_permissions(mode))?;
        zip.write_all(&entry.content)?;
    }
    Ok(zip.finish()?.into_inner())
}

//! The mistakes. Each is a patch of a reference solution, in a file of its own:
//! `ex4/ex4_server_replies_twice.diff` says what is wrong in which program. Its first line names the checks that must
//! fail: those, and no others.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// A wrong program that a student could hand in.
#[derive(Debug)]
pub struct Mistake {
    /// The name of its file: `ex4_server_replies_twice`.
    pub name: String,
    /// The ids of the checks that must fail.
    pub fails: Vec<String>,
    /// What is different from the reference solution.
    patch: String,
}

/// The folders that mistakes are in, one for each step that has a program in `solutions`, whether it is there or not.
pub fn folders(root: &Path) -> io::Result<Vec<PathBuf>> {
    let programs = fs::read_dir(root.join("solutions/src/bin"))?;
    let programs: io::Result<Vec<String>> =
        programs.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect();
    let step_of = |program: String| program.split('_').next().unwrap_or_default().to_string();
    let mut steps: Vec<String> = programs?.into_iter().map(step_of).collect();
    steps.sort();
    steps.dedup();
    Ok(steps.iter().map(|step| root.join("tests/mistakes").join(step)).collect())
}

/// All mistakes, by name. `root`: the folder of the course.
pub fn all(root: &Path) -> io::Result<Vec<Mistake>> {
    let mut mistakes = Vec::new();
    for folder in folders(root)?.iter().filter(|folder| folder.exists()) {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "diff") {
                mistakes.push(Mistake::read(&path)?);
            }
        }
    }
    mistakes.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(mistakes)
}

impl Mistake {
    fn read(path: &Path) -> io::Result<Mistake> {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let text = fs::read_to_string(path)?;
        let (first, patch) = text.split_once('\n').unwrap_or_default();
        let fails = first.strip_prefix("fails: ").unwrap_or_default().split(", ");
        let fails = fails.filter(|id| !id.is_empty()).map(str::to_string).collect();
        Ok(Mistake { name, fails, patch: patch.to_string() })
    }

    /// The id of its step: `ex4`.
    pub fn step(&self) -> &str {
        self.name.split('_').next().unwrap_or_default()
    }

    /// The program that it is made from: `ex4_server`.
    pub fn program(&self) -> &str {
        let end = self.name.match_indices('_').nth(1).map(|(place, _)| place);
        &self.name[..end.unwrap_or(self.name.len())]
    }

    /// The source of the wrong program. `right`: that of the reference solution.
    ///
    /// # Errors
    /// When the patch is none, or does not fit.
    pub fn source(&self, right: &str) -> Result<String, String> {
        let patch = diffy::Patch::from_str(&self.patch)
            .map_err(|error| format!("{}.diff: {error}", self.name))?;
        if patch.hunks().is_empty() {
            return Err(format!("{}.diff changes nothing", self.name));
        }
        diffy::apply(right, &patch).map_err(|error| {
            format!("{}.diff does not fit {}.rs: {error}", self.name, self.program())
        })
    }
}

/// The source of a reference solution.
pub fn right_source(root: &Path, program: &str) -> io::Result<String> {
    fs::read_to_string(root.join("solutions/src/bin").join(format!("{program}.rs")))
}

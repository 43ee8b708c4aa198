//! Which files are the student's and belong to some programs: what these are compiled from.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::time::SystemTime;

use crate::course::layout::{Package, content, files_in, is_hidden, root};
use crate::course::step::Step;
use crate::course::table::STEPS;
use crate::desk::refusal::Refusal;
use crate::judge::build::Builds;
use crate::stage::launch::Launch;
use crate::stage::show::visible;

/// A text that is longer than this is not a source.
const LONGEST: usize = 1024 * 1024;

/// The student's files that belong to some programs.
#[derive(Debug)]
pub struct Belongings {
    /// The content of each, by its path in `exercises/`.
    pub files: BTreeMap<String, Vec<u8>>,
    /// When the newest of them was saved.
    pub newest: SystemTime,
    /// The programs that do not compile.
    pub broken: Vec<&'static str>,
    /// Whether it is not known what a program is made of, as it does not compile. Then all texts in `exercises/src/` that
    /// may be a part of it are here.
    pub is_guessed: bool,
    /// The programs that have no file.
    pub missing: Vec<&'static str>,
    /// The folder that they are in, without links.
    folder: PathBuf,
}

impl Belongings {
    /// What the programs of these steps, built just now, are made of.
    ///
    /// # Errors
    /// When one of them is made of something that cannot be handed in.
    pub fn of(steps: &[&'static Step], builds: &Builds) -> Result<Belongings, Refusal> {
        let folder = root().join(Package::Exercises.folder());
        let folder = folder.canonicalize().map_err(|error| {
            Refusal(format!("cannot read {}/: {error}", Package::Exercises.folder()))
        })?;
        let (files, newest) = (BTreeMap::new(), SystemTime::UNIX_EPOCH);
        let (broken, missing, is_guessed) = (Vec::new(), Vec::new(), false);
        let mut belongings = Belongings { files, newest, broken, is_guessed, missing, folder };
        for program in steps.iter().flat_map(|step| step.programs) {
            let built = builds.get(&(Package::Exercises, *program));
            match built.map(|built| &built.launch) {
                Some(Launch::Missing(_)) | None => {
                    belongings.missing.push(program);
                    continue;
                }
                Some(Launch::Broken(_)) => belongings.broken.push(program),
                Some(Launch::Built(..) | Launch::Command(_)) => {}
            }
            let source = Package::Exercises.source(program);
            belongings.take(&root().join(&source))?;
            let files = built.map_or(&[][..], |built| &built.files);
            for file in files {
                belongings.take(file)?;
            }
            belongings.is_guessed |= files.is_empty();
        }
        if belongings.is_guessed {
            belongings.take_what_may_belong();
        }
        Ok(belongings)
    }

    /// Takes a file that a program is made of.
    fn take(&mut self, file: &Path) -> Result<(), Refusal> {
        let shown = shown(file);
        let real = file.canonicalize().map_err(|error| {
            Refusal(format!(
                "{shown} cannot be read ({error}): give it a simple name, and check again"
            ))
        })?;
        if !real.starts_with(&self.folder) {
            let link = if real == plain(file) {
                String::new()
            } else {
                format!(" (it is {})", visible(&real.display().to_string()))
            };
            return Err(Refusal(format!(
                "{shown}{link} is not in {}/, so it cannot be handed in: copy it there",
                Package::Exercises.folder()
            )));
        }
        let Some(content) = content(&real) else {
            return Err(Refusal(format!("{shown} is not a file that can be read")));
        };
        let path = self.path_in_folder(file).filter(|path| {
            let again = self.folder.join(path).canonicalize();
            again.is_ok_and(|again| again == real)
        });
        let path = path.ok_or_else(|| {
            Refusal(format!(
                "{shown} is named in a way that cannot be handed in: give it a simple name"
            ))
        })?;
        let text = String::from_utf8_lossy(&content);
        let depth = path.split('/').count() - 1;
        if let Some(path) = path_out_of(&text, depth).filter(|_| path.ends_with(".rs")) {
            return Err(Refusal(format!(
                "{shown} takes in {}, which is not in {}/, so it cannot be handed in: copy it there",
                visible(path),
                Package::Exercises.folder()
            )));
        }
        self.put(path, content, &real);
        Ok(())
    }

    fn put(&mut self, path: String, content: Vec<u8>, real: &Path) {
        let saved = fs::metadata(real).and_then(|data| data.modified());
        self.newest = saved.map_or(self.newest, |saved| saved.max(self.newest));
        self.files.insert(path, content);
    }

    /// The path of a file in the folder, as the sources name it: a link may be on it.
    fn path_in_folder(&self, file: &Path) -> Option<String> {
        let (file, root) = (plain(file), root());
        let folders =
            [&root, &root.canonicalize().ok()?].map(|root| root.join(Package::Exercises.folder()));
        let found =
            folders.iter().chain([&self.folder]).find_map(|it| file.strip_prefix(it).ok())?;
        let names: Option<Vec<&str>> = found.iter().map(|name| name.to_str()).collect();
        Some(names?.join("/"))
    }

    /// Takes all texts that may be a part of a program that does not compile. Not those of which it is clear: other
    /// programs, what an editor has left, what is built.
    fn take_what_may_belong(&mut self) {
        let main_files: Vec<String> = STEPS
            .iter()
            .flat_map(|step| step.programs)
            .map(|program| format!("src/bin/{program}.rs"))
            .collect();
        for path in files_in(&self.folder, is_hidden) {
            if !path.is_symlink()
                && let Some(inner) = self.path_in_folder(&path)
                && !main_files.contains(&inner)
                && may_be_source(&inner)
                && let Some(content) = content(&path).filter(|content| may_be_part(content))
            {
                self.put(inner, content, &path);
            }
        }
    }
}

/// Whether a file in the folder may be a part of a program, by its name.
fn may_be_source(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_left_over = [".bak", ".orig", ".swp", "~"].iter().any(|end| name.ends_with(end));
    path.starts_with("src/") && !is_hidden(name) && !is_left_over
}

/// Whether a file may be a part of a program, by what is in it: a text, and not a program of its own.
fn may_be_part(content: &[u8]) -> bool {
    let text = str::from_utf8(content).ok().filter(|text| !text.contains('\0'));
    let is_program = |text: &str| text.lines().any(|line| line.starts_with("fn main("));
    content.len() <= LONGEST && text.is_some_and(|text| !is_program(text))
}

/// A path that a source in a folder so deep in `exercises/` takes something in by, and that leads out of there.
fn path_out_of(source: &str, depth: usize) -> Option<&str> {
    let takes_in = |before: &str| {
        let before = before.trim_end();
        let is_macro = ["include!(", "include_str!(", "include_bytes!("];
        let is_path = before.strip_suffix('=').is_some_and(|it| it.trim_end().ends_with("[path"));
        is_path || is_macro.iter().any(|name| before.ends_with(name))
    };
    let quotes = source.match_indices('"').filter(|(at, _)| takes_in(&source[..*at]));
    let mut paths = quotes.filter_map(|(at, _)| source[at + 1..].split('"').next());
    paths.find(|path| {
        let steps = path.split('/').take_while(|step| matches!(*step, ".." | "."));
        steps.filter(|step| *step == "..").count() > depth
    })
}

/// A path without `.` and `..`, by its words alone.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            part => plain.push(part),
        }
    }
    plain
}

/// A path from the root of the course, as it can be shown.
fn shown(path: &Path) -> String {
    let path = plain(path);
    let inner = path.strip_prefix(root()).unwrap_or(&path);
    visible(&inner.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_loses_its_dots() {
        let listed = Path::new("/course/checker/exercises/../../exercises/src/bin/./a.rs");
        assert_eq!(plain(listed), Path::new("/course/exercises/src/bin/a.rs"));
    }

    #[test]
    fn a_path_that_leads_out_is_found() {
        for (source, out) in [
            ("#[path = \"../../../src/text.rs\"]\nmod text;", true),
            ("const X: &str = include_str!(\"../../../proto/chat.proto\");", true),
            ("#[path = \"../../shared.rs\"]\nmod shared;", false),
            ("const X: &str = include_str!(\n    \"../../../Cargo.toml\"\n);", true),
            ("println!(\"../../../x\");", false),
        ] {
            assert_eq!(path_out_of(source, 2).is_some(), out, "{source}");
        }
    }

    #[test]
    fn a_program_or_what_is_not_text_is_not_part_of_another() {
        assert!(may_be_part(b"pub fn words() {}\n"));
        for no_part in
            [&b"//! Mine.\nfn main() {}\n"[..], b"a\0", b"\xff", &vec![b' '; LONGEST + 1]]
        {
            assert!(!may_be_part(no_part));
        }
    }

    #[test]
    fn what_an_editor_leaves_is_not_a_source() {
        for (path, may_be) in [
            ("src/bin/words.rs", true),
            ("src/greeting.txt", true),
            ("src/bin/ex1_server.2026-01-01.rs.bak", false),
            ("src/bin/.words.rs.swp", false),
            ("src/bin/words.rs~", false),
            ("Cargo.toml", false),
            ("notes.md", false),
        ] {
            assert_eq!(may_be_source(path), may_be, "{path}");
        }
    }
}

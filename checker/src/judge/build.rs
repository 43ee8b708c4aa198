//! Builds the programs with a cargo of its own, so that one that does not compile costs its own checks
//! and nothing else.

use std::collections::BTreeMap;
use std::env;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::course::layout::{Package, root, target};
use crate::course::table::STEPS;
use crate::judge::fresh::Note;
use crate::stage::launch::Launch;

/// What came of building one program.
#[derive(Clone, Debug)]
pub struct Built {
    /// How it is started, or the compiler's errors.
    pub launch: Launch,
    /// The compiler's warnings.
    pub warnings: String,
}

/// The programs that were built, by package and name.
pub type Builds = BTreeMap<(Package, &'static str), Built>;

/// What cargo is at, for anyone who waits for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News<'a> {
    /// It compiles a package: `Compiling bytes v1.12.1`.
    Compiles(&'a str),
    /// It waits for another cargo that builds in the same folder, an editor's perhaps.
    Waits,
}

/// Builds programs, all that can be built. `is_colored`: the compiler's words are to be. `tell` hears what cargo is
/// at meanwhile.
///
/// # Errors
/// When cargo itself cannot be started or understood. A program's own errors are in its [`Built`].
pub fn build(
    programs: &[(Package, &'static str)],
    is_colored: bool,
    tell: &(dyn Fn(News) + Sync),
) -> Result<Builds> {
    let mut builds = Builds::new();
    let mut command = cargo_build();
    let color = if is_colored { "json-diagnostic-rendered-ansi" } else { "json" };
    command.arg("--keep-going").arg(format!("--message-format={color}"));
    for package in [Package::Exercises, Package::Solutions, Package::Plain] {
        if programs.iter().any(|program| program.0 == package) {
            command.args(["-p", package.name()]);
        }
    }
    for &(package, program) in programs {
        let source = package.source(program);
        if root().join(&source).exists() {
            command.arg("--bin").arg(package.binary(program));
        } else {
            let launch = Launch::Broken(missing(&source));
            builds.insert((package, program), Built { launch, warnings: String::new() });
        }
    }
    if builds.len() == programs.len() {
        return Ok(builds);
    }
    let exercises: Vec<&str> = programs
        .iter()
        .filter_map(|(package, program)| (*package == Package::Exercises).then_some(*program))
        .collect();
    let note = target().join("chatlings/built.json");
    let shown = match exercises.is_empty() {
        true => None,
        false => Some(
            Note::read(&note)
                .show_changes(&root().join(Package::Exercises.folder()), &all_exercises())?,
        ),
    };
    let output = run(&mut command, tell)?;
    if let Some(shown) = shown {
        shown.keep(&note, exercises.iter().filter_map(|program| output.paths.get(*program)));
    }
    for &(package, program) in programs {
        let build = || output.result_of(package, program);
        builds.entry((package, program)).or_insert_with(build);
    }
    Ok(builds)
}

/// That a program is missing, and how to get it back.
fn missing(source: &Path) -> String {
    let source = source.display();
    format!(
        "{source} is missing. To get it back as it was handed out:\n  git checkout -- {source}\n\
         Without git, take it from the course's archive."
    )
}

/// All binaries that may have been built of exercises, each with its main file.
fn all_exercises() -> Vec<(PathBuf, PathBuf)> {
    let binary = |program: &str| target().join("debug").join(Package::Exercises.binary(program));
    let programs = STEPS.iter().flat_map(|step| step.programs);
    programs.map(|p| (binary(p), root().join(Package::Exercises.source(p)))).collect()
}

/// Builds one binary of another package of the course, and says where it is.
///
/// # Errors
/// When cargo cannot be started or understood, or the binary does not compile.
pub fn build_binary(package: &str, binary: &str) -> Result<PathBuf> {
    let mut command = cargo_build();
    command.args(["--message-format=json", "-p", package, "--bin", binary]);
    let mut output = run(&mut command, &|_| ())?;
    let errors = output.errors.remove(binary).unwrap_or(output.log);
    output.paths.remove(binary).with_context(|| errors)
}

/// A cargo that builds. The checker is named too, though nothing of it is built: cargo then gives the dependencies
/// the same features as when it built the checker, and compiles none of them a second time.
fn cargo_build() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()));
    command.current_dir(root()).args(["build", "-p", "checker"]);
    command
}

/// What one run of cargo printed.
#[derive(Default)]
struct Output {
    paths: BTreeMap<String, PathBuf>,
    errors: BTreeMap<String, String>,
    warnings: BTreeMap<String, String>,
    log: String,
}

impl Output {
    fn result_of(&self, package: Package, program: &'static str) -> Built {
        let binary = package.binary(program);
        let launch = match (self.paths.get(&binary), self.errors.get(&binary)) {
            (Some(path), _) => Launch::Built(program, path.clone()),
            (None, Some(errors)) => Launch::Broken(errors.clone()),
            // It is not the program: a dependency, or the package's own Cargo.toml.
            (None, None) => Launch::Broken(self.log.clone()),
        };
        Built { launch, warnings: self.warnings.get(&binary).cloned().unwrap_or_default() }
    }

    /// Takes in one line of cargo's JSON (<https://doc.rust-lang.org/cargo/reference/external-tools.html>).
    fn read(&mut self, line: &str) -> Option<()> {
        let message: Value = serde_json::from_str(line).ok()?;
        let target = message["target"]["name"].as_str()?.to_string();
        if message["target"]["kind"][0].as_str()? != "bin" {
            return None;
        }
        match message["reason"].as_str()? {
            "compiler-artifact" => {
                self.paths.insert(target, PathBuf::from(message["executable"].as_str()?));
            }
            "compiler-message" => {
                let rendered = message["message"]["rendered"].as_str()?;
                // These would be control characters to a terminal. (rustc itself replaces the others.)
                let rendered = &rendered.replace(|c| matches!(c, '\u{80}'..='\u{9f}'), "\u{fffd}");
                let kept = match message["message"]["level"].as_str()? {
                    "warning" => &mut self.warnings,
                    _ => &mut self.errors,
                };
                kept.entry(target).or_default().push_str(rendered);
            }
            _ => {}
        }
        Some(())
    }
}

fn run(command: &mut Command, tell: &(dyn Fn(News) + Sync)) -> Result<Output> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child =
        command.spawn().context("cannot start cargo (is Rust installed? see https://rustup.rs)")?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let mut output = Output::default();
    // Two pipes, so two readers: if cargo filled the one that nobody reads, it would stop.
    thread::scope(|scope| {
        let log = thread::Builder::new()
            .spawn_scoped(scope, || stderr.map(|stderr| follow(stderr, tell)).unwrap_or_default())
            .context("cannot start a thread to read what cargo logs")?;
        for line in stdout.into_iter().flat_map(|stdout| BufReader::new(stdout).lines()) {
            output.read(&line.context("cannot read what cargo prints")?);
        }
        output.log = log.join().unwrap_or_default();
        Ok::<_, anyhow::Error>(())
    })?;
    child.wait().context("cannot wait for cargo")?;
    Ok(output)
}

/// Reads what cargo logs, and passes on what it is at.
fn follow(stderr: impl Read, tell: &dyn Fn(News)) -> String {
    let mut log = String::new();
    for line in BufReader::new(stderr).lines().map_while(Result::ok) {
        news_in(&line).into_iter().for_each(tell);
        log.push_str(&line);
        log.push('\n');
    }
    log
}

fn news_in(line: &str) -> Option<News<'_>> {
    let line = line.trim();
    if line.starts_with("Blocking waiting for file lock") {
        return Some(News::Waits);
    }
    line.starts_with("Compiling").then_some(News::Compiles(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_that_cargo_waits_and_what_it_compiles() {
        let log =
            "    Blocking waiting for file lock on build directory\n   Compiling bytes v1.12.1\n";
        let told = std::sync::Mutex::new(Vec::new());
        let kept = follow(log.as_bytes(), &|news| {
            told.lock().expect("nobody has panicked").push(format!("{news:?}"));
        });
        assert_eq!(kept, log);
        let told = told.into_inner().expect("nobody has panicked");
        assert_eq!(told, ["Waits", "Compiles(\"Compiling bytes v1.12.1\")"]);
    }
}

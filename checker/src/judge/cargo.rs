//! One run of cargo: what it builds, and what it says.

use std::collections::BTreeMap;
use std::env;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, ensure};
use serde_json::Value;

use crate::course::layout::{Package, root, target};
use crate::judge::manifest;
use crate::sandbox::compilers::{self, Compilers, start_confined};
use crate::sandbox::limits::Limits;
use crate::sandbox::process::{Pipes, Process, StartError, Stdio};
use crate::stage::show::visible_but_for_colors;

/// How often it is looked at what compilers take.
const LOOK: Duration = Duration::from_millis(100);

/// How the sources of the student's programs are named to the compiler: from their manifest, and from the root.
const SOURCES: &str = "checker/exercises/";

/// What cargo is at, for anyone who waits for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News<'a> {
    /// It compiles a package: `Compiling bytes v1.12.1`.
    Compiles(&'a str),
    /// It waits for another cargo that builds or fetches something, an editor's perhaps.
    Waits,
}

/// What one run of cargo came to.
#[derive(Default)]
pub(super) struct Output {
    /// The binaries that were built, or were there already, by name.
    pub(super) paths: BTreeMap<String, PathBuf>,
    /// The compiler's errors, by the binary's name.
    pub(super) errors: BTreeMap<String, String>,
    /// The compiler's warnings, by the binary's name.
    pub(super) warnings: BTreeMap<String, String>,
    /// What cargo says of what it does.
    pub(super) log: String,
}

/// A cargo, in the course's folder.
pub(super) fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()));
    command.current_dir(root());
    command
}

/// Lets cargo take out of a lock file what is not needed any more, in the folder of another workspace. All else stays, and
/// nothing is downloaded.
///
/// # Errors
/// When it cannot: its own words.
pub fn trim_lock(folder: &Path) -> Result<()> {
    let mut command = cargo();
    command.args(["update", "--workspace", "--offline", "--quiet"]).current_dir(folder);
    let output = command.output().context("cannot start cargo")?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr).trim_end());
    Ok(())
}

/// Runs a cargo that builds. What the compiler may take for a program of the student's has limits; nothing else has.
///
/// # Errors
/// When it cannot be started or understood.
pub(super) fn run(
    command: &mut Command,
    limits: &Limits,
    tell: &(dyn Fn(News) + Sync),
) -> Result<Output> {
    // It leads a group of its own, which Ctrl-C ends with everything else.
    follow_to_the_end(Process::start(command, Stdio::Pipes), limits, tell)
}

/// The same, of one that is confined, since it reads what a stranger has written.
///
/// # Errors
/// As above.
pub(super) fn run_confined(
    command: &mut Command,
    limits: &Limits,
    tell: &(dyn Fn(News) + Sync),
) -> Result<Output> {
    follow_to_the_end(start_confined(command, &root(), &target()), limits, tell)
}

fn follow_to_the_end(
    started: Result<(Process, Pipes), StartError>,
    limits: &Limits,
    tell: &(dyn Fn(News) + Sync),
) -> Result<Output> {
    let (mut process, pipes) = started.map_err(|error| {
        let (StartError::Program(error) | StartError::Machine(error)) = error;
        anyhow!(error).context("cannot start cargo (is Rust installed? see https://rustup.rs)")
    })?;
    drop(pipes.stdin);
    let mut output = Output::default();
    let news = Watched::default();
    // Two pipes, so two readers: if cargo filled the one that nobody reads, it would stop.
    let ended = thread::scope(|scope| {
        let log = thread::Builder::new()
            .spawn_scoped(scope, || follow(pipes.stderr, &|what| (news.note(what), tell(what)).1))
            .context("cannot start a thread to read what cargo logs")?;
        let (is_over, over) = mpsc::channel::<()>();
        let watcher = thread::Builder::new()
            .spawn_scoped(scope, || watch(&process, limits, &news, over))
            .context("cannot start a thread to look after the compiler")?;
        for line in BufReader::new(pipes.stdout).lines() {
            news.goes_on();
            output.read(&line.context("cannot read what cargo prints")?);
        }
        output.log = log.join().unwrap_or_default();
        drop(is_over);
        Ok::<_, anyhow::Error>(watcher.join().unwrap_or_default())
    })?;
    process.wait();
    process.reap();
    output.errors.extend(ended);
    Ok(output)
}

impl Output {
    /// Why a program of the package was not built.
    pub(super) fn errors_of(&self, package: Package, binary: &str) -> String {
        // If it is neither the program nor what it shares with others, it is a dependency.
        self.own_errors_of(package, binary).unwrap_or(&self.log).clone()
    }

    /// The same, if it is for a mistake of its own.
    pub(super) fn own_errors_of(&self, package: Package, binary: &str) -> Option<&String> {
        let library = (package == Package::Exercises).then(|| self.errors.get(package.name()));
        self.errors.get(binary).or(library.flatten())
    }

    /// Takes in one line of cargo's JSON (<https://doc.rust-lang.org/cargo/reference/external-tools.html>).
    fn read(&mut self, line: &str) -> Option<()> {
        let message: Value = serde_json::from_str(line).ok()?;
        let target = &message["target"];
        let name = target["name"].as_str()?.to_string();
        let is_students_library =
            || target["src_path"].as_str().is_some_and(|path| path.ends_with(manifest::LIBRARY));
        if target["kind"][0].as_str()? != "bin" && !is_students_library() {
            return None;
        }
        match message["reason"].as_str()? {
            "compiler-artifact" => {
                self.paths.insert(name, PathBuf::from(message["executable"].as_str()?));
            }
            "compiler-message" => {
                let rendered = message["message"]["rendered"].as_str()?;
                // A name of a file may have control characters in it, or those that turn the direction of a line.
                let rendered = &visible_but_for_colors(rendered);
                let kept = match message["message"]["level"].as_str()? {
                    "warning" => &mut self.warnings,
                    _ => &mut self.errors,
                };
                kept.entry(name).or_default().push_str(rendered);
            }
            _ => {}
        }
        Some(())
    }
}

/// What is known of a cargo where the system does not tell which compilers it has started.
struct Watched {
    is_at_exercises: AtomicBool,
    last_news: Mutex<Instant>,
}

impl Default for Watched {
    fn default() -> Watched {
        Watched { is_at_exercises: AtomicBool::default(), last_news: Mutex::new(Instant::now()) }
    }
}

impl Watched {
    fn goes_on(&self) {
        *self.last_news.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    fn note(&self, news: News) {
        if let News::Compiles(what) = news
            && what.starts_with("Compiling exercises ")
        {
            self.is_at_exercises.store(true, Ordering::Relaxed);
            self.goes_on();
        }
    }

    /// Whether it has been at the student's programs for so long without a word.
    fn is_silent_for(&self, longest: Duration) -> bool {
        let last_news = self.last_news.lock().unwrap_or_else(PoisonError::into_inner);
        self.is_at_exercises.load(Ordering::Relaxed) && last_news.elapsed() > longest
    }
}

/// Looks after the compilers of a cargo until it is over. Returns the programs whose compilers were ended, each with
/// the reason.
fn watch(
    cargo: &Process,
    limits: &Limits,
    news: &Watched,
    over: mpsc::Receiver<()>,
) -> BTreeMap<String, String> {
    let longest = limits.build.mul_f64(limits.patience);
    let mut compilers = Compilers::of(cargo.id(), SOURCES, limits);
    while over.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
        if !compilers.look() && news.is_silent_for(longest) {
            cargo.end_group();
            let reason = compilers::too_long(longest);
            return BTreeMap::from([(Package::Exercises.name().to_string(), reason)]);
        }
    }
    compilers.into_ended()
}

/// Reads what cargo logs, and passes on what it is at.
fn follow(stderr: impl Read, tell: &dyn Fn(News)) -> String {
    let mut log = String::new();
    for line in BufReader::new(stderr).lines().map_while(Result::ok) {
        news_in(&line).into_iter().for_each(tell);
        log.push_str(&visible_but_for_colors(&line));
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
        let told = Mutex::new(Vec::new());
        let kept = follow(log.as_bytes(), &|news| {
            told.lock().expect("nobody has panicked").push(format!("{news:?}"));
        });
        assert_eq!(kept, log);
        let told = told.into_inner().expect("nobody has panicked");
        assert_eq!(told, ["Waits", "Compiles(\"Compiling bytes v1.12.1\")"]);
    }

    #[test]
    fn a_cargo_is_silent_only_while_it_is_at_the_students_programs() {
        let news = Watched::default();
        assert!(!news.is_silent_for(Duration::ZERO));
        news.note(News::Compiles("Compiling bytes v1.12.1"));
        assert!(!news.is_silent_for(Duration::ZERO));
        news.note(News::Compiles("Compiling exercises v0.1.0 (/course/checker/exercises)"));
        assert!(news.is_silent_for(Duration::ZERO) && !news.is_silent_for(Duration::MAX));
    }
}

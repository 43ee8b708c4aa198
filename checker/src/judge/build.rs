//! Builds the programs with a cargo of its own, so that one that does not compile costs its own checks
//! and nothing else.

use std::collections::HashMap;
use std::env;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use indicatif::ProgressBar;
use serde_json::Value;

use crate::judge::cast::Launch;

/// The package that a program is built from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Package {
    /// The student's programs.
    Exercises,
    /// The worked programs.
    Solutions,
    /// Programs of another hand, without the helpers: right answers that look different.
    Plain,
}

impl Package {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Package::Exercises => "exercises",
            Package::Solutions => "solutions",
            Package::Plain => "plain",
        }
    }

    /// The folder that it is in, from the root of the course.
    pub fn folder(self) -> &'static str {
        match self {
            Package::Exercises | Package::Solutions => self.name(),
            Package::Plain => "tests/foreign/rust",
        }
    }

    /// The binary of a program: all packages build into one folder, so all but a student's have a suffix.
    pub fn binary(self, program: &str) -> String {
        match self {
            Package::Exercises => program.to_string(),
            Package::Solutions => format!("{program}_solution"),
            Package::Plain => format!("{program}_plain"),
        }
    }

    /// The source file of a program, from the root of the course.
    pub fn source(self, program: &str) -> PathBuf {
        Path::new(self.folder()).join("src/bin").join(format!("{program}.rs"))
    }
}

/// What came of building one program.
#[derive(Clone, Debug)]
pub struct Built {
    /// How it is started, or the compiler's errors.
    pub launch: Launch,
    /// The compiler's warnings.
    pub warnings: String,
}

/// The programs that were built, by package and name.
pub type Builds = HashMap<(Package, &'static str), Built>;

/// The root folder of the course.
pub fn root() -> PathBuf {
    // Under cargo the variable names the package's folder as it is now; without, as it was when built.
    let package = env::var("CARGO_MANIFEST_DIR").unwrap_or(env!("CARGO_MANIFEST_DIR").to_string());
    let package = PathBuf::from(package);
    let root = package.ancestors().find(|folder| folder.join("proto/chat.proto").exists());
    root.unwrap_or(&package).to_path_buf()
}

/// Builds programs, all that can be built. `is_colored`: the compiler's words are to be.
///
/// # Errors
/// When cargo itself cannot be started or understood. A program's own errors are in its [`Built`].
pub fn build(programs: &[(Package, &'static str)], is_colored: bool) -> Result<Builds> {
    let mut builds = Builds::new();
    let mut command = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()));
    // The checker is named too, though nothing of it is built: cargo then gives the dependencies the same
    // features as when it built the checker, and compiles none of them a second time.
    command.current_dir(root()).args(["build", "--keep-going", "-p", "checker"]);
    let color = match is_colored {
        true => "--message-format=json-diagnostic-rendered-ansi",
        false => "--message-format=json",
    };
    command.arg(color);
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
            let launch = Launch::Broken(format!("{} is missing", source.display()));
            builds.insert((package, program), Built { launch, warnings: String::new() });
        }
    }
    if builds.len() == programs.len() {
        return Ok(builds);
    }
    let output = run(&mut command)?;
    for &(package, program) in programs {
        let build = || output.result_of(package, program);
        builds.entry((package, program)).or_insert_with(build);
    }
    Ok(builds)
}

/// Builds one binary of another package of the course, and says where it is.
///
/// # Errors
/// When cargo cannot be started or understood, or the binary does not compile.
pub fn build_binary(package: &str, binary: &str) -> Result<PathBuf> {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()));
    command.current_dir(root()).args(["build", "--message-format=json", "-p", "checker"]);
    command.args(["-p", package, "--bin", binary]);
    let mut output = run(&mut command)?;
    let errors = output.errors.remove(binary).unwrap_or(output.log);
    output.paths.remove(binary).with_context(|| errors)
}

/// What one run of cargo printed.
#[derive(Default)]
struct Output {
    paths: HashMap<String, PathBuf>,
    errors: HashMap<String, String>,
    warnings: HashMap<String, String>,
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

fn run(command: &mut Command) -> Result<Output> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child =
        command.spawn().context("cannot start cargo (is Rust installed? see https://rustup.rs)")?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    // Two pipes, so two readers: if cargo filled the one that nobody reads, it would stop.
    let reader = thread::Builder::new().spawn(move || stderr.map(follow).unwrap_or_default());
    let reader = reader.context("cannot start a thread to read what cargo logs")?;
    let mut output = Output::default();
    for line in stdout.into_iter().flat_map(|stdout| BufReader::new(stdout).lines()) {
        output.read(&line.context("cannot read what cargo prints")?);
    }
    child.wait().context("cannot wait for cargo")?;
    output.log = reader.join().unwrap_or_default();
    Ok(output)
}

/// Reads what cargo logs. When it takes long (the first build, mostly), shows the last line on a terminal.
fn follow(stderr: impl Read) -> String {
    let progress = ProgressBar::new_spinner();
    if !progress.is_hidden() {
        progress.enable_steady_tick(Duration::from_millis(100));
    }
    let mut log = String::new();
    for line in BufReader::new(stderr).lines().map_while(Result::ok) {
        if line.trim_start().starts_with("Compiling") {
            progress.set_message(line.trim().to_string());
        }
        log.push_str(&line);
        log.push('\n');
    }
    progress.finish_and_clear();
    log
}

//! The languages in which there are programs beside those in Rust, and how these are built and started.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::SystemTime;

use crate::{kept, root};

/// A language.
#[derive(Clone, Copy)]
pub enum Language {
    /// With the package for protobuf messages, if a program has them.
    Python,
    /// A folder of classes: `Server`, `Client`, and what they share.
    Java,
    /// A program of one file, and the headers beside it.
    C,
    /// A program of one file, and what it shares with another one beside it.
    Go,
    /// A program of one file.
    Node,
}

/// Why there is no command.
pub enum Missing {
    /// This machine does not have what the language needs.
    Language(String),
    /// The program does not compile.
    Program(String),
}

/// The folder of programs in other languages.
fn foreign() -> PathBuf {
    root().join("tests/foreign")
}

impl Language {
    /// What it is called, here and in `tests/foreign`.
    pub fn word(self) -> &'static str {
        match self {
            Language::Python => "python",
            Language::Java => "java",
            Language::C => "c",
            Language::Go => "go",
            Language::Node => "node",
        }
    }

    /// The words that start a program, `server` for example, whose source is in this folder of `tests/foreign`.
    ///
    /// # Errors
    /// When it cannot be started here, or does not compile.
    pub fn command(self, folder: &str, program: &str) -> Result<Vec<String>, Missing> {
        let sources = foreign().join(folder);
        let built = kept("foreign").join(folder);
        match self {
            Language::Python => python(&sources.join(format!("{program}.py"))),
            Language::Node => {
                is_there("node")?;
                Ok(words(&["node".as_ref(), &sources.join(format!("{program}.js"))]))
            }
            Language::C => c(&sources, &built, program),
            Language::Go => go(&sources, &built, program),
            Language::Java => java(&sources, &built, program),
        }
    }
}

/// A Python finds in `python/lib` what several programs use.
fn python(source: &Path) -> Result<Vec<String>, Missing> {
    let needs_protobuf = fs::read_to_string(source).is_ok_and(|text| text.contains("chat_pb2"));
    let python = if needs_protobuf { &*WITH_PROTOBUF } else { &*PYTHON };
    let python = python.as_ref().map_err(|reason| Missing::Language(reason.clone()))?;
    let lib = format!("PYTHONPATH={}", foreign().join("python/lib").display());
    Ok(words(&["env".as_ref(), lib.as_ref(), python, source]))
}

/// The interpreter itself: what chooses one of several can cost more time than all that it runs here.
static PYTHON: LazyLock<Result<PathBuf, String>> = LazyLock::new(|| {
    let printed = run(Command::new("python3").args(["-c", "import sys; print(sys.executable)"]))?;
    Ok(PathBuf::from(printed.trim()))
});

/// A Python that has the package for protobuf messages, which is installed under `target/`.
static WITH_PROTOBUF: LazyLock<Result<PathBuf, String>> = LazyLock::new(|| {
    let folder = kept("python");
    let python = folder.join("bin/python3");
    let needed = foreign().join("python/requirements.txt");
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
    if run(Command::new(&python).args(["-c", "import google.protobuf"])).is_err() {
        let python = PYTHON.as_ref().map_err(String::clone)?;
        run(Command::new(python).args(["-m", "venv"]).arg(&folder))?;
    }
    // With everything there already, this asks nobody.
    run(Command::new(&python).args(pip).arg(needed))?;
    Ok(python)
});

fn c(sources: &Path, built: &Path, program: &str) -> Result<Vec<String>, Missing> {
    let compiler = env::var("CC").unwrap_or("cc".to_string());
    is_there(&compiler)?;
    let binary = built.join(program);
    build(sources, &binary, || {
        let mut compiler = Command::new(&compiler);
        compiler.args(["-pthread", "-o"]).arg(&binary);
        compiler.arg(sources.join(format!("{program}.c")));
        compiler
    })?;
    Ok(words(&[&binary]))
}

fn go(sources: &Path, built: &Path, program: &str) -> Result<Vec<String>, Missing> {
    is_there_by("go", "version")?;
    let binary = built.join(program);
    build(sources, &binary, || {
        let is_of_another = |file: &PathBuf| {
            let stem = file.file_stem().unwrap_or_default();
            ["server", "client"].iter().any(|role| stem == *role) && stem != program
        };
        let mut compiler = Command::new("go");
        compiler.args(["build", "-o"]).arg(&binary);
        compiler.args(files(sources).into_iter().filter(|file| !is_of_another(file)));
        compiler.env("GOCACHE", kept("foreign/go/cache")).env("GOTOOLCHAIN", "local");
        compiler
    })?;
    Ok(words(&[&binary]))
}

fn java(sources: &Path, built: &Path, program: &str) -> Result<Vec<String>, Missing> {
    is_there("javac")?; // `java` comes with it
    let class = program[..1].to_uppercase() + &program[1..];
    build(sources, &built.join(format!("{class}.class")), || {
        let mut compiler = Command::new("javac");
        compiler.arg("-d").arg(built).args(files(sources));
        compiler
    })?;
    // It starts faster so, and leaves something of the machine to the others.
    let fast = ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-cp"];
    let fast = fast.map(str::to_string).into_iter();
    Ok(fast.chain(words(&[built, class.as_ref()])).collect())
}

/// Runs a compiler, one at a time, unless what it makes is newer than all that is in the folder of sources.
fn build(sources: &Path, built: &Path, compiler: impl Fn() -> Command) -> Result<(), Missing> {
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let newest = files(sources).iter().filter_map(|source| time_of(source)).max();
    if time_of(built).is_some_and(|time| newest.is_some_and(|newest| newest < time)) {
        return Ok(());
    }
    let _ = fs::create_dir_all(built.parent().unwrap_or(built)); // else the compiler will say so
    run(&mut compiler()).map(drop).map_err(Missing::Program)
}

/// The files in a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}

fn time_of(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|file| file.modified()).ok()
}

fn words(words: &[&Path]) -> Vec<String> {
    words.iter().map(|word| word.display().to_string()).collect()
}

/// Whether this machine has a tool.
fn is_there(tool: &str) -> Result<(), Missing> {
    is_there_by(tool, "--version")
}

/// The same of a tool that tells its version by another word. It is asked once.
fn is_there_by(tool: &str, version: &str) -> Result<(), Missing> {
    static ASKED: Mutex<BTreeMap<String, Result<(), String>>> = Mutex::new(BTreeMap::new());
    let mut asked = ASKED.lock().unwrap_or_else(PoisonError::into_inner);
    let answer = asked
        .entry(tool.to_string())
        .or_insert_with(|| run(Command::new(tool).arg(version)).map(drop));
    answer.clone().map_err(Missing::Language)
}

/// Runs a command to its end, and gives what it printed. The error says what went wrong, in one line.
fn run(command: &mut Command) -> Result<String, String> {
    let name = command.get_program().display().to_string();
    let output = command.output().map_err(|error| format!("{name}: {error}"))?;
    let errors = String::from_utf8_lossy(&output.stderr);
    let last = errors.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(format!("{name} fails: {last}")),
    }
}

//! Programs in other languages, made ready to be started. The error says what this machine does not have.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use crate::{kept, root};

/// The folder of programs in other languages.
pub fn foreign() -> PathBuf {
    root().join("tests/foreign")
}

/// A Python, without any package.
///
/// # Errors
/// When there is none.
pub fn python() -> Result<PathBuf, String> {
    static PYTHON: LazyLock<Result<PathBuf, String>> = LazyLock::new(|| {
        run(Command::new("python3").arg("--version"))?;
        Ok(PathBuf::from("python3"))
    });
    PYTHON.clone()
}

/// A Python that has the package for protobuf messages, which is installed under `target/`.
///
/// # Errors
/// When there is none, and it cannot be installed.
pub fn python_with_protobuf() -> Result<PathBuf, String> {
    static WITH_PROTOBUF: LazyLock<Result<PathBuf, String>> = LazyLock::new(|| {
        let folder = kept("python");
        let python = folder.join("bin/python3");
        if run(Command::new(&python).args(["-c", "import google.protobuf"])).is_err() {
            run(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
        }
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
        let needed = foreign().join("python/requirements.txt");
        // With everything there already, this asks nobody.
        run(Command::new(&python).args(pip).arg("--requirement").arg(needed))?;
        Ok(python)
    });
    WITH_PROTOBUF.clone()
}

/// The binary of a C program of one file.
///
/// # Errors
/// When there is no compiler, or it does not compile.
pub fn c(source: &Path) -> Result<PathBuf, String> {
    let compiler = env::var("CC").unwrap_or("cc".to_string());
    let name = source.file_stem().unwrap_or_default().display().to_string();
    let folder = folder("c")?;
    let binary = folder.join(name);
    run(Command::new(compiler).arg("-pthread").arg("-o").arg(&binary).arg(source))?;
    Ok(binary)
}

/// The folder with the classes of a folder of Java programs, as `java -cp` takes it.
///
/// # Errors
/// When there is no compiler, or they do not compile.
pub fn java(sources: &Path) -> Result<PathBuf, String> {
    let name = sources.file_name().unwrap_or_default().display().to_string();
    let folder = folder(&format!("java/{name}"))?;
    let sources = fs::read_dir(sources).map_err(|error| error.to_string())?;
    let sources = sources.flatten().map(|entry| entry.path());
    let sources = sources.filter(|path| path.extension().is_some_and(|end| end == "java"));
    run(Command::new("javac").arg("-d").arg(&folder).args(sources))?;
    Ok(folder)
}

fn folder(name: &str) -> Result<PathBuf, String> {
    let folder = kept(name);
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(folder)
}

/// Runs a command to its end. The error says what went wrong, in one line.
fn run(command: &mut Command) -> Result<(), String> {
    let name = command.get_program().display().to_string();
    let output = command.output().map_err(|error| format!("{name}: {error}"))?;
    let errors = String::from_utf8_lossy(&output.stderr);
    let last = errors.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
    if output.status.success() { Ok(()) } else { Err(format!("{name} fails: {last}")) }
}

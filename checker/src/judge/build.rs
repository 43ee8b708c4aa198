//! Builds the programs with a cargo of its own, so that one that does not compile costs its own checks
//! and nothing else.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::course::layout::{Package, root, target};
use crate::course::table::STEPS;
use crate::judge::cargo::{Output, cargo, run, run_confined};
use crate::judge::fresh::Note;
use crate::judge::manifest;
use crate::sandbox::compilers;
use crate::sandbox::limits::Limits;
use crate::stage::launch::Launch;
use crate::stage::show::visible;

pub use crate::judge::cargo::{News, trim_lock};

/// What came of building one program.
#[derive(Clone, Debug)]
pub struct Built {
    /// How it is started, or the compiler's errors.
    pub launch: Launch,
    /// The compiler's warnings.
    pub warnings: String,
    /// The source files of a student's program that was compiled, without the helpers.
    pub files: Vec<PathBuf>,
    /// The first of them that is not the student's, if there is one: from the root of the course, if it is in there.
    pub outside: Option<PathBuf>,
}

/// The programs that were built, by package and name.
pub type Builds = BTreeMap<(Package, &'static str), Built>;

/// Builds programs, all that can be built. `is_colored`: the compiler's words are to be. `tell` hears what cargo is
/// at meanwhile.
///
/// # Errors
/// When cargo itself cannot be started or understood, or fails for no fault of a program's; and when a file was changed
/// while it was compiled. A program's own errors are in its [`Built`].
pub fn build(
    programs: &[(Package, &'static str)],
    limits: &Limits,
    is_colored: bool,
    tell: &(dyn Fn(News) + Sync),
) -> Result<Builds> {
    let mut builds = Builds::new();
    for &(package, program) in programs {
        if let Some(launch) = why_unbuildable(package, program) {
            builds.insert((package, program), Built::without_files(launch));
        }
    }
    let mut packages: Vec<Package> = programs.iter().map(|(package, _)| *package).collect();
    packages.sort();
    packages.dedup();
    let color = if is_colored { "json-diagnostic-rendered-ansi" } else { "json" };
    let command = |programs: &[&(Package, &'static str)]| {
        let mut command = cargo_build();
        command.arg("--keep-going").arg(format!("--message-format={color}"));
        for package in &packages {
            command.args(["-p", package.name()]);
        }
        for (package, program) in programs {
            command.arg("--bin").arg(package.binary(program));
        }
        command
    };
    let tried: Vec<&(Package, &'static str)> =
        programs.iter().filter(|program| !builds.contains_key(program)).collect();
    if tried.is_empty() {
        return Ok(builds);
    }
    let is_students = |(package, _): &&(Package, &str)| *package == Package::Exercises;
    let shown = match programs.iter().any(|program| is_students(&program)) {
        true => Some(show_changes()?),
        false => None,
    };
    let is_built = |output: &Output, (package, program): &(Package, &str)| {
        output.paths.contains_key(&package.binary(program))
    };
    let is_explained = |output: &Output, (package, program): &(Package, &str)| {
        let errors = output.own_errors_of(*package, &package.binary(program));
        errors.is_some_and(|errors| !errors.contains("linking with"))
    };
    let is_told = |output: &Output, it: &(Package, &'static str)| {
        is_built(output, it) || output.own_errors_of(it.0, &it.0.binary(it.1)).is_some()
    };
    let build = |programs: &[&(Package, &'static str)]| {
        if programs.iter().any(is_students) && compilers::can_be_confined() {
            let output = run_confined(&mut command(programs), limits, tell);
            if is_of_a_class() {
                // What strangers have handed in is never built outside of the box.
                let output = output?;
                return match programs.iter().find(|it| !is_told(&output, it)) {
                    Some((_, program)) => {
                        bail!("{program} cannot be built in a box: {}", output.log)
                    }
                    None => Ok(output),
                };
            }
            let output = output.unwrap_or_default();
            if programs.iter().all(|it| is_built(&output, it) || is_explained(&output, it)) {
                return Ok(output);
            }
            // It is nothing of theirs: something is still to be downloaded, or this user's Rust needs more than it sees.
        }
        let mut command = command(programs);
        if programs.iter().any(is_students) {
            compilers::keep_to_building(&mut command, !is_of_a_class());
        }
        run(&mut command, limits, tell)
    };
    let output = build(&tried)?;
    let is_compiled = |(package, _): &(Package, &str)| {
        output.log.contains(&format!("could not compile `{}`", package.name()))
    };
    if let Some((_, program)) = tried.iter().find(|it| !is_told(&output, it) && !is_compiled(it)) {
        // A manifest of the course's is wrong, or a package cannot be had.
        bail!("{program} cannot be built, for no fault of its own:\n{}", output.log.trim_end());
    }
    let (compiled, failed): (Vec<_>, Vec<_>) =
        tried.into_iter().partition(|program| is_built(&output, program));
    if !failed.is_empty() && compiled.iter().any(is_students) {
        // Cargo writes down what programs are made of only if all of them compile.
        build(&compiled)?;
    }
    if let Some(shown) = shown {
        let programs: Vec<&'static str> =
            programs.iter().filter(is_students).map(|(_, program)| *program).collect();
        keep(shown, &programs, &output)?;
    }
    for &(package, program) in programs {
        builds.entry((package, program)).or_insert_with(|| built(package, program, &output));
    }
    Ok(builds)
}

/// That a program is missing, and how to get it back.
fn missing(package: Package, program: &str) -> String {
    let source = package.source(program);
    let source = source.display();
    match package {
        Package::Exercises => format!(
            "{source} is missing. To get it back as it was handed out:\n  cargo step reset {program}"
        ),
        Package::Solutions | Package::Plain => format!(
            "{source} is missing. To get it back:\n  git checkout -- {source}\n\
             Without git, take it from the course's archive."
        ),
    }
}

/// Builds one binary of another package of the course, and says where it is.
///
/// # Errors
/// When cargo cannot be started or understood, or the binary does not compile.
pub fn build_binary(package: &str, binary: &str) -> Result<PathBuf> {
    let mut command = cargo_build();
    command.args(["--message-format=json", "-p", package, "--bin", binary]);
    let mut output = run(&mut command, &Limits::default(), &|_| ())?;
    let errors = output.errors.remove(binary).unwrap_or(output.log);
    output.paths.remove(binary).with_context(|| errors)
}

/// A cargo that builds. The checker is named too, though nothing of it is built: cargo then gives the dependencies
/// the same features as when it built the checker, and compiles none of them a second time. Where a class is graded,
/// there is no checker in the folder, and whatever is needed has been built before.
fn cargo_build() -> Command {
    let mut command = cargo();
    match is_of_a_class() {
        true => command.args(["build", "--locked", "--offline"]),
        false => command.args(["build", "-p", "checker"]),
    };
    command
}

/// Whether what lies in the course was handed in by somebody of a class: then the course has no checker of its own.
fn is_of_a_class() -> bool {
    !root().join("checker/Cargo.toml").exists()
}

/// Builds what the student's programs need of the course in this folder, into that one: the helpers, and all packages. For
/// that, a program that does nothing has to lie where one of theirs will.
///
/// # Errors
/// When cargo cannot be started, or something does not compile.
pub fn build_what_is_needed(
    course: &Path,
    target: &Path,
    program: &str,
    limits: &Limits,
    tell: &(dyn Fn(News) + Sync),
) -> Result<()> {
    let mut command = cargo();
    command.current_dir(course).env("CARGO_TARGET_DIR", target);
    command.args(["build", "--offline", "--message-format=json"]);
    command.args(["-p", Package::Exercises.name(), "--bin", program]);
    let output = run(&mut command, limits, tell)?;
    match output.paths.contains_key(program) {
        true => Ok(()),
        false => bail!("{}", output.errors_of(Package::Exercises, program).trim_end()),
    }
}

/// Makes sure that cargo sees what has changed in the student's folder since it last built programs from it, or from
/// that of another clone of the course in the same target folder.
fn show_changes() -> Result<Note> {
    manifest::name_library()?;
    let (root, note, binaries) = (root(), Note::read(&note()), all_exercises());
    if !note.is_of(&root) && binaries.iter().any(|(binary, _)| binary.exists()) {
        // What the other one has built has the same names here, and cargo goes by the other one's files.
        let mut clean = cargo();
        clean.args(["clean", "--quiet", "-p", Package::Exercises.name()]);
        clean.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        clean.status().context("cannot start cargo")?;
    }
    note.show_changes(&root, &root.join(Package::Exercises.folder()), &binaries)
}

/// Keeps the note of what these programs of the student's were built from.
///
/// # Errors
/// When a file of theirs was changed meanwhile: saved again, or another submission was put into its place. Then nobody can
/// tell what would be judged.
fn keep(mut shown: Note, programs: &[&'static str], output: &Output) -> Result<()> {
    let changed = shown.forget_changed(&root().join(Package::Exercises.folder()));
    let paths = || programs.iter().filter_map(|program| output.paths.get(*program));
    shown.keep(&note(), paths());
    let mains = programs.iter().map(|program| root().join(Package::Exercises.source(program)));
    let used = mains.chain(paths().filter_map(|path| sources_of(path)).flatten());
    let used: Vec<PathBuf> = used.map(|file| file.canonicalize().unwrap_or(file)).collect();
    let is_used =
        |file: &&PathBuf| used.contains(&file.canonicalize().unwrap_or(file.to_path_buf()));
    match changed.iter().find(is_used) {
        None => Ok(()),
        Some(file) => bail!(
            "{} was changed while it was compiled, so nobody knows what was built: try again",
            visible(&file.strip_prefix(root()).unwrap_or(file).display().to_string())
        ),
    }
}

/// Where the note of what was built is kept: beside that, for all who build there.
fn note() -> PathBuf {
    target().join("chatlings/built.json")
}

/// All binaries that may have been built of exercises, each with its main file.
fn all_exercises() -> Vec<(PathBuf, PathBuf)> {
    let binary = |program: &str| target().join("debug").join(Package::Exercises.binary(program));
    let programs = STEPS.iter().flat_map(|step| step.programs);
    programs.map(|p| (binary(p), root().join(Package::Exercises.source(p)))).collect()
}

/// Why a program cannot even be tried to build: there is no such file, or it is somebody else's.
fn why_unbuildable(package: Package, program: &str) -> Option<Launch> {
    let source = package.source(program);
    let shown = source.display();
    let Ok(path) = root().join(&source).canonicalize() else {
        return Some(Launch::Missing(missing(package, program)));
    };
    let folder = root().join(package.folder()).canonicalize().ok()?;
    if path.starts_with(&folder) && !path.is_file() {
        return Some(Launch::Broken(format!("{shown} is not a file")));
    }
    (!path.starts_with(&folder)).then(|| {
        Launch::Broken(format!(
            "{shown} is a link to {}, which is not in {}/ and so not handed in",
            visible(&path.display().to_string()),
            package.folder()
        ))
    })
}

fn built(package: Package, program: &'static str, output: &Output) -> Built {
    let binary = package.binary(program);
    let Some(path) = output.paths.get(&binary) else {
        return broken(output.errors_of(package, &binary));
    };
    let files = match package {
        Package::Exercises => sources_of(path).unwrap_or_default(),
        Package::Solutions | Package::Plain => Vec::new(),
    };
    if let Some(file) = files.iter().find_map(|file| taken_in(file)) {
        let source = package.source(program);
        let reason = format!(
            "{} takes in {}, which is not in {}/ and so not handed in",
            source.display(),
            visible(&file.display().to_string()),
            package.folder()
        );
        return Built { files, outside: Some(file), ..broken(reason) };
    }
    let warnings = output.warnings.get(&binary).cloned().unwrap_or_default();
    let launch = Launch::Built(program, path.clone());
    Built { launch, warnings, files, outside: None }
}

fn broken(reason: String) -> Built {
    Built::without_files(Launch::Broken(reason))
}

impl Built {
    fn without_files(launch: Launch) -> Built {
        Built { launch, warnings: String::new(), files: Vec::new(), outside: None }
    }
}

/// The files that a student's binary was built from, but for the helpers and what is generated. (Cargo lists all files,
/// as `make` would read it.)
fn sources_of(binary: &Path) -> Option<Vec<PathBuf>> {
    let root = root().canonicalize().ok()?;
    let list = fs::read_to_string(binary.with_extension("d")).ok()?;
    let (_, files) = list.split_once(": ")?;
    let files = files.replace("\\ ", "\0"); // a blank in a name
    let files = files.split_whitespace().map(|file| PathBuf::from(file.replace('\0', " ")));
    let ours = ["src", "proto", "build.rs"].map(|name| root.join(name));
    // What the helpers are generated into. Nothing else that is built is anybody's to take in: another one's program, say.
    let made = target().join("debug/build").canonicalize().ok()?;
    let is_theirs = |file: &PathBuf| match file.canonicalize() {
        Ok(file) => !ours.iter().chain([&made]).any(|folder| file.starts_with(folder)),
        Err(_) => true, // whatever it is
    };
    Some(files.filter(is_theirs).collect())
}

/// A file that is there and not the student's, though a program of theirs was built from it: one of `solutions/`, say. From
/// the root of the course, if it is in there.
fn taken_in(file: &Path) -> Option<PathBuf> {
    let (root, file) = (root().canonicalize().ok()?, file.canonicalize().ok()?);
    let theirs = root.join(Package::Exercises.folder()).canonicalize().ok()?;
    let is_theirs = file.starts_with(theirs);
    (!is_theirs).then(|| file.strip_prefix(&root).unwrap_or(&file).to_path_buf())
}

//! A copy of the course, for tests that need other exercises than those that lie here.

use std::collections::hash_map::DefaultHasher;
use std::fs::{self, File};
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::fs::{FlockOperation, flock};

use crate::run::{Ended, checker, run};
use crate::{built, kept, root};

/// A copy of the course in which all exercises are solved. It belongs to one test at a time, and is kept, with what is
/// built from it: the next time, only what has changed is copied and built again.
pub struct Copy {
    root: PathBuf,
    target: PathBuf,
    _turn: Option<File>, // locked, until it is closed
}

impl Copy {
    /// Waits for the copy, and brings it up to date.
    ///
    /// # Panics
    /// When a file cannot be copied.
    pub fn of_the_course() -> Copy {
        Copy::kept_as("copy")
    }

    /// A copy of its own, with a folder of its own that cargo builds in: what is changed in it is built again each time, and
    /// then it is best when the other copy's is not.
    ///
    /// # Panics
    /// As above.
    pub fn kept_as(name: &str) -> Copy {
        let folder = kept(name);
        fs::create_dir_all(&folder).expect("a folder is made");
        let turn = File::create(folder.join("turn")).expect("a file is made");
        flock(&turn, FlockOperation::LockExclusive).expect("the file is locked");
        let (root, target) = (folder.join("course"), folder.join("target"));
        built::begin(&target);
        let copy = Copy { root, target, _turn: Some(turn) };
        copy.bring_up_to_date();
        copy
    }

    /// Another copy, which shares the folder that cargo builds in.
    pub fn another(&self) -> Copy {
        let root = self.root.with_file_name("another");
        let copy = Copy { root, target: self.target.clone(), _turn: None };
        copy.bring_up_to_date();
        copy
    }

    fn bring_up_to_date(&self) {
        let is_kept_out = |name: &str| ["target", ".git", "exercises"].contains(&name);
        copy_folder(root(), &self.root, &is_kept_out);
        let manifest = "Cargo.toml"; // what the last test has put into the student's folder must not stay
        let exercises = self.root.join("exercises");
        let _ = fs::remove_file(exercises.join(manifest));
        copy_folder(&root().join("solutions"), &exercises, &|name| name == manifest);
        let _ = fs::remove_file(self.standing());
    }

    /// The root folder of the copy.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where the student's folder is.
    pub fn exercises(&self) -> PathBuf {
        self.root.join("exercises")
    }

    /// Where an exercise is.
    pub fn exercise(&self, program: &str) -> PathBuf {
        self.root.join("exercises/src/bin").join(format!("{program}.rs"))
    }

    /// Replaces a text in an exercise.
    ///
    /// # Panics
    /// When it does not have the text.
    pub fn edit(&self, program: &str, from: &str, to: &str) {
        let path = self.exercise(program);
        let source = fs::read_to_string(&path).expect("the program is read");
        assert!(source.contains(from), "{program} has no {from:?}");
        fs::write(&path, source.replace(from, to)).expect("the program is written");
    }

    /// Replaces a text in a helper of the copy, until the next copy is made.
    ///
    /// # Panics
    /// When it does not have the text.
    pub fn edit_helper(&self, file: &str, from: &str, to: &str) {
        let path = self.root.join("src").join(file);
        let source = fs::read_to_string(&path).expect("the helper is read");
        assert!(source.contains(from), "{file} has no {from:?}");
        fs::write(&path, source.replace(from, to)).expect("the helper is written");
    }

    /// Where the checker keeps what it found.
    pub fn standing(&self) -> PathBuf {
        // Beside those of other clones that build in the same folder.
        let mut hasher = DefaultHasher::new();
        self.root.hash(&mut hasher);
        self.target().join(format!("chatlings/{:x}/standing.json", hasher.finish()))
    }

    /// The file by which checkers of the copy take turns.
    pub fn turn(&self) -> PathBuf {
        self.target().join("chatlings/turn")
    }

    /// The folder that cargo builds in.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Runs cargo in the copy.
    pub fn cargo(&self, arguments: &[&str]) -> Ended {
        self.cargo_with(&[], arguments)
    }

    /// Runs cargo in the copy, with these variables in its environment.
    pub fn cargo_with(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Ended {
        let mut command = Command::new(env!("CARGO"));
        command
            .env_remove("CARGO_MANIFEST_DIR")
            .env_remove("STARTERS")
            .env_remove("RUST_BACKTRACE")
            .envs(variables.iter().copied());
        self.run(command.args(arguments))
    }

    /// Runs the checker on the copy.
    pub fn step(&self, arguments: &[&str]) -> Ended {
        self.run(self.checker().args(arguments))
    }

    /// Runs the checker on the copy from another folder, after a command for a shell.
    pub fn step_in(&self, folder: &Path, before: &str, arguments: &[&str]) -> Ended {
        let checker = self.checker();
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("{before}\nexec \"$0\" \"$@\"")]);
        shell.arg(checker.get_program()).args(arguments);
        for (name, value) in checker.get_envs() {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        run(self.prepare(&mut shell).current_dir(folder))
    }

    /// The checker on the copy, to be run in a way of its own.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.checker();
        self.prepare(command.args(arguments));
        command
    }

    /// Starts the checker on the copy.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn start_step(&self, arguments: &[&str]) -> Child {
        let mut command = self.checker();
        command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
        self.prepare(&mut command).spawn().expect("it starts")
    }

    /// Runs the checker on the copy, with a cargo that does something else besides: a script for a shell, in which
    /// `"$CARGO" "$@"` is the real one.
    ///
    /// # Panics
    /// When the script cannot be written.
    pub fn step_with_cargo(&self, script: &str, arguments: &[&str]) -> Ended {
        let cargo = self.root.with_file_name("cargo");
        let script = format!("#!/bin/sh\nCARGO={:?}\n{script}\n", env!("CARGO"));
        // By a shell: while this process has a file open to write, none that it starts meanwhile can run it.
        let mut shell = Command::new("sh");
        shell.args(["-c", "printf %s \"$1\" >\"$0\" && chmod +x \"$0\""]).arg(&cargo).arg(script);
        run(&mut shell).with(0);
        self.run(self.checker().env("CARGO", cargo).args(arguments))
    }

    fn checker(&self) -> Command {
        let mut command = checker();
        // By this the checker knows where the course is.
        command.env("CARGO_MANIFEST_DIR", self.root.join("checker"));
        command
    }

    fn run(&self, command: &mut Command) -> Ended {
        run(self.prepare(command))
    }

    fn prepare<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.current_dir(&self.root).env("CARGO_TARGET_DIR", self.target())
    }
}

/// Makes one folder like the other. A file that is the same keeps its time.
///
/// # Panics
/// When a file cannot be copied.
pub fn mirror(from: &Path, to: &Path) {
    copy_folder(from, to, &|_| false);
}

/// Makes one folder like the other, but for the names that are kept out of the copy.
fn copy_folder(from: &Path, to: &Path, is_kept_out: &dyn Fn(&str) -> bool) {
    fs::create_dir_all(to).expect("a folder is made");
    let is_kept_out =
        |path: &Path| path.file_name().is_some_and(|name| is_kept_out(&name.to_string_lossy()));
    for entry in fs::read_dir(to).expect("a folder is read") {
        let old = entry.expect("an entry").path();
        match from.join(old.file_name().expect("a name")) {
            source if source.exists() => {}
            _ if is_kept_out(&old) => {}
            _ if old.is_dir() => fs::remove_dir_all(old).expect("a folder is removed"),
            _ => fs::remove_file(old).expect("a file is removed"),
        }
    }
    for entry in fs::read_dir(from).expect("a folder is read") {
        let source = entry.expect("an entry").path();
        let target = to.join(source.file_name().expect("a name"));
        match source.is_dir() {
            _ if is_kept_out(&source) => {}
            true => copy_folder(&source, &target, &|_| false),
            false => copy_file(&source, &target),
        }
    }
}

/// Copies a file that has changed. One that has not keeps its time, by which cargo sees that it is the same.
fn copy_file(from: &Path, to: &Path) {
    let content = fs::read(from).expect("a file is read");
    // What a test that failed has left.
    if to.is_symlink() {
        fs::remove_file(to).expect("a link is removed");
    } else if to.is_dir() {
        fs::remove_dir_all(to).expect("a folder is removed");
    }
    if fs::read(to).is_ok_and(|old| old == content) {
        return;
    }
    fs::create_dir_all(to.parent().expect("a folder")).expect("a folder is made");
    fs::write(to, content).expect("a file is written");
}

//! Where the programs of the course are: folders, files and the names of binaries.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};

use crate::course::scenes::ROWS;
use crate::course::step::Step;

/// The package that a program is built from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Package {
    /// The student's programs.
    Exercises,
    /// The reference solutions.
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

    /// Its manifest, from the root of the course. That of the student's programs is not in their folder, but ours.
    pub fn manifest(self) -> PathBuf {
        match self {
            Package::Exercises => PathBuf::from("checker/exercises/Cargo.toml"),
            Package::Solutions | Package::Plain => Path::new(self.folder()).join("Cargo.toml"),
        }
    }

    /// The source file of a program, from the root of the course.
    pub fn source(self, program: &str) -> PathBuf {
        Path::new(self.folder()).join("src/bin").join(format!("{program}.rs"))
    }
}

/// The file that a program is handed out as, from the root of the course: the student's is compared with it, and comes
/// back from it.
pub fn starter(program: &str) -> PathBuf {
    Path::new("starters").join(format!("{program}.rs"))
}

/// Whether the reference solution of a program is here. In a students' edition of the course it may not be.
pub fn has_solution(program: &str) -> bool {
    root().join(Package::Solutions.source(program)).is_file()
}

/// Whether the reference solutions of a step are here, all of them, so that its scenes can be played with them.
pub fn has_solutions(step: &Step) -> bool {
    step.programs.iter().all(|program| has_solution(program))
}

/// The file with the transcripts of a step's scenes, as its reference solutions have played them, from the root of the
/// course. They are shown where the reference solutions are not here.
pub fn transcripts(step: &Step) -> PathBuf {
    Path::new("tests/snapshots").join(format!("{}.snap", step.id))
}

/// The root folder of the course.
pub fn root() -> PathBuf {
    // Under cargo the variable names the package's folder as it is now; without, as it was when built.
    let package = env::var("CARGO_MANIFEST_DIR").unwrap_or(env!("CARGO_MANIFEST_DIR").to_string());
    let package = Path::new(&package);
    let root = package.ancestors().find(|folder| folder.join("proto/chat.proto").exists());
    root.unwrap_or(package).to_path_buf()
}

/// The folder that cargo builds in. Several clones of the course may share it.
pub fn target() -> PathBuf {
    let variables = ["CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR"].map(env::var_os);
    if let Some(folder) = variables.into_iter().flatten().next() {
        return root().join(folder);
    }
    // A file of cargo's configuration may name another one: the one that this program lies in. Cargo tags it.
    let program = env::current_exe().unwrap_or_default();
    let tagged = program.ancestors().find(|folder| folder.join("CACHEDIR.TAG").exists());
    tagged.map_or(root().join("target"), Path::to_path_buf)
}

/// What a stranger's command need not see of the course: whatever is built, and the reference solutions.
pub fn hidden() -> [PathBuf; 2] {
    [target(), root().join(Package::Solutions.folder())]
}

/// Where this clone of the course keeps something of its own between two checks.
pub fn kept(name: &str) -> PathBuf {
    let (root, target) = (root(), target());
    let folder = target.join("chatlings");
    if target.starts_with(&root) {
        return folder.join(name);
    }
    let mut hasher = DefaultHasher::new();
    root.hash(&mut hasher);
    folder.join(format!("{:x}", hasher.finish())).join(name)
}

/// What is in a file that somebody has handed in. Nothing, if it is not a file: a link to `/dev/zero` or a pipe would be
/// read forever.
pub fn content(path: &Path) -> Option<Vec<u8>> {
    let is_file = fs::metadata(path).is_ok_and(|data| data.is_file());
    is_file.then(|| fs::read(path).ok()).flatten()
}

/// All that lies in a folder and in those in it. What is built there is left out, and a link to a folder is not followed.
/// `is_left_out`: files and folders of this name are, too.
pub fn files_in(folder: &Path, is_left_out: impl Fn(&str) -> bool) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            let is_built = is_folder && entry.file_name() == "target";
            if is_built || is_left_out(&entry.file_name().to_string_lossy()) {
                continue;
            }
            if is_folder { &mut folders } else { &mut files }.push(entry.path());
        }
    }
    files
}

/// Whether a file or a folder has such a name as an editor gives to what it leaves beside a file.
pub fn is_hidden(name: &str) -> bool {
    name.starts_with('.')
}

/// The Rust files in a folder and in those in it, each with what is in it.
pub fn sources_in(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let is_source = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "rs");
    let sources = files_in(folder, is_hidden).into_iter().filter(is_source);
    sources.filter_map(|path| content(&path).map(|content| (path, content))).collect()
}

/// The sources of a package, as they are now.
pub struct Contents {
    package: Package,
    sources: BTreeMap<PathBuf, Vec<u8>>, // by path, from the root of the course
}

impl Contents {
    /// Reads all of them.
    pub fn of(package: Package) -> Contents {
        let root = root();
        let named = |(path, content): (PathBuf, Vec<u8>)| {
            (path.strip_prefix(&root).map(Path::to_path_buf).unwrap_or(path), content)
        };
        let sources = sources_in(&root.join(package.folder())).into_iter().map(named);
        Contents { package, sources: sources.collect() }
    }

    /// What these programs are made of: their main files, and all that is not the main file of another one. Another text
    /// when any of it has changed.
    pub fn fingerprint(&self, programs: &[&str]) -> String {
        let others = ROWS.iter().flat_map(|row| row.programs);
        let others = others.filter(|program| !programs.contains(program));
        let others: BTreeSet<PathBuf> = others.map(|other| self.package.source(other)).collect();
        let mut hasher = DefaultHasher::new();
        for (path, content) in self.sources.iter().filter(|(path, _)| !others.contains(*path)) {
            path.hash(&mut hasher);
            content.hash(&mut hasher);
        }
        format!("{:x}", hasher.finish())
    }
}

//! Where the programs of the course are: folders, files and the names of binaries.

use std::collections::hash_map::DefaultHasher;
use std::env;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};

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

    /// The source file of a program, from the root of the course.
    pub fn source(self, program: &str) -> PathBuf {
        Path::new(self.folder()).join("src/bin").join(format!("{program}.rs"))
    }
}

/// The root folder of the course.
pub fn root() -> PathBuf {
    // Under cargo the variable names the package's folder as it is now; without, as it was when built.
    let package = env::var("CARGO_MANIFEST_DIR").unwrap_or(env!("CARGO_MANIFEST_DIR").to_string());
    let package = Path::new(&package);
    let root = package.ancestors().find(|folder| folder.join("proto/chat.proto").exists());
    root.unwrap_or(package).to_path_buf()
}

/// The folder that cargo builds in.
pub fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or(root().join("target"), PathBuf::from)
}

/// What these programs of a package are made of now; another text when one of them has changed.
pub fn fingerprint(package: Package, programs: &[&str]) -> String {
    let mut hasher = DefaultHasher::new();
    for program in programs {
        // A file that is missing counts as an empty one.
        fs::read(root().join(package.source(program))).unwrap_or_default().hash(&mut hasher);
    }
    format!("{:x}", hasher.finish())
}

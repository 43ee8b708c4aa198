//! The manifest of the student's programs, which is ours and not theirs: see `checker/exercises/Cargo.toml`.

use std::fs;
use std::io::{self, Write};

use anyhow::{Context, Result};
use tempfile::NamedTempFile;

use crate::course::layout::{Package, root};

/// What the programs may share, from the root of the course: a library, if the student has added one.
pub(super) const LIBRARY: &str = "exercises/src/lib.rs";

/// What the manifest says of it. Cargo wants every library that is named there to exist.
const SECTION: &str = "\n[lib]\npath = \"../../exercises/src/lib.rs\"\ndoctest = false\n";

/// Makes the manifest name the student's library if there is one, and none if there is none.
///
/// # Errors
/// When the manifest cannot be read, or has to be written and cannot.
pub(super) fn name_library() -> Result<()> {
    let path = root().join(Package::Exercises.manifest());
    let update = || {
        let text = fs::read_to_string(&path)?;
        let without = text.replace(SECTION, "");
        let wanted = match root().join(LIBRARY).exists() {
            true => without + SECTION,
            false => without,
        };
        if wanted == text {
            return Ok(());
        }
        // Whole, or not at all: without it, cargo would not even start.
        let folder = path.parent().unwrap_or(&path);
        let mut file = NamedTempFile::new_in(folder)?;
        file.write_all(wanted.as_bytes())?;
        file.persist(&path)?;
        Ok::<_, io::Error>(())
    };
    update().with_context(|| format!("cannot bring {} up to date", path.display()))
}

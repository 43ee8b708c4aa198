//! The manifest of the student's programs, which is ours and not theirs: see `checker/exercises/Cargo.toml`.

use std::fs;

use anyhow::{Context, Result};

use crate::course::layout::{Package, root};
use crate::sandbox::whole;

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
        whole::write(&path, wanted.as_bytes()) // without it, cargo would not even start
    };
    update().with_context(|| format!("cannot bring {} up to date", path.display()))
}

//! Wrong programs, as they are played: those of `tests/mistakes`, all of which are one binary.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::{fs, io};

use crate::kept;
use crate::play::{self, Cast, Launch, Package, Role, Step, build_binary};

/// The binary. It is the program by whose name it is started.
static BINARY: LazyLock<Result<PathBuf, String>> =
    LazyLock::new(|| build_binary("mistakes", "mistakes").map_err(|error| format!("{error:#}")));

/// The step's programs: in place of `program` the mistake of this name, and the reference solutions beside it.
///
/// # Errors
/// When cargo cannot be run, or the mistakes do not compile.
pub fn cast_with(
    step: &'static Step,
    program: &'static str,
    mistake: &str,
) -> Result<Cast, String> {
    let link = kept("mistakes").join(mistake);
    link_to(BINARY.as_ref()?, &link).map_err(|error| format!("{}: {error}", link.display()))?;
    let mut cast = play::cast(Package::Solutions, step)?.clone();
    cast.roles.insert(Role::of(program), Launch::Built(program, link));
    Ok(cast)
}

fn link_to(binary: &Path, link: &Path) -> io::Result<()> {
    if fs::read_link(link).is_ok_and(|target| target == binary) {
        return Ok(());
    }
    fs::create_dir_all(link.parent().unwrap_or(link))?;
    let _ = fs::remove_file(link); // it may lead elsewhere
    symlink(binary, link)
}

//! What is put between programs and the machine before anything of theirs runs.

use std::path::PathBuf;
use std::process::Command;

use crate::desk::refusal::Refusal;
use crate::judge::cast::Commands;
use crate::sandbox::protection::{Degree, Protection, Sandbox};
use crate::stage::launch::Launch;

/// Confines the programs of this run in this way, and says what comes of it. `commands`: those in other languages that
/// will be started. `hidden`: folders that no program need see.
///
/// # Errors
/// When programs cannot be confined as it is required.
pub(super) fn protect<'a>(
    sandbox: Sandbox,
    commands: impl Iterator<Item = &'a Commands>,
    hidden: &[PathBuf],
) -> Result<Protection, Refusal> {
    let commands = commands.flat_map(|commands| &commands.words).filter_map(|(_, words)| {
        let (command, _) = Launch::Command(words.clone()).command(None, &[]).ok()?;
        Some(command)
    });
    let commands: Vec<Command> = commands.collect();
    let protection = Protection::set_up(sandbox, &commands, hidden);
    if sandbox == Sandbox::Require && protection.degree == Degree::None {
        let advice = "use --sandbox auto, in a container";
        return Err(Refusal(format!("files cannot be protected here: {protection}; {advice}")));
    }
    Ok(protection)
}

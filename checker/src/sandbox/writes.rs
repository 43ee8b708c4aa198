//! Where a program may write, and whom it may signal: Landlock, which a process can only make narrower for itself
//! (<https://docs.kernel.org/userspace-api/landlock.html>). Reading stays open.

use std::path::Path;

/// Shuts this process, and all that it will start, out of every file but those in `folder`, its terminal and a few
/// devices; and it can signal, trace or look into nobody outside any more. Returns the version of Landlock that does it; nothing where
/// the system has none.
#[cfg(target_os = "linux")]
pub(super) fn confine_writes(folder: &Path, terminal: Option<&Path>) -> Option<i32> {
    use landlock::{
        ABI, AccessFs, LandlockStatus, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetError,
        RulesetStatus, Scope, path_beneath_rules,
    };

    /// The newest version that is made use of. An older system does what it can.
    const VERSION: ABI = ABI::V6;
    /// What programs write to that keeps nothing. `/dev/tty` is the terminal of the program's own session, and shared
    /// memory is what semaphores of other languages are made of.
    const DEVICES: [&str; 5] = ["/dev/null", "/dev/zero", "/dev/full", "/dev/tty", "/dev/shm"];

    let all = AccessFs::from_write(VERSION);
    let devices = DEVICES.into_iter().map(Path::new).chain(terminal);
    let confine = || -> Result<_, RulesetError> {
        let ruleset = Ruleset::default()
            .handle_access(all)?
            .scope(Scope::Signal)?
            .scope(Scope::AbstractUnixSocket)?
            .create()?
            .add_rules(path_beneath_rules([folder], all))?
            .add_rules(path_beneath_rules(devices, all))?;
        ruleset.restrict_self()
    };
    let status = confine().ok().filter(|status| status.ruleset != RulesetStatus::NotEnforced)?;
    match status.landlock {
        LandlockStatus::Available { effective_abi, kernel_abi } => {
            Some(kernel_abi.unwrap_or(effective_abi as i32))
        }
        _ => None,
    }
}

#[cfg(not(target_os = "linux"))]
pub(super) fn confine_writes(_folder: &Path, _terminal: Option<&Path>) -> Option<i32> {
    None
}

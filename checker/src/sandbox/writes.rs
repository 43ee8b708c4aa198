//! Where a program may write, and whom it may signal: Landlock, which a process can only make narrower for itself
//! (<https://docs.kernel.org/userspace-api/landlock.html>). Reading stays open, but for terminals of others.

use std::path::Path;

/// Shuts this process, and all that it will start, out of every file but those in `folder`, its terminal and a few
/// devices. If it sees all files of the machine, it reads what is typed into no other terminal, either. And it can
/// signal, trace or look into nobody outside any more. Returns the version of Landlock that does it; nothing where the
/// system has none.
#[cfg(target_os = "linux")]
pub(super) fn confine_writes(
    folder: &Path,
    terminal: Option<&Path>,
    sees_all: bool,
) -> Option<i32> {
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
    let read = AccessFs::ReadFile;
    let devices = DEVICES.into_iter().map(Path::new).chain(terminal);
    let mut readable = if sees_all { all_but_terminals() } else { Vec::new() };
    readable.extend(terminal.filter(|_| sees_all).map(Path::to_path_buf));
    let confine = || -> Result<_, RulesetError> {
        let ruleset = Ruleset::default()
            .handle_access(if sees_all { all | read } else { all })?
            .scope(Scope::Signal)?
            .scope(Scope::AbstractUnixSocket)?
            .create()?
            .add_rules(path_beneath_rules([folder], all))?
            .add_rules(path_beneath_rules(devices, all))?
            .add_rules(path_beneath_rules(readable, read))?;
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
pub(super) fn confine_writes(
    _folder: &Path,
    _terminal: Option<&Path>,
    _sees_all: bool,
) -> Option<i32> {
    None
}

/// All that lies in the root of all files; of devices, those that are no terminals.
#[cfg(target_os = "linux")]
fn all_but_terminals() -> Vec<std::path::PathBuf> {
    let within = |folder: &str| {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).collect::<Vec<_>>()
    };
    let is_terminal = |path: &Path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        ["pts", "ptmx", "console", "vcs"].iter().any(|it| name.starts_with(it))
            || (name.starts_with("tty") && name != "tty")
    };
    // Links may lead to what is open, of which there are no rules.
    let all = within("/").into_iter().chain(within("/dev"));
    let all = all.filter(|path| path != Path::new("/dev") && !path.is_symlink());
    all.filter(|path| !(path.starts_with("/dev") && is_terminal(path))).collect()
}

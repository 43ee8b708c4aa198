//! What a process does to itself before it becomes a stranger's program. Nothing of it can be taken back: it holds for
//! the program and for all that it will start.

use std::ffi::OsString;
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::{fs, io};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde::{Deserialize, Serialize};

use crate::sandbox::calls::refuse_calls;
use crate::sandbox::limits::Limits;
use crate::sandbox::view::View;
use crate::sandbox::writes::confine_writes;
use crate::sandbox::{mounts, namespaces, nobody};

/// How a program is held.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Bounds {
    /// The checker: when it is gone, so is the program.
    checker: i32,
    /// How much there is of each of [`RESOURCES`].
    limits: Vec<u64>,
    /// The only folder of this machine that it may write to.
    folder: PathBuf,
    /// What it sees, if it has namespaces of its own.
    view: Option<View>,
    /// Whether it is run by another user than the checker, which is root then: see [`crate::sandbox::nobody`].
    is_nobodys: bool,
}

/// Whether programs are to be left as they are.
static IS_OFF: AtomicBool = AtomicBool::new(false);

/// Whether programs that are started from now on are confined.
pub(super) fn turn(on: bool) {
    IS_OFF.store(!on, Ordering::SeqCst);
}

impl Bounds {
    /// Those of a program that this process starts by this command; none if programs are to be left as they are.
    pub(super) fn new(limits: &Limits, folder: &Path, command: &Command) -> Option<Bounds> {
        if IS_OFF.load(Ordering::SeqCst) {
            return None;
        }
        let limits = limits_of(limits).into_iter().map(|(_, most)| most).collect();
        let checker = std::process::id() as i32;
        let view = namespaces::are_made().then(|| View::of(command));
        let is_nobodys = nobody::runs_programs();
        Some(Bounds { checker, limits, folder: folder.to_path_buf(), view, is_nobodys })
    }

    /// Those of a compiler that builds the course in this folder, into that one. What it may take is looked after
    /// elsewhere.
    pub(super) fn of_build(course: &Path, target: &Path) -> Bounds {
        Bounds {
            checker: std::process::id() as i32,
            limits: vec![0], // no core dumps
            folder: target.to_path_buf(),
            view: Some(View::of_build(course)),
            is_nobodys: false,
        }
    }

    /// Whether the process that takes them is the first with pids of their own (init).
    pub(super) fn are_of_init(&self) -> bool {
        self.view.is_some()
    }

    /// Confines this process. It is started for that, has one thread, and leads no group yet. If it is on a terminal,
    /// that becomes the one of its session, so that `/dev/tty` is this one, and Ctrl-C typed into it does what it does
    /// for a user.
    ///
    /// # Errors
    /// When it cannot get a session of its own, sees more than it should, or keeps the privileges that it has.
    pub(super) fn take(&self, is_on_terminal: bool) -> io::Result<()> {
        // Without the terminal of whoever checks it, it can neither read what is typed there nor type into it
        // (TIOCSTI). And a session has groups of its own, so that it cannot join that of the checker.
        rustix::process::setsid()?;
        if let Some(view) = &self.view {
            namespaces::own_mounts()?;
            mounts::enter(view, &self.folder, own_terminal().as_deref())?;
        }
        if self.is_nobodys {
            nobody::become_nobody(&self.folder)?;
        }
        if self.view.is_none() {
            self.die_with_checker()?; // otherwise init sees to that
        }
        for (resource, most) in RESOURCES.into_iter().zip(&self.limits) {
            let allowed = allowed(resource, *most);
            let _ = setrlimit(resource, allowed); // a system may want others: then it keeps its own
        }
        give_up_privileges(self.is_nobodys)?;
        if is_on_terminal {
            rustix::process::ioctl_tiocsctty(io::stdin().as_fd())?;
        }
        // Whether these hold was tried before.
        let _ = confine_writes(&self.folder, own_terminal().as_deref(), self.view.is_none());
        let _ = refuse_calls();
        Ok(())
    }

    /// A checker that is killed cannot end its programs any more. Then the system does.
    #[cfg(target_os = "linux")]
    fn die_with_checker(&self) -> rustix::io::Result<()> {
        use rustix::process::{Pid, Signal, getppid, set_parent_process_death_signal};
        set_parent_process_death_signal(Some(Signal::KILL))?;
        // It may have been killed just before.
        if getppid() != Pid::from_raw(self.checker) {
            return Err(rustix::io::Errno::SRCH);
        }
        Ok(())
    }

    #[cfg(not(target_os = "linux"))]
    fn die_with_checker(&self) -> rustix::io::Result<()> {
        let _ = self.checker;
        Ok(())
    }
}

/// The terminal that is the stdin of this process, if it is one.
fn own_terminal() -> Option<PathBuf> {
    let name = rustix::termios::ttyname(io::stdin().as_fd(), Vec::new()).ok()?;
    Some(PathBuf::from(OsString::from_vec(name.into_bytes())))
}

/// What the system limits, for each process.
const RESOURCES: [Resource; 4] =
    [Resource::Core, Resource::Fsize, Resource::Nofile, Resource::Data];

/// The same, with how much there is of it.
pub(super) fn limits_of(limits: &Limits) -> [(Resource, u64); 4] {
    // Of memory, what was asked for, used or not; much of it often is not. What is used is looked at.
    let most = [0, limits.disk, limits.files, limits.memory * 4];
    std::array::from_fn(|index| (RESOURCES[index], most[index]))
}

/// A limit for good. It is never higher than that of this process.
pub(super) fn allowed(resource: Resource, most: u64) -> Rlimit {
    let allowed = getrlimit(resource).maximum.unwrap_or(u64::MAX).min(most);
    Rlimit { current: Some(allowed), maximum: Some(allowed) }
}

/// No program that is started from now on has more rights than this user (setuid, file capabilities). If the user is
/// root, or was, what makes root more than an owner of files goes too: the right to look into other processes, above
/// all.
#[cfg(target_os = "linux")]
fn give_up_privileges(is_nobody: bool) -> rustix::io::Result<()> {
    use rustix::thread::{
        CapabilitySet, capabilities, clear_ambient_capability_set,
        configure_capability_in_ambient_set, set_capabilities, set_no_new_privs,
    };
    set_no_new_privs(true)?;
    let _ = clear_ambient_capability_set(); // a system without it has none
    let had = capabilities(None)?;
    if had.permitted.is_empty() {
        return Ok(());
    }
    // A folder of submissions may be another user's; and a port below 1024 is a port.
    let kept = CapabilitySet::DAC_OVERRIDE
        | CapabilitySet::DAC_READ_SEARCH
        | CapabilitySet::NET_BIND_SERVICE;
    // With no new privileges, what is not permitted now does not come back when a program is started.
    let mut sets = had;
    sets.permitted &= kept;
    sets.effective = sets.permitted;
    sets.inheritable = CapabilitySet::empty();
    if !is_nobody {
        return set_capabilities(None, sets);
    }
    // A user who is not root loses all of it when the program is started, but for what is handed on like this. To read
    // is what the program's own files may take, which lie anywhere; to write is not.
    sets.inheritable = sets.permitted & CapabilitySet::DAC_READ_SEARCH;
    set_capabilities(None, sets)?;
    match sets.inheritable.is_empty() {
        true => Ok(()),
        false => configure_capability_in_ambient_set(CapabilitySet::DAC_READ_SEARCH, true),
    }
}

#[cfg(not(target_os = "linux"))]
fn give_up_privileges(_is_nobody: bool) -> rustix::io::Result<()> {
    Ok(())
}

/// Whether this process has these rights of root's.
#[cfg(target_os = "linux")]
pub(super) fn may(rights: rustix::thread::CapabilitySet) -> bool {
    rustix::thread::capabilities(None).is_ok_and(|sets| sets.effective.contains(rights))
}

/// Closes what the checker itself was given open by whoever has started it, other than its input and output.
pub(super) fn close_inherited() {
    let open = fs::read_dir("/dev/fd").into_iter().flatten().flatten();
    let numbers = open.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    let numbers: Vec<i32> = numbers.filter(|number| *number > 2).collect();
    for number in numbers {
        let _ = nix::unistd::close(number); // the folder itself was one of them, and is closed
    }
}

/// Nobody but root can look into this process from now on, change its memory, or follow what it does.
#[cfg(target_os = "linux")]
pub(super) fn close_to_others() {
    use rustix::process::{DumpableBehavior, set_dumpable_behavior};
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable); // a system without it has no /proc/PID/mem
}

#[cfg(not(target_os = "linux"))]
pub(super) fn close_to_others() {}

/// Does something for which this process must be one that its user can look into, since its files in `/proc` are
/// root's otherwise. Nothing of a stranger may run yet.
pub(super) fn while_open_to_this_user<T>(act: impl FnOnce() -> T) -> T {
    #[cfg(target_os = "linux")]
    use rustix::process::{DumpableBehavior, dumpable_behavior, set_dumpable_behavior};
    #[cfg(target_os = "linux")]
    let before = dumpable_behavior();
    #[cfg(target_os = "linux")]
    let _ = set_dumpable_behavior(DumpableBehavior::Dumpable);
    let done = act();
    #[cfg(target_os = "linux")]
    if let Ok(before) = before {
        let _ = set_dumpable_behavior(before);
    }
    done
}

//! Where programs cannot have namespaces and the checker is root, as in many containers, another user runs them:
//! nobody. Whatever is not for everybody to write, they cannot; nor can they signal the checker. They still read what
//! root can, since their own files may lie in a folder that is closed to others. Where root cannot hand that right on,
//! such files are looked for first.

use std::sync::atomic::{AtomicBool, Ordering};
#[cfg(not(target_os = "linux"))]
use std::{io, path::Path};

/// Whether it is nobody who runs programs.
static RUNS_PROGRAMS: AtomicBool = AtomicBool::new(false);

/// Whether programs that are started from now on are nobody's.
pub(super) fn runs_programs() -> bool {
    RUNS_PROGRAMS.load(Ordering::Relaxed)
}

/// Whether nobody runs programs from now on.
pub(super) fn let_run(programs: bool) {
    RUNS_PROGRAMS.store(programs, Ordering::Relaxed);
}

/// Whether nobody, as root lets it run, can read whatever root can.
#[cfg(target_os = "linux")]
pub(super) fn reads_all() -> bool {
    use rustix::thread::{CapabilitySet, capabilities};
    capabilities(None).is_ok_and(|sets| sets.permitted.contains(CapabilitySet::DAC_READ_SEARCH))
}

#[cfg(not(target_os = "linux"))]
pub(super) fn reads_all() -> bool {
    false
}

#[cfg(target_os = "linux")]
pub(super) use system::become_nobody;

/// Makes this process nobody's.
#[cfg(not(target_os = "linux"))]
pub(super) fn become_nobody(_folder: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Does something as nobody, if nobody runs programs: it is not root who may look into a process without more ado, but
/// its own user.
pub(super) fn looks<T>(look: impl FnOnce() -> T) -> T {
    if !runs_programs() {
        return look();
    }
    #[cfg(target_os = "linux")]
    let _nobody = system::Nobody::now();
    look()
}

#[cfg(target_os = "linux")]
mod system {
    use std::fs::{Permissions, set_permissions};
    use std::io;
    use std::os::fd::AsFd;
    use std::os::unix::fs::{PermissionsExt, chown};
    use std::path::Path;

    use rustix::fs::{Gid, Uid, fchown};
    use rustix::thread::{
        capabilities, set_capabilities, set_keep_capabilities, set_thread_groups,
        set_thread_res_gid, set_thread_res_uid,
    };

    /// The number of this user, and of its group, on all systems that have one.
    const NOBODY: u32 = 65534;

    /// Makes this process, which is root's, nobody's; and with it its folder, and what it reads and writes.
    ///
    /// # Errors
    /// When this process may not become another user's.
    pub(in crate::sandbox) fn become_nobody(folder: &Path) -> io::Result<()> {
        let (user, group) = (Uid::from_raw(NOBODY), Gid::from_raw(NOBODY));
        chown(folder, Some(NOBODY), Some(NOBODY))?;
        // On the way there, nobody may pass, but nothing more.
        set_permissions(folder.parent().unwrap_or(folder), Permissions::from_mode(0o711))?;
        let (stdin, stdout, stderr) = (io::stdin(), io::stdout(), io::stderr());
        for file in [stdin.as_fd(), stdout.as_fd(), stderr.as_fd()] {
            let _ = fchown(file, Some(user), Some(group)); // what is open stays open in any case
        }
        set_keep_capabilities(true)?;
        set_thread_groups(&[])?;
        set_thread_res_gid(group, group, group)?;
        Ok(set_thread_res_uid(user, user, user)?)
    }

    /// While there is one, this thread is nobody's to the files of the system.
    pub(super) struct Nobody {
        user: nix::unistd::Uid,
        group: nix::unistd::Gid,
    }

    impl Nobody {
        pub(super) fn now() -> Nobody {
            let group = nix::unistd::setfsgid(NOBODY.into());
            let user = nix::unistd::setfsuid(NOBODY.into());
            // That took the rights to files. But a program may have one of them, and only who has as many looks into
            // it.
            if let Ok(mut sets) = capabilities(None) {
                sets.effective = sets.permitted;
                let _ = set_capabilities(None, sets); // else the system tells less
            }
            Nobody { user, group }
        }
    }

    impl Drop for Nobody {
        fn drop(&mut self) {
            nix::unistd::setfsuid(self.user);
            nix::unistd::setfsgid(self.group);
        }
    }
}

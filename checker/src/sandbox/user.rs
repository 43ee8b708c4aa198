//! The right to make namespaces. Root has it. Any other user gets it in a user namespace
//! (<https://man7.org/linux/man-pages/man7/user_namespaces.7.html>), which the checker enters as a whole, before it has
//! a second thread. In there, this user is the same as before, and the files of all others are nobody's.
//!
//! It cannot be left again, and some systems let it be entered but give no right in it (Ubuntu's AppArmor). So a
//! helper, which is the checker's own binary once more, tries all of it first.

use std::fs;
use std::io::{self, Error, ErrorKind, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rustix::process::{getegid, geteuid, getpid};

use crate::sandbox::{confine, namespaces};

/// The first argument that makes the checker's own binary the helper. The number of the checker follows.
pub(super) const WORD: &str = "--try-a-user-namespace";

/// Gets the right to make namespaces, if it is to be had. Returns why it is not.
pub(super) fn get_right(launcher: &Path) -> io::Result<()> {
    if has_right() {
        return Ok(());
    }
    if cfg!(not(target_os = "linux")) {
        return Err(Error::new(ErrorKind::Unsupported, "this system has none"));
    }
    let mut helper = Command::new(launcher);
    helper.arg(WORD).arg(getpid().as_raw_pid().to_string()).env_clear();
    let mut helper = helper.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let entered = hears(&mut helper).and_then(|()| {
        let is_root = geteuid().is_root();
        if !is_root {
            return enter_as_oneself();
        }
        // Only somebody who has stayed outside can make everybody known in there.
        enter()?;
        drop(helper.stdin.take());
        hears(&mut helper)
    });
    let _ = helper.kill();
    helper.wait().and(entered)
}

/// Waits for a word of the helper's: that it has done what it can.
fn hears(helper: &mut Child) -> io::Result<()> {
    let mut word = Vec::new();
    match helper.stdout.as_mut().map(|stdout| stdout.take(1).read_to_end(&mut word)) {
        Some(Ok(1)) => Ok(()),
        _ => Err(Error::new(ErrorKind::PermissionDenied, "user namespaces are refused")),
    }
}

/// What the helper does: it tries, says so with a byte, and once its stdin has ended makes all users known in the
/// checker's namespace and says that.
pub(super) fn help(checker: &str) -> io::Result<()> {
    let mut stdout = io::stdout();
    let mut trial = Command::new("/proc/self/exe");
    let tried = trial.arg(WORD).env_clear().stdin(Stdio::null()).status()?;
    if !tried.success() || geteuid().is_root() && !may_name_users() {
        return Err(ErrorKind::PermissionDenied.into());
    }
    stdout.write_all(b".")?;
    stdout.flush()?;
    io::stdin().read_to_end(&mut Vec::new())?;
    for map in ["uid_map", "gid_map"] {
        let known = fs::read_to_string(format!("/proc/self/{map}"))?;
        fs::write(format!("/proc/{checker}/{map}"), all_known(&known))?;
    }
    stdout.write_all(b".")?;
    stdout.flush()
}

/// Makes a user namespace, and in it what every scene and program is to have.
pub(super) fn try_out() -> io::Result<()> {
    enter_as_oneself()?;
    namespaces::own_network()?;
    namespaces::own_mounts()
}

/// The map by which all users of a namespace, which this map lists, are the same in another one within it. A line is
/// the first user inside, the first one outside, and how many there are.
fn all_known(map: &str) -> String {
    let ranges = map.lines().filter_map(|line| {
        let mut numbers = line.split_whitespace();
        let (first, count) = (numbers.next()?, numbers.nth(1)?);
        Some(format!("{first} {first} {count}\n"))
    });
    ranges.collect()
}

/// Enters a user namespace in which only this user is known. (Its other groups hold on, though they have no names.)
fn enter_as_oneself() -> io::Result<()> {
    let (user, group) = (geteuid().as_raw(), getegid().as_raw());
    enter()?;
    confine::while_open_to_this_user(|| {
        fs::write("/proc/self/setgroups", "deny")?;
        fs::write("/proc/self/uid_map", format!("{user} {user} 1"))?;
        fs::write("/proc/self/gid_map", format!("{group} {group} 1"))
    })
}

/// Enters a user namespace, in which nobody is known yet.
#[cfg(target_os = "linux")]
fn enter() -> io::Result<()> {
    Ok(nix::sched::unshare(nix::sched::CloneFlags::CLONE_NEWUSER)?)
}

#[cfg(not(target_os = "linux"))]
fn enter() -> io::Result<()> {
    Err(ErrorKind::Unsupported.into())
}

/// Whether this process may make namespaces as it is.
#[cfg(target_os = "linux")]
fn has_right() -> bool {
    confine::may(rustix::thread::CapabilitySet::SYS_ADMIN)
}

/// Whether this process may make all users known in a namespace.
#[cfg(target_os = "linux")]
fn may_name_users() -> bool {
    use rustix::thread::CapabilitySet;
    confine::may(CapabilitySet::SETUID | CapabilitySet::SETGID)
}

#[cfg(not(target_os = "linux"))]
fn may_name_users() -> bool {
    false
}

#[cfg(not(target_os = "linux"))]
fn has_right() -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_who_are_known_outside_are_known_inside_as_the_same() {
        let map = "         0       1000          1\n         1     100000      65536\n";
        assert_eq!(all_known(map), "0 0 1\n1 1 65536\n");
    }
}

//! The end of everything that was started, whichever way the checker ends: also those who have left their group.

use std::collections::BTreeSet;
use std::process;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, WaitOptions};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::sandbox::census::{self, Entry, census};
use crate::sandbox::{folder, running};

/// How long it may take to end what a program has left behind.
const LONGEST_END: Duration = Duration::from_secs(5);

/// Ends every group that is running, and what has left its group. The caller must exit then: nothing can be
/// started any more.
pub fn end_everything() {
    let (_nobody_changes, running) = running::halt();
    wait_for(&running::ask_checkers(&running));
    for group in running.iter().copied().filter_map(Pid::from_raw) {
        let _ = rustix::process::kill_process_group(group, Signal::KILL);
        let _ = rustix::process::kill_process(group, Signal::KILL); // one that is just launched has no group yet
    }
    wait_for(&running);
    end_orphans(|orphan| !running.contains(&orphan.pid) && is_stray(orphan));
    folder::remove_all();
    for group in running.into_iter().filter_map(Pid::from_raw) {
        let _ = rustix::process::waitpid(Some(group), WaitOptions::NOHANG);
    }
}

/// Waits until these have ended, but not for long.
fn wait_for(leaders: &BTreeSet<i32>) {
    let deadline = Instant::now() + LONGEST_END;
    for leader in leaders.iter().copied().filter_map(Pid::from_raw) {
        while !has_ended(leader) && Instant::now() < deadline {
            thread::sleep(Duration::from_micros(200));
        }
    }
}

/// Whether a child has ended. Its status stays, and with it its id.
fn has_ended(child: Pid) -> bool {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    !matches!(rustix::process::waitid(WaitId::Pid(child), options), Ok(None))
}

/// From now on, Ctrl-C ends what is running too. By itself it would reach only this process, since each of those
/// that it starts leads a group of its own.
pub(super) fn comes_with_signals() {
    static HANDLER: Once = Once::new();
    HANDLER.call_once(|| {
        // A system that takes no handler ends this process at once, and its children stay.
        let Ok(mut signals) = Signals::new([SIGHUP, SIGINT, SIGTERM]) else { return };
        let _ = thread::Builder::new().name("signals".to_string()).spawn(move || {
            if let Some(signal) = signals.forever().next() {
                end_everything();
                process::exit(128 + signal); // as shells have it
            }
        });
    });
}

/// The orphans that are meant: children of this process that are not programs which it has started.
pub(super) fn orphans_among(entries: &[Entry], is_meant: impl Fn(&Entry) -> bool) -> BTreeSet<i32> {
    let own = process::id() as i32;
    let orphans = entries
        .iter()
        .filter(|entry| entry.parent == own && !running::is_leader(entry.pid))
        .filter(|entry| is_meant(entry));
    orphans.map(|entry| entry.pid).collect()
}

/// Whether whatever this process starts is registered, so that any other child of it is a stray.
static OWNS_ALL: AtomicBool = AtomicBool::new(false);

/// From now on, every child of this process that is not one of the programs it has started is a stray.
pub(super) fn owns_all_children() {
    OWNS_ALL.store(true, Ordering::SeqCst);
}

/// Whether a child of this process that is not registered was left behind by a program, whatever its group and its
/// environment. In a process that is not only a checker, such as a test, others start children too, and they stay in
/// its group.
fn is_stray(child: &Entry) -> bool {
    OWNS_ALL.load(Ordering::SeqCst)
        || census::own().is_some_and(|own| child.group != own.group || child.session != own.session)
}

/// Ends such orphans, with all that they have started. Returns those who could not be ended.
pub(super) fn end_orphans(is_meant: impl Fn(&Entry) -> bool) -> BTreeSet<i32> {
    let deadline = Instant::now() + LONGEST_END;
    loop {
        let entries = census();
        let roots = orphans_among(&entries, &is_meant);
        if roots.is_empty() || Instant::now() > deadline {
            return roots;
        }
        let family = census::with_descendants(&entries, &roots);
        // A group is ended as a whole, so that none of it can start another one meanwhile.
        for group in groups_of(&family, &entries) {
            let _ = rustix::process::kill_process_group(group, Signal::KILL); // it may have ended by itself
        }
        // First all others are stopped, so that none can start another one while the list is gone through.
        for signal in [Signal::STOP, Signal::KILL] {
            for pid in family.iter().filter(|member| !member.is_dead).filter_map(Entry::id) {
                let _ = rustix::process::kill_process(pid, signal); // it may have ended by itself
            }
        }
        for pid in roots.iter().filter_map(|pid| Pid::from_raw(*pid)) {
            let _ = rustix::process::waitpid(Some(pid), WaitOptions::NOHANG);
        }
        thread::sleep(Duration::from_micros(200)); // the end of a process takes a moment
    }
}

/// The groups that have nobody else in them than this family.
fn groups_of(family: &[Entry], entries: &[Entry]) -> Vec<Pid> {
    let family: BTreeSet<i32> = family.iter().map(|member| member.pid).collect();
    let (ours, others): (Vec<_>, Vec<_>) =
        entries.iter().partition(|entry| family.contains(&entry.pid));
    let groups = |of: Vec<&Entry>| of.iter().map(|entry| entry.group).collect::<BTreeSet<i32>>();
    groups(ours).difference(&groups(others)).filter_map(|group| Pid::from_raw(*group)).collect()
}

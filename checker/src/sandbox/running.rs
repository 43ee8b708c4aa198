//! The programs that are running now. Each leads a process group of its own, so that all that it starts ends with it.
//!
//! This is kept for the whole process, since a signal such as Ctrl-C reaches the whole process too, and must find
//! everything that has to be ended.

use std::collections::BTreeSet;
use std::io;
use std::process::{Child, Command};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal};

/// How long the end of a program that is killed may take.
pub(super) const LONGEST_END: Duration = Duration::from_secs(2);

/// The ids of the leaders that were started and are not reaped yet.
static RUNNING: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());

/// Those of them that are checkers: asked to, they end whatever they have started themselves.
static CHECKERS: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());

/// Shared by all who start or reap a program, or make a folder for one, so that anyone who has it alone cannot come
/// between that and the note of it in [`RUNNING`].
static CHANGING: RwLock<()> = RwLock::new(());

/// Whether everything is being ended: then nothing is started or reaped any more.
static IS_OVER: AtomicBool = AtomicBool::new(false);

/// Does something while no program is being started. Until a new process becomes the program, it has open whatever
/// the checker has open: a port that is let go of here would still be taken there, and a pipe or a connection that is
/// closed here would not come to its end before that.
pub fn between_starts<T>(act: impl FnOnce() -> T) -> T {
    let _changing = CHANGING.write();
    act()
}

/// Starts a program that leads a group of its own, or will soon, by [`Command::spawn`] or something like it.
///
/// # Errors
/// Those of `spawn`.
pub(super) fn start(
    command: &mut Command,
    spawn: impl FnOnce(&mut Command) -> io::Result<Child>,
) -> io::Result<Child> {
    let _changing = changing();
    let child = spawn(command)?;
    lock_running().insert(child.id() as i32);
    Ok(child)
}

/// Ends a program with its group, and takes its status away: then it is gone. Returns whether it is. Its end takes no
/// time, unless somebody holds it up: one that is traced (ptrace(2)) is its tracer's to bury first.
pub(super) fn reap(child: &mut Child) -> bool {
    let _changing = changing();
    end_group(child.id());
    let _ = child.kill(); // in case it has left its group
    let deadline = Instant::now() + LONGEST_END;
    while let Ok(None) = child.try_wait() {
        if Instant::now() > deadline {
            return false;
        }
        thread::sleep(Duration::from_micros(200));
    }
    lock_running().remove(&(child.id() as i32));
    true
}

/// Ends the group of a program, unless it was reaped: then its number may be a stranger's.
pub(super) fn end_group(leader: u32) {
    let running = lock_running();
    if let (true, Some(group)) = (running.contains(&(leader as i32)), Pid::from_raw(leader as i32))
    {
        let _ = rustix::process::kill_process_group(group, Signal::KILL); // it may have ended by itself
    }
}

/// Whether this is the id of a program that was started here and is not reaped yet.
pub(super) fn is_leader(pid: i32) -> bool {
    lock_running().contains(&pid)
}

/// Notes that a program that was started is a checker.
pub(super) fn note_checker(leader: u32) {
    CHECKERS.lock().unwrap_or_else(PoisonError::into_inner).insert(leader as i32);
}

/// Asks the checkers among these leaders to end, as Ctrl-C does.
pub(super) fn ask_checkers(leaders: &BTreeSet<i32>) -> BTreeSet<i32> {
    let checkers = CHECKERS.lock().unwrap_or_else(PoisonError::into_inner);
    let asked: BTreeSet<i32> = leaders.intersection(&checkers).copied().collect();
    for checker in asked.iter().copied().filter_map(Pid::from_raw) {
        let _ = rustix::process::kill_process(checker, Signal::TERM); // it may have ended by itself
    }
    asked
}

/// Stops all starting and reaping, for good. Returns the leaders that are left.
pub(super) fn halt() -> (RwLockWriteGuard<'static, ()>, BTreeSet<i32>) {
    IS_OVER.store(true, Ordering::SeqCst);
    let nobody_changes = CHANGING.write().unwrap_or_else(PoisonError::into_inner);
    (nobody_changes, std::mem::take(&mut lock_running()))
}

/// The right to start or reap a program, or to make a folder for one. Once everything is being ended, nobody gets it
/// any more, and no verdict is to be given: anyone who asks waits for the end of this process.
pub(super) fn changing() -> RwLockReadGuard<'static, ()> {
    let right = CHANGING.read().unwrap_or_else(PoisonError::into_inner);
    if !IS_OVER.load(Ordering::SeqCst) {
        return right;
    }
    drop(right);
    loop {
        thread::park();
    }
}

fn lock_running() -> MutexGuard<'static, BTreeSet<i32>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::io::{BufRead, BufReader, Write};
    use std::os::unix::process::CommandExt;
    use std::process::Stdio;
    use std::sync::mpsc;

    use super::*;

    /// Watches a process, whose id it is given, until its own input ends.
    const TRACER: &str = "import ctypes, sys\n\
        traced = ctypes.CDLL(None).ptrace(0x4206, int(sys.argv[1]), None, None)\n\
        print(traced, flush=True)\n\
        sys.stdin.read()\n";

    #[test]
    fn a_program_that_somebody_traces_is_not_waited_for_without_end() {
        let traced = start(Command::new("sleep").arg("60").process_group(0), Command::spawn);
        let mut traced = traced.expect("it starts");
        let mut tracer = Command::new("python3");
        tracer.args(["-c", TRACER, &traced.id().to_string()]);
        let mut tracer = match tracer.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn() {
            Ok(tracer) => tracer,
            Err(error) => return skip(&mut traced, &format!("python3: {error}")),
        };
        let mut line = String::new();
        let stdout = tracer.stdout.take().expect("a pipe");
        BufReader::new(stdout).read_line(&mut line).expect("it prints");
        if line.trim() != "0" {
            return skip(&mut traced, "nobody may trace here");
        }
        let began = Instant::now();
        assert!(!reap(&mut traced), "its tracer has not let it go");
        assert!(began.elapsed() < LONGEST_END * 5, "it took {:?}", began.elapsed());
        drop(tracer.stdin.take());
        tracer.wait().expect("it ends");
        assert!(reap(&mut traced));
        assert!(!is_leader(traced.id() as i32));
    }

    #[test]
    fn what_is_done_between_starts_waits_for_one_that_goes_on() {
        let is_starting = AtomicBool::new(false);
        let (tell, is_told) = mpsc::channel();
        thread::scope(|scope| {
            let starts = scope.spawn(|| {
                start(Command::new("true").process_group(0), |command| {
                    is_starting.store(true, Ordering::SeqCst);
                    tell.send(()).expect("somebody listens");
                    thread::sleep(Duration::from_millis(50));
                    is_starting.store(false, Ordering::SeqCst);
                    command.spawn()
                })
            });
            is_told.recv().expect("it begins");
            assert!(!between_starts(|| is_starting.load(Ordering::SeqCst)));
            reap(&mut starts.join().expect("no panic").expect("it starts"));
        });
    }

    fn skip(program: &mut Child, reason: &str) {
        let _ = writeln!(io::stderr(), "skipped: {reason}");
        reap(program);
    }
}

//! A check in a process of its own. It can be stopped at once, wherever it is: when it is told to end, the checker ends
//! all that it has started (see [`ending`](crate::sandbox::ending)); and what goes wrong in it, the desk outlives.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, TryRecvError};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};

use crate::course::choice::Choice;
use crate::desk::work::Word;

/// How long a check that was told to end may take to clear away what it has started.
const LONGEST_END: Duration = Duration::from_secs(8);

/// The ids of those that run. A signal that ends this process has to reach them too.
static RUNNING: Mutex<BTreeSet<u32>> = Mutex::new(BTreeSet::new());

fn lock_running() -> MutexGuard<'static, BTreeSet<u32>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A process of another checker. Its id is in [`RUNNING`] until it is waited for.
pub(super) struct Checker {
    child: Child,
    exit: Option<ExitStatus>,
}

impl Checker {
    pub(super) fn start(command: &mut Command) -> Result<Checker> {
        let mut running = lock_running();
        let child = command.spawn().context("cannot start the checker itself")?;
        running.insert(child.id());
        Ok(Checker { child, exit: None })
    }

    pub(super) fn tell_to_end(&mut self) {
        // As long as it was not waited for, the id is its own.
        if !self.is_gone()
            && let Some(pid) = Pid::from_raw(self.child.id() as i32)
        {
            let _ = kill_process(pid, Signal::TERM); // it may have ended by itself
        }
    }

    pub(super) fn is_gone(&mut self) -> bool {
        let mut running = lock_running();
        if self.exit.is_none() {
            self.exit = self.child.try_wait().unwrap_or(Some(ExitStatus::default()));
        }
        if self.exit.is_some() {
            running.remove(&self.child.id());
        }
        self.exit.is_some()
    }
}

/// Tells all that run to end, and waits until they have cleared away what they have started. One that does not go in
/// time is killed. The caller exits then: nothing else should be started.
pub fn stop_all() {
    let running = lock_running();
    let deadline = Instant::now() + LONGEST_END;
    let pids: Vec<Pid> = running.iter().filter_map(|pid| Pid::from_raw(*pid as i32)).collect();
    for pid in &pids {
        let _ = kill_process(*pid, Signal::TERM); // it may have ended by itself
    }
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    for pid in pids {
        let has_ended = || !matches!(waitid(WaitId::Pid(pid), options), Ok(None));
        while !has_ended() && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(1));
        }
        let _ = kill_process(pid, Signal::KILL); // it was not waited for, so the id is its own
    }
}

/// What another checker that runs is asked to print, or has printed.
enum News {
    /// A line on stderr.
    Line(String),
    /// All that it has printed on stdout; then it is over.
    Printed(String),
}

/// A check that is running.
pub struct Run {
    checker: Checker,
    news: Receiver<News>,
    /// What it is at.
    pub at: Option<Word>,
    /// What it has complained of.
    complaints: Vec<String>,
}

/// What a run came to.
#[derive(Debug, PartialEq, Eq)]
pub struct Ended {
    /// What it has printed.
    pub printed: String,
    /// What it has complained of, in lines.
    pub complaints: String,
    /// The signal that has ended it, if one has.
    pub signal: Option<i32>,
}

impl Run {
    /// Starts this checker, whose binary is `program`, with other arguments.
    ///
    /// # Errors
    /// When that cannot be started: somebody has removed it, say.
    pub fn start(program: &Path, arguments: &[&str]) -> Result<Run> {
        let mut command = Command::new(program);
        command.args(arguments).args(Choice::of_this_run().options());
        command.stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut checker = Checker::start(&mut command)?;
        let child = &mut checker.child;
        let (told, news) = mpsc::channel();
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let lines_told = told.clone();
        let lines = thread::Builder::new().name("stderr of a check".to_string()).spawn(move || {
            for line in BufReader::new(stderr?).lines() {
                lines_told.send(News::Line(line.ok()?)).ok()?;
            }
            Some(())
        });
        let lines = lines.context("cannot start a thread")?;
        let all = thread::Builder::new().name("stdout of a check".to_string()).spawn(move || {
            let mut printed = Vec::new();
            let _ = stdout?.read_to_end(&mut printed); // what came is what there is
            let _ = lines.join(); // all that it has complained of comes first
            told.send(News::Printed(String::from_utf8_lossy(&printed).into_owned())).ok()
        });
        all.context("cannot start a thread")?;
        Ok(Run { checker, news, at: None, complaints: Vec::new() })
    }

    /// Takes in what has come meanwhile. Returns what it came to, once it is over; what it is at is in `at`.
    pub fn look(&mut self) -> Option<Ended> {
        loop {
            match self.news.try_recv() {
                Ok(News::Line(line)) => match Word::of(&line) {
                    Some(word) => self.at = Some(word),
                    None => self.complaints.push(line),
                },
                Ok(News::Printed(printed)) => {
                    return Some(self.ended(printed));
                }
                Err(TryRecvError::Empty) => return None,
                Err(TryRecvError::Disconnected) => {
                    return Some(self.ended(String::new()));
                }
            }
        }
    }

    /// It has closed its stdout, so it is at its end.
    fn ended(&mut self, printed: String) -> Ended {
        while !self.checker.is_gone() {
            thread::sleep(Duration::from_millis(1));
        }
        let signal = self.checker.exit.and_then(|exit| exit.signal());
        Ended { printed, complaints: self.complaints.join("\n"), signal }
    }

    /// Tells it to end.
    pub fn stop(mut self) -> Stopped {
        self.checker.tell_to_end();
        Stopped { checker: self.checker, deadline: Instant::now() + LONGEST_END }
    }
}

/// A check that was told to end. The next one waits for its turn until this one is gone.
pub struct Stopped {
    checker: Checker,
    deadline: Instant,
}

impl Stopped {
    /// Whether it is gone. One that does not go in time is ended.
    pub fn is_gone(&mut self) -> bool {
        if Instant::now() > self.deadline {
            let _ = self.checker.child.kill();
        }
        self.checker.is_gone()
    }
}

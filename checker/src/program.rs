//! A program on the stage: a process whose stdin and stdout are the checker's.

use std::cell::RefCell;
use std::fmt;
use std::net::{SocketAddr, TcpListener};
use std::rc::Rc;
use std::time::{Duration, Instant};

use crate::board::{Board, End, PATIENCE, ProgramId};
use crate::process::Exit;
use crate::stage::{Scene, Stop};
use crate::transcript::{Mark, quoted};

/// How long a program of the course may take to say that it listens.
const START: Duration = Duration::from_secs(5);

/// How long an unfinished line must be quiet to count as written.
const QUIET: Duration = Duration::from_millis(50);

/// A running program.
pub struct Program {
    board: Rc<Board>,
    actor: String,
    id: ProgramId,
    is_foreign: bool,
    kept: RefCell<Option<TcpListener>>,
}

/// What a program holds of the system.
#[derive(Clone, Copy, Debug)]
pub struct Footprint {
    threads: usize,
    descriptors: usize,
}

impl fmt::Display for Footprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} threads and {} descriptors", self.threads, self.descriptors)
    }
}

impl Program {
    pub(crate) fn new(board: Rc<Board>, actor: &str, id: ProgramId, is_foreign: bool) -> Program {
        Program { board, actor: actor.to_string(), id, is_foreign, kept: RefCell::default() }
    }

    /// Keeps a listener open for as long as the program is on the stage.
    pub(crate) fn keeps(&self, listener: TcpListener) {
        *self.kept.borrow_mut() = Some(listener);
    }

    /// Its first line must be `listening on ADDRESS`; returns the address.
    pub(crate) fn listens(&self) -> Result<SocketAddr, Stop> {
        let expected = "the line \"listening on 127.0.0.1:PORT\" first";
        let Some((line, _)) = self.next_line(START)? else {
            return Err(self.disappoints(expected, "nothing was printed", START));
        };
        let address = line.strip_prefix("listening on ").and_then(|address| address.trim().parse().ok());
        match address {
            Some(address) => {
                self.board.note(&self.actor, Mark::Output, &line);
                Ok(address)
            }
            None => Err(Stop::fails(
                &self.actor,
                format!("expected {expected}, but it printed {}", quoted(&line)),
            )),
        }
    }

    /// Types a line into it.
    pub fn types(&self, line: &str) {
        self.board.note(&self.actor, Mark::Typed, line);
        self.types_quietly(line);
    }

    /// Types a line into it that stays out of the transcript.
    pub fn types_quietly(&self, line: &str) {
        self.board.type_line(self.id, line);
    }

    /// Ends its input, as Ctrl-D does.
    pub fn input_ends(&self) {
        self.board.note(&self.actor, Mark::Event, "Ctrl-D (the end of its input)");
        self.board.close_stdin(self.id);
    }

    /// Waits until it prints a line with this text in it.
    pub fn prints(&self, text: &str) -> Scene {
        let line = self.prints_where(&format!("the line {}", quoted(text)), |line| line.contains(text))?;
        self.board.note(&self.actor, Mark::Output, line.trim_end());
        Ok(())
    }

    /// Waits until it prints a line that `is_right`, and returns it. `expected` says what that is.
    pub fn prints_where(&self, expected: &str, is_right: impl Fn(&str) -> bool) -> Result<String, Stop> {
        let deadline = Instant::now() + PATIENCE;
        let mut printed = None;
        while let Some((line, _)) = self.next_line(deadline.saturating_duration_since(Instant::now()))? {
            if is_right(&line) {
                return Ok(line);
            }
            if !line.trim().is_empty() {
                printed = Some(line);
            }
        }
        let instead = match printed {
            Some(line) => format!("it printed {}", quoted(&line)),
            None => "nothing was printed".to_string(),
        };
        Err(self.disappoints(expected, &instead, PATIENCE))
    }

    /// The next line that it prints within `limit`, and when it came. An unfinished line counts once it
    /// is quiet: a prompt, say. `None`: no line came, or the program has closed its stdout.
    pub fn next_line(&self, limit: Duration) -> Result<Option<(String, Instant)>, Stop> {
        let stdout = self.board.stdout_of(self.id);
        let found = self.board.wait(limit, || {
            self.board.with_wire(stdout, |wire| {
                let line_break = wire.unread().iter().position(|&byte| byte == b'\n');
                let is_quiet = wire.end().is_some() || wire.quiet_for() > QUIET;
                let count = match line_break {
                    Some(position) => position + 1,
                    None if !wire.unread().is_empty() && is_quiet => wire.unread().len(),
                    None if wire.end().is_some() => return Some(None),
                    None => return None,
                };
                let (bytes, when) = wire.take(count);
                Some(Some((String::from_utf8_lossy(&bytes).trim_end_matches(['\r', '\n']).to_string(), when)))
            })
        })?;
        Ok(found.flatten())
    }

    /// Waits until it ends with this status.
    pub fn exits(&self, status: i32) -> Scene {
        let expected = format!("it to end with status {status}");
        match self.ends(&expected, PATIENCE)? {
            Exit::Status(found) if found == status => Ok(()),
            exit => {
                Err(Stop::fails(&self.actor, format!("expected {expected}, but it ended {}", describe(exit))))
            }
        }
    }

    /// Waits until it ends, however it does. `expected` says what of it is expected.
    pub fn ends(&self, expected: &str, limit: Duration) -> Result<Exit, Stop> {
        let exit = self.board.wait(limit, || self.board.exit_of(self.id))?;
        let exit = exit.ok_or_else(|| self.disappoints(expected, "it went on", limit))?;
        self.board.note(&self.actor, Mark::Event, &format!("ends {}", describe(exit)));
        Ok(exit)
    }

    /// Waits until it gives up: it says why, in a line on stderr, and ends with status 1. A foreign
    /// program has only to say something and to end.
    pub fn gives_up(&self) -> Scene {
        let exit = self.board.wait(PATIENCE, || self.board.exit_of(self.id))?;
        let log = self.board.log_of(self.id);
        let reason = log.lines().find(|line| !line.trim().is_empty());
        if let Some(reason) = reason {
            self.board.note(&self.actor, Mark::Error, reason);
        }
        let expected = "a line on stderr that says what is wrong, and exit status 1";
        let Some(exit) = exit else {
            return Err(self.disappoints(expected, "it went on", PATIENCE));
        };
        self.board.note(&self.actor, Mark::Event, &format!("ends {}", describe(exit)));
        if self.is_foreign {
            return Ok(());
        }
        if exit != Exit::Status(1) {
            return Err(Stop::fails(
                &self.actor,
                format!("expected {expected}, but it ended {}", describe(exit)),
            ));
        }
        match reason {
            Some(_) => Ok(()),
            None => Err(Stop::fails(&self.actor, format!("expected {expected}, but stderr is empty"))),
        }
    }

    /// The most memory it has asked for so far, in KiB, where the system tells (Linux).
    pub fn peak_memory(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.board.pid_of(self.id))).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmPeak:"))?;
        line.split_whitespace().next()?.parse().ok()
    }

    /// How many threads and descriptors it has now, where the system tells (Linux).
    pub fn footprint(&self) -> Option<Footprint> {
        let process = format!("/proc/{}", self.board.pid_of(self.id));
        let count = |folder: &str| Some(std::fs::read_dir(format!("{process}/{folder}")).ok()?.count());
        Some(Footprint { threads: count("task")?, descriptors: count("fd")? })
    }

    /// Waits until it has no more threads and descriptors than it had `before`.
    pub fn shrinks_to(&self, before: Footprint) -> Scene {
        let is_small = || {
            let now = self.footprint()?;
            (now.threads <= before.threads && now.descriptors <= before.descriptors).then_some(())
        };
        if self.board.wait(PATIENCE, is_small)?.is_some() {
            return Ok(());
        }
        let now = self.footprint().map_or("gone".to_string(), |now| now.to_string());
        let message =
            format!("expected {before} as before, but there are {now} after {} s", PATIENCE.as_secs());
        Err(Stop::fails(&self.actor, message))
    }

    /// The failure that what was expected did not come: because the program has ended, or in time.
    fn disappoints(&self, expected: &str, instead: &str, limit: Duration) -> Stop {
        let stdout = self.board.stdout_of(self.id);
        let is_closed = self.board.with_wire(stdout, |wire| wire.end() == Some(End::Closed));
        // Its stdout is closed a moment before the system knows how it ended.
        let limit_of_end = if is_closed { Duration::from_millis(200) } else { Duration::ZERO };
        let message = match self.board.wait(limit_of_end, || self.board.exit_of(self.id)) {
            Err(stop) => return stop,
            Ok(Some(exit)) => {
                format!("expected {expected}, but {instead}, and it ended {}", describe(exit))
            }
            Ok(None) => format!("expected {expected}, but {instead} within {} s", limit.as_secs()),
        };
        Stop::fails(&self.actor, message)
    }
}

/// `with status 0`, `by signal 9`
fn describe(exit: Exit) -> String {
    match exit {
        Exit::Status(status) => format!("with status {status}"),
        Exit::Signal(signal) => format!("by signal {signal}"),
    }
}

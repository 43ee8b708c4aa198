//! A program on the stage: a process whose stdin and stdout are the checker's.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::process;
use std::rc::Rc;
use std::time::{Duration, Instant};

use crate::sandbox::census::{self, Footprint, Memory};
use crate::sandbox::process::Exit;
use crate::stage::board::{Board, QUIET};
use crate::stage::crash;
use crate::stage::difference::Difference;
use crate::stage::expected::{Expected, Kind, has, most_unasked, too_many_unasked};
use crate::stage::manners::Manners;
use crate::stage::player::PlayerId;
use crate::stage::screen::Screen;
use crate::stage::show::{keep_first_and_last, quoted, seconds};
use crate::stage::stop::{Missed, Scene, Stop};
use crate::stage::symptom::Symptom;
use crate::stage::transcript::Mark;
use crate::stage::wire::{End, Wire};

/// How long a program of the course may take to say that it listens.
const LISTENS_WITHIN: Duration = Duration::from_secs(5);

/// How many threads and descriptors a foreign program may set up later, for its own purposes.
const SPARE: usize = 20;

/// A line that a program has printed.
struct Printed {
    text: String, // without its line break
    has_return: bool,
    when: Instant,
    is_logged: bool, // on stderr
}

impl Printed {
    /// With the carriage return that nobody sees.
    fn shown(&self) -> String {
        format!("{}{}", self.text, if self.has_return { "\r" } else { "" })
    }
}

/// A running program.
pub struct Program {
    pub(super) board: Rc<Board>,
    pub(super) actor: String,
    pub(super) id: PlayerId,
    is_foreign: bool,
    screen: RefCell<Screen>,             // what its terminal shows
    logged: Cell<usize>, // how much of its log has been read as what it displays, in bytes
    pub(super) template: Option<String>, // what its user types for one message, if it is more than the text
    pub(super) first_template: RefCell<Option<String>>, // and for the first one, until that is typed
}

impl Program {
    pub(super) fn new(board: Rc<Board>, actor: &str, id: PlayerId, is_foreign: bool) -> Program {
        let (actor, screen) = (actor.to_string(), RefCell::new(Screen::new()));
        let (template, first_template) = (None, RefCell::default());
        let logged = Cell::new(0);
        Program { board, actor, id, is_foreign, screen, logged, template, first_template }
    }

    /// The same program, whose user types for a message what [`Manners::types`] says, and
    /// [`Manners::types_first`] for the first one.
    pub(super) fn with_templates_of(self, manners: &Manners) -> Program {
        let first_template = RefCell::new(manners.types_first.clone());
        Program { template: manners.types.clone(), first_template, ..self }
    }

    /// The failure that something else happened.
    pub fn fails<T>(&self, message: impl Into<String>) -> Result<T, Stop> {
        Err(Stop::fails(&self.actor, message))
    }

    /// Its first line must be `listening on ADDRESS`; returns the address.
    pub(super) fn listens(&self) -> Result<SocketAddr, Stop> {
        let expected = "the line \"listening on 127.0.0.1:PORT\" first";
        let limit = self.board.patient(LISTENS_WITHIN);
        let Some((line, _)) = self.next_line(limit)? else {
            let stop = self.disappoints(expected, "nothing was printed", "within", limit);
            return Err(stop.misses(Missed::Listening));
        };
        let address =
            line.strip_prefix("listening on ").and_then(|address| address.trim().parse().ok());
        match address {
            // Nobody has told it to listen to other machines, as 0.0.0.0 does.
            Some(address) if SocketAddr::ip(&address).is_loopback() => {
                self.board.note(&self.actor, Mark::Output, &line);
                Ok(address)
            }
            _ => {
                self.board.note(&self.actor, Mark::Output, &line);
                let message = format!("expected {expected}, but it printed {}", quoted(&line));
                self.fails(message)
            }
        }
    }

    /// Waits until its terminal shows what `is_right` looks for, in rows of text. `expected` says what that is.
    pub fn displays(&self, expected: &str, is_right: impl Fn(&[String]) -> bool) -> Scene {
        self.displays_quietly(expected, is_right)?;
        self.note_rows();
        Ok(())
    }

    /// Waits until its terminal shows what `is_right` looks for. Only if it does not, the transcript has it.
    pub fn displays_quietly(&self, expected: &str, is_right: impl Fn(&[String]) -> bool) -> Scene {
        let patience = self.board.patience();
        let stdout = self.board.stdout_of(self.id);
        let is_shown = || self.board.with_wire(stdout, |wire| self.screen.borrow_mut().shows(wire));
        let ready = || (is_shown() && is_right(&self.rows())).then_some(());
        if self.board.wait(patience, ready)?.is_some() {
            return Ok(());
        }
        let shown = self.rows().last().map_or("nothing".to_string(), |row| quoted(row));
        let stop =
            self.disappoints(expected, &format!("its terminal showed {shown}"), "within", patience);
        self.note_rows();
        // With all the codes that move a cursor, it would say nothing to a reader.
        self.board.with_wire(stdout, Wire::take_all);
        Err(stop)
    }

    fn note_rows(&self) {
        for row in self.rows() {
            self.board.note(&self.actor, Mark::Output, &row);
        }
    }

    /// What its terminal shows: the rows that are not empty.
    fn rows(&self) -> Vec<String> {
        self.screen.borrow().rows()
    }

    /// Waits until it prints what is expected: a text is expected exactly, and see [`crate::stage::expected`] for
    /// other ways. A foreign program may put something before the text or behind it.
    pub fn prints<'a>(&self, expected: impl Into<Expected<'a>>) -> Result<String, Stop> {
        let expected: Expected = expected.into();
        let words = match expected.kind {
            Kind::Exactly(_) | Kind::ReplyTo(_) => format!("the line {}", expected.words),
            Kind::Containing(_) => format!("a line that contains {}", expected.words),
            Kind::Matching(_) | Kind::Anything => expected.words.clone(),
        };
        let is_right = |line: &str| match &expected.kind {
            Kind::Exactly(texts) if self.is_foreign => texts.iter().any(|text| has(line, text)),
            _ => expected.is(line),
        };
        let (before, found) = self.waits_for_line(is_right)?;
        self.note_printed(&before);
        if let Some(line) = found {
            let mark = if line.is_logged { Mark::Error } else { Mark::Output };
            self.board.note(&self.actor, mark, &line.shown());
            return Ok(line.text);
        }
        let stop = self.printed_instead(&words, &before);
        Err(match (expected.text(), before.last()) {
            (Some(text), Some(other)) if expected.is_exact() => {
                stop.differs(Difference::of_texts(text, other.shown().as_bytes()))
            }
            (Some(text), _) => {
                let stdout = self.board.stdout_of(self.id);
                stop.misses(Missed::Text(text.to_string(), stdout))
            }
            (None, _) => stop,
        })
    }

    /// Waits until it prints a line that `is_right`, which stays out of the transcript. `expected` says what it is.
    pub fn prints_quietly(
        &self,
        expected: &str,
        is_right: impl Fn(&str) -> bool,
    ) -> Result<String, Stop> {
        let (before, found) = self.waits_for_line(is_right)?;
        found.map(|line| line.text).ok_or_else(|| {
            self.note_printed(&before);
            self.printed_instead(expected, &before)
        })
    }

    /// Waits for a line that `is_right`. Returns those that came before it, or instead of it, and are not empty; and the
    /// line itself. What is logged, nobody has asked for: it counts only if it is the one, and no report of a crash.
    fn waits_for_line(
        &self,
        is_right: impl Fn(&str) -> bool,
    ) -> Result<(Vec<Printed>, Option<Printed>), Stop> {
        let deadline = self.board.time() + self.board.patience();
        let mut before = Vec::new();
        while let Some(line) = self.next_printed(deadline.saturating_sub(self.board.time()))? {
            let is_of_crash = line.is_logged && crash::is_reported(&self.log());
            if is_right(&line.text) && !is_of_crash {
                return Ok((before, Some(line)));
            }
            if !line.text.trim().is_empty() && !line.is_logged {
                before.push(line);
            }
            if before.len() > most_unasked(self.is_foreign) {
                break;
            }
        }
        Ok((before, None))
    }

    /// Adds lines to the transcript that nobody waited for.
    fn note_printed(&self, lines: &[Printed]) {
        let mut lines: Vec<String> = lines.iter().map(Printed::shown).collect();
        keep_first_and_last(&mut lines, |words, _| words);
        for line in lines {
            self.board.note(&self.actor, Mark::Output, &line);
        }
    }

    /// The failure that it did not print the expected line, but these.
    fn printed_instead(&self, expected: &str, printed: &[Printed]) -> Stop {
        if printed.len() > most_unasked(self.is_foreign) {
            let instead = too_many_unasked(printed.len(), &printed[0].text);
            return Stop::fails(&self.actor, format!("expected {expected}, but {instead}"));
        }
        let instead = match printed.last() {
            Some(line) => format!("it printed {}", quoted(&line.text)),
            None => "nothing was printed".to_string(),
        };
        self.disappoints(expected, &instead, "within", self.board.patience())
    }

    /// The next line that it prints within `limit`, and when it came. An unfinished line counts once it
    /// is quiet: a prompt, say. `None`: no line came, or the program has closed its stdout.
    ///
    /// A foreign program may display what it is asked to on stderr, as logs do in some languages: its user sees both.
    pub fn next_line(&self, limit: Duration) -> Result<Option<(String, Instant)>, Stop> {
        Ok(self.next_printed(limit)?.map(|line| (line.text, line.when)))
    }

    /// The last time at which it had surely not printed anything yet, if there was one.
    pub fn was_silent_until(&self) -> Option<Instant> {
        self.board.with_wire(self.board.stdout_of(self.id), |wire| wire.silent_until())
    }

    /// When it has closed its stdout, if it has.
    pub fn fell_silent(&self) -> Option<Instant> {
        self.board.with_wire(self.board.stdout_of(self.id), |wire| wire.ended())
    }

    fn next_printed(&self, limit: Duration) -> Result<Option<Printed>, Stop> {
        let stdout = self.board.stdout_of(self.id);
        let printed = || {
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
                let line = String::from_utf8_lossy(&bytes);
                let text = line.trim_end_matches(['\r', '\n']);
                let is_odd = line.strip_suffix('\n').unwrap_or(&line) != text;
                let text = text.to_string();
                Some(Some(Printed { text, has_return: is_odd, when, is_logged: false }))
            })
        };
        let found = self.board.wait(limit, || match printed() {
            Some(Some(line)) => Some(Some(line)),
            instead if self.is_foreign => match self.next_logged() {
                Some(line) => Some(Some(line)),
                None => instead.filter(|_| self.board.has_logged_all(self.id)),
            },
            instead => instead,
        })?;
        Ok(found.flatten())
    }

    /// The next line that has come on stderr.
    fn next_logged(&self) -> Option<Printed> {
        let (line, when, bytes) = self.board.logged_after(self.id, self.logged.get())?;
        self.logged.set(bytes);
        let text = line.trim_end_matches(['\r', '\n']).to_string();
        Some(Printed { text, has_return: false, when, is_logged: true })
    }

    /// Whether it keeps to itself in this time: it neither prints this text nor ends.
    pub fn keeps_back(&self, text: &str, time: Duration) -> Result<bool, Stop> {
        let stdout = self.board.stdout_of(self.id);
        let printed = || self.board.with_wire(stdout, |wire| wire.unread().to_vec());
        let has_come = || has(&String::from_utf8_lossy(&printed()), text);
        let is_over = || (has_come() || self.has_ended()).then_some(());
        Ok(self.board.wait(time, is_over)?.is_none())
    }

    /// The lines that it prints in this time; the first `most` of them, if there are more.
    pub fn prints_meanwhile(&self, time: Duration, most: usize) -> Result<Vec<String>, Stop> {
        let deadline = self.board.time() + time;
        let mut lines = Vec::new();
        while lines.len() < most
            && let Some((line, _)) = self.next_line(deadline.saturating_sub(self.board.time()))?
        {
            lines.push(line);
        }
        Ok(lines)
    }

    /// Makes sure that it has printed nothing else, once it has ended: a second line break, say, or the rest of a buffer.
    /// A foreign program may.
    pub fn printed_nothing_else(&self) -> Scene {
        let stdout = self.board.stdout_of(self.id);
        let rest = self.board.with_wire(stdout, |wire| wire.unread().to_vec());
        if rest.is_empty() || self.is_foreign {
            return Ok(());
        }
        let shown = quoted(&String::from_utf8_lossy(&rest));
        let message = format!(
            "expected nothing behind the message and its line break, but it printed {shown}"
        );
        let is_line_break = matches!(&rest[..], b"\n" | b"\r\n");
        if is_line_break {
            let came = self.board.with_wire(stdout, |wire| wire.quiet_since());
            self.board.note_when_it_came(&self.actor, Mark::Output, "", came);
            return Err(Stop::fails(&self.actor, message).because(Symptom::PrintsLineBreakToo));
        }
        self.fails(message)
    }

    /// Makes sure that it has not ended. `expected` says what it is to do.
    pub fn goes_on(&self, expected: &str) -> Scene {
        match self.board.exit_of(self.id) {
            None => Ok(()),
            Some(exit) => {
                let message = format!("expected {expected}, but it ended {exit}");
                self.fails(message)
            }
        }
    }

    /// Waits until it rests. A program that asks again and again whether there is something to do never rests.
    pub fn rests(&self, expected: &str) -> Scene {
        let patience = self.board.patience();
        if self.board.comes_to_rest(patience)? {
            return Ok(());
        }
        let instead = match self.board.is_flooded() {
            true => "it prints on and on".to_string(),
            false => {
                let limit = seconds(self.board.waited(patience));
                format!("it was at work all the time, for {limit}")
            }
        };
        let message = format!("expected {expected}, but {instead}");
        Err(Stop::fails(&self.actor, message).because(self.board.spins(&self.actor)))
    }

    /// Waits until it ends with this status.
    pub fn exits(&self, status: i32) -> Scene {
        let expected = format!("it to end with status {status}");
        let exit = self.ends(&expected, self.board.patience())?;
        self.board.gather(Duration::ZERO, None); // the last that it has written
        match exit {
            Exit::Status(found) if found == status => Ok(()),
            // The handouts say only that it ends, which one does not that crashes: by a signal, or as its log tells.
            Exit::Status(_) if self.is_foreign && !crash::is_reported(&self.log()) => Ok(()),
            exit => self.fails(format!("expected {expected}, but it ended {exit}")),
        }
    }

    /// Whether it has ended by now.
    pub fn has_ended(&self) -> bool {
        self.board.exit_of(self.id).is_some()
    }

    /// Waits until it ends, however it does. `expected` says what of it is expected.
    pub fn ends(&self, expected: &str, limit: Duration) -> Result<Exit, Stop> {
        let exit = self.board.wait(limit, || self.board.exit_of(self.id))?;
        let exit =
            exit.ok_or_else(|| self.disappoints(expected, "it was still running", "after", limit))?;
        self.board.note(&self.actor, Mark::Event, &format!("ends {exit}"));
        Ok(exit)
    }

    /// Waits until it gives up: it says why, in a line on stderr, and ends with status 1. A foreign
    /// program has only to end.
    pub fn gives_up(&self) -> Scene {
        let limit = self.board.patience();
        let exit = self.board.wait(limit, || self.board.exit_of(self.id))?;
        let log = self.board.log_of(self.id);
        let reason = log.lines().find(|line| !line.trim().is_empty());
        if let Some(reason) = reason {
            self.board.note(&self.actor, Mark::Error, reason);
        }
        let expected = match self.is_foreign {
            true => "it to notice, and to end",
            false => "a line on stderr that says what is wrong, and exit status 1",
        };
        let Some(exit) = exit else {
            return Err(self.disappoints(expected, "it was still running", "after", limit));
        };
        self.board.note(&self.actor, Mark::Event, &format!("ends {exit}"));
        if self.is_foreign {
            return Ok(());
        }
        if exit != Exit::Status(1) {
            return self.fails(format!("expected {expected}, but it ended {exit}"));
        }
        match reason {
            Some(_) => Ok(()),
            None => self.fails(format!("expected {expected}, but stderr is empty")),
        }
    }

    /// Waits until it gives up before it has begun: a foreign program may take as long as to get ready. It has to
    /// end with an error status and to say why, wherever it likes: one that does nothing at all ends, too.
    pub fn gives_up_at_start(&self) -> Scene {
        if !self.is_foreign {
            return self.gives_up();
        }
        let expected = "it to say what is wrong, and to end with an error status";
        let exit = self.ends(expected, self.board.start_limit())?;
        let stdout = self.board.stdout_of(self.id);
        let printed = self.board.with_wire(stdout, |wire| wire.unread().to_vec());
        let said = String::from_utf8_lossy(&printed).into_owned() + &self.board.log_of(self.id);
        let Some(reason) = said.lines().rfind(|line| !line.trim().is_empty()) else {
            return self.fails(format!("expected {expected}, but it said nothing"));
        };
        self.board.note(&self.actor, Mark::Error, reason);
        match exit {
            Exit::Status(0) => self.fails(format!("expected {expected}, but it ended {exit}")),
            _ => Ok(()),
        }
    }

    /// The most memory it has asked for so far, in KiB, where the system tells (Linux). Of a foreign program, the
    /// most that it has used: what a language sets aside before it reads costs nothing.
    pub fn peak_memory(&self) -> Option<u64> {
        let memory = if self.is_foreign { Memory::Used } else { Memory::Asked };
        census::memory_at_most(self.board.pid_of(self.id), memory)
    }

    /// All that it has written to stderr so far.
    pub fn log(&self) -> String {
        self.board.log_of(self.id)
    }

    /// Waits a moment for it to log something, to panic, or to end: a mistake in another thread shows only then.
    pub fn logs_something_after(&self, act: impl FnOnce()) -> Scene {
        self.logs_within(self.board.patience() / 4, act).map(drop)
    }

    /// Waits for it to log something, as patiently as for anything that it must do. `false`: it has not.
    pub fn logs_after(&self, act: impl FnOnce()) -> Result<bool, Stop> {
        self.logs_within(self.board.patience(), act)
    }

    fn logs_within(&self, limit: Duration, act: impl FnOnce()) -> Result<bool, Stop> {
        let before = self.log().len();
        let has_logged = || (self.log().len() > before).then_some(());
        act();
        self.board.wait(limit, has_logged)?;
        self.board.comes_to_rest(self.board.patience() / 4)?;
        Ok(has_logged().is_some())
    }

    /// How many threads and descriptors it has now, with all that it has started, where the system tells (Linux).
    pub fn footprint(&self) -> Option<Footprint> {
        let program = self.board.pid_of(self.id);
        let mut family = census::family_now(program);
        family.retain(|member| !member.is_dead || member.pid == program as i32);
        let footprint = census::footprint(family.iter().map(|member| member.pid));
        (footprint.threads > 0).then_some(footprint)
    }

    /// The ids of its threads now, its main one among them, and of those of all that it has started; none, once it has
    /// ended. `None`, where the system does not tell (elsewhere than on Linux).
    pub fn threads(&self) -> Option<BTreeSet<i32>> {
        census::threads_of(process::id() as i32).next()?;
        Some(match self.board.exit_of(self.id) {
            Some(_) => BTreeSet::new(),
            None => {
                let family = census::family_of(self.board.pid_of(self.id));
                family.into_iter().flat_map(census::threads_of).collect()
            }
        })
    }

    /// How many threads it has now beside its main one or, if it has none but has started processes, how many of these:
    /// without what has started it in turn, such as a shell.
    pub fn workers(&self) -> usize {
        let family = census::family_of(self.board.pid_of(self.id));
        let threads = family.iter().map(|process| census::threads_of(*process).count());
        let of_one = threads.max().unwrap_or_default().saturating_sub(1);
        of_one.max(family.len().saturating_sub(2))
    }

    /// Waits until it has no more threads and descriptors than it had `before`.
    pub fn shrinks_to(&self, before: Footprint) -> Scene {
        let spare = if self.is_foreign { SPARE } else { 0 };
        let is_small = || {
            let now = self.footprint()?;
            let (threads, descriptors) = (before.threads + spare, before.descriptors + spare);
            (now.threads <= threads && now.descriptors <= descriptors).then_some(())
        };
        let patience = self.board.patience();
        if self.board.wait(patience, is_small)?.is_some() {
            return Ok(());
        }
        let patience = self.board.waited(patience);
        let now = self.footprint().unwrap_or(before);
        let more = |now: usize, before: usize, what| match now.saturating_sub(before) {
            0 => None,
            count => Some(format!("{count} {what}")),
        };
        let threads = more(now.threads, before.threads, "threads");
        let descriptors = more(now.descriptors, before.descriptors, "descriptors");
        let rest: Vec<String> = threads.into_iter().chain(descriptors).collect();
        let message = format!(
            "expected nothing to be left of those who have gone, but after {} there are {} more",
            seconds(patience),
            rest.join(" and ")
        );
        self.fails(message)
    }

    /// The failure that what was expected did not come: because the program has ended, or in time.
    fn disappoints(&self, expected: &str, instead: &str, when: &str, limit: Duration) -> Stop {
        let stdout = self.board.stdout_of(self.id);
        let is_closed = self.board.with_wire(stdout, |wire| wire.end() == Some(End::Closed));
        // Its stdout is closed a moment before the system knows how it ended.
        let limit = self.board.waited(limit);
        let limit_of_end = if is_closed { Duration::from_millis(200) } else { Duration::ZERO };
        let message = match self.board.wait(limit_of_end, || self.board.exit_of(self.id)) {
            Err(stop) => return stop,
            Ok(Some(exit)) => {
                format!("expected {expected}, but {instead}, and it ended {exit}")
            }
            Ok(None) => {
                format!("expected {expected}, but {instead} {when} {}", seconds(limit))
            }
        };
        Stop::fails(&self.actor, message)
    }
}

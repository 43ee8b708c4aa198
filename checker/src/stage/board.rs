//! Where everything that a scene waits for arrives.
//!
//! A scene is one thread. Whenever it waits, it waits here, for all of its wires at once (the sockets
//! of its peers, the stdout and stderr of its programs), and what arrives meanwhile is kept for
//! whoever asks for it next. So no output is lost, no pipe fills up, and a program that reaches a
//! `todo!()` ends the scene at once, whatever it was waiting for.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, VecDeque};
use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::{AsFd, BorrowedFd};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec};
use socket2::{Domain, SockRef, Socket, Type};

use crate::sandbox::census;
use crate::sandbox::containment::Containment;
use crate::sandbox::limits::{Limits, MIB, seconds};
use crate::sandbox::process::{Exit, Panic, Process, Stdio, find_panics};
use crate::stage::clock::Clock;
use crate::stage::stage::Stop;
use crate::stage::transcript::{Mark, Transcript};

/// How long a scene waits for what it expects, if `--patience` is 1.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long bytes without a line break must be quiet to count as a line or a message.
pub const QUIET: Duration = Duration::from_millis(50);

/// How long a program in any language may take to get ready: longer, since an interpreter starts slowly.
const START: Duration = Duration::from_secs(10);

/// How often it is looked at what programs take. The first time comes after as long.
const LOOK: Duration = Duration::from_millis(50);

/// How much a program may write, or send to a peer, that nobody asked for, in bytes.
const MOST: usize = 4 * 1024 * 1024;

/// How often a wait looks whether a program has ended. (The end itself wakes nobody up.)
const TICK: Duration = Duration::from_millis(5);

/// The number of a wire on its board.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WireId(usize);

/// The number of a program on its board.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ProgramId(usize);

/// Why nothing more comes over a wire.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// The other side has closed it.
    Closed,
    /// The other side has reset it (TCP RST), as a crashed program does.
    Reset,
}

enum Source {
    Socket(TcpStream),
    Pipe(File),
}

/// What has arrived over one socket or pipe and was not taken yet.
pub struct Wire {
    sender: String,
    source: Option<Source>,
    received: Vec<u8>,
    read: usize,                          // so much of it was taken
    arrivals: VecDeque<(usize, Instant)>, // after so many bytes in all, and when
    taken: usize,
    end: Option<End>,
    is_paused: bool,
    most: usize, // that may come in all
}

/// Who did too much, and what.
type Excess = (String, String);

/// A program, with the wires that it writes to.
struct Running {
    actor: String,
    process: Process,
    stdin: Option<File>,
    on: Stdio,
    stdout: WireId,
    stderr: WireId,
    log: Vec<u8>, // all of stderr
    is_rust: bool,
}

impl Running {
    /// The process and all that it has started: a wrapper, such as a shell, does nothing itself.
    fn family(&self) -> BTreeSet<i32> {
        census::family_of(self.process.id())
    }
}

/// The wires and programs of one scene, and its transcript.
pub struct Board {
    wires: RefCell<Vec<Wire>>,
    programs: RefCell<Vec<Running>>,
    transcript: RefCell<Transcript>,
    to_do: RefCell<Option<Panic>>,
    excess: RefCell<Option<Excess>>,
    limits: Limits,
    containment: RefCell<Option<Containment>>, // from the first program on
    calls: RefCell<Vec<(SocketAddr, SocketAddr)>>, // from a client, to a server
    clock: Clock,
    looked: Cell<Instant>,
}

impl Wire {
    fn new(sender: &str, source: Source, most: usize) -> Wire {
        let sender = sender.to_string();
        Wire {
            sender,
            source: Some(source),
            received: Vec::new(),
            read: 0,
            arrivals: VecDeque::new(),
            taken: 0,
            end: None,
            is_paused: false,
            most,
        }
    }

    /// What has arrived and was not taken.
    pub fn unread(&self) -> &[u8] {
        &self.received[self.read..]
    }

    /// Takes the first `count` bytes, and says when the last of them arrived.
    pub fn take(&mut self, count: usize) -> (Vec<u8>, Instant) {
        let bytes = self.unread()[..count].to_vec();
        self.taken += count;
        self.read += count;
        // Not every time: moving the rest to the front for each line of many would take for ever.
        if self.read > self.received.len() / 2 {
            self.received.drain(..self.read);
            self.read = 0;
        }
        while self.arrivals.len() > 1 && self.arrivals[0].0 < self.taken {
            self.arrivals.pop_front();
        }
        (bytes, self.arrivals.front().map_or_else(Instant::now, |arrival| arrival.1))
    }

    /// Why nothing more comes, if so.
    pub fn end(&self) -> Option<End> {
        self.end
    }

    /// Leaves what comes with the system, until it can take no more.
    pub fn pause(&mut self) {
        self.is_paused = true;
    }

    /// How long nothing has come.
    pub fn quiet_for(&self) -> Duration {
        self.arrivals.back().map_or(Duration::ZERO, |arrival| arrival.1.elapsed())
    }

    fn fd(&self) -> Option<BorrowedFd<'_>> {
        match self.source.as_ref()? {
            Source::Socket(socket) => Some(socket.as_fd()),
            Source::Pipe(pipe) => Some(pipe.as_fd()),
        }
    }

    /// Reads once; the caller knows that there is something to read. Says what was too much, if so.
    fn read(&mut self) -> Option<String> {
        let mut buffer = vec![0; 64 * 1024];
        let result = match self.source.as_mut() {
            Some(Source::Socket(socket)) => socket.read(&mut buffer),
            Some(Source::Pipe(pipe)) => pipe.read(&mut buffer),
            None => return None,
        };
        match result {
            Ok(0) => self.end = Some(End::Closed),
            Ok(count) => {
                self.received.extend(&buffer[..count]);
                self.arrivals.push_back((self.taken + self.unread().len(), Instant::now()));
            }
            Err(error)
                if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
            // A terminal that nobody has open any more (EIO): the end of what was written to it.
            Err(_) if matches!(self.source, Some(Source::Pipe(_))) => self.end = Some(End::Closed),
            Err(_) => self.end = Some(End::Reset),
        }
        let verb = if matches!(self.source, Some(Source::Pipe(_))) { "printed" } else { "sent" };
        if self.taken + self.unread().len() > self.most {
            let mib = self.most as u64 / MIB;
            return Some(format!("{verb} more than {mib} MiB (--max-output)"));
        }
        if self.unread().len() > MOST {
            let mib = MOST as u64 / MIB;
            return Some(format!("{verb} more than {mib} MiB that nobody asked for"));
        }
        None
    }
}

impl Board {
    /// An empty board, for the scene of this title.
    pub fn new(title: String, limits: Limits) -> Board {
        Board {
            wires: RefCell::default(),
            programs: RefCell::default(),
            transcript: RefCell::new(Transcript::new(title)),
            to_do: RefCell::default(),
            excess: RefCell::default(),
            limits,
            containment: RefCell::default(),
            calls: RefCell::default(),
            clock: Clock::new(),
            looked: Cell::new(Instant::now()),
        }
    }

    /// How long this scene waits for what it expects.
    pub fn patience(&self) -> Duration {
        self.patient(PATIENCE)
    }

    /// How long this scene waits for a program in any language to get ready.
    pub fn start_limit(&self) -> Duration {
        self.patient(START)
    }

    /// A deadline, longer or shorter as `--patience` has it.
    pub fn patient(&self, limit: Duration) -> Duration {
        limit.mul_f64(self.limits.patience)
    }

    /// Writes a line into the transcript.
    pub fn note(&self, actor: &str, mark: Mark, text: &str) {
        self.transcript.borrow_mut().add(actor, mark, text);
    }

    /// Forgets the lines of the transcript.
    pub fn clear_transcript(&self) {
        self.transcript.borrow_mut().clear();
    }

    /// Adds a peer's socket, over which `sender` sends.
    pub fn add_socket(&self, sender: &str, socket: TcpStream) -> io::Result<WireId> {
        socket.set_nonblocking(true)?;
        socket.set_nodelay(true)?; // two sends are two segments, as a scene may want it
        Ok(self.add_wire(sender, Source::Socket(socket)))
    }

    fn add_wire(&self, sender: &str, source: Source) -> WireId {
        let mut wires = self.wires.borrow_mut();
        wires.push(Wire::new(sender, source, self.limits.output as usize));
        WireId(wires.len() - 1)
    }

    /// Starts a program. `is_rust`: its panics are read.
    pub fn start(
        &self,
        actor: &str,
        command: &mut Command,
        on: Stdio,
        is_rust: bool,
    ) -> io::Result<ProgramId> {
        let mut containment = self.containment.borrow_mut();
        let containment = match containment.as_mut() {
            Some(containment) => containment,
            None => containment.insert(Containment::new(self.limits.clone())?),
        };
        containment.prepare(command);
        let (process, pipes) = Process::start(command, on)?;
        containment.add(process.id());
        // A program that does not read what is typed must not hold up the scene.
        rustix::io::ioctl_fionbio(&pipes.stdin, true)?;
        let program = Running {
            actor: actor.to_string(),
            process,
            stdin: Some(pipes.stdin),
            on,
            stdout: self.add_wire(actor, Source::Pipe(pipes.stdout)),
            stderr: self.add_wire(actor, Source::Pipe(pipes.stderr)),
            log: Vec::new(),
            is_rust,
        };
        let mut programs = self.programs.borrow_mut();
        programs.push(program);
        Ok(ProgramId(programs.len() - 1))
    }

    /// Waits until `ready` finds what it looks for, at most for `limit`.
    ///
    /// # Errors
    /// When the scene is over before: a `todo!()` was reached, or somebody sent without end.
    pub fn wait<T>(
        &self,
        limit: Duration,
        mut ready: impl FnMut() -> Option<T>,
    ) -> Result<Option<T>, Stop> {
        let deadline = self.time() + limit;
        loop {
            let left = deadline.saturating_sub(self.time());
            // On the last round too: what came in time counts, even if this thread did not get to run.
            self.gather(Duration::ZERO, None);
            self.stop_early()?;
            if let Some(found) = ready() {
                return Ok(Some(found));
            }
            let is_forgiven = self.forgives();
            if left.is_zero() && !is_forgiven {
                return Ok(None);
            }
            self.gather(left.min(TICK), None);
        }
    }

    /// The time since the scene began, by which deadlines are measured: see [`Clock`].
    pub fn time(&self) -> Duration {
        self.clock.time()
    }

    /// Begins the scene's time now: what it had to wait for before is not its own.
    pub fn begin_again(&self) {
        self.clock.begin_again();
    }

    /// Whether it is later than `deadline` by the scene's clock.
    pub fn is_late(&self, deadline: Duration) -> bool {
        self.time() > deadline && {
            self.forgives();
            self.time() > deadline
        }
    }

    /// Whether the machine was too busy to run the programs of this scene, whose clock is then set back.
    fn forgives(&self) -> bool {
        let programs = self.programs.borrow();
        self.clock.forgive(programs.iter().flat_map(Running::family))
    }

    fn stop_early(&self) -> Result<(), Stop> {
        if let Some(panic) = self.to_do.borrow().clone() {
            return Err(Stop::ToDo(panic));
        }
        if let Some((actor, message)) = self.excess.borrow().clone() {
            return Err(Stop::Fails { actor, message });
        }
        let longest = self.patient(self.limits.scene);
        if self.clock.elapsed() > longest {
            let longest = seconds(longest);
            let message = format!("expected the check to be over within {longest} (--max-seconds)");
            return Err(Stop::fails("check", message));
        }
        Ok(())
    }

    /// Looks from time to time whether a program takes too much.
    fn look_after_programs(&self) {
        if self.looked.get().elapsed() < LOOK {
            return;
        }
        self.looked.set(Instant::now());
        let found = self.containment.borrow().as_ref().and_then(Containment::excess);
        let Some((pid, message)) = found else { return };
        for program in self.programs.borrow().iter().filter(|program| program.process.id() == pid) {
            *self.excess.borrow_mut() = Some((program.actor.clone(), message.clone()));
        }
    }

    /// Waits for something to arrive, at most for `limit`, and reads all that has. Returns early when
    /// `writer` can take more.
    fn gather(&self, limit: Duration, writer: Option<WireId>) {
        let mut wires = self.wires.borrow_mut();
        let mut open = Vec::new();
        let mut polled = Vec::new();
        for (index, wire) in wires.iter().enumerate() {
            let Some(fd) = wire.fd() else { continue };
            let mut flags = PollFlags::empty();
            flags.set(PollFlags::IN, wire.end.is_none() && !wire.is_paused);
            flags.set(PollFlags::OUT, writer == Some(WireId(index)));
            if !flags.is_empty() {
                open.push(index);
                polled.push(PollFd::from_borrowed_fd(fd, flags));
            }
        }
        let timeout = Timespec { tv_sec: limit.as_secs() as _, tv_nsec: limit.subsec_nanos() as _ };
        if rustix::event::poll(&mut polled, Some(&timeout)).is_err() {
            return; // a signal came in between; the caller's loop comes again
        }
        let arrived = PollFlags::IN | PollFlags::HUP | PollFlags::ERR;
        let ready: Vec<bool> = polled.iter().map(|fd| fd.revents().intersects(arrived)).collect();
        for (&index, _) in open.iter().zip(ready).filter(|(_, ready)| *ready) {
            let wire = &mut wires[index];
            if wire.end.is_none()
                && !wire.is_paused
                && let Some(message) = wire.read()
            {
                wire.source = None; // whoever sends now is told so
                *self.excess.borrow_mut() = Some((wire.sender.clone(), message));
            }
        }
        self.read_logs(&mut wires);
        drop(wires);
        self.look_after_programs();
    }

    /// Moves what programs wrote to stderr into their logs, and looks for a `todo!()` there.
    fn read_logs(&self, wires: &mut [Wire]) {
        for program in self.programs.borrow_mut().iter_mut() {
            let wire = &mut wires[program.stderr.0];
            let count = wire.unread().len();
            if count == 0 {
                continue;
            }
            program.log.extend(wire.take(count).0);
            if program.log.len() > MOST {
                wire.source = None;
                let message = format!("logged more than {} MiB", MOST as u64 / MIB);
                *self.excess.borrow_mut() = Some((program.actor.clone(), message));
            }
            if program.is_rust && self.to_do.borrow().is_none() {
                let panics = find_panics(&String::from_utf8_lossy(&program.log));
                *self.to_do.borrow_mut() = panics.into_iter().find(Panic::is_to_do);
            }
        }
    }

    /// Looks at a wire, or takes from it.
    pub fn with_wire<T>(&self, wire: WireId, look: impl FnOnce(&mut Wire) -> T) -> T {
        look(&mut self.wires.borrow_mut()[wire.0])
    }

    /// Sends all of `bytes`, and gathers what arrives meanwhile, so that two sides that both send
    /// cannot wait for each other for ever. `false`: the other side takes no more, or has left.
    pub fn send(&self, wire: WireId, mut bytes: &[u8]) -> Result<bool, Stop> {
        let deadline = self.time() + self.patience();
        while !bytes.is_empty() {
            let result = self.with_wire(wire, |wire| match wire.source.as_mut() {
                Some(Source::Socket(socket)) => socket.write(bytes),
                _ => Err(ErrorKind::NotConnected.into()),
            });
            match result {
                Ok(count) => bytes = &bytes[count..],
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock && !self.is_late(deadline) => {
                    self.gather(TICK, Some(wire));
                    self.stop_early()?;
                }
                Err(_) => return Ok(false),
            }
        }
        Ok(true)
    }

    /// Runs `act` with a peer's socket, if it is still there.
    pub fn with_socket<T>(&self, wire: WireId, act: impl FnOnce(&TcpStream) -> T) -> Option<T> {
        self.with_wire(wire, |wire| match wire.source.as_ref() {
            Some(Source::Socket(socket)) => Some(act(socket)),
            _ => None,
        })
    }

    /// Remembers a call to a server whose port must be free again after the scene.
    pub fn frees_port_after(&self, client: SocketAddr, server: SocketAddr) {
        self.calls.borrow_mut().push((client, server));
    }

    /// Closes a wire on this side.
    pub fn close(&self, wire: WireId) {
        self.with_wire(wire, |wire| wire.source = None);
    }

    /// The wire of a program's stdout.
    pub fn stdout_of(&self, program: ProgramId) -> WireId {
        self.programs.borrow()[program.0].stdout
    }

    /// All that a program has written to stderr.
    pub fn log_of(&self, program: ProgramId) -> String {
        String::from_utf8_lossy(&self.programs.borrow()[program.0].log).into_owned()
    }

    /// The process id of a program.
    pub fn pid_of(&self, program: ProgramId) -> u32 {
        self.programs.borrow()[program.0].process.id()
    }

    /// Types into a program. One that has ended already, or does not read, takes no more, which shows elsewhere.
    pub fn type_text(&self, program: ProgramId, text: &str) {
        let deadline = self.time() + self.patience();
        let mut bytes = text.as_bytes();
        while !bytes.is_empty() && !self.is_late(deadline) {
            let stdin = &mut self.programs.borrow_mut()[program.0].stdin;
            let Some(stdin) = stdin else { return };
            match stdin.write(bytes) {
                Ok(count) => bytes = &bytes[count..],
                Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(TICK),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return,
            }
        }
    }

    /// Ends a program's input, as Ctrl-D does.
    pub fn close_stdin(&self, program: ProgramId) {
        if self.programs.borrow()[program.0].on != Stdio::Pipes {
            self.type_text(program, "\x04"); // a terminal that is closed ends the output too
        }
        self.programs.borrow_mut()[program.0].stdin = None;
    }

    /// How a program ended, if it has.
    pub fn exit_of(&self, program: ProgramId) -> Option<Exit> {
        let exit = self.programs.borrow_mut()[program.0].process.exit()?;
        self.gather(Duration::ZERO, None); // the last that it wrote came before its end
        Some(exit)
    }

    /// Whether the program that plays `actor` has ended.
    pub fn has_ended(&self, actor: &str) -> bool {
        let mut programs = self.programs.borrow_mut();
        programs
            .iter_mut()
            .any(|program| program.actor == actor && program.process.exit().is_some())
    }

    /// Waits until all programs rest: for a moment, all of their threads wait for something. `false`: they are at
    /// work all the time, as those who ask again and again whether there is something to do. Where the system
    /// does not tell (elsewhere than on Linux), they rest.
    pub fn comes_to_rest(&self, limit: Duration) -> Result<bool, Stop> {
        const LOOKS: usize = 10;
        // So much work is no chance. On a busy machine, somebody may wait for long to do a little.
        const MUCH: Duration = Duration::from_millis(30);
        let before = self.worked();
        let mut at_rest = 0;
        let is_decided = || {
            at_rest = if self.is_busy() == Some(true) { 0 } else { at_rest + 1 };
            (at_rest == LOOKS || self.is_flooded()).then_some(())
        };
        let is_decided = self.wait(limit, is_decided)?.is_some();
        Ok(is_decided || self.worked() < before + MUCH)
    }

    /// How long all programs have been at work so far.
    fn worked(&self) -> Duration {
        let programs = self.programs.borrow();
        programs.iter().flat_map(Running::family).filter_map(census::worked).sum()
    }

    /// Whether somebody prints without end: it is not worth while to wait for it.
    fn is_flooded(&self) -> bool {
        self.wires.borrow().iter().any(|wire| wire.unread().len() > MOST / 4)
    }

    /// Whether a thread of a program is at work now, where the system tells (Linux).
    pub fn is_busy(&self) -> Option<bool> {
        let programs = self.programs.borrow();
        programs.iter().flat_map(Running::family).filter_map(census::is_busy).max()
    }

    /// Why nothing more comes over a wire that is closed: its program has ended, or goes on without it.
    pub fn why_closed(&self, wire: WireId) -> Result<String, Stop> {
        // The system closes what a program had open a moment before it knows how the program ended.
        const MOMENT: Duration = Duration::from_millis(200);
        let sender = self.with_wire(wire, |wire| wire.sender.clone());
        let exit = self.wait(MOMENT, || {
            let mut programs = self.programs.borrow_mut();
            programs.iter_mut().find(|program| program.actor == sender)?.process.exit()
        })?;
        Ok(match exit {
            Some(exit) if sender == "server" => format!("the server has ended {exit}"),
            Some(exit) => format!("{sender} has ended {exit}"),
            None => "the connection was closed".to_string(),
        })
    }

    /// What there is to say about a server that cannot be reached, after `waited` if it had time to begin.
    pub fn why_unreachable(&self, actor: &str, waited: Option<Duration>) -> String {
        let mut programs = self.programs.borrow_mut();
        let Some(server) = programs.iter_mut().find(|program| program.actor == actor) else {
            return String::new();
        };
        if let Some(exit) = server.process.exit() {
            return format!("; the {actor} has ended {exit}");
        }
        let ports = Containment::ports_of(server.process.id());
        let ports: Vec<String> = ports.iter().map(u16::to_string).collect();
        let waited = waited.map_or(String::new(), |time| format!(" within {}", seconds(time)));
        match &ports[..] {
            [] => format!("; the {actor} has not begun to listen{waited}"),
            ports => format!("; the {actor} listens on port {} instead", ports.join(" and ")),
        }
    }

    /// Ends the scene: every program and whatever it has started, then every connection. Returns the
    /// panics of programs of ours, each with its actor.
    pub fn finish(&self) -> Vec<(String, Panic)> {
        for program in self.programs.borrow_mut().iter_mut() {
            program.process.end_group();
            program.process.wait();
        }
        if let Some(containment) = self.containment.borrow().as_ref() {
            let strays = containment.end_strays();
            if !strays.is_empty() {
                chatlings::console::log(&format!(
                    "warning: these processes cannot be ended: {strays:?}"
                ));
            }
        }
        // What was written before the end is still in the pipes. If somebody else holds them open, this
        // does not wait for ever.
        let deadline = Instant::now() + Duration::from_millis(500);
        while Instant::now() < deadline && !self.all_output_read() {
            self.gather(TICK, None);
        }
        let mut panics = Vec::new();
        for program in self.programs.borrow().iter().filter(|program| program.is_rust) {
            for panic in find_panics(&String::from_utf8_lossy(&program.log)) {
                panics.push((program.actor.clone(), panic));
            }
        }
        // A reset leaves no TIME_WAIT behind, so a server on a fixed port can be started again.
        for wire in self.wires.borrow_mut().iter_mut() {
            if let Some(Source::Socket(socket)) = wire.source.take() {
                let _ = SockRef::from(&socket).set_linger(Some(Duration::ZERO));
            }
        }
        for program in self.programs.borrow_mut().iter_mut() {
            program.process.reap();
        }
        *self.containment.borrow_mut() = None; // and the folder with it
        for (client, server) in self.calls.take() {
            let _ = release_port(client, server); // the call does not get through: nobody listens any more
        }
        panics
    }

    /// What has happened on this board.
    pub fn into_transcript(self) -> Transcript {
        self.transcript.into_inner()
    }

    fn all_output_read(&self) -> bool {
        let wires = self.wires.borrow();
        let is_read = |wire: WireId| wires[wire.0].end.is_some() || wires[wire.0].source.is_none();
        self.programs
            .borrow()
            .iter()
            .all(|program| is_read(program.stdout) && is_read(program.stderr))
    }

    /// Adds what programs have written and nobody has taken: at the end of a failed scene it may say why.
    pub fn note_rest(&self) {
        for program in self.programs.borrow().iter() {
            let stdout = self.with_wire(program.stdout, |wire| wire.unread().to_vec());
            self.note_lines(&program.actor, Mark::Output, &stdout);
            self.note_lines(&program.actor, Mark::Error, &program.log);
        }
    }

    fn note_lines(&self, actor: &str, mark: Mark, bytes: &[u8]) {
        const MOST_LINES: usize = 8;
        let text = String::from_utf8_lossy(bytes);
        let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
        for line in lines.iter().take(MOST_LINES) {
            if !self.transcript.borrow().has(actor, mark, line) {
                self.note(actor, mark, line);
            }
        }
        if lines.len() > MOST_LINES {
            self.note(actor, mark, &format!("… and {} lines more", lines.len() - MOST_LINES));
        }
    }
}

/// Calls a server from a port that can be used again at once: see [`release_port`].
///
/// # Errors
/// Those of [`TcpStream::connect_timeout`].
pub fn call(server: SocketAddr, limit: Duration) -> io::Result<TcpStream> {
    call_in_segments(server, limit, None)
}

/// The same, with segments of so many bytes at most.
pub fn call_in_segments(
    server: SocketAddr,
    limit: Duration,
    longest_segment: Option<u32>,
) -> io::Result<TcpStream> {
    let socket = Socket::new(Domain::for_address(server), Type::STREAM, None)?;
    socket.set_reuse_address(true)?;
    if let Some(length) = longest_segment {
        let _ = socket.set_tcp_mss(length); // where the system has other ideas, they will do too
    }
    socket.connect_timeout(&server.into(), limit)?;
    Ok(socket.into())
}

/// Frees the port of a server that has closed its connection with `client` first: the system would keep it for a
/// minute, and most programs cannot listen on it meanwhile. A new call from the same address, given up at once,
/// makes the system forget the old one (RFC 1337 tells how).
///
/// # Errors
/// When the call does not get through, as is expected: nobody listens. When a third one has the client's port too,
/// and did not set SO_REUSEADDR, there is no such call.
pub fn release_port(client: SocketAddr, server: SocketAddr) -> io::Result<()> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.set_reuse_address(true)?;
    socket.bind(&client.into())?;
    socket.set_nonblocking(true)?;
    socket.connect(&server.into())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::net::{Ipv4Addr, TcpListener};

    use super::*;

    #[test]
    fn a_port_that_the_system_keeps_is_freed() {
        // Not if another program's connection happens to have the client's port too.
        assert!((0..5).any(|_| is_freed()));
    }

    fn is_freed() -> bool {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("its address");
        let mut client = call(address, Duration::from_secs(10)).expect("it listens");
        drop(listener.accept().expect("a call"));
        assert_eq!(client.read(&mut [0]).expect("the end"), 0);
        drop((client, listener));
        let [(client, server)] = census::lingering(address.port())[..] else {
            panic!("the connection is kept, since the server has closed it first");
        };
        assert_eq!(server, address);
        let _ = release_port(client, server);
        let began = Instant::now(); // a busy system lets go of it a moment later
        while began.elapsed() < Duration::from_secs(1) {
            if census::lingering(address.port()).is_empty() {
                return true;
            }
        }
        false
    }
}

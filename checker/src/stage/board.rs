//! Where everything that a scene waits for arrives.
//!
//! A scene is one thread. Whenever it waits, it waits here, for all of its wires at once (the sockets
//! of its peers, the stdout and stderr of its programs), and what arrives meanwhile is kept for
//! the one who asks for it next. So no output is lost, no pipe fills up, and a program that reaches a
//! `todo!()` ends the scene at once, whatever it was waiting for.

use std::cell::{Cell, RefCell};
use std::io::{self, ErrorKind, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec};

use crate::sandbox::containment::Containment;
use crate::sandbox::limits::{Limits, MIB};
use crate::sandbox::process::{Exit, StartError, Stdio};
use crate::sandbox::running::between_starts;
use crate::stage::arrivals::Arrivals;
use crate::stage::clock::Clock;
use crate::stage::in_vain::InVain;
use crate::stage::panics::{Panic, PanicFinder};
use crate::stage::player::{Player, PlayerId};
use crate::stage::spin::Spin;
use crate::stage::stop::Stop;
use crate::stage::transcript::{Line, Mark, Transcript};
use crate::stage::wire::{MOST, Source, Wire, WireId};

/// How long a scene waits for what it expects, if `--patience` is 1.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long bytes without a line break must be quiet to count as a line or a message.
pub const QUIET: Duration = Duration::from_millis(50);

/// How long a program in any language may take to get ready: longer, since an interpreter starts slowly.
const START: Duration = Duration::from_secs(10);

/// How often it is looked at what programs take. The first time comes after as long.
const LOOK: Duration = Duration::from_millis(50);

/// How often a wait looks whether a program has ended. (The end itself wakes nobody up.)
pub(super) const TICK: Duration = Duration::from_millis(5);

/// An actor that did too much, and what it did.
type Excess = (String, String);

/// The wires and programs of one scene, and its transcript.
pub struct Board {
    pub(super) wires: RefCell<Vec<Wire>>,
    pub(super) players: RefCell<Vec<Player>>,
    pub(super) transcript: RefCell<Transcript>,
    pub(super) to_do: RefCell<Option<Panic>>,
    pub(super) excess: RefCell<Option<Excess>>,
    pub(super) limits: Limits,
    pub(super) containment: RefCell<Option<Containment>>, // from the first program on
    pub(super) calls: RefCell<Vec<(SocketAddr, SocketAddr)>>, // from a client, to a server
    pub(super) called: RefCell<Vec<u16>>, // ports that programs call, from wherever they do
    pub(super) clock: Clock,
    pub(super) looked: Cell<Instant>,
    polled: Cell<Instant>,        // when it was last looked at the wires
    unseen: Cell<Duration>,       // the longest time for which that was put off
    most_held_up: Cell<Duration>, // until that was last asked
    pub(super) sent: Cell<usize>, // by all peers together, in bytes
    pub(super) in_vain: Arc<InVain>,
    pub(super) is_silent: Cell<bool>, // since the last look at what programs do
    pub(super) partings: RefCell<Vec<(Duration, String)>>, // who has left, in words, and when
    pub(super) panics: RefCell<Option<Vec<(String, Panic)>>>, // if all later ones come of what is tried
    pub(super) cleared: Cell<Instant>,                        // when the transcript was empty
    pub(super) cut: Cell<Option<Duration>>, // how long the last wait took, if it was cut short
}

impl Board {
    /// An empty board, for the scene of this title.
    pub fn new(title: String, limits: Limits, in_vain: Arc<InVain>) -> Board {
        Board {
            wires: RefCell::default(),
            players: RefCell::default(),
            transcript: RefCell::new(Transcript::new(title)),
            to_do: RefCell::default(),
            excess: RefCell::default(),
            limits,
            containment: RefCell::default(),
            calls: RefCell::default(),
            called: RefCell::default(),
            clock: Clock::new(),
            looked: Cell::new(Instant::now()),
            polled: Cell::new(Instant::now()),
            unseen: Cell::default(),
            most_held_up: Cell::default(),
            sent: Cell::default(),
            in_vain,
            is_silent: Cell::new(true),
            partings: RefCell::default(),
            panics: RefCell::default(),
            cleared: Cell::new(Instant::now()),
            cut: Cell::default(),
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
        self.note_line(Line::new(actor, mark, text));
    }

    /// Writes a line into the transcript, with the time that it is now.
    pub fn note_line(&self, line: Line) {
        let when = self.since_it_began(Instant::now());
        self.transcript.borrow_mut().lines.push(Line { when, ..line });
    }

    /// Forgets the lines of the transcript: the scene begins once more.
    pub fn clear_transcript(&self) {
        self.transcript.borrow_mut().lines.clear();
        self.cleared.set(Instant::now());
    }

    /// How long after the scene began, for the last time, that was.
    pub(super) fn since_it_began(&self, when: Instant) -> Duration {
        when.saturating_duration_since(self.clock.began().max(self.cleared.get()))
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
    ///
    /// # Errors
    /// When the program cannot be run, or the machine does not have what it needs.
    pub fn start(
        &self,
        actor: &str,
        command: &mut Command,
        on: Stdio,
        is_rust: bool,
    ) -> Result<PlayerId, StartError> {
        let mut containment = self.containment.borrow_mut();
        let containment = match containment.as_mut() {
            Some(containment) => containment,
            None => containment.insert(Containment::new(self.limits.clone())?),
        };
        let (process, pipes) = containment.start(command, on)?;
        // A program that does not read what is typed must not hold up the scene.
        rustix::io::ioctl_fionbio(&pipes.stdin, true)?;
        let player = Player {
            actor: actor.to_string(),
            process,
            stdin: Some(pipes.stdin),
            on,
            stdout: self.add_wire(actor, Source::Pipe(pipes.stdout)),
            stderr: self.add_wire(actor, Source::Pipe(pipes.stderr)),
            log: Vec::new(),
            log_arrivals: Arrivals::default(),
            panics: is_rust.then(PanicFinder::default),
            spin: Spin::default(),
        };
        let mut players = self.players.borrow_mut();
        players.push(player);
        Ok(PlayerId(players.len() - 1))
    }

    /// Waits until `ready` finds what it looks for, at most for `limit`; and not as long for a program that is known
    /// to do nothing but use the processor.
    ///
    /// # Errors
    /// When the scene is over before: a `todo!()` was reached, or somebody sent without end.
    pub fn wait<T>(
        &self,
        limit: Duration,
        mut ready: impl FnMut() -> Option<T>,
    ) -> Result<Option<T>, Stop> {
        let began = self.time();
        let deadline = began + limit;
        self.cut.set(None);
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
            let waited = self.time().saturating_sub(began);
            // A program that begins may have much to do first.
            let is_for_an_answer = (self.patience()..self.start_limit()).contains(&limit);
            if is_for_an_answer && self.is_in_vain(waited) {
                self.cut.set(Some(waited));
                return Ok(None);
            }
            self.gather(left.min(TICK), None);
        }
    }

    /// How long the last wait took that was in vain: its limit, or less if it was cut short.
    pub fn waited(&self, limit: Duration) -> Duration {
        self.cut.get().unwrap_or(limit)
    }

    /// The time since the scene began, by which deadlines are measured: see [`Clock`].
    pub fn time(&self) -> Duration {
        self.clock.time()
    }

    /// How much later something was seen than it happened, at most, since this was last asked: a thread had to wait for a
    /// processor, or the scene was at something else.
    pub fn held_up(&self) -> Duration {
        self.most_held_up.set(self.most_held_up());
        self.polled.set(Instant::now());
        self.clock.take_longest_wait().max(self.unseen.take())
    }

    /// The same, since the scene was begun.
    pub fn most_held_up(&self) -> Duration {
        let (work, waits_for_disk) = self.looks_at_work();
        self.clock.forgive(work.into_iter(), waits_for_disk);
        self.most_held_up.get().max(self.clock.longest_wait()).max(self.unseen.get())
    }

    /// Takes note that nothing was seen for so long.
    fn saw_nothing(&self, time: Duration) {
        self.unseen.set(self.unseen.get().max(time));
    }

    /// Waits as [`Board::wait`] does, but the scene's time begins only after it, however long it was: what a scene has to
    /// wait for before it begins is not its own.
    pub fn wait_before_the_scene<T>(
        &self,
        limit: Duration,
        mut ready: impl FnMut() -> Option<T>,
    ) -> Result<Option<T>, Stop> {
        const PIECE: Duration = Duration::from_millis(50); // much less than any scene may take
        let began = Instant::now();
        loop {
            let left = limit.saturating_sub(began.elapsed());
            let found = self.wait(left.min(PIECE), &mut ready)?;
            self.clock.begin_again();
            if found.is_some() || left.is_zero() {
                return Ok(found);
            }
        }
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
        self.clock.is_to_look() && {
            let (work, waits_for_disk) = self.looks_at_work();
            self.clock.forgive(work.into_iter(), waits_for_disk)
        }
    }

    fn stop_early(&self) -> Result<(), Stop> {
        if let Some(panic) = self.to_do.borrow().clone() {
            return Err(Stop::ToDo(panic));
        }
        if let Some((actor, message)) = self.excess.borrow().clone() {
            return Err(self.did_too_much(&actor, &message));
        }
        // What the clock forgives does not count; but a program with many busy threads keeps itself waiting.
        const MOST_FORGIVEN: u32 = 4;
        let longest = self.patient(self.limits.scene);
        if self.is_late(longest) || self.clock.elapsed() > longest * MOST_FORGIVEN {
            return Err(self.takes_too_long(longest));
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
        for player in self.players.borrow().iter().filter(|player| player.process.id() == pid) {
            *self.excess.borrow_mut() = Some((player.actor.clone(), message.clone()));
        }
    }

    /// Waits for something to arrive, at most for `limit`, and reads all that has. Returns early when
    /// `writer` can take more.
    pub(super) fn gather(&self, limit: Duration, writer: Option<WireId>) {
        let mut wires = self.wires.borrow_mut();
        let allowance = self.allowance(&wires);
        let mut open = Vec::new();
        let mut polled = Vec::new();
        for (index, wire) in wires.iter().enumerate() {
            let Some(fd) = wire.fd() else { continue };
            let mut flags = PollFlags::empty();
            flags.set(PollFlags::IN, wire.is_read());
            flags.set(PollFlags::OUT, writer == Some(WireId(index)));
            if !flags.is_empty() {
                open.push(index);
                polled.push(PollFd::from_borrowed_fd(fd, flags));
            }
        }
        self.saw_nothing(self.polled.get().elapsed());
        let began = Instant::now();
        self.polled.set(began);
        let timeout = Timespec { tv_sec: limit.as_secs() as _, tv_nsec: limit.subsec_nanos() as _ };
        let ready = rustix::event::poll(&mut polled, Some(&timeout));
        if ready == Ok(0) {
            self.saw_nothing(self.polled.get().elapsed().saturating_sub(limit));
        }
        self.polled.set(Instant::now());
        if ready.is_err() {
            return; // a signal came in between; the caller's loop comes again
        }
        let arrived = PollFlags::IN | PollFlags::HUP | PollFlags::ERR;
        let ready: Vec<bool> = polled.iter().map(|fd| fd.revents().intersects(arrived)).collect();
        for (&index, is_ready) in open.iter().zip(ready) {
            let wire = &mut wires[index];
            if !is_ready {
                wire.has_no_more_by(began);
                continue;
            }
            self.is_silent.set(false);
            if wire.is_read()
                && let Some(message) = wire.read(allowance)
            {
                wire.source = None; // anyone who sends now is told so
                *self.excess.borrow_mut() = Some((wire.sender.clone(), message));
            }
        }
        wires.iter_mut().for_each(|wire| wire.sip(self.time()));
        self.read_logs(&mut wires, allowance);
        drop(wires);
        self.look_after_programs();
    }

    /// So many bytes may come over each wire without counting against the program: all that peers have sent, once for
    /// each of them and once more, for a program that passes on or logs whatever it gets.
    fn allowance(&self, wires: &[Wire]) -> usize {
        let peers = wires.iter().filter(|wire| wire.is_socket()).count();
        self.sent.get() * (peers + 1)
    }

    /// Notes that a peer has sent so many bytes.
    pub(super) fn note_sent(&self, count: usize) {
        self.sent.set(self.sent.get() + count);
    }

    /// Moves what programs wrote to stderr into their logs, and looks for a `todo!()` there.
    fn read_logs(&self, wires: &mut [Wire], allowance: usize) {
        for player in self.players.borrow_mut().iter_mut() {
            let wire = &mut wires[player.stderr.0];
            let piece = wire.take_all();
            if piece.is_empty() {
                continue;
            }
            player.log.extend(&piece);
            player.log_arrivals.note(player.log.len());
            if player.log.len() > MOST + allowance {
                wire.source = None;
                let message = format!("logged more than {} MiB", MOST as u64 / MIB);
                *self.excess.borrow_mut() = Some((player.actor.clone(), message));
            }
            let Some(panics) = &mut player.panics else { continue };
            panics.read(&piece);
            if self.to_do.borrow().is_none() {
                *self.to_do.borrow_mut() = panics.found().iter().find(|p| p.is_to_do()).cloned();
            }
        }
    }

    /// Looks at a wire, or takes from it.
    pub fn with_wire<T>(&self, wire: WireId, look: impl FnOnce(&mut Wire) -> T) -> T {
        look(&mut self.wires.borrow_mut()[wire.0])
    }

    /// Sends all of `bytes`, and gathers what arrives meanwhile, so that two sides that both send
    /// cannot wait for each other forever. `false`: the other side takes no more, or has left.
    pub fn send(&self, wire: WireId, mut bytes: &[u8]) -> Result<bool, Stop> {
        self.with_wire(wire, |wire| wire.is_unfinished = !bytes.ends_with(b"\n"));
        let deadline = self.time() + self.patience();
        while !bytes.is_empty() {
            let result = self.with_wire(wire, |wire| match wire.source.as_mut() {
                Some(Source::Socket(socket)) => socket.write(bytes),
                _ => Err(ErrorKind::NotConnected.into()),
            });
            match result {
                Ok(count) => {
                    self.note_sent(count);
                    self.is_silent.set(false);
                    bytes = &bytes[count..];
                }
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

    /// The sockets of all peers at whose other end `actor` is.
    pub(super) fn sockets_to(&self, actor: &str) -> Vec<WireId> {
        let is_to =
            |wire: &Wire| wire.sender == actor && matches!(wire.source, Some(Source::Socket(_)));
        let wires = self.wires.borrow();
        let numbers = wires.iter().enumerate().filter(|(_, wire)| is_to(wire));
        numbers.map(|(number, _)| WireId(number)).collect()
    }

    /// Remembers a call to a server whose port must be free again after the scene.
    pub fn frees_port_after(&self, client: SocketAddr, server: SocketAddr) {
        self.calls.borrow_mut().push((client, server));
    }

    /// Remembers a port that programs call, and that must be free again after the scene.
    pub fn frees_port(&self, port: u16) {
        self.called.borrow_mut().push(port);
    }

    /// Closes a wire on this side, so that the other one knows at once: nobody who is just being started has it open.
    pub fn close(&self, wire: WireId) {
        between_starts(|| self.with_wire(wire, |wire| wire.source = None));
    }

    /// The wire of a program's stdout.
    pub fn stdout_of(&self, player: PlayerId) -> WireId {
        self.players.borrow()[player.0].stdout
    }

    /// All that a program has written to stderr.
    pub fn log_of(&self, player: PlayerId) -> String {
        String::from_utf8_lossy(&self.players.borrow()[player.0].log).into_owned()
    }

    /// The first line that a program has written to stderr after so many bytes, once it is whole: with the time when its
    /// end came, and how many bytes there are up to there.
    pub fn logged_after(&self, player: PlayerId, bytes: usize) -> Option<(String, Instant, usize)> {
        let players = self.players.borrow();
        let player = &players[player.0];
        let rest = player.log.get(bytes..)?;
        let length = rest.iter().position(|&byte| byte == b'\n')? + 1;
        let line = String::from_utf8_lossy(&rest[..length]).into_owned();
        Some((line, player.log_arrivals.when(bytes + length)?, bytes + length))
    }

    /// Whether a program will write nothing more to stderr.
    pub fn has_logged_all(&self, player: PlayerId) -> bool {
        let stderr = self.players.borrow()[player.0].stderr;
        self.with_wire(stderr, |wire| wire.end().is_some())
    }

    /// The process id of a program.
    pub fn pid_of(&self, player: PlayerId) -> u32 {
        self.players.borrow()[player.0].process.id()
    }

    /// Types into a program. One that has ended already, or does not read, takes no more, which shows elsewhere.
    pub fn type_text(&self, player: PlayerId, text: &str) {
        let deadline = self.time() + self.patience();
        let mut bytes = text.as_bytes();
        while !bytes.is_empty() && !self.is_late(deadline) {
            let stdin = &mut self.players.borrow_mut()[player.0].stdin;
            let Some(stdin) = stdin else { return };
            match stdin.write(bytes) {
                Ok(count) => bytes = &bytes[count..],
                Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(TICK),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return,
            }
        }
    }

    /// Ends a program's input, as Ctrl-D does, so that it knows at once.
    pub fn close_stdin(&self, player: PlayerId) {
        self.parts("its input has ended", self.rests_now());
        if self.players.borrow()[player.0].on != Stdio::Pipes {
            self.type_text(player, "\x04"); // a terminal that is closed ends the output too
        }
        between_starts(|| self.players.borrow_mut()[player.0].stdin = None);
    }

    /// Ends a program, and all that it has started, as a user does who closes its window.
    pub fn end(&self, player: PlayerId) {
        let player = &mut self.players.borrow_mut()[player.0];
        player.process.end_group();
        player.process.wait();
    }

    /// How a program ended, if it has.
    pub fn exit_of(&self, player: PlayerId) -> Option<Exit> {
        let exit = self.players.borrow_mut()[player.0].process.exit()?;
        self.gather(Duration::ZERO, None); // the last that it wrote came before its end
        Some(exit)
    }

    /// Whether the program that plays `actor`, the last one if there were several, has ended.
    pub fn has_ended(&self, actor: &str) -> bool {
        let mut players = self.players.borrow_mut();
        let last = players.iter_mut().rfind(|player| player.actor == actor);
        last.is_some_and(|player| player.process.exit().is_some())
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn what_a_scene_waits_for_before_it_begins_does_not_count_as_its_time() {
        let limits = Limits { scene: Duration::from_millis(600), ..Limits::default() };
        let board = Board::new(String::new(), limits, Arc::default());
        let longer = Duration::from_millis(900);
        assert!(matches!(board.wait_before_the_scene(longer, || None::<()>), Ok(None)));
        assert!(!board.is_late(board.limits.scene));
        assert!(matches!(board.wait(longer, || None::<()>), Err(Stop::Fails(_))));
    }

    #[test]
    fn the_longest_time_of_a_scene_does_not_count_what_the_clock_forgives() {
        let (seconds, in_vain) = (Duration::from_secs, Arc::default());
        let mut board =
            Board::new(String::new(), Limits { scene: seconds(2), ..Limits::default() }, in_vain);
        board.clock = Clock::that_began(seconds(3), seconds(2));
        assert!(board.wait(Duration::ZERO, || Some(())).is_ok());
        board.clock = Clock::that_began(seconds(5), seconds(2));
        assert!(matches!(board.wait(Duration::ZERO, || Some(())), Err(Stop::Fails(_))));
    }

    #[test]
    fn a_scene_that_begins_once_more_begins_at_no_time() {
        let mut board = Board::new(String::new(), Limits::default(), Arc::default());
        let long_ago = Instant::now().checked_sub(Duration::from_secs(5)).expect("a time");
        board.clock = Clock::that_began(Duration::from_secs(5), Duration::ZERO);
        board.cleared.set(long_ago);
        board.note("server", Mark::Output, "at first");
        let when = |board: &Board| board.transcript.borrow().lines[0].when;
        assert!(when(&board) >= Duration::from_secs(5));
        board.clear_transcript();
        board.note("server", Mark::Output, "once more");
        assert_eq!(board.transcript.borrow().lines.len(), 1);
        assert!(when(&board) < Duration::from_secs(5));
    }

    #[test]
    fn it_is_known_how_late_something_was_seen_since_this_was_last_asked() {
        const LATE: Duration = Duration::from_millis(100);
        let board = Board::new(String::new(), Limits::default(), Arc::default());
        board.held_up();
        thread::sleep(LATE);
        board.gather(Duration::ZERO, None);
        assert!(board.most_held_up() >= LATE);
        assert!(board.held_up() >= LATE);
        let looks_in_time = || {
            board.gather(Duration::ZERO, None);
            board.held_up() < LATE
        };
        assert!((0..100).any(|_| looks_in_time()), "not even once, however busy the machine");
        assert!(board.most_held_up() >= LATE, "since it was begun");
    }

    #[test]
    fn it_is_known_until_when_nothing_had_come_over_a_wire() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a listener");
        let address = listener.local_addr().expect("an address");
        let mut theirs = TcpStream::connect(address).expect("a connection");
        let board = Board::new(String::new(), Limits::default(), Arc::default());
        let (ours, _) = listener.accept().expect("the other end");
        let wire = board.add_socket("server", ours).expect("a wire");
        let silent_until = || board.with_wire(wire, |wire| wire.silent_until());
        assert_eq!(silent_until(), None);
        let looked = Instant::now();
        board.gather(Duration::ZERO, None);
        let sent = Instant::now();
        assert!(silent_until().is_some_and(|silent| (looked..sent).contains(&silent)));
        theirs.write_all(b"Hi").expect("it is sent");
        let has_come = || board.with_wire(wire, |wire| !wire.unread().is_empty()).then_some(());
        assert!(matches!(board.wait(Duration::from_secs(60), has_come), Ok(Some(()))));
        board.with_wire(wire, Wire::take_all);
        board.gather(Duration::ZERO, None); // nothing more, which is no matter
        assert!(silent_until().is_some_and(|silent| (looked..sent).contains(&silent)));
    }
}

//! What is to be said of a connection or a program that has ended, and the end of the whole scene.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use socket2::SockRef;

use crate::sandbox::containment::Containment;
use crate::sandbox::sockets;
use crate::stage::board::{Board, TICK};
use crate::stage::missing::missed;
use crate::stage::panics::{Panic, PanicFinder};
use crate::stage::show::{keep_first_and_last, seconds};
use crate::stage::stop::Stop;
use crate::stage::transcript::{Line, Mark};
use crate::stage::wire::{Source, WireId};

/// What is left of a scene that is over.
#[derive(Debug, Default)]
pub struct Finished {
    /// The panics of programs of ours, each with its actor.
    pub panics: Vec<(String, Panic)>,
    /// The processes that could not be ended.
    pub survivors: BTreeSet<i32>,
    /// How much later something was seen than it happened, at most.
    pub held_up: Duration,
    /// What a command has missed that is not there: then nothing was checked.
    pub missed: Option<String>,
}

impl Board {
    /// Why nothing more comes over a wire that is closed: its program has ended, or goes on without it.
    pub fn why_closed(&self, wire: WireId) -> Result<String, Stop> {
        // The system closes what a program had open a moment before it knows how the program ended.
        const MOMENT: Duration = Duration::from_millis(200);
        let sender = self.with_wire(wire, |wire| wire.sender.clone());
        let exit = self.wait(MOMENT, || {
            let mut players = self.players.borrow_mut();
            players.iter_mut().find(|player| player.actor == sender)?.process.exit()
        })?;
        Ok(match exit {
            Some(exit) if sender == "server" => format!("the server has ended {exit}"),
            Some(exit) => format!("{sender} has ended {exit}"),
            None => "the connection was closed".to_string(),
        })
    }

    /// What there is to say about a server that cannot be reached, after `waited` if it had time to begin.
    /// `has_listened`: it could be reached before.
    pub fn why_unreachable(
        &self,
        actor: &str,
        waited: Option<Duration>,
        has_listened: bool,
    ) -> String {
        let mut players = self.players.borrow_mut();
        let Some(server) = players.iter_mut().find(|player| player.actor == actor) else {
            return String::new();
        };
        if let Some(exit) = server.process.exit() {
            return format!("; the {actor} has ended {exit}");
        }
        let ports = sockets::listening_ports(server.process.id());
        let ports: Vec<String> = ports.iter().map(u16::to_string).collect();
        let waited = waited.map_or(String::new(), |time| format!(" within {}", seconds(time)));
        match &ports[..] {
            [] if has_listened => format!("; the {actor} no longer listens"),
            [] => format!("; the {actor} has not begun to listen{waited}"),
            ports => format!("; the {actor} listens on port {} instead", ports.join(" and ")),
        }
    }

    /// Ends the scene: every program and whatever it has started, then every connection.
    pub fn finish(&self) -> Finished {
        let held_up = self.most_held_up();
        // How they have ended by themselves.
        let mut exits = Vec::new();
        for player in self.players.borrow_mut().iter_mut() {
            exits.push(player.process.exit());
            player.process.end_group();
            player.process.wait();
        }
        let containment = self.containment.take();
        let mut survivors = containment.as_ref().map_or(BTreeSet::new(), Containment::end_strays);
        // What was written before the end is still in the pipes. If somebody else holds them open, this
        // does not wait forever.
        let deadline = Instant::now() + Duration::from_millis(500);
        while Instant::now() < deadline && !self.all_output_read() {
            self.gather(TICK, None);
        }
        // A reset leaves no TIME_WAIT behind, so a server on a fixed port can be started again.
        for wire in self.wires.borrow_mut().iter_mut() {
            if let Some(Source::Socket(socket)) = wire.source.take() {
                let _ = SockRef::from(&socket).set_linger(Some(Duration::ZERO));
            }
        }
        let mut missing = None;
        for (player, exit) in self.players.borrow_mut().iter_mut().zip(exits) {
            let is_foreign = player.panics.is_none();
            let log = String::from_utf8_lossy(&player.log);
            missing = missing.or(exit.filter(|_| is_foreign).and_then(|exit| missed(exit, &log)));
            if !player.process.reap() {
                survivors.insert(player.process.id() as i32);
            }
        }
        let panics = self.panics.take().unwrap_or_else(|| self.panics_so_far());
        drop(containment); // and the folder with it
        let called = self.called.take().into_iter().flat_map(sockets::lingering);
        for (client, server) in self.calls.take().into_iter().chain(called) {
            let _ = sockets::release(client, server); // the call does not get through: nobody listens any more
        }
        Finished { panics, survivors, held_up, missed: missing }
    }

    fn all_output_read(&self) -> bool {
        let wires = self.wires.borrow();
        let is_read = |wire: WireId| wires[wire.0].is_over();
        let players = self.players.borrow();
        players.iter().all(|player| is_read(player.stdout) && is_read(player.stderr))
    }

    /// The panics so far, each with its actor.
    pub(super) fn panics_so_far(&self) -> Vec<(String, Panic)> {
        let mut panics = Vec::new();
        for player in self.players.borrow().iter() {
            let found = player.panics.as_ref().map_or(&[][..], PanicFinder::found);
            panics.extend(found.iter().map(|panic| (player.actor.clone(), panic.clone())));
        }
        panics
    }

    /// Adds what programs have written and nobody has taken, each line where it came: at the end of a failed scene it
    /// may say why.
    pub fn note_rest(&self) {
        for player in self.players.borrow().iter() {
            let stdout = self.with_wire(player.stdout, |wire| wire.lines_unread());
            self.note_lines(&player.actor, Mark::Output, stdout);
            self.note_lines(&player.actor, Mark::Error, player.lines_logged());
        }
    }

    /// Notes lines that came at these times: if they are many, the first and the last of them. (The last line of a
    /// traceback says what went wrong.)
    fn note_lines(&self, actor: &str, mark: Mark, mut lines: Vec<(String, Instant)>) {
        // What programs wrote before the scene began once more is of no interest.
        lines.retain(|(line, when)| !line.trim().is_empty() && *when >= self.cleared.get());
        keep_first_and_last(&mut lines, |words, first| (words, first.1));
        for (line, when) in lines {
            let line = line.trim_end_matches(['\r', '\n']);
            if !self.transcript.borrow().has(actor, mark, line) {
                self.note_when_it_came(actor, mark, line, when);
            }
        }
    }

    /// Puts a line of a program into the transcript where it belongs by its time.
    pub(super) fn note_when_it_came(&self, actor: &str, mark: Mark, line: &str, came: Instant) {
        let when = self.since_it_began(came);
        self.transcript.borrow_mut().insert(Line { when, ..Line::new(actor, mark, line) });
    }
}

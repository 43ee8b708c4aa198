//! What a failure comes from, as far as it can be seen: the programs still run, and can be tried.
//!
//! Nothing here changes a verdict. What is found only leads the student to the mistake.

use std::net::Shutdown;
use std::ops::Range;
use std::time::Duration;

use crate::sandbox::process::Stdio;
use crate::sandbox::sockets;
use crate::stage::board::Board;
use crate::stage::player::{Player, PlayerId};
use crate::stage::show::seconds;
use crate::stage::stop::{Failure, Missed, Stop};
use crate::stage::symptom::Symptom;
use crate::stage::transcript::Mark;
use crate::stage::wire::WireId;

/// How long a program may take to do something once it is tried.
const MOMENT: Duration = Duration::from_millis(300);

/// The same, where the system tells when it is done.
const LONGEST_TRIAL: Duration = Duration::from_secs(1);

/// How long a program must have used the processor, to say that it does so all the time.
const LONG: Duration = Duration::from_millis(150);

/// How long it must have run in silence, then: one that has much to send is not in a loop without end.
const MUCH: Duration = Duration::from_millis(100);

/// How many others are made to leave, one after the other, to see whether one of them is waited for; then the rest do.
const MOST_OTHERS: usize = 4;

impl Board {
    /// Lets the programs finish what they are at (what they still log may say why), and looks for what the failure
    /// comes from. `default`: the port that the step's programs use when they are told none.
    pub fn examines(&self, failure: &mut Failure, default: Option<u16>) {
        let _ = self.settle(); // it has failed already
        self.note_rest();
        if failure.symptom.is_some() {
            return;
        }
        if self.is_busy() == Some(true) {
            // Once it is known for long enough that it is at work. Whatever it does then, the scene has failed already.
            let _ = self.wait(self.patient(MOMENT), || self.spinner(MUCH).map(drop));
        }
        if let Some(spinner) = self.spinner(MUCH).or_else(|| self.flooder_since_parting()) {
            self.in_vain.note_spinning();
            let since = self.parting(&spinner.began);
            let words = format!("; {} {}", subject(&spinner.actor, &failure.actor), spins(&since));
            failure.message.push_str(&words);
            failure.symptom = Some(Symptom::Spins(since));
            return;
        }
        failure.symptom = match failure.missed.as_deref() {
            Some(Missed::Text(text, wire)) => self.tries(text, *wire),
            Some(Missed::Call | Missed::Listening) => {
                default.and_then(|port| self.uses_other_port(&failure.actor, port))
            }
            None => None,
        };
    }

    /// The symptom that a program was at work all the time.
    pub(super) fn spins(&self, actor: &str) -> Symptom {
        let spinner = self.spinner(MUCH).or_else(|| self.flooder_since_parting());
        let spinner = spinner.filter(|spinner| spinner.actor == actor);
        Symptom::Spins(spinner.and_then(|spinner| self.parting(&spinner.began)))
    }

    /// The failure that an actor did too much. What uses the processor all the time is named as that first.
    pub(super) fn did_too_much(&self, actor: &str, what: &str) -> Stop {
        const JUST_NOW: Duration = Duration::from_millis(200);
        if let Some(spinner) = self.spinner(Duration::ZERO).filter(|spinner| spinner.actor == actor)
        {
            let since = self.parting(&spinner.began);
            let message = format!("it {}, and {what}", spins(&since));
            return Stop::fails(actor, message).because(Symptom::Spins(since));
        }
        let now = self.clock.elapsed();
        match self.parting(&(now.saturating_sub(JUST_NOW)..now)) {
            Some(since) => {
                let message = format!("it {what}, since {since}");
                Stop::fails(actor, message).because(Symptom::Spins(Some(since)))
            }
            None => Stop::fails(actor, what),
        }
    }

    /// The failure that the scene was not over in time.
    pub(super) fn takes_too_long(&self, longest: Duration) -> Stop {
        let longest = seconds(longest);
        let Some(spinner) = self.spinner(Duration::ZERO) else {
            let message = format!("expected the check to be over within {longest} (--max-seconds)");
            return Stop::fails("check", message);
        };
        let since = self.parting(&spinner.began);
        let message = format!(
            "it {}; the check was not over within {longest} (--max-seconds)",
            spins(&since)
        );
        Stop::fails(&spinner.actor, message).because(Symptom::Spins(since))
    }

    /// A program that uses the processor all the time, if there is one; and has done so for this long in silence, or
    /// since somebody has left.
    fn spinner(&self, in_silence: Duration) -> Option<Spinner> {
        let now = self.clock.elapsed();
        let players = self.players.borrow();
        players.iter().find_map(|player| {
            let began = player.spin.began()?;
            let is_long = now.saturating_sub(began.end) >= LONG;
            let is_certain = player.spin.ran() >= in_silence || self.parting(&began).is_some();
            (is_long && is_certain).then(|| Spinner { actor: player.actor.clone(), began })
        })
    }

    /// A program that has been printing or sending without end since somebody has left.
    fn flooder_since_parting(&self) -> Option<Spinner> {
        const MOMENT: Duration = Duration::from_millis(50);
        let (actor, since) = self.flooder()?;
        let began = since..since + MOMENT;
        self.parting(&began).is_some().then_some(Spinner { actor, began })
    }

    /// Who has left just when something began, in words.
    pub(super) fn parting(&self, began: &Range<Duration>) -> Option<String> {
        const BEFORE: Duration = Duration::from_millis(100);
        let (earliest, latest) = (began.start.saturating_sub(BEFORE), began.end);
        let partings = self.partings.borrow();
        let then = partings.iter().rfind(|(when, _)| *when <= latest);
        then.filter(|(when, _)| *when >= earliest).map(|(_, words)| words.clone())
    }

    /// What a program waits for that did not say a text: a line break, the end of what it reads, somebody else?
    fn tries(&self, text: &str, from: WireId) -> Option<Symptom> {
        let actor = self.with_wire(from, |wire| wire.sender.clone());
        if self.has_ended(&actor) {
            return None;
        }
        *self.panics.borrow_mut() = Some(self.panics_so_far());
        let trial = Trial { board: self, actor: &actor, text, from };
        if trial.rest().is_some() {
            return None; // it was only late
        }
        let wires = self.sockets_to(&actor);
        let is_unfinished = |wire: &WireId| self.with_wire(*wire, |wire| wire.is_unfinished);
        if let Some(wire) = wires.iter().copied().rfind(is_unfinished)
            && self.send(wire, b"\n").is_ok()
            && trial.succeeds()
        {
            trial.note(&self.reader(wire), "sends a line break");
            return Some(Symptom::WaitsForLineBreak);
        }
        // The own connection first.
        let is_own = |wire: &WireId| *wire == from || wires.len() == 1;
        let (own, others): (Vec<WireId>, Vec<WireId>) = wires.iter().partition(|wire| is_own(wire));
        for wire in own.iter().chain(others.iter().take(MOST_OTHERS)).copied() {
            self.with_socket(wire, |socket| socket.shutdown(Shutdown::Write));
            if trial.succeeds() {
                trial.note(&self.reader(wire), "leaves");
                return Some(match is_own(&wire) {
                    true if trial.is_without_line_break() => Symptom::KeepsBack,
                    true => Symptom::WaitsForTheEnd,
                    false => Symptom::WaitsForOther(self.reader(wire)),
                });
            }
        }
        // In a crowd, it may be any of them.
        let rest: Vec<WireId> = others.iter().skip(MOST_OTHERS).copied().collect();
        for wire in &rest {
            self.with_socket(*wire, |socket| socket.shutdown(Shutdown::Write));
        }
        if !rest.is_empty() && trial.succeeds() {
            trial.note("the others", "leave");
            return Some(Symptom::WaitsForOther("the others".to_string()));
        }
        // What was printed without a line break comes when the program ends, and that may wait for its user.
        if let Some(program) = self.player_that_prints(from) {
            self.close_stdin(program);
            if trial.succeeds() && trial.is_without_line_break() {
                trial.note(&actor, "its input ends");
                return Some(Symptom::KeepsBack);
            }
        }
        self.has_printed(&actor, text, from).then_some(Symptom::PrintsInstead)
    }

    /// The peer that reads what comes over this wire.
    fn reader(&self, wire: WireId) -> String {
        self.with_wire(wire, |wire| wire.reader.clone())
    }

    /// The program whose stdout this wire is, if it is one.
    fn player_that_prints(&self, wire: WireId) -> Option<PlayerId> {
        let players = self.players.borrow();
        players.iter().position(|player| player.stdout == wire).map(PlayerId)
    }

    /// Whether a program has printed a text that it was to send. On a terminal with a user, it may only show what is typed.
    fn has_printed(&self, actor: &str, text: &str, to: WireId) -> bool {
        let players = self.players.borrow();
        let player = players.iter().find(|player| player.actor == actor && player.stdout != to);
        // A word that was drawn has a number. Others, such as `end`, may stand in a prompt or in a traceback.
        let is_drawn = text.contains(|c: char| c.is_ascii_digit());
        let is_in = |line: &str| line.trim() == text || is_drawn && line.contains(text);
        player.is_some_and(|player| {
            player.on != Stdio::Terminal && self.said(player).lines().any(is_in)
        })
    }

    /// What a program has printed and logged, and no scene has read yet.
    fn said(&self, player: &Player) -> String {
        let stdout = self.with_wire(player.stdout, |wire| wire.unread().to_vec());
        [&*String::from_utf8_lossy(&player.log), &*String::from_utf8_lossy(&stdout)].concat()
    }

    /// The port that a program uses instead of the one that it was given, if it does.
    fn uses_other_port(&self, actor: &str, default: u16) -> Option<Symptom> {
        let players = self.players.borrow();
        let player = players.iter().find(|player| player.actor == actor)?;
        let (pid, said) = (player.process.id(), self.said(player));
        let is_named =
            said.split(|c: char| !c.is_ascii_digit()).any(|word| word == default.to_string());
        if is_named
            || sockets::called_ports(pid).contains(&default)
            || sockets::listening_ports(pid).contains(&default)
        {
            return Some(Symptom::OtherPort(Some(default)));
        }
        let said = said.to_lowercase();
        // Nobody listens there, or somebody else does: neither can happen with the port that it was given.
        let is_elsewhere = said.contains("refused") || said.contains("already in use");
        is_elsewhere.then_some(Symptom::OtherPort(None))
    }
}

/// Whether a program says a text, after all.
struct Trial<'a> {
    board: &'a Board,
    actor: &'a str,
    text: &'a str,
    from: WireId,
}

impl Trial<'_> {
    /// Waits for the text, until the programs rest: then it does not come.
    fn succeeds(&self) -> bool {
        const LOOKS: usize = 20; // one in 5 ms; a peer that counts a line as whole when it is quiet takes 50 ms
        let limit = if self.board.is_busy().is_some() { LONGEST_TRIAL } else { MOMENT };
        let mut at_rest = 0;
        let is_decided = || {
            if self.rest().is_some() {
                return Some(true);
            }
            at_rest = if self.board.is_busy() == Some(false) { at_rest + 1 } else { 0 };
            (at_rest == LOOKS).then_some(false)
        };
        let limit = self.board.patient(limit);
        self.board.wait(limit, is_decided).ok().flatten() == Some(true) // no time left: it is not known
    }

    /// What has come behind the text, if that has come.
    fn rest(&self) -> Option<String> {
        let unread = self.board.with_wire(self.from, |wire| wire.unread().to_vec());
        let unread = String::from_utf8_lossy(&unread);
        unread.split_once(self.text).map(|(_, rest)| rest.to_string())
    }

    /// Whether the text was printed without a line break.
    fn is_without_line_break(&self) -> bool {
        self.is_printed() && self.rest().is_some_and(|rest| !rest.contains('\n'))
    }

    fn is_printed(&self) -> bool {
        self.board.player_that_prints(self.from).is_some()
    }

    /// Notes what somebody did to the program, and that it has then said the text.
    fn note(&self, who: &str, act: &str) {
        let actor = if self.actor == "server" { "the server" } else { self.actor };
        let limit = seconds(self.board.patience());
        let event = format!("{act} after {limit}, to see what {actor} waits for");
        self.board.note(who, Mark::Event, &event);
        match self.is_printed() {
            true => self.board.note(self.actor, Mark::Output, self.text),
            false => self.board.note(&self.board.reader(self.from), Mark::Received, self.text),
        }
    }
}

/// A program that uses the processor all the time, and when it began to.
struct Spinner {
    actor: String,
    began: Range<Duration>,
}

/// How a message calls a program that failed itself, or has made somebody fail.
fn subject(program: &str, failed: &str) -> String {
    match program {
        _ if program == failed => "it".to_string(),
        "server" | "program" => format!("the {program}"),
        name => name.to_string(),
    }
}

fn spins(since: &Option<String>) -> String {
    let since = since.as_ref().map_or(String::new(), |since| format!(" since {since}"));
    format!("uses the processor all the time{since}")
}

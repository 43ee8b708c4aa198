//! Scenes of 2.1 the server operator.
//!
//! The handout asks for a thread that is "the server operator" of 1.4's server: "while it is running", the command
//! `num.users` displays "the number of users connected", "when different amounts of clients are connected". So those
//! who come count, and those who leave do not: with `end`, as in 1.4, or by closing the connection. In a program in any
//! language, the word may be another one (`--operator`), the answer may have any words around the number, and the reply
//! to a message any words at all. What the course's own starters ask beyond it: a list of commands, an operator whose
//! input may end, and a client that counts no more after a reset.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use crate::course::scenes::common;
use crate::course::scenes::rooms::a_short_time;
use crate::course::step::{Check, Row};
use crate::stage::expected::{anything, containing};
use crate::stage::peer::Peer;
use crate::stage::program::Program;
use crate::stage::show::quoted;
use crate::stage::stage::Stage;
use crate::stage::stop::{Scene, Stop, another_check_is_about_that};
use crate::stage::symptom::Symptom;
use crate::stage::transcript::Mark;

pub const ROW: Row = Row {
    id: "ex5",
    shown: "counts_who_leaves",
    programs: &["ex5_server"],
    probes: &[],
    is_own: false,
    checks: CHECKS,
    pair_checks: &[],
};

const CHECKS: &[Check] = &[
    Check::server("counts_who_comes", counts_who_comes).worth(2),
    Check::server("counts_who_leaves", counts_who_leaves).worth(2),
    Check::server("works_while_clients_talk", works_while_clients_talk)
        .worth(4)
        .with_helper("ex4_client"),
    Check::server("lists_the_commands", lists_the_commands).worth(2).only_ours(),
    Check::server("survives_the_end_of_input", survives_the_end_of_input)
        .worth(1)
        .bonus_of_others(),
    Check::server("the_operators_end_costs_nothing", the_operators_end_costs_nothing)
        .worth(1)
        .only_ours(),
    Check::server("clients_talk", clients_talk).bonus(),
];

/// A server that prints so many lines unasked prints without end.
const MOST_LINES: usize = 20;

/// What the operator types to be told how many there are.
fn command(stage: &Stage) -> &str {
    stage.manners().operator.as_deref().unwrap_or("num.users")
}

/// The operator of a server, and what it has been told: how many there were, by which line.
struct Operator<'a> {
    stage: &'a Stage,
    server: &'a Program,
    told: RefCell<Vec<(u64, String)>>,
}

impl<'a> Operator<'a> {
    fn of(stage: &'a Stage, server: &'a Program) -> Operator<'a> {
        Operator { stage, server, told: RefCell::default() }
    }

    /// Types `num.users` until the server's answer is this number. It may take a moment, since a server learns of those
    /// who come and go in threads of its own.
    ///
    /// A line with the number may be there by chance: a server may log who comes and goes. So a foreign server is asked
    /// once more, and has to answer once more.
    fn counts(&self, expected: u64) -> Scene {
        let answer = self.is_told(expected)?;
        if self.stage.is_foreign() {
            self.is_told(expected)?;
        }
        self.stage.note("server", Mark::Typed, command(self.stage));
        self.stage.note("server", Mark::Output, &answer);
        self.told.borrow_mut().push((expected, answer));
        Ok(())
    }

    /// The line that answers `num.users` with this number. What was printed before, a start-up line for example, answers
    /// nothing; nor does a line that has answered with another number, as a menu could, and a row of all numbers.
    fn is_told(&self, expected: u64) -> Result<String, Stop> {
        const PAUSE: Duration = Duration::from_millis(10);
        let (stage, server, told) = (self.stage, self.server, self.told.borrow());
        let is_old =
            |line: &str| told.iter().any(|(number, old)| old == line && *number != expected);
        let has_number = |line: &str| {
            numbers_in(line).any(|number| number == expected)
                || (stage.is_foreign() && says_in_words(line, expected))
        };
        let deadline = stage.time() + stage.patience();
        let mut answer = None;
        while !stage.is_late(deadline) {
            // Late lines of the last round.
            while !stage.is_late(deadline) && server.next_line(Duration::ZERO)?.is_some() {}
            let typed = Instant::now();
            server.types_quietly(command(stage));
            let mut limit = stage.patience();
            while let Some((line, when)) = server.next_line(limit)? {
                if when < typed {
                    continue; // what it said before it was asked, as a start-up line, is no answer
                }
                if has_number(&line) && !is_old(&line) {
                    return Ok(line);
                }
                answer = Some(line);
                limit = if stage.is_late(deadline) { Duration::ZERO } else { PAUSE };
            }
        }
        stage.note("server", Mark::Typed, command(stage));
        let instead = match answer {
            Some(line) if has_number(&line) => {
                format!("what it printed then was the same as before: {}", quoted(&line))
            }
            Some(line) => format!("what it printed then was {}", quoted(&line)),
            None => "there was no answer on stdout".to_string(),
        };
        Err(Stop::fails(
            "server",
            format!("expected an answer with the number {expected}, but {instead}"),
        ))
    }
}

/// Whether a line says in words how many there are: `No users connected`, `There is one user`.
fn says_in_words(line: &str, count: u64) -> bool {
    const NUMBERS: [&[&str]; 4] =
        [&["no", "none", "nobody", "zero"], &["one"], &["two"], &["three"]];
    let line = line.to_ascii_lowercase();
    let words: Vec<&str> = line.split(|c: char| !c.is_ascii_alphabetic()).collect();
    let is_said = |number: &[&str]| words.iter().any(|word| number.contains(word));
    // The first that is said: in `no one`, it is none.
    let said = NUMBERS.iter().position(|number| is_said(number));
    numbers_in(&line).next().is_none() && said == usize::try_from(count).ok()
}

/// The numbers in a line, without those of an address such as 127.0.0.1:8080.
pub fn numbers_in(line: &str) -> impl Iterator<Item = u64> {
    let words = line.split_whitespace().filter(|word| word.matches('.').count() < 3);
    words
        .flat_map(|word| word.split(|c: char| !c.is_ascii_digit()))
        .filter_map(|digits| digits.parse().ok())
}

/// Connects somebody and waits for an echo: after that, the server surely knows of them. Another check is about a
/// foreign server that does not reply.
fn joins(stage: &Stage, name: &str) -> Result<Peer, Stop> {
    let peer = common::comes(stage, name)?;
    if stage.is_foreign() {
        peer.says(&stage.word())?;
        peer.hears_within(a_short_time(stage))?;
    } else {
        common::echoes(stage, &peer)?;
    }
    Ok(peer)
}

/// Says a word and hears the reply: of a foreign server, any.
fn is_answered(stage: &Stage, peer: &Peer) -> Scene {
    if !stage.is_foreign() {
        return common::echoes(stage, peer);
    }
    peer.hears_within(Duration::ZERO)?; // what else was said meanwhile
    peer.says(&stage.word())?;
    peer.hears(anything("a reply")).map(drop)
}

fn counts_who_comes(stage: &Stage) -> Scene {
    let server = stage.starts_server()?;
    let operator = Operator::of(stage, &server);
    // A foreign server may still be starting, and has answered nobody yet.
    if !stage.is_foreign() {
        operator.counts(0)?;
    }
    let _alice = joins(stage, "alice")?;
    operator.counts(1)?;
    let _bob = joins(stage, "bob")?;
    // A silent one counts as well. (One of the course has to know of her before it is asked.)
    let _carol = if stage.is_foreign() { stage.connects("carol")? } else { joins(stage, "carol")? };
    operator.counts(3)
}

fn counts_who_leaves(stage: &Stage) -> Scene {
    let server = stage.starts_server()?;
    let operator = Operator::of(stage, &server);
    let alice = joins(stage, "alice")?;
    let bob = joins(stage, "bob")?;
    let carol = joins(stage, "carol")?;
    operator.counts(3)?;
    let ended = alice.closes_with("end");
    if stage.is_foreign() {
        // Its client ends when the server has. Or it may keep the connection, as in 1.4.
        if ended.is_ok() {
            alice.leaves();
        }
        another_check_is_about_that(ended)?;
    } else {
        ended?;
    }
    operator.counts(2)?;
    bob.leaves();
    operator.counts(1)?;
    if stage.is_foreign() {
        carol.leaves(); // what becomes of a reset, the handout does not say
    } else {
        carol.resets();
    }
    operator.counts(0)
}

fn works_while_clients_talk(stage: &Stage) -> Scene {
    const CLIENT: &str = "ex4_client";
    if stage.is_foreign() || !stage.has_helper(CLIENT) {
        return works_while_peers_talk(stage);
    }
    let server = stage.starts_server()?;
    let operator = Operator::of(stage, &server);
    let bob = stage.connects("bob")?;
    let alice = stage.starts_helper("alice", CLIENT)?;
    for _ in 0..2 {
        let word = stage.word();
        alice.types(&word);
        alice.prints(&word)?;
        operator.counts(2)?;
        common::echoes(stage, &bob)?;
    }
    alice.types("end");
    alice.exits(0)?;
    operator.counts(1)
}

/// The same with peers only: a program that calls a foreign server, and ends first, would leave the port in
/// TIME_WAIT, where many servers cannot be started again. And in a students' edition, 1.4's client may not be there: its
/// author's own would make a mistake there count here.
fn works_while_peers_talk(stage: &Stage) -> Scene {
    let server = stage.starts_server()?;
    let operator = Operator::of(stage, &server);
    // A silent one counts as well. When a foreign server takes note of one, it does not say before it replies.
    let bob = if stage.is_foreign() { joins(stage, "bob")? } else { stage.connects("bob")? };
    if stage.is_foreign() {
        operator.counts(1)?; // what it says of two must be something else
    }
    let alice = joins(stage, "alice")?;
    for peer in [&alice, &bob] {
        operator.counts(2)?;
        is_answered(stage, peer)?;
    }
    if stage.is_foreign() {
        return Ok(()); // another check is about who leaves
    }
    alice.closes_with("end")?;
    operator.counts(1)
}

fn lists_the_commands(stage: &Stage) -> Scene {
    let server = stage.starts_server()?;
    let operator = Operator::of(stage, &server);
    server.types(&stage.word());
    server.prints(containing("num.users"))?;
    operator.counts(0)
}

fn survives_the_end_of_input(stage: &Stage) -> Scene {
    let server = stage.starts_server()?;
    server.input_ends();
    let printed = server.prints_meanwhile(Duration::from_millis(100), MOST_LINES)?;
    if printed.len() == MOST_LINES {
        let message = format!(
            "expected the operator to end, but it prints on and on: {}",
            quoted(&printed[0])
        );
        let since = Some("its input has ended".to_string());
        return Err(Stop::fails("server", message).because(Symptom::Spins(since)));
    }
    another_check_is_about_that(server.rests("the operator to end, and the server to sleep"))?;
    server.goes_on("only the operator to end, and the server to go on")?;
    let alice = joins(stage, "alice")?;
    common::ends_with_end(stage, &alice)?;
    joins(stage, "bob").map(drop)
}

fn the_operators_end_costs_nothing(stage: &Stage) -> Scene {
    let server = stage.starts_server()?;
    server.input_ends();
    server.rests("the operator to end, and the server to sleep")?;
    joins(stage, "alice").map(drop)
}

fn clients_talk(stage: &Stage) -> Scene {
    let _server = stage.starts_server()?;
    let alice = joins(stage, "alice")?;
    if !stage.is_foreign() {
        common::says_an_empty_line(stage, &alice, common::echo)?;
    }
    for message in [format!("endless {}", stage.word()), format!("{} and no end", stage.word())] {
        alice.says(&message)?;
        alice.hears(common::echo(&message))?;
    }
    common::ends_with_end(stage, &alice)?;
    let bob = stage.connects("bob")?;
    is_answered(stage, &bob)
}

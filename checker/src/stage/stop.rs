//! What a scene comes to.

use std::time::Duration;

use crate::stage::difference::Difference;
use crate::stage::panics::Panic;
use crate::stage::symptom::Symptom;
use crate::stage::wire::WireId;

/// What a scene comes to: all went as expected, or it stopped.
pub type Scene = Result<(), Stop>;

/// Why a scene stopped.
#[derive(Clone, Debug)]
pub enum Stop {
    /// Something else happened than was expected.
    Fails(Failure),
    /// A `todo!()` was reached.
    ToDo(Panic),
    /// The scene cannot be played with what was given, or on this machine.
    NotChecked(String),
    /// The machine has no room for the scene at the moment: no process, no file, no socket to be had.
    NoRoom(String),
    /// The machine is too busy at the moment for what the scene measures.
    TooBusy(String),
    /// The scene itself has a mistake, which is nobody's but the checker's.
    Fault(String),
}

/// What was expected of somebody and did not happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Who.
    pub actor: String,
    /// What was expected, and what came instead.
    pub message: String,
    /// Whether the program did not even get to where the scene begins.
    pub is_at_start: bool,
    /// How late something must have been seen for a busy machine to explain it: then one failure proves nothing.
    pub may_be_chance: Option<Duration>,
    /// What came instead, laid beside what was expected.
    pub difference: Option<Box<Difference>>,
    /// What did not come: how it is missed can be found out.
    pub missed: Option<Box<Missed>>,
    /// What was seen of the program.
    pub symptom: Option<Symptom>,
}

/// What was waited for in vain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missed {
    /// This text, over this wire.
    Text(String, WireId),
    /// A call of the program that plays the actor, to the port that it was given.
    Call,
    /// The line with which a server of the course says where it listens.
    Listening,
}

impl Failure {
    /// A failure of `actor`, in the middle of a scene, that chance does not explain.
    pub fn of(actor: &str, message: impl Into<String>) -> Failure {
        let (actor, message) = (actor.to_string(), message.into());
        Failure {
            actor,
            message,
            is_at_start: false,
            may_be_chance: None,
            difference: None,
            missed: None,
            symptom: None,
        }
    }
}

impl Stop {
    /// A failure of `actor`.
    pub fn fails(actor: &str, message: impl Into<String>) -> Stop {
        Stop::Fails(Failure::of(actor, message))
    }

    /// The same, where a failure is one to start.
    pub fn at_start(self) -> Stop {
        self.where_it_fails(|failure| failure.is_at_start = true)
    }

    /// The same, where a busy machine can explain a failure, however little it was late.
    pub fn by_chance(self) -> Stop {
        self.unless_late_by(Duration::ZERO)
    }

    /// The same, where a machine that was late by so much can explain a failure.
    pub fn unless_late_by(self, time: Duration) -> Stop {
        self.where_it_fails(|failure| failure.may_be_chance = Some(time))
    }

    /// The same, with what came instead laid beside what was expected.
    pub fn differs(self, difference: Difference) -> Stop {
        self.where_it_fails(|failure| failure.difference = Some(difference.into()))
    }

    /// The same, with what did not come.
    pub fn misses(self, missed: Missed) -> Stop {
        self.where_it_fails(|failure| failure.missed = Some(missed.into()))
    }

    /// The same, with what was seen of the program.
    pub fn because(self, symptom: Symptom) -> Stop {
        self.where_it_fails(|failure| failure.symptom = Some(symptom))
    }

    fn where_it_fails(mut self, change: impl FnOnce(&mut Failure)) -> Stop {
        if let Stop::Fails(failure) = &mut self {
            change(failure);
        }
        self
    }
}

/// The scene goes on after a failure that another check is about.
///
/// # Errors
/// Whatever else has stopped it.
pub fn another_check_is_about_that<T>(result: Result<T, Stop>) -> Scene {
    match result {
        Ok(_) | Err(Stop::Fails(_)) => Ok(()),
        Err(other) => Err(other),
    }
}

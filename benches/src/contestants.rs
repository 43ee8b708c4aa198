//! Who is measured.

use crate::process::Start;
use crate::protocol::Protocol;

/// Which shapes a contestant is measured in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// The first three: in the others it would only take time.
    Original,
    /// All that the tables show.
    Tables,
    /// Those, and the ones between, which show how it grows.
    Growth,
}

/// A server that is measured.
pub struct Contestant {
    /// Its name in the tables.
    pub name: &'static str,
    /// How it is started.
    pub start: Start,
    /// How one talks to it.
    pub protocol: Protocol,
    /// How much is measured of it.
    pub reach: Reach,
}

const fn contestant(
    name: &'static str,
    start: Start,
    protocol: Protocol,
    reach: Reach,
) -> Contestant {
    Contestant { name, start, protocol, reach }
}

/// The name of the one that only copies bytes.
pub const LIMIT: &str = "the limit";

/// The chat rooms; the last one is what the others are compared with.
pub const ROOMS: &[Contestant] = &[
    contestant("ms3 (room)", Start::Solution("ms3_server"), Protocol::Room, Reach::Growth),
    contestant("ms2 (dictionary)", Start::Solution("ms2_server"), Protocol::Room, Reach::Original),
    contestant("NATS", Start::Nats, Protocol::Nats, Reach::Growth),
    contestant("Redis", Start::Redis, Protocol::Redis, Reach::Tables),
    contestant("tokio, batched", Start::Own("tokio-batched"), Protocol::Room, Reach::Tables),
    contestant("tokio, a send a line", Start::Own("tokio-lines"), Protocol::Room, Reach::Original),
    contestant("Python threads", Start::Python("room.py"), Protocol::Room, Reach::Original),
    contestant(LIMIT, Start::Own("limit"), Protocol::Raw, Reach::Growth),
];

/// The echo servers; the last one is what the others are compared with.
pub const ECHOES: &[Contestant] = &[
    contestant("ms1 (threads)", Start::Solution("ms1_server"), Protocol::Raw, Reach::Tables),
    contestant("ex4_event_loop", Start::Solution("ex4_event_loop"), Protocol::Raw, Reach::Tables),
    contestant("tokio", Start::Own("tokio-echo"), Protocol::Raw, Reach::Tables),
    contestant("Python threads", Start::Python("echo.py"), Protocol::Raw, Reach::Tables),
    contestant("bare threads", Start::Own("thread-echo"), Protocol::Raw, Reach::Tables),
];

/// Those whose names contain one of these words, which are separated by commas, and which are installed. The lines
/// say who is left out, and the versions of those that others have made.
pub fn chosen(all: &'static [Contestant], only: &str) -> (Vec<&'static Contestant>, Vec<String>) {
    let is_meant = |name: &str| only.split(',').any(|word| name.contains(word.trim()));
    let (mut chosen, mut lines) = (Vec::new(), Vec::new());
    for contestant in all.iter().filter(|contestant| is_meant(contestant.name)) {
        match contestant.start.version() {
            Some(version) => {
                if !version.is_empty() {
                    lines.push(format!("{}: {version}", contestant.name));
                }
                chosen.push(contestant);
            }
            None => lines.push(format!("{}: not installed, so it is left out", contestant.name)),
        }
    }
    (chosen, lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contestants_are_chosen_by_a_part_of_their_names() {
        let names = |only| -> Vec<&str> {
            chosen(ROOMS, only).0.iter().map(|contestant| contestant.name).collect()
        };
        assert_eq!(names("ms3, limit"), ["ms3 (room)", LIMIT]);
        assert_eq!(names("tokio"), ["tokio, batched", "tokio, a send a line"]);
        assert_eq!(names("nobody"), [""; 0]);
    }
}

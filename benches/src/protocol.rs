//! How a client talks to each kind of server: how it joins, how it says a line, and how what it hears is counted.
//!
//! The text of every line ends with [`MARK`], a byte that is nowhere else on the wire. So a line counts as delivered
//! when its last byte has come, and one look at the bytes counts for every protocol, whatever stands around a line.

/// The last byte of a line's text.
pub const MARK: u8 = b'~';

/// The last byte of the text of a line whose way is timed while others flood.
pub const PROBE: u8 = b'#';

/// How one joins and speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// The server asks for a name, and welcomes; a message is a line.
    Room,
    /// A message is a line, from the first one on.
    Raw,
    /// That of NATS: every member subscribes to one subject, and publishes to it.
    Nats,
    /// That of Redis, RESP: every member subscribes to one channel, and publishes to it. With version 3, it does both
    /// over one connection (version 2 would need a second one for each sender).
    Redis,
}

impl Protocol {
    /// What a client says first.
    pub fn greeting(self, number: usize) -> String {
        match self {
            Protocol::Room => format!("m{number}\n"),
            Protocol::Raw => String::new(),
            Protocol::Nats => {
                "CONNECT {\"verbose\":false,\"echo\":false,\"pedantic\":false}\r\nSUB c 1\r\nPING\r\n"
                    .to_string()
            }
            Protocol::Redis => "HELLO 3\r\nSUBSCRIBE c\r\n".to_string(),
        }
    }

    /// What a member is sent last when it has been let in. `None`: it is not told.
    pub fn welcome(self) -> Option<&'static [u8]> {
        match self {
            Protocol::Room => Some(b"Welcome"),
            Protocol::Raw => None,
            Protocol::Nats => Some(b"PONG"),
            Protocol::Redis => Some(b"subscribe\r\n$1\r\nc\r\n:1\r\n"),
        }
    }

    /// A line of this many bytes, with its line break, as a client sends it. `mark` is the last byte of its text.
    pub fn message(self, length: usize, mark: u8) -> Vec<u8> {
        let text = format!("{}{}", "x".repeat(length.saturating_sub(2)), char::from(mark));
        match self {
            Protocol::Room | Protocol::Raw => format!("{text}\n"),
            Protocol::Nats => format!("PUB c {}\r\n{text}\r\n", text.len()),
            Protocol::Redis => {
                format!("*3\r\n$7\r\nPUBLISH\r\n$1\r\nc\r\n${}\r\n{text}\r\n", text.len())
            }
        }
        .into_bytes()
    }

    /// Whether a member hears its own lines too. Redis sends a message to all who subscribe, and its publisher is one of
    /// them. Nobody can tell it not to, so it is work that Redis does, and is counted like the other deliveries: of 100
    /// members, it adds one in a hundred.
    pub fn hears_itself(self) -> bool {
        self == Protocol::Redis
    }
}

/// How many lines end in these bytes.
pub fn deliveries(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(MARK, bytes).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Protocol; 4] = [Protocol::Room, Protocol::Raw, Protocol::Nats, Protocol::Redis];

    #[test]
    fn every_message_has_one_mark_and_nothing_else_has_any() {
        for protocol in ALL {
            assert_eq!(deliveries(&protocol.message(64, MARK).repeat(3)), 3, "{protocol:?}");
            assert_eq!(deliveries(&protocol.message(64, PROBE)), 0, "{protocol:?}");
            assert_eq!(deliveries(protocol.greeting(7).as_bytes()), 0, "{protocol:?}");
            assert_eq!(deliveries(protocol.welcome().unwrap_or_default()), 0, "{protocol:?}");
        }
    }

    #[test]
    fn a_line_has_the_length_that_was_asked_for() {
        assert_eq!(Protocol::Raw.message(64, MARK).len(), 64);
        assert_eq!(Protocol::Raw.message(2, MARK), b"~\n");
        assert_eq!(Protocol::Nats.message(4, MARK), b"PUB c 3\r\nxx~\r\n");
    }

    #[test]
    fn of_what_redis_sends_only_the_messages_count_and_only_when_they_are_whole() {
        let reply = ":100\r\n"; // to PUBLISH
        let push = ">3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$4\r\nxxx~\r\n";
        let wire = [reply, push, push, reply, push].concat();
        assert_eq!(deliveries(wire.as_bytes()), 3);
        assert_eq!(deliveries(&wire.as_bytes()[..wire.len() - 3]), 2, "the last mark is missing");
        let confirmed = ">3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n";
        let welcome = Protocol::Redis.welcome().expect("it is told");
        assert!(confirmed.as_bytes().ends_with(welcome));
        assert_eq!(deliveries(confirmed.as_bytes()), 0);
    }
}

//! What may come over a connection, drawn at random: whatever bytes arrive, in whatever pieces, the helpers
//! make of them what the rules say, and whatever is sent is received.
//!
//! `make test` tries the same cases each time. With `FUZZ_SECONDS=60` in the environment, new ones are drawn
//! for that long, shared among the tests. A finding says how to run it again.

use std::collections::hash_map::RandomState;
use std::env;
use std::fmt::Debug;
use std::hash::BuildHasher;
use std::io::{self, ErrorKind, Write};
use std::mem;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process;
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use arbtest::arbitrary::{Error, Result, Unstructured};
use chatlings::proto::{FastHandshake, Message};
use chatlings::{frame, text};
use socket2::SockRef;

/// What should happen at once must happen within this time, on however busy a machine.
const DEADLINE: Duration = Duration::from_secs(20);

/// How many tests share the time.
const TESTS: u32 = 6;

/// How many bytes a connection keeps until they are read, on every system.
const KEPT: usize = 150 * 1024;

// ---------------------------------------------------------------------------------- cases and their seeds

/// The tests take turns: they share the time, and do not hold each other up.
static TURN: Mutex<()> = Mutex::new(());

/// What is reported of a test, even when it ends with a finding.
struct Tally {
    test: &'static str,
    seed: Option<u64>,
    cases: u64,
}

impl Drop for Tally {
    fn drop(&mut self) {
        let findings = u8::from(thread::panicking());
        println!("fuzz: {}: {} cases, {findings} findings", self.test, self.cases);
        if let Some(seed) = self.seed.filter(|_| thread::panicking()) {
            eprintln!("{}", run_again(self.test, seed));
        }
    }
}

fn run_again(test: &str, seed: u64) -> String {
    format!("run it again: ARBTEST_SEED={seed:#018x} cargo test -p course-tests --test fuzz {test}")
}

/// Tries a property with many cases: `fixed` of them, or as many as there is time for. A case that ends with
/// an error has proved nothing, and is not counted.
fn try_many(
    test: &'static str,
    fixed: u32,
    property: impl Fn(&mut Unstructured<'_>) -> Result<()>,
) {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let mut tally = Tally { test, seed: None, cases: 0 };
    let began = Instant::now();
    let time = env::var("FUZZ_SECONDS").ok().map(|seconds| {
        let seconds = seconds.parse().expect("FUZZ_SECONDS is a whole number");
        Duration::from_secs(seconds) / TESTS
    });
    let (case_begins, begun) = mpsc::channel();
    thread::spawn(move || end_if_stuck(test, &begun));
    let mut try_one = |seed: Option<u64>| {
        tally.seed = seed;
        case_begins.send(seed).expect("somebody watches");
        let case = arbtest::arbtest(|random| {
            tally.cases += u64::from(property(random).is_ok());
            Ok(())
        });
        match seed {
            Some(seed) => case.seed(seed).run(),
            None => case.run(), // it takes the seed from the environment
        }
    };
    if env::var_os("ARBTEST_SEED").is_some() {
        return try_one(None);
    }
    match time {
        None => (1..=fixed).for_each(|number| try_one(Some(fixed_seed(number)))),
        Some(time) => {
            while began.elapsed() < time {
                try_one(Some(new_seed()));
            }
        }
    }
}

/// A case that waits forever is a finding too, but nothing else would end it.
fn end_if_stuck(test: &str, begun: &mpsc::Receiver<Option<u64>>) {
    let mut last = None;
    loop {
        match begun.recv_timeout(3 * DEADLINE) {
            Ok(seed) => last = seed,
            Err(mpsc::RecvTimeoutError::Disconnected) => return,
            Err(mpsc::RecvTimeoutError::Timeout) => {
                // Not `println!`: what that prints is kept until the test ends.
                let again = last.map_or(String::new(), |seed| run_again(test, seed));
                let _ = writeln!(io::stdout(), "fuzz: {test}: 0 cases, 1 findings");
                let _ = writeln!(io::stderr(), "{test}: a case does not end\n{again}");
                process::exit(1);
            }
        }
    }
}

/// A seed as `arbtest` takes it: where the random numbers begin, and how many bytes of them there are.
fn seed(begin: u32, power: u32) -> u64 {
    u64::from(begin) << 32 | 1 << power
}

fn fixed_seed(number: u32) -> u64 {
    seed(number.wrapping_mul(0x9e37_79b9), 4 + number % 6) // any odd number spreads them well enough
}

fn new_seed() -> u64 {
    let number = RandomState::new().hash_one(());
    seed((number >> 32) as u32, 4 + number as u32 % 6)
}

// -------------------------------------------------------------------------------------------- connections

/// Two ends of one connection. What is sent into the first waits at the second, up to [`KEPT`] bytes.
fn connection() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a listener");
    SockRef::from(&listener).set_recv_buffer_size(2 * KEPT).expect("a larger buffer");
    let sender =
        TcpStream::connect(listener.local_addr().expect("an address")).expect("the one end");
    let (receiver, _) = listener.accept().expect("the other end");
    sender.set_nodelay(true).expect("no delay");
    sender.set_write_timeout(Some(DEADLINE)).expect("a time limit");
    for end in [&sender, &receiver] {
        // So many connections, each remembered for a minute, would leave no port for new ones.
        SockRef::from(end).set_linger(Some(Duration::ZERO)).expect("no remembering");
    }
    (sender, receiver)
}

/// How many bytes have arrived that nobody has read.
fn unread(receiver: &TcpStream) -> usize {
    rustix::io::ioctl_fionread(receiver).expect("a count") as usize
}

/// Sends, and waits until all of it has arrived: whoever reads then need not wait.
fn send_and_arrive(receiver: &TcpStream, length: usize, send: impl FnOnce() -> io::Result<()>) {
    let expected = unread(receiver) + length;
    send().expect("it is sent");
    let began = Instant::now();
    while unread(receiver) < expected {
        assert!(began.elapsed() < DEADLINE, "the connection does not keep {expected} bytes");
        thread::yield_now();
    }
}

/// Sends pieces, each of which is most likely read before the next one comes.
fn send_apart(mut sender: &TcpStream, receiver: &TcpStream, pieces: &[&[u8]]) {
    for piece in pieces {
        let began = Instant::now();
        while unread(receiver) > 0 && began.elapsed() < Duration::from_millis(5) {
            thread::yield_now();
        }
        if sender.write_all(piece).is_err() {
            return; // the receiver may close before it has all
        }
    }
    let _ = sender.shutdown(Shutdown::Write);
}

/// What follows an error: its sender waits until somebody reads it.
fn read_the_rest(mut receiver: &TcpStream) {
    let _ = io::copy(&mut receiver, &mut io::sink());
}

// ------------------------------------------------------------------------------------------- random bytes

fn is_one_in(count: u8, random: &mut Unstructured<'_>) -> Result<bool> {
    Ok(random.int_in_range(1..=count)? == count)
}

/// A long text, about as long as one of `lengths`, and no longer than the longest of them.
fn long_text(lengths: &[usize], random: &mut Unstructured<'_>) -> Result<String> {
    let unit = *random.choose(&["x", "ä", "😀", "\r"])?;
    let most = *random.choose(lengths)?;
    let length = most - random.int_in_range(0..=4)?;
    Ok(unit.repeat(length / unit.len()))
}

/// Bytes with much in them that decides where a message ends, and what it says.
fn lines(random: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    const LENGTHS: [usize; 4] = [200, 4 * 1024 + 2, 8 * 1024 + 2, text::LONGEST + 4];
    let mut bytes = Vec::new();
    for _ in 0..random.int_in_range(0..=24)? {
        match random.int_in_range(0..=11)? {
            0..=2 => bytes.push(b'\n'),
            3 => bytes.extend_from_slice(b"\r\n"),
            4 => bytes.push(b'\r'),
            5 => bytes.extend_from_slice(&"😀".as_bytes()[..random.int_in_range(1..=4)?]),
            6 => bytes.push(random.arbitrary()?),
            7 => bytes.extend(long_text(&LENGTHS, random)?.into_bytes()),
            _ => bytes.extend_from_slice(random.choose(&["a", "bread", "ä"])?.as_bytes()),
        }
    }
    bytes.truncate(KEPT);
    Ok(bytes)
}

/// A text of any characters.
fn any_text(random: &mut Unstructured<'_>) -> Result<String> {
    const SPECIAL: [char; 12] = [
        '\0', '\t', '\r', '\u{1b}', ' ', '~', '\u{7f}', '\u{85}', '\u{9f}', '\u{a0}', '\u{fffd}',
        '😀',
    ];
    let mut text = String::new();
    for _ in 0..random.int_in_range(0..=12)? {
        match random.int_in_range(0..=3)? {
            0 => text.push(random.arbitrary()?),
            1 => text.push(*random.choose(&SPECIAL)?),
            _ => text.push_str(random.choose(&["bread", "butter "])?),
        }
    }
    Ok(text)
}

/// The bytes, cut anywhere.
fn pieces<'a>(mut rest: &'a [u8], random: &mut Unstructured<'_>) -> Result<Vec<&'a [u8]>> {
    let mut pieces = Vec::new();
    while !rest.is_empty() && pieces.len() < 15 {
        let line = rest.split(|byte| b"\r\n".contains(byte)).next().map_or(1, <[u8]>::len);
        let length = match random.int_in_range(0..=3)? {
            0 => line.max(1), // up to the line break
            1 => random.int_in_range(1..=3)?,
            2 => random.int_in_range(1..=5000)?,
            _ => random.int_in_range(1..=rest.len())?,
        };
        let (piece, behind) = rest.split_at(length.min(rest.len()));
        pieces.push(piece);
        rest = behind;
    }
    pieces.push(rest);
    Ok(pieces)
}

// --------------------------------------------------------------------------------------------------- text

/// What came of receiving: a message, the end, or the kind of an error.
type Received<T> = std::result::Result<Option<T>, ErrorKind>;

fn without_details<T>(result: io::Result<Option<T>>) -> Received<T> {
    result.map_err(|error| error.kind())
}

/// What a reader should return, by the rules of the course alone.
#[derive(Default)]
struct Rules {
    sent: Vec<u8>, // and not yet returned
    was_quiet: bool,
}

impl Rules {
    /// The next message. `is_quiet`: the stream has ended, or nothing follows for a while.
    fn next(&mut self, is_quiet: bool) -> Received<String> {
        let Some(line) = self.sent.split_inclusive(|byte| *byte == b'\n').next() else {
            return Ok(None);
        };
        let has_ended = line.ends_with(b"\n");
        let message = line.strip_suffix(b"\n").unwrap_or(line);
        // When nothing follows, half a line break is one too: its other half may come late.
        let message = message.strip_suffix(b"\r").unwrap_or(message);
        if message.len() > text::LONGEST {
            return Err(ErrorKind::InvalidData);
        }
        if !has_ended && !is_quiet {
            return Ok(None);
        }
        let message = String::from_utf8_lossy(message).into_owned();
        self.sent.drain(..line.len());
        // The line break that comes late belongs to the message before it.
        if has_ended && mem::take(&mut self.was_quiet) && message.is_empty() {
            return self.next(is_quiet);
        }
        self.was_quiet |= !has_ended;
        Ok(Some(message))
    }
}

/// Pieces and reads in turns, each read when what it should return has arrived, or should count as
/// a message since nothing follows: nobody's clock decides.
#[test]
fn text_that_arrives_in_any_pieces_is_received_by_the_rules() {
    try_many("text_that_arrives_in_any_pieces_is_received_by_the_rules", 800, |random| {
        let (mut sender, receiver) = connection();
        let mut reader = text::Reader::new(&receiver);
        let mut rules = Rules::default();
        let bytes = lines(random)?;
        let mut may_wait = is_one_in(40, random)?; // it takes 50 ms
        for piece in pieces(&bytes, random)? {
            send_and_arrive(&receiver, piece.len(), || sender.write_all(piece));
            rules.sent.extend_from_slice(piece);
            while random.arbitrary()? {
                let mut expected = rules.next(false);
                if expected == Ok(None) && mem::take(&mut may_wait) {
                    expected = rules.next(true);
                }
                if expected == Ok(None) {
                    break;
                }
                assert_eq!(without_details(reader.receive()), expected);
                if expected.is_err() {
                    return Ok(());
                }
                if random.arbitrary()? {
                    let has_read_all = unread(&receiver) == 0;
                    let found = without_details(reader.next_received());
                    if has_read_all || found != Ok(None) {
                        assert_eq!(found, rules.next(false));
                    }
                    if found.is_err() {
                        return Ok(());
                    }
                }
            }
        }
        sender.shutdown(Shutdown::Write).expect("the stream ends");
        loop {
            let expected = rules.next(true);
            assert_eq!(without_details(reader.receive()), expected);
            if !matches!(expected, Ok(Some(_))) {
                return Ok(());
            }
        }
    });
}

/// Each piece is a read of its own, as far as the system's scheduler lets it.
#[test]
fn text_that_arrives_while_it_is_read_is_received_by_the_rules() {
    try_many("text_that_arrives_while_it_is_read_is_received_by_the_rules", 800, |random| {
        let (sender, receiver) = connection();
        let bytes = lines(random)?;
        let pieces = pieces(&bytes, random)?;
        let mut found = Vec::new();
        let mut was_held_up = false;
        thread::scope(|scope| {
            scope.spawn(|| send_apart(&sender, &receiver, &pieces));
            let mut reader = text::Reader::new(&receiver);
            while found.last().is_none_or(|last| matches!(last, Ok(Some(_)))) {
                let began = Instant::now();
                found.push(without_details(reader.receive()));
                was_held_up |= began.elapsed() > text::QUIET / 2;
            }
            read_the_rest(&receiver);
        });
        if was_held_up {
            return Err(Error::IncorrectFormat); // the sender may have been quiet for too long
        }
        let mut rules = Rules { sent: bytes, was_quiet: false };
        for found in found {
            assert_eq!(found, rules.next(true));
        }
        Ok(())
    });
}

#[test]
fn text_that_is_sent_is_received() {
    try_many("text_that_is_sent_is_received", 800, |random| {
        let (sender, receiver) = connection();
        let mut reader = text::Reader::new(&receiver);
        for _ in 0..random.int_in_range(1..=4)? {
            let mut messages = Vec::new();
            for _ in 0..random.int_in_range(1..=8)? {
                messages.push(any_text(random)?);
            }
            if is_one_in(8, random)? {
                messages.push(long_text(&[200, 4 * 1024 + 2, text::LONGEST], random)?);
            }
            for message in &mut messages {
                // No line break in it, and no half of one at its end.
                *message = message.replace('\n', "").trim_end_matches('\r').to_string();
                let length = message.len() + 1;
                send_and_arrive(&receiver, length, || text::send(&sender, message));
            }
            for message in messages {
                assert_eq!(without_details(reader.receive()), Ok(Some(message)));
            }
        }
        sender.shutdown(Shutdown::Write).expect("the stream ends");
        assert_eq!(without_details(reader.receive()), Ok(None));
        Ok(())
    });
}

#[test]
fn printable_text_has_no_control_characters_and_all_the_others() {
    // Those that break lines, and those that turn the direction (Unicode Standard Annex 9).
    let breaks_or_turns = "\u{2028}\u{2029}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\
                           \u{2066}\u{2067}\u{2068}\u{2069}";
    try_many("printable_text_has_no_control_characters_and_all_the_others", 3000, |random| {
        let text = any_text(random)?;
        let printable = text::printable(&text);
        assert_eq!(printable.chars().count(), text.chars().count(), "{text:?}");
        for (shown, meant) in printable.chars().zip(text.chars()) {
            let is_harmful = meant.is_control() || breaks_or_turns.contains(meant);
            let expected = if is_harmful { '\u{fffd}' } else { meant };
            assert_eq!(shown, expected, "{text:?}");
        }
        Ok(())
    });
}

// ------------------------------------------------------------------------------------------------- frames

fn message(random: &mut Unstructured<'_>) -> Result<Message> {
    let (from, to) = (random.arbitrary()?, random.arbitrary()?);
    let mut message = Message { from, to, msg: any_text(random)? };
    match random.int_in_range(0..=15)? {
        14 => message.msg = long_text(&[200, 70_000], random)?,
        15 => {
            message.msg = "x".repeat(frame::LONGEST);
            let too_long = prost::Message::encoded_len(&message) - frame::LONGEST;
            message.msg.truncate(frame::LONGEST - too_long + 1 - random.int_in_range(0..=2)?);
        }
        _ => {}
    }
    Ok(message)
}

fn handshake(random: &mut Unstructured<'_>) -> Result<FastHandshake> {
    Ok(FastHandshake { id: random.arbitrary()?, error: random.arbitrary()? })
}

/// Bytes with much in them that is a frame, or nearly one.
fn frames(random: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    const LONGEST: u32 = frame::LONGEST as u32;
    let mut bytes = Vec::new();
    for _ in 0..random.int_in_range(0..=5)? {
        let body = match random.int_in_range(0..=5)? {
            0 | 1 => prost::Message::encode_to_vec(&message(random)?),
            2 | 3 => prost::Message::encode_to_vec(&handshake(random)?),
            _ => {
                let length = random.arbitrary_len::<u8>()?.min(20);
                random.bytes(length)?.to_vec()
            }
        };
        let length = match is_one_in(8, random)? {
            true => *random.choose(&[LONGEST, LONGEST + 1, 1 << 24, u32::MAX, 0, 1])?,
            false => body.len() as u32,
        };
        for shift in [24, 16, 8, 0] {
            bytes.push((length >> shift) as u8);
        }
        bytes.extend(body);
    }
    if is_one_in(4, random)? {
        bytes.truncate(random.int_in_range(0..=bytes.len())?);
    }
    Ok(bytes)
}

/// The next frame of these bytes, by the rules of the course alone.
fn next_frame<M: prost::Message + Default>(bytes: &mut &[u8]) -> Received<M> {
    let [a, b, c, d, rest @ ..] = bytes else {
        return if bytes.is_empty() { Ok(None) } else { Err(ErrorKind::UnexpectedEof) };
    };
    let length = [a, b, c, d].iter().fold(0, |sum, byte| sum * 256 + usize::from(**byte));
    if length > 1024 * 1024 {
        return Err(ErrorKind::InvalidData);
    }
    let (body, rest) = rest.split_at_checked(length).ok_or(ErrorKind::UnexpectedEof)?;
    *bytes = rest;
    M::decode(body).map(Some).map_err(|_| ErrorKind::InvalidData)
}

fn receives_by_the_rules<M>(random: &mut Unstructured<'_>) -> Result<()>
where
    M: prost::Message + Default + PartialEq + Debug,
{
    let (sender, receiver) = connection();
    let bytes = frames(random)?;
    let pieces = pieces(&bytes, random)?;
    let mut found: Vec<Received<M>> = Vec::new();
    thread::scope(|scope| {
        scope.spawn(|| send_apart(&sender, &receiver, &pieces));
        while found.last().is_none_or(|last| matches!(last, Ok(Some(_)))) {
            found.push(without_details(frame::receive(&receiver)));
        }
        read_the_rest(&receiver);
    });
    let mut rest = &bytes[..];
    for found in found {
        assert_eq!(found, next_frame(&mut rest));
    }
    Ok(())
}

#[test]
fn frames_that_arrive_in_any_pieces_are_received_by_the_rules() {
    try_many("frames_that_arrive_in_any_pieces_are_received_by_the_rules", 800, |random| {
        match random.arbitrary()? {
            true => receives_by_the_rules::<Message>(random),
            false => receives_by_the_rules::<FastHandshake>(random),
        }
    });
}

#[test]
fn frames_that_are_sent_are_received() {
    try_many("frames_that_are_sent_are_received", 800, |random| {
        let (sender, receiver) = connection();
        let mut pairs = Vec::new();
        for _ in 0..random.int_in_range(1..=6)? {
            pairs.push((message(random)?, handshake(random)?));
        }
        thread::scope(|scope| {
            scope.spawn(|| {
                for (message, handshake) in &pairs {
                    let sent = frame::send(&sender, message).map_err(|error| error.kind());
                    let is_too_long = prost::Message::encoded_len(message) > 1024 * 1024;
                    let expected = if is_too_long { Err(ErrorKind::InvalidInput) } else { Ok(()) };
                    assert_eq!(sent, expected);
                    frame::send(&sender, handshake).expect("it is sent");
                }
                sender.shutdown(Shutdown::Write).expect("the stream ends");
            });
            for (message, handshake) in &pairs {
                if prost::Message::encoded_len(message) <= 1024 * 1024 {
                    let found = without_details(frame::receive(&receiver));
                    assert_eq!(found, Ok(Some(message.clone())));
                }
                let found = without_details(frame::receive(&receiver));
                assert_eq!(found, Ok(Some(*handshake)));
            }
            assert_eq!(without_details(frame::receive::<Message>(&receiver)), Ok(None));
        });
        Ok(())
    });
}

//! The room, over real sockets: everybody hears all that the others say, once and in one order, however it was said; and
//! those who do not read hold nobody up.
//!
//! Members are slow or quick in real time here, so nothing is asserted of that but the order of events, and that they come
//! within a deadline.

use std::hint;
use std::io::Read;
use std::sync::{Arc, mpsc};
use std::thread;

use arbtest::arbitrary::Unstructured;
use arbtest::{arbitrary, arbtest};
use chatlings::room::{Member, Room};

#[path = "room/crowds.rs"]
mod crowds;
#[path = "room/guests.rs"]
mod guests;
#[path = "room/stalled.rs"]
mod stalled;
use guests::{
    Heard, Link, SHORT, connection, enter, hear_to_the_end, hears, joined, must_end, say_while,
    says_the_end, the_same,
};

#[test]
fn all_but_the_one_who_says_it_hear_it() {
    let room = Room::new();
    let (alice, alice_hears) = enter(&room, "alice");
    let (bob, bob_hears) = enter(&room, "bob");
    let (_carol, carol_hears) = enter(&room, "carol");
    room.say(&alice, b"bread\n".to_vec());
    room.say(&bob, b"butter\n".to_vec());
    hears(&bob_hears, b"bread\n");
    hears(&carol_hears, b"bread\nbutter\n");
    hears(&alice_hears, b"butter\n");
}

#[test]
fn what_is_told_to_one_is_heard_by_that_one_only_and_in_its_turn() {
    let room = Room::new();
    let (alice, alice_hears) = enter(&room, "alice");
    let (bob, bob_hears) = enter(&room, "bob");
    room.say(&bob, b"one\n".to_vec());
    room.tell(&alice, b"two\n".to_vec());
    room.say(&bob, b"three\n".to_vec());
    hears(&alice_hears, b"one\ntwo\nthree\n");
    room.say(&alice, b"four\n".to_vec());
    hears(&bob_hears, b"four\n");
}

#[test]
fn a_name_is_taken_until_its_owner_has_left() {
    let room = Room::new();
    let (alice, alice_hears) = enter(&room, "alice");
    let (stream, _other) = connection(Link::default());
    let stream = Arc::new(stream);
    assert!(room.join("alice", &stream, b"").expect("a connection").is_none());
    assert_eq!(room.names(), ["alice"]);
    room.leave(&alice);
    room.leave(&alice);
    assert_eq!((&alice_hears).read(&mut [0]).expect("the connection ends"), 0);
    assert!(room.join("alice", &stream, b"").expect("a connection").is_some());
}

#[test]
fn everybody_hears_all_of_many_senders_in_one_order() {
    const SENDERS: usize = 4;
    const LINES: usize = 5000;
    let _limit = must_end();
    let room = Room::new();
    let listeners = guests::enter_many(&room, "listener", 3);
    let senders = guests::enter_many(&room, "sender", SENDERS);
    let heard = thread::scope(|scope| {
        // A sender that does not read would hold up the others, and be removed.
        for (_, stream) in &senders {
            scope.spawn(|| guests::passes_over(stream));
        }
        let hearing = hear_to_the_end(scope, &listeners);
        joined(say_while(scope, &room, &senders, SHORT, |number| number < LINES));
        says_the_end(&room, &senders[0].0);
        senders.iter().for_each(|(member, _)| room.leave(member));
        the_same(hearing)
    });
    assert_eq!(heard.lines, Heard::lines_of(senders.iter().map(|(m, _)| (m.name(), LINES))));
}

#[test]
fn of_two_lines_that_are_said_at_once_neither_is_left_behind() {
    const ROUNDS: usize = 2000;
    let _limit = must_end();
    let room = Room::new();
    let (_bob, bob_hears) = enter(&room, "bob"); // the first, so that both come to him at once
    let (alice, _alice_hears) = enter(&room, "alice");
    let (carol, _carol_hears) = enter(&room, "carol");
    thread::scope(|scope| {
        // Each says a line whenever it is asked to, and ends when nobody can ask it any more.
        let speakers = [&alice, &carol].map(|member| {
            let (ask, asked) = mpsc::channel();
            let room = &room;
            scope.spawn(move || asked.iter().for_each(|()| room.say(member, b"bread\n".to_vec())));
            ask
        });
        for round in 0..ROUNDS {
            for speaker in &speakers {
                speaker.send(()).expect("the speaker is there");
                for _ in 0..round % 100 * 20 {
                    hint::spin_loop(); // a little later each time, to meet every moment of the other's send
                }
            }
            hears(&bob_hears, b"bread\nbread\n");
        }
    });
}

// ── however a text is cut ────────────────────────────────────────────────────────────────────────

/// More than the log keeps.
const MORE_THAN_THE_LOG: usize = 1100 * 1024;

/// How long a piece of a text is: mostly a few lines, sometimes nothing, many lines, or more than the log keeps.
fn length(random: &mut Unstructured) -> arbitrary::Result<usize> {
    Ok(match random.int_in_range(0..=100)? {
        0..=9 => 0,
        10..=79 => random.int_in_range(1..=200)?,
        80..=98 => random.int_in_range(1..=100_000)?,
        _ => MORE_THAN_THE_LOG,
    })
}

/// A text in up to forty pieces.
fn pieces(random: &mut Unstructured) -> arbitrary::Result<Vec<Vec<u8>>> {
    let count = random.int_in_range(1..=40)?;
    let lengths = (0..count).map(|_| length(random)).collect::<arbitrary::Result<Vec<usize>>>()?;
    let mut bytes = (0..).flat_map(|number| guests::line("alice", number, 32));
    Ok(lengths.into_iter().map(|length| bytes.by_ref().take(length).collect()).collect())
}

/// A text in up to forty pieces, each of which is whole lines of this speaker's.
fn pieces_of_lines(random: &mut Unstructured, speaker: &str) -> arbitrary::Result<Vec<Vec<u8>>> {
    let mut numbers = 0..;
    let mut pieces = Vec::new();
    for _ in 0..random.int_in_range(1..=40)? {
        let lines = numbers.by_ref().take(random.int_in_range(0..=20)?);
        let length = random.int_in_range(20..=4000)?;
        pieces.push(lines.flat_map(|number| guests::line(speaker, number, length)).collect());
    }
    Ok(pieces)
}

fn says(room: &Arc<Room>, speaker: &Member, pieces: Vec<Vec<u8>>) {
    pieces.into_iter().for_each(|piece| room.say(speaker, piece));
}

#[test]
fn a_text_arrives_whole_wherever_it_is_cut() {
    let _limit = must_end();
    arbtest(|random| {
        let pieces = pieces(random)?;
        let text = pieces.concat();
        let room = Room::new();
        let (alice, _alice_hears) = enter(&room, "alice");
        let (_bob, mut bob_hears) = enter(&room, "bob");
        let heard = thread::scope(|scope| {
            let hearing = scope.spawn(|| {
                let mut heard = vec![0; text.len()];
                bob_hears.read_exact(&mut heard).map(|()| heard)
            });
            says(&room, &alice, pieces);
            hearing.join().expect("no panic")
        });
        assert!(heard.expect("all of it") == text, "another text arrived");
        Ok(())
    })
    .budget_ms(500);
}

#[test]
fn of_two_who_say_whole_lines_all_hear_both_in_one_order() {
    let _limit = must_end();
    arbtest(|random| {
        let room = Room::new();
        let speakers = ["alice", "carol"].map(|name| enter(&room, name));
        let listeners = ["bob", "dave"].map(|name| enter(&room, name));
        let texts = [pieces_of_lines(random, "alice")?, pieces_of_lines(random, "carol")?];
        let expected = texts.each_ref().map(|pieces| pieces.concat());
        thread::scope(|scope| {
            let listening = hear_to_the_end(scope, &listeners);
            // Each speaker hears the other one's lines, and no others.
            let hearing = [0, 1].map(|number| {
                let (stream, other) = (&speakers[number].1, &expected[1 - number]);
                scope.spawn(|| hears(stream, other))
            });
            let speaking = speakers.iter().zip(texts).map(|((member, _), text)| {
                let room = &room;
                scope.spawn(move || says(room, member, text))
            });
            let speaking: Vec<_> = speaking.collect();
            joined(speaking.into_iter().chain(hearing).collect());
            says_the_end(&room, &speakers[0].0);
            the_same(listening);
        });
        Ok(())
    })
    .budget_ms(500);
}

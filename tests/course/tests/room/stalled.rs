//! Members that do not read, or hardly: while others wait for them they are removed, and the others lose nothing. Those
//! who read at a good pace are kept, however they do it.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use chatlings::room::{Member, Room};
use course_tests::wait_until;

use crate::guests::{
    Guest, Heard, LONG, Link, SHORT, SMALL, Slowly, USUAL, enter, enter_many, enter_over, has,
    has_left_nothing, hear_to_the_end, hears_to_the_end, joined, line, must_end, passes_over,
    resets, says_the_end, says_until_gone, says_while, the_same,
};

/// A line that is as long as a message may be.
const LONGEST: usize = 64 * 1024;

/// How long somebody who reads hardly anything waits before it reads again.
const PAUSE: Duration = Duration::from_millis(10);

/// Alice says lines, bob hears them, and mallory reads so many bytes now and then: too few, so that she is removed.
fn removes_mallory(length: usize, link: Link, at_once: usize) {
    let room = Room::new();
    let (alice, _alice_hears) = enter(&room, "alice");
    let (_bob, bob_hears) = enter(&room, "bob");
    let (mallory, mallory_hears) = enter_over(&room, "mallory", link);
    let is_over = AtomicBool::new(at_once == 0);
    thread::scope(|scope| {
        let hearing = scope.spawn(|| hears_to_the_end(&bob_hears, USUAL));
        scope.spawn(|| {
            let mut slowly = Slowly(&mallory_hears, PAUSE);
            while !is_over.load(Ordering::Relaxed) {
                let _ = slowly.read(&mut vec![0; at_once]);
            }
        });
        let (count, left) = says_until_gone(&room, &alice, length, &["mallory"]);
        is_over.store(true, Ordering::Relaxed);
        if !left.is_empty() {
            room.leave(&mallory); // or nobody could go on
        }
        says_the_end(&room, &alice);
        let heard = hearing.join().expect("bob hears all of it");
        assert_eq!(heard.lines, Heard::lines_of([("alice", count)]));
        assert!(left.is_empty(), "not removed after {count} lines of {length} bytes: {left:?}");
    });
    assert_eq!(room.names(), ["alice", "bob"]);
    has_left_nothing(&room, mallory, mallory_hears);
}

#[test]
fn a_member_who_reads_none_of_many_short_lines_is_removed() {
    let _limit = must_end();
    // A system that chooses its space by itself makes a little more of it now and then, when short pieces fill it.
    removes_mallory(SHORT, Link::default(), 0);
    removes_mallory(SHORT, SMALL, 0);
}

#[test]
fn a_member_who_reads_none_of_many_long_lines_is_removed() {
    let _limit = must_end();
    removes_mallory(LONG, Link::default(), 0);
    removes_mallory(LONGEST, SMALL, 0);
}

#[test]
fn a_member_who_reads_a_byte_now_and_then_is_removed() {
    let _limit = must_end();
    removes_mallory(SHORT, SMALL, 1);
    removes_mallory(LONG, Link::default(), 1);
}

#[test]
fn a_member_who_reads_a_few_kib_now_and_then_is_removed() {
    let _limit = must_end();
    removes_mallory(LONG, SMALL, 4096);
    removes_mallory(LONG, Link::default(), 4096);
}

#[test]
fn ten_of_a_hundred_who_stop_at_once_are_removed_and_the_others_lose_nothing() {
    let _limit = must_end();
    let room = Room::new();
    let (alice, _alice_hears) = enter(&room, "alice");
    let listeners = enter_many(&room, "listener", 90);
    let names: Vec<String> = (1..=10).map(|number| format!("sleeper-{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let sleepers: Vec<Guest> = names.iter().map(|name| enter_over(&room, name, SMALL)).collect();
    thread::scope(|scope| {
        let hearing = hear_to_the_end(scope, &listeners);
        let (count, left) = says_until_gone(&room, &alice, LONG, &names);
        let is_left = |guest: &&Guest| left.iter().any(|name| name == guest.0.name());
        sleepers.iter().filter(is_left).for_each(|(member, _)| room.leave(member)); // or nobody could go on
        says_the_end(&room, &alice);
        assert_eq!(the_same(hearing).lines, Heard::lines_of([("alice", count)]));
        assert!(left.is_empty(), "not removed after {count} lines: {left:?}");
    });
    assert_eq!(room.names().len(), 91);
    for (member, stream) in sleepers {
        has_left_nothing(&room, member, stream);
    }
}

/// As long as others read, it is seen only in that these are slowed down; and they lose nothing in any case.
#[test]
fn members_who_say_much_and_read_nothing_cost_the_others_nothing() {
    const MOST: usize = 3000; // 36 MB of all three, and more than is kept for them
    let _limit = must_end();
    let room = Room::new();
    let (alice, alice_hears) = enter(&room, "alice");
    let speakers = enter_many(&room, "speaker", 3);
    let goes_on = |member: &Member, number| number < MOST && has(&room, member.name());
    let speak = |member: &Member| says_while(&room, member, LONG, |n| goes_on(member, n));
    let (heard, counts) = thread::scope(|scope| {
        let hearing = scope.spawn(|| hears_to_the_end(&alice_hears, USUAL));
        let speaking = speakers.iter().map(|(member, _)| scope.spawn(|| speak(member)));
        let counts = joined(speaking.collect());
        speakers.iter().for_each(|(member, _)| room.leave(member));
        let (host, _host_hears) = enter(&room, "host");
        says_the_end(&room, &host);
        (hearing.join().expect("alice hears all of it"), counts)
    });
    let names = speakers.iter().map(|(member, _)| member.name());
    assert_eq!(heard.lines, Heard::lines_of(names.zip(counts.iter().copied())));
    assert!(counts.iter().any(|count| *count < MOST), "somebody was removed: {counts:?}");
    assert!(has(&room, alice.name()));
}

// ── those who read ───────────────────────────────────────────────────────────────────────────────

/// Eight read, each over another connection or in other pieces, and none of them is removed or loses anything.
fn keeps_all_who_read(length: usize, count: usize) {
    const LINKS: [Link; 4] = [
        SMALL,
        Link { receive_buffer: Some(16 * 1024), segment: None },
        Link { receive_buffer: None, segment: Some(88) }, // the shortest that Linux sends
        Link { receive_buffer: Some(4096), segment: Some(536) },
    ];
    let room = Room::new();
    let (alice, _alice_hears) = enter(&room, "alice");
    let ways = LINKS.iter().flat_map(|link| [1024, USUAL].map(|at_once| (*link, at_once)));
    let readers: Vec<_> = ways
        .map(|(link, at_once)| (enter_over(&room, &format!("{link:?} {at_once}"), link), at_once))
        .collect();
    let names = room.names();
    let heard = thread::scope(|scope| {
        let hearing = readers
            .iter()
            .map(|((_, stream), at_once)| scope.spawn(move || hears_to_the_end(stream, *at_once)));
        let hearing = hearing.collect();
        says_while(&room, &alice, length, |number| number < count);
        says_the_end(&room, &alice);
        the_same(hearing)
    });
    assert_eq!(heard.lines, Heard::lines_of([("alice", count)]));
    assert_eq!(room.names(), names, "nobody is removed");
}

#[test]
fn those_who_read_short_lines_are_kept_however_they_read() {
    let _limit = must_end();
    keeps_all_who_read(SHORT, 20_000);
}

#[test]
fn those_who_read_long_lines_are_kept_however_they_read() {
    let _limit = must_end();
    keeps_all_who_read(LONG, 2000);
    keeps_all_who_read(LONGEST, 150);
}

#[test]
fn a_slow_reader_slows_the_writer_down_and_loses_nothing() {
    const LINES: usize = 300; // it takes two seconds or so to read them
    let _limit = must_end();
    let room = Room::new();
    let (alice, _alice_hears) = enter(&room, "alice");
    let link = Link { receive_buffer: Some(64 * 1024), segment: None };
    let (_bob, bob_hears) = enter_over(&room, "bob", link);
    let heard = thread::scope(|scope| {
        let slowly = Slowly(&bob_hears, PAUSE);
        let hearing = scope.spawn(|| hears_to_the_end(slowly, 256 * 1024));
        says_while(&room, &alice, LONGEST, |number| number < LINES);
        says_the_end(&room, &alice);
        hearing.join().expect("bob hears all of it")
    });
    assert_eq!(heard.lines, Heard::lines_of([("alice", LINES)]));
    assert_eq!(room.names(), ["alice", "bob"]);
}

// ── those who break off ──────────────────────────────────────────────────────────────────────────

#[test]
fn a_member_who_breaks_off_while_others_and_itself_wait_for_it_holds_nobody_up() {
    const LINES: usize = 300; // 19 MB in all: more than systems keep
    let _limit = must_end();
    let room = Room::new();
    let (alice, alice_hears) = enter(&room, "alice");
    let (bob, bob_hears) = enter(&room, "bob");
    thread::spawn(move || passes_over(&alice_hears));
    let said = Arc::new(AtomicUsize::new(0));
    for talker in [alice, bob] {
        let (room, said) = (Arc::clone(&room), Arc::clone(&said));
        thread::spawn(move || {
            for number in 0..LINES {
                room.say(&talker, line(talker.name(), number, LONGEST));
                said.fetch_add(1, Ordering::SeqCst);
            }
        });
    }
    // Both wait for bob, who takes nothing, as soon as nothing more is said for a moment.
    let mut before = usize::MAX;
    while before != said.load(Ordering::SeqCst) {
        before = said.load(Ordering::SeqCst);
        thread::sleep(Duration::from_millis(100));
    }
    resets(bob_hears);
    wait_until("everything is said", || said.load(Ordering::SeqCst) == 2 * LINES);
    assert_eq!(room.names(), ["alice"]);
}

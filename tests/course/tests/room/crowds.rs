//! Much that happens at once: many who speak, and many who come and go while others speak.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::thread;

use chatlings::room::{Member, Room};
use course_tests::wait_until;

use crate::guests::{
    Heard, SMALL, connection, enter, enter_many, enter_over, has, has_left_nothing,
    hear_to_the_end, hears_lines, joined, must_end, passes_over, resets, say_while, says_the_end,
    the_same,
};

/// So many speak at once, as fast as they can, and all others hear each line. All of it fits into the log, so that nobody
/// is removed whom a busy machine lets read too late. (What happens when the log is full is explored in
/// `tests/interleavings`, with as many who speak.)
fn all_is_heard_of(senders: usize, lines: usize) {
    const LENGTH: usize = 200; // more than 4000 of them fill the log
    let room = Room::new();
    let listeners = enter_many(&room, "listener", 2);
    let senders = enter_many(&room, "sender", senders);
    let (heard, by_senders) = thread::scope(|scope| {
        let listening = hear_to_the_end(scope, &listeners);
        let hearing = hear_to_the_end(scope, &senders);
        joined(say_while(scope, &room, &senders, LENGTH, |number| number < lines));
        let (host, _host_hears) = enter(&room, "host");
        says_the_end(&room, &host);
        (the_same(listening), joined(hearing))
    });
    let names: Vec<&str> = senders.iter().map(|(member, _)| member.name()).collect();
    assert_eq!(heard.lines, Heard::lines_of(names.iter().map(|name| (*name, lines))));
    for (name, heard) in names.iter().zip(by_senders) {
        let others = names.iter().filter(|other| *other != name);
        assert_eq!(heard.lines, Heard::lines_of(others.map(|other| (*other, lines))), "{name}");
    }
}

#[test]
fn sixteen_who_speak_as_fast_as_they_can_are_heard_by_all() {
    let _limit = must_end();
    all_is_heard_of(16, 250);
}

#[test]
fn sixty_four_who_speak_as_fast_as_they_can_are_heard_by_all() {
    let _limit = must_end();
    all_is_heard_of(64, 50);
}

// ── coming and going ─────────────────────────────────────────────────────────────────────────────

/// Comes into the room where others speak, hears a little of it from one whole line to another, and leaves in one of
/// several ways: by a word, by ending the connection, or by breaking it off. What comes back is there as long as anybody
/// has a share of the member.
fn comes_and_goes(room: &Arc<Room>, name: &str, round: usize) -> Weak<Member> {
    let (member, stream) = enter(room, name);
    hears_lines(&stream, 4096, round % 7);
    match round % 3 {
        0 => room.leave(&member),
        1 => drop(stream),
        _ => resets(stream),
    }
    wait_until("the name is free again", || !has(room, name));
    Arc::downgrade(&member)
}

/// Comes in, reads nothing, and is removed.
fn comes_and_sleeps(room: &Arc<Room>, name: &str) {
    let (member, stream) = enter_over(room, name, SMALL);
    wait_until("the one who sleeps is removed", || !has(room, name));
    has_left_nothing(room, member, stream);
}

/// While three come and go, a fourth one sleeps in between, so that the log is full for a time.
#[test]
fn those_who_come_and_go_cost_those_who_stay_nothing_and_leave_nothing() {
    let _limit = must_end();
    let room = Room::new();
    let listeners = enter_many(&room, "listener", 3);
    let speakers = enter_many(&room, "speaker", 2);
    let (is_slept, is_over) = (AtomicBool::new(false), AtomicBool::new(false));
    let come = |_: &usize| !is_slept.load(Ordering::Relaxed);
    let speak = |_| !is_over.load(Ordering::Relaxed);
    let (heard, counts, gone) = thread::scope(|scope| {
        let room = &room;
        let hearing = hear_to_the_end(scope, &listeners);
        for (_, stream) in &speakers {
            scope.spawn(|| passes_over(stream));
        }
        let speaking = say_while(scope, room, &speakers, 200, speak);
        let coming = ["carol", "dave", "erin"].map(|name| {
            let come_and_go = move |round| comes_and_goes(room, name, round);
            scope.spawn(move || (0..).take_while(come).map(come_and_go).collect::<Vec<_>>())
        });
        let sleeping = scope.spawn(|| (0..2).for_each(|_| comes_and_sleeps(room, "frank")));
        // However it goes, all must end. But the speakers last: a room finds out that somebody has left when it sends.
        let slept = sleeping.join();
        is_slept.store(true, Ordering::Relaxed);
        let gone = coming.map(|thread| thread.join());
        is_over.store(true, Ordering::Relaxed);
        let counts = joined(speaking);
        says_the_end(room, &speakers[0].0);
        let heard = the_same(hearing);
        speakers.iter().for_each(|(member, _)| room.leave(member));
        slept.expect("one who sleeps is removed");
        (heard, counts, gone.map(|members| members.expect("all can come and go")).concat())
    });
    let names = speakers.iter().map(|(member, _)| member.name());
    assert_eq!(heard.lines, Heard::lines_of(names.zip(counts)));
    wait_until("nothing is left of them", || gone.iter().all(|member| member.strong_count() == 0));
    assert_eq!(room.names(), ["listener-1", "listener-2", "listener-3"]);
}

/// A name is free as soon as its owner has left, and one of those who want it gets it.
#[test]
fn of_those_who_want_a_name_at_once_one_gets_it() {
    let _limit = must_end();
    let room = Room::new();
    for _ in 0..50 {
        let joined: Vec<Arc<Member>> = thread::scope(|scope| {
            let joining = (0..4).map(|_| {
                scope.spawn(|| room.join("alice", &Arc::new(connection(Default::default()).0), b""))
            });
            let joining: Vec<_> = joining.collect();
            let joined = joining.into_iter().map(|thread| thread.join().expect("no panic"));
            joined.filter_map(|joined| joined.expect("a connection")).collect()
        });
        assert_eq!(joined.len(), 1, "members called alice");
        room.leave(&joined[0]);
        assert!(room.names().is_empty());
    }
}

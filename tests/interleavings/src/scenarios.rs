//! What is played in each interleaving, and what must hold in all of them.

use std::sync::Arc;
use std::time::Duration;

use crate::fake::net::{Habit, TcpStream};
use crate::fake::thread::Builder;
use crate::fake::world::World;
use crate::{Version, WELCOME};

/// How long the others may have to wait for one who does not read: the room's patience, and a last look.
const PATIENCE: Duration = Duration::from_millis(550);

/// The most bytes that may have been said and are not sent yet: the log's, and one line that has made it full.
const BOUND: usize = 512 + LONGEST;

/// The longest line, in bytes.
const LONGEST: usize = 48;

/// Something to play.
pub struct Scenario<V: Version> {
    /// What it is about.
    pub name: &'static str,
    /// Plays it once.
    pub play: fn(&Arc<World>),
    version: std::marker::PhantomData<V>,
}

/// All of them, for one version of the room.
pub fn all<V: Version>() -> Vec<Scenario<V>> {
    let scenario =
        |name, play: fn(&Arc<World>)| Scenario { name, play, version: std::marker::PhantomData };
    vec![
        scenario("everybody_reads", everybody_reads::<V>),
        scenario("one_stops_reading", one_stops_reading::<V>),
        scenario("one_breaks_off", one_breaks_off::<V>),
        scenario("one_leaves_and_comes_back", one_leaves_and_comes_back::<V>),
        scenario("one_comes_later", one_comes_later::<V>),
        scenario("one_is_slow", one_is_slow::<V>),
        scenario("one_is_too_slow", one_is_too_slow::<V>),
        scenario("one_says_much_and_reads_nothing", one_says_much_and_reads_nothing::<V>),
        scenario("some_is_for_one_only", some_is_for_one_only::<V>),
        scenario("sixteen_talk", many_talk::<V, 16>),
        scenario("sixty_four_talk", many_talk::<V, 64>),
    ]
}

/// Somebody in the room, and what comes to them.
struct Seat<V: Version> {
    name: &'static str,
    member: Arc<V::Member>,
    stream: Arc<TcpStream>,
}

impl<V: Version> Clone for Seat<V> {
    fn clone(&self) -> Self {
        Seat { name: self.name, member: Arc::clone(&self.member), stream: Arc::clone(&self.stream) }
    }
}

/// A line of its own length.
fn line(speaker: &str, number: usize) -> String {
    let filling = "x".repeat((number * 13 + speaker.len() * 7) % (LONGEST - 16));
    format!("{speaker} {number} {filling}\n")
}

fn enters<V: Version>(room: &Arc<V>, name: &'static str, habit: Habit) -> Seat<V> {
    let stream = TcpStream::new(habit);
    let member = room.join(name, &stream).expect("a connection").expect("the name is free");
    Seat { name, member, stream }
}

impl<V: Version> Seat<V> {
    /// Says so many lines, one after the other.
    fn says(&self, room: &Arc<V>, numbers: std::ops::Range<usize>) {
        for number in numbers {
            room.say(&self.member, line(self.name, number).into_bytes());
        }
    }

    /// What has come, without the welcome, which must be first.
    fn heard(&self) -> Vec<String> {
        let text = String::from_utf8(self.stream.taken()).expect("text");
        let mut lines = text.split_inclusive('\n').map(str::to_string);
        assert_eq!(lines.next().as_deref(), Some(WELCOME), "{} is welcomed first", self.name);
        lines.collect()
    }

    /// Everything that `all` have heard, without its own lines.
    fn heard_all_of(&self, all: &[String]) {
        assert_eq!(self.heard(), without(self.name, all), "{} hears all, in one order", self.name);
    }

    /// As much of it as it has read.
    fn heard_the_beginning_of(&self, all: &[String]) {
        let (heard, all) = (self.heard().concat(), without(self.name, all).concat());
        assert!(all.starts_with(&heard), "{} hears the others, as far as it reads", self.name);
    }

    /// Everything from some line on.
    fn heard_the_end_of(&self, all: &[String]) {
        let (heard, all) = (self.heard(), without(self.name, all));
        assert!(all.ends_with(&heard), "{} hears all from when it has come", self.name);
    }

    fn is_here(&self, room: &Arc<V>) -> bool {
        room.names().iter().any(|name| name == self.name)
    }
}

fn without(speaker: &str, lines: &[String]) -> Vec<String> {
    let is_own = |line: &&String| line.split(' ').next() == Some(speaker);
    lines.iter().filter(|line| !is_own(line)).cloned().collect()
}

/// Whether these are all lines of a speaker, in their order, once each.
fn has_all_lines_of(lines: &[String], speaker: &str, count: usize) {
    let is_own = |line: &&String| line.split(' ').next() == Some(speaker);
    let heard: Vec<String> = lines.iter().filter(is_own).cloned().collect();
    let said: Vec<String> = (0..count).map(|number| line(speaker, number)).collect();
    assert_eq!(heard, said, "every line of {speaker} is heard once, in order");
}

/// Runs something in a thread of its own.
fn begin(act: impl FnOnce() + Send + 'static) {
    Builder::new().spawn(act).expect("a thread");
}

/// Ends the scenario: lets everybody go, after which nothing may be left of them.
fn ends<V: Version>(world: &World, room: Arc<V>, seats: Vec<Seat<V>>) {
    for seat in &seats {
        room.leave(&seat.member);
    }
    world.waits_for_quiet();
    assert_eq!(world.threads(), 0, "no thread is left");
    assert_eq!(room.names(), [""; 0], "no name is left");
    for Seat { name, member, stream } in seats {
        drop(member);
        assert_eq!(Arc::strong_count(&stream), 1, "the room has kept nothing of {name}");
    }
}

/// All lines are heard by all, in one order, and nobody ever sleeps while there is something to do.
fn everybody_reads<V: Version>(world: &Arc<World>) {
    const LINES: usize = 7;
    let room = V::new();
    let [alice, bob, carol] =
        ["alice", "bob", "carol"].map(|name| enters(&room, name, Habit::Reads));
    for seat in [&alice, &bob] {
        let (room, seat) = (Arc::clone(&room), seat.clone());
        begin(move || seat.says(&room, 0..LINES));
    }
    world.waits_for_quiet();
    assert_eq!(world.now(), Duration::ZERO, "somebody sleeps while there is space");
    let all = carol.heard();
    has_all_lines_of(&all, "alice", LINES);
    has_all_lines_of(&all, "bob", LINES);
    alice.heard_all_of(&all);
    bob.heard_all_of(&all);
    assert_eq!(room.names(), ["alice", "bob", "carol"], "nobody who reads is removed");
    ends(world, room, vec![alice, bob, carol]);
}

/// The log does not grow without end, and who stops is removed once others have lost their patience, and not later.
fn one_stops_reading<V: Version>(world: &Arc<World>) {
    const LINES: usize = 14; // more than a log
    let room = V::new();
    let stops = Habit::Stops(world.chooses(100));
    let mallory = enters(&room, "mallory", stops);
    let [alice, bob] = ["alice", "bob"].map(|name| enters(&room, name, Habit::Reads));
    let carol = enters(&room, "carol", Habit::Reads);
    for seat in [&alice, &bob] {
        let (room, seat, mallory) = (Arc::clone(&room), seat.clone(), mallory.clone());
        begin(move || {
            for number in 0..LINES {
                seat.says(&room, number..number + 1);
                let said: usize = (0..=number).map(|number| line(seat.name, number).len()).sum();
                let behind = said.saturating_sub(mallory.stream.taken().len());
                assert!(behind <= BOUND || !mallory.is_here(&room), "the log has grown");
            }
        });
    }
    world.waits_for_quiet();
    assert!(world.now() <= PATIENCE, "the others have waited too long: {:?}", world.now());
    let all = carol.heard();
    has_all_lines_of(&all, "alice", LINES);
    has_all_lines_of(&all, "bob", LINES);
    alice.heard_all_of(&all);
    bob.heard_all_of(&all);
    mallory.heard_the_beginning_of(&all);
    assert_eq!(
        room.names(),
        ["alice", "bob", "carol"],
        "who does not read is removed, and only it"
    );
    ends(world, room, vec![alice, bob, carol, mallory]);
}

/// Nobody waits for somebody who has gone.
fn one_breaks_off<V: Version>(world: &Arc<World>) {
    const LINES: usize = 12;
    let room = V::new();
    let mallory = enters(&room, "mallory", Habit::Resets(world.chooses(300)));
    let [alice, bob] = ["alice", "bob"].map(|name| enters(&room, name, Habit::Reads));
    let (talks, speaker) = (Arc::clone(&room), alice.clone());
    begin(move || speaker.says(&talks, 0..LINES));
    let (talks, speaker) = (Arc::clone(&room), mallory.clone());
    begin(move || speaker.says(&talks, 0..3));
    world.waits_for_quiet();
    assert_eq!(world.now(), Duration::ZERO, "somebody waits for one who has gone");
    let all = bob.heard();
    has_all_lines_of(&all, "alice", LINES);
    has_all_lines_of(&all, "mallory", 3);
    alice.heard_all_of(&all);
    mallory.heard_the_beginning_of(&all);
    assert_eq!(room.names(), ["alice", "bob"]);
    ends(world, room, vec![alice, bob, mallory]);
}

/// Who leaves on its own is gone at once, even while its socket takes nothing and others wait for it.
fn one_leaves_and_comes_back<V: Version>(world: &Arc<World>) {
    const LINES: usize = 12;
    let room = V::new();
    let bob = enters(&room, "bob", Habit::Stops(40));
    let [alice, carol] = ["alice", "carol"].map(|name| enters(&room, name, Habit::Reads));
    let (talks, speaker) = (Arc::clone(&room), alice.clone());
    begin(move || speaker.says(&talks, 0..LINES));
    let (comes, leaver) = (Arc::clone(&room), Arc::clone(&bob.member));
    let seat = Arc::new(std::sync::Mutex::new(None));
    let again = Arc::clone(&seat);
    begin(move || {
        comes.leave(&leaver);
        let bob = enters(&comes, "bob", Habit::Reads);
        bob.says(&comes, 0..2);
        *again.lock().expect("no panic") = Some(bob);
    });
    world.waits_for_quiet();
    assert_eq!(world.now(), Duration::ZERO, "somebody waits for one who has left");
    let again = seat.lock().expect("no panic").take().expect("the name was free again");
    let all = carol.heard();
    has_all_lines_of(&all, "alice", LINES);
    has_all_lines_of(&all, "bob", 2);
    alice.heard_all_of(&all);
    bob.heard_the_beginning_of(&all);
    again.heard_the_end_of(&all);
    assert_eq!(room.names(), ["alice", "bob", "carol"]);
    ends(world, room, vec![alice, again, carol, bob]);
}

/// A newcomer is welcomed first, and then misses nothing.
fn one_comes_later<V: Version>(world: &Arc<World>) {
    const LINES: usize = 8;
    let room = V::new();
    let [alice, bob] = ["alice", "bob"].map(|name| enters(&room, name, Habit::Reads));
    let (talks, speaker) = (Arc::clone(&room), alice.clone());
    begin(move || speaker.says(&talks, 0..LINES));
    let seat = Arc::new(std::sync::Mutex::new(None));
    let (comes, entered) = (Arc::clone(&room), Arc::clone(&seat));
    begin(move || {
        let carol = enters(&comes, "carol", Habit::Reads);
        carol.says(&comes, 0..2);
        *entered.lock().expect("no panic") = Some(carol);
    });
    world.waits_for_quiet();
    assert_eq!(world.now(), Duration::ZERO, "somebody sleeps while there is space");
    let carol = seat.lock().expect("no panic").take().expect("carol has come");
    let all = bob.heard();
    has_all_lines_of(&all, "alice", LINES);
    has_all_lines_of(&all, "carol", 2);
    alice.heard_all_of(&all);
    carol.heard_the_end_of(&all);
    ends(world, room, vec![alice, bob, carol]);
}

/// Who reads slowly, but at the least rate, slows the others down, and is kept. Who waits for it is woken as soon as
/// there is space, and need not look for itself.
fn one_is_slow<V: Version>(world: &Arc<World>) {
    const LINES: usize = 24;
    let room = V::new();
    let slow = Habit::Paces(48, Duration::from_millis(37)); // more than a log's length in ten looks
    let bob = enters(&room, "bob", slow);
    let [alice, carol] = ["alice", "carol"].map(|name| enters(&room, name, Habit::Reads));
    for seat in [&alice, &carol] {
        let (room, seat) = (Arc::clone(&room), seat.clone());
        begin(move || {
            for number in 0..LINES {
                seat.says(&room, number..number + 1);
                assert!(!World::current().has_slept_out(), "nobody has woken {}", seat.name);
            }
        });
    }
    world.waits_for_quiet();
    let all = bob.heard();
    has_all_lines_of(&all, "alice", LINES);
    has_all_lines_of(&all, "carol", LINES);
    alice.heard_all_of(&all);
    carol.heard_all_of(&all);
    assert_eq!(room.names(), ["alice", "bob", "carol"], "who reads at the least rate is kept");
    ends(world, room, vec![alice, bob, carol]);
}

/// Who takes a little now and then is removed as well as who takes nothing.
fn one_is_too_slow<V: Version>(world: &Arc<World>) {
    const LINES: usize = 18;
    let room = V::new();
    let creeps = Habit::Paces(9, Duration::from_millis(60));
    let mallory = enters(&room, "mallory", creeps);
    let [alice, bob] = ["alice", "bob"].map(|name| enters(&room, name, Habit::Reads));
    for seat in [&alice, &bob] {
        let (room, seat) = (Arc::clone(&room), seat.clone());
        begin(move || seat.says(&room, 0..LINES));
    }
    world.waits_for_quiet();
    assert!(
        world.now() <= PATIENCE + Duration::from_millis(50),
        "the others have waited too long: {:?}",
        world.now()
    );
    let (to_alice, to_bob) = (alice.heard(), bob.heard());
    has_all_lines_of(&to_alice, "bob", LINES);
    has_all_lines_of(&to_bob, "alice", LINES);
    assert_eq!(room.names(), ["alice", "bob"], "who creeps is removed, and only it");
    ends(world, room, vec![alice, bob, mallory]);
}

/// Who floods and does not read waits for itself, like the others, and is removed.
fn one_says_much_and_reads_nothing<V: Version>(world: &Arc<World>) {
    const LINES: usize = 14;
    let room = V::new();
    let mallory = enters(&room, "mallory", Habit::Stops(20));
    let [alice, bob] = ["alice", "bob"].map(|name| enters(&room, name, Habit::Reads));
    for seat in [&mallory, &alice] {
        let (room, seat) = (Arc::clone(&room), seat.clone());
        begin(move || seat.says(&room, 0..LINES));
    }
    world.waits_for_quiet();
    assert!(world.now() <= PATIENCE, "the others have waited too long: {:?}", world.now());
    let all = bob.heard();
    has_all_lines_of(&all, "alice", LINES);
    has_all_lines_of(&all, "mallory", LINES);
    alice.heard_all_of(&all);
    mallory.heard_the_beginning_of(&all);
    ends(world, room, vec![alice, bob, mallory]);
}

/// However many wait for space, each is woken when there is some.
fn many_talk<V: Version, const THREADS: usize>(world: &Arc<World>) {
    let room = V::new();
    let [alice, bob] = ["alice", "bob"].map(|name| enters(&room, name, Habit::Reads));
    for number in 0..THREADS {
        let (room, seat) = (Arc::clone(&room), alice.clone());
        begin(move || seat.says(&room, 2 * number..2 * number + 2));
    }
    world.waits_for_quiet();
    assert_eq!(world.now(), Duration::ZERO, "somebody sleeps while there is space");
    let mut heard = bob.heard();
    let mut said: Vec<String> = (0..2 * THREADS).map(|number| line("alice", number)).collect();
    heard.sort();
    said.sort();
    assert_eq!(heard, said, "every line is heard once");
    assert!(alice.heard().is_empty(), "alice hears nothing of what she says");
    ends(world, room, vec![alice, bob]);
}

/// What is told to one is heard by that one only, in its turn.
fn some_is_for_one_only<V: Version>(world: &Arc<World>) {
    const TIMES: usize = 4;
    let room = V::new();
    let [alice, bob, carol] =
        ["alice", "bob", "carol"].map(|name| enters(&room, name, Habit::Reads));
    let (talks, speaker) = (Arc::clone(&room), alice.clone());
    let listener = Arc::clone(&carol.member);
    begin(move || {
        for number in 0..TIMES {
            speaker.says(&talks, 2 * number..2 * number + 1);
            let told = line(speaker.name, 2 * number + 1);
            talks.tell(&listener, told.into_bytes());
        }
    });
    let (talks, speaker) = (Arc::clone(&room), bob.clone());
    begin(move || speaker.says(&talks, 0..TIMES));
    world.waits_for_quiet();
    let all = carol.heard();
    has_all_lines_of(&all, "alice", 2 * TIMES);
    has_all_lines_of(&all, "bob", TIMES);
    let is_told = |line: &&String| {
        line.strip_prefix("alice ").is_some_and(|rest| {
            rest.split(' ')
                .next()
                .is_some_and(|number| number.parse().is_ok_and(|n: usize| n % 2 == 1))
        })
    };
    let for_all: Vec<String> = all.iter().filter(|line| !is_told(line)).cloned().collect();
    alice.heard_all_of(&for_all);
    bob.heard_all_of(&for_all);
    ends(world, room, vec![alice, bob, carol]);
}

//! The broadcast room: whatever a member says, all others hear, in one order for all.
//!
//! What is said goes to the end of one *log*, as a chunk of bytes. Each member has a place in the log: it
//! was sent everything up to there. A thread that has added a chunk also sends it, at once, to every member
//! that has no other chunk to get first. It uses a send that never waits, so a member that does not read
//! holds nobody up: as soon as the system takes no more for it, it is left behind, and a thread of its own
//! brings it up to date when it reads again.
//!
//! The log must not grow without end. When it is full, those who want to say something wait in a *queue* until
//! everybody has got the oldest chunk (this is *backpressure*: readers slow the writers down). But nobody waits
//! for long: while others wait, everybody must get on by half a log in half a second, or is removed.
//!
//! Read the log first, in `room/log.rs`, then the queue, in `room/queue.rs`, then this file, and last the numbered
//! story above `deliver`. Before you change anything: there are two kinds of locks, and a thread that needs both
//! takes the one on a member's delivery first, then the one on the room's state. While it holds the second one, it
//! never sends and never sleeps.

mod log;
mod queue;

use std::collections::HashSet;
use std::io::{self, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::{Errno, retry_on_intr};
use rustix::net::{SendAncillaryBuffer, SendFlags, sendmsg};

use self::log::{Audience, Log, Place};
use self::queue::{LOOK, Patience, Queue};
use crate::console;
use crate::serve::{STACK, lock, try_lock};

/// How long a newcomer has to take the welcome.
const WELCOME: Duration = Duration::from_millis(50);

/// A room. It is shared by the threads of all its members.
pub struct Room {
    state: Mutex<State>,
}

/// What the lock on a room protects.
struct State {
    log: Log,
    /// A thread that sends to all takes a share of this list as it is, and needs no lock while it goes through
    /// it. So the list is changed by `Arc::make_mut`: in place, or in a copy if somebody still uses this one.
    members: Arc<Vec<Arc<Member>>>,
    names: HashSet<String>,
    last_id: u64,
    queue: Queue, // of those who wait for space in the log
    patience: Patience,
}

/// Somebody in a room.
pub struct Member {
    id: u64,
    name: String,
    stream: Arc<TcpStream>,
    delivery: Mutex<Delivery>,
    /// A copy of `place.next`, to look at without the lock on the delivery. It only tells which chunks may be
    /// forgotten, so `Relaxed` is enough: an old value keeps a chunk a little longer, and that is all.
    next: AtomicU64,
}

/// How far a member has got. Only the thread that holds the lock on this sends to the member.
struct Delivery {
    place: Place,
    is_catching_up: bool, // there is a thread that waits for the member
}

/// What came of trying to send a member its next chunks.
enum Sent {
    /// The system took some of them, or all.
    Some,
    /// There were none.
    Nothing,
    /// The system takes no more at the moment.
    Full,
    /// The connection has ended, or the member was removed.
    Gone,
}

impl Room {
    /// An empty room.
    pub fn new() -> Arc<Room> {
        let state = State {
            log: Log::default(),
            members: Arc::default(),
            names: HashSet::new(),
            last_id: 0,
            queue: Queue::default(),
            patience: Patience::default(),
        };
        Arc::new(Room { state: Mutex::new(state) })
    }

    /// Lets somebody in, who is sent `welcome` and then hears all that is said. `None`: the name is taken.
    ///
    /// # Errors
    /// Those of the stream.
    pub fn join(
        self: &Arc<Self>,
        name: &str,
        stream: &Arc<TcpStream>,
        welcome: &[u8],
    ) -> io::Result<Option<Arc<Member>>> {
        let mut state = lock(&self.state);
        if !state.names.insert(name.to_string()) {
            return Ok(None);
        }
        state.last_id += 1;
        let next = state.log.end();
        let delivery = Delivery { place: Place { next, offset: 0 }, is_catching_up: false };
        let member = Arc::new(Member {
            id: state.last_id,
            name: name.to_string(),
            stream: Arc::clone(stream),
            delivery: Mutex::new(delivery),
            next: AtomicU64::new(next),
        });
        // From here on the member misses nothing. Anyone who says something finds its delivery locked, so
        // the welcome comes first, and what was said meanwhile is delivered after it. (Nobody else knows this
        // lock yet, so it can be taken here although the state is locked already.)
        let delivery = lock(&member.delivery);
        state.add_member(&member);
        drop(state);
        let result = greet(stream, welcome);
        drop(delivery);
        if let Err(error) = result {
            self.leave(&member);
            return Err(error);
        }
        self.deliver(&member);
        lock(&self.state).wake();
        Ok(Some(member))
    }

    /// Lets a member go: its name is free again, and its connection ends. Once is enough; twice does no harm.
    pub fn leave(&self, member: &Member) {
        lock(&self.state).remove_member(member);
        // An error means that it has ended already. If a thread waits for the member, this wakes it.
        let _ = member.stream.shutdown(Shutdown::Both);
    }

    /// The names of all members, sorted.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = lock(&self.state).names.iter().cloned().collect();
        names.sort();
        names
    }

    /// Sends `bytes`, which should be whole lines, to all members but the one that says them. Waits while
    /// the log is full.
    pub fn say(self: &Arc<Self>, from: &Member, bytes: Vec<u8>) {
        self.add(Audience::AllBut(from.id), bytes);
    }

    /// Sends `bytes`, which should be whole lines, to one member only: in its turn, after all that was said
    /// before.
    pub fn tell(self: &Arc<Self>, to: &Member, bytes: Vec<u8>) {
        self.add(Audience::Only(to.id), bytes);
    }

    fn add(self: &Arc<Self>, audience: Audience, bytes: Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        let mut state = self.wait_for_space();
        state.log.add(audience, bytes);
        state.wake(); // the next one in the queue may go on
        let members = Arc::clone(&state.members);
        drop(state);
        for member in members.iter() {
            self.deliver(member);
        }
        lock(&self.state).wake();
    }

    /// Waits until the log has space, and until those who have come before have added their chunks.
    fn wait_for_space(&self) -> MutexGuard<'_, State> {
        let mut state = lock(&self.state);
        if state.queue.is_empty() && state.has_space() {
            return state;
        }
        state.queue.enter();
        loop {
            if state.queue.is_mine() {
                let has_space = state.has_space();
                let late = state.look();
                if !late.is_empty() {
                    drop(state);
                    self.remove(&late);
                    state = lock(&self.state);
                    continue;
                }
                if has_space {
                    state.queue.leave();
                    if state.queue.is_empty() {
                        state.patience.rest();
                    }
                    return state;
                }
            }
            drop(state);
            thread::park_timeout(LOOK);
            state = lock(&self.state);
        }
    }

    /// Removes the members that hold the others up.
    fn remove(&self, late: &[Arc<Member>]) {
        for member in late {
            self.leave(member);
            console::log(&format!("{} holds the others up: removed", member.name));
        }
    }

    /// Sends a member its news, as far as the system takes them at once.
    ///
    /// No thread sleeps here until there is something to send, so there is none to wake up. But then it must
    /// be certain that somebody sends each chunk. The story goes like this:
    ///
    /// 1. Alice's thread adds a chunk to the log. For that, it holds the lock on the room.
    /// 2. It comes here for each member. For bob, it *tries* to lock his delivery. It gets the lock, sends bob
    ///    the chunks behind his place, and moves the place.
    /// 3. It gives the lock on bob's delivery back.
    /// 4. Only then does it look whether the log goes on behind the place that bob has reached. For that, it
    ///    holds the lock on the room again. If there is more, it starts again with 2.
    /// 5. Meanwhile carol's thread adds a chunk, and finds bob's delivery locked. It does not wait for it, and
    ///    leaves bob to alice's thread, which is still to look (4), and will find carol's chunk.
    /// 6. If the system takes no more for bob, a thread that may wait goes on where alice's has stopped. There
    ///    is never more than one for bob, and in the end it gives the lock back and looks, just the same.
    ///
    /// Why can alice's look (4) not miss the chunk of carol, who finds the delivery locked (5)? Adding and
    /// looking both happen under the lock on the room, so one of them comes first. If carol adds first, alice
    /// sees her chunk. If alice looks first, she has given bob's delivery back even before that, and carol,
    /// who adds before she tries, finds it free, or locked by somebody who is still to look.
    ///
    /// So two orders must stay as they are: add, then try; give back, then look.
    ///
    /// Could step 4 do without the lock, and look at an atomic number that says where the log ends? It could,
    /// but `SeqCst` for its loads and stores would not be enough. Giving a lock back (`Release`) and trying to
    /// get one (`Acquire`) are weaker than that, so each thread might miss what the other has just done. It
    /// would take a `fence(SeqCst)` on both sides: between add and try, and between give back and look.
    fn deliver(self: &Arc<Self>, member: &Arc<Member>) {
        while let Some(mut delivery) = try_lock(&member.delivery) {
            match self.send_some(member, &mut delivery.place) {
                Sent::Some | Sent::Nothing => {}
                Sent::Full if delivery.is_catching_up => return, // that thread waits for this lock
                Sent::Full => {
                    delivery.is_catching_up = true;
                    drop(delivery);
                    return self.start_to_catch_up(member);
                }
                Sent::Gone => {
                    drop(delivery);
                    return self.leave(member); // others may wait for it, and its own thread for them
                }
            }
            let reached = delivery.place.next;
            drop(delivery);
            if lock(&self.state).log.end() == reached {
                return;
            }
        }
    }

    /// Starts a thread that waits for a member whose socket is full.
    fn start_to_catch_up(self: &Arc<Self>, member: &Arc<Member>) {
        let (room, slow) = (Arc::clone(self), Arc::clone(member));
        let thread =
            thread::Builder::new().name(format!("catch up {}", member.name)).stack_size(STACK);
        let started = thread.spawn(move || room.catch_up(&slow));
        if let Err(error) = started {
            self.leave(member);
            console::log(&format!("{}: no thread to wait for it: {error}", member.name));
        }
    }

    /// Sends a member its news, and waits for it to take them.
    fn catch_up(self: &Arc<Self>, member: &Arc<Member>) {
        let mut delivery = lock(&member.delivery);
        loop {
            match self.send_some(member, &mut delivery.place) {
                Sent::Some => lock(&self.state).wake(), // somebody may have waited for this one
                Sent::Full => wait_for_reader(&member.stream),
                Sent::Nothing | Sent::Gone => break,
            }
        }
        delivery.is_catching_up = false;
        drop(delivery);
        self.deliver(member); // to look again
        lock(&self.state).wake();
    }

    /// Sends a member a few of the chunks that it has not got, as far as the system takes them at once, and
    /// moves its place.
    fn send_some(&self, member: &Member, place: &mut Place) -> Sent {
        let Some(chunks) = lock(&self.state).log.chunks_from(place.next) else {
            return Sent::Gone;
        };
        if chunks.is_empty() {
            return Sent::Nothing;
        }
        let slices = place.unsent(&chunks, member.id);
        let sent = match &slices[..] {
            [] => Ok(0), // it has said all of it itself
            slices => retry_on_intr(|| {
                // One call sends many chunks. Nothing goes beside them.
                let nothing = &mut SendAncillaryBuffer::default();
                sendmsg(&member.stream, slices, nothing, SendFlags::DONTWAIT)
            }),
        };
        match sent {
            Ok(count) => place.advance(count, &chunks, member.id),
            Err(Errno::AGAIN) => return Sent::Full,
            Err(_) => return Sent::Gone,
        }
        member.next.store(place.next, Ordering::Relaxed);
        Sent::Some
    }
}

/// Makes a stream ready for a room, and sends the first line over it.
fn greet(mut stream: &TcpStream, welcome: &[u8]) -> io::Result<()> {
    stream.set_write_timeout(Some(WELCOME))?;
    // A line goes out at once, rather than when the one before was acknowledged (RFC 9293, 3.7.4).
    stream.set_nodelay(true)?;
    stream.write_all(welcome)
}

/// Waits until the system takes more for a member, or its connection has ended.
fn wait_for_reader(stream: &TcpStream) {
    let mut sockets = [PollFd::new(stream, PollFlags::OUT)];
    let _ = retry_on_intr(|| poll(&mut sockets, None)); // after an error, the next send tells more
}

impl State {
    fn add_member(&mut self, member: &Arc<Member>) {
        Arc::make_mut(&mut self.members).push(Arc::clone(member));
    }

    fn remove_member(&mut self, member: &Member) {
        if let Some(index) = self.members.iter().position(|other| other.id == member.id) {
            Arc::make_mut(&mut self.members).swap_remove(index);
            self.names.remove(&member.name);
        }
    }

    /// Drops the chunks that were sent to everybody.
    fn forget_what_all_have(&mut self) {
        let places = self.members.iter().map(|member| member.next.load(Ordering::Relaxed));
        let oldest = places.min().unwrap_or(self.log.end());
        self.log.forget_before(oldest);
    }

    /// Whether something can be added to the log.
    fn has_space(&mut self) -> bool {
        if self.log.is_full() {
            self.forget_what_all_have();
        }
        !self.log.is_full()
    }

    /// Wakes the first of those who wait for space, if there is some.
    fn wake(&mut self) {
        if !self.queue.is_empty() && self.has_space() {
            self.queue.wake();
        }
    }

    /// Takes a look at those who hold the others up. Gives the members that are to be removed.
    fn look(&mut self) -> Vec<Arc<Member>> {
        self.patience.look(self.log.forgotten(), Instant::now());
        if !self.patience.is_over() {
            return Vec::new();
        }
        let goal = self.log.number_after(self.patience.goal());
        let is_late = |member: &&Arc<Member>| member.next.load(Ordering::Relaxed) < goal;
        self.members.iter().filter(is_late).cloned().collect()
    }
}

impl Member {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

//! The broadcast room: whatever a member says, all others hear, in one order for all.
//!
//! What is said goes to the end of one *log*, as a chunk of bytes. Each member has a place in the log: it
//! was sent everything up to there. A thread that has added a chunk also sends it, at once, to every member,
//! or leaves that to a thread that is just doing so. It uses a send that never waits, so a member that does not
//! read holds nobody up: as soon as the system takes no more for it, it is left behind, and a thread of its own
//! brings it up to date when it reads again.
//!
//! The log must not grow without end. When it is full, those who want to say something wait in a *queue* until
//! everybody has got the oldest chunk (this is *backpressure*: readers slow the writers down). But nobody waits
//! for long: while others wait, everybody must get on by half a log in half a second, or is removed.
//!
//! Read the log first, in `room/log.rs`, then the queue, in `room/queue.rs`, then this file, and last the numbered
//! story above `deliver_news`. Before you change anything: there are two kinds of locks, and a thread that needs both
//! takes the one on a member's delivery first, then the one on the room's state. While it holds the second one, it
//! never sends and never sleeps.

mod log;
mod queue;

use std::collections::HashSet;
use std::io::{self, Write};
use std::mem;
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::{Errno, retry_on_intr};
use rustix::net::sockopt::set_socket_send_buffer_size;
use rustix::net::{SendAncillaryBuffer, SendFlags, sendmsg};

use self::log::{Audience, Log, News, Place};
use self::queue::{LOOK, Patience, Queue};
use crate::console;
use crate::serve::{STACK, lock, try_lock};

/// How long a newcomer has to take the welcome.
const WELCOME: Duration = Duration::from_millis(50);

/// How much the system keeps of what was sent to a member, in bytes. It takes more when a third of that is free, and what
/// members get on by is judged, so these gulps must be small. (By itself it would keep some MB for a slow one.) Over a
/// connection with a round trip of 0.2 s this is still enough for 1 MB a second.
const KEPT_BY_SYSTEM: usize = 128 * 1024;

/// How often a member's thread sends the news to all, at most, before another thread takes over.
const TURNS: usize = 4;

/// When more bytes than this are to be sent, it is worth while to do so in two threads.
const MUCH: usize = 1024 * 1024;

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
    new_bytes: usize, // how many were added since the last time that the news were sent to all
    is_delivering: bool, // there is a thread that sends the news to all
    queue: Queue,     // of those who wait for space in the log
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
            new_bytes: 0,
            is_delivering: false,
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
        self.deliver_what_was_missed(&member);
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
        state.new_bytes += bytes.len();
        state.log.add(audience, bytes);
        state.wake(); // the next one in the queue may go on
        let is_mine = !mem::replace(&mut state.is_delivering, true);
        drop(state);
        if is_mine {
            self.deliver_news();
        }
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

    /// Sends everybody the news, until there are no more.
    ///
    /// No thread sleeps here until there is something to send, so there is none to wake up. But then it must
    /// be certain that somebody sends each chunk. The story goes like this:
    ///
    /// 1. Alice's thread adds a chunk to the log. It sees that nobody is delivering, says that it will, and comes
    ///    here. (For all of this it holds the lock on the room.)
    /// 2. It goes through all members. For bob, it *tries* to lock his delivery. It gets the lock, sends bob the
    ///    chunks behind his place, moves the place, and gives the lock back.
    /// 3. When it has been with everybody, it looks whether the log goes on behind what it has sent. If so, it
    ///    begins again with 2. If not, it says that nobody is delivering any more. (For that, it holds the lock on
    ///    the room again.)
    /// 4. Meanwhile carol's thread adds a chunk, and sees that somebody is delivering. It leaves the chunk to that
    ///    thread, which is still to look (3), and will find it. So many who talk at once send together.
    /// 5. If the system takes no more for bob, a thread of his own, which may wait, catches up with the log.
    ///    Meanwhile it has the lock on his delivery, and alice's thread passes by (2).
    ///
    /// Alice's thread is there for alice, and cannot go on with this forever if others talk all the time. So
    /// after a few turns another thread takes over.
    fn deliver_news(self: &Arc<Self>) {
        if (0..TURNS).all(|_| self.deliver_to_all()) {
            let room = Arc::clone(self);
            let started = start("courier", move || while room.deliver_to_all() {});
            if started.is_err() {
                while self.deliver_to_all() {} // late is better than never
            }
        }
    }

    /// Is with every member once. Returns whether there is more to deliver then.
    fn deliver_to_all(self: &Arc<Self>) -> bool {
        let mut state = lock(&self.state);
        let (members, end) = (Arc::clone(&state.members), state.log.end());
        let is_much = mem::take(&mut state.new_bytes) * members.len() > MUCH;
        drop(state);
        thread::scope(|scope| {
            if is_much {
                // Without this help it only takes longer.
                let helper = thread::Builder::new().name("helper".to_string()).stack_size(STACK);
                let _ =
                    helper.spawn_scoped(scope, || self.go_round(&members, members.len() / 2, end));
            }
            self.go_round(&members, 0, end);
        });
        let mut state = lock(&self.state);
        state.wake();
        state.is_delivering = state.log.end() > end;
        state.is_delivering
    }

    /// Is with every member once, and begins with that one. Two threads that begin at different places meet half way:
    /// from there on they find nothing to send, or a delivery that the other one has locked, and soon both are done.
    fn go_round(self: &Arc<Self>, members: &[Arc<Member>], first: usize, end: u64) {
        let mut news = News::default();
        let (before, behind) = members.split_at(first);
        for member in behind.iter().chain(before) {
            self.deliver(member, end, &mut news);
        }
    }

    /// Sends a member the chunks before number `end`, as far as the system takes them at once. Returns the place that
    /// it has reached; `None`: it is another thread that goes on from there.
    fn deliver(self: &Arc<Self>, member: &Arc<Member>, end: u64, news: &mut News) -> Option<u64> {
        let mut delivery = try_lock(&member.delivery)?;
        loop {
            match self.send_some(member, &mut delivery.place, end, news) {
                Sent::Some => {}
                Sent::Nothing => return Some(delivery.place.next),
                Sent::Full => break,
                Sent::Gone => {
                    drop(delivery);
                    self.leave(member); // others may wait for it, and its own thread for them
                    return None;
                }
            }
        }
        if !delivery.is_catching_up {
            delivery.is_catching_up = true;
            drop(delivery);
            self.start_to_catch_up(member);
        }
        None
    }

    /// The same, for a thread that has locked the delivery before, so that others have passed by.
    ///
    /// Bob's thread has caught up with the log, and gives the lock on his delivery back. Only then does it look
    /// whether the log goes on behind the place that bob has reached. If there is more, it tries again.
    ///
    /// Why can it not miss the chunk of carol, whose thread, or one that delivers for it, finds the lock taken?
    /// Adding and looking both happen under the lock on the room, so one of them comes first. If carol adds first,
    /// bob's thread sees her chunk. If it looks first, it has given the lock back even before that, and whoever
    /// delivers carol's chunk tries after she has added it, and finds the lock free, or taken by somebody who is
    /// still to look. So two orders must stay as they are: add, then try; give back, then look.
    ///
    /// Could it do without the lock, and look at an atomic number that says where the log ends? It could, but
    /// `SeqCst` for its loads and stores would not be enough. Giving a lock back (`Release`) and trying to get one
    /// (`Acquire`) are weaker than that, so each thread might miss what the other has just done. It would take a
    /// `fence(SeqCst)` on both sides: between add and try, and between give back and look.
    fn deliver_what_was_missed(self: &Arc<Self>, member: &Arc<Member>) {
        loop {
            let reached = self.deliver(member, u64::MAX, &mut News::default());
            let mut state = lock(&self.state);
            state.wake();
            if reached.is_none_or(|reached| reached == state.log.end()) {
                return;
            }
        }
    }

    /// Starts a thread that waits for a member whose socket is full.
    fn start_to_catch_up(self: &Arc<Self>, member: &Arc<Member>) {
        let (room, slow) = (Arc::clone(self), Arc::clone(member));
        let started = start(format!("catch up {}", member.name), move || room.catch_up(&slow));
        if let Err(error) = started {
            self.leave(member);
            console::log(&format!("{}: no thread to wait for it: {error}", member.name));
        }
    }

    /// Sends a member its news, and waits for it to take them.
    fn catch_up(self: &Arc<Self>, member: &Arc<Member>) {
        let mut delivery = lock(&member.delivery);
        let mut news = News::default();
        loop {
            match self.send_some(member, &mut delivery.place, u64::MAX, &mut news) {
                Sent::Some => lock(&self.state).wake(), // somebody may have waited for this one
                Sent::Full => wait_for_reader(&member.stream),
                Sent::Nothing | Sent::Gone => break,
            }
        }
        delivery.is_catching_up = false;
        drop(delivery);
        self.deliver_what_was_missed(member);
    }

    /// Sends a member a few of the chunks that it has not got, as far as the system takes them at once, and
    /// moves its place, but not beyond number `end`. Takes them from `news`, or else those from the log.
    fn send_some(&self, member: &Member, place: &mut Place, end: u64, news: &mut News) -> Sent {
        if place.next >= end {
            return Sent::Nothing;
        }
        if news.from(place.next).is_empty() {
            match lock(&self.state).log.news_from(place.next) {
                Some(more) => *news = more,
                None => return Sent::Gone,
            }
        }
        let chunks = news.from(place.next);
        if chunks.is_empty() {
            return Sent::Nothing;
        }
        let slices = place.unsent(chunks, member.id);
        let sent = match &slices[..] {
            [] => Ok(0), // it has said all of it itself
            slices => retry_on_intr(|| {
                // One call sends many chunks. Nothing goes beside them.
                let nothing = &mut SendAncillaryBuffer::default();
                sendmsg(&member.stream, slices, nothing, SendFlags::DONTWAIT)
            }),
        };
        match sent {
            Ok(count) => place.advance(count, chunks, member.id),
            Err(Errno::AGAIN) => return Sent::Full,
            Err(_) => return Sent::Gone,
        }
        member.next.store(place.next, Ordering::Relaxed);
        Sent::Some
    }
}

/// Starts a thread with a small stack. Its name shows in a debugger and in the message of a panic.
fn start(name: impl Into<String>, act: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let thread = thread::Builder::new().name(name.into()).stack_size(STACK);
    thread.spawn(act).map(drop)
}

/// Makes a stream ready for a room, and sends the first line over it.
fn greet(mut stream: &TcpStream, welcome: &[u8]) -> io::Result<()> {
    stream.set_write_timeout(Some(WELCOME))?;
    // A line goes out at once, rather than when the one before was acknowledged (RFC 9293, 3.7.4).
    stream.set_nodelay(true)?;
    set_socket_send_buffer_size(stream, KEPT_BY_SYSTEM)?;
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

//! The broadcast room: whatever a member says, all others hear, in one order for all.
//!
//! What is said goes to the end of one *log*, as a chunk of bytes. Each member has a place in the log:
//! up to there, everything was sent to it. Whoever has added a chunk also sends it, at once, to every
//! member that has no other chunk to get first. It uses a send that never waits, so a member that does not
//! read holds nobody up: as soon as the system takes no more for it, it is left behind, and a thread of its
//! own brings it up to date when it reads again.
//!
//! The log must not grow without end. When it is full, those who want to say something wait until
//! everybody has got the oldest chunk (this is *backpressure*: readers slow the writers down). But nobody
//! waits for long: a member that takes nothing for 0.4 s while others wait is removed.
//!
//! Before you change anything: a member's place is moved only by whoever holds the lock on it, and after
//! giving that lock back one has to look for news again. Otherwise a chunk that is added in between, by
//! somebody who found the lock taken, would stay unsent.

use std::collections::{HashSet, VecDeque};
use std::io::{self, ErrorKind, IoSlice, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use rustix::net::SendFlags;
use socket2::SockRef;

use crate::console;
use crate::serve::{STACK, lock, try_lock};

/// How many bytes the log keeps for members that have not got them yet.
const LONGEST_LOG: usize = 1024 * 1024;

/// How long one try to send to a member with a full socket takes.
const TRY: Duration = Duration::from_millis(50);

/// A member that has taken nothing in so many tries is removed, if others wait for it.
const TRIES: u32 = 8;

/// How many chunks go out in one send.
const AT_ONCE: usize = 16;

/// A room. It is shared by the threads of all its members.
pub struct Room {
    log: Mutex<Log>,
    end: AtomicU64, // the number of the next chunk: a copy, to look at without the lock
    space: Condvar, // the log may have become shorter
}

struct Log {
    chunks: VecDeque<Arc<Chunk>>,
    first: u64,  // the number of the oldest chunk
    size: usize, // of all chunks, in bytes
    members: Arc<Vec<Arc<Member>>>,
    names: HashSet<String>,
    last_id: u64,
    arrivals: u64, // so many have wanted to add a chunk
    admitted: u64, // and so many have: first come, first served
}

/// What was said, and who is to hear it.
struct Chunk {
    audience: Audience,
    bytes: Vec<u8>,
}

enum Audience {
    AllBut(u64),
    Only(u64),
}

/// Somebody in a room.
pub struct Member {
    id: u64,
    name: String,
    stream: Arc<TcpStream>,
    place: Mutex<Place>,
    next: AtomicU64, // the chunk number of its place: a copy, to look at without the lock
    catching_up: AtomicBool,
}

/// How far a member has got: all chunks before `next`, and so many bytes of that one.
struct Place {
    next: u64,
    offset: usize,
}

/// What came of sending a member its news.
enum Sent {
    All,
    Full,
    Gone,
}

impl Room {
    /// An empty room.
    pub fn new() -> Arc<Room> {
        let log = Log {
            chunks: VecDeque::new(),
            first: 0,
            size: 0,
            members: Arc::default(),
            names: HashSet::new(),
            last_id: 0,
            arrivals: 0,
            admitted: 0,
        };
        Arc::new(Room { log: Mutex::new(log), end: AtomicU64::new(0), space: Condvar::new() })
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
        let mut log = lock(&self.log);
        if !log.names.insert(name.to_string()) {
            return Ok(None);
        }
        log.last_id += 1;
        let next = log.end();
        let member = Arc::new(Member {
            id: log.last_id,
            name: name.to_string(),
            stream: Arc::clone(stream),
            place: Mutex::new(Place { next, offset: 0 }),
            next: AtomicU64::new(next),
            catching_up: AtomicBool::new(false),
        });
        Arc::make_mut(&mut log.members).push(Arc::clone(&member));
        // From here on the member misses nothing. Whoever says something finds its place taken, so the
        // welcome comes first, and what was said meanwhile is delivered after it.
        let place = lock(&member.place);
        drop(log);
        let result = greet(stream, welcome);
        drop(place);
        if let Err(error) = result {
            self.leave(&member);
            return Err(error);
        }
        self.deliver(&member);
        Ok(Some(member))
    }

    /// Lets a member go: its name is free again, and its connection ends. Once is enough, twice is no harm.
    pub fn leave(&self, member: &Member) {
        lock(&self.log).remove(member);
        let _ = member.stream.shutdown(Shutdown::Both); // an error means that it has ended already
        self.space.notify_all();
    }

    /// The names of all members, sorted.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = lock(&self.log).names.iter().cloned().collect();
        names.sort();
        names
    }

    /// Sends `bytes`, which should be whole lines, to all members but the one that says them. Waits while
    /// the log is full.
    pub fn say(self: &Arc<Self>, from: &Member, bytes: Vec<u8>) {
        self.add(Chunk { audience: Audience::AllBut(from.id), bytes });
    }

    /// Sends `bytes`, which should be whole lines, to one member only: in its turn, after all that was said
    /// before.
    pub fn tell(self: &Arc<Self>, to: &Member, bytes: Vec<u8>) {
        self.add(Chunk { audience: Audience::Only(to.id), bytes });
    }

    fn add(self: &Arc<Self>, chunk: Chunk) {
        if chunk.bytes.is_empty() {
            return;
        }
        let members = {
            let mut log = self.wait_for_space();
            log.size += chunk.size();
            log.chunks.push_back(Arc::new(chunk));
            self.end.store(log.end(), Ordering::SeqCst);
            Arc::clone(&log.members)
        };
        for member in members.iter() {
            self.deliver(member);
        }
    }

    /// Waits until the log has space, and until those who have come before have added their chunks.
    fn wait_for_space(&self) -> MutexGuard<'_, Log> {
        let mut log = lock(&self.log);
        let ticket = log.arrivals;
        log.arrivals += 1;
        loop {
            if log.is_full() {
                log.forget_what_all_have();
            }
            if ticket == log.admitted && !log.is_full() {
                log.admitted += 1;
                self.space.notify_all();
                return log;
            }
            let waited = self.space.wait_timeout(log, TRY);
            log = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Sends a member its news, as far as the system takes them at once.
    fn deliver(self: &Arc<Self>, member: &Arc<Member>) {
        // Somebody else who has its place is sending to it now, and will find the news too.
        while let Some(mut place) = try_lock(&member.place) {
            match self.send_news(member, &mut place, SendFlags::DONTWAIT) {
                Sent::All => {}
                Sent::Full => {
                    drop(place); // before it is looked whether there is a thread: that one looks again
                    return self.let_catch_up(member);
                }
                Sent::Gone => {
                    drop(place);
                    return self.leave(member); // others may wait for it, and its own thread for them
                }
            }
            drop(place);
            if member.next.load(Ordering::SeqCst) == self.end.load(Ordering::SeqCst) {
                return; // there was no news in between
            }
        }
    }

    /// Starts a thread that waits for a member whose socket is full.
    fn let_catch_up(self: &Arc<Self>, member: &Arc<Member>) {
        if member.catching_up.swap(true, Ordering::SeqCst) {
            return; // there is one
        }
        let (room, slow) = (Arc::clone(self), Arc::clone(member));
        let thread =
            thread::Builder::new().name(format!("catch up {}", member.name)).stack_size(STACK);
        let started = thread.spawn(move || room.catch_up(&slow));
        if let Err(error) = started {
            self.leave(member);
            console::log(&format!("{}: no thread to wait for it: {error}", member.name));
        }
    }

    /// Sends a member its news and waits for it to take them, but not if it holds everybody up.
    fn catch_up(self: &Arc<Self>, member: &Arc<Member>) {
        let mut refusals = 0;
        let mut place = lock(&member.place);
        let mut before = (place.next, place.offset);
        while let Sent::Full = self.send_news(member, &mut place, SendFlags::empty()) {
            refusals = if before == (place.next, place.offset) { refusals + 1 } else { 0 };
            before = (place.next, place.offset);
            if refusals >= TRIES && lock(&self.log).waits_for(member) {
                self.leave(member);
                console::log(&format!("{} takes nothing, and others wait: removed", member.name));
            }
        }
        drop(place);
        member.catching_up.store(false, Ordering::SeqCst);
        self.deliver(member);
    }

    /// Sends a member all that it has not got, and moves its place.
    fn send_news(&self, member: &Member, place: &mut Place, flags: SendFlags) -> Sent {
        let stream = SockRef::from(&*member.stream);
        loop {
            let Some(chunks) = lock(&self.log).chunks_from(place.next) else {
                return Sent::Gone;
            };
            if chunks.is_empty() {
                return Sent::All;
            }
            let mut slices = Vec::with_capacity(chunks.len());
            for (number, chunk) in
                chunks.iter().enumerate().filter(|(_, chunk)| chunk.is_for(member))
            {
                let start = if number == 0 { place.offset } else { 0 };
                slices.push(IoSlice::new(&chunk.bytes[start..]));
            }
            let sent = match &slices[..] {
                [] => Ok(0), // it said all of it itself
                slices => stream.send_vectored_with_flags(slices, flags.bits() as i32),
            };
            match sent {
                Ok(count) => place.advance(count, &chunks, member),
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Sent::Full,
                Err(_) => return Sent::Gone,
            }
            member.next.store(place.next, Ordering::SeqCst);
            if flags.is_empty() {
                self.space.notify_all(); // somebody may have waited for this one
            }
        }
    }
}

/// Makes a stream ready for a room, and sends the first line over it.
fn greet(mut stream: &TcpStream, welcome: &[u8]) -> io::Result<()> {
    stream.set_write_timeout(Some(TRY))?;
    // A line goes out at once, rather than when the one before was acknowledged (RFC 9293, 3.7.4).
    stream.set_nodelay(true)?;
    stream.write_all(welcome)
}

impl Log {
    /// The number that the next chunk will have.
    fn end(&self) -> u64 {
        self.first + self.chunks.len() as u64
    }

    fn is_full(&self) -> bool {
        self.size > LONGEST_LOG
    }

    /// The next few chunks from this number on. `None`: they were forgotten, since whoever wants them is no
    /// member any more.
    fn chunks_from(&self, number: u64) -> Option<Vec<Arc<Chunk>>> {
        let skipped = number.checked_sub(self.first)? as usize;
        Some(self.chunks.iter().skip(skipped).take(AT_ONCE).cloned().collect())
    }

    /// Whether somebody wants to add a chunk and cannot, until this member has got the oldest one.
    fn waits_for(&self, member: &Member) -> bool {
        let somebody_waits = self.arrivals > self.admitted;
        somebody_waits && self.is_full() && member.next.load(Ordering::SeqCst) == self.first
    }

    /// Drops the chunks that were sent to everybody.
    fn forget_what_all_have(&mut self) {
        let places = self.members.iter().map(|member| member.next.load(Ordering::SeqCst));
        let oldest = places.min().unwrap_or(self.end());
        while self.first < oldest {
            let Some(chunk) = self.chunks.pop_front() else { return };
            self.first += 1;
            self.size -= chunk.size();
        }
    }

    fn remove(&mut self, member: &Member) {
        if let Some(index) = self.members.iter().position(|other| other.id == member.id) {
            Arc::make_mut(&mut self.members).swap_remove(index);
            self.names.remove(&member.name);
        }
    }
}

impl Chunk {
    /// Its share of the log, in bytes: what it says, and what it takes to keep it.
    fn size(&self) -> usize {
        self.bytes.len() + size_of::<Chunk>()
    }

    fn is_for(&self, member: &Member) -> bool {
        match self.audience {
            Audience::AllBut(id) => id != member.id,
            Audience::Only(id) => id == member.id,
        }
    }
}

impl Place {
    /// Moves on by `count` bytes, which were sent out of `chunks`.
    fn advance(&mut self, mut count: usize, chunks: &[Arc<Chunk>], member: &Member) {
        for chunk in chunks {
            let left = if chunk.is_for(member) { chunk.bytes.len() - self.offset } else { 0 };
            if count < left {
                self.offset += count;
                return;
            }
            count -= left;
            self.offset = 0;
            self.next += 1;
        }
    }
}

impl Member {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

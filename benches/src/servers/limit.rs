//! The limit: two threads that copy whatever bytes a member sends to all the others, and do nothing else. No lines, no
//! names, no order among senders, no help for a member that does not read.
//!
//! Each thread has half of the members: it alone reads from them and writes to them. What it has read it hands to the
//! other thread, through a queue, and writes to its own half. So both cores copy even if only one member talks.
//!
//! A queue is bounded by who fills it: a thread reads nothing while the other's queue is full. It never waits for that
//! queue, and always empties its own. So nobody waits in a circle, and nothing is lost.

use std::collections::VecDeque;
use std::io::{ErrorKind, IoSlice, Read, Write};
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::{Result, anyhow};
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Registry, Token, Waker};
use rustix::event::{PollFd, PollFlags};

/// How many bytes are read from one member at once.
const READ: usize = 64 * 1024;

/// How many bytes, of all who talk, are written at once: fewer and larger writes copy more in the same time.
const BATCH: usize = 256 * 1024;

/// How many batches may wait for a thread.
const LONGEST: usize = 8;

/// What wakes a thread up.
const BELL: Token = Token(usize::MAX);

/// What was read from some members, one after the other.
struct Batch {
    bytes: Vec<u8>,
    parts: Vec<(usize, Range<usize>)>, // who said what
}

/// What two threads and the one that accepts share of one half.
struct Half {
    members: Mutex<Vec<Option<TcpStream>>>, // the member with id 2n + half is at n
    queue: Mutex<VecDeque<Arc<Batch>>>,
    bell: Waker,
    registry: Registry,
}

/// Serves until it is ended.
pub fn run(listener: std::net::TcpListener) -> Result<()> {
    let polls = [Poll::new()?, Poll::new()?];
    let halves = [Half::new(&polls[0])?, Half::new(&polls[1])?];
    let halves = Arc::new(halves);
    for (index, poll) in polls.into_iter().enumerate() {
        let halves = Arc::clone(&halves);
        let name = format!("half {index}");
        thread::Builder::new().name(name).spawn(move || {
            if let Err(error) = copy(&halves[index], &halves[1 - index], index, poll) {
                eprintln!("error: {error}");
                std::process::exit(1);
            }
        })?;
    }
    for id in 0.. {
        let (stream, _) = listener.accept()?;
        stream.set_nonblocking(true)?;
        stream.set_nodelay(true)?;
        halves[id % 2].add(id, TcpStream::from_std(stream))?;
    }
    Err(anyhow!("more members than numbers"))
}

impl Half {
    fn new(poll: &Poll) -> Result<Half> {
        Ok(Half {
            members: Mutex::default(),
            queue: Mutex::default(),
            bell: Waker::new(poll.registry(), BELL)?,
            registry: poll.registry().try_clone()?,
        })
    }

    fn add(&self, id: usize, stream: TcpStream) -> Result<()> {
        let mut members = lock(&self.members);
        members.push(Some(stream));
        if let Some(Some(stream)) = members.last_mut() {
            self.registry.register(stream, Token(id), Interest::READABLE)?;
        }
        Ok(())
    }

    /// Hands over a batch. Whoever empties a queue looks at it again before it sleeps, so it is only woken up for the
    /// first one.
    fn push(&self, batch: &Arc<Batch>) -> Result<()> {
        let mut queue = lock(&self.queue);
        queue.push_back(Arc::clone(batch));
        if queue.len() == 1 {
            self.bell.wake()?;
        }
        Ok(())
    }

    /// The next batch, and whether the queue was full.
    fn pop(&self) -> Option<(Arc<Batch>, bool)> {
        let mut queue = lock(&self.queue);
        let was_full = queue.len() >= LONGEST;
        queue.pop_front().map(|batch| (batch, was_full))
    }

    fn is_full(&self) -> bool {
        lock(&self.queue).len() >= LONGEST
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Copies for one half, forever.
fn copy(own: &Half, other: &Half, index: usize, mut poll: Poll) -> Result<()> {
    let mut events = Events::with_capacity(1024);
    let mut ready = VecDeque::new(); // who may have sent something that was not read yet
    let mut buffer = vec![0; READ];
    loop {
        for _ in 0..LONGEST {
            let Some((batch, was_full)) = own.pop() else { break };
            write_to_all(&mut lock(&own.members), index, &batch)?;
            if was_full {
                other.bell.wake()?; // it may read again
            }
        }
        let may_read = !other.is_full();
        let has_work = !lock(&own.queue).is_empty() || may_read && !ready.is_empty();
        let limit = if has_work { Some(Duration::ZERO) } else { None };
        match poll.poll(&mut events, limit) {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            result => result?,
        }
        for event in events.iter().filter(|event| event.token() != BELL) {
            if !ready.contains(&event.token().0) {
                ready.push_back(event.token().0);
            }
        }
        if !may_read {
            continue;
        }
        let batch = read_some(&mut lock(&own.members), &mut ready, &mut buffer);
        if !batch.bytes.is_empty() {
            let batch = Arc::new(batch);
            other.push(&batch)?;
            write_to_all(&mut lock(&own.members), index, &batch)?;
        }
    }
}

/// Reads from those who are ready, in turns, until there is enough. Those who may have more stay ready.
fn read_some(
    members: &mut [Option<TcpStream>],
    ready: &mut VecDeque<usize>,
    buffer: &mut [u8],
) -> Batch {
    let mut batch = Batch { bytes: Vec::new(), parts: Vec::new() };
    while batch.bytes.len() < BATCH {
        let Some(id) = ready.pop_front() else { break };
        let Some(stream) = &mut members[id / 2] else { continue };
        match stream.read(buffer) {
            Ok(0) => members[id / 2] = None,
            Ok(count) => {
                let start = batch.bytes.len();
                batch.bytes.extend_from_slice(&buffer[..count]);
                batch.parts.push((id, start..start + count));
                if count == buffer.len() {
                    ready.push_back(id); // a short read means that it is empty now
                }
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) if error.kind() == ErrorKind::Interrupted => ready.push_back(id),
            Err(_) => members[id / 2] = None,
        }
    }
    batch
}

/// Writes a batch to all members of one half, to each without what it has said itself: to all at once, and then to
/// those again whose system took not all.
fn write_to_all(members: &mut [Option<TcpStream>], index: usize, batch: &Batch) -> Result<()> {
    let mut waiting: Vec<(usize, usize)> = (0..members.len()).map(|at| (at, 0)).collect();
    loop {
        waiting.retain_mut(|(at, written)| {
            let Some(stream) = &mut members[*at] else { return false };
            match write_some(stream, 2 * *at + index, batch, written) {
                Ok(is_done) => !is_done,
                Err(_) => false, // it has left; who reads from it will see that
            }
        });
        if waiting.is_empty() {
            return Ok(());
        }
        let streams = waiting.iter().filter_map(|(at, _)| members[*at].as_ref());
        let mut fds: Vec<PollFd> =
            streams.map(|stream| PollFd::new(stream, PollFlags::OUT)).collect();
        match rustix::event::poll(&mut fds, None) {
            Err(rustix::io::Errno::INTR) => {}
            result => drop(result?),
        }
    }
}

/// Writes as much as the system takes of what a member has not got, and says whether that was all.
fn write_some(
    stream: &mut TcpStream,
    id: usize,
    batch: &Batch,
    written: &mut usize,
) -> std::io::Result<bool> {
    loop {
        let mut slices = others_words(batch, id);
        let mut rest = &mut slices[..];
        IoSlice::advance_slices(&mut rest, *written);
        if rest.is_empty() {
            return Ok(true);
        }
        match stream.write_vectored(rest) {
            Ok(count) => *written += count,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// What others have said in this batch: as few pieces as it can be.
fn others_words(batch: &Batch, id: usize) -> Vec<IoSlice<'_>> {
    let mut slices = Vec::with_capacity(2);
    let mut start = 0;
    for (_, own) in batch.parts.iter().filter(|(speaker, _)| *speaker == id) {
        if start < own.start {
            slices.push(IoSlice::new(&batch.bytes[start..own.start]));
        }
        start = own.end;
    }
    if start < batch.bytes.len() {
        slices.push(IoSlice::new(&batch.bytes[start..]));
    }
    slices
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_hears_itself_and_everybody_hears_all_the_others() {
        let batch = Batch {
            bytes: b"aabbbaac".to_vec(),
            parts: vec![(1, 0..2), (2, 2..5), (1, 5..7), (3, 7..8)],
        };
        let heard = |id| -> Vec<String> {
            let slices = others_words(&batch, id);
            slices.iter().map(|slice| String::from_utf8_lossy(slice).into_owned()).collect()
        };
        assert_eq!(heard(1), ["bbb", "c"]);
        assert_eq!(heard(2), ["aa", "aac"]);
        assert_eq!(heard(3), ["aabbbaa"]);
        assert_eq!(heard(4), ["aabbbaac"]);
    }
}

//! The log of a room: all that was said and is not forgotten yet, in one order for everybody.
//!
//! There are no sockets and no threads here, so this half of the room can be read and tested by itself. The
//! chunks are numbered from 0. Those that everybody has got are forgotten, from the front, and the others
//! keep their numbers:
//!
//! ```text
//!   0 … 4       ┃ chunk 5 ┃ chunk 6 ┃ chunk 7 ┃
//!   forgotten   ▲               ▲             ▲
//!               first           a place       end
//! ```
//!
//! Chunks are kept in an `Arc`: a thread that sends some takes a share of each, not a copy of its bytes, and
//! needs the log no more while it sends. Before you change anything: a number never comes back, and every
//! [`Place`] relies on that.

use std::collections::VecDeque;
use std::io::IoSlice;
use std::sync::Arc;

/// How many bytes the log keeps for members that have not got them yet.
pub const LONGEST: usize = 1024 * 1024;

/// The longest chunk, in bytes. What is longer is cut into several, or a member that gets on well would be at the
/// same chunk for long.
const PIECE: usize = 64 * 1024;

/// How many chunks go out in one send, at most: a system takes no more than 1024.
const AT_ONCE: usize = 256;

/// How many bytes go out in one send, or a few more.
const BYTES_AT_ONCE: usize = 256 * 1024;

/// What was said, and who is to hear it.
pub struct Chunk {
    /// Who is to hear it.
    pub audience: Audience,
    /// What was said.
    pub bytes: Vec<u8>,
}

/// Who is to hear a chunk. Members are known by their ids.
#[derive(Clone, Copy)]
pub enum Audience {
    /// Everybody, except for the member who says it.
    AllBut(u64),
    /// One member.
    Only(u64),
}

impl Chunk {
    /// Whether this member is to hear it.
    pub fn is_for(&self, id: u64) -> bool {
        match self.audience {
            Audience::AllBut(speaker) => id != speaker,
            Audience::Only(listener) => id == listener,
        }
    }

    /// Its share of the log, in bytes: what it says, and what it takes to keep it.
    fn size(&self) -> usize {
        self.bytes.len() + size_of::<Chunk>()
    }
}

/// The chunks that somebody may still have to get.
#[derive(Default)]
pub struct Log {
    chunks: VecDeque<Arc<Chunk>>,
    first: u64,     // the number of the oldest chunk
    size: usize,    // of all chunks, in bytes
    forgotten: u64, // the size of all that were forgotten, in bytes
}

impl Log {
    /// The number that the next chunk will have.
    pub fn end(&self) -> u64 {
        self.first + self.chunks.len() as u64
    }

    /// How much was forgotten since the log began, in bytes.
    pub fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// The number of the chunk behind those that are the first `bytes` bytes since the log began.
    pub fn number_after(&self, bytes: u64) -> u64 {
        let mut reached = self.forgotten;
        let is_before = |chunk: &&Arc<Chunk>| {
            let is_before = reached < bytes;
            reached += chunk.size() as u64;
            is_before
        };
        self.first + self.chunks.iter().take_while(is_before).count() as u64
    }

    /// Whether it has grown so long that nothing should be added.
    pub fn is_full(&self) -> bool {
        self.size > LONGEST
    }

    /// Adds what was said at the end: as one chunk, or several if it is long, which nobody comes between.
    pub fn add(&mut self, audience: Audience, bytes: Vec<u8>) {
        if bytes.len() <= PIECE {
            return self.add_chunk(Chunk { audience, bytes });
        }
        for piece in bytes.chunks(PIECE) {
            self.add_chunk(Chunk { audience, bytes: piece.to_vec() });
        }
    }

    fn add_chunk(&mut self, chunk: Chunk) {
        self.size += chunk.size();
        self.chunks.push_back(Arc::new(chunk));
    }

    /// The next few chunks from this number on: none, if that is the end. `None`: they were forgotten.
    pub fn news_from(&self, number: u64) -> Option<News> {
        let skipped = number.checked_sub(self.first)? as usize;
        let mut left = BYTES_AT_ONCE;
        let fits = |chunk: &&Arc<Chunk>| {
            let fits = left > 0;
            left = left.saturating_sub(chunk.bytes.len());
            fits
        };
        let few = self.chunks.iter().skip(skipped).take(AT_ONCE).take_while(fits);
        Some(News { first: number, chunks: few.cloned().collect() })
    }

    /// Forgets the chunks before this number, which everybody has got.
    pub fn forget_before(&mut self, number: u64) {
        while self.first < number {
            let Some(chunk) = self.chunks.pop_front() else { return };
            self.first += 1;
            self.size -= chunk.size();
            self.forgotten += chunk.size() as u64;
        }
    }
}

/// A few chunks, taken out of the log.
#[derive(Default)]
pub struct News {
    first: u64, // the number of the first
    chunks: Vec<Arc<Chunk>>,
}

impl News {
    /// Those from this number on: none, if it is not among them.
    pub fn from(&self, number: u64) -> &[Arc<Chunk>] {
        let skipped = number.checked_sub(self.first).and_then(|skipped| skipped.try_into().ok());
        skipped.and_then(|skipped: usize| self.chunks.get(skipped..)).unwrap_or_default()
    }
}

/// How far a member has got: all chunks before number `next`, and the first `offset` bytes of that one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The number of the first chunk that it has not got, or not all of.
    pub next: u64,
    /// How much of that chunk it has got, in bytes.
    pub offset: usize,
}

impl Place {
    /// What member `id`, who is at this place, is to get of `chunks`, which begin at this place.
    pub fn unsent<'a>(&self, chunks: &'a [Arc<Chunk>], id: u64) -> Vec<IoSlice<'a>> {
        let mut unsent = Vec::with_capacity(chunks.len());
        let mut start = self.offset;
        for chunk in chunks {
            if chunk.is_for(id) {
                unsent.push(IoSlice::new(&chunk.bytes[start..]));
            }
            start = 0; // nothing was sent yet of the chunks behind the first one
        }
        unsent
    }

    /// Moves on by `count` bytes, which were sent out of [`Place::unsent`], and past the chunks that are not
    /// for this member.
    pub fn advance(&mut self, mut count: usize, chunks: &[Arc<Chunk>], id: u64) {
        for chunk in chunks {
            let left = if chunk.is_for(id) { chunk.bytes.len() - self.offset } else { 0 };
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

#[cfg(test)]
mod tests;

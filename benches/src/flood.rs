//! The loads: some members talk without a pause; or everybody says a line, waits for its echo, and says the next.
//!
//! A flood is bounded: it lasts a given time, never runs more than a window of lines ahead of the slowest receiver, and is
//! given up when nothing has arrived for a while.

use std::io::{ErrorKind, Write};
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};

use crate::protocol::{MARK, Protocol};
use crate::shape::LINE;
use crate::stats::{Watch, own_time};
use crate::swarm::{GIVE_UP, Swarm};

/// The most bytes that a flood at a server's own pace is ahead of what the slowest receiver has got. A server that
/// keeps what it has not sent, for each member, would otherwise be measured by how much memory it has.
const MOST_AHEAD: usize = 1024 * 1024;

/// How many lines such a flood may be ahead at least.
const LEAST_AHEAD: u64 = 256;

/// How many bytes go out in one write, or one line.
const BLOCK: usize = 256 * 1024;

/// How far a flood runs ahead of the slowest receiver.
#[derive(Clone, Copy)]
pub enum Ahead {
    /// A quarter of a second of the server's own pace, within bounds: so no server idles, and none drowns.
    OwnPace,
    /// So many bytes. That is as far as the server lets it, but for one that would let it go on forever.
    Bytes(usize),
}

/// Who talks, and how.
#[derive(Clone, Copy)]
pub struct Load {
    /// How many members talk: the first ones.
    pub senders: usize,
    /// How long a line is, in bytes.
    pub length: usize,
    /// How far it runs ahead.
    pub ahead: Ahead,
}

/// What came of a flood.
pub struct Flood {
    /// Deliveries a second.
    pub rate: f64,
    /// Deliveries that never came.
    pub lost: u64,
    /// How busy this thread was: 1.0 is all the time. Near that, a quicker server would not have shown.
    pub busy: f64,
}

/// What has been sent of a flood.
struct Sent {
    bytes: Vec<u64>, // by each sender
    message: usize,  // the length of one message on the wire
    hears_itself: bool,
}

impl Sent {
    fn lines(&self) -> u64 {
        self.bytes.iter().map(|bytes| bytes / self.message as u64).sum()
    }

    /// How many lines a member is to get, of this many in all.
    fn for_member(&self, number: usize, lines: u64) -> u64 {
        let own = match self.bytes.get(number) {
            Some(bytes) if !self.hears_itself => bytes / self.message as u64,
            _ => 0,
        };
        lines - own
    }

    fn is_whole(&self) -> bool {
        self.bytes.iter().all(|bytes| bytes.is_multiple_of(self.message as u64))
    }
}

/// Where the next write of a sender ends in a block of whole messages, when it begins at `start`: after `lines` more
/// lines, and always at the end of a line.
fn end_of_write(start: usize, lines: u64, message: usize, block: usize) -> usize {
    let whole = start.next_multiple_of(message); // a line that was begun
    let more = (lines as usize).saturating_mul(message);
    whole.saturating_add(more).min(block)
}

impl Load {
    /// How many lines it may be ahead, if each receiver gets so many a second.
    fn window(&self, pace: f64) -> u64 {
        match self.ahead {
            Ahead::OwnPace => {
                let most = (MOST_AHEAD / self.length) as u64;
                ((pace / 4.0) as u64).clamp(LEAST_AHEAD.min(most), most)
            }
            Ahead::Bytes(bytes) => (bytes / self.length) as u64,
        }
    }
}

impl Swarm {
    /// Lets some members talk without a pause for some time.
    pub fn flood_for(&mut self, load: &Load, time: Duration) -> Result<Flood> {
        let began = Instant::now();
        self.flood(load, || began.elapsed() < time)
    }

    /// Lets some members talk without a pause while `goes_on` says so, and waits until everybody has all of it.
    pub fn flood(&mut self, load: &Load, mut goes_on: impl FnMut() -> bool) -> Result<Flood> {
        self.reset();
        let message = self.protocol.message(load.length, MARK);
        let block = message.repeat(BLOCK.div_ceil(message.len()));
        let mut sent = Sent {
            bytes: vec![0; load.senders],
            message: message.len(),
            hears_itself: self.protocol.hears_itself(),
        };
        let listeners = self.members.iter().filter(|member| !member.is_stalled).count();
        let (began, watch) = (Instant::now(), Watch::start(own_time()));
        let (mut received, mut last_arrival) = (0, began);
        loop {
            let is_time = goes_on();
            let (expected, ahead) = self.to_come(&sent);
            let pace = received as f64 / listeners as f64 / began.elapsed().as_secs_f64();
            let is_said = !is_time && sent.is_whole(); // so nothing more is said below
            let left = if is_time { load.window(pace).saturating_sub(ahead) } else { 0 };
            self.say_more(&mut sent, &block, left.div_ceil(load.senders as u64))?;
            self.turn(Duration::from_millis(1))?;
            if self.got > received {
                (received, last_arrival) = (self.got, Instant::now());
            }
            let is_done = is_said && received >= expected;
            if is_done || last_arrival.elapsed() > GIVE_UP {
                let (expected, _) = self.to_come(&sent);
                let took = last_arrival.duration_since(began).as_secs_f64();
                let rate = if received > 0 { received as f64 / took } else { 0.0 };
                let lost = expected.saturating_sub(received);
                return Ok(Flood { rate, lost, busy: watch.share(own_time()) });
            }
        }
    }

    /// How many lines everybody together is to get, and how many are still to come to the slowest.
    fn to_come(&self, sent: &Sent) -> (u64, u64) {
        let lines = sent.lines();
        let (mut all, mut most) = (0, 0);
        for (number, member) in self.members.iter().enumerate() {
            if !member.is_stalled {
                let expected = sent.for_member(number, lines);
                all += expected;
                most = most.max(expected.saturating_sub(member.got));
            }
        }
        (all, most)
    }

    /// Lets each sender say so many lines more, as far as the system takes them at once.
    fn say_more(&mut self, sent: &mut Sent, block: &[u8], lines: u64) -> Result<()> {
        let message = sent.message;
        for (number, bytes) in sent.bytes.iter_mut().enumerate() {
            let start = (*bytes % block.len() as u64) as usize;
            let end = end_of_write(start, lines, message, block.len());
            if start == end {
                continue;
            }
            match self.members[number].stream.write(&block[start..end]) {
                Ok(count) => *bytes += count as u64,
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => bail!("sender {number}: {error}"),
            }
        }
        Ok(())
    }

    /// How long it takes until a line that one says has come to all who are to hear it: several times, in seconds. The
    /// speakers take turns. Until it has come means until this thread has read it from the last of their connections.
    pub fn latencies(&mut self, count: usize) -> Result<Vec<f64>> {
        let message = self.protocol.message(LINE, MARK);
        let members = self.members.len() as u64;
        let expected = if self.protocol.hears_itself() { members } else { members - 1 };
        let mut times = Vec::new();
        for round in 0..count {
            while self.turn(Duration::from_millis(1))? > 0 {}
            self.reset();
            let speaker = round % self.members.len();
            let began = Instant::now();
            self.members[speaker].stream.write_all(&message)?;
            while self.got < expected {
                ensure!(began.elapsed() < GIVE_UP, "a line did not reach everybody");
                self.turn(Duration::from_millis(100))?;
            }
            times.push(began.elapsed().as_secs_f64());
        }
        Ok(times)
    }

    /// Lets everybody say a line, wait for its echo, and say the next, for some time: round trips a second.
    pub fn echo(&mut self, time: Duration) -> Result<f64> {
        self.reset();
        let message = Protocol::Raw.message(LINE, MARK);
        let mut asked = vec![0u64; self.members.len()];
        let began = Instant::now();
        let mut last = began;
        while began.elapsed() < time {
            for (member, asked) in self.members.iter_mut().zip(&mut asked) {
                if member.got == *asked {
                    member.stream.write_all(&message)?;
                    *asked += 1;
                }
            }
            if self.turn(Duration::from_millis(100))? > 0 {
                last = Instant::now();
            }
            ensure!(last.elapsed() < GIVE_UP, "an echo did not come");
        }
        let rate = self.got as f64 / began.elapsed().as_secs_f64();
        // What is still under way must not be counted by the next measurement.
        while self.members.iter().zip(&asked).any(|(member, asked)| member.got < *asked) {
            if self.turn(Duration::from_millis(100))? > 0 {
                last = Instant::now();
            }
            ensure!(last.elapsed() < GIVE_UP, "an echo did not come");
        }
        Ok(rate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(bytes: &[u64], hears_itself: bool) -> Sent {
        Sent { bytes: bytes.to_vec(), message: 10, hears_itself }
    }

    #[test]
    fn a_member_is_to_get_all_lines_but_its_own() {
        let sent = sent(&[30, 25], false);
        assert_eq!(sent.lines(), 5, "a line that was begun is not one yet");
        assert!(!sent.is_whole());
        assert_eq!([0, 1, 2].map(|number| sent.for_member(number, 5)), [2, 3, 5]);
    }

    #[test]
    fn with_redis_a_member_is_to_get_its_own_lines_too() {
        let sent = sent(&[30, 20], true);
        assert!(sent.is_whole());
        assert_eq!([0, 1, 2].map(|number| sent.for_member(number, 5)), [5, 5, 5]);
    }

    #[test]
    fn a_write_ends_where_a_line_ends() {
        assert_eq!(end_of_write(0, 0, 10, 100), 0, "there is nothing to say");
        assert_eq!(end_of_write(5, 0, 10, 100), 10, "the line that was begun");
        assert_eq!(end_of_write(5, 3, 10, 100), 40);
        assert_eq!(end_of_write(80, 9, 10, 100), 100, "the end of the block");
        assert_eq!(end_of_write(0, u64::MAX, 10, 100), 100);
    }

    #[test]
    fn the_window_follows_the_pace_within_bounds() {
        let load = |length, ahead| Load { senders: 1, length, ahead };
        let own = |length, pace| load(length, Ahead::OwnPace).window(pace);
        assert_eq!(own(64, 0.0), 256);
        assert_eq!(own(64, 40_000.0), 10_000);
        assert_eq!(own(64, 1e9), 16 * 1024);
        assert_eq!(own(16 * 1024, 0.0), 64, "long lines: fewer");
        assert_eq!(load(64, Ahead::Bytes(6400)).window(1e9), 100);
    }
}

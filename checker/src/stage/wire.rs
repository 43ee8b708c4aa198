//! What arrives over one socket or pipe.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::net::TcpStream;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

use bytes::{Buf, BytesMut};

use crate::sandbox::limits::MIB;
use crate::stage::arrivals::Arrivals;

/// How much a program may write, or send to a peer, that nobody asked for, in bytes.
pub const MOST: usize = 4 * 1024 * 1024;

/// The number of a wire on its board.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WireId(pub(super) usize);

/// Why nothing more comes over a wire.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// The other side has closed it.
    Closed,
    /// The other side has reset it (TCP RST), as a crashed program does.
    Reset,
}

/// Where bytes come from.
pub(super) enum Source {
    Socket(TcpStream),
    Pipe(File),
}

/// What has arrived over one socket or pipe and was not taken yet.
pub struct Wire {
    pub(super) sender: String,
    pub(super) reader: String, // the peer at this end; empty for a pipe
    pub(super) source: Option<Source>,
    unread: BytesMut,
    arrivals: Arrivals,
    taken: usize,
    end: Option<(End, Instant)>,
    silent_until: Option<Instant>,
    is_paused: bool,
    next_sip: Option<Duration>, // when a little is read though it is paused, by the scene's clock
    pub(super) is_unfinished: bool, // what was sent to the other side last has no line break
    most: usize,                // that may come in all, beside what the checker itself has sent
}

impl Wire {
    /// A wire over which `sender` may send `most` bytes in all.
    pub(super) fn new(sender: &str, source: Source, most: usize) -> Wire {
        Wire {
            sender: sender.to_string(),
            reader: String::new(),
            source: Some(source),
            unread: BytesMut::new(),
            arrivals: Arrivals::default(),
            taken: 0,
            end: None,
            silent_until: None,
            is_paused: false,
            next_sip: None,
            is_unfinished: false,
            most,
        }
    }

    /// What has arrived and was not taken.
    pub fn unread(&self) -> &[u8] {
        &self.unread
    }

    /// What has arrived and was not taken, from this byte on, counted from the first that ever came; or, if that was
    /// taken, from the first one that was not. Says which it is.
    pub fn unread_from(&self, byte: usize) -> (&[u8], usize) {
        let from = byte.max(self.taken);
        (&self.unread[(from - self.taken).min(self.unread.len())..], from)
    }

    /// Takes the first `count` bytes, and says when the last of them arrived.
    pub fn take(&mut self, count: usize) -> (Vec<u8>, Instant) {
        let bytes = self.unread[..count].to_vec();
        self.unread.advance(count);
        self.taken += count;
        self.arrivals.forget(self.taken);
        (bytes, self.arrivals.when(self.taken).unwrap_or_else(Instant::now))
    }

    /// The lines that have arrived and were not taken, each with the time when its end has.
    pub(super) fn lines_unread(&self) -> Vec<(String, Instant)> {
        self.arrivals.lines(self.taken, &self.unread)
    }

    /// When the first of what was not taken has arrived.
    pub(super) fn unread_since(&self) -> Option<Instant> {
        self.arrivals.when(self.taken + 1)
    }

    /// Takes all that has arrived.
    pub fn take_all(&mut self) -> Vec<u8> {
        self.take(self.unread.len()).0
    }

    /// Why nothing more comes, if so.
    pub fn end(&self) -> Option<End> {
        self.end.map(|(end, _)| end)
    }

    /// Since when that is so.
    pub(super) fn ended(&self) -> Option<Instant> {
        self.end.map(|(_, when)| when)
    }

    /// Leaves what comes with the system, until it can take no more.
    pub fn pause(&mut self) {
        self.is_paused = true;
    }

    /// Leaves what comes with the system, but for a little of it, which is read now and then and thrown away.
    pub fn slow_down(&mut self) {
        self.is_paused = true;
        self.next_sip = Some(Duration::ZERO);
    }

    /// Reads that little, if it is time to: 40 KB in a second by the scene's clock, which says that it is now so late.
    pub(super) fn sip(&mut self, now: Duration) {
        const LITTLE: usize = 4096;
        const PAUSE: Duration = Duration::from_millis(100);
        if let Some(Source::Socket(socket)) = self.source.as_mut()
            && self.next_sip.is_some_and(|time| time <= now)
        {
            let _ = socket.read(&mut [0; LITTLE]);
            self.next_sip = Some(now + PAUSE);
        }
    }

    /// How long nothing has come.
    pub fn quiet_for(&self) -> Duration {
        self.quiet_since().elapsed()
    }

    /// Since when nothing has come; now, if nothing ever has.
    pub(super) fn quiet_since(&self) -> Instant {
        self.arrivals.last().unwrap_or_else(Instant::now)
    }

    /// The last time at which surely nothing had come yet, not even to the system.
    pub(super) fn silent_until(&self) -> Option<Instant> {
        self.silent_until
    }

    /// Takes note that nothing had come by then that is not here.
    pub(super) fn has_no_more_by(&mut self, when: Instant) {
        if self.taken == 0 && self.unread.is_empty() {
            self.silent_until = Some(when);
        }
    }

    /// Whether it is a peer's connection, rather than what a program prints.
    pub(super) fn is_socket(&self) -> bool {
        matches!(self.source, Some(Source::Socket(_)))
    }

    /// Whether all that will ever come is here.
    pub(super) fn is_over(&self) -> bool {
        self.end.is_some() || self.source.is_none()
    }

    /// Whether what comes is to be read.
    pub(super) fn is_read(&self) -> bool {
        self.end.is_none() && !self.is_paused
    }

    pub(super) fn fd(&self) -> Option<BorrowedFd<'_>> {
        match self.source.as_ref()? {
            Source::Socket(socket) => Some(socket.as_fd()),
            Source::Pipe(pipe) => Some(pipe.as_fd()),
        }
    }

    /// Reads once; the caller knows that there is something to read. Says what was too much, if so. `allowance`: so many
    /// bytes may come on top, since the checker has sent them.
    pub(super) fn read(&mut self, allowance: usize) -> Option<String> {
        let mut buffer = vec![0; 64 * 1024];
        let (result, verb) = match self.source.as_mut()? {
            Source::Socket(socket) => (socket.read(&mut buffer), "sent"),
            Source::Pipe(pipe) => (pipe.read(&mut buffer), "printed"),
        };
        match result {
            Ok(0) => self.end = Some((End::Closed, Instant::now())),
            Ok(count) => {
                self.unread.extend_from_slice(&buffer[..count]);
                self.arrivals.note(self.taken + self.unread.len());
            }
            Err(error)
                if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
            // A terminal that nobody has open any more (EIO): the end of what was written to it.
            Err(_) if verb == "printed" => self.end = Some((End::Closed, Instant::now())),
            Err(_) => self.end = Some((End::Reset, Instant::now())),
        }
        if self.taken + self.unread.len() > self.most + allowance {
            let mib = self.most as u64 / MIB;
            return Some(format!("{verb} more than {mib} MiB (--max-output)"));
        }
        if self.unread.len() > MOST + allowance {
            let mib = MOST as u64 / MIB;
            return Some(format!("{verb} more than {mib} MiB that nobody asked for"));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write;
    use std::net::{Shutdown, TcpListener};

    use super::*;

    #[test]
    fn what_the_checker_has_sent_does_not_count_against_the_most_that_may_come() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("printed");
        fs::write(&path, [b'x'; 100]).expect("a file is written");
        let read = |allowance| {
            let file = File::open(&path).expect("it is there");
            Wire::new("server", Source::Pipe(file), 10).read(allowance)
        };
        assert_eq!(read(90), None);
        assert!(read(89).is_some_and(|excess| excess.starts_with("printed more than")));
    }

    #[test]
    fn a_wire_that_is_slowed_down_takes_a_little_at_a_time_and_keeps_nothing_of_it() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a listener");
        let address = listener.local_addr().expect("an address");
        let mut ours = TcpStream::connect(address).expect("a connection");
        let (theirs, _) = listener.accept().expect("the other end");
        ours.write_all(&[b'x'; 10_000]).expect("it is sent");
        ours.shutdown(Shutdown::Write).expect("that is all");
        let mut rest = theirs.try_clone().expect("a copy");
        let mut wire = Wire::new("server", Source::Socket(theirs), MOST);
        wire.slow_down();
        wire.sip(Duration::ZERO);
        wire.sip(Duration::from_millis(99)); // too early
        assert!(!wire.is_read() && wire.unread().is_empty());
        let mut left = Vec::new();
        rest.read_to_end(&mut left).expect("the rest");
        assert_eq!(left.len(), 10_000 - 4096);
    }
}

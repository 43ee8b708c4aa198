//! How a peer and the other side part: who closes the connection, and how.

use std::net::Shutdown;
use std::time::Duration;

use socket2::SockRef;

use crate::stage::peer::Peer;
use crate::stage::show::seconds;
use crate::stage::stop::{Scene, Stop};
use crate::stage::transcript::Mark;
use crate::stage::wire::Wire;

impl Peer {
    /// Says the word that closes the connection, and waits until it is closed. A foreign server may know the
    /// word only as its own client sends it, without a line break: then it is said once more, in that way.
    pub fn closes_with(&self, word: &str) -> Scene {
        self.says(word)?;
        let is_closed = || self.board.with_wire(self.wire, |wire| wire.end().map(drop));
        if !self.is_strict && self.board.wait(self.board.patience() / 4, is_closed)?.is_none() {
            self.sends_raw(word.as_bytes(), &format!("{word} (no newline)")).ok(); // it may have closed just now
        }
        self.is_disconnected()
    }

    /// Whether the other side has closed the connection, and all that it has sent was heard.
    pub fn is_closed(&self) -> bool {
        self.board.with_wire(self.wire, |wire| wire.end().is_some() && wire.unread().is_empty())
    }

    /// Reads no more. What comes stays with the system, until it can take no more.
    pub fn stops_reading(&self) {
        self.note(Mark::Event, "stops reading");
        self.keeps_little();
        self.board.with_wire(self.wire, Wire::pause);
    }

    /// Reads no more than a little now and then. What else comes stays with the system, until it can take no more.
    pub fn hardly_reads(&self) {
        self.note(Mark::Event, "reads only a little now and then");
        self.keeps_little();
        self.board.with_wire(self.wire, Wire::slow_down);
    }

    /// Lets the system keep as little as it can of what was not read yet.
    fn keeps_little(&self) {
        self.board
            .with_socket(self.wire, |socket| SockRef::from(socket).set_recv_buffer_size(4096));
    }

    /// Waits until the other side has closed the connection, without another word.
    pub fn is_disconnected(&self) -> Scene {
        let expected = "expected the connection to be closed";
        let said_first = self.board.wait(self.board.patience(), || {
            self.board.with_wire(self.wire, |wire| {
                self.skips_line_break(wire);
                match wire.unread() {
                    [] => wire.end().map(|_| Vec::new()),
                    // A foreign program may say goodbye.
                    _ if !self.is_strict => {
                        wire.take_all();
                        None
                    }
                    bytes => Some(bytes.to_vec()),
                }
            })
        })?;
        match said_first.as_deref() {
            Some([]) => {
                self.note(Mark::Event, "is disconnected");
                self.parts("was disconnected", || self.rested.get());
                Ok(())
            }
            Some(bytes) => {
                self.fails(format!("{expected}, but heard {} first", self.quoted(bytes)))
            }
            None => {
                let limit = seconds(self.board.waited(self.board.patience()));
                self.fails(format!("{expected}, but it was still open after {limit}"))
            }
        }
    }

    /// Waits until so many of these connections were closed by the other side, and says how many were.
    pub fn wait_until_closed(peers: &[Peer], count: usize) -> Result<usize, Stop> {
        let is_closed = |peer: &&Peer| peer.board.with_wire(peer.wire, |wire| wire.end().is_some());
        let closed = || peers.iter().filter(is_closed).count();
        if let Some(peer) = peers.first() {
            peer.board.wait(peer.board.patience(), || (closed() >= count).then_some(()))?;
        }
        Ok(closed())
    }

    /// Remembers that this one, if it is one of a few, does so now.
    fn parts(&self, how: &str, rested: impl FnOnce() -> bool) {
        if !self.is_quiet {
            self.board.parts(&format!("{} {how}", self.name), rested());
        }
    }

    /// Closes the connection as a program does that has ended well (TCP FIN).
    pub fn leaves(&self) {
        self.note(Mark::Event, "leaves");
        self.parts("has left", || self.board.rests_now());
        self.board.with_socket(self.wire, |socket| socket.shutdown(Shutdown::Both));
        self.board.close(self.wire);
    }

    /// Closes the sending side only: the other side comes to the end of what it can read.
    pub fn stops_sending(&self) {
        self.note(Mark::Event, "stops sending");
        self.parts("has stopped sending", || self.board.rests_now());
        self.board.with_socket(self.wire, |socket| socket.shutdown(Shutdown::Write));
    }

    /// Resets the connection as a program does that has crashed (TCP RST).
    pub fn resets(&self) {
        self.note(Mark::Event, "resets the connection");
        self.parts("has reset the connection", || self.board.rests_now());
        self.board.with_socket(self.wire, |socket| {
            SockRef::from(socket).set_linger(Some(Duration::ZERO))
        });
        self.board.close(self.wire);
    }
}

//! A connection whose other end reads as its habit is.

use std::io::{self, ErrorKind, IoSlice, Write};
use std::sync::Arc;
use std::time::Duration;

use crate::fake::rustix::io::Errno;
use crate::fake::world::{Reason, World};

pub use std::net::Shutdown;

/// How somebody reads.
#[derive(Clone, Copy, Debug)]
pub enum Habit {
    /// Soon, and all: now and then the system takes nothing, or only some, for a moment.
    Reads,
    /// Not any more after so many bytes.
    Stops(usize),
    /// At most so many bytes in each span of time.
    Paces(usize, Duration),
    /// Breaks off after so many bytes.
    Resets(usize),
}

/// One end of a connection.
pub struct TcpStream {
    id: usize,
    world: Arc<World>,
}

/// What the world knows of the other end.
pub struct Socket {
    habit: Habit,
    /// What it has got so far.
    pub taken: Vec<u8>,
    is_open: bool,
    refusals: usize,          // in a row
    paced: (Duration, usize), // what it has taken in the span of time that began then
}

impl Socket {
    fn new(habit: Habit) -> Socket {
        Socket { habit, taken: Vec::new(), is_open: true, refusals: 0, paced: (Duration::ZERO, 0) }
    }

    /// How much of so many bytes the system takes now.
    fn takes(&mut self, length: usize, now: Duration, world: &World) -> Result<usize, Errno> {
        let takes = match self.habit {
            _ if !self.is_open => return Err(Errno::Pipe),
            Habit::Reads if self.refusals < 2 && world.chooses(4) == 0 => 0,
            Habit::Reads if world.chooses(2) == 0 => length,
            Habit::Reads => 1 + world.chooses(length),
            Habit::Stops(bytes) => length.min(bytes.saturating_sub(self.taken.len())),
            Habit::Resets(bytes) if self.taken.len() >= bytes => {
                self.is_open = false;
                return Err(Errno::Pipe);
            }
            Habit::Resets(bytes) => length.min(bytes - self.taken.len()),
            Habit::Paces(bytes, span) => {
                if now >= self.paced.0 + span {
                    self.paced = (now, 0);
                }
                let takes = length.min(bytes - self.paced.1);
                self.paced.1 += takes;
                takes
            }
        };
        self.refusals = if takes == 0 { self.refusals + 1 } else { 0 };
        if takes == 0 { Err(Errno::Again) } else { Ok(takes) }
    }
}

impl TcpStream {
    /// A connection to somebody with this habit.
    pub fn new(habit: Habit) -> Arc<TcpStream> {
        let world = World::current();
        let id = world.adds_socket(Socket::new(habit));
        Arc::new(TcpStream { id, world })
    }

    /// What the other end has got so far.
    pub fn taken(&self) -> Vec<u8> {
        self.world.with_socket(self.id, |socket, _| socket.taken.clone())
    }

    /// Gives the other end as much of the bytes as it takes.
    pub fn take(&self, slices: &[IoSlice]) -> Result<usize, Errno> {
        let length = slices.iter().map(|slice| slice.len()).sum();
        self.world.with_socket(self.id, |socket, now| {
            let count = socket.takes(length, now, &self.world)?;
            let bytes = slices.iter().flat_map(|slice| slice.iter());
            socket.taken.extend(bytes.take(count));
            Ok(count)
        })
    }

    /// Waits until the other end takes more, or the connection has ended.
    pub fn wait_until_it_takes_more(&self) {
        self.world.sleep_unless(Reason::Socket(self.id), |now, sockets| {
            let socket = &sockets[self.id];
            match socket.habit {
                _ if !socket.is_open => Err(()),
                Habit::Reads | Habit::Resets(_) => Err(()),
                Habit::Stops(bytes) if socket.taken.len() < bytes => Err(()),
                Habit::Stops(_) => Ok(None),
                Habit::Paces(bytes, span) => {
                    let (began, taken) = socket.paced;
                    let is_ready = taken < bytes || now >= began + span;
                    if is_ready { Err(()) } else { Ok(Some(began + span)) }
                }
            }
        });
    }

    /// Ends the connection.
    ///
    /// # Errors
    /// It has ended already.
    pub fn shutdown(&self, _how: Shutdown) -> io::Result<()> {
        let was_open = self.world.with_socket(self.id, |socket, _| {
            let was_open = socket.is_open;
            socket.is_open = false;
            was_open
        });
        self.world.wake(Reason::Socket(self.id));
        if was_open { Ok(()) } else { Err(ErrorKind::NotConnected.into()) }
    }

    /// Time limits do not matter here: a welcome is taken at once.
    ///
    /// # Errors
    /// None here.
    pub fn set_write_timeout(&self, _limit: Option<Duration>) -> io::Result<()> {
        Ok(())
    }

    /// It makes no difference here.
    ///
    /// # Errors
    /// None here.
    pub fn set_nodelay(&self, _is_set: bool) -> io::Result<()> {
        Ok(())
    }
}

impl Write for &TcpStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.world.with_socket(self.id, |socket, _| match socket.is_open {
            true => {
                socket.taken.extend(bytes);
                Ok(bytes.len())
            }
            false => Err(ErrorKind::BrokenPipe.into()),
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

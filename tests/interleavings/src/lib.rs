//! The room under a scheduler that explores the interleavings of its threads ([shuttle]).
//!
//! `build.rs` takes the room's own source and gives it, instead of the standard library's threads, locks, clock and
//! sockets, those of [`fake`]. Each of the [`scenarios`] is then played thousands of times, each time in another
//! interleaving: which thread goes on is chosen anew at every lock, atomic number and system call, and so is how much a
//! socket takes. What must hold in each of them is in `scenarios.rs`, and in words in `docs/room.md`.
//!
//! The same is done with rooms that are wrong in one place each ([`mutants`]), to see that it would be noticed.

use std::io;
use std::sync::Arc;

use crate::fake::net::TcpStream;

pub mod explore;
pub mod fake;
pub mod mutants;
pub mod scenarios;

/// A version of the room: the original, or a mutant.
pub trait Version: Send + Sync + 'static {
    /// Somebody in it.
    type Member: Send + Sync + 'static;

    /// `Room::new`
    fn new() -> Arc<Self>;
    /// `Room::join`
    ///
    /// # Errors
    /// Those of the stream.
    fn join(
        self: &Arc<Self>,
        name: &str,
        stream: &Arc<TcpStream>,
    ) -> io::Result<Option<Arc<Self::Member>>>;
    /// `Room::leave`
    fn leave(&self, member: &Self::Member);
    /// `Room::say`
    fn say(self: &Arc<Self>, from: &Self::Member, bytes: Vec<u8>);
    /// `Room::tell`
    fn tell(self: &Arc<Self>, to: &Self::Member, bytes: Vec<u8>);
    /// `Room::names`
    fn names(&self) -> Vec<String>;
}

/// What a newcomer is sent first.
pub const WELCOME: &str = "welcome\n";

#[doc(hidden)]
#[macro_export]
macro_rules! version {
    ($module:ident) => {
        impl $crate::Version for $module::Room {
            type Member = $module::Member;

            fn new() -> std::sync::Arc<Self> {
                Self::new()
            }

            fn join(
                self: &std::sync::Arc<Self>,
                name: &str,
                stream: &std::sync::Arc<$crate::fake::net::TcpStream>,
            ) -> std::io::Result<Option<std::sync::Arc<Self::Member>>> {
                self.join(name, stream, $crate::WELCOME.as_bytes())
            }

            fn leave(&self, member: &Self::Member) {
                self.leave(member);
            }

            fn say(self: &std::sync::Arc<Self>, from: &Self::Member, bytes: Vec<u8>) {
                self.say(from, bytes);
            }

            fn tell(self: &std::sync::Arc<Self>, to: &Self::Member, bytes: Vec<u8>) {
                self.tell(to, bytes);
            }

            fn names(&self) -> Vec<String> {
                self.names()
            }
        }
    };
}

/// The room as it is, and all mutants: written by `build.rs`.
pub mod versions {
    #![allow(missing_docs, warnings, clippy::all)] // a mutant may leave something unused
    include!(concat!(env!("OUT_DIR"), "/versions.rs"));
}

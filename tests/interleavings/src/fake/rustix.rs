//! The system calls of the room.

/// Errors, and calls that a signal interrupts.
pub mod io {
    /// An error of a system call.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub enum Errno {
        /// It would have to wait.
        Again,
        /// The connection has ended.
        Pipe,
    }

    impl From<Errno> for std::io::Error {
        fn from(error: Errno) -> Self {
            std::io::Error::other(format!("{error:?}"))
        }
    }

    impl Errno {
        /// It would have to wait.
        pub const AGAIN: Errno = Errno::Again;
    }

    /// Makes a call. There are no signals here.
    pub fn retry_on_intr<T>(mut call: impl FnMut() -> Result<T, Errno>) -> Result<T, Errno> {
        call()
    }
}

/// Sending.
pub mod net {
    /// Options of a socket.
    pub mod sockopt {
        use super::super::io::Errno;
        use crate::fake::net::TcpStream;

        /// What the system keeps makes no difference here.
        ///
        /// # Errors
        /// None here.
        pub fn set_socket_send_buffer_size(_: &TcpStream, _: usize) -> Result<(), Errno> {
            Ok(())
        }
    }

    use std::io::IoSlice;
    use std::sync::Arc;

    use super::io::Errno;
    use crate::fake::net::TcpStream;

    /// Nothing goes beside the bytes.
    #[derive(Default)]
    pub struct SendAncillaryBuffer;

    /// How to send.
    pub struct SendFlags;

    impl SendFlags {
        /// Without waiting.
        pub const DONTWAIT: SendFlags = SendFlags;
    }

    /// Sends as much as the scheduler chooses.
    pub fn sendmsg(
        stream: &Arc<TcpStream>,
        slices: &[IoSlice],
        _beside: &mut SendAncillaryBuffer,
        _flags: SendFlags,
    ) -> Result<usize, Errno> {
        stream.take(slices)
    }
}

/// Waiting.
pub mod event {
    use super::io::Errno;
    use crate::fake::net::TcpStream;

    /// What is waited for.
    pub struct PollFlags;

    impl PollFlags {
        /// That the socket takes more.
        pub const OUT: PollFlags = PollFlags;
    }

    /// A socket to wait for.
    pub struct PollFd<'a>(&'a TcpStream);

    impl<'a> PollFd<'a> {
        /// That one.
        pub fn new(stream: &'a TcpStream, _flags: PollFlags) -> PollFd<'a> {
            PollFd(stream)
        }
    }

    /// Waits until each socket takes more, or has ended.
    pub fn poll(sockets: &mut [PollFd], _limit: Option<&()>) -> Result<usize, Errno> {
        for socket in sockets.iter() {
            socket.0.wait_until_it_takes_more();
        }
        Ok(sockets.len())
    }
}

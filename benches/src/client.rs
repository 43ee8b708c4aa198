//! A client that waits for what it wants: a plain socket, for a thread of its own.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use crate::protocol::Protocol;
use crate::swarm::GIVE_UP;

/// How long a read or a write waits: so often a thread looks whether it is to end.
pub const WAIT: Duration = Duration::from_millis(20);

/// Calls a server, and waits until it has let this client in. (A server that lets in silently has, as soon as it has
/// passed on a line.) Every read and write after that waits for [`WAIT`] at most.
pub fn join(address: SocketAddr, protocol: Protocol, number: usize) -> Result<TcpStream> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(WAIT))?;
    stream.set_write_timeout(Some(WAIT))?;
    stream.write_all(protocol.greeting(number).as_bytes())?;
    let Some(welcome) = protocol.welcome() else { return Ok(stream) };
    let began = Instant::now();
    let (mut heard, mut buffer) = (Vec::new(), [0; 4096]);
    while memchr::memmem::find(&heard, welcome).is_none() {
        ensure!(began.elapsed() < GIVE_UP, "client {number} was not let in");
        let count = read(&mut stream, &mut buffer)?;
        heard.extend(&buffer[..count]);
    }
    Ok(stream)
}

/// Reads once. 0: nothing has come in time.
///
/// # Errors
/// The connection has ended.
pub fn read(stream: &mut TcpStream, buffer: &mut [u8]) -> Result<usize> {
    match stream.read(buffer) {
        Err(error) if is_a_wait(error.kind()) => Ok(0),
        Ok(0) => Err(std::io::Error::from(ErrorKind::UnexpectedEof).into()),
        result => Ok(result?),
    }
}

/// Writes once. 0: nothing could be written in time.
///
/// # Errors
/// The connection has ended.
pub fn write(stream: &mut TcpStream, bytes: &[u8]) -> Result<usize> {
    match stream.write(bytes) {
        Err(error) if is_a_wait(error.kind()) => Ok(0),
        result => Ok(result?),
    }
}

fn is_a_wait(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}

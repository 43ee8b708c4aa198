//! Frames: a length, then a protobuf message of that length.
//!
//! A protobuf message does not say where it ends, and may contain any byte, so no line break can end
//! it. The sender says how long it is before it sends it: 4 bytes, big-endian (the order of the
//! Internet's own headers, RFC 1700), then the message.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;

use prost::Message;

/// The longest message that is sent or received, in bytes.
pub const LONGEST: usize = 1024 * 1024;

/// Sends one message as a frame.
///
/// # Errors
/// `InvalidInput` when it is longer than [`LONGEST`], and those of the stream.
pub fn send<M: Message>(mut stream: &TcpStream, message: &M) -> io::Result<()> {
    let length = message.encoded_len();
    if length > LONGEST {
        let error = format!("a frame of {length} bytes is too long to send");
        return Err(io::Error::new(ErrorKind::InvalidInput, error));
    }
    let mut frame = (length as u32).to_be_bytes().to_vec();
    frame.extend(message.encode_to_vec());
    stream.write_all(&frame) // one write: the length should not travel in a packet of its own
}

/// Receives one frame and decodes its message. `None`: the peer has left, after its last whole frame.
///
/// # Errors
/// - `UnexpectedEof`: the peer has left in the middle of a frame
/// - `InvalidData`: the length is more than [`LONGEST`], or the bytes do not decode
/// - those of the stream
pub fn receive<M: Message + Default>(stream: &TcpStream) -> io::Result<Option<M>> {
    let header = read_up_to(stream, 4)?;
    if header.is_empty() {
        return Ok(None);
    }
    let Ok(length) = header.try_into().map(u32::from_be_bytes) else {
        return Err(cut_off());
    };
    // The peer may claim any length, so it is checked before a byte of memory is taken for it.
    if length as usize > LONGEST {
        let error = format!("a frame of {length} bytes is longer than 1 MiB");
        return Err(io::Error::new(ErrorKind::InvalidData, error));
    }
    let body = read_up_to(stream, length)?;
    if body.len() < length as usize {
        return Err(cut_off());
    }
    let message = M::decode(&body[..])?;
    Ok(Some(message))
}

/// Reads `count` bytes, however many pieces they come in; fewer only if the stream ends before.
fn read_up_to(stream: &TcpStream, count: u32) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    stream.take(count.into()).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn cut_off() -> io::Error {
    io::Error::new(ErrorKind::UnexpectedEof, "the connection ended in the middle of a frame")
}

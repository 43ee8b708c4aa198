//! Chat rooms as one writes them with tokio: a task per member, and a channel to each.
//!
//! There are two. The first one is tokio's own chat example: it reads a line, and sends a line. The other one does what
//! makes such a room quick: what has come together goes on together.

use std::collections::HashMap;
use std::io::IoSlice;
use std::net::TcpListener;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// How many bytes are read at once: as many as the course's `text::Reader` reads.
const READ: usize = 64 * 1024;

/// How many messages are taken from a channel, and sent, at once.
const AT_ONCE: usize = 64;

/// The senders of all members' channels.
type Members = Arc<Mutex<HashMap<u64, UnboundedSender<Arc<[u8]>>>>>;

fn lock(members: &Members) -> MutexGuard<'_, HashMap<u64, UnboundedSender<Arc<[u8]>>>> {
    members.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A message is a line.
#[tokio::main]
pub async fn a_send_a_line(listener: TcpListener) -> Result<()> {
    listener.set_nonblocking(true)?;
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let members = Members::default();
    for id in 0.. {
        let (stream, _) = listener.accept().await?;
        let members = Arc::clone(&members);
        tokio::spawn(async move {
            let _ = talk_by_lines(id, stream, &members).await;
            lock(&members).remove(&id);
        });
    }
    Ok(())
}

async fn talk_by_lines(id: u64, stream: TcpStream, members: &Members) -> Result<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"Your username?\n").await?;
    let Some(name) = lines.next_line().await? else { return Ok(()) };
    write.write_all(b"Welcome\n").await?;
    let (sender, mut receiver) = unbounded_channel();
    lock(members).insert(id, sender);
    loop {
        tokio::select! {
            Some(message) = receiver.recv() => write.write_all(&message).await?,
            line = lines.next_line() => {
                let Some(line) = line? else { return Ok(()) };
                tell_others(id, members, &format!("{name}: {line}\n").into_bytes().into());
            }
        }
    }
}

fn tell_others(id: u64, members: &Members, message: &Arc<[u8]>) {
    for (_, member) in lock(members).iter().filter(|(other, _)| **other != id) {
        let _ = member.send(Arc::clone(message)); // an error means that it is leaving
    }
}

/// A message is a burst of lines.
#[tokio::main]
pub async fn batched(listener: TcpListener) -> Result<()> {
    listener.set_nonblocking(true)?;
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let members = Members::default();
    for id in 0.. {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let members = Arc::clone(&members);
        tokio::spawn(async move {
            let _ = talk_by_bursts(id, stream, &members).await;
            lock(&members).remove(&id);
        });
    }
    Ok(())
}

async fn talk_by_bursts(id: u64, stream: TcpStream, members: &Members) -> Result<()> {
    let (read, mut write) = stream.into_split();
    let mut read = BufReader::with_capacity(256, read); // for the name only
    write.write_all(b"Your username?\n").await?;
    let mut name = String::new();
    read.read_line(&mut name).await?;
    write.write_all(b"Welcome\n").await?;
    let (sender, receiver) = unbounded_channel();
    lock(members).insert(id, sender);
    let early = read.buffer().to_vec();
    // One task, two loops: while one of them waits, the other goes on. The first to end ends both.
    tokio::select! {
        result = pass_on(id, name.trim(), early, read.into_inner(), members) => result,
        result = send_all(receiver, write) => result,
    }
}

/// Passes on what a member says: the lines that have come together go on together.
async fn pass_on(
    id: u64,
    name: &str,
    early: Vec<u8>,
    mut read: OwnedReadHalf,
    members: &Members,
) -> Result<()> {
    let mut heard = early;
    loop {
        if let Some(end) = memchr::memrchr(b'\n', &heard) {
            tell_others(id, members, &burst(name, &heard[..=end]).into());
            heard.drain(..=end);
        }
        heard.reserve(READ);
        if read.read_buf(&mut heard).await? == 0 {
            return Ok(());
        }
    }
}

/// Whole lines, each with the name before it.
fn burst(name: &str, lines: &[u8]) -> Vec<u8> {
    let mut said = Vec::with_capacity(lines.len() + lines.len() / 4);
    for line in lines.split_inclusive(|byte| *byte == b'\n') {
        said.extend_from_slice(name.as_bytes());
        said.extend_from_slice(b": ");
        said.extend_from_slice(line);
    }
    said
}

/// Sends a member what is in its channel: all that has come together goes out together.
async fn send_all(
    mut receiver: UnboundedReceiver<Arc<[u8]>>,
    mut write: OwnedWriteHalf,
) -> Result<()> {
    let mut messages = Vec::with_capacity(AT_ONCE);
    while receiver.recv_many(&mut messages, AT_ONCE).await > 0 {
        let mut slices: Vec<IoSlice> =
            messages.iter().map(|message| IoSlice::new(message)).collect();
        let mut rest = &mut slices[..];
        while !rest.is_empty() {
            let count = write.write_vectored(rest).await?;
            IoSlice::advance_slices(&mut rest, count);
        }
        messages.clear();
    }
    Ok(())
}

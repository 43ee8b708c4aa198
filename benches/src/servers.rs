//! Servers that the course's are compared with: the least that copies bytes, plain tokio, plain threads.

use std::collections::HashMap;
use std::io::{ErrorKind, Read, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use anyhow::{Result, bail};
use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token};
use rustix::event::{PollFd, PollFlags};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

/// Where each of them listens: on a port that the system chooses.
const ANY: &str = "127.0.0.1:0";

/// How many callers may wait to be accepted.
const BACKLOG: i32 = 4096;

/// Is the server of that name, until it is ended.
pub fn serve(name: &str) -> Result<()> {
    match name {
        "limit" => limit(),
        "thread-echo" => thread_echo(),
        "tokio-room" => tokio_room(),
        "tokio-echo" => tokio_echo(),
        _ => bail!("there is no server {name:?}"),
    }
}

/// A listener with a long backlog, which has said where it listens.
fn listen() -> Result<std::net::TcpListener> {
    let listener = std::net::TcpListener::bind(ANY)?;
    rustix::net::listen(&listener, BACKLOG)?; // again, with another backlog
    println!("listening on {}", listener.local_addr()?);
    Ok(listener)
}

/// One thread that copies whatever bytes a member sends to all the others, with no parsing.
fn limit() -> Result<()> {
    const LISTENER: Token = Token(usize::MAX);
    let listener = listen()?;
    listener.set_nonblocking(true)?;
    let mut listener = TcpListener::from_std(listener);
    let mut poll = Poll::new()?;
    let mut events = Events::with_capacity(1024);
    poll.registry().register(&mut listener, LISTENER, Interest::READABLE)?;
    let mut members: Vec<Option<TcpStream>> = Vec::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        poll.poll(&mut events, None)?;
        for event in &events {
            if event.token() == LISTENER {
                while let Ok((mut stream, _)) = listener.accept() {
                    poll.registry().register(
                        &mut stream,
                        Token(members.len()),
                        Interest::READABLE,
                    )?;
                    members.push(Some(stream));
                }
                continue;
            }
            let from = event.token().0;
            while let Some(stream) = members[from].as_mut() {
                match stream.read(&mut buffer) {
                    Ok(0) => members[from] = None,
                    Ok(count) => copy_to_others(&mut members, from, &buffer[..count])?,
                    Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                    Err(_) => members[from] = None,
                }
            }
        }
    }
}

fn copy_to_others(members: &mut [Option<TcpStream>], from: usize, bytes: &[u8]) -> Result<()> {
    for (number, member) in members.iter_mut().enumerate() {
        let Some(stream) = member.as_mut().filter(|_| number != from) else { continue };
        let mut rest = bytes;
        while !rest.is_empty() {
            match stream.write(rest) {
                Ok(count) => rest = &rest[count..],
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    let mut fds = [PollFd::new(stream, PollFlags::OUT)];
                    rustix::event::poll(&mut fds, None)?;
                }
                Err(_) => break,
            }
        }
    }
    Ok(())
}

/// A thread per connection that sends back whatever it reads.
fn thread_echo() -> Result<()> {
    let listener = listen()?;
    loop {
        let (mut stream, _) = listener.accept()?;
        thread::Builder::new().stack_size(64 * 1024).spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = stream.read(&mut buffer) {
                if stream.write_all(&buffer[..count]).is_err() {
                    return;
                }
            }
        })?;
    }
}

/// Lines are sent back, a task per connection.
#[tokio::main]
async fn tokio_echo() -> Result<()> {
    let listener = listen()?;
    listener.set_nonblocking(true)?;
    let listener = tokio::net::TcpListener::from_std(listener)?;
    loop {
        let (mut stream, _) = listener.accept().await?;
        tokio::spawn(async move {
            let mut buffer = vec![0; 4096];
            while let Ok(count @ 1..) = stream.read(&mut buffer).await {
                if stream.write_all(&buffer[..count]).await.is_err() {
                    return;
                }
            }
        });
    }
}

/// The senders of all members' channels, as in tokio's own chat example.
type Members = Arc<Mutex<HashMap<u64, UnboundedSender<Arc<str>>>>>;

/// A chat room: a task per member, and a channel to each.
#[tokio::main]
async fn tokio_room() -> Result<()> {
    let listener = listen()?;
    listener.set_nonblocking(true)?;
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let members = Members::default();
    for id in 0.. {
        let (stream, _) = listener.accept().await?;
        let members = Arc::clone(&members);
        tokio::spawn(async move {
            let _ = tokio_member(id, stream, &members).await;
            members.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
        });
    }
    Ok(())
}

async fn tokio_member(id: u64, stream: tokio::net::TcpStream, members: &Members) -> Result<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"Your username?\n").await?;
    let Some(name) = lines.next_line().await? else { return Ok(()) };
    write.write_all(b"Welcome\n").await?;
    let (sender, mut receiver) = unbounded_channel::<Arc<str>>();
    members.lock().unwrap_or_else(PoisonError::into_inner).insert(id, sender);
    loop {
        tokio::select! {
            Some(message) = receiver.recv() => write.write_all(message.as_bytes()).await?,
            line = lines.next_line() => {
                let Some(line) = line? else { return Ok(()) };
                let message: Arc<str> = format!("{name}: {line}\n").into();
                let members = members.lock().unwrap_or_else(PoisonError::into_inner);
                for (_, member) in members.iter().filter(|(other, _)| **other != id) {
                    let _ = member.send(Arc::clone(&message));
                }
            }
        }
    }
}

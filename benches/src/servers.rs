//! x
use anyhow::Result;
use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token};
use rustix::event::{PollFd, PollFlags};
use std::io::{ErrorKind, Read, Write};

pub fn serve(which: &str) -> Result<()> {
    match which {
        "limit" => limit(),
        _ => Ok(()),
    }
}

/// One thread that copies whatever bytes a member sends to all the others, with no parsing.
fn limit() -> Result<()> {
    let mut listener = TcpListener::bind("127.0.0.1:0".parse()?)?;
    println!("listening on {}", listener.local_addr()?);
    let mut poll = Poll::new()?;
    let mut events = Events::with_capacity(1024);
    const LISTENER: Token = Token(usize::MAX);
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
            let number = event.token().0;
            loop {
                let Some(stream) = members[number].as_mut() else { break };
                let count = match stream.read(&mut buffer) {
                    Ok(0) => {
                        members[number] = None;
                        break;
                    }
                    Ok(count) => count,
                    Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                    Err(_) => {
                        members[number] = None;
                        break;
                    }
                };
                for (other, member) in members.iter_mut().enumerate() {
                    let Some(stream) = member.as_mut().filter(|_| other != number) else {
                        continue;
                    };
                    let mut bytes = &buffer[..count];
                    while !bytes.is_empty() {
                        match stream.write(bytes) {
                            Ok(count) => bytes = &bytes[count..],
                            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                                let mut fds = [PollFd::new(stream, PollFlags::OUT)];
                                rustix::event::poll(&mut fds, None)?;
                            }
                            Err(_) => break,
                        }
                    }
                }
            }
        }
    }
}

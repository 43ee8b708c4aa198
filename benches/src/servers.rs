//! Servers that this benchmark brings along: what the course's servers are compared with, and one that uses the course's
//! room in the least clever way.

mod echoes;
mod limit;
mod tokio_rooms;
mod unbatched;

use std::net::TcpListener;

use anyhow::{Result, bail};

/// Where each of them listens: on a port that the system chooses.
const ANY: &str = "127.0.0.1:0";

/// How many callers may wait to be accepted.
const BACKLOG: i32 = 4096;

/// Is the server of that name, until it is ended.
pub fn serve(name: &str) -> Result<()> {
    match name {
        "limit" => limit::run(listen()?),
        "thread-echo" => echoes::threads(listen()?),
        "tokio-echo" => echoes::tasks(listen()?),
        "tokio-batched" => tokio_rooms::batched(listen()?),
        "tokio-lines" => tokio_rooms::a_send_a_line(listen()?),
        "room-unbatched" => unbatched::run(&listen()?),
        _ => bail!("there is no server {name:?}"),
    }
}

/// A listener with a long backlog, which has said where it listens.
fn listen() -> Result<TcpListener> {
    let listener = TcpListener::bind(ANY)?;
    rustix::net::listen(&listener, BACKLOG)?; // again, with another backlog
    println!("listening on {}", listener.local_addr()?);
    Ok(listener)
}

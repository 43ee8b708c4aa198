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

#[cfg(test)]
mod tests {
    use std::thread;
    use std::time::Duration;

    use super::*;
    use crate::flood::{Ahead, Load};
    use crate::protocol::Protocol;
    use crate::swarm::Swarm;

    /// Lets five members of a room, of whom three talk, flood it for a moment, and returns how many lines were lost.
    fn lost_by(
        serve: impl FnOnce(TcpListener) -> Result<()> + Send + 'static,
        protocol: Protocol,
    ) -> Result<u64> {
        let listener = TcpListener::bind(ANY)?;
        let address = listener.local_addr()?;
        thread::spawn(move || serve(listener)); // it ends with the test's process
        let mut swarm = Swarm::new(address, protocol)?;
        swarm.open(5)?;
        swarm.probe()?;
        let load = Load { senders: 3, length: 1000, ahead: Ahead::OwnPace };
        let flood = swarm.flood_for(&load, Duration::from_millis(100))?;
        assert!(flood.rate > 0.0);
        Ok(flood.lost)
    }

    #[test]
    fn the_limit_loses_nothing_though_its_two_threads_wait_for_each_other() -> Result<()> {
        assert_eq!(lost_by(limit::run, Protocol::Raw)?, 0);
        Ok(())
    }

    #[test]
    fn the_other_rooms_lose_nothing_either() -> Result<()> {
        assert_eq!(lost_by(tokio_rooms::batched, Protocol::Room)?, 0);
        assert_eq!(lost_by(tokio_rooms::a_send_a_line, Protocol::Room)?, 0);
        assert_eq!(lost_by(|listener| unbatched::run(&listener), Protocol::Room)?, 0);
        Ok(())
    }
}

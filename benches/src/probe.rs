//! How long a line is under way while another member floods the room.
//!
//! The load must not be what delays. So the line is not timed by the thread that plays the flood and its listeners, which
//! is busy with a hundred connections, but by a thread of its own, which does little else than wait. It says a line with a
//! mark of its own over the connection of one member that does not flood, and reads from the connection of another,
//! through the flood, until that mark comes. That other member joins last, so it is the last one that a server comes to
//! that serves its members in order.
//!
//! The flood runs as far ahead as the server lets it, as a real one does; [`AHEAD`] only ends what would never end.

use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, ensure};

use crate::client;
use crate::flood::{Ahead, Load};
use crate::protocol::{MARK, PROBE};
use crate::shape::LINE;
use crate::swarm::{GIVE_UP, Swarm};

/// How far the flood runs ahead of the slowest listener at most, in bytes.
const AHEAD: usize = 4 * 1024 * 1024;

/// How long it floods before the first line is timed.
const WARM_UP: Duration = Duration::from_millis(200);

/// The pauses between two timed lines: they differ, so that the lines do not fall in step with anything.
const PAUSES: [u64; 5] = [2, 3, 5, 7, 11]; // milliseconds

/// Times up to `count` lines, but not for longer than `limit`, while the first member floods: in seconds. The swarm's
/// members are all but the one that listens.
pub fn while_flooded(
    swarm: &mut Swarm,
    address: SocketAddr,
    count: usize,
    limit: Duration,
) -> Result<Vec<f64>> {
    let mut listener = client::join(address, swarm.protocol, swarm.members.len())?;
    swarm.wait_for_a_line_of(&mut listener)?;
    let speaker = swarm.connection(1)?;
    let probe = swarm.protocol.message(LINE, PROBE);
    let is_over = AtomicBool::new(false);
    let load = Load { senders: 1, length: LINE, ahead: Ahead::Bytes(AHEAD) };
    thread::scope(|scope| {
        let timing =
            thread::Builder::new().name("probe".to_string()).spawn_scoped(scope, || {
                let result = time_lines(&mut listener, &speaker, &probe, count, limit);
                is_over.store(true, Ordering::Relaxed);
                result
            })?;
        let flood = swarm.flood(&load, || !is_over.load(Ordering::Relaxed));
        let times = timing.join().map_err(|_| anyhow!("the thread that times has panicked"))??;
        flood?;
        Ok(times)
    })
}

fn time_lines(
    listener: &mut TcpStream,
    mut speaker: &TcpStream,
    probe: &[u8],
    count: usize,
    limit: Duration,
) -> Result<Vec<f64>> {
    let began = Instant::now();
    let mut times = Vec::new();
    let mut buffer = vec![0; 64 * 1024];
    let mut said: Option<Instant> = None;
    let mut next = began + WARM_UP;
    while times.len() < count && (began.elapsed() < WARM_UP + limit || said.is_some()) {
        if said.is_none() && Instant::now() >= next {
            said = Some(Instant::now());
            std::io::Write::write_all(&mut speaker, probe)
                .context("the server takes no line of one who does not flood")?;
        }
        let length = client::read(listener, &mut buffer)?;
        let now = Instant::now();
        if let Some(since) = said {
            ensure!(now - since < GIVE_UP, "a line did not come while another member floods");
            if memchr::memchr(PROBE, &buffer[..length]).is_some() {
                times.push((now - since).as_secs_f64());
                said = None;
                next = now + Duration::from_millis(PAUSES[times.len() % PAUSES.len()]);
            }
        }
    }
    Ok(times)
}

impl Swarm {
    /// Waits until all members have a line that a client says who is not one of them: so the server knows it.
    fn wait_for_a_line_of(&mut self, stranger: &mut TcpStream) -> Result<()> {
        self.reset();
        std::io::Write::write_all(stranger, &self.protocol.message(LINE, MARK))?;
        let began = Instant::now();
        while self.got < self.members.len() as u64 {
            ensure!(began.elapsed() < GIVE_UP, "a line did not reach everybody");
            self.turn(Duration::from_millis(100))?;
        }
        Ok(())
    }

    /// A member's connection, for another thread to say something over it.
    fn connection(&self, number: usize) -> Result<TcpStream> {
        use std::os::fd::AsFd;
        Ok(TcpStream::from(self.members[number].stream.as_fd().try_clone_to_owned()?))
    }
}

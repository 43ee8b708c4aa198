//! The hole: what the other readers of a room get beside a member that does not read, or hardly, while another floods.
//!
//! Everybody here is a plain client with a thread of its own: one that floods without a pause, two that read all they
//! can, and the one that is in their way. What the first reader gets is counted in steps of 100 ms.

mod watch;

use std::fmt::Write;
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};

use crate::client;
use crate::process::Start;
use crate::protocol::{MARK, Protocol, deliveries};
use crate::rooms::progress;

/// How long a scene goes on.
const TIME: Duration = Duration::from_secs(6);

/// A step in which lines are counted.
const STEP: Duration = Duration::from_millis(100);

/// How many steps tell the pace: a second.
const PACE: usize = 10;

/// How many members read all they can.
const READERS: usize = 2;

/// The length of the short lines of a burst, and of long ones, in bytes. The system can put very short ones together
/// where they wait for a member that does not read, so now and then it takes a few more.
const SHORT: usize = 8;
const LONG: usize = 4000;

/// How many bytes go out in one write: a burst.
const BURST: usize = 64 * 1024;

/// Who is in the way.
#[derive(Clone, Copy)]
enum Obstacle {
    /// Nobody.
    Nobody,
    /// A member that reads nothing.
    Stopped,
    /// A member that reads so many bytes each 10 ms.
    Creeps(usize),
}

/// The servers: one that says each line on its own, and the course's.
const SERVERS: [(&str, Start); 2] =
    [("each line", Start::Own("room-unbatched")), ("ms3", Start::Solution("ms3_server"))];

/// What is played with each server: the name in the table, the length of a line, and who is in the way.
const SCENES: [(&str, usize, Obstacle); 6] = [
    ("nobody, short lines", SHORT, Obstacle::Nobody),
    ("stopped, short lines", SHORT, Obstacle::Stopped),
    ("stopped, long lines", LONG, Obstacle::Stopped),
    ("1 byte in 10 ms", SHORT, Obstacle::Creeps(1)),
    ("4 KiB in 10 ms", SHORT, Obstacle::Creeps(4096)),
    ("4 KiB in 10 ms, long", LONG, Obstacle::Creeps(4096)),
];

/// What a reader has got.
struct Heard {
    steps: Vec<u64>,   // lines, in each step
    longest: Duration, // the longest time without any
}

/// What came of a scene.
struct Outcome {
    heard: Heard,
    longest: Duration, // the longest pause of any reader
    removed: Option<Duration>,
}

/// Plays all scenes, and returns their table.
pub fn measure() -> Result<String> {
    let bar = progress(SERVERS.len() * SCENES.len());
    let mut table = format!(
        "Beside a stopped member: thousand lines a second for a reader, while another member floods\n\n\
         {:<11}{:<22}{:>8}{:>8}{:>14}{:>12}  {}\n",
        "server", "in the way", "before", "after", "longest pause", "removed", "each 100 ms"
    );
    for (server, start) in SERVERS {
        for (scene, length, obstacle) in SCENES {
            bar.set_message(format!("{server}: {scene}"));
            bar.inc(1);
            let outcome =
                play(start, length, obstacle).with_context(|| format!("{server}: {scene}"))?;
            let _ = writeln!(table, "{server:<11}{scene:<22}{}", outcome.show(obstacle));
        }
    }
    bar.finish_and_clear();
    table += &format!(
        "\nserver: one that says each line on its own, or ms3. Short lines have {SHORT} bytes, long ones {LONG}.\n\
         before: over the last second before the removal, or before the end. after: over the time after it.\n\
         each 100 ms: from nothing to the most, in eighths.\n"
    );
    Ok(table)
}

fn play(start: Start, length: usize, obstacle: Obstacle) -> Result<Outcome> {
    let server = start.start()?;
    let address = server.address;
    let mut streams = Vec::new();
    for number in 0..READERS + 2 {
        streams.push(client::join(address, Protocol::Room, number)?);
    }
    let (Some(mut in_the_way), Some(mut sender)) = (streams.pop(), streams.pop()) else {
        return Err(anyhow!("too few members"));
    };
    let way = in_the_way.local_addr()?;
    let is_over = &AtomicBool::new(false);
    let began = Instant::now();
    thread::scope(|scope| {
        let named = |name: &str| thread::Builder::new().name(name.to_string());
        named("in the way").spawn_scoped(scope, move || {
            creep(&mut in_the_way, obstacle, is_over);
        })?;
        named("flood").spawn_scoped(scope, move || flood(&mut sender, length, is_over))?;
        let mut readers = Vec::new();
        for mut stream in streams {
            let reader = named("reader").spawn_scoped(scope, move || listen(&mut stream, began))?;
            readers.push(reader);
        }
        let removed = watch_for_removal(address, way, obstacle, began);
        is_over.store(true, Ordering::Relaxed);
        let mut heard = Vec::new();
        for reader in readers {
            heard.push(reader.join().map_err(|_| anyhow!("a reader has panicked"))??);
        }
        let longest = heard.iter().map(|heard| heard.longest).max().unwrap_or_default();
        let heard = heard.into_iter().next().context("nobody has read")?;
        Ok(Outcome { heard, longest, removed: removed? })
    })
}

/// Waits until the scene is over, and returns when the one in the way was removed.
fn watch_for_removal(
    server: SocketAddr,
    client: SocketAddr,
    obstacle: Obstacle,
    began: Instant,
) -> Result<Option<Duration>> {
    let mut removed = None;
    while began.elapsed() < TIME {
        thread::sleep(STEP / 2);
        let is_someone = !matches!(obstacle, Obstacle::Nobody);
        if is_someone && removed.is_none() && !watch::is_open(server, client)? {
            removed = Some(began.elapsed());
        }
    }
    Ok(removed)
}

/// Talks without a pause.
fn flood(stream: &mut TcpStream, length: usize, is_over: &AtomicBool) {
    let message = Protocol::Room.message(length, MARK);
    let block = message.repeat(BURST.div_ceil(length));
    let mut at = 0;
    while !is_over.load(Ordering::Relaxed) {
        let Ok(count) = client::write(stream, &block[at..]) else { return };
        at = (at + count) % block.len();
    }
}

/// Reads as little as the obstacle does, until the scene is over or the server has ended the connection.
fn creep(stream: &mut TcpStream, obstacle: Obstacle, is_over: &AtomicBool) {
    let mut buffer = match obstacle {
        Obstacle::Creeps(count) => vec![0; count],
        Obstacle::Nobody => vec![0; 64 * 1024],
        Obstacle::Stopped => Vec::new(),
    };
    while !is_over.load(Ordering::Relaxed) {
        if !matches!(obstacle, Obstacle::Nobody) {
            thread::sleep(Duration::from_millis(10));
        }
        if !buffer.is_empty() && client::read(stream, &mut buffer).is_err() {
            return;
        }
    }
}

/// Reads all it can, and counts.
fn listen(stream: &mut TcpStream, began: Instant) -> Result<Heard> {
    let steps = (TIME.as_millis() / STEP.as_millis()) as usize;
    let mut heard = Heard { steps: vec![0; steps], longest: Duration::ZERO };
    let mut buffer = vec![0; 64 * 1024];
    let mut last = began;
    while began.elapsed() < TIME {
        let count = client::read(stream, &mut buffer)?;
        let now = Instant::now();
        heard.longest = heard.longest.max(now - last);
        if count > 0 {
            last = now;
        }
        let step = ((now - began).as_millis() / STEP.as_millis()) as usize;
        if let Some(lines) = heard.steps.get_mut(step) {
            *lines += deliveries(&buffer[..count]);
        }
    }
    Ok(heard)
}

impl Outcome {
    fn show(&self, obstacle: Obstacle) -> String {
        let steps = &self.heard.steps;
        let step = |time: Duration| (time.as_millis() / STEP.as_millis()) as usize;
        let end = self.removed.map_or(steps.len(), |time| step(time).min(steps.len()));
        let before = pace(&steps[end.saturating_sub(PACE)..end]);
        let after = match self.removed {
            Some(_) => pace(steps.get(end + 1..).unwrap_or_default()),
            None => None,
        };
        let show = |pace: Option<f64>| pace.map_or("–".to_string(), |pace| format!("{pace:.1}"));
        let removed = match (self.removed, obstacle) {
            (Some(time), _) => format!("{:.1} s", time.as_secs_f64()),
            (None, Obstacle::Nobody) => "–".to_string(),
            (None, _) => "never".to_string(),
        };
        format!(
            "{:>8}{:>8}{:>14}{removed:>12}  {}",
            show(before),
            show(after),
            format!("{:.2} s", self.longest.as_secs_f64()),
            picture(steps)
        )
    }
}

/// Thousand lines a second over all of these steps. `None`: there are none.
fn pace(steps: &[u64]) -> Option<f64> {
    let lines: u64 = steps.iter().sum();
    (!steps.is_empty()).then(|| lines as f64 / steps.len() as f64 / STEP.as_secs_f64() / 1e3)
}

/// A bar for each step.
fn picture(steps: &[u64]) -> String {
    const BARS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let most = steps.iter().max().copied().unwrap_or(0).max(1);
    steps.iter().map(|lines| BARS[(lines * 8).div_ceil(most) as usize]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_a_bar_for_each_step() {
        assert_eq!(picture(&[0, 1, 400, 800]), " ▁▄█");
        assert_eq!(picture(&[0, 0]), "  ");
    }

    #[test]
    fn the_pace_before_the_removal_is_told_apart_from_that_after_it() {
        let steps = [[900; 10], [40; 10], [700; 10]].concat();
        let heard = Heard { steps, longest: Duration::from_millis(700) };
        let removed = Some(Duration::from_secs(2));
        let outcome = Outcome { heard, longest: Duration::from_millis(700), removed };
        let shown = outcome.show(Obstacle::Stopped);
        let words: Vec<&str> = shown.split_whitespace().take(6).collect();
        assert_eq!(words, ["0.4", "7.0", "0.70", "s", "2.0", "s"]);
    }
}

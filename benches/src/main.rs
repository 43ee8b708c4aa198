//! x
mod load;
mod servers;
use std::net::SocketAddr;
use std::time::Duration;
fn main() -> anyhow::Result<()> {
    let a: Vec<String> = std::env::args().collect();
    match a[1].as_str() {
        "serve" => servers::serve(&a[2])?,
        "room" => {
            let addr: SocketAddr = a[2].parse()?;
            let n: usize = a[3].parse()?;
            let s: usize = a[4].parse()?;
            let proto = match a[5].as_str() {
                "limit" => load::Protocol::Raw,
                "nats" => load::Protocol::Nats,
                _ => load::Protocol::Room,
            };
            let mut swarm = load::Swarm::new(addr, proto)?;
            let opened = swarm.open(n)?;
            let lat = if n <= 100 { swarm.latency(200)? } else { Duration::ZERO };
            let r = swarm.flood(s, Duration::from_secs(3))?;
            println!(
                "{n}x{s}: open {:.3}s lat {:?} {:.2} M/s lost {}",
                opened.as_secs_f64(),
                lat,
                r.rate / 1e6,
                r.lost
            );
        }
        _ => {}
    }
    Ok(())
}

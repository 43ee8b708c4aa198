//! Servers as processes: each is started, found, watched, and ended.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// How long a server may take until it listens.
const START: Duration = Duration::from_secs(5);

/// How a server is started.
#[derive(Clone, Copy)]
pub enum Start {
    /// A reference solution of the course.
    Solution(&'static str),
    /// One of the servers that this benchmark brings along.
    Own(&'static str),
    /// A Python script beside this package's manifest.
    Python(&'static str),
    /// NATS, if it is installed.
    Nats,
    /// Redis, if it is installed.
    Redis,
}

/// A running server, which is ended when this is dropped.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Start {
    /// The program that has to be installed, and what it says its version is. `None`: it is not installed.
    pub fn version(self) -> Option<String> {
        match self {
            Start::Solution(_) | Start::Own(_) => Some(String::new()),
            Start::Python(_) => version("python3"),
            Start::Nats => nats().and_then(version),
            Start::Redis => version("redis-server"),
        }
    }

    /// Starts it, on a free port.
    ///
    /// # Errors
    /// It cannot be started, or does not listen.
    pub fn start(self) -> Result<Server> {
        match self {
            Start::Solution(program) => {
                let path = folder()?.join(format!("{program}_solution"));
                told(Command::new(path).args(["--port", "0"]))
            }
            Start::Own(name) => told(Command::new(env::current_exe()?).args(["--serve", name])),
            Start::Python(script) => {
                let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(script);
                told(Command::new("python3").arg("-u").arg(path))
            }
            Start::Nats => {
                let address = free_address()?;
                let port = address.port().to_string();
                let program = nats().context("nats-server is not installed")?;
                silent(Command::new(program).args(["-a", "127.0.0.1", "-p", &port]), address)
            }
            Start::Redis => {
                let address = free_address()?;
                let port = address.port().to_string();
                let mut command = Command::new("redis-server");
                command.args(["--bind", "127.0.0.1", "--port", &port, "--tcp-backlog", "4096"]);
                command.args(["--save", "", "--appendonly", "no", "--maxclients", "19000"]);
                // Else it would end the connection of a member that it has to keep much for. The window of a flood bounds
                // how much that is.
                command.args(["--client-output-buffer-limit", "pubsub", "0", "0", "0"]);
                silent(&mut command, address)
            }
        }
    }
}

/// Where this benchmark was built, and the reference solutions with it.
fn folder() -> Result<PathBuf> {
    let path = env::current_exe()?;
    path.parent().map(Path::to_path_buf).context("the benchmark has no folder")
}

/// How NATS can be called, if it is installed: not everybody's path leads to it.
fn nats() -> Option<&'static str> {
    ["nats-server", "/usr/sbin/nats-server"].into_iter().find(|name| version(name).is_some())
}

/// What a program answers to `--version`.
fn version(program: &str) -> Option<String> {
    let output = Command::new(program).arg("--version").stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_string();
    output.status.success().then_some(text)
}

/// An address that nobody listened on a moment ago.
fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

/// Starts a server that says where it listens.
fn told(command: &mut Command) -> Result<Server> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("cannot start {:?}", command.get_program()))?;
    let stdout = child.stdout.take();
    let mut server = Server { child, address: SocketAddr::from(([127, 0, 0, 1], 0)) };
    let mut line = String::new();
    if let Some(stdout) = stdout {
        BufReader::new(stdout).read_line(&mut line)?;
    }
    let address = line
        .trim()
        .strip_prefix("listening on ")
        .context("a server did not say where it listens")?;
    server.address = address.parse()?;
    Ok(server)
}

/// Starts a server that was told where to listen, and waits until it does.
fn silent(command: &mut Command, address: SocketAddr) -> Result<Server> {
    let program = command.get_program().to_os_string();
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("cannot start {program:?}"))?;
    let server = Server { child, address };
    let began = Instant::now();
    while TcpStream::connect(address).is_err() {
        if began.elapsed() > START {
            bail!("{program:?} does not listen");
        }
        thread::sleep(Duration::from_millis(10));
    }
    Ok(server)
}

impl Server {
    /// Its memory in KiB, as far as it is its own (VmRSS without the pages of files).
    pub fn memory_kib(&self) -> Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("RssAnon:"))
            .context("no memory is told")?;
        Ok(line.trim().trim_end_matches(" kB").parse()?)
    }

    /// How much processor time all its threads have used so far.
    pub fn processor_time(&self) -> Result<Duration> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        let ticks = ticks_in(&stat).context("no processor time is told")?;
        let a_second = rustix::param::clock_ticks_per_second();
        Ok(Duration::from_secs_f64(ticks as f64 / a_second as f64))
    }
}

/// The ticks of `utime` and `stime` together in `/proc/PID/stat` (proc(5): the fields 14 and 15). The second field is
/// the program's name in brackets, in which there may be anything.
fn ticks_in(stat: &str) -> Option<u64> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    let (user, system): (u64, u64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some(user + system)
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_that_of_the_program_and_of_the_system_for_it() {
        let stat = "42 (a (b) c) S 1 42 42 0 -1 4194304 100 0 0 0 70 30 5 6 20 0 8 0 1 2 3";
        assert_eq!(ticks_in(stat), Some(100));
        assert_eq!(ticks_in("42 (cut) S 1"), None);
    }
}

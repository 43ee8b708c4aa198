//! Who is measured, and how each is started.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::load::Protocol;

/// How a server is started.
#[derive(Clone, Copy)]
pub enum Start {
    /// A reference solution of the course.
    Solution(&'static str),
    /// One of the servers that this benchmark brings along.
    Own(&'static str),
    /// A Python script beside this file.
    Python(&'static str),
    /// NATS, if it is installed.
    Nats,
}

/// A server that is measured.
#[derive(Clone, Copy)]
pub struct Contestant {
    /// Its name in the tables.
    pub name: &'static str,
    /// How it is started.
    pub start: Start,
    /// How one talks to it.
    pub protocol: Protocol,
}

/// The chat rooms; the last one is what the others are compared with.
pub const ROOMS: &[Contestant] = &[
    Contestant {
        name: "ms3 (room)",
        start: Start::Solution("ms3_server"),
        protocol: Protocol::Room,
    },
    Contestant {
        name: "ms2 (dictionary)",
        start: Start::Solution("ms2_server"),
        protocol: Protocol::Room,
    },
    Contestant { name: "NATS", start: Start::Nats, protocol: Protocol::Nats },
    Contestant { name: "tokio", start: Start::Own("tokio-room"), protocol: Protocol::Room },
    Contestant {
        name: "Python threads",
        start: Start::Python("room.py"),
        protocol: Protocol::Room,
    },
    Contestant { name: LIMIT, start: Start::Own("limit"), protocol: Protocol::Raw },
];

/// The name of the one that only copies bytes.
pub const LIMIT: &str = "the limit";

/// The echo servers; the last one is what the others are compared with.
pub const ECHOES: &[Contestant] = &[
    Contestant {
        name: "ms1 (threads)",
        start: Start::Solution("ms1_server"),
        protocol: Protocol::Raw,
    },
    Contestant {
        name: "ex4_event_loop",
        start: Start::Solution("ex4_event_loop"),
        protocol: Protocol::Raw,
    },
    Contestant { name: "tokio", start: Start::Own("tokio-echo"), protocol: Protocol::Raw },
    Contestant { name: "Python threads", start: Start::Python("echo.py"), protocol: Protocol::Raw },
    Contestant { name: "bare threads", start: Start::Own("thread-echo"), protocol: Protocol::Raw },
];

/// A running server, which is ended when this is dropped.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Contestant {
    /// Starts it. `None`: it is not installed.
    pub fn start(&self) -> Result<Option<Server>> {
        match self.start {
            Start::Solution(program) => {
                let path = folder()?.join(format!("{program}_solution"));
                listening(Command::new(path).args(["--port", "0"])).map(Some)
            }
            Start::Own(name) => {
                listening(Command::new(env::current_exe()?).args(["--serve", name])).map(Some)
            }
            Start::Python(script) => {
                let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(script);
                if !is_installed("python3") {
                    return Ok(None);
                }
                listening(Command::new("python3").arg("-u").arg(path)).map(Some)
            }
            Start::Nats => nats(),
        }
    }
}

/// Where this benchmark was built, and the reference solutions with it.
fn folder() -> Result<PathBuf> {
    let path = env::current_exe()?;
    path.parent().map(Path::to_path_buf).context("the benchmark has no folder")
}

fn is_installed(program: &str) -> bool {
    let quiet =
        Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    quiet.is_ok_and(|status| status.success())
}

/// Starts a server that says where it listens.
fn listening(command: &mut Command) -> Result<Server> {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .context("cannot start a server")?;
    let mut line = String::new();
    if let Some(stdout) = child.stdout.take() {
        BufReader::new(stdout).read_line(&mut line)?;
    }
    let address = line
        .trim()
        .strip_prefix("listening on ")
        .context("a server did not say where it listens")?;
    Ok(Server { address: address.parse()?, child })
}

fn nats() -> Result<Option<Server>> {
    let Some(program) =
        ["nats-server", "/usr/sbin/nats-server"].into_iter().find(|name| is_installed(name))
    else {
        return Ok(None);
    };
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let arguments = ["-a", "127.0.0.1", "-p", &address.port().to_string()];
    let child = Command::new(program)
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let server = Server { child, address };
    let began = Instant::now();
    while TcpStream::connect(address).is_err() {
        if began.elapsed() > Duration::from_secs(5) {
            bail!("nats-server does not listen");
        }
        thread::sleep(Duration::from_millis(10));
    }
    Ok(Some(server))
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
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

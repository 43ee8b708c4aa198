//! What a scene plays on: it starts programs, opens connections, and draws the words that are said.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::rc::Rc;
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rustix::io::Errno;
use socket2::{Domain, Socket, Type};

use crate::course::step::{Check, Role};
use crate::judge::cast::{Cast, Launch, Setting};
use crate::sandbox::census;
use crate::sandbox::process::{Panic, Stdio, between_starts};
use crate::stage::board::{Board, call_in_segments, release_port};
use crate::stage::peer::Peer;
use crate::stage::program::Program;
use crate::stage::transcript::{Mark, Transcript};
use crate::stage::words::Words;

/// How long other checkers may play on a port that this one needs.
const OTHERS_LONGEST: Duration = Duration::from_secs(60);

/// What a scene comes to: all went as expected, or it stopped.
pub type Scene = Result<(), Stop>;

/// Why a scene stopped.
#[derive(Clone, Debug)]
pub enum Stop {
    /// What was expected of this actor did not happen.
    Fails {
        /// Who.
        actor: String,
        /// What was expected, and what came instead.
        message: String,
    },
    /// The program did not even get to where the scene begins.
    DoesNotStart {
        /// Who.
        actor: String,
        /// What was expected, and what came instead.
        message: String,
    },
    /// A `todo!()` was reached.
    ToDo(Panic),
    /// The scene cannot be played with what was given, or on this machine as it is now.
    NotChecked(String),
}

impl Stop {
    /// A failure of `actor`.
    pub fn fails(actor: &str, message: impl Into<String>) -> Stop {
        Stop::Fails { actor: actor.to_string(), message: message.into() }
    }

    /// The same, where it is a failure to start.
    fn at_start(self) -> Stop {
        match self {
            Stop::Fails { actor, message } => Stop::DoesNotStart { actor, message },
            other => other,
        }
    }
}

/// The stage of one scene.
pub struct Stage {
    board: Rc<Board>,
    cast: Cast,
    role: Role,
    words: RefCell<Words>,
    address: Cell<Option<SocketAddr>>,
    is_reached: Cell<bool>, // somebody could connect to the server
    claims: RefCell<BTreeMap<u16, UdpSocket>>, // to ports
}

/// The checker's own server, for a scene that is about a client.
pub struct Listener {
    board: Rc<Board>,
    listener: TcpListener,
    is_strict: bool,
    has_fixed_port: bool,
}

impl Stage {
    /// A stage for one check of the cast's step.
    pub fn new(cast: &Cast, check: &Check, seed: u64) -> Stage {
        let title = format!("{} · {}", cast.step.title, check.name);
        Stage {
            words: RefCell::new(Words::new(seed, &format!("{}::{}", cast.step.id, check.id))),
            board: Rc::new(Board::new(title, cast.limits.clone())),
            cast: cast.clone(),
            role: check.role,
            address: Cell::new(None),
            is_reached: Cell::new(false),
            claims: RefCell::default(),
        }
    }

    /// Lets programs finish what they are at: what they still log may say why a scene has failed.
    pub fn settles(&self) {
        const MOMENT: Duration = Duration::from_millis(300);
        let _ = self.board.comes_to_rest(self.patient(MOMENT)); // it has failed already
    }

    /// Ends whatever is still going on. Returns the panics of programs of ours, each with its actor.
    pub fn finish(&self) -> Vec<(String, Panic)> {
        self.board.finish()
    }

    /// The transcript; if the scene failed, with what the programs wrote and the reason at its end.
    pub fn into_transcript(self, failure: Option<(&str, &str)>) -> Transcript {
        if let Some((actor, message)) = failure {
            self.board.note_rest();
            self.board.note(actor, Mark::Failed, message);
        }
        let board = Rc::into_inner(self.board);
        board.map_or(Transcript::new(String::new()), Board::into_transcript)
    }

    /// Whether the program that the check is about is a command in any language, which is judged by
    /// what the hand-out asks and not by our wording.
    pub fn is_foreign(&self) -> bool {
        self.cast.roles.get(&self.role).is_some_and(Launch::is_foreign)
    }

    /// How long this scene waits for what it expects.
    pub fn patience(&self) -> Duration {
        self.board.patience()
    }

    /// The time since the scene began, by which deadlines are measured: see [`Board::time`].
    pub fn time(&self) -> Duration {
        self.board.time()
    }

    /// Whether it is later than `deadline`.
    pub fn is_late(&self, deadline: Duration) -> bool {
        self.board.is_late(deadline)
    }

    /// A deadline, longer or shorter as `--patience` has it.
    pub fn patient(&self, limit: Duration) -> Duration {
        self.board.patient(limit)
    }

    /// A random word, another one each time.
    pub fn word(&self) -> String {
        self.words.borrow_mut().draw()
    }

    /// A random number from `low` to `high`.
    pub fn number(&self, low: i64, high: i64) -> i64 {
        self.words.borrow_mut().number(low, high)
    }

    /// Writes a line into the transcript, for what a crowd does.
    pub fn note(&self, actor: &str, mark: Mark, text: &str) {
        self.board.note(actor, mark, text);
    }

    /// Starts the step's server, and waits until it listens.
    pub fn starts_server(&self) -> Result<Program, Stop> {
        self.starts_server_with(&[])
    }

    /// Starts the step's server with these settings, and waits until it listens.
    pub fn starts_server_with(&self, settings: &[Setting]) -> Result<Program, Stop> {
        let launch = self.launch(Role::Server)?;
        let foreign = launch.is_foreign();
        // The system chooses the port for a program of ours, which then says which it is. A foreign
        // one is given a port that is free.
        let port = if foreign { self.free_port(&launch)? } else { 0 };
        let server = self.starts("server", &launch, Some(port), settings)?;
        let address =
            if foreign { local(port) } else { server.listens().map_err(Stop::at_start)? };
        self.address.set(Some(address));
        Ok(server)
    }

    /// Starts the step's server on a port that somebody else listens on.
    pub fn starts_server_on_taken_port(&self) -> Result<Program, Stop> {
        let launch = self.launch(Role::Server)?;
        let fixed = self.fixed_port(&launch)?;
        let taken = TcpListener::bind(local(fixed.unwrap_or(0)))
            .and_then(|taken| Ok((taken.local_addr()?, taken)));
        let (address, taken) = taken.map_err(|error| broken("another server", &error))?;
        self.board.note("bob", Mark::Event, &format!("listens on {address}"));
        let server = self.starts("server", &launch, Some(address.port()), &[])?;
        server.keeps(taken);
        Ok(server)
    }

    /// Starts the step's client as `actor`, which calls the server that plays or is played.
    pub fn starts_client(&self, actor: &str) -> Result<Program, Stop> {
        let launch = self.launch(Role::Client)?;
        self.starts(actor, &launch, Some(self.address()?.port()), &[])
    }

    /// Starts the step's client as `actor` with these settings.
    pub fn starts_client_with(&self, actor: &str, settings: &[Setting]) -> Result<Program, Stop> {
        let launch = self.launch(Role::Client)?;
        self.starts(actor, &launch, Some(self.address()?.port()), settings)
    }

    /// Starts the step's client on a terminal, with a user called `actor`.
    pub fn starts_client_on_terminal(&self, actor: &str) -> Result<Program, Stop> {
        let launch = self.launch(Role::Client)?;
        self.starts_on(actor, &launch, Some(self.address()?.port()), &[], Stdio::Terminal)
    }

    /// Starts the worked program of another step as `actor`, which calls the server.
    pub fn starts_helper(&self, actor: &str, program: &str) -> Result<Program, Stop> {
        let launch = self.cast.helpers.get(program).cloned();
        let launch =
            launch.ok_or(Stop::NotChecked(format!("needs {program}, which was not built")))?;
        self.starts(actor, &launch, Some(self.address()?.port()), &[])
    }

    /// Starts the one program of a step without sockets.
    pub fn starts_program(&self, actor: &str, settings: &[Setting]) -> Result<Program, Stop> {
        self.starts(actor, &self.launch(Role::Program)?, None, settings)
    }

    /// Connects a peer to the server.
    pub fn connects(&self, name: &str) -> Result<Peer, Stop> {
        let peer = self.connects_quietly(name)?;
        self.board.note(name, Mark::Event, "connects");
        Ok(peer.aloud())
    }

    /// Connects a peer over a line of small segments, as a slow network has them: the system keeps much less of what
    /// is on its way to such a peer, so a server has to wait for it the sooner.
    pub fn connects_from_afar(&self, name: &str) -> Result<Peer, Stop> {
        const SEGMENT: u32 = 536; // what every network takes (RFC 9293, 3.7.1)
        let peer = self.calls(name, Some(SEGMENT))?;
        self.board.note(name, Mark::Event, "connects");
        Ok(peer.aloud())
    }

    /// Connects a peer whose doings stay out of the transcript: one of a crowd.
    pub fn connects_quietly(&self, name: &str) -> Result<Peer, Stop> {
        self.calls(name, None)
    }

    fn calls(&self, name: &str, longest_segment: Option<u32>) -> Result<Peer, Stop> {
        let address = self.address()?;
        // A program of ours listens by now, and its port is nobody else's. A foreign one may still be starting, and
        // another program may want its port next.
        let is_foreign = self.launch(Role::Server)?.is_foreign();
        let limit = match self.cast.never_listens.load(Ordering::Relaxed) {
            false => self.board.start_limit(),
            true => self.board.patience(),
        };
        let deadline = self.board.time() + limit;
        let socket = loop {
            let error = match call_in_segments(address, self.board.patience(), longest_segment) {
                Ok(socket) => break socket,
                Err(error) if is_shortage(&error) => return Err(broken(name, &error)),
                Err(error) => error,
            };
            let is_late = self.board.is_late(deadline);
            if !is_foreign || is_late || self.board.has_ended("server") {
                self.cast.never_listens.fetch_or(is_late, Ordering::Relaxed);
                let reason = self.board.why_unreachable("server", is_late.then_some(limit));
                let message = format!("cannot connect to {address}: {}{reason}", error.kind());
                let stop = Stop::fails(name, message);
                return Err(if self.is_reached.get() { stop } else { stop.at_start() });
            }
            self.board.wait(Duration::from_millis(20), || None::<()>)?;
        };
        self.is_reached.set(true);
        if is_foreign && let Ok(client) = socket.local_addr() {
            self.board.frees_port_after(client, address);
        }
        let wire = self.board.add_socket("server", socket).map_err(|error| broken(name, &error))?;
        Ok(Peer::new(Rc::clone(&self.board), name, wire, !self.is_foreign()))
    }

    /// Listens as the checker's own server, for the clients that are started from now on.
    pub fn plays_server(&self) -> Result<Listener, Stop> {
        let fixed = self.fixed_port(&self.launch(Role::Client)?)?;
        let listener = TcpListener::bind(local(fixed.unwrap_or(0)));
        let listener = listener.map_err(|error| broken("server", &error))?;
        let address = listener.local_addr().map_err(|error| broken("server", &error))?;
        self.address.set(Some(address));
        self.board.note("server", Mark::Event, &format!("listens on {address}"));
        let (board, is_strict) = (Rc::clone(&self.board), !self.is_foreign());
        Ok(Listener { board, listener, is_strict, has_fixed_port: fixed.is_some() })
    }

    /// Makes sure that nobody listens where the clients that are started from now on will call.
    ///
    /// The socket that comes back keeps the port: bound, so that nobody else gets it, and not
    /// listening, so that the system refuses each call. Keep it until the scene is over.
    pub fn nobody_listens(&self) -> Result<Socket, Stop> {
        let fixed = self.fixed_port(&self.launch(Role::Client)?)?;
        let address = local(fixed.unwrap_or(0));
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).and_then(|socket| {
            socket.set_reuse_address(true)?; // the port may be in TIME_WAIT
            socket.bind(&address.into())?;
            Ok(socket)
        });
        let socket = socket.map_err(|error| broken("server", &error))?;
        let address = socket.local_addr().ok().and_then(|address| address.as_socket());
        self.address.set(address);
        Ok(socket)
    }

    /// Plays all of a scene and, if it fails, again from an empty transcript, twice at most: for what chance or
    /// a busy machine can spoil once, but hardly three times. A failure that is no matter of chance is the outer
    /// error, and final.
    pub fn tries_again(&self, scene: impl Fn() -> Result<Scene, Stop>) -> Scene {
        for _ in 0..2 {
            match scene()? {
                Err(Stop::Fails { .. }) => self.board.clear_transcript(),
                other => return other,
            }
        }
        scene()?
    }

    /// Lets a peer say a word, and waits until it hears it back.
    pub fn echoes_to(&self, peer: &Peer) -> Scene {
        let word = self.word();
        peer.says(&word)?;
        peer.hears(&word)
    }

    /// Lets `count` peers come at once, each say a word, and wait for its own answer to it; and once more, when
    /// the server surely knows all of them. `heard` says in words what they hear.
    pub fn answers_crowd(
        &self,
        count: usize,
        answer: impl Fn(&str) -> String,
        heard: &str,
    ) -> Scene {
        let mut clients = Vec::new();
        for number in 1..=count {
            clients.push(self.connects_quietly(&format!("client {number}"))?);
        }
        self.note("clients", Mark::Event, &format!("{count} of them connect"));
        for _ in 0..2 {
            let words: Vec<String> = clients.iter().map(|_| self.word()).collect();
            for (client, word) in clients.iter().zip(&words) {
                client.says(word)?;
            }
            self.note("clients", Mark::Sent, "each a word of its own");
            let deadline = self.time() + self.patience();
            for (client, word) in clients.iter().zip(&words) {
                let left = deadline.saturating_sub(self.time());
                if !client.hears_within(&answer(word), left)? {
                    let message = format!(
                        "expected an answer to its own word for each of {count}, but not all got it"
                    );
                    return Err(Stop::fails("clients", message));
                }
            }
            self.note("clients", Mark::Received, heard);
        }
        Ok(())
    }

    fn address(&self) -> Result<SocketAddr, Stop> {
        self.address
            .get()
            .ok_or(Stop::fails("server", "no server was started before somebody calls it"))
    }

    fn launch(&self, role: Role) -> Result<Launch, Stop> {
        let launch = self.cast.roles.get(&role).cloned();
        launch.ok_or_else(|| Stop::NotChecked(format!("needs --{} CMD", role.word())))
    }

    fn starts(
        &self,
        actor: &str,
        launch: &Launch,
        port: Option<u16>,
        settings: &[Setting],
    ) -> Result<Program, Stop> {
        let on = if launch.is_foreign() { Stdio::BareTerminal } else { Stdio::Pipes };
        self.starts_on(actor, launch, port, settings, on)
    }

    fn starts_on(
        &self,
        actor: &str,
        launch: &Launch,
        port: Option<u16>,
        settings: &[Setting],
        on: Stdio,
    ) -> Result<Program, Stop> {
        let (mut command, shown) = launch.command(port, settings)?;
        self.board.note(actor, Mark::Output, &format!("$ {shown}"));
        let is_rust = !launch.is_foreign();
        let program = self.board.start(actor, &mut command, on, is_rust);
        let program = program.map_err(|error| match is_shortage(&error) {
            true => Stop::NotChecked(format!("this machine has no room for the program: {error}")),
            false => Stop::fails(actor, format!("cannot be started: {error}")).at_start(),
        })?;
        Ok(Program::new(Rc::clone(&self.board), actor, program, launch.is_foreign()))
    }

    /// The port for a foreign server: a free one, or the step's default if its command takes none.
    fn free_port(&self, launch: &Launch) -> Result<u16, Stop> {
        if let Some(fixed) = self.fixed_port(launch)? {
            return Ok(fixed);
        }
        for _ in 0..1000 {
            // Below the ports that systems hand out for outgoing connections, so that none of those gets it
            // between this look and the server's start.
            let port = rand::random_range(20_000..32_000);
            if let Some(claim) = claim(port)
                && is_free(port)
            {
                self.claims.borrow_mut().insert(port, claim);
                return Ok(port);
            }
        }
        Err(Stop::NotChecked("no free port found".to_string()))
    }

    /// The step's default port, once nobody has it, for a command that takes none.
    fn fixed_port(&self, launch: &Launch) -> Result<Option<u16>, Stop> {
        let fixed = self.cast.step.port.filter(|_| !launch.takes_port());
        fixed.map(|port| self.wait_for_port(port)).transpose()
    }

    /// Waits until nobody has a port, and keeps it from other checkers until the scene is over.
    fn wait_for_port(&self, port: u16) -> Result<u16, Stop> {
        if !self.claims.borrow().contains_key(&port) {
            // If it does not come, somebody may have the UDP port for good, which is in nobody's way.
            let limit = self.patient(OTHERS_LONGEST);
            let claim = self.waits_for(("claim", port), limit, || claim(port))?;
            self.claims.borrow_mut().extend(claim.map(|claim| (port, claim)));
            self.board.begin_again();
        }
        let is_freed = || {
            if is_free(port) {
                return Some(());
            }
            for (client, server) in census::lingering(port) {
                let _ = release_port(client, server); // then the next look finds it free
            }
            None
        };
        match self.waits_for(("port", port), self.board.start_limit(), is_freed)? {
            Some(()) => Ok(port),
            None => Err(Stop::NotChecked(format!(
                "port {port} is taken; end the program that has it (the system may keep the port for another \
                 minute), or put {{port}} into CMD"
            ))),
        }
    }

    /// Waits for `what`, as [`Board::wait`] does; but not at all while the last wait for it was in vain, since other
    /// scenes would wait for the same reason.
    fn waits_for<T>(
        &self,
        what: (&'static str, u16),
        limit: Duration,
        ready: impl FnMut() -> Option<T>,
    ) -> Result<Option<T>, Stop> {
        static IN_VAIN: Mutex<BTreeSet<(&str, u16)>> = Mutex::new(BTreeSet::new());
        let in_vain = || IN_VAIN.lock().unwrap_or_else(PoisonError::into_inner);
        let limit = if in_vain().contains(&what) { Duration::ZERO } else { limit };
        let found = self.board.wait(limit, ready)?;
        match found {
            Some(_) => in_vain().remove(&what),
            None => in_vain().insert(what),
        };
        Ok(found)
    }
}

impl Listener {
    /// Waits for a client to call; what comes back plays the server towards it.
    pub fn accepts(&self, client: &str) -> Result<Peer, Stop> {
        self.listener.set_nonblocking(true).map_err(|error| broken("server", &error))?;
        let accepted =
            self.board.wait(self.board.start_limit(), || match self.listener.accept() {
                Ok(accepted) => Some(Ok(accepted)),
                Err(_) if self.board.has_ended(client) => Some(Err("it ended before")),
                Err(_) => None,
            })?;
        let (socket, caller) = match accepted {
            Some(Ok(accepted)) => accepted,
            Some(Err(instead)) => return Err(does_not_connect(client, instead)),
            None => return Err(does_not_connect(client, "it did not")),
        };
        self.board.note(client, Mark::Event, "connects");
        if let (true, Ok(address)) = (self.has_fixed_port, self.listener.local_addr()) {
            self.board.frees_port_after(caller, address);
        }
        let wire =
            self.board.add_socket(client, socket).map_err(|error| broken("server", &error))?;
        Ok(Peer::new(Rc::clone(&self.board), "server", wire, self.is_strict).aloud())
    }
}

fn does_not_connect(client: &str, instead: &str) -> Stop {
    Stop::fails(client, format!("expected it to connect to the server, but {instead}"))
}

/// Whether something cannot be had because of what else runs on this machine: no fault of the program's.
fn is_shortage(error: &io::Error) -> bool {
    let shortages = [Errno::AGAIN, Errno::NOMEM, Errno::MFILE, Errno::NFILE];
    Errno::from_io_error(error).is_some_and(|errno| shortages.contains(&errno))
}

/// The right to a port, until it is dropped: whoever has the UDP port of a number may use the TCP port of this number.
/// No other scene, of this checker or another, has it meanwhile.
fn claim(port: u16) -> Option<UdpSocket> {
    UdpSocket::bind(local(port)).ok()
}

/// Whether a program can listen on a port. It may bind without SO_REUSEADDR, so that TIME_WAIT hinders it.
fn is_free(port: u16) -> bool {
    between_starts(|| {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None);
        socket.is_ok_and(|socket| socket.bind(&local(port).into()).is_ok())
    })
}

fn local(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}

/// The checker's own socket did not work: no fault of the program's.
fn broken(actor: &str, error: &io::Error) -> Stop {
    Stop::NotChecked(format!("the checker cannot play {actor}: {error}"))
}

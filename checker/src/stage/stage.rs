//! What a scene plays on: it starts programs, opens connections, and draws the words that are said.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use rustix::io::Errno;
use socket2::Socket;

use crate::sandbox::limits::Limits;
use crate::sandbox::process::{StartError, Stdio};
use crate::sandbox::sockets::{
    call, call_from_afar, is_free, is_listening, keep_silent, local, may_be_chosen,
};
use crate::stage::aftermath::Finished;
use crate::stage::board::Board;
use crate::stage::framing::Framing;
use crate::stage::in_vain::InVain;
use crate::stage::launch::{Launch, Role, Setting};
use crate::stage::manners::Manners;
use crate::stage::peer::Peer;
use crate::stage::ports::Ports;
use crate::stage::program::Program;
use crate::stage::stop::{Failure, Missed, Scene, Stop};
use crate::stage::symptom::Symptom;
use crate::stage::transcript::{Line, Mark, Transcript};
use crate::stage::words::Words;

/// All that a stage is set up from.
#[derive(Clone, Debug)]
pub struct Production {
    /// What the scene is called, above its transcript.
    pub title: String,
    /// What its words are drawn by, together with the seed: the same key gives the same words.
    pub key: String,
    /// The number that chooses the words.
    pub seed: u64,
    /// The role of the program that the scene is about.
    pub role: Role,
    /// The port that programs use when they are told none.
    pub port: Option<u16>,
    /// What plays which role. A role that is missing was not given.
    pub launches: HashMap<Role, Launch>,
    /// Other programs that take part, by name.
    pub helpers: HashMap<&'static str, Launch>,
    /// How they do what the handout leaves open.
    pub manners: Manners,
    /// How the program that the scene is about frames its messages.
    pub framing: Framing,
    /// What the programs may take, and how long the scene waits for them.
    pub limits: Limits,
    /// What earlier scenes with the same programs have waited for in vain.
    pub in_vain: Arc<InVain>,
}

/// The stage of one scene.
pub struct Stage {
    board: Rc<Board>,
    production: Production,
    ports: Ports,
    words: RefCell<Words>,
    address: Cell<Option<SocketAddr>>,
    is_examined: Cell<bool>, // what programs wrote is in the transcript by now
    is_reached: Cell<bool>,  // somebody could connect to the server
    other_servers: RefCell<Vec<TcpListener>>, // on ports that are to be taken
}

/// The checker's own server, for a scene that is about a client.
pub struct Listener {
    board: Rc<Board>,
    listener: TcpListener,
    framing: Framing,
    is_strict: bool,
    has_fixed_port: bool,
}

impl Stage {
    /// An empty stage.
    pub fn new(production: Production) -> Stage {
        let (title, limits) = (production.title.clone(), production.limits.clone());
        let in_vain = Arc::clone(&production.in_vain);
        let board = Rc::new(Board::new(title, limits, Arc::clone(&in_vain)));
        Stage {
            words: RefCell::new(Words::new(production.seed, &production.key)),
            ports: Ports::new(Rc::clone(&board), production.port, in_vain),
            board,
            production,
            address: Cell::new(None),
            is_examined: Cell::new(false),
            is_reached: Cell::new(false),
            other_servers: RefCell::default(),
        }
    }

    /// Lets programs finish what they are at, if it takes a moment.
    pub fn settles(&self) -> Scene {
        self.board.settle()
    }

    /// Looks for what a failure comes from, before the programs are ended.
    pub fn examines(&self, failure: &mut Failure) {
        self.board.examines(failure, self.production.port);
        self.is_examined.set(true);
    }

    /// Ends whatever is still going on.
    pub fn finish(&self) -> Finished {
        self.board.finish()
    }

    /// The transcript; if the scene failed, with what the programs wrote and the reason at its end.
    pub fn into_transcript(self, failure: Option<&Failure>) -> Transcript {
        if let Some(Failure { actor, message, difference, .. }) = failure {
            if !self.is_examined.get() {
                self.board.note_rest();
            }
            let line = Line::new(actor, Mark::Failed, message);
            self.board.note_line(Line { difference: difference.clone(), ..line });
        }
        self.board.transcript.borrow().clone()
    }

    /// Whether the program that the check is about is a command in any language, which is judged by
    /// what the handout asks and not by our wording.
    pub fn is_foreign(&self) -> bool {
        let launch = self.production.launches.get(&self.production.role);
        launch.is_some_and(Launch::is_foreign)
    }

    /// Whether a program was given for this role.
    pub fn has(&self, role: Role) -> bool {
        self.production.launches.contains_key(&role)
    }

    /// Whether the program that the check is about can be told this.
    pub fn can_tell(&self, setting: &Setting) -> bool {
        let launch = self.production.launches.get(&self.production.role);
        launch.is_some_and(|launch| launch.takes(setting))
    }

    /// How the programs do what the handout leaves open.
    pub fn manners(&self) -> &Manners {
        &self.production.manners
    }

    /// How the program that the check is about frames its messages.
    pub fn framing(&self) -> Framing {
        self.production.framing
    }

    /// How long this scene waits for what it expects.
    pub fn patience(&self) -> Duration {
        self.board.patience()
    }

    /// The time since the scene began, by which deadlines are measured: see [`Board::time`].
    pub fn time(&self) -> Duration {
        self.board.time()
    }

    /// Takes in what has come until now: what is only taken in later is seen later.
    pub fn takes_in(&self) {
        self.board.gather(Duration::ZERO, None);
    }

    /// How much later something was seen than it happened, at most, since this was last asked.
    pub fn held_up(&self) -> Duration {
        self.board.held_up()
    }

    /// The same, since the scene was begun.
    pub fn most_held_up(&self) -> Duration {
        self.board.most_held_up()
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

    /// What a user types: a random word; into a foreign client, which may take it apart, two with a blank between them.
    pub fn message(&self) -> String {
        match self.is_foreign() {
            true => format!("{} {}", self.word(), self.word()),
            false => self.word(),
        }
    }

    /// A random number from `low` to `high`.
    pub fn number(&self, low: i64, high: i64) -> i64 {
        self.words.borrow_mut().number(low, high)
    }

    /// Writes a line into the transcript, for what a crowd does.
    pub fn note(&self, actor: &str, mark: Mark, text: &str) {
        self.board.note(actor, mark, text);
    }

    // ── programs ─────────────────────────────────────────────────────────────────────────────────

    /// Starts the step's server, and waits until it listens.
    pub fn starts_server(&self) -> Result<Program, Stop> {
        self.starts_server_with(&[])
    }

    /// Starts the step's server with these settings, and waits until it listens.
    pub fn starts_server_with(&self, settings: &[Setting]) -> Result<Program, Stop> {
        let launch = self.launch(Role::Server)?;
        let port = self.ports.for_server(&launch)?;
        let server = self.starts("server", &launch, Some(port), settings)?;
        let address = match launch.is_foreign() {
            true => local(port),
            false => server.listens().map_err(Stop::at_start)?,
        };
        if !launch.is_foreign() && !may_be_chosen(address.port()) {
            let port = address.port();
            let message = format!(
                "expected it to listen on the port that it was given (0: any that is free), but it listens on {port}"
            );
            return Err(Stop::fails("server", message)
                .because(Symptom::OtherPort(Some(port)))
                .at_start());
        }
        self.address.set(Some(address));
        Ok(server)
    }

    /// Starts the step's server for clients that are programs too, and waits until it listens: a program does not call
    /// again, and nobody else may call a server that serves only one.
    pub fn starts_server_for_programs(&self) -> Result<Program, Stop> {
        let server = self.starts_server()?;
        let port = self.address()?.port();
        let limit = self.start_limit();
        // Elsewhere than on Linux, the port is tried, which must not come in the way of the server.
        let is_open = || is_listening(port).unwrap_or_else(|| !is_free(port));
        let is_over = || (is_open() || self.board.has_ended("server")).then_some(());
        let is_late = self.board.wait(limit, is_over)?.is_none();
        if is_late || self.board.has_ended("server") {
            if is_late {
                self.production.in_vain.note_server();
            }
            let reason = self.board.why_unreachable("server", is_late.then_some(limit), false);
            let expected = format!("expected it to listen on port {port}");
            return Err(Stop::fails("server", format!("{expected}{reason}")).at_start());
        }
        self.is_reached.set(true);
        self.board.frees_port(port);
        Ok(server)
    }

    /// Starts the step's server on a port that somebody else listens on. Of a foreign server, this is another run of
    /// itself: so it is known that it listens at all.
    pub fn starts_server_on_taken_port(&self) -> Result<Program, Stop> {
        let launch = self.launch(Role::Server)?;
        if launch.is_foreign() {
            self.starts_server()?;
            self.connects("alice")?;
            return self.starts("second", &launch, Some(self.address()?.port()), &[]);
        }
        let taken = TcpListener::bind(local(0)).and_then(|taken| Ok((taken.local_addr()?, taken)));
        let (address, taken) = taken.map_err(|error| cannot_play("another server", &error))?;
        self.other_servers.borrow_mut().push(taken);
        self.board.note("bob", Mark::Event, &format!("listens on {address}"));
        self.starts("server", &launch, Some(address.port()), &[])
    }

    /// Starts the step's client as `actor`, which calls the server that plays or is played.
    pub fn starts_client(&self, actor: &str) -> Result<Program, Stop> {
        self.starts_client_with(actor, &[])
    }

    /// Starts the step's client as `actor` with these settings.
    pub fn starts_client_with(&self, actor: &str, settings: &[Setting]) -> Result<Program, Stop> {
        let launch = self.launch(Role::Client)?;
        let client = self.starts(actor, &launch, Some(self.address()?.port()), settings)?;
        Ok(client.with_templates_of(&self.production.manners))
    }

    /// Starts the step's client on a terminal, with a user called `actor`.
    pub fn starts_client_on_terminal(&self, actor: &str) -> Result<Program, Stop> {
        let launch = self.launch(Role::Client)?;
        self.starts_on(actor, &launch, Some(self.address()?.port()), &[], Stdio::Terminal)
    }

    /// Whether this reference solution of another step is here.
    pub fn has_helper(&self, program: &str) -> bool {
        self.production.helpers.contains_key(program)
    }

    /// Starts the reference solution of another step as `actor`, which calls the server.
    pub fn starts_helper(&self, actor: &str, program: &str) -> Result<Program, Stop> {
        let launch = self.production.helpers.get(program).cloned();
        let launch =
            launch.ok_or(Stop::NotChecked(format!("needs {program}, which was not built")))?;
        self.starts(actor, &launch, Some(self.address()?.port()), &[])
    }

    /// Starts the one program of a step without sockets.
    pub fn starts_program(&self, actor: &str, settings: &[Setting]) -> Result<Program, Stop> {
        self.starts(actor, &self.launch(Role::Program)?, None, settings)
    }

    fn launch(&self, role: Role) -> Result<Launch, Stop> {
        let launch = self.production.launches.get(&role).cloned();
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
        let program = program.map_err(|error| match error {
            StartError::Program(error) | StartError::Machine(error) if is_shortage(&error) => {
                Stop::NoRoom(format!("this machine has no room for the program: {error}"))
            }
            // The command was mistyped, or is not there.
            StartError::Program(error) if launch.is_foreign() => {
                let program = command.get_program().display();
                Stop::NotChecked(format!(
                    "the command for the {actor}, {program}, cannot be started: {error}"
                ))
            }
            // What cargo has built can be run, unless something is wrong here.
            StartError::Program(error) | StartError::Machine(error) => {
                Stop::NotChecked(format!("this machine cannot run the program: {error}"))
            }
        })?;
        Ok(Program::new(Rc::clone(&self.board), actor, program, launch.is_foreign()))
    }

    // ── peers ────────────────────────────────────────────────────────────────────────────────────

    /// Connects a peer to the server.
    pub fn connects(&self, name: &str) -> Result<Peer, Stop> {
        let peer = self.connects_quietly(name)?;
        self.board.note(name, Mark::Event, "connects");
        Ok(peer.aloud())
    }

    /// Connects a peer over a slow network: the system keeps little of what is on its way to such a peer, so a server has to
    /// wait for it the sooner.
    pub fn connects_from_afar(&self, name: &str) -> Result<Peer, Stop> {
        let peer = self.connects_from_afar_quietly(name)?;
        self.board.note(name, Mark::Event, "connects");
        Ok(peer.aloud())
    }

    /// The same, of one of a crowd.
    pub fn connects_from_afar_quietly(&self, name: &str) -> Result<Peer, Stop> {
        self.calls(name, call_from_afar)
    }

    /// Connects a peer whose doings stay out of the transcript: one of a crowd.
    pub fn connects_quietly(&self, name: &str) -> Result<Peer, Stop> {
        self.calls(name, call)
    }

    fn calls(
        &self,
        name: &str,
        call: fn(SocketAddr, Duration) -> io::Result<TcpStream>,
    ) -> Result<Peer, Stop> {
        let address = self.address()?;
        // A program of ours listens by now, and its port is nobody else's. A foreign one may still be starting, and
        // another program may want its port next.
        let is_foreign = self.launch(Role::Server)?.is_foreign();
        let in_vain = &self.production.in_vain;
        let limit = self.start_limit();
        let deadline = self.board.time() + limit;
        let socket = loop {
            let error = match call(address, self.board.patience()) {
                Ok(socket) => break socket,
                Err(error) if is_shortage(&error) => return Err(cannot_play(name, &error)),
                Err(error) => error,
            };
            let is_late = self.board.is_late(deadline);
            if !is_foreign || is_late || self.board.has_ended("server") {
                if is_late {
                    in_vain.note_server();
                }
                let waited = is_late.then_some(limit);
                let has_listened = !is_foreign || self.is_reached.get();
                let reason = self.board.why_unreachable("server", waited, has_listened);
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
        let wire =
            self.board.add_socket("server", socket).map_err(|error| cannot_play(name, &error))?;
        let (board, framing) = (Rc::clone(&self.board), self.framing());
        Ok(Peer::new(board, name, wire, framing, !self.is_foreign()))
    }

    /// How long a foreign server is waited for: not again as long if an earlier scene has done so in vain.
    fn start_limit(&self) -> Duration {
        match self.production.in_vain.is_server() {
            false => self.board.start_limit(),
            true => self.board.patience(),
        }
    }

    fn address(&self) -> Result<SocketAddr, Stop> {
        let mistake = "no server was started before somebody calls it";
        self.address.get().ok_or(Stop::Fault(mistake.to_string()))
    }

    // ── the checker's own server ─────────────────────────────────────────────────────────────────

    /// Listens as the checker's own server, for the clients that are started from now on.
    pub fn plays_server(&self) -> Result<Listener, Stop> {
        let fixed = self.ports.fixed(&self.launch(Role::Client)?)?;
        let listener = TcpListener::bind(local(fixed.unwrap_or(0)));
        let listener = listener.map_err(|error| cannot_play("server", &error))?;
        let address = listener.local_addr().map_err(|error| cannot_play("server", &error))?;
        self.address.set(Some(address));
        self.board.note("server", Mark::Event, &format!("listens on {address}"));
        Ok(Listener {
            board: Rc::clone(&self.board),
            listener,
            framing: self.framing(),
            is_strict: !self.is_foreign(),
            has_fixed_port: fixed.is_some(),
        })
    }

    /// Makes sure that nobody listens where the clients that are started from now on will call.
    ///
    /// The socket that comes back keeps the port. Keep it until the scene is over.
    pub fn nobody_listens(&self) -> Result<Socket, Stop> {
        let fixed = self.ports.fixed(&self.launch(Role::Client)?)?;
        let (socket, address) =
            keep_silent(fixed.unwrap_or(0)).map_err(|error| cannot_play("server", &error))?;
        self.address.set(Some(address));
        Ok(socket)
    }

    /// Plays all of a scene and, if it fails by what may be chance, again from an empty transcript, twice at most:
    /// for what a busy machine can spoil once, but hardly three times.
    pub fn tries_again<T>(&self, scene: impl Fn() -> Result<T, Stop>) -> Result<T, Stop> {
        for _ in 0..2 {
            match scene() {
                Err(Stop::Fails(failure)) if failure.may_be_chance.is_some() => self.begins_anew(),
                other => return other,
            }
        }
        scene()
    }

    /// Begins the scene once more, from an empty transcript.
    pub fn begins_anew(&self) {
        self.board.clear_transcript();
    }
}

impl Listener {
    /// Waits for a client to call; what comes back plays the server towards it.
    pub fn accepts(&self, client: &str) -> Result<Peer, Stop> {
        let called = self.waits_for_call(client, self.board.start_limit(), || false)?;
        called.map_err(|instead| {
            let message = format!("expected it to connect to the server, but {instead}");
            Stop::fails(client, message).misses(Missed::Call)
        })
    }

    /// The same, where its user types something as soon as the client waits for that: it may ask before it calls. One
    /// that is not ready may take no notice of what is typed.
    pub fn accepts_who_may_ask(&self, client: &str, types: impl FnOnce()) -> Result<Peer, Stop> {
        let moment = self.board.patience() / 4;
        let mut at_rest_since = self.board.time();
        let waits_for_its_user = || {
            if self.board.is_busy() == Some(true) {
                at_rest_since = self.board.time();
            }
            self.board.time() >= at_rest_since + moment
        };
        let limit = self.board.patience();
        let called = self.waits_for_call(client, limit, waits_for_its_user)?;
        if called.is_ok() {
            self.board.comes_to_rest(moment)?;
        }
        types();
        called.or_else(|_| self.accepts(client))
    }

    /// Whoever calls within `limit`, or until it `is_in_vain`. The inner error says what the client did instead.
    fn waits_for_call(
        &self,
        client: &str,
        limit: Duration,
        mut is_in_vain: impl FnMut() -> bool,
    ) -> Result<Result<Peer, &'static str>, Stop> {
        self.listener.set_nonblocking(true).map_err(|error| cannot_play("server", &error))?;
        let mut accepted = None;
        let is_over = || {
            accepted = self.listener.accept().ok();
            (accepted.is_some() || self.board.has_ended(client) || is_in_vain()).then_some(())
        };
        self.board.wait(limit, is_over)?;
        let has_ended = self.board.has_ended(client);
        let Some((socket, caller)) = accepted else {
            return Ok(Err(if has_ended { "it ended before" } else { "it did not" }));
        };
        self.board.note(client, Mark::Event, "connects");
        if let (true, Ok(address)) = (self.has_fixed_port, self.listener.local_addr()) {
            self.board.frees_port_after(caller, address);
        }
        let wire =
            self.board.add_socket(client, socket).map_err(|error| cannot_play("server", &error))?;
        let board = Rc::clone(&self.board);
        Ok(Ok(Peer::new(board, "server", wire, self.framing, self.is_strict).aloud()))
    }
}

/// Whether something cannot be had because of what else runs on this machine: no fault of the program's.
fn is_shortage(error: &io::Error) -> bool {
    // (The last: of namespaces.)
    let shortages = [Errno::AGAIN, Errno::NOMEM, Errno::MFILE, Errno::NFILE, Errno::NOSPC];
    Errno::from_io_error(error).is_some_and(|errno| shortages.contains(&errno))
}

/// The checker's own socket did not work: no fault of the program's.
fn cannot_play(actor: &str, error: &io::Error) -> Stop {
    let reason = format!("the checker cannot play {actor}: {error}");
    if is_shortage(error) { Stop::NoRoom(reason) } else { Stop::NotChecked(reason) }
}

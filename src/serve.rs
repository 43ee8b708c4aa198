//! Listen, call, one thread per client, and the registry of who is connected.
//!
//! Each client has a thread of its own, so that waiting for one delays no other. A client that
//! misbehaves ends its own thread, with one line in the log.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread;
use std::time::Duration;

use crate::console;

/// How many clients may wait to be accepted. With the usual 128, the rest of a crowd that comes at once is
/// turned away by the system and tries again a second later. (A system may have a lower limit of its own:
/// `net.core.somaxconn` on Linux, `kern.ipc.somaxconn` on macOS.)
const BACKLOG: i32 = 4096;

/// The stack of a client's thread, in bytes. The usual 2 MiB is far more than a conversation needs.
pub(crate) const STACK: usize = 512 * 1024;

/// Listens on `address`, such as `127.0.0.1:8080`.
///
/// # Errors
/// One line that a person can act on: see [`cannot_listen`].
pub fn listen(address: &str) -> io::Result<TcpListener> {
    bind(address).map_err(|error| cannot_listen(address, error))
}

/// A name such as `localhost` can have several addresses: `TcpListener::bind` tries one after the other, and
/// takes the first that it gets. It also lets a server that was just stopped start again at once, though its
/// old connections linger in TIME_WAIT for a minute (SO_REUSEADDR; RFC 9293, 3.6.1).
fn bind(address: &str) -> io::Result<TcpListener> {
    let listener = TcpListener::bind(address)?;
    rustix::net::listen(&listener, BACKLOG)?; // it listens already, so this only changes its backlog
    Ok(listener)
}

/// Calls the server at `address`, such as `127.0.0.1:8080`.
///
/// # Errors
/// One line that a person can act on: see [`cannot_connect`].
pub fn connect(address: &str) -> io::Result<TcpStream> {
    TcpStream::connect(address).map_err(|error| cannot_connect(address, error))
}

/// Says why nobody at `address` can be called, in one line that a person can act on.
pub fn cannot_connect(address: &str, error: io::Error) -> io::Error {
    let reason = match error.kind() {
        ErrorKind::ConnectionRefused => "connection refused (is the server running?)".to_string(),
        _ => error.to_string(),
    };
    io::Error::new(error.kind(), format!("cannot connect to {address}: {reason}"))
}

/// Says why nobody can listen on `address`, in one line that a person can act on.
pub fn cannot_listen(address: &str, error: io::Error) -> io::Error {
    let reason = match error.kind() {
        ErrorKind::AddrInUse => {
            "address already in use (is a server still running? else try another --port)"
                .to_string()
        }
        ErrorKind::AddrNotAvailable => {
            "this machine has no such address (try another --host)".to_string()
        }
        ErrorKind::PermissionDenied => "permission denied (try a --port above 1023)".to_string(),
        _ => error.to_string(),
    };
    io::Error::new(error.kind(), format!("cannot listen on {address}: {reason}"))
}

/// Accepts the next client, and goes on trying when that fails: no error here is a reason to end.
pub fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    let mut is_logged = false;
    loop {
        match listener.accept() {
            Ok(accepted) => return accepted,
            // A client left before its turn, or the process has no descriptor free. In the second case
            // the next try would fail at once too, so wait a little, and do not fill the log.
            Err(error) if !is_logged => {
                console::log(&format!("cannot accept a client: {error}"));
                is_logged = true;
            }
            Err(_) => thread::sleep(Duration::from_millis(20)),
        }
    }
}

/// Accepts clients forever, and runs `talk` with each in a thread of its own.
///
/// `talk` gets the stream in an `Arc`, so that it can be shared with other threads. An error that it returns
/// ends that client's connection, with a line in the log.
pub fn each_client<Talk>(listener: &TcpListener, talk: Talk) -> !
where
    Talk: Fn(Arc<TcpStream>) -> io::Result<()> + Send + Sync + 'static,
{
    let talk = Arc::new(talk);
    loop {
        let (client, address) = accept(listener);
        let talk = Arc::clone(&talk);
        // The name shows in a debugger and in the message of a panic.
        let thread = thread::Builder::new().name(format!("client {address}")).stack_size(STACK);
        let started = thread.spawn(move || {
            let client = Arc::new(client); // kept until the error is in the log, and closed after that
            if let Err(error) = talk(Arc::clone(&client)) {
                console::log(&format!("client {address}: {error}"));
            }
        });
        if let Err(error) = started {
            console::log(&format!("client {address}: no thread for it: {error}"));
        }
    }
}

/// Waits until no other thread has the value, and takes it until the guard is dropped.
///
/// A mutex remembers if a thread has panicked while it had the value, and warns the next one
/// ("poisoned"). The values of this course are whole even then, so the warning is passed over.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes the value if no other thread has it at the moment; does not wait.
pub fn try_lock<T>(mutex: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
    match mutex.try_lock() {
        Ok(guard) => Some(guard),
        Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()), // as in `lock`
        Err(TryLockError::WouldBlock) => None,
    }
}

/// Who is connected: an id for each client, and its address.
pub struct Registry {
    limit: usize,
    clients: Mutex<Clients>,
}

struct Clients {
    last_id: i64,
    connected: BTreeMap<i64, SocketAddr>,
}

/// A client's place in a [`Registry`]. It is given back when this value is dropped, so on every way
/// out of the function that holds it: a return, an error, a panic.
pub struct Seat<'a> {
    registry: &'a Registry,
    id: i64,
}

impl Registry {
    /// An empty registry, with room for `limit` clients at a time.
    pub fn new(limit: usize) -> Self {
        let clients = Clients { last_id: 0, connected: BTreeMap::new() };
        Registry { limit, clients: Mutex::new(clients) }
    }

    /// Registers a client under the next id: 1, 2, 3 and so on, none of them twice. `None`: there is
    /// no room left, or the client has left already.
    pub fn join(&self, stream: &TcpStream) -> Option<Seat<'_>> {
        let address = stream.peer_addr().ok()?;
        let mut clients = self.lock();
        if clients.connected.len() >= self.limit {
            return None;
        }
        clients.last_id += 1;
        let id = clients.last_id;
        clients.connected.insert(id, address);
        Some(Seat { registry: self, id })
    }

    /// How many clients are connected now.
    pub fn count(&self) -> usize {
        self.lock().connected.len()
    }

    fn lock(&self) -> MutexGuard<'_, Clients> {
        lock(&self.clients)
    }
}

impl Seat<'_> {
    /// The client's id.
    pub fn id(&self) -> i64 {
        self.id
    }
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        self.registry.lock().connected.remove(&self.id);
    }
}

//! Which port a scene plays on. There are four rules:
//!
//! 1. A program of the course is told `--port 0`: the system chooses, and the program's first line says what. So
//!    scenes can be played side by side.
//! 2. A foreign program with `{port}` in its command is given a free port below those that systems hand out for
//!    outgoing calls, and no other checker is given the same one meanwhile.
//! 3. A foreign program without `{port}` has its port written into it: the scene waits until nobody has that port.
//!    Other checkers that need it take turns; what is only kept for an old connection (TIME_WAIT) is freed. On a
//!    network of its own, a scene has all ports to itself, and such scenes are played side by side too.
//! 4. After a scene with a foreign server, its port is free again: calls to it come from ports that can be used
//!    again, and what the system would keep for a minute is freed.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::net::UdpSocket;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use crate::sandbox::sockets::{claim, is_free, lingering, release};
use crate::stage::board::Board;
use crate::stage::in_vain::{InVain, PortWait};
use crate::stage::launch::Launch;
use crate::stage::stop::Stop;

/// How long other checkers may play on a port that this one needs.
const OTHERS_LONGEST: Duration = Duration::from_secs(60);

/// The ports of one scene.
pub(super) struct Ports {
    board: Rc<Board>,
    default: Option<u16>, // of the step
    in_vain: Arc<InVain>,
    claims: RefCell<BTreeMap<u16, UdpSocket>>,
}

impl Ports {
    pub(super) fn new(board: Rc<Board>, default: Option<u16>, in_vain: Arc<InVain>) -> Ports {
        Ports { board, default, in_vain, claims: RefCell::default() }
    }

    /// The port that a server is told to listen on.
    pub(super) fn for_server(&self, launch: &Launch) -> Result<u16, Stop> {
        if !launch.is_foreign() {
            return Ok(0); // rule 1
        }
        match self.fixed(launch)? {
            Some(fixed) => Ok(fixed),
            None => self.free(),
        }
    }

    /// Rule 2: a port that nobody has.
    fn free(&self) -> Result<u16, Stop> {
        for _ in 0..1000 {
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

    /// Rule 3: the step's default port, once nobody has it, for a command that takes none.
    pub(super) fn fixed(&self, launch: &Launch) -> Result<Option<u16>, Stop> {
        let Some(port) = self.default.filter(|_| !launch.takes_port()) else { return Ok(None) };
        if !self.claims.borrow().contains_key(&port) {
            // If it does not come, somebody may have the UDP port for good, which is in nobody's way.
            let limit = self.board.patient(OTHERS_LONGEST);
            let claim = self.waits_for(PortWait::Turn, port, limit, || claim(port))?;
            self.claims.borrow_mut().extend(claim.map(|claim| (port, claim)));
        }
        let is_freed = || {
            if is_free(port) {
                return Some(());
            }
            for (client, server) in lingering(port) {
                let _ = release(client, server); // then the next look finds it free
            }
            None
        };
        match self.waits_for(PortWait::Port, port, self.board.start_limit(), is_freed)? {
            Some(()) => Ok(Some(port)),
            None => Err(Stop::NotChecked(format!(
                "port {port} is taken; end the program that has it (the system may keep the port for another \
                 minute), or put {{port}} into CMD"
            ))),
        }
    }

    /// Waits for something, as [`Board::wait`] does; but not at all while the last wait for it was in vain.
    fn waits_for<T>(
        &self,
        what: PortWait,
        port: u16,
        limit: Duration,
        ready: impl FnMut() -> Option<T>,
    ) -> Result<Option<T>, Stop> {
        let limit = if self.in_vain.is_port(what, port) { Duration::ZERO } else { limit };
        let found = match what {
            PortWait::Turn => self.board.wait_before_the_scene(limit, ready)?,
            PortWait::Port => self.board.wait(limit, ready)?,
        };
        self.in_vain.note_port(what, port, found.is_none());
        Ok(found)
    }
}

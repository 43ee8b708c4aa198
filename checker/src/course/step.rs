//! What a course is made of: steps, their checks, and the programs that a check needs.

use crate::stage::stage::{Scene, Stage};

/// One assignment.
pub struct Step {
    /// Its short name, as in `make ex4`.
    pub id: &'static str,
    /// Its number in the hand-out, and what it is about.
    pub title: &'static str,
    /// The port of its hand-out; none where the step has no sockets.
    pub port: Option<u16>,
    /// The most points it gives, as its hand-out sets them.
    pub points: u32,
    /// Its programs: binaries of `exercises`, one file each.
    pub programs: &'static [&'static str],
    /// The file name of its hand-out.
    pub hand_out: &'static str,
    /// Its checks, the one that shows the step at its best first.
    pub checks: &'static [Check],
    /// Its hints: the first is a question, the last is close to the answer.
    pub hints: &'static [&'static str],
}

/// Which of a step's programs is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// `…_server`
    Server,
    /// `…_client`
    Client,
    /// The one program of a step without sockets.
    Program,
}

/// One named scene.
pub struct Check {
    /// What it is called wherever a machine reads: tests, `--json`, gradebooks, snapshots. It stays when the
    /// wording changes.
    pub id: &'static str,
    /// A sentence, such as `a quiet client holds nobody up`.
    pub name: &'static str,
    /// Its share of the step's points, relative to the shares of the step's other checks.
    pub share: u32,
    /// The program it is about.
    pub role: Role,
    /// The worked program of an earlier step that takes part, if any: `ex4_client`.
    pub helper: Option<&'static str>,
    /// Where to look when it fails, for the student.
    pub look: &'static str,
    /// What is played.
    pub scene: fn(&Stage) -> Scene,
}

impl Role {
    /// The role of the program of that name.
    pub fn of(program: &str) -> Role {
        match program.rsplit('_').next() {
            Some("server") => Role::Server,
            Some("client") => Role::Client,
            _ => Role::Program,
        }
    }

    /// The option of `check` that gives a program for it, and the name of its actor.
    pub fn word(self) -> &'static str {
        match self {
            Role::Server => "server",
            Role::Client => "client",
            Role::Program => "program",
        }
    }
}

impl Check {
    /// A check of the step's server.
    pub const fn server(id: &'static str, name: &'static str, scene: fn(&Stage) -> Scene) -> Check {
        Check::of(Role::Server, id, name, scene)
    }

    /// A check of the step's client.
    pub const fn client(id: &'static str, name: &'static str, scene: fn(&Stage) -> Scene) -> Check {
        Check::of(Role::Client, id, name, scene)
    }

    /// A check of the one program of a step without sockets.
    pub const fn program(
        id: &'static str,
        name: &'static str,
        scene: fn(&Stage) -> Scene,
    ) -> Check {
        Check::of(Role::Program, id, name, scene)
    }

    const fn of(
        role: Role,
        id: &'static str,
        name: &'static str,
        scene: fn(&Stage) -> Scene,
    ) -> Check {
        Check { id, name, share: 0, role, helper: None, look: "", scene }
    }

    /// Sets the share of the step's points. Without it a check is a bonus: shown, and worth nothing.
    pub const fn worth(mut self, share: u32) -> Check {
        self.share = share;
        self
    }

    /// Sets where to look when the check fails.
    pub const fn look(mut self, look: &'static str) -> Check {
        self.look = look;
        self
    }

    /// Adds the worked program of an earlier step to the scene.
    pub const fn with_helper(mut self, program: &'static str) -> Check {
        self.helper = Some(program);
        self
    }

    /// Whether it goes beyond the hand-out and gives no points.
    pub fn is_bonus(&self) -> bool {
        self.share == 0
    }
}

impl Step {
    /// The name of the program that plays `role`, if the step has one.
    pub fn program(&self, role: Role) -> Option<&'static str> {
        self.programs.iter().copied().find(|program| Role::of(program) == role)
    }

    /// How many of the step's points a check gives when it passes.
    pub fn points_of(&self, check: &Check) -> f64 {
        let shares: u32 = self.checks.iter().map(|check| check.share).sum();
        f64::from(self.points * check.share) / f64::from(shares.max(1))
    }
}

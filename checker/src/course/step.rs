//! What a course is made of: steps, their checks, and the programs that a check needs.

use crate::stage::launch::Role;
use crate::stage::stage::Stage;
use crate::stage::stop::Scene;

/// One assignment.
#[derive(Debug)]
pub struct Step {
    /// Its short name, as in `make ex4`.
    pub id: &'static str,
    /// Its number in the handout, and what it is about.
    pub title: &'static str,
    /// The port of its handout; none where the step has no sockets.
    pub port: Option<u16>,
    /// The most points it gives, as its handout sets them.
    pub points: u32,
    /// Its programs: binaries of `exercises`, one file each.
    pub programs: &'static [&'static str],
    /// The file name of its handout.
    pub handout: &'static str,
    /// Its checks, the one that shows the step at its best first.
    pub checks: &'static [Check],
    /// Its hints: the first is a question, the last is close to the answer.
    pub hints: &'static [&'static str],
}

/// One named scene.
#[derive(Debug)]
pub struct Check {
    /// What it is called wherever a machine reads: tests, `--json`, gradebooks, snapshots. It stays when the
    /// wording changes.
    pub id: &'static str,
    /// A sentence, such as `a quiet client holds nobody up`.
    pub name: &'static str,
    /// Its share of the step's points, relative to the shares of the step's other checks; 0 for a bonus. The table
    /// must say one or the other.
    pub share: Option<u32>,
    /// Whether it is asked of programs of the course only, since the handout does not ask for it.
    pub is_only_ours: bool,
    /// The program it is about.
    pub role: Role,
    /// The reference solution of an earlier step that takes part, if any: `ex4_client`.
    pub helper: Option<&'static str>,
    /// Where to look when it fails, for the student.
    pub look: &'static str,
    /// What is played.
    pub scene: fn(&Stage) -> Scene,
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
        Check { id, name, share: None, is_only_ours: false, role, helper: None, look: "", scene }
    }

    /// Sets the share of the step's points.
    pub const fn worth(mut self, share: u32) -> Check {
        self.share = Some(share);
        self
    }

    /// Makes it a bonus: it goes beyond the handout, is shown, and gives no points.
    pub const fn bonus(self) -> Check {
        self.worth(0)
    }

    /// Asks it of programs of the course only. Of programs in other languages it is not checked, and the step's
    /// points are shared among the other checks.
    pub const fn only_ours(mut self) -> Check {
        self.is_only_ours = true;
        self
    }

    /// Sets where to look when the check fails.
    pub const fn look(mut self, look: &'static str) -> Check {
        self.look = look;
        self
    }

    /// Adds the reference solution of an earlier step to the scene.
    pub const fn with_helper(mut self, program: &'static str) -> Check {
        self.helper = Some(program);
        self
    }

    /// Whether this is a part of its name, or its id.
    pub fn is_called(&self, part: &str) -> bool {
        self.id == part || self.name.to_lowercase().contains(&part.to_lowercase())
    }

    /// Whether it goes beyond the handout and gives no points.
    pub fn is_bonus(&self) -> bool {
        self.share.unwrap_or(0) == 0
    }
}

impl Step {
    /// The name of the program that plays `role`, if the step has one.
    pub fn program(&self, role: Role) -> Option<&'static str> {
        self.programs.iter().copied().find(|program| Role::of(program) == role)
    }

    /// How many of the step's points a check gives when it passes. They are shared among all checks; of a foreign
    /// program, among those that are asked of it.
    pub fn points_of(&self, check: &Check, is_foreign: bool) -> f64 {
        let is_asked = |check: &&Check| !(is_foreign && check.is_only_ours);
        let share = |check: &Check| check.share.unwrap_or(0);
        let shares: u32 = self.checks.iter().filter(is_asked).map(share).sum();
        let own = if is_asked(&check) { share(check) } else { 0 };
        f64::from(self.points * own) / f64::from(shares.max(1))
    }
}

//! The cast: for each role of a step, how its program is started.

use std::collections::HashMap;
use std::sync::Arc;

use crate::course::layout::{Contents, Package, has_solution};
use crate::course::step::{Asked, Check, Probe, Step};
use crate::judge::build::{Builds, Built};
use crate::sandbox::limits::Limits;
use crate::stage::framing::{Framed, Framing};
use crate::stage::in_vain::InVain;
use crate::stage::launch::{Launch, Role};
use crate::stage::manners::Manners;
use crate::stage::stage::Production;

/// The programs that take part in a step's scenes.
#[derive(Clone)]
pub struct Cast {
    /// The step.
    pub step: &'static Step,
    /// What plays which role. A role that is missing was not given.
    pub roles: HashMap<Role, Launch>,
    /// The reference solutions of other steps that help, by name: those that are here.
    pub helpers: HashMap<&'static str, Launch>,
    /// What the programs may take, and how long a scene waits for them.
    pub limits: Limits,
    /// The checks among which the step's points are shared.
    pub scored: &'static [Check],
    /// Those of them that are played.
    pub checks: Vec<&'static Check>,
    /// How the programs do what the handout leaves open.
    pub manners: Manners,
    /// How commands frame their messages, in a step that has frames: see [`probe`](crate::judge::probe).
    pub framings: Vec<(Role, Framed)>,
    /// What the compiler says of programs that it has built all the same.
    pub warnings: Vec<String>,
    /// What the programs were made of when they were built; empty for commands.
    pub fingerprint: String,
    /// What scenes of these programs have waited for in vain.
    pub in_vain: Arc<InVain>,
}

/// The programs of a package, as they stand before they are built: cargo may run for a while, and a file may be
/// saved meanwhile.
pub struct Sources {
    steps: Vec<&'static Step>,
    package: Package,
    fingerprints: Vec<String>,
}

impl Sources {
    /// The programs of these steps.
    pub fn of(steps: &[&'static Step], package: Package) -> Sources {
        let contents = Contents::of(package);
        let fingerprints = steps.iter().map(|step| contents.fingerprint(step.programs)).collect();
        Sources { steps: steps.to_vec(), package, fingerprints }
    }

    /// All that has to be built of them, and for them: helpers are always reference solutions, those that are here.
    pub fn programs(&self) -> Vec<(Package, &'static str)> {
        let mut programs = Vec::new();
        for step in &self.steps {
            programs.extend(step.programs.iter().map(|program| (self.package, *program)));
            programs.extend(helpers(step).map(|program| (Package::Solutions, program)));
        }
        programs.sort();
        programs.dedup();
        programs
    }

    /// For each step, how its programs are started, once they are built.
    pub fn cast(&self, builds: &Builds, limits: &Limits) -> Vec<Cast> {
        let built = |program: &'static str| builds.get(&(self.package, program));
        let cast = |(step, fingerprint): (&&'static Step, &String)| {
            let launch =
                |program: &&'static str| Some((Role::of(program), built(program)?.launch.clone()));
            let warnings = step.programs.iter().filter_map(|program| built(program));
            let warnings = warnings.map(|Built { warnings, .. }| warnings.clone());
            Cast {
                step,
                roles: step.programs.iter().filter_map(launch).collect(),
                helpers: helpers_among(builds, step),
                limits: limits.clone(),
                scored: step.checks,
                checks: step.checks.iter().collect(),
                manners: Manners::default(),
                framings: Vec::new(),
                warnings: warnings.filter(|warnings| !warnings.is_empty()).collect(),
                fingerprint: fingerprint.clone(),
                in_vain: Arc::default(),
            }
        };
        self.steps.iter().zip(&self.fingerprints).map(cast).collect()
    }
}

/// The reference solutions that have to be built for a step that is played with commands.
pub fn helpers_of(step: &'static Step) -> Vec<(Package, &'static str)> {
    helpers(step).map(|program| (Package::Solutions, program)).collect()
}

/// Commands in any language that play the roles of a step.
#[derive(Clone, Debug)]
pub struct Commands {
    /// The command of each role, as words.
    pub words: Vec<(Role, Vec<String>)>,
    /// How they do what the handout leaves open.
    pub manners: Manners,
    /// Whether server and client play together, rather than each with the checker.
    pub is_pair: bool,
}

/// How a step is played with such commands.
pub fn of_commands(
    step: &'static Step,
    commands: &Commands,
    builds: &Builds,
    limits: &Limits,
) -> Cast {
    let command = |(role, words): &(Role, Vec<String>)| (*role, Launch::Command(words.clone()));
    let scored = if commands.is_pair { step.pair_checks } else { step.checks };
    Cast {
        step,
        roles: commands.words.iter().map(command).collect(),
        helpers: helpers_among(builds, step),
        limits: limits.clone(),
        scored,
        checks: scored.iter().collect(),
        manners: commands.manners.clone(),
        framings: Vec::new(),
        warnings: Vec::new(),
        fingerprint: String::new(),
        in_vain: Arc::default(),
    }
}

/// A scene does without a helper that is not here, as in a students' edition of the course.
fn helpers(step: &Step) -> impl Iterator<Item = &'static str> {
    step.checks.iter().filter_map(|check| check.helper).filter(|program| has_solution(program))
}

fn helpers_among(builds: &Builds, step: &Step) -> HashMap<&'static str, Launch> {
    let launch =
        |program| Some((program, builds.get(&(Package::Solutions, program))?.launch.clone()));
    helpers(step).filter_map(launch).collect()
}

impl Cast {
    /// Whether its programs are commands in any language.
    fn is_foreign(&self) -> bool {
        self.roles.values().any(Launch::is_foreign)
    }

    /// Whether a program has its port written into it, so that no two scenes can be played at once.
    pub fn has_fixed_port(&self) -> bool {
        self.step.port.is_some() && self.roles.values().any(|launch| !launch.takes_port())
    }

    /// Whether all of its programs compile.
    pub fn compiles(&self) -> bool {
        !self.roles.values().any(|launch| matches!(launch, Launch::Broken(_)))
    }

    /// What a check is to the program that it is about. One that was not given is asked what any other is.
    pub fn asks(&self, check: &Check) -> Asked {
        let of_command = |words: &[String]| {
            let is_alone = self.roles.len() < self.step.programs.len();
            check.asked_of_command(words, self.framing_of(check.role), is_alone)
        };
        match self.roles.get(&check.role) {
            Some(Launch::Command(words)) => of_command(words),
            None if self.is_foreign() => of_command(&[check.needs.unwrap_or_default().to_string()]),
            _ => check.asked(),
        }
    }

    /// How the program of this role frames its messages. One that was not given does as the other.
    pub fn framing_of(&self, role: Role) -> Framing {
        let of_role = self.framings.iter().find(|(other, _)| *other == role);
        let framed = of_role.or(self.framings.first()).map(|(_, framed)| framed.framing);
        framed.unwrap_or_default()
    }

    /// How many of the step's points a check gives when it passes. They are shared among the checks that are asked
    /// of these programs.
    pub fn points_of(&self, check: &Check) -> f64 {
        let share = |check: &Check| match self.asks(check) {
            Asked::ForPoints(share) => share,
            Asked::AsBonus | Asked::Not(_) => 0,
        };
        let shares: u32 = self.scored.iter().map(share).sum();
        f64::from(self.step.points * share(check)) / f64::from(shares.max(1))
    }

    /// All that a stage for one check is set up from.
    pub fn production(&self, check: &Check, seed: u64) -> Production {
        self.production_of(check.role, check.id, check.name, self.framing_of(check.role), seed)
    }

    /// All that a stage for a probe is set up from, which speaks in this framing.
    pub fn production_of_probe(&self, probe: &Probe, framing: Framing, seed: u64) -> Production {
        self.production_of(probe.role, "probe", "how messages are framed", framing, seed)
    }

    fn production_of(
        &self,
        role: Role,
        id: &str,
        name: &str,
        framing: Framing,
        seed: u64,
    ) -> Production {
        Production {
            title: format!("{} · {name}", self.step.title),
            key: format!("{}::{id}", self.step.id),
            seed,
            role,
            port: self.step.port,
            launches: self.roles.clone(),
            helpers: self.helpers.clone(),
            manners: self.manners.clone(),
            framing,
            limits: self.limits.clone(),
            in_vain: Arc::clone(&self.in_vain),
        }
    }
}

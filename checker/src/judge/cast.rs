//! The cast: for each role of a step, how its program is started.

use std::collections::HashMap;
use std::sync::Arc;

use crate::course::layout::{Package, fingerprint};
use crate::course::step::{Check, Step};
use crate::judge::build::{Builds, Built};
use crate::sandbox::limits::Limits;
use crate::stage::in_vain::InVain;
use crate::stage::launch::{Launch, Role};
use crate::stage::stage::Production;

/// The programs that take part in a step's scenes.
#[derive(Clone)]
pub struct Cast {
    /// The step.
    pub step: &'static Step,
    /// What plays which role. A role that is missing was not given.
    pub roles: HashMap<Role, Launch>,
    /// The reference solutions of other steps that help, by name.
    pub helpers: HashMap<&'static str, Launch>,
    /// What the programs may take, and how long a scene waits for them.
    pub limits: Limits,
    /// The checks that are played.
    pub checks: Vec<&'static Check>,
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
        let fingerprints = steps.iter().map(|step| fingerprint(package, step.programs)).collect();
        Sources { steps: steps.to_vec(), package, fingerprints }
    }

    /// All that has to be built of them, and for them: helpers are always reference solutions.
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
                checks: step.checks.iter().collect(),
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

/// How a step is played with commands in any language, given as words.
pub fn of_commands(
    step: &'static Step,
    commands: &[(Role, Vec<String>)],
    builds: &Builds,
    limits: &Limits,
) -> Cast {
    let command = |(role, words): &(Role, Vec<String>)| (*role, Launch::Command(words.clone()));
    Cast {
        step,
        roles: commands.iter().map(command).collect(),
        helpers: helpers_among(builds, step),
        limits: limits.clone(),
        checks: step.checks.iter().collect(),
        warnings: Vec::new(),
        fingerprint: String::new(),
        in_vain: Arc::default(),
    }
}

fn helpers(step: &Step) -> impl Iterator<Item = &'static str> {
    step.checks.iter().filter_map(|check| check.helper)
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

    /// How many of the step's points a check gives when it passes. They are shared among the checks that are asked
    /// of programs of this kind.
    pub fn points_of(&self, check: &Check) -> f64 {
        self.step.points_of(check, self.is_foreign())
    }

    /// All that a stage for one check is set up from.
    pub fn production(&self, check: &Check, seed: u64) -> Production {
        Production {
            title: format!("{} · {}", self.step.title, check.name),
            key: format!("{}::{}", self.step.id, check.id),
            seed,
            role: check.role,
            port: self.step.port,
            launches: self.roles.clone(),
            helpers: self.helpers.clone(),
            limits: self.limits.clone(),
            in_vain: Arc::clone(&self.in_vain),
        }
    }
}

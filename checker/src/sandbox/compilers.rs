//! What the compiler may take for one of the student's programs. A constant that is computed forever would hold up the
//! build forever, and a large enough one takes all memory.
//!
//! Where the system tells which processes cargo has started (Linux), only the one that takes too much is ended, and
//! cargo goes on with the other programs.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, fs};

use rustix::process::Signal;

use crate::sandbox::census::{self, Entry};
use crate::sandbox::confine::Bounds;
use crate::sandbox::limits::{Limits, MIB};
use crate::sandbox::namespaces::{self, on_own_network};
use crate::sandbox::process::{Pipes, Process, StartError, Stdio};

/// Whether a cargo can be confined: then nothing is in its sight but the course, Rust and what was downloaded, it
/// writes to the folder that it builds in alone, and there is no network.
pub fn can_be_confined() -> bool {
    namespaces::are_made()
}

/// Starts a cargo that builds the course in this folder, into that one, confined like that.
///
/// # Errors
/// Those of [`Process::start`], and when the system has no room for it.
pub fn start_confined(
    cargo: &mut Command,
    course: &Path,
    target: &Path,
) -> Result<(Process, Pipes), StartError> {
    let temporary = target.join("chatlings/tmp");
    let _ = fs::remove_dir_all(&temporary); // compilers that were ended may have left something
    fs::create_dir_all(&temporary)?;
    name_what_is_about_building(cargo);
    cargo.env("TMPDIR", temporary).env("CARGO_NET_OFFLINE", "true");
    let bounds = Bounds::of_build(course, target);
    on_own_network(|| Process::start_within(Some(bounds), cargo, Stdio::Pipes))?
}

/// Lets a cargo that is not confined have nothing of the environment but what is about building: a source may read the rest
/// of it, keys too. `may_download`: and what is about that.
pub fn keep_to_building(cargo: &mut Command, may_download: bool) {
    const OF_DOWNLOADS: [&str; 6] =
        ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"];
    name_what_is_about_building(cargo);
    let is_of_downloads = |name: &OsStr| {
        let name = name.to_string_lossy().to_uppercase(); // proxies are named in both ways
        OF_DOWNLOADS.contains(&name.as_str())
    };
    cargo.envs(env::vars_os().filter(|(name, _)| may_download && is_of_downloads(name)));
    let given: Vec<_> = cargo
        .get_envs()
        .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
        .collect();
    cargo.env_clear().envs(given);
}

/// Names to a cargo whatever of the environment is about building, beside what it was given.
fn name_what_is_about_building(cargo: &mut Command) {
    let given: Vec<_> = cargo
        .get_envs()
        .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
        .collect();
    cargo.envs(env::vars_os().filter(|(name, _)| is_about_building(name))).envs(given);
}

/// Whether a variable of the environment may tell cargo or a compiler what to do, and is no key.
fn is_about_building(name: &OsStr) -> bool {
    const NAMES: [&str; 9] = [
        "PATH",
        "HOME",
        "LANG",
        "LD_LIBRARY_PATH",
        "CC",
        "CXX",
        "TMPDIR",
        "SDKROOT",
        "DEVELOPER_DIR",
    ];
    const BEGINNINGS: [&str; 5] = ["CARGO", "RUST", "CC_", "CFLAGS", "PKG_CONFIG"];
    let name = name.to_string_lossy();
    let is_known = NAMES.contains(&&*name) || BEGINNINGS.iter().any(|it| name.starts_with(it));
    is_known && !["TOKEN", "KEY", "SECRET"].iter().any(|it| name.contains(it))
}

/// A compiler that waits for something takes no processor time. It has so many times its limit by the clock.
const WAITING: u32 = 4;

/// The compilers that one cargo has started.
pub struct Compilers {
    cargo: u32,
    sources: String,
    longest: Duration,
    memory: u64,
    seen: HashMap<(i32, u64), (String, Instant)>, // a process, by id and birth: its program, and since when
    ended: BTreeMap<String, String>,
}

impl Compilers {
    /// Those that this cargo will start for sources whose path begins like this.
    pub fn of(cargo: u32, sources: &str, limits: &Limits) -> Compilers {
        Compilers {
            cargo,
            sources: sources.to_string(),
            longest: limits.build.mul_f64(limits.patience),
            memory: limits.build_memory,
            seen: HashMap::new(),
            ended: BTreeMap::new(),
        }
    }

    /// Ends those that have taken too much. Returns whether the system tells of them at all.
    pub fn look(&mut self) -> bool {
        let entries = census::recent_census();
        let family = census::with_descendants(&entries, &BTreeSet::from([self.cargo as i32]));
        for member in &family {
            let key = (member.pid, member.born);
            if let (false, Some(program)) =
                (self.seen.contains_key(&key), program_of(member, &self.sources))
            {
                self.seen.insert(key, (program, Instant::now()));
            }
            let Some((program, since)) = self.seen.get(&key) else { continue };
            let all = census::with_descendants(&entries, &BTreeSet::from([member.pid])); // a linker
            let memory: u64 = all.iter().map(|process| process.memory).sum();
            let worked: Duration =
                all.iter().filter_map(|process| census::worked(process.pid)).sum();
            // A busy machine makes a compiler slow, but not its work longer.
            let is_too_long = worked > self.longest || since.elapsed() > self.longest * WAITING;
            let reason = match (is_too_long, memory > self.memory) {
                (true, _) => too_long(self.longest),
                (_, true) => format!(
                    "the compiler was ended when it had more than {} MiB of memory for this program \
                     (--max-build-memory)",
                    self.memory / MIB
                ),
                _ => continue,
            };
            for pid in all.iter().filter_map(Entry::id) {
                let _ = rustix::process::kill_process(pid, Signal::KILL); // it may have ended by itself
            }
            self.ended.insert(program.clone(), reason);
        }
        !family.is_empty()
    }

    /// The programs whose compilers were ended, each with the reason.
    pub fn into_ended(self) -> BTreeMap<String, String> {
        self.ended
    }
}

/// Why a compiler was ended that had so much time.
pub fn too_long(longest: Duration) -> String {
    let seconds = longest.as_secs_f64();
    format!(
        "the compiler was ended: it took more than {seconds} s for this program (--max-build-seconds)"
    )
}

/// The program that a process compiles, if it is a compiler at one of these sources. (A cargo whose arguments name such
/// a file is none.)
fn program_of(process: &Entry, sources: &str) -> Option<String> {
    let line = census::command_line(process.pid)?;
    let mut words = line.split('\0');
    words.clone().find(|word| word.starts_with(sources))?;
    words.find(|word| *word == "--crate-name")?;
    words.next().map(str::to_string)
}

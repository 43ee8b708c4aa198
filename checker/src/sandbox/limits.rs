//! How long a scene waits, and how much a program may take while it is checked.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What a program that is checked may take. All of it is a grader's to change, by options of `check`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Limits {
    /// Every deadline is so many times as long as usual.
    pub patience: f64,
    /// How long all of a scene may take, whatever goes on in it.
    pub scene: Duration,
    /// How much a program may print, or send to one peer, in bytes.
    pub output: u64,
    /// How much memory a program and its children may have, in bytes.
    pub memory: u64,
    /// How much a program and its children may write to the disk, in bytes.
    pub disk: u64,
    /// How many processes a program may be.
    pub processes: u64,
    /// How many files and sockets a process may have open.
    pub files: u64,
    /// How long the compiler may be at one of the student's programs.
    pub build: Duration,
    /// How much memory it may have for one of them, in bytes.
    pub build_memory: u64,
}

/// A mebibyte, in bytes.
pub const MIB: u64 = 1024 * 1024;

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            patience: 1.0,
            scene: Duration::from_secs(40),
            output: 64 * MIB,
            memory: 1024 * MIB,
            disk: 64 * MIB,
            processes: 128, // one for each of the 50 clients of a crowd, and more
            files: 1024,
            build: Duration::from_secs(120), // it takes a second or two, and ten times as long on a busy machine
            build_memory: 2048 * MIB,        // it takes a fifth of that
        }
    }
}

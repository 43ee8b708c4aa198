//! What the tests have in common: those of the course (`tests/course/tests`), and the two that a grader runs
//! (`tests/steps.rs`, `tests/transcripts.rs`).

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

pub mod built;
pub mod class;
pub mod copy;
pub mod desk;
pub mod follow;
#[cfg(target_os = "linux")]
pub mod hostile;
pub mod languages;
pub mod machine;
pub mod mistake;
pub mod play;
pub mod recording;
pub mod run;
pub mod snapshot;
#[cfg(target_os = "linux")]
pub mod system;
pub mod terminal;

/// What should happen at once must happen within this time, on however busy a machine. (Short of the minute for which
/// the system keeps the socket of a server that has closed a connection first.)
pub const DEADLINE: Duration = Duration::from_secs(30);

/// The root folder of the course.
pub fn root() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.ancestors().nth(2).unwrap_or(package)
}

/// Asks the author of a step for something that no test insists on: a line that is seen though the test passes.
pub fn ask_for(what: &str) {
    let _ = writeln!(io::stderr(), "asked for: {what}");
}

/// The text of a file of the course.
pub fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A folder for what a test wants to find again the next time.
pub fn kept(name: &str) -> PathBuf {
    let test = env::current_exe().expect("a test knows its path");
    // target/debug/deps/test-0123
    test.ancestors().nth(3).expect("it is in the target folder").join("tmp").join(name)
}

/// Waits until something is so. `what` says it in words, for when it does not come.
///
/// # Panics
/// When it is not so within [`DEADLINE`].
pub fn wait_until(what: &str, is_so: impl FnMut() -> bool) {
    wait_for(DEADLINE, what, is_so);
}

/// The same, with a deadline of its own.
///
/// # Panics
/// When it is not so within that time.
pub fn wait_for(deadline: Duration, what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < deadline, "not within {deadline:?}: {what}");
        thread::sleep(Duration::from_millis(2));
    }
}

//! One checker at a time in a folder: from the build to the last scene, no other builds something else in it.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

/// The right to use a folder, until it is dropped or this process ends.
#[derive(Debug)]
pub struct Turn(#[allow(dead_code)] File); // which is locked while it is open

impl Turn {
    /// Waits for a turn, by a lock on this file. `waits` is called if another checker has it.
    ///
    /// # Errors
    /// When the file cannot be made or locked.
    pub fn take(path: &Path, waits: impl FnOnce()) -> io::Result<Turn> {
        fs::create_dir_all(path.parent().unwrap_or(path))?;
        let file = File::create(path)?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Err(Errno::WOULDBLOCK) => {
                waits();
                flock(&file, FlockOperation::LockExclusive)?;
            }
            other => other?,
        }
        Ok(Turn(file))
    }

    /// Takes a turn, by a lock on this file, unless another checker has it.
    ///
    /// # Errors
    /// When the file cannot be made or locked.
    pub fn take_if_free(path: &Path) -> io::Result<Option<Turn>> {
        fs::create_dir_all(path.parent().unwrap_or(path))?;
        let file = File::create(path)?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Err(Errno::WOULDBLOCK) => Ok(None),
            other => other.map(|()| Some(Turn(file))).map_err(io::Error::from),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread;

    use super::*;

    #[test]
    fn the_second_waits_until_the_first_is_done() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("deeper/turn");
        let first = Turn::take(&path, || panic!("nobody has it")).expect("a lock");
        let (told, waits) = mpsc::channel();
        let second = thread::spawn(move || {
            let told_again = told.clone();
            let turn = Turn::take(&path, || told.send("waits").expect("it is told"));
            told_again.send("has it").expect("it is told");
            turn.expect("a lock")
        });
        assert_eq!(waits.recv(), Ok("waits"));
        assert_eq!(waits.try_recv().ok(), None);
        drop(first);
        assert_eq!(waits.recv(), Ok("has it"));
        drop(second.join().expect("it does not panic"));
    }
}

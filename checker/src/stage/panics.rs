//! The panics that Rust programs report on stderr.

use crate::stage::show::visible;

/// A `panic!` that a Rust program reported on its stderr.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panic {
    /// `exercises/src/bin/ex1_server.rs`
    pub file: String,
    /// The line in it.
    pub line: usize,
    /// What it said.
    pub message: String,
}

impl Panic {
    /// Whether it is a `todo!()`.
    pub fn is_to_do(&self) -> bool {
        self.message.starts_with("not yet implemented")
    }
}

/// Finds panics in a log that comes in pieces: `thread 'main' (7) panicked at src/main.rs:3:5:` and, on the next
/// line, the message. Control characters are made visible: anybody may write such lines.
#[derive(Debug, Default)]
pub struct PanicFinder {
    unfinished: Vec<u8>,            // the line that is on its way
    place: Option<(String, usize)>, // of a panic whose message comes next
    found: Vec<Panic>,
}

impl PanicFinder {
    /// Reads the next piece of the log.
    pub fn read(&mut self, piece: &[u8]) {
        for part in piece.split_inclusive(|&byte| byte == b'\n') {
            self.unfinished.extend(part);
            if let Some(line) = self.unfinished.strip_suffix(b"\n") {
                let line = String::from_utf8_lossy(line).into_owned();
                self.unfinished.clear();
                self.read_line(&line);
            }
        }
    }

    fn read_line(&mut self, line: &str) {
        match self.place.take() {
            Some((file, number)) => {
                self.found.push(Panic { file, line: number, message: visible(line) });
            }
            None => self.place = place_in(line),
        }
    }

    /// The panics so far.
    pub fn found(&self) -> &[Panic] {
        &self.found
    }
}

/// File and line of a panic, if this is the first line of one. They end in `:LINE:COLUMN:`.
fn place_in(line: &str) -> Option<(String, usize)> {
    let place = line.split_once("' panicked at ").or(line.split_once(") panicked at "));
    let mut parts = place?.1.trim_end_matches(':').rsplitn(3, ':');
    let (_column, line, file) = (parts.next(), parts.next()?, parts.next()?);
    Some((visible(file), line.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn panics_in(log: &str) -> Vec<Panic> {
        let mut finder = PanicFinder::default();
        finder.read(log.as_bytes());
        finder.found().to_vec()
    }

    #[test]
    fn a_panic_is_found_with_its_place() {
        let log = "a log\n\nthread 'main' (17) panicked at a/b.rs:24:5:\nnot yet implemented: x\nnote: run\n";
        let (file, message) = ("a/b.rs".to_string(), "not yet implemented: x".to_string());
        let expected = Panic { file, line: 24, message };
        assert_eq!(panics_in(log), std::slice::from_ref(&expected));
        assert!(expected.is_to_do());
        assert_eq!(panics_in(&log.replace(" (17)", "")), [expected]);
    }

    #[test]
    fn a_panic_cannot_reach_the_terminal_with_an_escape() {
        let panics = panics_in("thread 'main' panicked at a\x1b[2J.rs:24:5:\n\x1b]0;x\x07\n");
        let (file, message) = ("a\\u{1b}[2J.rs".to_string(), "\\u{1b}]0;x\\u{7}".to_string());
        assert_eq!(panics, [Panic { file, line: 24, message }]);
    }

    #[test]
    fn a_panic_whose_message_is_still_on_its_way_waits() {
        assert_eq!(panics_in("thread 'main' (17) panicked at a/b.rs:24:5:\nnot yet impl"), []);
    }

    #[test]
    fn a_log_in_pieces_has_the_panics_of_the_whole_log_and_no_piece_is_read_twice() {
        let log = "x\nthread 'é' (1) panicked at a.rs:1:5:\nfirst\nthread 'b' panicked at b.rs:2:5:\nsecond\n";
        let mut finder = PanicFinder::default();
        for byte in log.as_bytes().chunks(1) {
            finder.read(byte);
            let line = log.lines().map(str::len).max().unwrap_or(0) + 1;
            assert!(finder.unfinished.len() <= line, "it keeps more than the line on its way");
        }
        assert_eq!(finder.found(), panics_in(log));
        assert_eq!(finder.found().len(), 2);
    }
}

//! A student at `cargo step watch`: types keys, and looks at the screen.

use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use checker::sandbox::process::{Exit, Process, Stdio, TERMINAL_COLUMNS, TERMINAL_ROWS};
use rustix::process::{Pid, Signal, kill_process};
use rustix::termios::{LocalModes, tcgetattr};
use vt100::Parser;

/// How long the student waits for something to be shown. A busy machine builds slowly.
const DEADLINE: Duration = Duration::from_secs(120);

/// A process of a desk. However a test ends, it ends what it has started.
struct Started(Process);

impl Drop for Started {
    fn drop(&mut self) {
        if let (None, Some(pid)) = (self.0.exit(), Pid::from_raw(self.0.id() as i32)) {
            let _ = kill_process(pid, Signal::TERM); // it may have ended by itself
            let told = Instant::now();
            while self.0.exit().is_none() && told.elapsed() < DEADLINE {
                thread::sleep(Duration::from_millis(2));
            }
        }
    }
}

/// A desk that runs on a terminal.
pub struct Desk {
    process: Started,
    terminal: File,
    errors: File,
    screen: Parser,
    /// All that it has written.
    pub written: Vec<u8>,
}

impl Desk {
    /// Starts a command on a terminal.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn start(command: &mut Command) -> Desk {
        let started = Process::start(command, Stdio::Terminal);
        let Ok((process, pipes)) = started else {
            panic!("{:?} cannot be started", command.get_program())
        };
        rustix::io::ioctl_fionbio(&pipes.stdout, true).expect("it can be read without waiting");
        let screen = Parser::new(TERMINAL_ROWS, TERMINAL_COLUMNS, 0);
        Desk {
            process: Started(process),
            terminal: pipes.stdout,
            errors: pipes.stderr,
            screen,
            written: Vec::new(),
        }
    }

    /// What is on the screen now.
    pub fn screen(&self) -> String {
        self.screen.screen().contents()
    }

    /// The screen itself, with its colours.
    pub fn colored(&self) -> &vt100::Screen {
        self.screen.screen()
    }

    /// Waits until the screen is as it should be. `what` says in words how that is.
    ///
    /// # Panics
    /// When it is not, within a long time.
    pub fn waits(&mut self, what: &str, is_so: impl Fn(&str) -> bool) {
        let began = Instant::now();
        loop {
            let is_over = self.reads();
            if is_so(&self.screen()) {
                return;
            }
            let is_late = began.elapsed() > DEADLINE;
            assert!(!is_over && !is_late, "not {what}:\n{}", self.screen());
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// Waits until a text is on the screen.
    ///
    /// # Panics
    /// When it is not, within a long time.
    pub fn shows(&mut self, text: &str) {
        self.waits(&format!("{text:?} on the screen"), |screen| screen.contains(text));
    }

    /// Takes in what was written meanwhile.
    pub fn catches_up(&mut self) {
        self.reads();
    }

    /// Waits until it has written a text behind the first so many bytes.
    ///
    /// # Panics
    /// When it does not, within a long time.
    pub fn writes(&mut self, before: usize, text: &str) {
        let began = Instant::now();
        while !self.written[before..].windows(text.len()).any(|part| part == text.as_bytes()) {
            assert!(began.elapsed() < DEADLINE, "it does not write {text:?}:\n{}", self.screen());
            self.reads();
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Types keys.
    ///
    /// # Panics
    /// When the terminal takes none.
    pub fn types(&mut self, keys: &str) {
        self.terminal.write_all(keys.as_bytes()).expect("the terminal takes keys");
    }

    /// Whether the terminal hands over each key as it is typed.
    pub fn is_raw(&self) -> bool {
        let modes = tcgetattr(&self.terminal).expect("the modes of the terminal");
        !modes.local_modes.contains(LocalModes::ICANON)
    }

    /// Sends it a signal.
    ///
    /// # Panics
    /// When it is gone.
    pub fn signals(&self, signal: Signal) {
        let pid = Pid::from_raw(self.process.0.id() as i32).expect("an id");
        kill_process(pid, signal).expect("it runs");
    }

    /// Waits for its end, and returns how it ended.
    ///
    /// # Panics
    /// When it does not end.
    pub fn ends(&mut self) -> Exit {
        let began = Instant::now();
        loop {
            self.reads();
            if let Some(exit) = self.process.0.exit() {
                self.reads(); // the rest
                return exit;
            }
            assert!(began.elapsed() < DEADLINE, "it does not end:\n{}", self.screen());
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// Closes the terminal, as a window is closed, and waits for the end.
    ///
    /// # Panics
    /// When it does not end.
    pub fn closes(self) -> Exit {
        let Desk { mut process, terminal, errors: _errors, .. } = self;
        drop(terminal);
        let began = Instant::now();
        loop {
            if let Some(exit) = process.0.exit() {
                return exit;
            }
            assert!(began.elapsed() < DEADLINE, "it does not end when its terminal is closed");
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// Takes in what was written. Returns whether nothing more can come.
    fn reads(&mut self) -> bool {
        let mut buffer = [0; 4096];
        loop {
            match self.terminal.read(&mut buffer) {
                Ok(0) => return true,
                Ok(count) => {
                    self.written.extend(&buffer[..count]);
                    self.screen.process(&buffer[..count]);
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return false,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return true, // nobody has the other end open
            }
        }
    }
}

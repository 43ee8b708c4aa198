//! The terminal while the desk has it, and its keys. However the desk ends, the terminal is as it was before.

use std::io::{self, Write};
use std::panic;
use std::process;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use crossterm::cursor::{Hide, MoveTo, Show};
use crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use crossterm::terminal::{
    self, BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate, EnterAlternateScreen,
    LeaveAlternateScreen,
};
use crossterm::{execute, queue};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::report::screen::Size;

/// Whether the terminal is in the desk's hands.
static IS_TAKEN: AtomicBool = AtomicBool::new(false);

/// What comes from the person at the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// A key.
    Key(KeyCode),
    /// The terminal has another size.
    Resized,
    /// Ctrl-C, or the terminal is gone.
    Quit,
}

/// The terminal, as long as this lives.
pub struct Screen {
    shown: Vec<String>,
}

impl Screen {
    /// Takes the terminal: what was on it comes back in the end. `farewell` is what else is done when a signal ends this
    /// process.
    ///
    /// # Errors
    /// When it is not one, or is gone.
    pub fn take(farewell: fn()) -> Result<Screen> {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            let before = panic::take_hook();
            panic::set_hook(Box::new(move |panic| {
                give_back();
                before(panic);
            }));
            end_with_signals(farewell);
        });
        terminal::enable_raw_mode().context("cannot read single keys from the terminal")?;
        IS_TAKEN.store(true, Ordering::SeqCst);
        let mut stdout = io::stdout();
        execute!(stdout, EnterAlternateScreen, Hide).context("cannot write to the terminal")?;
        Ok(Screen { shown: Vec::new() })
    }

    /// How large it is.
    pub fn size(&self) -> Size {
        const USUAL: (u16, u16) = (80, 24);
        // Of a serial line, for example, it is not known, and said to be 0.
        let known = terminal::size().ok().filter(|(columns, rows)| *columns > 0 && *rows > 0);
        let (columns, rows) = known.unwrap_or(USUAL);
        Size { columns: usize::from(columns), rows: usize::from(rows) }
    }

    /// Shows these lines, from the top. They must fit.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn show(&mut self, lines: Vec<String>) -> io::Result<()> {
        if lines == self.shown {
            return Ok(());
        }
        let mut stdout = io::stdout().lock();
        queue!(stdout, BeginSynchronizedUpdate)?;
        for (row, line) in (0..).zip(&lines) {
            // First: behind a line that is as wide as the screen, some terminals would clear its last letter.
            queue!(stdout, MoveTo(0, row), Clear(ClearType::UntilNewLine))?;
            write!(stdout, "{line}")?;
        }
        if lines.len() < self.shown.len() {
            queue!(stdout, MoveTo(0, lines.len() as u16), Clear(ClearType::FromCursorDown))?;
        }
        queue!(stdout, EndSynchronizedUpdate)?;
        stdout.flush()?;
        self.shown = lines;
        Ok(())
    }

    /// Forgets what is shown, so that all of it is drawn again: the terminal has another size, say.
    pub fn forget(&mut self) {
        self.shown.clear();
        let _ = execute!(io::stdout(), Clear(ClearType::All)); // if it is gone, the next look says so
    }

    /// Waits for the person, but not for longer than this.
    pub fn input(&self, longest: Duration) -> Option<Input> {
        // First what was typed already: several keys may have come at once.
        [Duration::ZERO, longest].into_iter().find_map(|longest| {
            let stdin = io::stdin();
            let mut fds = [PollFd::new(&stdin, PollFlags::IN)];
            let longest = Timespec::try_from(longest).ok();
            let _ = poll(&mut fds, longest.as_ref()); // a signal, as of another size, ends it early
            // Of a terminal that is gone, no event would ever come.
            if fds[0].revents().intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) {
                return Some(Input::Quit);
            }
            let is_there = event::poll(Duration::ZERO);
            match is_there.and_then(|is_there| is_there.then(event::read).transpose()) {
                Ok(Some(Event::Key(key))) => input_of(key),
                Ok(Some(Event::Resize(..))) => Some(Input::Resized),
                Ok(_) => None,
                Err(_) => Some(Input::Quit),
            }
        })
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back();
    }
}

fn input_of(key: KeyEvent) -> Option<Input> {
    let is_control = key.modifiers.contains(KeyModifiers::CONTROL);
    match key.code {
        KeyCode::Char('c' | 'd') if is_control => Some(Input::Quit),
        code if key.kind != KeyEventKind::Release && !is_control => Some(Input::Key(code)),
        _ => None,
    }
}

/// Gives the terminal back, as it was. Once.
fn give_back() {
    if IS_TAKEN.swap(false, Ordering::SeqCst) {
        let _ = execute!(io::stdout(), Show, LeaveAlternateScreen); // it may be gone
        let _ = terminal::disable_raw_mode();
    }
}

/// From now on, a signal that ends this process gives the terminal back first. It comes when the terminal is closed,
/// even while a key is waited for.
pub(super) fn end_with_signals(farewell: fn()) {
    // A system that takes no handler ends this process at once.
    let Ok(mut signals) = Signals::new([SIGHUP, SIGINT, SIGTERM]) else { return };
    let _ = thread::Builder::new().name("signals".to_string()).spawn(move || {
        if let Some(signal) = signals.forever().next() {
            give_back();
            farewell();
            process::exit(128 + signal); // as shells have it
        }
    });
}

#[cfg(test)]
mod tests {
    use std::env;
    use std::io::Read;
    use std::process::Command;

    use rustix::termios::{LocalModes, tcgetattr};

    use super::*;
    use crate::sandbox::process::{Process, Stdio};

    /// The variable that has this test panic, with a screen in its hands.
    const PANICS: &str = "CHATLINGS_TEST_PANICS";

    #[test]
    fn a_panic_is_read_on_the_terminal_as_it_was_before() {
        if env::var_os(PANICS).is_some() {
            let _screen = Screen::take(|| ()).expect("a terminal");
            panic!("somebody must read this");
        }
        let mut command = Command::new(env::current_exe().expect("a test knows its path"));
        let name = "desk::watch::tty::tests::a_panic_is_read_on_the_terminal_as_it_was_before";
        command.args(["--exact", name, "--nocapture"]).env(PANICS, "1");
        let started = Process::start(&mut command, Stdio::Terminal);
        let Ok((mut process, pipes)) = started else { panic!("it does not start") };
        let (mut terminal, mut written) = (pipes.stdout, Vec::new());
        let _ = terminal.read_to_end(&mut written); // an error is the end: nobody has it open any more
        process.wait();
        let written = String::from_utf8_lossy(&written);
        let (_, after) = written.split_once("\x1b[?1049h").expect("it has taken the screen");
        assert!(after.contains("\x1b[?1049l"), "it has not given it back: {written:?}");
        let modes = tcgetattr(&terminal).expect("the modes of the terminal").local_modes;
        assert!(modes.contains(LocalModes::ICANON | LocalModes::ECHO), "{modes:?}");
        let mut said = String::new();
        let mut stderr = pipes.stderr;
        stderr.read_to_string(&mut said).expect("what it says of the panic");
        assert!(said.contains("somebody must read this"), "{said}");
    }
}

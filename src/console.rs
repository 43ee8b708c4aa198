//! What the person at the terminal types and sees.
//!
//! stdout carries what a step asks to be displayed, stderr errors and the log. Prompts and colours
//! show only on a terminal, so that a program's output can be piped into another program.

use std::fmt;
use std::io::{self, BufRead, IsTerminal, Write};
use std::process::{self, ExitCode};

use colored::Colorize;
use rustix::termios::{OptionalActions, Termios};
use rustyline::error::ReadlineError;
use rustyline::{DefaultEditor, ExternalPrinter};

/// Reads one line that the user types, without its line ending. `None` at the end of input (Ctrl-D).
///
/// On a terminal the prompt `> ` asks for it. Bytes that are not UTF-8 become replacement characters.
pub fn read_line() -> io::Result<Option<String>> {
    if io::stdin().is_terminal() && io::stdout().is_terminal() {
        print!("> ");
        io::stdout().flush()?; // stdout sends at the end of a line, and a prompt has none
    }
    let mut line = Vec::new();
    if io::stdin().lock().read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    let line = String::from_utf8_lossy(&line);
    Ok(Some(line.trim_end_matches(['\r', '\n']).to_string()))
}

/// Displays what came from the other side, on stdout. If nobody reads that any more, no harm is done.
///
/// It has a colour by the rule of the crate `colored`: if stdout is a terminal, and `NO_COLOR` is not set.
pub fn show(text: &str) {
    let _ = writeln!(io::stdout(), "{}", text.cyan());
}

/// Writes one line to the log, stderr. A log that nobody reads any more harms nobody.
pub fn log(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// Turns what `main` did into an exit status: 0, or 1 after one line on stderr that says what went wrong.
pub fn report(result: io::Result<()>) -> ExitCode {
    let Err(error) = result else {
        return ExitCode::SUCCESS;
    };
    // The rule of `colored` looks at stdout. This goes to stderr, so that has to be a terminal as well.
    let label = if io::stderr().is_terminal() { "error:".red().bold() } else { "error:".normal() };
    log(&format!("{label} {error}"));
    ExitCode::FAILURE
}

/// The user's side of a chat, where lines arrive while the user types: one half to type into, and one that
/// another thread shows lines with. On a terminal, a line that arrives is put above the one that is being
/// typed, instead of into it.
///
/// # Errors
/// Those of the terminal.
pub fn open_chat() -> io::Result<(Keyboard, Screen)> {
    if !(io::stdin().is_terminal() && io::stdout().is_terminal()) {
        return Ok((Keyboard { editor: None }, Screen { terminal: None }));
    }
    let before = rustix::termios::tcgetattr(io::stdin())?;
    let mut editor = DefaultEditor::new().map_err(io::Error::other)?;
    match editor.create_external_printer() {
        Ok(printer) => {
            let terminal = Terminal { printer: Box::new(printer), before };
            Ok((Keyboard { editor: Some(editor) }, Screen { terminal: Some(terminal) }))
        }
        // A terminal that can only print, such as one with TERM=dumb.
        Err(_) => Ok((Keyboard { editor: None }, Screen { terminal: None })),
    }
}

/// What the user types into: see [`open_chat`].
pub struct Keyboard {
    editor: Option<DefaultEditor>,
}

/// Where lines are shown: see [`open_chat`].
pub struct Screen {
    terminal: Option<Terminal>,
}

struct Terminal {
    printer: Box<dyn ExternalPrinter + Send>,
    before: Termios, // its settings before the program has changed them
}

impl fmt::Debug for Keyboard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keyboard {{ on a terminal: {} }}", self.editor.is_some())
    }
}

impl fmt::Debug for Screen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Screen {{ on a terminal: {} }}", self.terminal.is_some())
    }
}

impl Keyboard {
    /// Reads one line that the user types, as [`read_line`] does.
    ///
    /// # Errors
    /// Those of the terminal.
    pub fn read_line(&mut self) -> io::Result<Option<String>> {
        let Some(editor) = &mut self.editor else {
            return read_line();
        };
        match editor.readline("> ") {
            Ok(line) => Ok(Some(line)),
            Err(ReadlineError::Eof | ReadlineError::Interrupted) => Ok(None),
            Err(error) => Err(io::Error::other(error)),
        }
    }
}

impl Screen {
    /// Displays what came from the other side.
    pub fn show(&mut self, text: &str) {
        match &mut self.terminal {
            Some(terminal) => {
                // The printer waits for the editor, and fails only when that has ended.
                let _ = terminal.printer.print(format!("{}\n", text.cyan()));
            }
            None => show(text),
        }
    }

    /// Ends the program at once, though another thread waits for the user to type: says why, and leaves the
    /// terminal as it was.
    pub fn give_up(self, reason: &str) -> ! {
        if let Some(terminal) = &self.terminal {
            let _ = rustix::termios::tcsetattr(io::stdin(), OptionalActions::Now, &terminal.before);
            println!();
        }
        report(Err(io::Error::other(reason)));
        process::exit(1);
    }
}

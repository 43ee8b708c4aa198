//! What the person at the terminal types and sees.
//!
//! stdout carries what a step asks to be displayed, stderr errors and the log. Prompts and colours
//! show only on a terminal, so that a program's output can be piped into another program.

use std::io::{self, BufRead, IsTerminal, Write};
use std::process::ExitCode;

use colored::Colorize;

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

/// Displays what came from the other side, on stdout.
pub fn show(text: &str) {
    println!("{}", text.cyan());
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
    let label = if io::stderr().is_terminal() { "error:".red().bold() } else { "error:".normal() };
    log(&format!("{label} {error}"));
    ExitCode::FAILURE
}

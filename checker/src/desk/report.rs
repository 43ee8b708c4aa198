//! The runs as pictures: a page that is kept in a file, or diagrams to be pasted.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use jiff::Zoned;

use crate::course::layout::target;
use crate::desk::answer::{Answer, outcomes};
use crate::desk::run::{Manner, Played, Programs, Run};
use crate::desk::work::Work;
use crate::judge::outcome::{Outcome, StepResult, Verdict};
use crate::report::mermaid;
use crate::report::page::{Page, page};
use crate::report::terminal::{Ending, open_in_words, sum_in_words};
use crate::sandbox::whole::{self, folder_of, takes_files};

/// What `report` is asked for.
#[derive(Debug)]
pub struct Wanted {
    /// What is to be played.
    pub run: Run,
    /// What is made of it.
    pub form: Form,
}

/// What is made of a run.
#[derive(Debug)]
pub enum Form {
    /// A page, which is written to this file.
    Page(PathBuf),
    /// Diagrams for a forum or an issue, as text.
    Mermaid,
}

/// Plays what is asked for, and shows it as pictures.
///
/// # Errors
/// When cargo cannot be started, or the page cannot be written.
pub fn report(wanted: &Wanted) -> Result<Answer> {
    let path = match &wanted.form {
        Form::Mermaid => return Ok(diagrams(&wanted.run.play(MANNER)?)),
        Form::Page(path) => path,
    };
    if path.starts_with(target()) {
        let _ = fs::create_dir_all(target()); // else it is said that the file cannot be written
    }
    can_be_written(path)?; // to play takes long
    let played = wanted.run.play(MANNER)?;
    let ending = played.ending(&wanted.run);
    let html = page(&Page {
        results: &played.results,
        untouched: &played.untouched,
        compiler_warnings: &played.compiler_warnings,
        ending: &ending,
        whose: match wanted.run.programs {
            Programs::Exercises => "your programs",
            Programs::Solutions => "the reference solutions",
            Programs::Commands(_) => "your commands",
        },
        made: &Zoned::now(),
        took: played.took,
        protection: &played.protection.to_string(),
        handed_in: &[],
    });
    write(path, &html)?;
    played.note_hints();
    let protection = played.protection_in_a_line(&wanted.run);
    let text = format!("{}\n{protection}{}\n", in_one_line(&played.results, &ending), shown(path));
    Ok(Answer { text, warnings: played.warnings(), status: played.status() })
}

/// Lets another process of this kind make the report that this one is asked for, whoever opens it then: to play scenes,
/// a checker may have to enter a user namespace, in which no browser would start.
///
/// # Errors
/// When it cannot be started.
pub fn by_another() -> Result<Answer> {
    let own = env::current_exe().context("cannot find the checker's own file")?;
    let arguments = env::args_os().skip(1).filter(|argument| argument != "--open");
    let ended = Command::new(own).args(arguments).status().context("cannot start the checker")?;
    let status = ended.code().and_then(|code| code.try_into().ok()).unwrap_or(FAULT);
    Ok(Answer { text: String::new(), warnings: Vec::new(), status })
}

/// The exit status of a checker that was ended by a signal.
const FAULT: u8 = 3;

/// A page has its own colours, and shows an untouched step with its task.
const MANNER: Manner = Manner { shows_untouched: true, work: Work::for_a_person(false) };

/// A diagram for each check that was played; of an untouched step, that of a finished one.
fn diagrams(played: &Played) -> Answer {
    let finished = played.untouched.iter().filter_map(|step| step.finished.as_ref());
    let all: Vec<&Outcome> = outcomes(&played.results).chain(finished).collect();
    let (shown, not_played): (Vec<&Outcome>, Vec<&Outcome>) =
        all.into_iter().partition(|outcome| !outcome.transcript.is_empty());
    let diagrams: Vec<String> = shown.into_iter().map(mermaid::block).collect();
    let mut warnings = played.warnings();
    for outcome in not_played {
        let (name, verdict) = (outcome.check.name, outcome.verdict.word());
        warnings.push(format!("nothing to draw for {name:?}: {verdict}"));
    }
    for step in &played.untouched {
        let id = step.step.id;
        let is_drawn = step.finished.as_ref().is_some_and(|run| !run.transcript.is_empty());
        if is_drawn {
            warnings.push(format!("{id} is untouched: this diagram shows the reference solution"));
        }
    }
    Answer { text: diagrams.join("\n"), warnings, status: played.status() }
}

/// The sum, and how many checks have failed.
fn in_one_line(results: &[StepResult], ending: &Ending) -> String {
    let sum = sum_in_words(results, ending) + &open_in_words(results);
    let is_wrong = |outcome: &&Outcome| {
        matches!(outcome.verdict, Verdict::Fails { .. } | Verdict::DoesNotCompile(_))
    };
    match outcomes(results).filter(is_wrong).count() {
        0 => sum,
        1 => format!("{sum}; 1 check fails"),
        count => format!("{sum}; {count} checks fail"),
    }
}

/// The path, from where the person is.
fn shown(path: &Path) -> String {
    let here = env::current_dir().unwrap_or_default();
    path.strip_prefix(here).unwrap_or(path).display().to_string()
}

/// Whether a file can be written there.
fn can_be_written(path: &Path) -> Result<()> {
    if path.is_dir() {
        bail!("cannot write {}: it is a folder", shown(path));
    }
    if is_device(path) {
        return Ok(());
    }
    let folder = folder_of(path);
    if folder.exists() && !folder.is_dir() {
        bail!("cannot write {}: {} is not a folder", shown(path), shown(folder));
    }
    takes_files(folder).with_context(|| format!("cannot write {}", shown(path)))
}

/// Writes the whole file or, if that is cut off, nothing of it. What is not a file, such as `/dev/stdout`, is written to.
fn write(path: &Path, text: &str) -> Result<()> {
    let written = match is_device(path) {
        true => fs::write(path, text),
        // Of a link, what it leads to.
        false => {
            whole::write(&fs::canonicalize(path).unwrap_or(path.to_path_buf()), text.as_bytes())
        }
    };
    written.with_context(|| format!("cannot write {}", shown(path)))
}

fn is_device(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|data| !data.is_file() && !data.is_dir())
}

/// Where a page is written to if nobody says where.
pub fn default_path() -> PathBuf {
    target().join("report.html")
}

/// Opens a page with what the system has for that. It goes on when this process has ended, but not when the checker ends
/// what was left behind.
///
/// # Errors
/// In words, when there is nothing that opens it.
pub fn open(path: &Path) -> Result<(), String> {
    const AT_ONCE: Duration = Duration::from_secs(2); // an opener that fails has failed by then
    let opened =
        fs::canonicalize(path).and_then(|path| open::that_detached_with_timeout(path, AT_ONCE));
    opened.map_err(|_| format!("no browser can be opened from here: open {} by hand", shown(path)))
}

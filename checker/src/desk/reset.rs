//! Starting over: a program comes back as it was handed out, and what lay there is kept beside it.
//!
//! Nothing is ever lost or half written: the new file is whole before anything else happens, then the old one is copied
//! to a name that nobody has, and then the new one takes its place in one step. Whatever fails on the way, the old file
//! is where it was.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufRead, ErrorKind, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::course::layout::{self, Package, root};
use crate::course::starter::{Starter, is_same};
use crate::course::table::STEPS;
use crate::desk::answer::Answer;
use crate::desk::standing;
use crate::desk::work::Work;
use crate::report::terminal::counted;
use crate::sandbox::whole::{self, Whole, folder_of};

/// What lies in the place of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// What was handed out.
    AsHandedOut,
    /// No file.
    Missing,
    /// Somebody's work, and how much of it: `12 lines of your own, 1 TODO left`.
    Work(String),
}

/// Brings the starters of these programs back, after asking if that is somebody's work. `is_agreed`: without asking.
///
/// # Errors
/// When one of them cannot be replaced. It is then as it was.
pub fn reset(programs: &[&'static str], is_agreed: bool) -> Result<Answer> {
    let look_at = |program: &&'static str| Ok((*program, look_at(program)?));
    let found: Vec<(&'static str, Found)> = programs.iter().map(look_at).collect::<Result<_>>()?;
    let works: Vec<_> = found.iter().filter(|(_, found)| matches!(found, Found::Work(_))).collect();
    let says =
        |text: &str, status| Ok(Answer { text: text.to_string(), warnings: Vec::new(), status });
    if let ([(program, _), ..], false) = (&works[..], is_agreed) {
        if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            eprintln!(
                "error: {program} has work in it, and there is no terminal to ask on: with --yes it \
                 starts over, and the old file is kept"
            );
            return says("", 2);
        }
        if !is_wanted(&found, works.len())? {
            return says("Nothing was changed.\n", 0);
        }
    }
    let _turn = Work::for_a_person(false).take_turn();
    let mut text = String::new();
    for (program, found) in &found {
        let line = match (start_over(program), found) {
            (Ok(Some(copy)), _) => {
                format!("starts over. Your old file is kept:\n  {}", copy.display())
            }
            (Ok(None), Found::Missing) => "is back, as it was handed out.".to_string(),
            (Ok(None), _) => "is as it was handed out: left alone.".to_string(),
            (Err(error), _) if text.is_empty() => return Err(error),
            (Err(error), _) => {
                eprintln!("error: {error:#}"); // what was done before is told too
                return says(&text, 3);
            }
        };
        text += &format!("{program} {line}\n");
    }
    let step =
        STEPS.iter().find(|step| programs.first().is_some_and(|it| step.programs.contains(it)));
    text += &step.map_or(String::new(), |step| format!("\nNext: make {}\n", step.id));
    says(&text, 0)
}

/// Names the files and what was done in them, and asks whether to start over.
fn is_wanted(found: &[(&'static str, Found)], works: usize) -> io::Result<bool> {
    let mut stderr = io::stderr();
    for (program, found) in found {
        let what = match found {
            Found::AsHandedOut => "as it was handed out",
            Found::Missing => "missing",
            Found::Work(what) => what,
        };
        writeln!(stderr, "{}: {what}", Package::Exercises.source(program).display())?;
    }
    let kept = if works == 1 {
        "Your file is kept beside it."
    } else {
        "Your files are kept beside them."
    };
    write!(stderr, "Start over? {kept} [y/N] ")?;
    stderr.flush()?;
    let mut answer = String::new();
    if io::stdin().lock().read_line(&mut answer)? == 0 {
        writeln!(stderr)?; // the end of input leaves the cursor behind the question
    }
    Ok(["y", "yes"].contains(&answer.trim().to_lowercase().as_str()))
}

/// What lies in the place of a student's program.
///
/// # Errors
/// When nothing could be put there, or there is no starter of it.
pub fn look_at(program: &str) -> Result<Found> {
    let source = Package::Exercises.source(program);
    let (path, shown) = (root().join(&source), source.display());
    let starter = starter_of(program)?;
    let data = match fs::symlink_metadata(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Found::Missing),
        other => other.with_context(|| format!("cannot look at {shown}"))?,
    };
    if data.is_symlink() {
        bail!("{shown} is a link, and is left alone: move it away, then try again");
    }
    if !data.is_file() {
        bail!("{shown} is not a file, and is left alone: move it away, then try again");
    }
    let theirs = fs::read(&path).with_context(|| format!("cannot read {shown}"))?;
    if is_same(&theirs, &starter) {
        return Ok(Found::AsHandedOut);
    }
    if data.permissions().readonly() {
        bail!("{shown} is read-only, and is left alone; to start over: chmod u+w {shown}");
    }
    Ok(Found::Work(what_was_done(&theirs, &starter)))
}

/// Brings the starter of a program back. Returns the file, from the root of the course, in which the old one was kept;
/// none if it was as handed out, and so left alone, or missing.
///
/// Whoever calls should have asked, and either have the turn, so that no check builds the program meanwhile, or check it
/// again.
///
/// # Errors
/// When the program cannot be replaced. It is then as it was.
pub fn start_over(program: &'static str) -> Result<Option<PathBuf>> {
    let source = Package::Exercises.source(program);
    let found = look_at(program)?;
    if found == Found::AsHandedOut {
        return Ok(None);
    }
    let date = whole::date();
    let is_kept = found != Found::Missing;
    let copy = replace(&root().join(&source), &starter_of(program)?, is_kept.then_some(&date))
        .with_context(|| format!("cannot write {}, so it is as it was", source.display()))?;
    if let Some(step) = STEPS.iter().find(|step| step.programs.contains(&program)) {
        standing::forget(step);
    }
    Ok(copy.and_then(|copy| Some(source.with_file_name(copy.file_name()?))))
}

/// A program as it was handed out.
fn starter_of(program: &str) -> Result<Vec<u8>> {
    let starter = layout::starter(program);
    layout::content(&root().join(&starter)).with_context(|| {
        format!(
            "{} is missing: take it from the course's archive, then try again",
            starter.display()
        )
    })
}

/// Gives a file this content. With a date, what it has is kept in a copy, whose path is returned.
fn replace(path: &Path, content: &[u8], date: Option<&String>) -> io::Result<Option<PathBuf>> {
    fs::create_dir_all(folder_of(path))?;
    let new = Whole::beside(path, content)?;
    let copy = date.map(|date| keep(path, date)).transpose()?;
    if let Err(error) = new.put() {
        copy.inspect(|copy| drop(fs::remove_file(copy)));
        return Err(error);
    }
    Ok(copy)
}

/// Copies a file to `NAME.DATE.rs.bak` or, if that is taken, `NAME.DATE-2.rs.bak` and so on.
fn keep(path: &Path, date: &str) -> io::Result<PathBuf> {
    let mut old = File::open(path)?;
    let mut dates = whole::numbered(date);
    let (copy, mut file) = loop {
        let copy = path.with_extension(format!("{}.rs.bak", dates.next().unwrap_or_default()));
        match File::options().write(true).create_new(true).open(&copy) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            other => break (copy, other?),
        }
    };
    let mut fill = || {
        io::copy(&mut old, &mut file)?;
        file.sync_all()
    };
    if let Err(error) = fill() {
        let _ = fs::remove_file(&copy); // half of it is not a copy
        return Err(error);
    }
    // That it was last worked on long ago, and who may read it, is good to have; not every file system can.
    if let Ok(data) = old.metadata() {
        let _ = data.modified().and_then(|time| file.set_modified(time));
        let _ = file.set_permissions(data.permissions());
    }
    Ok(copy)
}

/// What was done in a file, in a few words.
fn what_was_done(theirs: &[u8], starter: &[u8]) -> String {
    let (theirs, starter) = (String::from_utf8_lossy(theirs), String::from_utf8_lossy(starter));
    let lines = match lines_beside(&theirs, &starter) {
        _ if theirs.trim().is_empty() => return "empty".to_string(),
        0 => "lines removed or moved".to_string(),
        count => format!("{} of your own", counted(count, "line")),
    };
    match Starter::of(&theirs).todo_count() {
        0 => format!("{lines}, no TODO left"),
        count => format!("{lines}, {} left", counted(count, "TODO")),
    }
}

/// How many lines a text has that the other one has not, wherever they stand. Blank ones do not count.
fn lines_beside(text: &str, other: &str) -> usize {
    let lines = |text: &str| -> Vec<String> {
        let lines = text.lines().map(|line| line.trim().to_string());
        lines.filter(|line| !line.is_empty()).collect()
    };
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for line in lines(other) {
        *counts.entry(line).or_default() += 1;
    }
    let mut beside = 0;
    for line in lines(text) {
        match counts.get_mut(&line) {
            Some(count) if *count > 0 => *count -= 1,
            _ => beside += 1,
        }
    }
    beside
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    const STARTER: &str = "fn main() {\n    // TODO 1 of 2: a.\n    todo!()\n}\n\nfn b() {\n    // TODO 2 of 2: b.\n    todo!()\n}\n";

    fn what_was_done(theirs: &str) -> String {
        super::what_was_done(theirs.as_bytes(), STARTER.as_bytes())
    }

    fn files_in(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("a folder is read");
        let name = |entry: io::Result<fs::DirEntry>| entry.expect("an entry").file_name();
        let mut names: Vec<String> =
            entries.map(|entry| name(entry).to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn what_was_done_is_told_in_a_few_words() {
        let solved = STARTER.replacen("todo!()", "one();\n    two();", 1);
        assert_eq!(what_was_done(&solved), "2 lines of your own, 1 TODO left");
        let emptied = STARTER.replace("todo!()", "");
        assert_eq!(what_was_done(&emptied), "lines removed or moved, no TODO left");
        let noted = format!("// a note\n{STARTER}");
        assert_eq!(what_was_done(&noted), "1 line of your own, 2 TODOs left");
        let twice = format!("{STARTER}{STARTER}");
        assert_eq!(what_was_done(&twice), "8 lines of your own, 4 TODOs left");
        assert_eq!(what_was_done(" \n"), "empty");
        let not_text = super::what_was_done(b"\xff\xfe", b"fn main() {}\n");
        assert_eq!(not_text, "1 line of your own, no TODO left");
    }

    #[test]
    fn copies_of_one_second_do_not_replace_each_other() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.rs");
        let date = "2026-01-31T14-03-07".to_string();
        for number in 1..=3 {
            fs::write(&path, format!("work {number}")).expect("a file is written");
            let copy = replace(&path, b"the starter", Some(&date)).expect("it is replaced");
            let copy = copy.expect("a copy is kept");
            assert_eq!(fs::read_to_string(copy).expect("it is read"), format!("work {number}"));
            assert_eq!(fs::read(&path).expect("it is read"), b"the starter");
        }
        let expected = [
            "a.2026-01-31T14-03-07-2.rs.bak",
            "a.2026-01-31T14-03-07-3.rs.bak",
            "a.2026-01-31T14-03-07.rs.bak",
            "a.rs",
        ];
        assert_eq!(files_in(folder.path()), expected);
    }

    #[test]
    fn a_copy_has_the_time_and_the_permissions_of_the_old_file_and_the_new_one_its_own() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, plain) = (folder.path().join("a.rs"), folder.path().join("plain"));
        fs::write(&path, "work").expect("a file is written");
        fs::write(&plain, "").expect("a file is written");
        let long_ago = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
        let old = File::options().write(true).open(&path).expect("it is opened");
        old.set_modified(long_ago).expect("it has another time");
        old.set_permissions(Permissions::from_mode(0o755)).expect("it has other permissions");
        let copy = replace(&path, b"", Some(&"date".to_string())).expect("it is replaced");
        let of = |path: &Path| fs::metadata(path).expect("it is there");
        let copy = of(&copy.expect("a copy is kept"));
        assert_eq!(copy.modified().expect("a time"), long_ago);
        assert_eq!(copy.permissions().mode() & 0o777, 0o755);
        assert_eq!(of(&path).permissions(), of(&plain).permissions());
        assert_ne!(of(&path).modified().expect("a time"), long_ago, "cargo must build it");
    }

    #[test]
    fn what_cannot_be_replaced_stays_and_leaves_nothing_behind() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.rs"); // a folder, which no file can replace
        fs::create_dir(&path).expect("a folder is made");
        replace(&path, b"the starter", None).expect_err("there is a folder");
        replace(&path, b"the starter", Some(&"date".to_string())).expect_err("there is a folder");
        assert_eq!(files_in(folder.path()), ["a.rs"]);
    }
}

//! `new`: a step of the instructor's own, with all that the course needs of it. All of it is made as values first, and
//! written beside the files of the course; only when everything lies there, it is put in place. If that cannot be
//! finished, what was put there is taken back.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::course::layout::{Package, root, starter};
use crate::course::scenes::ROWS;
use crate::course::step::Step;
use crate::course::table::STEPS;
use crate::course::texts::Texts;
use crate::course::values::COURSE_FILE;
use crate::desk::answer::Answer;
use crate::desk::instructor::skeleton::Plan;
use crate::desk::refusal::Refusal;
use crate::report::{bins, insertion};
use crate::sandbox::whole::Whole;

/// The longest id: it stands in the names of programs, and in a column of the list of steps.
const LONGEST_ID: usize = 8;
/// The longest title: with the name of a check behind it, it fits on a screen.
const LONGEST_TITLE: usize = 50;
/// What may stand in a title beside letters, digits and blanks. It goes into sources, texts and pictures.
const SIGNS_OF_TITLES: &str = ".,:;!?'()-–";
/// What make does already.
const TARGETS: &[&str] = &[
    "bench",
    "cargo",
    "demo",
    "gradescope",
    "help",
    "image",
    "lint",
    "loop",
    "pictures",
    "soak",
    "test",
    "texts",
    "update",
    "watch",
];
/// What Rust has another meaning for.
const KEYWORDS: &[&str] = &[
    "as", "async", "await", "box", "break", "const", "continue", "crate", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "macro",
    "match", "mod", "move", "mut", "priv", "pub", "ref", "return", "self", "static", "struct",
    "super", "trait", "true", "try", "type", "typeof", "unsafe", "use", "where", "while", "yield",
];

/// What is asked for.
#[derive(Debug)]
pub struct Wanted {
    /// What it is.
    pub plan: Plan,
    /// The step that it follows in the walkthrough.
    pub behind: &'static Step,
}

/// A file that is written.
struct Change {
    /// From the root of the course.
    path: PathBuf,
    /// What is in it until now; none: it is new.
    old: Option<String>,
    /// What is in it then.
    new: String,
    /// What it is to the step.
    what: &'static str,
}

/// Adds a step to the course.
///
/// # Errors
/// A [`Refusal`] when it cannot be added as it was asked for, anything else when it cannot be written. Then nothing was.
pub fn new(wanted: &Wanted) -> Result<Answer> {
    let plan = &wanted.plan;
    refuse_id(&plan.id).and_then(|()| refuse_title(&plan.title)).map_err(Refusal)?;
    let changes = changes(plan, wanted.behind)?;
    let id = &plan.id;
    let others =
        [format!("docs/{id}.svg"), format!("tests/snapshots/{id}.snap")].map(PathBuf::from);
    let folder = Path::new(SCENES).join(id);
    let new = changes.iter().filter(|change| change.old.is_none()).map(|change| &change.path);
    if let Some(path) = new.chain(&others).chain([&folder]).find(|path| root().join(path).exists())
    {
        return Err(Refusal(format!("{} exists: take another id than {id}", path.display())).into());
    }
    write(&root(), &changes)?;
    Ok(Answer { text: told(plan, &changes), warnings: Vec::new(), status: 0 })
}

/// Where the scenes are.
const SCENES: &str = "checker/src/course/scenes";

fn refuse_id(id: &str) -> Result<(), String> {
    let digits = id.trim_start_matches(|c: char| c.is_ascii_lowercase());
    let is_right = digits.len() < id.len() && digits.chars().all(|c| c.is_ascii_digit());
    let reason = if !is_right {
        "it has to be lower-case letters, and digits behind them".to_string()
    } else if id.len() > LONGEST_ID {
        format!("it is longer than {LONGEST_ID} characters")
    } else if let Some(step) = STEPS.iter().find(|step| step.id == id) {
        format!("there is such a step already, {}", step.title)
    } else if TARGETS.contains(&id) || KEYWORDS.contains(&id) {
        "make or Rust has another meaning for it".to_string()
    } else {
        return Ok(());
    };
    Err(format!("{id:?} cannot be the id of a step: {reason}; give one like ts or ex8"))
}

fn refuse_title(title: &str) -> Result<(), String> {
    let is_right = |c: char| c.is_alphanumeric() || c == ' ' || SIGNS_OF_TITLES.contains(c);
    let same = |step: &&Step| step.title.to_lowercase() == title.to_lowercase();
    let reason = if title.trim() != title || !title.contains(char::is_alphabetic) {
        "it has no words, or blanks around them".to_string()
    } else if let Some(wrong) = title.chars().find(|c| !is_right(*c)) {
        format!("{wrong:?} cannot stand in it")
    } else if title.chars().count() > LONGEST_TITLE {
        format!("it is longer than {LONGEST_TITLE} characters")
    } else if let Some(step) = STEPS.iter().find(same) {
        format!("{} has it", step.id)
    } else {
        return Ok(());
    };
    Err(format!(
        "{title:?} cannot be the title of a step: {reason}; give one like \"3.1 a time server\""
    ))
}

/// The title of a step as the README has it, in whatever language the course is told now.
fn title_of(step: &Step) -> String {
    Texts::of("en").map_or(String::new(), |texts| texts.of_step(step.id).title.clone())
}

/// All that is written, in the order in which its author goes through it.
fn changes(plan: &Plan, behind: &Step) -> Result<Vec<Change>> {
    let id = &plan.id;
    let is_new = |path: PathBuf, new: String, what| Change { path, old: None, new, what };
    let mut changes = Vec::new();
    for role in &plan.roles {
        let (program, text) = (plan.program(*role), plan.starter(*role));
        let exercise = Package::Exercises.source(&program);
        changes.push(is_new(
            exercise,
            text.clone(),
            "what a student begins with: the task, the TODOs",
        ));
        changes.push(is_new(starter(&program), text, "the same, as it is handed out"));
        let solution = Package::Solutions.source(&program);
        changes.push(is_new(solution, plan.solution(*role)?, "the reference solution"));
    }
    let scenes = Path::new(SCENES).join(format!("{id}.rs"));
    changes.push(is_new(scenes, plan.scenes(), "its row, and its checks"));
    let edit = |path: &str, what, edit: &dyn Fn(&str) -> Result<String, String>| {
        let old =
            fs::read_to_string(root().join(path)).with_context(|| format!("cannot read {path}"))?;
        let new = edit(&old)
            .map_err(|error| Refusal(format!("{path}: {error}, so the step cannot be added")))?;
        anyhow::Ok(Change { path: path.into(), old: Some(old), new, what })
    };
    let course = edit(COURSE_FILE, "its points, its port, its handout", &|old| {
        insertion::entry(old, behind.id, &plan.entry())
    })?;
    let steps = insertion::steps_in(&course.new);
    let list = edit(&format!("{SCENES}/mod.rs"), "its place in the course", &|old| {
        insertion::list_of_steps(old, &steps)
    })?;
    let port = edit("src/ports.rs", "its port, for its programs", &|old| {
        Ok(old.to_string() + &plan.port())
    })?;
    changes.extend([course, list, port]);
    changes.push(edit(
        "checker/texts/en.toml",
        "title, hints, and the words of its checks",
        &|old| Ok(old.trim_end().to_string() + "\n" + &plan.texts()),
    )?);
    changes.push(edit("README.md", "its section", &|old| {
        insertion::section(old, &title_of(behind), &plan.section())
    })?);
    for package in [Package::Exercises, Package::Solutions] {
        let path = package.manifest().display().to_string();
        let mut programs: Vec<String> = Vec::new();
        for row in ROWS {
            programs.extend(row.programs.iter().map(|program| program.to_string()));
            programs.extend(if row.id == behind.id { plan.programs() } else { Vec::new() });
        }
        let programs: Vec<&str> = programs.iter().map(String::as_str).collect();
        changes.push(edit(&path, "its programs", &|old| {
            bins::with_programs(package, old, &programs)
        })?);
    }
    Ok(changes)
}

/// Writes all files, or none.
fn write(root: &Path, changes: &[Change]) -> Result<()> {
    let mut beside = Vec::new();
    for change in changes {
        let written = Whole::beside(&root.join(&change.path), change.new.as_bytes());
        beside.push(written.with_context(|| format!("cannot write {}", change.path.display()))?);
    }
    for (number, (file, change)) in beside.into_iter().zip(changes).enumerate() {
        let put = if change.old.is_some() { file.put() } else { file.put_if_free() };
        if let Err(error) = put {
            changes[..number].iter().for_each(|done| take_back(root, done));
            let what = format!("cannot write {}, so nothing was added", change.path.display());
            return Err(anyhow::Error::new(error).context(what));
        }
    }
    Ok(())
}

fn take_back(root: &Path, change: &Change) {
    let path = root.join(&change.path);
    let taken_back = match &change.old {
        Some(old) => crate::sandbox::whole::write(&path, old.as_bytes()),
        None => fs::remove_file(&path),
    };
    if let Err(error) = taken_back {
        eprintln!(
            "warning: {} was written, and cannot be taken back: {error}",
            change.path.display()
        );
    }
}

/// What was written, and what to do next.
fn told(plan: &Plan, changes: &[Change]) -> String {
    let Plan { id, title, .. } = plan;
    let mut text =
        format!("{title} is a step of the course, {id}, with a check for each program.\n\n");
    let width =
        changes.iter().map(|change| change.path.display().to_string().len()).max().unwrap_or(0);
    for Change { path, what, old, .. } in changes {
        let mark = if old.is_some() { "~" } else { "+" };
        text += &format!("{mark} {:<width$}  {what}\n", path.display().to_string());
    }
    let check = format!("cargo step check {id} --solutions");
    let commands = [
        ("make update", "writes what follows from that: transcripts, pictures, lists"),
        (&check, "plays it"),
        ("make lint", "says what is left to write"),
    ];
    text += "\nNext:\n";
    for (command, does) in commands {
        text += &format!("  {command:<width$}{does}\n", width = check.len() + 2);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn if_one_file_cannot_be_put_in_place_all_are_as_they_were() {
        let folder = tempfile::tempdir().expect("a folder");
        let of = |name: &str| fs::read_to_string(folder.path().join(name)).ok();
        fs::write(folder.path().join("old"), "before").expect("it is written");
        fs::write(folder.path().join("taken"), "by somebody else").expect("it is written");
        let change = |path: &str, old: Option<&str>| {
            let old = old.map(str::to_string);
            Change { path: path.into(), old, new: "after".to_string(), what: "" }
        };
        let all = [change("new", None), change("old", Some("before")), change("taken", None)];
        let error = write(folder.path(), &all).expect_err("a file is in the way");
        assert_eq!(error.to_string(), "cannot write taken, so nothing was added");
        write(folder.path(), &[change("new", None), change("none/a", None)])
            .expect_err("no folder");
        assert_eq!(
            [of("new"), of("old"), of("taken")],
            [None, Some("before".into()), Some("by somebody else".into())]
        );
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 2, "nothing is left");
        write(folder.path(), &all[..2]).expect("both are written");
        assert_eq!([of("new"), of("old")], [Some("after".into()), Some("after".into())]);
    }

    #[test]
    fn every_step_of_the_course_could_have_been_added_but_for_its_name() {
        for step in STEPS.iter() {
            assert!(refuse_id(step.id).is_err_and(|error| error.contains("such a step already")));
            assert!(refuse_title(step.title).is_err_and(|error| error.contains(" has it;")));
            assert_eq!(refuse_id(&format!("{}9", step.id)), Ok(()));
            assert_eq!(refuse_title(&format!("9 {}", step.title)), Ok(()));
        }
    }

    #[test]
    fn no_step_is_called_like_something_that_make_does() {
        let makefile = fs::read_to_string(root().join("Makefile")).expect("it is there");
        let phony = makefile.lines().filter_map(|line| line.strip_prefix(".PHONY: "));
        let names: Vec<&str> =
            phony.flat_map(str::split_whitespace).filter(|name| *name != "$(STEPS)").collect();
        assert!(names.contains(&"demo"), "{names:?}");
        for name in names {
            assert!(refuse_id(name).is_err(), "make does something for {name}");
        }
    }
}

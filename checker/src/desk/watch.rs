//! `watch`: follows a step, checks it whenever its files are saved, and shows the result on one screen.
//!
//! The desk itself builds and plays nothing. Each check is another process of this program (see [`run`]), so that a key
//! always answers and a save stops whatever is going on.

mod desk;
mod files;
mod plain;
mod run;
mod show;
mod tty;
mod views;

use std::env;
use std::io::{self, IsTerminal};
use std::time::Duration;

use anyhow::{Context, Result};

use crate::course::layout::{Package, root};
use crate::course::step::Step;
use crate::course::table::STEPS;
use crate::desk::answer::Answer;
use crate::desk::standing;
use crate::desk::watch::desk::{Desk, Errand};
use crate::desk::watch::files::{Files, LOOK};
use crate::desk::watch::tty::{Input, Screen};
use crate::judge::standing::{first_incomplete, sum_of};
use crate::report::link::{Kind, Links};
use crate::report::terminal::points;

/// How often it is looked at what runs, while something does: a result is not to wait for the next look at the files.
const LOOK_AT_RUN: Duration = Duration::from_millis(15);

/// Follows a step, or the first that is not complete, until the student has enough.
///
/// # Errors
/// When the terminal cannot be used.
pub fn watch(step: Option<&'static Step>) -> Result<Answer> {
    let step = step.or_else(|| first_incomplete(&standing::all())).unwrap_or(&STEPS[0]);
    let files = Files::of(&root().join(Package::Exercises.folder()));
    // Once: if it is built again meanwhile, the new one has the same name.
    let checker = env::current_exe().context("cannot find the checker itself")?;
    let has_screen = env::var("TERM").is_ok_and(|term| !term.is_empty() && term != "dumb");
    if !has_screen || !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        return plain::watch(&checker, step, files);
    }
    let mut desk = Desk::new(step, files, checker);
    let mut screen = Screen::take(run::stop_all)?;
    let links = links();
    let mut drawn = None;
    desk.asks_for(Errand::Check);
    while !desk.is_over {
        desk.looks();
        let size = screen.size();
        if drawn.is_some_and(|drawn| drawn != size) {
            screen.forget();
        }
        if desk.has_news() || drawn != Some(size) {
            drawn = Some(size);
            let lines =
                show::lines(&mut desk, size).iter().map(|line| links.in_line(line)).collect();
            if screen.show(lines).is_err() {
                break; // the terminal is gone
            }
        }
        match screen.input(if desk.run.is_some() { LOOK_AT_RUN } else { LOOK }) {
            Some(Input::Key(key)) => desk.hears(key),
            Some(Input::Resized) | None => {}
            Some(Input::Quit) => break,
        }
    }
    drop(screen);
    run::stop_all();
    let (sum, max) = sum_of(&desk.standings);
    let text = format!("So far: {} of {max} points in all steps.\n", points(sum));
    Ok(Answer { text, warnings: Vec::new(), status: 0 })
}

/// How places in files become links on this terminal.
fn links() -> Links {
    let has_links = supports_hyperlinks::on(supports_hyperlinks::Stream::Stdout);
    Links { root: root(), kind: Kind::of(has_links, |name| env::var(name).ok()) }
}

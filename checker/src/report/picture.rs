//! A run as a picture: a sequence diagram as one SVG, which needs nothing else. It is light or dark as its reader's
//! screen is, and no wider than a page.
//!
//! `blocks` says what stands there, `columns` where the lifelines are, `layout` where everything is, and `text` how much
//! room a text takes.

use crate::report::picture::layout::Layout;
use crate::report::picture::page::page;
use crate::report::sequence::{Act, Diagram};
use crate::stage::show::shorten;

mod blocks;
mod columns;
pub mod course;
mod layout;
mod page;
mod shape;
#[cfg(test)]
mod tests;
mod text;

/// How many columns of a text are read out to those who do not see the picture.
const READ_OUT: usize = 120;

/// The picture.
pub fn svg(diagram: &Diagram) -> String {
    let layout = Layout::of(diagram);
    page(layout.width, layout.height, diagram.title, &description(diagram), &layout.shapes)
}

/// What the picture shows, in words.
fn description(diagram: &Diagram) -> String {
    let name = |actor: usize| diagram.actors[actor];
    let lines = diagram.rows.iter().map(|row| {
        let (actor, label) = (name(row.actor), shorten(row.label, READ_OUT));
        match row.act {
            Act::Sends { to } => format!("{actor} sends to {}: {label}", name(to)),
            Act::Receives { from } => format!("{actor} receives from {}: {label}", name(from)),
            Act::Prints => format!("{actor} prints: {label}"),
            Act::Logs => format!("{actor} writes to stderr: {label}"),
            Act::Types => format!("typed into {actor}: {label}"),
            Act::Event => format!("{actor} {label}"),
            Act::Fails => format!("{actor} fails: {label}"),
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

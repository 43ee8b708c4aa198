//! A run as a picture: a sequence diagram as one SVG, which needs nothing else. It is light or dark as its reader's
//! screen is, and no wider than a page.
//!
//! `blocks` says what stands there, `columns` where the lifelines are, `layout` where everything is, and `text` how much
//! room a text takes.

use maud::{Markup, PreEscaped, html};

use crate::report::picture::layout::{Layout, Shape};
use crate::report::picture::text::{clean, round};
use crate::report::sequence::{Act, Diagram};

mod blocks;
mod columns;
mod layout;
pub mod text;

/// The colours and fonts.
const STYLE: &str = include_str!("picture/style.css");

/// The picture.
pub fn svg(diagram: &Diagram) -> String {
    let layout = Layout::of(diagram);
    let shapes = layout.shapes.iter().map(markup);
    page(layout.width, layout.height, diagram.title, &description(diagram), shapes)
}

/// A picture of that size, as a file: what it is called and what it shows, for those who do not see it, and its parts, a
/// line for each.
fn page(
    width: f64,
    height: f64,
    title: &str,
    description: &str,
    parts: impl Iterator<Item = Markup>,
) -> String {
    let (width, height) = (round(width), round(height));
    let (inner_width, inner_height) = (round(width - 1.0), round(height - 1.0));
    let page = html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox=(format!("0 0 {width} {height}"))
            width=(width) height=(height) role="img" xml:space="preserve" {
            "\n" title { (clean(title)) }
            "\n" desc { (clean(description)) }
            "\n" style { "\n" (PreEscaped(STYLE)) }
            "\n" rect class="page" x="0.5" y="0.5" width=(inner_width) height=(inner_height) rx="8" {}
            @for part in parts { "\n" (part) }
            "\n"
        }
        "\n"
    };
    page.into_string()
}

fn markup(shape: &Shape) -> Markup {
    match shape {
        Shape::Text(text) => text.markup(),
        Shape::Path { path, class } => html! { path class=(class) d=(path) {} },
        Shape::Circle { x, y, radius, class } => html! {
            circle class=(class) cx=(round(*x)) cy=(round(*y)) r=(radius) {}
        },
        Shape::Panel { x, y, width, height, class } => html! {
            rect class=(class) x=(round(*x)) y=(round(*y)) width=(round(*width)) height=(round(*height)) rx="5" {}
        },
    }
}

/// What the picture shows, in words.
fn description(diagram: &Diagram) -> String {
    let name = |actor: usize| diagram.actors[actor];
    let lines = diagram.rows.iter().map(|row| {
        let (actor, label) = (name(row.actor), row.label);
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

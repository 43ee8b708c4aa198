//! What pictures are made of.

use maud::{Markup, html};

use crate::report::picture::text::{Text, round};

/// Something to draw. Lengths are in units of the picture, from its left and upper edges; the classes say in which
/// colour.
#[derive(Debug)]
pub enum Shape {
    /// A line of text.
    Text(Text),
    /// A box, by its upper left corner.
    Panel {
        /// From the left.
        x: f64,
        /// From the top.
        y: f64,
        /// Its width.
        width: f64,
        /// Its height.
        height: f64,
        /// Its class.
        class: &'static str,
    },
    /// A path, in the words of SVG.
    Path {
        /// The path.
        path: String,
        /// Its class.
        class: &'static str,
    },
    /// A circle.
    Circle {
        /// Its middle, from the left.
        x: f64,
        /// From the top.
        y: f64,
        /// Its radius.
        radius: f64,
        /// Its class.
        class: &'static str,
    },
}

impl Shape {
    /// As an element of SVG.
    pub fn markup(&self) -> Markup {
        match self {
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
}

/// A level arrow with a tip of that length. To the left it goes to the server, to the right it comes from there.
pub fn arrow(start: f64, end: f64, y: f64, tip: f64) -> [Shape; 2] {
    let (class, tip_class, tip) = match end > start {
        true => ("from-server", "from-server tip", tip),
        false => ("to-server", "to-server tip", -tip),
    };
    let (start, end, y) = (round(start), round(end), round(y));
    let half = tip.abs() / 2.0;
    let shaft = format!("M{start} {y}H{}", round(end - tip / 2.0));
    let head = format!("M{end} {y}l{} -{half}v{}z", -tip, half * 2.0);
    [Shape::Path { path: shaft, class }, Shape::Path { path: head, class: tip_class }]
}

//! The whole course as one picture: a card for each step, in the order of the walkthrough, with its number, its title,
//! its points, what is new in it, and its run as a small sequence diagram.

use crate::course::step::Step;
use crate::report::picture::page::page;
use crate::report::picture::shape::{Shape, arrow};
use crate::report::picture::text::{Anchor, Face, NAME, SMALL, TINY, TITLE, Text, wrap_evenly};
use crate::report::sequence::{Act, Diagram, Row};

/// How many cards stand side by side.
const ACROSS: usize = 4;
/// The width and the height of a card.
const CARD: (f64, f64) = (158.0, 174.0);
/// From one card to the next, and from one row to the next.
const BETWEEN: (f64, f64) = (16.0, 26.0);
/// From the edge of the picture.
const MARGIN: f64 = 20.0;
/// Inside a card, from its edge.
const PADDING: f64 = 11.0;
/// The height of the small diagram at the bottom of a card.
const DRAWING: f64 = 60.0;
/// Where the first row of cards begins.
const TOP: f64 = 78.0;
/// The most lines that a title takes, and what is new.
const MOST_LINES: usize = 2;

const TITLE_OF_ALL: &str = "From one message to a chat room of your own";

/// What is said in the chat room that the way leads to.
const GOAL: [&str; 4] = ["is anybody here?", "all of us!", "how do I begin?", "make ex1"];

/// The picture of these steps, each with a run of its programs.
pub fn svg(steps: &[(&Step, Diagram)]) -> String {
    let rows = (steps.len() + 1).div_ceil(ACROSS); // the last card is the goal
    let width = 2.0 * MARGIN + ACROSS as f64 * (CARD.0 + BETWEEN.0) - BETWEEN.0;
    let height = TOP + rows as f64 * (CARD.1 + BETWEEN.1) - BETWEEN.1 + MARGIN;
    let points: u32 = steps.iter().map(|(step, _)| step.points).sum();
    let about = format!(
        "{} steps with std::net and std::thread, each played over real sockets",
        steps.len()
    );
    let mut shapes = vec![
        text(MARGIN, 38.0, Anchor::Start, TITLE, "", TITLE_OF_ALL),
        text(MARGIN, 58.0, Anchor::Start, SMALL, "muted", &about),
    ];
    shapes.extend((1..=steps.len()).flat_map(way_to));
    for (number, (step, diagram)) in steps.iter().enumerate() {
        card(place(number), step, diagram, &mut shapes);
    }
    goal(place(steps.len()), points, &mut shapes);
    let told = steps
        .iter()
        .map(|(step, _)| format!("{}. New: {}. {} points.", step.title, step.new, step.points));
    page(width, height, TITLE_OF_ALL, &told.collect::<Vec<_>>().join("\n"), &shapes)
}

fn text(x: f64, y: f64, anchor: Anchor, face: Face, tone: &'static str, text: &str) -> Shape {
    Shape::Text(Text { x, y, anchor, face, tone, text: text.to_string() })
}

/// The upper left corner of a card.
fn place(number: usize) -> (f64, f64) {
    let (column, row) = ((number % ACROSS) as f64, (number / ACROSS) as f64);
    (MARGIN + column * (CARD.0 + BETWEEN.0), TOP + row * (CARD.1 + BETWEEN.1))
}

/// The way from the card before this one.
fn way_to(number: usize) -> [Shape; 2] {
    let ((x, y), middle) = (place(number), CARD.1 / 2.0);
    let path = match number.is_multiple_of(ACROSS) {
        false => format!("M{} {}h{}", x - BETWEEN.0, y + middle, BETWEEN.0),
        true => {
            // Between the rows, from the right to the left.
            let (last, above) = place(number - 1);
            let (half, down) = (BETWEEN.1 / 2.0, above + CARD.1);
            let (from, to) = (last + CARD.0 / 2.0, x + CARD.0 / 2.0);
            format!("M{from} {down}v{}q0 5 -5 5H{}q-5 0 -5 5V{y}", half - 5.0, to + 5.0,)
        }
    };
    let tip = match number.is_multiple_of(ACROSS) {
        false => format!("M{x} {}l-6 -4v8z", y + middle),
        true => format!("M{} {y}l-4 -6h8z", x + CARD.0 / 2.0),
    };
    [Shape::Path { path, class: "way" }, Shape::Path { path: tip, class: "way-tip" }]
}

/// The number of a step and what it is about: `1.4` and `one thread per client`.
fn number_and_title(step: &Step) -> (&str, &str) {
    step.title.split_once(": ").or_else(|| step.title.split_once(' ')).unwrap_or(("", step.title))
}

fn card((x, y): (f64, f64), step: &Step, diagram: &Diagram, shapes: &mut Vec<Shape>) {
    let (number, title) = number_and_title(step);
    let is_milestone = number.contains(' ');
    let class = if is_milestone { "card milestone" } else { "card" };
    shapes.push(Shape::Panel { x, y, width: CARD.0, height: CARD.1, class });
    let (left, right) = (x + PADDING, x + CARD.0 - PADDING);
    let tone = if is_milestone { "accent" } else { "muted" };
    shapes.push(text(left, y + 21.0, Anchor::Start, TINY, tone, number));
    let points = format!("{} points", step.points);
    shapes.push(text(right, y + 21.0, Anchor::End, TINY, "muted", &points));
    let mut base = y + 41.0;
    let lines = |face: Face, text: &str| wrap_evenly(text, face.columns(right - left), MOST_LINES);
    for line in lines(NAME, title) {
        shapes.push(text(left, base, Anchor::Start, NAME, "", &line));
        base += NAME.line;
    }
    for line in lines(SMALL, step.new) {
        shapes.push(text(left, base + 2.0, Anchor::Start, SMALL, "muted", &line));
        base += SMALL.line;
    }
    let top = y + CARD.1 - PADDING - DRAWING;
    drawing((left, top), right - left, diagram, shapes);
}

/// A run without words.
fn drawing((x, y): (f64, f64), width: f64, diagram: &Diagram, shapes: &mut Vec<Shape>) {
    let actors = diagram.actors.len() as f64;
    let lifeline = |actor: usize| x + width * (actor as f64 + 0.5) / actors;
    for actor in 0..diagram.actors.len() {
        let path = format!("M{} {y}v{DRAWING}", lifeline(actor));
        shapes.push(Shape::Path { path, class: "life" });
    }
    let rows = diagram.rows.len() as f64;
    let step = (DRAWING / (rows + 1.0)).min(9.0);
    let first = y + (DRAWING - step * (rows - 1.0)) / 2.0;
    for (number, row) in diagram.rows.iter().enumerate() {
        shapes.extend(stroke(row, first + step * number as f64, &lifeline));
    }
}

/// A row of a small diagram.
fn stroke(row: &Row, y: f64, lifeline: &dyn Fn(usize) -> f64) -> Vec<Shape> {
    let x = lifeline(row.actor);
    match row.act {
        Act::Sends { to } => arrow(x, lifeline(to), y, 4.0).into(),
        Act::Receives { from } => arrow(lifeline(from), x, y, 4.0).into(),
        Act::Prints | Act::Logs | Act::Types => {
            let class = if row.act == Act::Types { "dash typing" } else { "dash" };
            vec![Shape::Path { path: format!("M{} {y}h14", x - 7.0), class }]
        }
        Act::Event | Act::Fails => vec![Shape::Circle { x, y, radius: 1.6, class: "dot" }],
    }
}

/// Where the way leads to.
fn goal((x, y): (f64, f64), points: u32, shapes: &mut Vec<Shape>) {
    let (left, right) = (x + PADDING, x + CARD.0 - PADDING);
    shapes.push(Shape::Panel { x, y, width: CARD.0, height: CARD.1, class: "card goal" });
    for (number, said) in GOAL.iter().enumerate() {
        let (is_answer, top) = (number % 2 == 1, y + 13.0 + 29.0 * number as f64);
        let width = SMALL.width(said) + 2.0 * 7.0;
        let (bubble, class, tone) = match is_answer {
            true => (right - width, "answer", "on-answer"),
            false => (left, "bubble", ""),
        };
        shapes.push(Shape::Panel { x: bubble, y: top, width, height: 22.0, class });
        let middle = bubble + width / 2.0;
        shapes.push(text(middle, top + 15.0, Anchor::Middle, SMALL, tone, said));
    }
    let base = y + CARD.1 - 16.0;
    shapes.push(text(left, base, Anchor::Start, NAME, "", &format!("{points} points")));
}

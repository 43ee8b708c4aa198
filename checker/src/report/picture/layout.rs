//! Where everything in a picture is.

use crate::report::difference;
use crate::report::picture::blocks::{Block, Kind};
use crate::report::picture::columns::{
    BESIDE_LABEL, BESIDE_MARK, MARGIN, PADDING, arrange, name_of,
};
use crate::report::picture::shape::{Shape, arrow};
use crate::report::picture::text::{
    Anchor, Face, HEX, MONO, NAME, SMALL, TITLE, Text, round, wrap,
};
use crate::report::sequence::{Act, Diagram, Row};

/// Between two things, one below the other.
const BETWEEN: f64 = 10.0;
/// The height of the boxes with the actors' names.
const HEAD: f64 = 28.0;
/// A picture that is higher names its actors at the bottom, too.
const HIGH: f64 = 620.0;
/// The most lines of a failure's message.
const MOST_LINES: usize = 8;

/// A picture: what to draw, in this order.
#[derive(Debug)]
pub struct Layout {
    /// Its width.
    pub width: f64,
    /// Its height.
    pub height: f64,
    /// What is drawn.
    pub shapes: Vec<Shape>,
}

impl Layout {
    /// Of a diagram.
    pub fn of(diagram: &Diagram) -> Layout {
        let (columns, blocks) = arrange(diagram);
        let (width, lifelines) = (columns.width(), columns.lifelines());
        let mut page =
            Page { width, lifelines, heads: columns.heads, y: MARGIN, shapes: Vec::new() };
        page.title(diagram.title);
        let is_program = |actor| {
            let of_program = |row: &Row| matches!(row.act, Act::Prints | Act::Logs | Act::Types);
            diagram.rows.iter().any(|row| row.actor == actor && of_program(row))
        };
        let programs: Vec<bool> = (0..diagram.actors.len()).map(is_program).collect();
        page.heads(diagram, &programs);
        let top = page.y;
        page.y += BETWEEN + 4.0;
        blocks.iter().for_each(|block| page.block(diagram, block));
        let bottom = match blocks.last() {
            Some(Block::Failure { .. }) => page.y - BETWEEN, // nothing comes after it
            _ => page.y + 2.0,
        };
        page.y += 2.0;
        if page.y > HIGH {
            page.heads(diagram, &programs);
        }
        let lifelines = page.lifelines.iter().take(programs.len()).map(|x| {
            let path = format!("M{} {}V{}", round(*x), round(top), round(bottom));
            Shape::Path { path, class: "life" }
        });
        let height = page.y + MARGIN - 4.0;
        Layout { width: page.width, height, shapes: lifelines.chain(page.shapes).collect() }
    }
}

/// A picture that is filled from top to bottom.
struct Page {
    width: f64,
    lifelines: Vec<f64>,
    heads: Vec<f64>,
    y: f64,
    shapes: Vec<Shape>,
}

impl Page {
    fn lifeline(&self, actor: usize) -> f64 {
        self.lifelines[actor]
    }

    /// A line of text whose upper edge is here.
    fn text(&mut self, x: f64, anchor: Anchor, face: Face, tone: &'static str, text: &str) {
        let y = self.y + face.line * 0.5 + face.size * 0.35;
        self.shapes.push(Shape::Text(Text { x, y, anchor, face, tone, text: text.to_string() }));
    }

    /// Lines of text, one below the other.
    fn lines(&mut self, x: f64, anchor: Anchor, face: Face, tone: &'static str, lines: &[String]) {
        for line in lines {
            self.text(x, anchor, face, tone, line);
            self.y += face.line;
        }
    }

    /// The step's title, and what the scene is called.
    fn title(&mut self, title: &str) {
        let room = self.width - 2.0 * MARGIN;
        let (step, name) = title.split_once(" · ").unwrap_or(("", title));
        if !step.is_empty() {
            let lines = wrap(step, SMALL.columns(room), 2);
            self.lines(MARGIN, Anchor::Start, SMALL, "muted", &lines);
            self.y += 2.0;
        }
        self.lines(MARGIN, Anchor::Start, TITLE, "", &wrap(name, TITLE.columns(room), 3));
        self.y += 14.0;
    }

    /// The actors' names.
    fn heads(&mut self, diagram: &Diagram, programs: &[bool]) {
        for (actor, name) in diagram.actors.iter().enumerate() {
            let (x, width) = (self.lifeline(actor), self.heads[actor]);
            let (class, tone) =
                if programs[actor] { ("program", "on-program") } else { ("peer", "") };
            self.panel(x - width / 2.0, width, HEAD, class);
            self.y += (HEAD - NAME.line) / 2.0;
            self.text(x, Anchor::Middle, NAME, tone, &name_of(name));
            self.y -= (HEAD - NAME.line) / 2.0;
        }
        self.y += HEAD;
    }

    fn panel(&mut self, x: f64, width: f64, height: f64, class: &'static str) {
        self.shapes.push(Shape::Panel { x, y: self.y, width, height, class });
    }

    fn block(&mut self, diagram: &Diagram, block: &Block) {
        match block {
            Block::Arrow { from, to, label, hex } => {
                self.arrow(*from, *to, label, hex, block.width())
            }
            Block::Terminal { actor, lines } => self.terminal(*actor, lines, block.width()),
            Block::Event { actor, kind, label } => self.event(*actor, *kind, label),
            Block::Failure { actor, row } => self.failure(diagram.actors[*actor], *actor, row),
        }
        self.y += BETWEEN;
    }

    fn arrow(&mut self, from: usize, to: usize, label: &[String], hex: &[String], width: f64) {
        let (start, end) = (self.lifeline(from), self.lifeline(to));
        let right = from.max(to);
        // The text stands in the gap beside the actor that is not the server, if it fits there.
        let (near, far) = (self.lifeline(right), self.lifeline(right - 1));
        let (x, anchor) = match width + 2.0 * BESIDE_LABEL <= near - far + 0.1 {
            true => ((near + far) / 2.0, Anchor::Middle),
            false => (near - BESIDE_LABEL, Anchor::End),
        };
        self.lines(x, anchor, MONO, "halo", label);
        self.y += 4.0;
        let end = if to > from { end - 1.5 } else { end + 1.5 };
        self.shapes.extend(arrow(start, end, self.y, 8.0));
        self.y += 3.0;
        self.lines(x, anchor, HEX, "muted halo", hex);
        self.y += if hex.is_empty() { 0.0 } else { 3.0 };
    }

    fn terminal(&mut self, actor: usize, lines: &[(Act, String)], width: f64) {
        let width = width + 2.0 * PADDING;
        // On its lifeline, but within the margins.
        let left =
            (self.lifeline(actor) - width / 2.0).min(self.width - MARGIN - width).max(MARGIN);
        self.panel(left, width, lines.len() as f64 * MONO.line + 10.0, "terminal");
        self.y += 5.0;
        for (act, line) in lines {
            let tone = match act {
                Act::Types => "typed",
                Act::Logs => "logged",
                _ if line.starts_with("$ ") => "muted",
                _ => "",
            };
            self.text(left + PADDING, Anchor::Start, MONO, tone, line);
            self.y += MONO.line;
        }
        self.y += 5.0;
    }

    fn event(&mut self, actor: usize, kind: Kind, label: &[String]) {
        let (x, y) = (self.lifeline(actor), self.y + SMALL.line / 2.0);
        let class = match kind {
            Kind::Comes => "mark comes",
            Kind::Goes => "mark goes",
            Kind::BreaksOff => "mark",
            Kind::Other => "mark other",
        };
        self.shapes.push(Shape::Circle { x, y, radius: 5.0, class });
        if kind == Kind::BreaksOff {
            let path = format!("M{} {}l6 6m0 -6l-6 6", round(x - 3.0), round(y - 3.0));
            self.shapes.push(Shape::Path { path, class: "cross" });
        }
        self.lines(x + BESIDE_MARK, Anchor::Start, SMALL, "muted halo", label);
    }

    /// A red mark at the actor, and below it, over the whole width, what was expected and what came.
    fn failure(&mut self, name: &str, actor: usize, row: &Row) {
        let (x, y) = (self.lifeline(actor), self.y + 10.0);
        let width = self.width - 2.0 * MARGIN;
        let columns = MONO.columns(width - 2.0 * PADDING);
        let message = wrap(&format!("{name}: {}", row.label), columns, MOST_LINES);
        let difference = row.line.difference.as_deref();
        let rows: Vec<String> = difference.map_or(Vec::new(), |it| difference::rows(it, columns));
        let between = if rows.is_empty() { 0.0 } else { 6.0 };
        let height = (message.len() + rows.len()) as f64 * MONO.line + between + 16.0;
        self.y += 24.0;
        self.panel(MARGIN, width, height, "failure");
        self.shapes.push(Shape::Path {
            path: format!("M{} {}V{}", round(x), round(y), round(self.y)),
            class: "to-failure",
        });
        self.shapes.push(Shape::Circle { x, y, radius: 9.0, class: "failed" });
        let path = format!("M{} {}l7 7m0 -7l-7 7", round(x - 3.5), round(y - 3.5));
        self.shapes.push(Shape::Path { path, class: "failed-cross" });
        self.y += 8.0;
        self.lines(MARGIN + PADDING, Anchor::Start, MONO, "wrong", &message);
        self.y += between;
        self.lines(MARGIN + PADDING, Anchor::Start, MONO, "", &rows);
        self.y += 8.0;
    }
}

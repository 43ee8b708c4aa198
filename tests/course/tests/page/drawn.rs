//! A diagram as a browser has drawn it, beside what is to be drawn.

use course_tests::play::{Act, Diagram};
use serde::Deserialize;

/// A box on a page, in pixels from its upper left corner.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Area {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

/// A name, with its place.
#[derive(Debug, Deserialize)]
pub struct Named {
    text: String,
    area: Area,
}

/// A diagram, as it is drawn.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Drawn {
    width: f64,
    height: f64,
    actors: Vec<Named>,
    lifelines: Vec<Area>,
    rows: Vec<DrawnRow>,
}

/// A row of it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DrawnRow {
    text: String,
    aloud: String,
    label: Option<Area>,
    arrow: Option<Area>,
    points_right: Option<bool>,
    mark: Option<Area>,
}

/// How far, in pixels, something may be from where it belongs.
const NEAR: f64 = 3.0;

impl Area {
    fn is_empty(self) -> bool {
        self.right - self.left < 1.0 || self.bottom - self.top < 1.0
    }

    fn is_across(self, place: f64) -> bool {
        self.left - NEAR < place && place < self.right + NEAR
    }

    fn is_from_to(self, left: f64, right: f64) -> bool {
        (self.left - left).abs() < NEAR && (self.right - right).abs() < NEAR
    }
}

impl Drawn {
    /// What is not drawn as it should be.
    pub fn differs_from(&self, diagram: &Diagram) -> Vec<String> {
        let names: Vec<&str> = self.actors.iter().map(|actor| &*actor.text).collect();
        if names != diagram.actors || self.lifelines.len() != names.len() {
            return vec![format!("it shows {names:?}, expected {:?}", diagram.actors)];
        }
        if self.rows.len() != diagram.rows.len() {
            return vec![format!(
                "it has {} rows, expected {}",
                self.rows.len(),
                diagram.rows.len()
            )];
        }
        let out_of_sight = self.actors.iter().filter(|actor| !self.is_in_sight(actor.area));
        let mut wrong: Vec<String> =
            out_of_sight.map(|actor| format!("the name {} is out of sight", actor.text)).collect();
        for (drawn, row) in self.rows.iter().zip(&diagram.rows) {
            let begin = beginning(row.label);
            if !drawn.text.contains(&begin)
                || !drawn.label.is_some_and(|area| self.is_in_sight(area))
            {
                wrong.push(format!("{begin:?} cannot be read: {drawn:?}"));
            }
            if !self.is_at_its_actors(drawn, row.actor, row.act) {
                wrong.push(format!("{begin:?} is not where it belongs: {drawn:?}"));
            }
        }
        wrong
    }

    /// Who did what, as far as it is not read aloud.
    pub fn leaves_untold(&self, diagram: &Diagram) -> Vec<String> {
        let mut wrong = Vec::new();
        for (drawn, row) in self.rows.iter().zip(&diagram.rows) {
            let mut needed = vec![diagram.actors[row.actor].to_string(), beginning(row.label)];
            if let Act::Sends { to: other } | Act::Receives { from: other } = row.act {
                needed.push(diagram.actors[other].to_string());
            }
            let missing = needed.iter().find(|what| !drawn.aloud.contains(what.as_str()));
            wrong.extend(missing.map(|what| format!("{:?} does not tell {what:?}", drawn.aloud)));
        }
        wrong
    }

    fn is_in_sight(&self, area: Area) -> bool {
        let is_inside = area.left >= 0.0 && area.right <= self.width;
        !area.is_empty() && is_inside && area.top >= 0.0 && area.bottom <= self.height
    }

    /// Whether the arrow goes from one to the other, and what else there is stands at its actor.
    fn is_at_its_actors(&self, drawn: &DrawnRow, actor: usize, act: Act) -> bool {
        let place = |actor: usize| self.lifelines[actor].left;
        let is_arrow = |from: usize, to: usize| {
            let (left, right) = (place(from.min(to)), place(from.max(to)));
            let is_there = |arrow: Area| self.is_in_sight(arrow) && arrow.is_from_to(left, right);
            drawn.arrow.is_some_and(is_there) && drawn.points_right == Some(from < to)
        };
        match act {
            Act::Sends { to } => is_arrow(actor, to),
            Act::Receives { from } => is_arrow(from, actor),
            Act::Fails => drawn
                .mark
                .is_some_and(|mark| self.is_in_sight(mark) && mark.is_across(place(actor))),
            Act::Prints | Act::Logs | Act::Types | Act::Event => {
                drawn.label.is_some_and(|note| note.is_across(place(actor)))
            }
        }
    }
}

/// The beginning of a label, which is to be read however long it is.
pub fn beginning(label: &str) -> String {
    const LENGTH: usize = 40;
    let words: Vec<&str> = label.split_whitespace().collect();
    words.join(" ").chars().take(LENGTH).collect()
}

//! The tables of the chat rooms.

use std::fmt::Write;

use crate::contestants::{LIMIT, Reach};
use crate::rooms::Room;
use crate::shape::{CROWDS, LENGTHS, ORIGINAL, Shape};
use crate::stats::{median, percentile};

/// From this on, the load generator counts as full.
const FULL: f64 = 0.9;

/// How many shapes stand side by side.
const COLUMNS: usize = 6;

/// Deliveries a second in each of these shapes, and how busy both sides were. Nothing, if none of them was measured.
pub fn floods(title: &str, rooms: &[Room], shapes: &[Shape]) -> String {
    let is_measured = |shape: &&Shape| rooms.iter().any(|room| room.floods.contains_key(*shape));
    let shapes: Vec<Shape> = shapes.iter().filter(is_measured).copied().collect();
    let mut text = String::new();
    for shapes in shapes.chunks(COLUMNS) {
        let _ = writeln!(text, "{title}: million deliveries a second (ratio to the limit)\n");
        text += &grid(rooms, shapes, |room, shape| rate(rooms, room, shape));
        text.push('\n');
        let _ = writeln!(text, "{title}: how busy the load was / the server, in % of one core\n");
        text += &grid(rooms, shapes, busy);
        text.push('\n');
    }
    text
}

/// All shapes that were measured.
pub fn measured(rooms: &[Room]) -> Vec<Shape> {
    let mut shapes: Vec<Shape> =
        rooms.iter().flat_map(|room| room.floods.keys()).copied().collect();
    shapes.sort();
    shapes.dedup();
    shapes
}

fn grid(rooms: &[Room], shapes: &[Shape], cell: impl Fn(&Room, Shape) -> Option<String>) -> String {
    let mut table = format!("{:<22}", "members x senders");
    for shape in shapes {
        let _ = write!(table, "{shape:>15}");
    }
    table.push('\n');
    for room in rooms {
        let _ = write!(table, "{:<22}", room.contestant.name);
        for shape in shapes {
            let _ = write!(table, "{:>15}", cell(room, *shape).unwrap_or("–".to_string()));
        }
        table.push('\n');
    }
    table
}

fn rate(rooms: &[Room], room: &Room, shape: Shape) -> Option<String> {
    let floods = room.floods.get(&shape)?;
    let limit = rooms.iter().find(|room| room.contestant.name == LIMIT);
    let ratio = limit
        .and_then(|limit| limit.floods.get(&shape))
        .map_or(String::new(), |limit| format!(" ({:.2})", floods.rate() / limit.rate()));
    let mark = if floods.generator() > FULL { "*" } else { "" };
    Some(format!("{}{mark}{ratio}", short(floods.rate() / 1e6)))
}

/// A number with as many digits as mean something.
fn short(number: f64) -> String {
    match number {
        0.0..0.995 => format!("{number:.2}"),
        0.995..9.95 => format!("{number:.1}"),
        _ => format!("{number:.0}"),
    }
}

fn busy(room: &Room, shape: Shape) -> Option<String> {
    let floods = room.floods.get(&shape)?;
    Some(format!("{:.0} / {:.0}", floods.generator() * 100.0, floods.server() * 100.0))
}

/// The main tables.
pub fn all_floods(rooms: &[Room]) -> String {
    let mut text = floods("64-byte lines", rooms, &CROWDS);
    text += &floods("lines of 16, 64, 512, 16384 bytes", rooms, &LENGTHS);
    if !text.is_empty() {
        text += "*: at least: the load generator was busy for more than 90 % of the time.\n";
        text += "Redis: a publisher that subscribes hears itself, so it has one delivery more for each line.\n";
    }
    let lost = rooms.iter().filter(|room| room.lost() > 0);
    let lost: Vec<String> =
        lost.map(|room| format!("{}: {} never came", room.contestant.name, room.lost())).collect();
    match &lost[..] {
        [] => text += "Nothing was lost.\n",
        lost => text += &format!("Lost: {}\n", lost.join("; ")),
    }
    text
}

/// How long a line is under way; what a member costs; what a stalled member does to the others.
pub fn conditions(rooms: &[Room]) -> String {
    let [first, _, thousand] = ORIGINAL;
    let crowd = CROWDS[CROWDS.len() - 1];
    let mut table = format!(
        "{:<22}{:>18}{:>20}{:>16}{:>18}{:>13}\n{:<22}{:>18}{:>20}{:>16}{:>18}{:>13}\n",
        "one line to 100",
        "quiet room",
        "another floods",
        thousand.members,
        crowd.members,
        "one stalled",
        "",
        "p50 / p99, ms",
        "p50 / p99, ms (n)",
        "KiB each, s",
        "KiB each, s",
        format!("M/s, {first}")
    );
    for room in rooms {
        let quiet = pair(&room.quiet).unwrap_or("–".to_string());
        let flooded = pair(&room.flooded)
            .map_or("–".to_string(), |pair| format!("{pair} ({})", room.flooded.len()));
        let each = |shape| cost(room, shape).unwrap_or("–".to_string());
        let stalled = match median(&room.stalled) {
            _ if room.is_held_up => "held up".to_string(),
            Some(rate) => short(rate / 1e6),
            None => "–".to_string(),
        };
        let _ = writeln!(
            table,
            "{:<22}{quiet:>18}{flooded:>20}{:>16}{:>18}{stalled:>13}",
            room.contestant.name,
            each(thousand),
            each(crowd)
        );
    }
    table += "\nquiet room: until the last of the others has the line. another floods: until one given member has it,\n\
              the one that joined last; n: how many lines were timed. KiB: own memory for each idle member. s: until all\n\
              who come at once are let in. one stalled: deliveries beside a member who does not read.\n";
    table
}

fn pair(seconds: &[f64]) -> Option<String> {
    let (middle, far) = (percentile(seconds, 0.5)?, percentile(seconds, 0.99)?);
    Some(format!("{} / {}", short(middle * 1e3), short(far * 1e3)))
}

fn cost(room: &Room, shape: Shape) -> Option<String> {
    let floods = room.floods.get(&shape)?;
    Some(format!("{:.1}, {:.2}", floods.kib_each(), floods.opened()))
}

/// The contestants of the pictures that show how a room grows.
pub fn growing(rooms: &[Room]) -> impl Iterator<Item = &Room> {
    rooms.iter().filter(|room| room.contestant.reach == Reach::Growth)
}

/// How the rate grows over these shapes, as a table.
pub fn growth(rooms: &[Room], shapes: &[Shape]) -> String {
    let mut table = format!("{:<22}", "members x senders");
    for shape in shapes {
        let _ = write!(table, "{shape:>10}");
    }
    table.push('\n');
    for room in growing(rooms) {
        let _ = write!(table, "{:<22}", room.contestant.name);
        for shape in shapes {
            let rate = room.floods.get(shape).map(|floods| short(floods.rate() / 1e6));
            let _ = write!(table, "{:>10}", rate.unwrap_or("–".to_string()));
        }
        table.push('\n');
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_as_many_digits_as_mean_something() {
        assert_eq!(
            [0.456, 0.996, 4.56, 9.96, 192.3].map(short),
            ["0.46", "1.0", "4.6", "10", "192"]
        );
    }
}

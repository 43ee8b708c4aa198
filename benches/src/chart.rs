//! The chart of the chat rooms, as SVG.

use std::fs;
use std::path::Path;

use anyhow::{Result, anyhow};
use plotters::prelude::*;

use crate::rooms::Room;
use crate::shape::CROWDS;

/// A color for each shape.
const COLORS: [RGBColor; 6] = [
    RGBColor(31, 78, 121),
    RGBColor(46, 117, 182),
    RGBColor(110, 168, 220),
    RGBColor(170, 205, 235),
    RGBColor(230, 140, 40),
    RGBColor(180, 90, 20),
];

/// The foot of the chart: million deliveries a second.
const LEAST: f64 = 0.1;

/// Writes the deliveries a second of all rooms, on a logarithmic scale.
pub fn write(path: &Path, rooms: &[Room]) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    draw(path, rooms).map_err(|error| anyhow!("cannot draw {}: {error}", path.display()))
}

fn draw(path: &Path, rooms: &[Room]) -> Result<(), Box<dyn std::error::Error>> {
    let area = SVGBackend::new(path, (1100, 460)).into_drawing_area();
    area.fill(&WHITE)?;
    let rates =
        rooms.iter().flat_map(|room| CROWDS.iter().filter_map(|shape| room.floods.get(shape)));
    let most = rates.map(|floods| floods.rate()).fold(1e6, f64::max) / 1e6;
    let mut chart = ChartBuilder::on(&area)
        .caption("Million deliveries a second (64-byte lines)", ("sans-serif", 20))
        .margin(12)
        .x_label_area_size(32)
        .y_label_area_size(56)
        .build_cartesian_2d(0f64..rooms.len() as f64, (LEAST..most * 12.0).log_scale())?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .disable_x_axis()
        .y_label_formatter(&|value| value.to_string())
        .draw()?;
    let width = 0.84 / CROWDS.len() as f64;
    for (index, shape) in CROWDS.into_iter().enumerate() {
        let color = COLORS[index];
        let bars = rooms.iter().enumerate().filter_map(|(number, room)| {
            let left = number as f64 + 0.08 + width * index as f64;
            let rate = (room.floods.get(&shape)?.rate() / 1e6).max(LEAST);
            Some(Rectangle::new([(left, LEAST), (left + width * 0.92, rate)], color.filled()))
        });
        let plural = if shape.senders == 1 { "sender" } else { "senders" };
        chart
            .draw_series(bars)?
            .label(format!("{} members, {} {plural}", shape.members, shape.senders))
            .legend(move |(x, y)| Rectangle::new([(x, y - 5), (x + 12, y + 5)], color.filled()));
    }
    let names = rooms.iter().enumerate().map(|(number, room)| {
        let place = chart.backend_coord(&(number as f64 + 0.08, LEAST));
        Text::new(room.contestant.name, (place.0, place.1 + 10), ("sans-serif", 14))
    });
    for name in names.collect::<Vec<_>>() {
        area.draw(&name)?;
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperMiddle)
        .background_style(WHITE)
        .border_style(BLACK.mix(0.3))
        .draw()?;
    area.present()?;
    Ok(())
}

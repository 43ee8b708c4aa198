//! The chart of the chat rooms, as SVG.

use std::fs;
use std::path::Path;

use anyhow::{Result, anyhow};
use plotters::prelude::*;

use crate::tables::{Room, SHAPES};

const COLORS: [RGBColor; 3] =
    [RGBColor(46, 110, 170), RGBColor(230, 140, 40), RGBColor(90, 160, 90)];

/// Writes the deliveries a second of all rooms, on a logarithmic scale.
pub fn write(path: &Path, rooms: &[Room]) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    draw(path, rooms).map_err(|error| anyhow!("cannot draw {}: {error}", path.display()))
}

fn draw(path: &Path, rooms: &[Room]) -> Result<(), Box<dyn std::error::Error>> {
    let area = SVGBackend::new(path, (860, 420)).into_drawing_area();
    area.fill(&WHITE)?;
    let most = rooms.iter().flat_map(|room| room.rates).fold(1e6, f64::max) / 1e6;
    let mut chart = ChartBuilder::on(&area)
        .caption("Million deliveries a second (64-byte lines)", ("sans-serif", 20))
        .margin(12)
        .x_label_area_size(32)
        .y_label_area_size(56)
        .build_cartesian_2d(0f64..rooms.len() as f64, (0.1f64..most * 2.0).log_scale())?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .disable_x_axis()
        .y_label_formatter(&|value| value.to_string())
        .draw()?;
    for (index, (members, senders)) in SHAPES.into_iter().enumerate() {
        let color = COLORS[index];
        let bars = rooms.iter().enumerate().map(|(number, room)| {
            let left = number as f64 + 0.14 + 0.24 * index as f64;
            let rate = (room.rates[index] / 1e6).max(0.1);
            Rectangle::new([(left, 0.1), (left + 0.22, rate)], color.filled())
        });
        let plural = if senders == 1 { "sender" } else { "senders" };
        chart
            .draw_series(bars)?
            .label(format!("{members} members, {senders} {plural}"))
            .legend(move |(x, y)| Rectangle::new([(x, y - 5), (x + 12, y + 5)], color.filled()));
    }
    let names = rooms.iter().enumerate().map(|(number, room)| {
        let place = chart.backend_coord(&(number as f64 + 0.5, 0.1));
        Text::new(room.name, (place.0 - 44, place.1 + 10), ("sans-serif", 15))
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

//! The picture of how a room grows, as SVG: deliveries a second against members, and against senders.

use std::fs;
use std::path::Path;

use anyhow::{Result, anyhow};
use plotters::coord::Shift;
use plotters::prelude::*;

use crate::rooms::Room;
use crate::shape::{MEMBERS, SENDERS, Shape};
use crate::tables::growing;

/// A color for each contestant.
const COLORS: [RGBColor; 3] =
    [RGBColor(31, 90, 160), RGBColor(60, 140, 60), RGBColor(220, 120, 30)];

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// Writes both curves of those rooms whose growth was measured.
pub fn write(path: &Path, rooms: &[Room]) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    draw(path, rooms).map_err(|error| anyhow!("cannot draw {}: {error}", path.display()))
}

fn draw(path: &Path, rooms: &[Room]) -> Result<(), Box<dyn std::error::Error>> {
    let area = SVGBackend::new(path, (1100, 420)).into_drawing_area();
    area.fill(&WHITE)?;
    let (left, right) = area.split_horizontally(550);
    draw_curves(&left, rooms, "members, one of whom talks", &MEMBERS, |shape| shape.members)?;
    draw_curves(&right, rooms, "senders, in a room of 100", &SENDERS, |shape| shape.senders)?;
    area.present()?;
    Ok(())
}

fn draw_curves(
    area: &Area,
    rooms: &[Room],
    what: &str,
    shapes: &[Shape],
    count: impl Fn(&Shape) -> usize,
) -> Result<(), Box<dyn std::error::Error>> {
    let curves: Vec<(&str, Vec<(f64, f64)>)> = growing(rooms)
        .map(|room| {
            let rates = shapes.iter().filter_map(|shape| Some((shape, room.floods.get(shape)?)));
            let points = rates.map(|(shape, floods)| (count(shape) as f64, floods.rate() / 1e6));
            let points = points.filter(|(_, rate)| *rate > 0.0); // there is no logarithm of 0
            (room.contestant.name, points.collect())
        })
        .collect();
    let rates = curves.iter().flat_map(|(_, points)| points).map(|(_, rate)| *rate);
    let (least, most) =
        rates.fold((1.0f64, 1.0f64), |(least, most), rate| (least.min(rate), most.max(rate)));
    let counts: Vec<usize> = shapes.iter().map(&count).collect();
    let (first, last) = (counts[0] as f64, counts[counts.len() - 1] as f64);
    let mut chart = ChartBuilder::on(area)
        .caption(format!("Million deliveries a second against {what}"), ("sans-serif", 16))
        .margin(12)
        .x_label_area_size(36)
        .y_label_area_size(52)
        .build_cartesian_2d(
            (first * 0.8..last * 1.25).log_scale(),
            (least * 0.7..most * 6.0).log_scale(),
        )?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .x_label_formatter(&|value| value.to_string())
        .y_label_formatter(&|value| value.to_string())
        .x_desc("64-byte lines, both scales logarithmic")
        .draw()?;
    for (index, (name, points)) in curves.into_iter().enumerate() {
        let color = COLORS[index % COLORS.len()];
        let dots = points.iter().map(|point| Circle::new(*point, 3, color.filled()));
        chart.draw_series(dots.collect::<Vec<_>>())?;
        chart
            .draw_series(LineSeries::new(points, color.stroke_width(2)))?
            .label(name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], color.stroke_width(2)));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .background_style(WHITE)
        .border_style(BLACK.mix(0.3))
        .draw()?;
    Ok(())
}

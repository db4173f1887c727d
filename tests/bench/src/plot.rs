//! The report as a plot: each column over ours, on a logarithmic scale.

use crate::report::Report;
use anyhow::{Result, anyhow};
use plotters::prelude::*;
use std::path::Path;

/// The columns that are plotted, by name and color. `ratios` returns them in this order.
const SERIES: [(&str, RGBColor); 3] =
    [("floor", RGBColor(120, 120, 120)), ("default", RGBColor(70, 130, 180)), ("peer", RGBColor(200, 90, 60))];

pub fn draw(report: &Report, path: &Path) -> Result<()> {
    // Every error of the backend means that the file cannot be written.
    plot(report, path).map_err(|error| anyhow!("{}: {error}", path.display()))
}

fn plot(report: &Report, path: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let rows: Vec<_> = report
        .rows
        .iter()
        .map(|row| {
            let [(_, ours_over_floor), (_, default), (_, peer)] = row.ratios();
            (row.name, [ours_over_floor.map(|ratio| 1.0 / ratio), default, peer])
        })
        .collect();
    let all = || rows.iter().flat_map(|(_, values)| values.iter().flatten().copied());
    let least = all().fold(0.5, f64::min) / 1.3;
    let most = all().fold(2.0, f64::max) * 1.3;

    let count = rows.len() as f64;
    let root = SVGBackend::new(path, (960, 100 + 34 * rows.len() as u32)).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .caption("Time or size, as a multiple of Tairitsu's", ("sans-serif", 20))
        .margin(12)
        .x_label_area_size(36)
        .y_label_area_size(190)
        .build_cartesian_2d((least..most).log_scale(), 0.0..count)?;
    let name = |at: &f64| rows.get((count - at) as usize).map_or("", |(name, _)| *name).to_string();
    chart
        .configure_mesh()
        .disable_y_mesh()
        .disable_y_axis()
        .y_labels(0)
        .x_label_formatter(&|x| format!("{x}"))
        .x_desc("over ours: more than 1 is slower or larger than Tairitsu")
        .draw()?;
    for (i, (label, color)) in SERIES.into_iter().enumerate() {
        let bars = rows.iter().enumerate().filter_map(|(row, (_, values))| {
            let top = count - row as f64 - 0.12 - 0.26 * i as f64;
            let value = values[i]?;
            Some(Rectangle::new([(value.min(1.0), top - 0.22), (value.max(1.0), top)], color.filled()))
        });
        chart
            .draw_series(bars)?
            .label(label)
            .legend(move |(x, y)| Rectangle::new([(x, y - 5), (x + 12, y + 5)], color.filled()));
    }
    chart.draw_series(std::iter::once(PathElement::new([(1.0, 0.0), (1.0, count)], BLACK.stroke_width(1))))?;
    // The names are drawn beside the axis, because the backend puts no labels between two ticks.
    let area = chart.plotting_area();
    for row in 0..rows.len() {
        let at = count - row as f64 - 0.5;
        let (x, y) = area.map_coordinate(&(least, at));
        let style = ("sans-serif", 14).into_text_style(&root).pos(plotters::style::text_anchor::Pos::new(
            plotters::style::text_anchor::HPos::Right,
            plotters::style::text_anchor::VPos::Center,
        ));
        root.draw_text(&name(&at), &style, (x - 8, y))?;
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::LowerRight)
        .border_style(BLACK)
        .background_style(WHITE)
        .draw()?;
    root.present()?;
    Ok(())
}

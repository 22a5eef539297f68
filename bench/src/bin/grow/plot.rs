//! Draws lines over sizes, as SVG.

use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use plotters::{
    coord::ranged1d::{AsRangedCoord, Ranged, ValueFormatter},
    prelude::*,
};

/// Pixels.
const SIZE: (u32, u32) = (760, 460);

const INK: RGBColor = RGBColor(36, 41, 47);
const GRID: RGBColor = RGBColor(216, 222, 228);

/// What the lines are called and how they look, in this order.
const COLOURS: [RGBColor; 3] = [
    RGBColor(9, 105, 218),
    RGBColor(130, 80, 40),
    RGBColor(207, 34, 46),
];

/// One line.
pub(crate) struct Series {
    /// What the legend calls it.
    pub(crate) name: String,
    /// From left to right.
    pub(crate) points: Vec<(f64, f64)>,
}

/// One picture.
pub(crate) struct Plot {
    /// What it shows.
    pub(crate) title: &'static str,
    /// The title of the axis along the bottom.
    pub(crate) x: &'static str,
    /// The title of the axis on the left.
    pub(crate) y: &'static str,
    /// How the axes are divided.
    pub(crate) axes: Axes,
    /// The lines.
    pub(crate) series: Vec<Series>,
}

/// How the axes of a plot are divided.
#[derive(Clone, Copy)]
pub(crate) enum Axes {
    /// Both evenly, from zero.
    Linear,
    /// The sizes by powers of ten, the rest evenly from zero.
    LogX,
}

impl Axes {
    /// Where lines seldom are: what is drawn evenly mostly grows.
    fn free_corner(self) -> SeriesLabelPosition {
        match self {
            Self::Linear => SeriesLabelPosition::UpperLeft,
            Self::LogX => SeriesLabelPosition::UpperRight,
        }
    }
}

impl Plot {
    /// Writes the picture to `file`.
    ///
    /// # Errors
    /// If there is not one point, or the file cannot be written.
    pub(crate) fn draw(&self, file: &Path) -> Result<()> {
        let Some((x, highest)) = self.bounds() else {
            bail!("there is nothing to draw for {}", file.display());
        };
        let from_zero = 0.0..highest * 1.3;
        let sizes = (x.0 * 0.85..x.1 * 1.15).log_scale();
        match self.axes {
            Axes::Linear => self.draw_on(file, 0.0..x.1 * 1.03, from_zero),
            Axes::LogX => self.draw_on(file, sizes, from_zero),
        }
        .with_context(|| format!("cannot draw {}", file.display()))
    }

    /// The least and the greatest size, and the greatest value.
    fn bounds(&self) -> Option<((f64, f64), f64)> {
        let points = || self.series.iter().flat_map(|series| &series.points);
        let xs: Vec<f64> = points().map(|point| point.0).collect();
        let ys: Vec<f64> = points().map(|point| point.1).collect();
        Some((
            bench::statistics::spread(&xs)?,
            bench::statistics::spread(&ys)?.1,
        ))
    }

    fn draw_on<X, Y>(&self, file: &Path, x: X, y: Y) -> Result<()>
    where
        X: AsRangedCoord<Value = f64>,
        Y: AsRangedCoord<Value = f64>,
        X::CoordDescType: Ranged<ValueType = f64> + ValueFormatter<f64>,
        Y::CoordDescType: Ranged<ValueType = f64> + ValueFormatter<f64>,
    {
        let area = SVGBackend::new(file, SIZE).into_drawing_area();
        area.fill(&WHITE).map_err(as_error)?;
        let mut chart = ChartBuilder::on(&area)
            .margin(14)
            .caption(self.title, ("sans-serif", 19).into_font().color(&INK))
            .x_label_area_size(46)
            .y_label_area_size(66)
            .build_cartesian_2d(x, y)
            .map_err(as_error)?;
        chart
            .configure_mesh()
            .axis_style(INK)
            .bold_line_style(GRID)
            .light_line_style(WHITE)
            .label_style(("sans-serif", 14).into_font().color(&INK))
            .axis_desc_style(("sans-serif", 15).into_font().color(&INK))
            .x_desc(self.x)
            .y_desc(self.y)
            .x_label_formatter(&|value| label(*value))
            .y_label_formatter(&|value| label(*value))
            .draw()
            .map_err(as_error)?;
        for (series, colour) in self.series.iter().zip(COLOURS.iter().cycle()) {
            let line = LineSeries::new(series.points.iter().copied(), colour.stroke_width(2));
            chart
                .draw_series(line.point_size(4))
                .map_err(as_error)?
                .label(&series.name)
                .legend(move |(x, y)| {
                    PathElement::new([(x, y), (x + 22, y)], colour.stroke_width(3))
                });
        }
        chart
            .configure_series_labels()
            .position(self.axes.free_corner())
            .background_style(WHITE.mix(0.85))
            .border_style(GRID)
            .label_font(("sans-serif", 15).into_font().color(&INK))
            .draw()
            .map_err(as_error)?;
        area.present().map_err(as_error)
    }
}

/// A number at an axis, without zeros that say nothing.
fn label(value: f64) -> String {
    let text = bench::markdown::number(value);
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

/// The library's errors borrow from what they are about; the words are enough.
fn as_error(error: impl std::fmt::Display) -> anyhow::Error {
    anyhow!("{error}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plot(axes: Axes, points: Vec<(f64, f64)>) -> Plot {
        Plot {
            title: "One room",
            x: "members",
            y: "deliveries",
            axes,
            series: vec![Series {
                name: "roomful".to_owned(),
                points,
            }],
        }
    }

    #[test]
    fn a_picture_has_its_titles_and_its_legend() {
        let folder = tempfile::tempdir().unwrap();
        for axes in [Axes::Linear, Axes::LogX] {
            let file = folder.path().join("plot.svg");
            plot(axes, vec![(10.0, 1.0), (100.0, 3.0)])
                .draw(&file)
                .unwrap();
            let svg = std::fs::read_to_string(file).unwrap();
            for wanted in ["One room", "members", "deliveries", "roomful", "</svg>"] {
                assert!(svg.contains(wanted), "{wanted} is missing");
            }
        }
    }

    #[test]
    fn labels_are_short() {
        assert_eq!(label(10.0), "10");
        assert_eq!(label(0.5), "0.5");
        assert_eq!(label(10_000.0), "10,000");
        assert_eq!(label(0.0), "0");
    }

    #[test]
    fn nothing_is_not_drawn() {
        let error = plot(Axes::Linear, vec![])
            .draw(Path::new("none.svg"))
            .unwrap_err();
        assert_eq!(error.to_string(), "there is nothing to draw for none.svg");
    }
}

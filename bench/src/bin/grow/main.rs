//! Measures how roomful and its ceiling behave as rooms and crowds grow, and
//! draws it.

mod crowd;
mod growth;
mod measure;
mod plot;

use std::{fs, io::Write, path::PathBuf, process::ExitCode};

use anyhow::{Context, Result};
use bench::markdown::{number, number_or_dash, table};
use clap::Parser;

use crate::{growth::Subject, measure::Measurements, plot::Plot};

/// Measures how roomful and its ceiling behave as rooms and crowds grow, and draws it.
#[derive(Parser)]
struct Arguments {
    /// What to measure [default: everything].
    #[arg(value_enum)]
    subjects: Vec<Subject>,
    /// How often each size is measured; medians are drawn.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=100))]
    rounds: u32,
    /// The folder for the plots.
    #[arg(long, value_name = "FOLDER", default_value = "bench/plots")]
    plots: PathBuf,
    /// Where to write every run, raw.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// The first of twenty ports that servers are started on.
    #[arg(long, default_value_t = 4720, value_parser = clap::value_parser!(u16).range(1..=65000))]
    port: u16,
}

fn main() -> ExitCode {
    match grow(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("grow: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn grow(arguments: &Arguments) -> Result<()> {
    rlimit::increase_nofile_limit(u64::MAX).context("cannot raise the limit on open files")?;
    let program = std::env::current_exe()?;
    let binaries = program.parent().context("this program is in no folder")?;
    let mut measurements = Measurements::new(binaries.to_owned(), arguments.port, arguments.rounds);
    let subjects = match arguments.subjects.as_slice() {
        [] => &Subject::ALL[..],
        chosen => chosen,
    };
    for &subject in subjects {
        measurements.run(subject.name(), &subject.contenders(), &subject.loads())?;
        draw(subject, &measurements, arguments)?;
        std::io::stdout().write_all(sizes(subject, &measurements).as_bytes())?;
    }
    if let Some(file) = &arguments.json {
        fs::write(file, format!("{:#}\n", measurements.raw()))
            .with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(())
}

fn draw(subject: Subject, measurements: &Measurements, arguments: &Arguments) -> Result<()> {
    let folder = &arguments.plots;
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    for picture in subject.pictures() {
        let plot = Plot {
            title: picture.title,
            x: picture.x,
            y: picture.y,
            axes: picture.axes,
            series: measurements.series(
                subject.name(),
                &subject.contenders(),
                &subject.loads(),
                picture.path,
                picture.scale,
            ),
        };
        plot.draw(&folder.join(picture.file).with_extension("svg"))?;
    }
    Ok(())
}

/// The medians as a table: a row for each size, a column for each figure and server.
fn sizes(subject: Subject, measurements: &Measurements) -> String {
    let contenders = subject.contenders();
    let mut headers = vec![subject.name().to_owned()];
    for (label, ..) in subject.figures() {
        headers.extend(
            contenders
                .iter()
                .map(|one| format!("{label}, {}", one.name)),
        );
    }
    let mut rows = Vec::new();
    for load in subject.loads() {
        let mut row = vec![number(f64::from(load.size))];
        for (_, path, scale) in subject.figures() {
            row.extend(contenders.iter().map(|one| {
                let value = measurements.median(subject.name(), one, load.size, path);
                number_or_dash(value.map(|value| value * scale))
            }));
        }
        rows.push(row);
    }
    table(0, &headers, &rows) + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_size_fits_into_20_000_open_files() {
        for load in Subject::ALL.into_iter().flat_map(Subject::loads) {
            assert!(load.size <= 15_000);
            assert!(load.present <= 15_000);
        }
    }

    #[test]
    fn every_plot_has_its_own_file() {
        let mut files: Vec<&str> = Subject::ALL
            .into_iter()
            .flat_map(Subject::pictures)
            .map(|picture| picture.file)
            .collect();
        let all = files.len();
        files.sort_unstable();
        files.dedup();
        assert_eq!(files.len(), all);
    }
}

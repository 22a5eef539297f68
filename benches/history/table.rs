//! What was measured, beside what is asked.

use std::fmt;
use std::time::Duration;

/// A Markdown table.
#[derive(Default)]
pub(crate) struct Table(Vec<Row>);

struct Row {
    what: String,
    /// From the shortest to the longest.
    times: Vec<Duration>,
    /// What the median has to be below.
    target: Option<Duration>,
}

impl Table {
    /// Adds times that were measured, and what their median has to be below.
    pub(crate) fn add(&mut self, what: &str, mut times: Vec<Duration>, target: Option<Duration>) {
        times.sort_unstable();
        self.0.push(Row {
            what: what.to_owned(),
            times,
            target,
        });
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| {:50} | {:>5} | {:>9} | {:>9} | {:>9} | {:>8} | {:>6} |",
            "in ms", "times", "median", "p99", "longest", "target", "met"
        )?;
        let lines = [5, 9, 9, 9, 8, 6].map(|width| format!("{}:|", "-".repeat(width + 1)));
        writeln!(f, "|{}|{}", "-".repeat(52), lines.concat())?;
        self.0.iter().try_for_each(|row| row.fmt(f))
    }
}

impl Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (median, p99, longest) = (self.at(50), self.at(99), self.at(100));
        let (target, verdict) = match self.target {
            None => ("–".to_owned(), "–"),
            Some(target) if median < target => (format!("< {}", target.as_millis()), "yes"),
            Some(target) => (format!("< {}", target.as_millis()), "**no**"),
        };
        writeln!(
            f,
            "| {:50} | {:>5} | {:>9.2} | {:>9.2} | {:>9.2} | {target:>8} | {verdict:>6} |",
            self.what,
            self.times.len(),
            milliseconds(median),
            milliseconds(p99),
            milliseconds(longest),
        )
    }

    /// The time that so many percent of all are not longer than.
    fn at(&self, percent: usize) -> Duration {
        let place = (self.times.len() * percent).div_ceil(100);
        let time = self.times.get(place.saturating_sub(1));
        time.copied().unwrap_or_default()
    }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

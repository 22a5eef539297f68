//! What a run tells in the end, for people.

use std::fmt::Write as _;

use crate::report::Report;

/// Of one core: above this the generator itself may be what limits.
const BUSY_SHARE: f64 = 0.9;

/// The whole table, with its line ends.
#[must_use]
pub fn table(report: &Report) -> String {
    let mut rows = figures(report);
    rows.extend(checks(report));
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    rows.iter().fold(String::new(), |mut text, (name, value)| {
        writeln!(text, "{name:width$}  {value}").expect("a string takes everything");
        text
    })
}

/// What makes the figures doubtful, if anything does.
#[must_use]
pub fn warnings(report: &Report) -> Vec<String> {
    let mut warnings = Vec::new();
    let share = report.figures.generator.cpu_share;
    if share > BUSY_SHARE {
        warnings.push(format!(
            "this program used {:.0} % of a core: it may be the limit, not the server",
            share * 100.0
        ));
    }
    if report.figures.server.is_none() {
        warnings.push(
            "the server's processor time and memory are not known: give --pid (Linux only)".into(),
        );
    }
    warnings
}

fn figures(report: &Report) -> Vec<(&'static str, String)> {
    let figures = &report.figures;
    let latency = &report.latency_ms;
    let mut rows = vec![
        (
            "scenario",
            format!(
                "{}, {} connections, {:.1} s",
                report.scenario, report.members, figures.seconds
            ),
        ),
        (
            "lines",
            format!("{} ({}/s)", figures.lines, whole(figures.lines_per_second)),
        ),
        (
            "deliveries",
            format!(
                "{} ({}/s)",
                figures.deliveries,
                whole(figures.deliveries_per_second)
            ),
        ),
        (
            "latency ms",
            format!(
                "p50 {:.2}  p90 {:.2}  p99 {:.2}  p99.9 {:.2}  max {:.2}",
                latency.p50, latency.p90, latency.p99, latency.p999, latency.max
            ),
        ),
    ];
    if let Some(server) = &figures.server {
        let per_delivery = server
            .cpu_us_per_delivery
            .map_or_else(String::new, |cpu| format!(", {cpu:.3} µs per delivery"));
        let words = format!(
            "{:.2} s of processor time{per_delivery}, {:.1} MB ({:+.1} MB)",
            server.cpu_seconds,
            server.rss_bytes as f64 / 1e6,
            server.rss_growth_bytes as f64 / 1e6
        );
        rows.push(("server", words));
    }
    let share = figures.generator.cpu_share * 100.0;
    rows.push(("generator", format!("{share:.0} % of a core")));
    rows
}

fn checks(report: &Report) -> Vec<(&'static str, String)> {
    let checks = &report.checks;
    let counts = format!(
        "{} missing, {} doubled, {} disordered, {} skipped and told, {} broken",
        checks.missing, checks.doubled, checks.disordered, checks.skipped, checks.broken
    );
    let verdict = if report.ok {
        "nothing was lost"
    } else {
        "FAILED"
    };
    vec![("checks", counts), ("verdict", verdict.into())]
}

fn whole(number: f64) -> String {
    let digits = format!("{number:.0}");
    let grouped = digits.as_bytes().rchunks(3).rev();
    let parts: Vec<String> = grouped
        .map(|part| String::from_utf8_lossy(part).into_owned())
        .collect();
    parts.join(",")
}

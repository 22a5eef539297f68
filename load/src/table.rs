//! What a run tells in the end, for people.

use std::fmt::Write as _;

use crate::{
    report::{Own, Report},
    scenario::{Others, Pace, Presence, Stuck, Visits},
};

/// Of one core: above this the generator itself may be what limits.
const BUSY_SHARE: f64 = 0.9;

/// The whole table, with its line ends.
#[must_use]
pub fn table(report: &Report) -> String {
    let mut rows = figures(report);
    rows.extend(own(&report.own));
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

/// What only one scenario measures.
fn own(own: &Own) -> Vec<(&'static str, String)> {
    match own {
        Own::Nothing {} => Vec::new(),
        Own::Rooms(pace) => rooms(pace),
        Own::Idle(presence) => idle(presence),
        Own::Slow(stuck) => slow(stuck),
        Own::Churn(visits) => churn(visits),
    }
}

fn rooms(pace: &Pace) -> Vec<(&'static str, String)> {
    let highest = whole(pace.highest_lines_per_second);
    let mut rows = vec![("highest", format!("{highest} lines/s"))];
    rows.extend(pace.steps.iter().map(|step| {
        let verdict = if step.ok { "" } else { ", not quick enough" };
        let words = format!(
            "{} lines/s: {} reached, p50 {:.2} ms, p99 {:.2} ms{verdict}",
            whole(step.rate),
            whole(step.reached),
            step.p50_ms,
            step.p99_ms
        );
        ("  tried", words)
    }));
    rows
}

fn idle(presence: &Presence) -> Vec<(&'static str, String)> {
    let seconds = presence.connect_seconds;
    let per_second = presence.connections as f64 / seconds;
    let mut rows = vec![(
        "storm",
        format!("{seconds:.2} s ({} connections/s)", whole(per_second)),
    )];
    rows.extend(presence.rss_bytes_per_connection.map(|bytes| {
        let words = format!("{} bytes of memory", whole(bytes));
        ("per connection", words)
    }));
    rows.extend(presence.connect_cpu_us.map(|cpu| {
        let words = format!("{cpu:.1} µs of the server's processor time");
        ("connect and join", words)
    }));
    rows.extend(presence.idle_cpu_percent.map(|percent| {
        let words = format!("{percent:.2} % of a core, in the server");
        ("idle", words)
    }));
    rows
}

fn slow(stuck: &Stuck) -> Vec<(&'static str, String)> {
    let others = |others: &Others| {
        let rate = whole(others.deliveries_per_second);
        let latency = &others.latency_ms;
        format!(
            "{rate} deliveries/s, p50 {:.2} ms, p99 {:.2} ms",
            latency.p50, latency.p99
        )
    };
    let mut rows = vec![
        ("all reading", others(&stuck.before)),
        ("some stuck", others(&stuck.after)),
    ];
    rows.extend(stuck.growth_bytes.map(|bytes| {
        let bound = stuck.growth_bound_bytes as f64 / 1e6;
        let words = format!("{:+.1} MB (bound {bound:.1} MB)", bytes as f64 / 1e6);
        ("server's growth", words)
    }));
    rows.extend(stuck.socket_growth_bytes.map(|bytes| {
        let words = format!("{:+.1} MB, the system's", bytes as f64 / 1e6);
        ("sockets' growth", words)
    }));
    let told = whole(stuck.skipped_told as f64);
    rows.push(("skips", format!("{told} told to {} stuck", stuck.stuck)));
    rows
}

fn churn(visits: &Visits) -> Vec<(&'static str, String)> {
    let per_second = whole(visits.connections_per_second);
    let mut rows = vec![(
        "visitors",
        format!("{} ({per_second}/s)", visits.connections),
    )];
    rows.extend(visits.cpu_us_per_connection.map(|cpu| {
        let words = format!("{cpu:.1} µs of the server's processor time");
        ("per visitor", words)
    }));
    rows.extend(visits.clean_after_ms.map(|after| {
        let words = format!("{after:.1} ms after the last end of input");
        ("all gone", words)
    }));
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

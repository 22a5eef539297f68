//! All comparisons, with the targets of each.

mod admin;
mod history;
mod tls;

use bench::server::{BARE, Contender, Peer};

pub(crate) use admin::put_beside;

use crate::case::{Bound, Case, Figure, Measure, Scenario, Target};

/// What is compared for `scenario`.
pub(crate) fn cases(scenario: Scenario) -> Vec<Case> {
    match scenario {
        Scenario::Fanout => fanout(),
        Scenario::Paced => vec![paced()],
        Scenario::Rooms => vec![rooms()],
        Scenario::Idle => vec![idle()],
        Scenario::Slow => vec![slow()],
        Scenario::Churn => vec![churn()],
        Scenario::Engine => vec![engine()],
        Scenario::Cores => vec![cores()],
        Scenario::Defaults => defaults(),
        Scenario::History => history::cases(),
        Scenario::Admin => admin::cases(),
        Scenario::Tls => tls::cases(),
    }
}

/// Whether the case's load takes a length.
pub(crate) fn takes_seconds(case: &Case) -> bool {
    !matches!(case.load, "idle" | "churn" | "engine")
}

fn fanout_figures() -> Vec<Figure> {
    vec![
        more("million deliveries/s", "deliveries_per_second", 1e-6),
        less("CPU µs per delivery", "server.cpu_us_per_delivery", 1.0),
        less("p50 ms", "latency_ms.p50", 1.0),
        less("p99 ms", "latency_ms.p99", 1.0),
        less("p99.9 ms", "latency_ms.p999", 1.0),
        less("generator's share of its core", "generator.cpu_share", 1.0),
    ]
}

fn t1() -> Target {
    at_least(
        "T1",
        "deliveries/s ÷ rawfan",
        Measure::Ratio("deliveries_per_second"),
        0.75,
    )
}

fn fanout() -> Vec<Case> {
    let case = |title, options, targets| Case {
        scenario: Scenario::Fanout,
        title,
        load: "fanout",
        options,
        contenders: peers(),
        figures: fanout_figures(),
        targets,
    };
    vec![
        case(
            "fan-out, 100",
            "--members 100 --speakers 4 --in-flight 16",
            vec![t1()],
        ),
        case(
            "fan-out, 1,000",
            "--members 1000 --speakers 4 --in-flight 16",
            vec![
                t1(),
                at_most(
                    "T7",
                    "p99.9 ÷ p50",
                    Measure::Quotient("latency_ms.p999", "latency_ms.p50"),
                    2.0,
                ),
            ],
        ),
        case(
            "fan-out, 5,000",
            "--members 5000 --speakers 4 --in-flight 16",
            vec![t1()],
        ),
    ]
}

fn paced() -> Case {
    Case {
        scenario: Scenario::Paced,
        title: "paced, 1,000",
        load: "paced",
        options: "--members 1000 --rate 100",
        contenders: peers(),
        figures: vec![
            less("CPU µs per delivery", "server.cpu_us_per_delivery", 1.0),
            less("p50 ms", "latency_ms.p50", 1.0),
            less("p99 ms", "latency_ms.p99", 1.0),
        ],
        targets: vec![
            at_most(
                "T2",
                "CPU per delivery ÷ rawfan",
                Measure::Ratio("server.cpu_us_per_delivery"),
                1.15,
            ),
            at_most("T2", "p99 ÷ rawfan", Measure::Ratio("latency_ms.p99"), 1.15),
        ],
    }
}

fn rooms() -> Case {
    Case {
        scenario: Scenario::Rooms,
        title: "rooms of 10, 1,000 people",
        load: "rooms",
        options: "--people 1000 --room-size 10",
        contenders: peers(),
        figures: vec![
            more("lines/s at p99 < 10 ms", "highest_lines_per_second", 1.0),
            less("CPU µs per delivery", "server.cpu_us_per_delivery", 1.0),
        ],
        targets: vec![at_least(
            "T3",
            "lines/s at p99 < 10 ms ÷ rawfan",
            Measure::Ratio("highest_lines_per_second"),
            0.9,
        )],
    }
}

fn idle() -> Case {
    Case {
        scenario: Scenario::Idle,
        title: "idle, 10,000",
        load: "idle",
        // Long enough for a thousandth of a core to be seen.
        options: "--connections 10000 --room-size 10 --seconds 12",
        contenders: peers(),
        figures: vec![
            less(
                "bytes of RSS per connection",
                "rss_bytes_per_connection",
                1.0,
            ),
            less("CPU µs per connect and join", "connect_cpu_us", 1.0),
            less("idle CPU %", "idle_cpu_percent", 1.0),
        ],
        targets: vec![
            at_most(
                "T4",
                "bytes of RSS per connection",
                Measure::Own("rss_bytes_per_connection"),
                1536.0,
            ),
            at_most("T4", "idle CPU %", Measure::Own("idle_cpu_percent"), 0.1),
            // 52 µs where rawfan takes 24.
            at_most(
                "T4",
                "CPU per connect and join ÷ rawfan",
                Measure::Ratio("connect_cpu_us"),
                52.0 / 24.0,
            ),
        ],
    }
}

/// No peer stands beside it: rawfan and Redis cut off those who do not read.
fn slow() -> Case {
    Case {
        scenario: Scenario::Slow,
        title: "5 of 200 stop reading",
        load: "slow",
        options: "--members 200 --stuck 5",
        contenders: vec![Contender::roomful()],
        figures: vec![
            more(
                "million deliveries/s, before",
                "before.deliveries_per_second",
                1e-6,
            ),
            more(
                "million deliveries/s, after",
                "after.deliveries_per_second",
                1e-6,
            ),
            less("p99 ms, before", "before.latency_ms.p99", 1.0),
            less("p99 ms, after", "after.latency_ms.p99", 1.0),
            less("growth MB", "growth_bytes", 1e-6),
            less("growth MB at most", "growth_bound_bytes", 1e-6),
        ],
        targets: vec![
            at_least(
                "T5",
                "others' deliveries/s, after ÷ before",
                Measure::Quotient(
                    "after.deliveries_per_second",
                    "before.deliveries_per_second",
                ),
                0.95,
            ),
            at_most(
                "T5",
                "others' p99, after ÷ before",
                Measure::Quotient("after.latency_ms.p99", "before.latency_ms.p99"),
                1.2,
            ),
            at_most(
                "T5",
                "growth ÷ its bound",
                Measure::Quotient("growth_bytes", "growth_bound_bytes"),
                1.0,
            ),
            at_least(
                "T5",
                "skipped lines that were told",
                Measure::Own("skipped_told"),
                1.0,
            ),
        ],
    }
}

fn churn() -> Case {
    Case {
        scenario: Scenario::Churn,
        title: "churn",
        load: "churn",
        options: "",
        contenders: vec![Contender::roomful(), Contender::rawfan()],
        figures: vec![
            more("connections/s", "connections_per_second", 1.0),
            less("CPU µs per connection", "cpu_us_per_connection", 1.0),
            less("ms until clean", "clean_after_ms", 1.0),
        ],
        targets: vec![
            at_most(
                "T6",
                "CPU per connection ÷ rawfan",
                Measure::Ratio("cpu_us_per_connection"),
                2.0,
            ),
            at_most(
                "T6",
                "lines lost before an end of input",
                Measure::Own("checks.missing"),
                0.0,
            ),
            at_most(
                "T6",
                "ms until clean",
                Measure::Own("clean_after_ms"),
                1000.0,
            ),
        ],
    }
}

fn engine() -> Case {
    Case {
        scenario: Scenario::Engine,
        title: "engine, rooms of 10",
        load: "engine",
        options: "",
        contenders: vec![Contender::roomful()],
        figures: vec![more("million lines/s", "commands_per_second", 1e-6)],
        targets: vec![at_least(
            "T9",
            "lines a second",
            Measure::Own("commands_per_second"),
            2e6,
        )],
    }
}

fn cores() -> Case {
    let on = |name, cores| Contender {
        cores,
        ..Contender::on_core_0(name, Peer::Roomful, BARE)
    };
    Case {
        scenario: Scenario::Cores,
        title: "fan-out, 1,000",
        load: "fanout",
        options: "--members 1000 --speakers 4 --in-flight 16",
        contenders: vec![on("two cores", "0,1"), on("one core", "0")],
        figures: fanout_figures(),
        targets: vec![at_least(
            "T8",
            "deliveries/s, two cores ÷ one",
            Measure::Ratio("deliveries_per_second"),
            1.5,
        )],
    }
}

/// Each pair differs in one switch. The limiter's burst is so large that it
/// delays nobody: what is measured is its work.
fn defaults() -> Vec<Case> {
    let work = || {
        vec![
            less("CPU µs per delivery", "server.cpu_us_per_delivery", 1.0),
            more("million deliveries/s", "deliveries_per_second", 1e-6),
        ]
    };
    let connections = vec![less("CPU µs per connection", "cpu_us_per_connection", 1.0)];
    let pair = |title, load, options, figures, on, off| Case {
        scenario: Scenario::Defaults,
        title,
        load,
        options,
        contenders: vec![
            Contender::on_core_0("on", Peer::Roomful, on),
            Contender::on_core_0("off", Peer::Roomful, off),
        ],
        figures,
        targets: vec![],
    };
    const LIMITER: &str = "--rate-burst 1000000 --rate-per-second 1000000 --log-level error";
    const LOG: &str = "--rate-burst 0 --log-level info";
    const LINES: &str = "--members 10 --speakers 4 --in-flight 16";
    const CROWD: &str = "--members 100 --speakers 4 --in-flight 16";
    vec![
        pair(
            "rate limiter, fan-out, 10",
            "fanout",
            LINES,
            work(),
            LIMITER,
            BARE,
        ),
        pair(
            "rate limiter, fan-out, 100",
            "fanout",
            CROWD,
            work(),
            LIMITER,
            BARE,
        ),
        pair(
            "log at info, fan-out, 100",
            "fanout",
            CROWD,
            work(),
            LOG,
            BARE,
        ),
        pair("log at info, churn", "churn", "", connections, LOG, BARE),
    ]
}

fn peers() -> Vec<Contender> {
    vec![
        Contender::roomful(),
        Contender::rawfan(),
        Contender::redis(),
    ]
}

fn more(label: &'static str, path: &'static str, scale: f64) -> Figure {
    Figure {
        label,
        path,
        scale,
        more_is_better: true,
    }
}

fn less(label: &'static str, path: &'static str, scale: f64) -> Figure {
    Figure {
        label,
        path,
        scale,
        more_is_better: false,
    }
}

fn at_least(id: &'static str, what: &'static str, measure: Measure, least: f64) -> Target {
    Target {
        id,
        what,
        measure,
        bound: Bound::AtLeast(least),
    }
}

fn at_most(id: &'static str, what: &'static str, measure: Measure, most: f64) -> Target {
    Target {
        id,
        what,
        measure,
        bound: Bound::AtMost(most),
    }
}

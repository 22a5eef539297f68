//! What it costs to keep what is said: the same loads with history and without.

use bench::server::{Contender, Peer};

use super::{at_least, at_most, less, more};
use crate::case::{Case, Figure, Measure, Scenario, Target};

/// Warnings are logged: a server that keeps nothing for a moment says so.
const SWITCHES: &str = "--rate-burst 0 --log-level warn";

const DELIVERIES: &str = "deliveries_per_second";

/// Rooms of 100 and 1,000, and the same with the server on both cores.
pub(super) fn cases() -> Vec<Case> {
    let case = |title, options, cores, targets| Case {
        scenario: Scenario::History,
        title,
        load: "fanout",
        options,
        contenders: contenders(cores),
        figures: figures(),
        targets,
    };
    const CROWD: &str = "--members 100 --speakers 4 --in-flight 16";
    const THRONG: &str = "--members 1000 --speakers 4 --in-flight 16";
    vec![
        case("fan-out, 100", CROWD, "0", targets()),
        case("fan-out, 1,000", THRONG, "0", targets()),
        case("fan-out, 100, server on both cores", CROWD, "0,1", vec![]),
        case(
            "fan-out, 1,000, server on both cores",
            THRONG,
            "0,1",
            vec![],
        ),
    ]
}

/// The one without history first: it is what the others are measured by.
fn contenders(cores: &'static str) -> Vec<Contender> {
    let keeping = |name, durability| Contender {
        cores,
        durability,
        ..Contender::on_core_0(name, Peer::Roomful, SWITCHES)
    };
    vec![
        keeping("off", None),
        keeping("relaxed", Some("relaxed")),
        keeping("strict", Some("strict")),
    ]
}

fn figures() -> Vec<Figure> {
    vec![
        more("million deliveries/s", DELIVERIES, 1e-6),
        more("lines/s", "lines_per_second", 1.0),
        less("CPU µs per delivery", "server.cpu_us_per_delivery", 1.0),
        less("p50 ms", "latency_ms.p50", 1.0),
        less("p99 ms", "latency_ms.p99", 1.0),
        less("generator's share of its core", "generator.cpu_share", 1.0),
        more("lines kept", "history.lines", 1.0),
        less("lines missing from history", "history.missing", 1.0),
        less("ms until the last was kept", "history.settling_ms", 1.0),
    ]
}

fn targets() -> Vec<Target> {
    let speed = |what, name, least| at_least("H1", what, Measure::Beside(name, DELIVERIES), least);
    let missing = |what, name| {
        let measure = Measure::Of(name, "history.missing");
        at_most("H2", what, measure, 0.0)
    };
    vec![
        speed("deliveries/s, relaxed ÷ off", "relaxed", 0.8),
        speed("deliveries/s, strict ÷ off", "strict", 0.5),
        missing("lines missing, relaxed", "relaxed"),
        missing("lines missing, strict", "strict"),
    ]
}

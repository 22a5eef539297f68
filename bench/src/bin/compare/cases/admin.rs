//! What it costs to be watched: the same loads with figures that are scraped and without.

use std::path::Path;

use bench::server::{BARE, Contender, Peer};

use super::{at_least, at_most, less, more};
use crate::case::{Case, Figure, Measure, Scenario, Target};

const DELIVERIES: &str = "deliveries_per_second";
const COST: &str = "server.cpu_us_per_delivery";

/// Rooms of 10, where a turn is of few lines, and of 100 and 1,000.
pub(super) fn cases() -> Vec<Case> {
    let case = |title, options| Case {
        scenario: Scenario::Admin,
        title,
        load: "fanout",
        options,
        contenders: contenders(),
        figures: figures(),
        targets: targets(),
    };
    vec![
        case("fan-out, 10", "--members 10 --speakers 4 --in-flight 16"),
        case("fan-out, 100", "--members 100 --speakers 4 --in-flight 16"),
        case(
            "fan-out, 1,000",
            "--members 1000 --speakers 4 --in-flight 16",
        ),
    ]
}

/// Has an earlier roomful take part, as what the others are measured by: figures are
/// counted whether or not anybody may scrape them.
pub(crate) fn put_beside(before: &Path, cases: &mut [Case]) {
    let before = Contender {
        program: Some(before.to_owned()),
        ..Contender::on_core_0("before", Peer::Roomful, BARE)
    };
    let watched = cases.iter_mut();
    for case in watched.filter(|case| case.scenario == Scenario::Admin) {
        case.contenders.insert(0, before.clone());
    }
}

/// The one that nobody watches first: it is what the other is measured by.
fn contenders() -> Vec<Contender> {
    let watched = |name, is_scraped| Contender {
        is_scraped,
        ..Contender::on_core_0(name, Peer::Roomful, BARE)
    };
    vec![watched("off", false), watched("on", true)]
}

fn figures() -> Vec<Figure> {
    vec![
        more("million deliveries/s", DELIVERIES, 1e-6),
        less("CPU µs per delivery", COST, 1.0),
        less("p50 ms", "latency_ms.p50", 1.0),
        less("p99 ms", "latency_ms.p99", 1.0),
        less("generator's share of its core", "generator.cpu_share", 1.0),
        more("scrapes", "scrapes", 1.0),
    ]
}

fn targets() -> Vec<Target> {
    let beside = |figure| Measure::Beside("on", figure);
    vec![
        at_least("A1", "deliveries/s, on ÷ first", beside(DELIVERIES), 0.98),
        at_most("A2", "CPU per delivery, on ÷ first", beside(COST), 1.02),
    ]
}

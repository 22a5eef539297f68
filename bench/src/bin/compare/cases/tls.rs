//! What TLS costs: the same loads with everybody on TLS, and with nobody.

use bench::server::{BARE, Contender, Peer};

use super::{less, more};
use crate::case::{Case, Figure, Scenario};

/// Rooms of 100 and 1,000; then an even pace, where nothing is at its limit; then people
/// who come and go.
pub(super) fn cases() -> Vec<Case> {
    let case = |title, load, options, figures| Case {
        scenario: Scenario::Tls,
        title,
        load,
        options,
        contenders: contenders(),
        figures,
        targets: vec![],
    };
    const CROWD: &str = "--members 100 --speakers 4 --in-flight 16";
    const THRONG: &str = "--members 1000 --speakers 4 --in-flight 16";
    const PACED: &str = "--members 1000 --rate 100";
    vec![
        case("fan-out, 100", "fanout", CROWD, at_full_speed()),
        case("fan-out, 1,000", "fanout", THRONG, at_full_speed()),
        case("paced, 1,000", "paced", PACED, deliveries()),
        case("churn", "churn", "--connections 2000", visits()),
    ]
}

/// The one without first: it is what the other is measured by.
fn contenders() -> Vec<Contender> {
    let speaking = |name, speaks_tls| Contender {
        speaks_tls,
        ..Contender::on_core_0(name, Peer::Roomful, BARE)
    };
    vec![speaking("plain", false), speaking("TLS", true)]
}

fn at_full_speed() -> Vec<Figure> {
    let speed = more("million deliveries/s", "deliveries_per_second", 1e-6);
    let share = less("generator's share of its core", "generator.cpu_share", 1.0);
    [vec![speed], deliveries(), vec![share]].concat()
}

fn deliveries() -> Vec<Figure> {
    vec![
        less("CPU µs per delivery", "server.cpu_us_per_delivery", 1.0),
        less("p50 ms", "latency_ms.p50", 1.0),
        less("p99 ms", "latency_ms.p99", 1.0),
    ]
}

fn visits() -> Vec<Figure> {
    vec![
        more("connections/s", "connections_per_second", 1.0),
        less("CPU µs per connection", "cpu_us_per_connection", 1.0),
    ]
}

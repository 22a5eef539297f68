//! Limits on addresses, which loopback is exempt from.

use std::time::Duration;

use super::{hear, seconds};
use crate::plan::{Plan, Step};
use crate::settings::Key;

/// Sixty-four connections from one address are served, one more is told why not.
#[must_use]
pub fn connections_of_one_address(seed: u64) -> Plan {
    let mut plan = Plan::new("connections of one address", seed);
    plan.settings.set(Key::ConnectionsPerAddressMax, 64);
    for number in 0..64 {
        let wait = Step::Wait(Duration::from_millis(20 * number));
        plan.person(
            0,
            vec![wait, Step::Connect, hear("-- Welcome"), seconds(10)],
        );
    }
    let refusal = "!! Your address has 64 connections already, the most that one may have.";
    plan.person(
        0,
        vec![seconds(5), Step::Connect, hear(refusal), Step::HearOut],
    );
    // Another address is not concerned.
    plan.person(
        1,
        vec![seconds(5), Step::Connect, hear("-- Welcome"), seconds(1)],
    );
    plan.ends_at = Duration::from_secs(30);
    plan
}

/// Twenty connections at once are served at once; the next ones wait, two a second.
#[must_use]
pub fn connect_rate(seed: u64) -> Plan {
    let mut plan = Plan::new("connect rate", seed);
    plan.settings.set(Key::ConnectBurst, 20);
    for _ in 0..24 {
        plan.person(0, vec![Step::Connect, hear("-- Welcome"), seconds(5)]);
    }
    plan.ends_at = Duration::from_secs(30);
    plan
}

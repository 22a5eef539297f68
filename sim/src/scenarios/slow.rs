//! Somebody who does not read, among others who say much.

use std::time::Duration;

use super::{hear, say, seconds};
use crate::plan::{Plan, Step};
use crate::settings::Key;

/// One reads nothing while two say much; then reads on, is told exactly what was
/// skipped, and goes on live. A witness hears everything.
#[must_use]
pub fn never_reads(seed: u64) -> Plan {
    let mut plan = Plan::new("never reads", seed);
    plan.settings.set(Key::OutboxBytesMax, 4096);
    plan.settings.set(Key::OutboxReserveBytes, 4096);
    plan.settings.set(Key::Capacity, 64 * 1024);
    plan.person(
        0,
        vec![
            Step::Connect,
            hear("said-end."),
            seconds(20),
            say("/who"),
            seconds(2),
        ],
    );
    plan.person(
        1,
        vec![
            seconds(1),
            Step::Connect,
            Step::StopReading,
            seconds(10),
            Step::ReadOn,
            hear("-- You were too slow: "),
            hear("said-end."),
            say("/who"),
            hear("in #lobby."),
        ],
    );
    for speaker in 2..4 {
        let mut script = vec![
            seconds(2),
            Step::Connect,
            Step::Wait(Duration::from_millis(100)),
        ];
        for number in 0..600 {
            let words = "so it goes on and on ".repeat(8);
            script.push(say(&format!("said-{speaker}-{number}. {words}")));
            script.push(Step::Wait(Duration::from_millis(5)));
        }
        script.push(seconds(12));
        if speaker == 2 {
            script.push(say("said-end."));
        }
        script.push(seconds(4));
        plan.person(2, script);
    }
    plan.ends_at = Duration::from_secs(60);
    plan
}

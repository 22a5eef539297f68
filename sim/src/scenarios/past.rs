//! What was said before: shown to who joins, asked for, searched, and there after a kill.

use std::time::Duration;

use super::{hear, say, seconds};
use crate::plan::{Fault, Plan, Step};
use crate::settings::Key;

/// One says much in a room, another joins in the middle of it, a third only afterwards;
/// all that was said is shown with the join, on request, and in a search.
#[must_use]
pub fn history(seed: u64) -> Plan {
    let mut plan = Plan::new("history", seed);
    plan.settings.set(Key::History, 1);
    let mut script = vec![Step::Connect, say("/nick ada"), say("/join ops")];
    for number in 0..24 {
        script.push(say(&format!("said-{number}.")));
        script.push(Step::Wait(Duration::from_millis(200)));
    }
    script.extend([seconds(3), say("said-last."), seconds(2)]);
    plan.person(0, script);
    plan.person(
        1,
        vec![
            seconds(3),
            Step::Connect,
            say("/join ops"),
            hear("-- you are live --"),
            hear("said-23."),
            say("/history 3..6"),
            hear("-- 4 of "),
            say("/search said 23"),
            hear("-- 1 message found."),
            seconds(3),
        ],
    );
    plan.person(
        2,
        vec![
            seconds(7),
            Step::Connect,
            say("/join ops"),
            hear("-- last 10 of 24 messages in #ops"),
            hear("said-last."),
            say("/history 30 #ops"),
            hear("-- 25 of 25 messages in #ops."),
        ],
    );
    plan.ends_at = Duration::from_secs(25);
    plan
}

/// Three people talk while nobody is shown a line before it is committed. The server is
/// killed in the middle and starts again: they come back, and everything is there.
#[must_use]
pub fn kept_through_a_kill(seed: u64) -> Plan {
    let mut plan = Plan::new("kept through a kill", seed);
    plan.settings.set(Key::History, 1);
    plan.settings.set(Key::Strict, 1);
    plan.settings.set(Key::DiskLatencyMax, 20);
    for number in 0..3_usize {
        let mut script = vec![Step::Connect];
        for line in 0..20 {
            script.push(say(&format!("said-{number}-{line}.")));
            script.push(Step::Wait(Duration::from_millis(150)));
        }
        // They notice that it is gone, and come back when it is.
        script.extend([seconds(4), Step::Connect, hear("-- you are live --")]);
        for line in 20..30 {
            script.push(say(&format!("said-{number}-{line}.")));
            script.push(Step::Wait(Duration::from_millis(150)));
        }
        script.extend([say("/history 1.."), hear(" in #lobby."), seconds(2)]);
        plan.person(number, script);
    }
    plan.faults = vec![
        (Duration::from_millis(2_500), Fault::Kill),
        (Duration::from_millis(4_000), Fault::Restart),
    ];
    plan.ends_at = Duration::from_secs(30);
    plan
}

//! Some twenty people, who do what a seed says.

use std::time::Duration;

use proptests::dice::Dice;

use super::{say, seconds};
use crate::plan::{Fault, Plan, Step, Way};

const ROOMS: [&str; 3] = ["ops", "dev", "tea"];

/// Twenty people come, join, talk, whisper, rename, leave and vanish; two stay and
/// listen; now and then a host is cut off for a while.
#[must_use]
pub fn chatter(seed: u64) -> Plan {
    let mut dice = Dice::new(seed ^ 0xc4a7);
    let mut plan = Plan::new("chatter", seed);
    let stayer = || vec![Step::Connect, seconds(45)];
    plan.person(0, stayer());
    plan.person(1, stayer());
    for number in 0..18 {
        let script = talker(number, &mut dice);
        plan.person(2 + usize::try_from(number % 4).unwrap_or(0), script);
    }
    for _ in 0..dice.roll(4) {
        let host = 1 + usize::try_from(dice.roll(5)).unwrap_or(0);
        let from = Duration::from_millis(1_000 + dice.roll(15_000));
        let to = from + Duration::from_millis(100 + dice.roll(4_000));
        plan.faults.extend([
            (from, Fault::Hold(host, Way::Both)),
            (to, Fault::Release(host, Way::Both)),
        ]);
    }
    plan.faults.sort_by_key(|(at, _)| *at);
    plan.ends_at = Duration::from_secs(60);
    plan
}

fn talker(number: u64, dice: &mut Dice) -> Vec<Step> {
    let mut script = vec![
        Step::Wait(Duration::from_millis(dice.roll(3_000))),
        Step::Connect,
    ];
    for line in 0..10 + dice.roll(30) {
        script.push(match dice.roll(12) {
            0 => say(&format!("/nick n{}", dice.roll(12))),
            1 => say(&format!("/join {}", dice.pick(&ROOMS))),
            2 => say("/leave"),
            3 => say(&format!("/msg n{} secret-{number}-{line}", dice.roll(12))),
            4 => say(&format!("/reply secret-{number}-{line}")),
            5 => say("/join lobby"),
            6 => say(dice.pick::<&str>(&["/who", "/rooms", "/help", "/topic"])),
            7 => say(&format!("/me said-{number}-{line}")),
            _ => say(&format!("said-{number}-{line}")),
        });
        script.push(Step::Wait(Duration::from_millis(dice.roll(600))));
    }
    match dice.roll(4) {
        0 => script.push(Step::Reset),
        1 => script.extend([Step::EndInput, Step::HearOut]),
        2 => script.extend([say("/quit bye"), Step::HearOut]),
        _ => {}
    }
    script
}

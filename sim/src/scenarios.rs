//! Plans by name, and plans drawn from a seed.

mod chatter;
mod limits;
mod past;
mod slow;

use std::time::Duration;

use crate::plan::{Fault, Plan, Step, Way};

pub use chatter::chatter;
pub use limits::{connect_rate, connections_of_one_address};
pub use past::{history, kept_through_a_kill};
pub use slow::never_reads;

/// A scenario: the plan that a seed makes of it. The plan has its name.
pub type Scenario = fn(u64) -> Plan;

/// All of them.
pub const ALL: [Scenario; 17] = [
    join,
    leave,
    disconnect_by_close,
    disconnect_by_reset,
    disconnect_by_end_of_input,
    disconnect_by_crash,
    cleanup,
    hold_and_release,
    stop_under_load,
    chatter,
    connections_of_one_address,
    connect_rate,
    never_reads,
    nick_race,
    private_words,
    history,
    kept_through_a_kill,
];

/// Those that run over real sockets too: short, and of nothing that only a
/// simulation can do.
pub const KERNEL: [Scenario; 12] = [
    join,
    leave,
    disconnect_by_close,
    disconnect_by_reset,
    disconnect_by_end_of_input,
    disconnect_by_crash,
    cleanup,
    hold_and_release,
    stop_under_load,
    private_words,
    history,
    kept_through_a_kill,
];

fn seconds(seconds: u64) -> Step {
    Step::Wait(Duration::from_secs(seconds))
}

fn say(line: &str) -> Step {
    Step::Say(line.into())
}

fn hear(words: &str) -> Step {
    Step::Hear(words.into())
}

/// Somebody who is there from the first moment and only listens.
fn listener() -> Vec<Step> {
    vec![
        Step::Connect,
        hear("-- The end."),
        Step::Wait(Duration::from_secs(1)),
    ]
}

/// Two people meet in a room that one of them opens.
#[must_use]
pub fn join(seed: u64) -> Plan {
    let mut plan = Plan::new("join", seed);
    plan.person(
        0,
        vec![
            Step::Connect,
            say("/nick ada"),
            hear("You are now ada."),
            say("/join ops"),
            hear("bob joined #ops."),
            say("said-welcome"),
            hear("#ops bob: said-thanks"),
        ],
    );
    plan.person(
        1,
        vec![
            Step::Connect,
            say("/nick bob"),
            seconds(2),
            say("/join ops"),
            hear("#ops ada: said-welcome"),
            say("said-thanks"),
            seconds(2),
        ],
    );
    plan.ends_at = Duration::from_secs(20);
    plan
}

/// One leaves a room and stays on the server.
#[must_use]
pub fn leave(seed: u64) -> Plan {
    let mut plan = Plan::new("leave", seed);
    plan.person(
        0,
        vec![
            Step::Connect,
            say("/nick ada"),
            say("/join ops"),
            seconds(2),
            say("/leave"),
            hear("What you type goes to #lobby now."),
            say("said-back"),
            seconds(3),
        ],
    );
    plan.person(
        1,
        vec![
            Step::Connect,
            seconds(1),
            say("/join ops"),
            hear("ada left #ops."),
            hear("#lobby ada: said-back"),
            say("/quit"),
            Step::HearOut,
        ],
    );
    plan.ends_at = Duration::from_secs(20);
    plan
}

/// One goes in some way, and the other takes the nickname at once.
fn disconnect(name: &str, seed: u64, way: Vec<Step>, words: &str) -> Plan {
    let mut plan = Plan::new(name, seed);
    let mut script = vec![
        Step::Connect,
        say("/nick ada"),
        say("/join ops"),
        seconds(2),
        say("said-last"),
    ];
    script.extend(way);
    plan.person(0, script);
    plan.person(
        1,
        vec![
            Step::Connect,
            seconds(1),
            say("/join ops"),
            hear("#ops ada: said-last"),
            hear(words),
            say("/nick ada"),
            hear("-- You are now ada."),
        ],
    );
    plan.ends_at = Duration::from_secs(30);
    plan
}

/// By closing the connection.
#[must_use]
pub fn disconnect_by_close(seed: u64) -> Plan {
    disconnect("disconnect by close", seed, vec![seconds(1)], "ada left")
}

/// By a reset, with bytes unread.
#[must_use]
pub fn disconnect_by_reset(seed: u64) -> Plan {
    disconnect(
        "disconnect by reset",
        seed,
        vec![Step::Reset],
        "ada left: connection lost.",
    )
}

/// By ending the input, and reading on.
#[must_use]
pub fn disconnect_by_end_of_input(seed: u64) -> Plan {
    disconnect(
        "disconnect by end of input",
        seed,
        vec![Step::EndInput, Step::HearOut],
        "ada left.",
    )
}

/// By the death of the process.
#[must_use]
pub fn disconnect_by_crash(seed: u64) -> Plan {
    let mut plan = disconnect("disconnect by crash", seed, vec![seconds(600)], "ada left");
    plan.faults.push((Duration::from_secs(6), Fault::Crash(0)));
    plan
}

/// Many come, and go in every way at once; one who stays sees each go once.
#[must_use]
pub fn cleanup(seed: u64) -> Plan {
    let mut plan = Plan::new("cleanup", seed);
    for number in 0..24 {
        let way = match number % 4 {
            0 => vec![],
            1 => vec![Step::Reset],
            2 => vec![Step::EndInput, Step::HearOut],
            _ => vec![say("/quit done"), Step::HearOut],
        };
        let mut script = vec![
            Step::Wait(Duration::from_millis(number * 10)),
            Step::Connect,
        ];
        script.extend([
            say(&format!("/join room{}", number % 5)),
            say(&format!("said-{number}")),
            seconds(3),
        ]);
        script.extend(way);
        plan.person(1 + usize::try_from(number % 3).unwrap_or(0), script);
    }
    plan.person(
        0,
        vec![
            Step::Connect,
            seconds(20),
            say("/who"),
            hear("1 person in #lobby."),
        ],
    );
    plan.ends_at = Duration::from_secs(40);
    plan
}

/// A host is cut off for a while: nobody is lost, and nothing is.
#[must_use]
pub fn hold_and_release(seed: u64) -> Plan {
    let mut plan = Plan::new("hold and release", seed);
    plan.person(0, listener());
    plan.person(1, listener());
    let mut script = vec![Step::Connect, seconds(1)];
    for number in 0..30 {
        script.extend([
            say(&format!("said-{number}")),
            Step::Wait(Duration::from_millis(300)),
        ]);
    }
    script.extend([seconds(5), say("/quit The end"), Step::HearOut]);
    plan.person(2, script);
    // The goodbye of the speaker is the listeners' cue.
    for person in &mut plan.people[..2] {
        person.script[1] = hear("left: The end.");
    }
    plan.faults = vec![
        (Duration::from_secs(3), Fault::Hold(1, Way::Both)),
        (Duration::from_secs(8), Fault::Release(1, Way::Both)),
    ];
    plan.ends_at = Duration::from_secs(40);
    plan
}

/// The server is stopped while everybody talks: what it took is heard by all, and
/// then the goodbye.
#[must_use]
pub fn stop_under_load(seed: u64) -> Plan {
    let mut plan = Plan::new("stop under load", seed);
    for host in 0..3 {
        plan.person(
            host,
            vec![
                Step::Connect,
                hear("-- The server is shutting down. Bye."),
                Step::HearOut,
            ],
        );
    }
    for speaker in 0..6 {
        let mut script = vec![Step::Connect, seconds(1)];
        for number in 0..200 {
            script.extend([
                say(&format!("said-{speaker}-{number}")),
                Step::Wait(Duration::from_millis(10)),
            ]);
        }
        script.push(Step::HearOut);
        plan.person(speaker % 3, script);
    }
    plan.faults
        .push((Duration::from_millis(2_500), Fault::Stop));
    plan.ends_at = Duration::from_secs(60);
    plan
}

/// Several want one nickname in the same millisecond; one has it, the others are
/// told, and the next has it when the first has gone.
#[must_use]
pub fn nick_race(seed: u64) -> Plan {
    let mut plan = Plan::new("nick race", seed);
    for host in 0..4 {
        plan.person(
            host,
            vec![
                Step::Connect,
                hear("-- Welcome"),
                Step::At(Duration::from_secs(1)),
                say("/nick ada"),
                seconds(1 + host as u64),
                say("/nick ada"),
                say(&format!("said-{host}.")),
                say("/quit"),
                Step::HearOut,
            ],
        );
    }
    plan.ends_at = Duration::from_secs(15);
    plan
}

/// Private messages go with a rename, and not to who takes the old name.
#[must_use]
pub fn private_words(seed: u64) -> Plan {
    let mut plan = Plan::new("private words", seed);
    plan.person(
        0,
        vec![
            Step::Connect,
            say("/nick ada"),
            seconds(2),
            say("/msg bob secret-first."),
            seconds(2),
            say("/reply secret-third."),
            seconds(3),
        ],
    );
    plan.person(
        1,
        vec![
            Step::Connect,
            say("/nick bob"),
            hear("ada -> you: secret-first."),
            say("/reply secret-second."),
            say("/nick bobby"),
            hear("ada -> you: secret-third."),
            seconds(2),
        ],
    );
    plan.person(
        2,
        vec![
            Step::Connect,
            hear("bob is now bobby."),
            say("/nick bob"),
            seconds(4),
        ],
    );
    plan.ends_at = Duration::from_secs(20);
    plan
}

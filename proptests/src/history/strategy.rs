//! Histories that reach the interesting places: few people, few names, low limits,
//! so that everything collides.

use chrono::TimeDelta;
use proptest::prelude::*;
use proptest::sample::select;
use roomful::chat::{Limits, RoomName, Text};

use super::{History, Step};
use crate::inputs::{self, ENDINGS};

/// Names to take: in other capitals, that look alike, that are reserved.
const NICKS: [&str; 10] = [
    "ada",
    "Ada",
    "ADA",
    "bob",
    "scope",
    "ѕсоре",
    "emily",
    "ernily",
    "guest1",
    "admin",
];
/// Names of people who are likely there, and of some who are not.
const OTHERS: [&str; 7] = [
    "guest1", "guest2", "guest3", "Guest4", "ada", "scope", "bob",
];
const ROOMS: [&str; 7] = ["lobby", "LOBBY", "ops", "Ops", "dev", "scope", "ѕсоре"];

/// A history of up to so many steps.
pub fn history(steps_max: usize) -> impl Strategy<Value = History> {
    let steps = prop::collection::vec(steps(), 0..=steps_max);
    (limits(), steps).prop_map(move |(limits, steps)| {
        let mut steps = steps.concat();
        steps.truncate(steps_max);
        // Somebody has to be there.
        steps.insert(0, Step::Come);
        History { limits, steps }
    })
}

/// One person who types, at any times within months.
pub fn typing(steps_max: usize) -> impl Strategy<Value = History> {
    let step = prop_oneof![
        3 => Just(Step::Type(0, "x".into())),
        1 => Just(Step::Type(0, "/no-such-command".into())),
        2 => wait(),
    ];
    let limits = (1_u32..30, 1_u32..30).prop_map(|(rate_burst, rate_per_second)| Limits {
        rate_burst,
        rate_per_second,
        ..Limits::default()
    });
    (limits, prop::collection::vec(step, 0..=steps_max)).prop_map(|(limits, mut steps)| {
        steps.insert(0, Step::Come);
        History { limits, steps }
    })
}

fn limits() -> impl Strategy<Value = Limits> {
    let low = (
        select(vec![50, 1, 2, 3]),
        select(vec![10_000, 1, 2, 3]),
        select(vec![300, 0, 3, 4]),
        select(vec![200, 0, 3, 4]),
        select(vec![100, 0, 1, 2]),
        select(vec![100, 100, 0, 1, 2, 3]),
        select(vec![10, 0, 1]),
        select(vec![0, 1, 3, 20]),
        select(vec![5, 0, 1, 3]),
    );
    low.prop_map(
        |(in_rooms, rooms, topic, reason, ignored, announced, summary, burst, rate)| Limits {
            rooms_per_user_max: in_rooms,
            rooms_max: rooms,
            topic_chars_max: topic,
            reason_chars_max: reason,
            ignored_per_user_max: ignored,
            announce_members_max: announced,
            summary_seconds: summary,
            rate_burst: burst,
            rate_per_second: rate,
        },
    )
}

/// A step, or what history knows of a room and then somebody who joins it.
fn steps() -> impl Strategy<Value = Vec<Step>> {
    prop_oneof![
        20 => step().prop_map(|step| vec![step]),
        1 => (past(), 0_usize..6).prop_map(|((room, above, topic), who)| {
            let join = Step::Type(who, format!("/join {room}"));
            vec![Step::Recall(room, above, topic), join]
        }),
    ]
}

fn past() -> impl Strategy<Value = (RoomName, u64, Option<Text>)> {
    let topic = select(vec![None, Text::clean("x"), Text::clean("a b")]);
    (room(), 0_u64..4, topic)
}

fn step() -> impl Strategy<Value = Step> {
    let who = || 0_usize..6;
    prop_oneof![
        3 => Just(Step::Come),
        2 => (who(), select(ENDINGS.to_vec())).prop_map(|(who, why)| Step::Go(who, why)),
        24 => (who(), line()).prop_map(|(who, line)| Step::Type(who, line)),
        1 => who().prop_map(Step::Ready),
        1 => who().prop_map(Step::Choked),
        1 => (who(), room()).prop_map(|(who, room)| Step::Skipped(who, room)),
        1 => past().prop_map(|(room, above, topic)| Step::Recall(room, above, topic)),
        1 => room().prop_map(Step::Pause),
        1 => room().prop_map(Step::Resume),
        1 => (select(vec![0, 1, 3, 20]), select(vec![5, 0, 1, 3]))
            .prop_map(|(burst, per_second)| Step::Rate(burst, per_second)),
        2 => wait(),
        1 => Just(Step::Tick),
        1 => Just(Step::Due),
    ]
}

fn room() -> impl Strategy<Value = RoomName> {
    select(ROOMS.to_vec()).prop_map(|room| room.parse().expect("a good name"))
}

/// From nothing to months, and whole seconds, on which deadlines fall.
fn wait() -> impl Strategy<Value = Step> {
    let nanoseconds = prop_oneof![
        Just(0),
        0_i64..2_000_000_000,
        (0_i64..11).prop_map(|seconds| seconds * 1_000_000_000),
        0_i64..10_000_000_000_000_000,
    ];
    nanoseconds.prop_map(|nanoseconds| Step::Wait(TimeDelta::nanoseconds(nanoseconds)))
}

/// A line that does something, nearly does, or is anything.
fn line() -> impl Strategy<Value = String> {
    let nick = || select(NICKS.to_vec());
    let other = || select(OTHERS.to_vec());
    let room = || select(ROOMS.to_vec());
    let text = || select(vec!["x", "four", "☺☺☺", "a b", "/x"]);
    let maybe_room = prop_oneof![
        1 => select(vec!["", "5", "1..2", "before 3"]).prop_map(String::from),
        2 => room().prop_map(|room| format!("5 #{room}")),
    ];
    let alone = vec![
        "/leave", "/rooms", "/who", "/topic", "/ignore", "/quit", "/help", "/topic -", "//x",
    ];
    prop_oneof![
        6 => text().prop_map(String::from),
        4 => room().prop_map(|room| format!("/join {room}")),
        3 => nick().prop_map(|nick| format!("/nick {nick}")),
        3 => select(alone).prop_map(String::from),
        2 => room().prop_map(|room| format!("/leave {room}")),
        3 => text().prop_map(|text| format!("/me {text}")),
        3 => (other(), text()).prop_map(|(nick, text)| format!("/msg {nick} {text}")),
        2 => text().prop_map(|text| format!("/reply {text}")),
        1 => text().prop_map(|text| format!("/topic {text}")),
        3 => other().prop_map(|nick| format!("/ignore {nick}")),
        1 => other().prop_map(|nick| format!("/unignore {nick}")),
        1 => room().prop_map(|room| format!("/who {room}")),
        1 => text().prop_map(|text| format!("/quit {text}")),
        2 => maybe_room.prop_map(|room| format!("/history {room}")),
        1 => text().prop_map(|text| format!("/search {text}")),
        1 => inputs::line().prop_map(|line| line.replace(['\n', '\r'], " ")),
    ]
}

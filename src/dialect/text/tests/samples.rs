//! One sample, or more, of everything that anybody can be told.

use alloc::vec;
use alloc::vec::Vec;

use chrono::{DateTime, Days, TimeDelta, Utc};

use crate::chat::{
    Company, Departure, Findings, GapCause, HistoryPage, Kept, Message, Missed, NameError,
    Nickname, PageEnd, Refusal, RoomInfo, RoomName, Seq, Span, Tail, Text, TopicInfo,
};

pub(super) fn nick(name: &str) -> Nickname {
    name.parse().unwrap()
}

pub(super) fn room(name: &str) -> RoomName {
    name.parse().unwrap()
}

pub(super) fn text(text: &str) -> Text {
    Text::clean(text).unwrap()
}

fn at() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_529_100, 0).unwrap() // 2026-11-24 14:05 UTC
}

fn topic() -> TopicInfo {
    TopicInfo {
        text: text("release 2 on Monday"),
        by: nick("dan"),
        at: at(),
    }
}

fn company(names: &[&str], more: u64) -> Company {
    Company {
        nicks: names.iter().map(|name| nick(name)).collect(),
        more,
    }
}

/// Says which message stands after which in `messages`; a new one stops the build
/// here until it has a sample.
#[expect(dead_code, reason = "it is there for the compiler to check")]
fn has_sample(message: &Message) {
    match message {
        Message::Said { .. } | Message::Acted { .. } | Message::Whispered { .. } => {}
        Message::WhisperSent { .. } | Message::Joined { .. } | Message::Left { .. } => {}
        Message::Departed { .. } | Message::Renamed { .. } | Message::TopicChanged { .. } => {}
        Message::Summarised { .. } | Message::Skipped { .. } | Message::Welcomed { .. } => {}
        Message::NickChanged { .. } | Message::RoomEntered { .. } | Message::RoomLeft { .. } => {}
        Message::TopicShown { .. }
        | Message::RoomsListed { .. }
        | Message::MembersListed { .. } => {}
        Message::IgnoredListed { .. } | Message::IgnoreAdded { .. } => {}
        Message::IgnoreRemoved { .. } | Message::Delayed { .. } | Message::Farewelled { .. } => {}
        Message::HistoryPaused { .. } | Message::HistoryResumed { .. } => {}
        Message::TailShown(_) | Message::HistoryShown(_) | Message::Found(_) => {}
        Message::ShuttingDown | Message::ServerFailed | Message::Refused(_) => {}
    }
}

/// What is said.
pub(super) fn said() -> Vec<Message> {
    let lobby = || room("lobby");
    vec![
        Message::Said {
            at: at(),
            room: lobby(),
            seq: Seq(1),
            from: nick("bob"),
            text: text("hey ada!"),
        },
        Message::Acted {
            at: at(),
            room: lobby(),
            seq: Seq(2),
            from: nick("dan"),
            text: text("waves"),
        },
        Message::Whispered {
            at: at(),
            from: nick("bob"),
            text: text("see you there"),
        },
        Message::WhisperSent {
            at: at(),
            to: nick("bob"),
            text: text("yes, 12:30"),
        },
    ]
}

/// What is told of others.
pub(super) fn of_others() -> Vec<Message> {
    let lobby = || room("lobby");
    let departed = |how| Message::Departed {
        room: lobby(),
        nick: nick("ada"),
        how,
    };
    let summary = |joined, left, renamed| Message::Summarised {
        room: lobby(),
        joined,
        left,
        renamed,
        members: 5_120,
    };
    vec![
        Message::Joined {
            room: room("ops"),
            nick: nick("ada"),
        },
        Message::Left {
            room: room("ops"),
            nick: nick("ada"),
        },
        departed(Departure::Plain),
        departed(Departure::Quit {
            reason: text("off home"),
        }),
        departed(Departure::Lost),
        Message::Renamed {
            room: lobby(),
            from: nick("ada"),
            to: nick("ada2"),
        },
        Message::TopicChanged {
            room: lobby(),
            by: nick("dan"),
            topic: Some(text("release 2")),
        },
        Message::TopicChanged {
            room: lobby(),
            by: nick("dan"),
            topic: None,
        },
        summary(214, 8, 0),
        summary(0, 1, 3),
        Message::HistoryPaused { room: room("ops") },
        Message::HistoryResumed {
            room: room("ops"),
            first: Seq(4711),
            last: Seq(5022),
        },
        Message::HistoryResumed {
            room: room("ops"),
            first: Seq(7),
            last: Seq(7),
        },
    ]
}

/// What a person is told of their own doings.
pub(super) fn of_oneself() -> Vec<Message> {
    let entered = |company, topic, returned| Message::RoomEntered {
        room: room("ops"),
        company,
        topic,
        returned,
    };
    let skipped = |is_kept, lines, first, last, notices| Message::Skipped {
        room: room("ops"),
        missed: Missed {
            lines,
            first: Seq(first),
            last: Seq(last),
            notices,
        },
        is_kept,
    };
    let missed = |lines, first, last, notices| skipped(false, lines, first, last, notices);
    vec![
        Message::Welcomed {
            nick: Nickname::guest(1),
            room: room("lobby"),
            company: company(&["bob", "carol"], 3),
        },
        Message::Welcomed {
            nick: Nickname::guest(1),
            room: room("lobby"),
            company: company(&[], 0),
        },
        Message::NickChanged { nick: nick("ada") },
        entered(company(&["dan", "erin"], 0), None, false),
        entered(company(&[], 0), Some(topic()), false),
        entered(company(&["dan"], 1_200), None, true),
        entered(company(&[], 0), None, true),
        Message::RoomLeft {
            room: room("ops"),
            focus: Some(room("lobby")),
        },
        Message::RoomLeft {
            room: room("ops"),
            focus: None,
        },
        missed(312, 4711, 5022, 0),
        missed(312, 4711, 5030, 12),
        missed(1, 7, 7, 1),
        missed(0, 0, 0, 1_200),
        skipped(true, 312, 4711, 5022, 0),
        skipped(true, 312, 4711, 5030, 12),
        skipped(true, 1, 4711, 4711, 0),
        skipped(true, 0, 0, 0, 12),
        Message::IgnoreAdded { nick: nick("bob") },
        Message::IgnoreRemoved { nick: nick("bob") },
        Message::Delayed { per_second: 5 },
        Message::Delayed { per_second: 1 },
        Message::Farewelled { nick: nick("ada") },
        Message::ShuttingDown,
        Message::ServerFailed,
    ]
}

/// Lists and topics.
pub(super) fn lists() -> Vec<Message> {
    let info = |name, members, topic: Option<&str>| RoomInfo {
        room: room(name),
        members,
        topic: topic.map(text),
    };
    let many: Vec<Nickname> = (1..=30).map(Nickname::guest).collect();
    vec![
        Message::TopicShown {
            room: room("ops"),
            topic: Some(topic()),
        },
        Message::TopicShown {
            room: room("ops"),
            topic: None,
        },
        Message::RoomsListed {
            rooms: vec![
                info("lobby", 5_120, None),
                info("ops", 12, Some("release 2")),
            ],
            total: None,
        },
        Message::RoomsListed {
            rooms: vec![info("ops", 12, None)],
            total: Some(3),
        },
        Message::RoomsListed {
            rooms: vec![info("lobby", 1, None)],
            total: Some(1),
        },
        Message::MembersListed {
            room: room("ops"),
            nicks: many,
            total: None,
        },
        Message::MembersListed {
            room: room("ops"),
            nicks: vec![nick("ada"), nick("bob")],
            total: Some(1_002),
        },
        Message::MembersListed {
            room: room("ops"),
            nicks: vec![nick("ada")],
            total: Some(1),
        },
        Message::IgnoredListed {
            nicks: vec![nick("bob"), nick("eve")],
        },
        Message::IgnoredListed { nicks: vec![] },
    ]
}

/// Rows of every kind, over two midnights.
fn rows() -> Vec<Kept> {
    let line = |seq, hours, from, is_action, said| Kept::Line {
        seq: Seq(seq),
        at: at() + TimeDelta::hours(hours),
        from: nick(from),
        is_action,
        text: text(said),
    };
    let gap = |first, last, why| Kept::Gap {
        first: Seq(first),
        last: Seq(last),
        why,
    };
    vec![
        gap(1, 4710, GapCause::Expired),
        line(4711, -24, "ada", false, "hi"),
        line(4712, -24, "ada", true, "waves"),
        Kept::Erased {
            seq: Seq(4713),
            at: at(),
        },
        gap(4714, 4720, GapCause::Unkept),
        gap(4721, 4721, GapCause::Crash),
        line(4722, 10, "bob", false, "-- 1 14:05 #ops eve: no"),
    ]
}

/// What was said before, when somebody joins.
pub(super) fn tails() -> Vec<Message> {
    let tail = |rows: &[Kept], total, days| {
        Message::TailShown(Tail {
            room: room("ops"),
            rows: rows.to_vec(),
            total,
            today: at().date_naive() + Days::new(days),
        })
    };
    vec![
        tail(&rows(), 1_204, 1),
        tail(&rows()[3..4], 1, 0),
        tail(&rows()[6..], 2, 0),
    ]
}

/// What was said before, on request.
pub(super) fn histories() -> Vec<Message> {
    let page = |rows: &[Kept], end| {
        Message::HistoryShown(HistoryPage {
            room: room("ops"),
            rows: rows.to_vec(),
            since: at().date_naive(),
            end,
        })
    };
    let end = |shown, total, more| Some(PageEnd { shown, total, more });
    let before = |count| Span::Before {
        seq: Seq(4711),
        count,
    };
    let between = Span::Between {
        first: Seq(5711),
        last: Seq(9000),
    };
    vec![
        page(&rows(), None),
        page(&rows()[3..4], end(20, 1_204, Some(before(20)))),
        page(&[], end(50, 1_204, Some(before(50)))),
        page(&[], end(1_000, 4_290, Some(between))),
        page(&[], end(1_204, 1_204, None)),
        page(&[], end(1, 1, None)),
        page(&[], end(0, 1_204, None)),
        page(&[], end(0, 1_204, Some(before(20)))),
        page(&[], end(0, 0, None)),
    ]
}

/// What a search finds.
pub(super) fn findings() -> Vec<Message> {
    let found = |words, rows: &[Kept], has_more| {
        Message::Found(Findings {
            words: text(words),
            found: rows.iter().map(|row| (room("ops"), row.clone())).collect(),
            has_more,
            today: at().date_naive(),
        })
    };
    let long = "lunch ".repeat(100);
    vec![
        found("hi", &rows()[1..3], false),
        found("no", &rows()[6..], true),
        found("a", &rows()[1..3], true),
        found("no", &rows()[6..], false),
        found("lunch", &[], false),
        found("say \"lunch\"", &[], true),
        found(&long, &[], false),
    ]
}

/// Every refusal, and every way in which a name can be wrong.
pub(super) fn refusals() -> Vec<Message> {
    let bad_nick = |typed: &str, why| Refusal::NickInvalid {
        typed: typed.into(),
        why,
    };
    let taken = |free: &[&str]| Refusal::NickTaken {
        nick: nick("ada"),
        free: free.iter().map(|name| nick(name)).collect(),
    };
    let refusals = [
        bad_nick("", NameError::Empty),
        bad_nick("x", NameError::TooManyChars { max: 32 }),
        bad_nick("x", NameError::TooManyBytes { max: 64 }),
        bad_nick("9lives", NameError::BadStart('9')),
        bad_nick("a!", NameError::Forbidden('!')),
        bad_nick("a", NameError::TooManyMarks),
        bad_nick("a", NameError::MixedScripts),
        Refusal::RoomInvalid {
            typed: "-x".into(),
            why: NameError::BadStart('-'),
        },
        taken(&["ada2", "ada_"]),
        taken(&["ada2"]),
        taken(&[]),
        Refusal::NickConfusable {
            nick: nick("ѕсоре"),
            with: nick("scope"),
        },
        Refusal::NickReserved {
            nick: nick("admin"),
        },
        Refusal::NobodyCalled { nick: nick("bob") },
        Refusal::NoSuchRoom { room: room("ops") },
        Refusal::NotInRoom { room: room("ops") },
        Refusal::InNoRoom,
        Refusal::RoomConfusable {
            room: room("ѕсоре"),
            with: room("scope"),
        },
        Refusal::RoomsOfUserFull { max: 50 },
        Refusal::RoomsFull { max: 10_000 },
        Refusal::TopicTooLong {
            chars: 1_301,
            max: 300,
        },
        Refusal::ReasonTooLong {
            chars: 201,
            max: 200,
        },
        Refusal::NobodyToReplyTo,
        Refusal::CorrespondentGone { nick: nick("bob") },
        Refusal::NotReading { nick: nick("bob") },
        Refusal::IgnoresSelf,
        Refusal::NotIgnored { nick: nick("bob") },
        Refusal::IgnoredFull { max: 100 },
        Refusal::ServerFull { max: 10_000 },
        Refusal::AddressFull { max: 64 },
        Refusal::TlsOnly,
        Refusal::NoTls,
        Refusal::InputCut { seconds: 60 },
        Refusal::InputCut { seconds: 1 },
        Refusal::NoHistory,
        Refusal::HistoryUnreadable,
        Refusal::NotKept { room: room("ops") },
        Refusal::MaybeKept { room: room("ops") },
    ];
    refusals.into_iter().map(Message::Refused).collect()
}

/// Says that every refusal has a sample: a new one stops the build here.
#[expect(dead_code, reason = "it is there for the compiler to check")]
fn has_refusal_sample(refusal: &Refusal) {
    match refusal {
        Refusal::NickInvalid { .. } | Refusal::RoomInvalid { .. } | Refusal::NickTaken { .. } => {}
        Refusal::NickConfusable { .. } | Refusal::NickReserved { .. } => {}
        Refusal::NobodyCalled { .. } | Refusal::NoSuchRoom { .. } | Refusal::NotInRoom { .. } => {}
        Refusal::InNoRoom | Refusal::RoomConfusable { .. } | Refusal::RoomsOfUserFull { .. } => {}
        Refusal::RoomsFull { .. }
        | Refusal::TopicTooLong { .. }
        | Refusal::ReasonTooLong { .. } => {}
        Refusal::NobodyToReplyTo | Refusal::NotReading { .. } | Refusal::IgnoresSelf => {}
        Refusal::NotIgnored { .. } | Refusal::IgnoredFull { .. } | Refusal::ServerFull { .. } => {}
        Refusal::AddressFull { .. } | Refusal::TlsOnly | Refusal::NoTls => {}
        Refusal::InputCut { .. } => {}
        Refusal::CorrespondentGone { .. } => {}
        Refusal::NoHistory
        | Refusal::HistoryUnreadable
        | Refusal::NotKept { .. }
        | Refusal::MaybeKept { .. } => {}
    }
}

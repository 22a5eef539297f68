//! Messages, shortly, for transcripts. The dialects have their own words.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::chat::{Company, Message, Nickname, Text, TopicInfo};

#[expect(clippy::too_many_lines, reason = "a table: one row for each message")]
pub(super) fn words(message: &Message) -> String {
    match message {
        Message::Said {
            room,
            seq,
            from,
            text,
            ..
        } => format!("#{room} {seq} {from}: {text}"),
        Message::Acted {
            room,
            seq,
            from,
            text,
            ..
        } => format!("#{room} {seq} * {from} {text}"),
        Message::Whispered { from, text, .. } => format!("{from} -> you: {text}"),
        Message::WhisperSent { to, text, .. } => format!("you -> {to}: {text}"),
        Message::Joined { room, nick } => format!("{nick} joined #{room}"),
        Message::Left { room, nick } => format!("{nick} left #{room}"),
        Message::Departed { room, nick, how } => format!("{nick} departed (by #{room}): {how:?}"),
        Message::Renamed { room, from, to } => format!("{from} is now {to} (by #{room})"),
        Message::TopicChanged { room, by, topic } => {
            format!("{by} set #{room}: {}", maybe(topic.as_ref()))
        }
        Message::Summarised {
            room,
            joined,
            left,
            renamed,
            members,
        } => {
            format!("#{room}: {joined} joined, {left} left, {renamed} renamed, {members} now")
        }
        Message::Skipped { room, missed, .. } => format!("skipped in #{room}: {missed:?}"),
        Message::HistoryPaused { room } => format!("history of #{room} paused"),
        Message::HistoryResumed { room, first, last } => {
            format!("history of #{room} resumed but for {first} to {last}")
        }
        Message::TailShown(_) | Message::HistoryShown(_) | Message::Found(_) => {
            format!("{message:?}")
        }
        Message::Welcomed {
            nick,
            room,
            company,
        } => format!("welcome {nick} to #{room} [{}]", others(company)),
        Message::NickChanged { nick } => format!("you are {nick}"),
        Message::RoomEntered {
            room,
            company,
            topic,
            returned,
        } => {
            let way = if *returned { "back in" } else { "in" };
            format!(
                "{way} #{room} [{}] topic {}",
                others(company),
                topic_of(topic.as_ref())
            )
        }
        Message::RoomLeft { room, focus } => format!("out of #{room}, now {focus:?}"),
        Message::TopicShown { room, topic } => {
            format!("topic of #{room}: {}", topic_of(topic.as_ref()))
        }
        Message::RoomsListed { rooms, total } => {
            let rooms: Vec<String> = rooms
                .iter()
                .map(|info| {
                    format!(
                        "#{} {} {}",
                        info.room,
                        info.members,
                        maybe(info.topic.as_ref())
                    )
                })
                .collect();
            format!("rooms [{}] total {total:?}", rooms.join("; "))
        }
        Message::MembersListed { room, nicks, total } => {
            format!("in #{room} [{}] total {total:?}", names(nicks))
        }
        Message::IgnoredListed { nicks } => format!("ignored [{}]", names(nicks)),
        Message::IgnoreAdded { nick } => format!("ignoring {nick}"),
        Message::IgnoreRemoved { nick } => format!("hearing {nick}"),
        Message::Delayed { per_second } => format!("delayed to {per_second} a second"),
        Message::Farewelled { nick } => format!("bye {nick}"),
        Message::ShuttingDown | Message::ServerFailed => format!("{message:?}"),
        Message::Refused(refusal) => format!("no: {refusal:?}"),
    }
}

fn others(company: &Company) -> String {
    match company.more {
        0 => names(&company.nicks),
        more => format!("{} + {more}", names(&company.nicks)),
    }
}

fn names(nicks: &[Nickname]) -> String {
    if nicks.len() > 12 {
        return format!(
            "{} … {}: {} names",
            nicks[0],
            nicks[nicks.len() - 1],
            nicks.len()
        );
    }
    nicks
        .iter()
        .map(Nickname::as_str)
        .collect::<Vec<_>>()
        .join(" ")
}

fn maybe(text: Option<&Text>) -> String {
    text.map_or("-".to_string(), Text::to_string)
}

pub(super) fn topic_of(topic: Option<&TopicInfo>) -> String {
    topic.map_or("-".to_string(), |topic| {
        format!("{} (by {})", topic.text, topic.by)
    })
}

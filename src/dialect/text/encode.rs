//! Messages to lines.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::words::{company, count, counted, list, time};
use super::{history, refusals};
use crate::chat::{Departure, Message, Missed, Nickname, RoomInfo, RoomName, TopicInfo};

/// The width that lists of names keep to, in characters.
const WIDTH: usize = 76;

/// Appends a message's lines.
#[expect(clippy::too_many_lines, reason = "a table: one row for each message")]
pub(crate) fn encode(message: &Message, bytes: &mut Vec<u8>) {
    match message {
        Message::Said {
            at,
            room,
            from,
            text,
            ..
        } => {
            let parts = [" #", room.as_str(), " ", from.as_str(), ": ", text.as_str()];
            timed(bytes, time(*at), &parts);
        }
        Message::Acted {
            at,
            room,
            from,
            text,
            ..
        } => {
            let parts = [
                " #",
                room.as_str(),
                " * ",
                from.as_str(),
                " ",
                text.as_str(),
            ];
            timed(bytes, time(*at), &parts);
        }
        Message::Whispered { at, from, text } => {
            timed(
                bytes,
                time(*at),
                &[" ", from.as_str(), " -> you: ", text.as_str()],
            );
        }
        Message::WhisperSent { at, to, text } => {
            timed(
                bytes,
                time(*at),
                &[" you -> ", to.as_str(), ": ", text.as_str()],
            );
        }
        Message::Joined { room, nick } => notice(bytes, &format!("{nick} joined #{room}.")),
        Message::Left { room, nick } => notice(bytes, &format!("{nick} left #{room}.")),
        Message::Departed { nick, how, .. } => notice(bytes, &departed(nick, how)),
        Message::Renamed { from, to, .. } => notice(bytes, &format!("{from} is now {to}.")),
        Message::TopicChanged { room, by, topic } => notice(
            bytes,
            &match topic {
                Some(topic) => format!("{by} set the topic of #{room}: {topic}"),
                None => format!("{by} cleared the topic of #{room}."),
            },
        ),
        Message::Summarised {
            room,
            joined,
            left,
            renamed,
            members,
        } => {
            notice(bytes, &summary(room, [*joined, *left, *renamed], *members));
        }
        Message::Skipped {
            room,
            missed,
            is_kept,
        } => notice(bytes, &skipped(room, missed, *is_kept)),
        Message::HistoryPaused { room } => notice(bytes, &history::paused(room)),
        Message::HistoryResumed { room, first, last } => {
            notice(bytes, &history::resumed(room, *first, *last));
        }
        Message::TailShown(tail) => history::tail(bytes, tail),
        Message::HistoryShown(page) => history::page(bytes, page),
        Message::Found(findings) => history::findings(bytes, findings),
        Message::Welcomed {
            nick,
            room,
            company: others,
        } => {
            let there = match company(others) {
                Some(others) => format!(" with {others}."),
                None => ". Nobody else is here yet.".into(),
            };
            notice(
                bytes,
                &format!("Welcome to roomful. You are {nick}, in #{room}{there} /help for help."),
            );
        }
        Message::NickChanged { nick } => notice(bytes, &format!("You are now {nick}.")),
        Message::RoomEntered {
            room,
            company: others,
            topic,
            returned,
        } => {
            let came = if *returned { "are back in" } else { "joined" };
            let there = match company(others) {
                Some(others) => format!(": {others}."),
                None if *returned => ". Nobody else is here.".into(),
                None => ". Nobody else is here yet.".into(),
            };
            notice(
                bytes,
                &format!("You {came} #{room}{there} What you type goes here now."),
            );
            if let Some(topic) = topic {
                notice(bytes, &topic_line(room, topic));
            }
        }
        Message::RoomLeft { room, focus } => notice(
            bytes,
            &match focus {
                Some(focus) => format!("You left #{room}. What you type goes to #{focus} now."),
                None => {
                    format!("You left #{room}. You are in no room now; /join ROOM goes to one.")
                }
            },
        ),
        Message::TopicShown { room, topic } => notice(
            bytes,
            &match topic {
                Some(topic) => topic_line(room, topic),
                None => format!("#{room} has no topic. /topic TEXT sets one."),
            },
        ),
        Message::RoomsListed { rooms, total } => list_rooms(bytes, rooms, *total),
        Message::MembersListed { room, nicks, total } => list_members(bytes, room, nicks, *total),
        Message::IgnoredListed { nicks } if nicks.is_empty() => {
            notice(bytes, "You ignore nobody. /ignore NICK begins it.");
        }
        Message::IgnoredListed { nicks } => names(bytes, "You ignore:", nicks),
        Message::IgnoreAdded { nick } => {
            notice(
                bytes,
                &format!("You ignore {nick} now. /unignore {nick} undoes it."),
            );
        }
        Message::IgnoreRemoved { nick } => notice(bytes, &format!("You hear {nick} again.")),
        Message::Delayed { per_second } => notice(
            bytes,
            &format!(
                "You send faster than {} a second. Nothing is lost: your lines are taken at that rate.",
                counted(u64::from(*per_second), "line", "lines")
            ),
        ),
        Message::Farewelled { nick } => notice(bytes, &format!("Bye, {nick}.")),
        Message::ShuttingDown => notice(bytes, "The server is shutting down. Bye."),
        Message::ServerFailed => refusal(
            bytes,
            "The server has found a fault in itself and stops. What was said up to here was delivered; \
             come back a little later.",
        ),
        Message::Refused(why) => refusal(bytes, &refusals::words(why)),
    }
}

/// The hot path: plain copies, no formatting.
fn timed(bytes: &mut Vec<u8>, time: [u8; 5], parts: &[&str]) {
    bytes.extend_from_slice(&time);
    for part in parts {
        bytes.extend_from_slice(part.as_bytes());
    }
    bytes.push(b'\n');
}

pub(super) fn notice(bytes: &mut Vec<u8>, words: &str) {
    line(bytes, "-- ", words);
}

fn refusal(bytes: &mut Vec<u8>, words: &str) {
    line(bytes, "!! ", words);
}

fn line(bytes: &mut Vec<u8>, mark: &str, words: &str) {
    bytes.extend_from_slice(mark.as_bytes());
    bytes.extend_from_slice(words.as_bytes());
    bytes.push(b'\n');
}

fn departed(nick: &Nickname, how: &Departure) -> String {
    match how {
        Departure::Plain => format!("{nick} left."),
        Departure::Quit { reason } => format!("{nick} left: {reason}."),
        Departure::Lost => format!("{nick} left: connection lost."),
    }
}

/// `#lobby: 214 joined, 8 left, 5,120 now.`
fn summary(room: &RoomName, changes: [u64; 3], members: u64) -> String {
    let words = ["joined", "left", "renamed"];
    let told = changes.iter().zip(words).filter(|(number, _)| **number > 0);
    let parts: Vec<String> = told
        .map(|(number, word)| format!("{} {word}", count(*number)))
        .collect();
    format!("#{room}: {}, {} now.", parts.join(", "), count(members))
}

/// Numbers stand as a command would want them, without separators.
fn skipped(room: &RoomName, missed: &Missed, is_kept: bool) -> String {
    let Missed {
        lines,
        first,
        last,
        notices,
    } = missed;
    let range = if lines == &1 {
        format!("{first}")
    } else {
        format!("{first} to {last}")
    };
    let lines_part = format!(
        "{} skipped in #{room} ({range})",
        counted(*lines, "message", "messages")
    );
    let notices_part = counted(*notices, "notice", "notices");
    let what = match (lines, notices) {
        (_, 0) => lines_part,
        (0, _) => format!("{notices_part} skipped in #{room}"),
        (_, _) => format!("{lines_part} and {notices_part}"),
    };
    let how = match lines {
        0 => String::new(),
        _ if !is_kept => String::new(),
        _ => format!(" {}", history::shows(*first, *last, room)),
    };
    format!("You were too slow: {what}.{how}")
}

fn topic_line(room: &RoomName, topic: &TopicInfo) -> String {
    let time = time(topic.at);
    let time = String::from_utf8_lossy(&time);
    let (text, by, day) = (&topic.text, &topic.by, topic.at.date_naive());
    format!("Topic of #{room}: {text} (set by {by}, {day} {time})")
}

fn list_rooms(bytes: &mut Vec<u8>, rooms: &[RoomInfo], total: Option<u64>) {
    for info in rooms {
        let topic = info
            .topic
            .as_ref()
            .map_or(Cow::Borrowed(""), |topic| format!(": {topic}").into());
        notice(
            bytes,
            &format!("#{} ({}){topic}", info.room, count(info.members)),
        );
    }
    if let Some(total) = total {
        notice(
            bytes,
            &format!(
                "{}. /join ROOM goes to one.",
                counted(total, "room", "rooms")
            ),
        );
    }
}

fn list_members(bytes: &mut Vec<u8>, room: &RoomName, nicks: &[Nickname], total: Option<u64>) {
    names(bytes, &format!("#{room}:"), nicks);
    if let Some(total) = total {
        notice(
            bytes,
            &format!("{} in #{room}.", counted(total, "person", "people")),
        );
    }
}

/// Names over as many lines as a readable width asks for, each with its heading.
fn names(bytes: &mut Vec<u8>, heading: &str, nicks: &[Nickname]) {
    let mut rest = nicks;
    while !rest.is_empty() {
        let mut width = heading.chars().count();
        let fits = rest.iter().take_while(|nick| {
            width += 2 + nick.as_str().chars().count();
            width <= WIDTH
        });
        let fitting = fits.count().max(1);
        let (line, others) = rest.split_at(fitting);
        notice(bytes, &format!("{heading} {}", list(line)));
        rest = others;
    }
}

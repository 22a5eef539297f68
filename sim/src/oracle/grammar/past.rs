//! The part of the parser that reads history: what was said before, as it is shown.

use super::{Notice, name, number, said_by, timed};

/// A row of a room's history, as it was shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) room: String,
    pub(crate) first: u64,
    pub(crate) last: u64,
    pub(crate) what: RowKind,
}

/// What stands in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RowKind {
    /// Something said or done.
    Line { nick: String, text: String },
    /// Something whose author had it erased.
    Erased,
    /// Nothing is kept.
    Gap(Cause),
}

/// Why nothing is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    Crash,
    Unkept,
    Expired,
}

/// How a listing of history ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ending {
    pub(crate) room: String,
    pub(crate) shown: u64,
    /// How many lines there are in all, where that is said.
    pub(crate) total: Option<u64>,
    /// How to see more, if there is more.
    pub(crate) has_more: bool,
}

/// What was said last in a room, announced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Opening {
    pub(crate) room: String,
    pub(crate) shown: u64,
    pub(crate) total: u64,
}

const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

const CAUSES: [(&str, Cause); 3] = [
    (
        "(lost in a crash of the server, if anything was said)",
        Cause::Crash,
    ),
    ("(could not be kept)", Cause::Unkept),
    ("(no longer kept)", Cause::Expired),
];

pub(super) fn past(words: &str) -> Option<Notice> {
    tail(words)
        .or_else(|| row(words).map(Notice::Row))
        .or_else(|| ending(words))
        .or_else(|| search(words))
        .or_else(|| keeping(words))
}

/// `last 3 of 1,204 messages in #ops; /history for more --`, a day, and
/// `you are live --`.
fn tail(words: &str) -> Option<Notice> {
    let words = words.strip_suffix(" --")?;
    if words == "you are live" {
        return Some(Notice::Live);
    }
    if let Some((weekday, _)) = words.split_once(", ") {
        return WEEKDAYS.contains(&weekday).then_some(Notice::Day);
    }
    let (words, has_more) = match words.strip_suffix("; /history for more") {
        Some(words) => (words, true),
        None => (words, false),
    };
    let (count, room) = words.split_once(" in #")?;
    let (shown, count) = match count.strip_prefix("last ") {
        Some(count) => {
            let (shown, count) = count.split_once(" of ")?;
            (Some(number(shown)?), count)
        }
        None => (None, count),
    };
    let total = messages(count)?;
    let shown = shown.unwrap_or(total);
    let opening = Opening {
        room: name(room)?,
        shown,
        total,
    };
    (has_more == (shown < total)).then_some(Notice::Tail(opening))
}

/// `1,204 messages`
fn messages(words: &str) -> Option<u64> {
    let count = words
        .strip_suffix(" messages")
        .or(words.strip_suffix(" message"))?;
    number(count)
}

/// `4711 14:05 #ops ada: hi`, or `4711..5022 #ops (could not be kept)`
fn row(words: &str) -> Option<Row> {
    let (numbers, rest) = words.split_once(' ')?;
    if let Some((first, last)) = numbers.split_once("..") {
        let (room, cause) = rest.strip_prefix('#')?.split_once(' ')?;
        let (_, cause) = CAUSES.iter().find(|(words, _)| *words == cause)?;
        return Some(Row {
            room: room.into(),
            first: plain(first)?,
            last: plain(last)?,
            what: RowKind::Gap(*cause),
        });
    }
    let seq = plain(numbers)?;
    let rest = timed(rest)?.strip_prefix('#')?;
    let what = match rest.split_once(' ')? {
        (_, "(erased)") => RowKind::Erased,
        _ => {
            let (_, nick, text) = said_by(rest)?;
            RowKind::Line { nick, text }
        }
    };
    let (room, _) = rest.split_once(' ')?;
    Some(Row {
        room: room.into(),
        first: seq,
        last: seq,
        what,
    })
}

/// A number as a command takes it: digits alone.
fn plain(word: &str) -> Option<u64> {
    let is_plain = word.bytes().all(|byte| byte.is_ascii_digit());
    is_plain.then(|| word.parse().ok()).flatten()
}

/// `20 of 1,204 messages in #ops. /history before 4711 #ops shows earlier ones.`
fn ending(words: &str) -> Option<Notice> {
    let none = |room: &str, total| {
        Some(Notice::HistoryEnd(Ending {
            room: name(room)?,
            shown: 0,
            total,
            has_more: false,
        }))
    };
    if let Some(rest) = words.strip_prefix("Nothing is kept of #") {
        return none(rest.strip_suffix(" yet.")?, Some(0));
    }
    if let Some(rest) = words.strip_prefix("Nothing of #") {
        let (room, rest) = rest.split_once(" is kept there.")?;
        let is_more = rest.starts_with(" /history ");
        return (rest.is_empty() || is_more).then(|| none(room, None))?;
    }
    let (shown, rest) = words.split_once(" of ")?;
    let (total, rest) = rest.split_once(" in #")?;
    let (room, rest) = rest.split_once('.')?;
    let has_more = rest.starts_with(" /history ") && rest.ends_with('.');
    (rest.is_empty() || has_more).then(|| {
        Some(Notice::HistoryEnd(Ending {
            room: name(room)?,
            shown: number(shown)?,
            total: Some(messages(total)?),
            has_more,
        }))
    })?
}

fn search(words: &str) -> Option<Notice> {
    let end = |found, has_more| Some(Notice::SearchEnd { found, has_more });
    if words.starts_with("Nothing in your rooms has ")
        && words.ends_with(" in it. Fewer words find more.")
    {
        return end(0, false);
    }
    if words.starts_with("Only people whom you ignore said ") {
        return end(0, true);
    }
    if words == "The latest message that matches. More words find fewer." {
        return end(1, true);
    }
    if let Some(rest) = words.strip_prefix("The latest ") {
        let found = rest.strip_suffix(" that match. More words find fewer.")?;
        return end(messages(found)?, true);
    }
    end(messages(words.strip_suffix(" found.")?)?, false)
}

/// Whether what is said is kept.
fn keeping(words: &str) -> Option<Notice> {
    let paused = "History is not being kept at the moment: what is said in #";
    if let Some(rest) = words.strip_prefix(paused) {
        let (room, _) = rest.split_once(" now reaches everybody here")?;
        return Some(Notice::Paused { room: name(room)? });
    }
    let rest = words.strip_prefix("History of #")?;
    let (room, rest) = rest.split_once(" is kept again. ")?;
    let (count, rest) = rest.split_once(" (")?;
    let (range, _) = rest.split_once(") will stay missing from it.")?;
    let (first, last) = range.split_once("..")?;
    let (first, last) = (plain(first)?, plain(last)?);
    let is_sound = last >= first && messages(count)? == last - first + 1;
    let room = name(room)?;
    is_sound.then_some(Notice::Resumed { room, first, last })
}

//! History to lines.
//!
//! What was said before stands behind `-- ` and its number, so that no program takes
//! it for something that is being said.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use chrono::{Datelike, NaiveDate};

use super::encode::notice;
use super::spans::COUNT;
use super::words::{count, counted, harmless, time};
use crate::chat::{Findings, GapCause, HistoryPage, Kept, PageEnd, RoomName, Seq, Span, Tail};

/// The command that shows exactly these numbers, in a sentence.
pub(super) fn shows(first: Seq, last: Seq, room: &RoomName) -> String {
    let range = range(first, last);
    let them = if first == last { "it" } else { "them" };
    format!("/history {range} #{room} shows {them}.")
}

pub(super) fn paused(room: &RoomName) -> String {
    format!(
        "History is not being kept at the moment: what is said in #{room} now reaches everybody here, \
         and will not be found later."
    )
}

pub(super) fn resumed(room: &RoomName, first: Seq, last: Seq) -> String {
    let missing = counted(last.0.saturating_sub(first.0) + 1, "message", "messages");
    let range = range(first, last);
    format!("History of #{room} is kept again. {missing} ({range}) will stay missing from it.")
}

/// What was said last, between two lines that say so.
pub(super) fn tail(bytes: &mut Vec<u8>, tail: &Tail) {
    let lines = tail.rows.iter().filter(|row| row.day().is_some()).count();
    let (shown, room) = (lines as u64, &tail.room);
    let heading = if tail.total > shown {
        let total = count(tail.total);
        format!("last {shown} of {total} messages in #{room}; /history for more --")
    } else {
        format!("{} in #{room} --", counted(shown, "message", "messages"))
    };
    notice(bytes, &heading);
    rows(bytes, &tail.room, &tail.rows, tail.today);
    notice(bytes, "you are live --");
}

pub(super) fn page(bytes: &mut Vec<u8>, page: &HistoryPage) {
    rows(bytes, &page.room, &page.rows, page.since);
    if let Some(end) = &page.end {
        notice(bytes, &page_end(&page.room, end));
    }
}

fn page_end(room: &RoomName, end: &PageEnd) -> String {
    if end.total == 0 {
        return format!("Nothing is kept of #{room} yet.");
    }
    let shown = match end.shown {
        0 => format!("Nothing of #{room} is kept there"),
        shown => format!(
            "{} of {} in #{room}",
            count(shown),
            counted(end.total, "message", "messages")
        ),
    };
    match end.more {
        None => format!("{shown}."),
        Some(more @ Span::Before { .. }) => {
            format!(
                "{shown}. /history {} #{room} shows earlier ones.",
                part(more)
            )
        }
        Some(more @ (Span::Between { .. } | Span::Last { .. })) => {
            format!(
                "{shown}. /history {} #{room} shows the next ones.",
                part(more)
            )
        }
    }
}

/// As `/history` takes it.
fn part(span: Span) -> String {
    match span {
        Span::Last { count } => format!("{count}"),
        Span::Before { seq, count: COUNT } => format!("before {seq}"),
        Span::Before { seq, count } => format!("{count} before {seq}"),
        Span::Between { first, last } => range(first, last),
    }
}

pub(super) fn findings(bytes: &mut Vec<u8>, findings: &Findings) {
    let mut day = findings.today;
    for (room, row) in &findings.found {
        heading(bytes, row, &mut day);
        notice(bytes, &words(room, row));
    }
    let words = harmless(findings.words.as_str());
    let end = match (findings.found.len() as u64, findings.has_more) {
        (0, false) => format!("Nothing in your rooms has {words:?} in it. Fewer words find more."),
        (0, true) => format!(
            "Only people whom you ignore said {words:?} lately. More words find what others said."
        ),
        (found, false) => format!("{} found.", counted(found, "message", "messages")),
        (1, true) => "The latest message that matches. More words find fewer.".into(),
        (found, true) => {
            let found = count(found);
            format!("The latest {found} messages that match. More words find fewer.")
        }
    };
    notice(bytes, &end);
}

fn rows(bytes: &mut Vec<u8>, room: &RoomName, rows: &[Kept], since: NaiveDate) {
    let mut day = since;
    for row in rows {
        heading(bytes, row, &mut day);
        notice(bytes, &words(room, row));
    }
}

/// The day, where it is another than before.
fn heading(bytes: &mut Vec<u8>, row: &Kept, day: &mut NaiveDate) {
    if let Some(other) = row.day().filter(|other| other != day) {
        *day = other;
        notice(bytes, &format!("{} --", date(other)));
    }
}

/// `Tue, 24 November 2026`
fn date(day: NaiveDate) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let month = MONTHS[day.month0() as usize];
    format!("{}, {} {month} {}", day.weekday(), day.day(), day.year())
}

/// `4711 14:05 #ops ada: hi`
fn words(room: &RoomName, row: &Kept) -> String {
    match row {
        Kept::Line {
            seq,
            at,
            from,
            is_action,
            text,
        } => {
            let time = time(*at);
            let time = String::from_utf8_lossy(&time);
            match is_action {
                true => format!("{seq} {time} #{room} * {from} {text}"),
                false => format!("{seq} {time} #{room} {from}: {text}"),
            }
        }
        Kept::Erased { seq, at } => {
            let time = time(*at);
            let time = String::from_utf8_lossy(&time);
            format!("{seq} {time} #{room} (erased)")
        }
        Kept::Gap { first, last, why } => {
            format!("{} #{room} ({})", range(*first, *last), cause(*why))
        }
    }
}

fn cause(why: GapCause) -> &'static str {
    match why {
        GapCause::Crash => "lost in a crash of the server, if anything was said",
        GapCause::Unkept => "could not be kept",
        GapCause::Expired => "no longer kept",
    }
}

/// As `/history` takes it: `4711..5022`.
fn range(first: Seq, last: Seq) -> String {
    format!("{first}..{last}")
}

//! History to lines.
//!
//! What was said before stands behind `-- ` and its number, so that no program takes
//! it for something that is being said.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use chrono::{Datelike, NaiveDate};

use super::encode::notice;
use super::words::{count, counted, time};
use crate::chat::{Findings, GapCause, HistoryPage, Kept, PageEnd, RoomName, Seq, Span, Tail};

/// The command that shows exactly these numbers, in a sentence.
pub(super) fn shows(first: Seq, last: Seq, room: &RoomName) -> String {
    let range = range(first, last);
    format!("/history {range} #{room} shows them.")
}

pub(super) fn paused(room: &RoomName) -> String {
    format!(
        "History is not being kept at the moment: what is said in #{room} now reaches everybody here, \
         and will not be found later."
    )
}

pub(super) fn resumed(room: &RoomName, first: Seq, last: Seq) -> String {
    let missing = counted(last.0 - first.0 + 1, "number", "numbers");
    let range = range(first, last);
    format!("History of #{room} is kept again. {missing} ({range}) will stay missing from it.")
}

/// What was said last, between two lines that say so.
pub(super) fn tail(bytes: &mut Vec<u8>, tail: &Tail) {
    let lines = tail.rows.iter().filter(|row| row.day().is_some()).count();
    let shown = lines as u64;
    let of = match tail.total {
        total if total == shown => counted(shown, "message", "messages"),
        total => format!("last {shown} of {} messages", count(total)),
    };
    let more = if tail.total == shown {
        ""
    } else {
        "; /history for more"
    };
    notice(bytes, &format!("{of} in #{}{more} --", tail.room));
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
        Some(Span::Before { seq, .. }) => {
            format!("{shown}. /history before {seq} #{room} shows earlier ones.")
        }
        Some(Span::Between { first, last }) => {
            format!(
                "{shown}. /history {} #{room} shows the next.",
                range(first, last)
            )
        }
        Some(Span::Last { count }) => format!("{shown}. /history {count} #{room} shows them."),
    }
}

pub(super) fn findings(bytes: &mut Vec<u8>, findings: &Findings) {
    let mut day = findings.today;
    for (room, row) in &findings.found {
        heading(bytes, row, &mut day);
        notice(bytes, &words(room, row));
    }
    let words = &findings.words;
    let end = match (findings.found.len() as u64, findings.has_more) {
        (0, _) => format!(
            "Nothing in your rooms has {words:?} in it. Fewer words find more.",
            words = words.as_str()
        ),
        (found, false) => format!("{} found.", counted(found, "message", "messages")),
        (found, true) => format!(
            "The latest {} that match. More words find fewer.",
            counted(found, "message", "messages")
        ),
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

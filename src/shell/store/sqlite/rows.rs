//! Rows of the database as rows of a history.

use rusqlite::Row;

use super::ids::{moment, seq, seq_of};
use crate::chat::{GapCause, Kept, Nickname, Text, TopicInfo};

/// The columns that [`message`] reads.
pub(in crate::shell::store) const MESSAGE: &str = "id, at, action, nick, text";
/// The columns that [`topic`] reads, from the given place on.
pub(super) const TOPIC: &str = "topic, topic_by, topic_at";

/// A line, or what is left of it. One that cannot be read is a gap, as one that could
/// not be kept: better than a room whose history cannot be read at all.
pub(in crate::shell::store) fn message(row: &Row<'_>) -> rusqlite::Result<Kept> {
    let seq = seq_of(row.get(0)?);
    let at = moment(row.get(1)?);
    let (Some(nick), Some(text)) = (optional_text(row, 3)?, optional_text(row, 4)?) else {
        return Ok(Kept::Erased { seq, at });
    };
    Ok(match (nick.parse(), Text::clean(text)) {
        (Ok(from), Some(text)) => Kept::Line {
            seq,
            at,
            from,
            is_action: row.get(2)?,
            text,
        },
        (Ok(_) | Err(_), None) | (Err(_), Some(_)) => Kept::Gap {
            first: seq,
            last: seq,
            why: GapCause::Unkept,
        },
    })
}

/// A gap, from the columns `first`, `last`, `why`.
pub(in crate::shell::store) fn gap(row: &Row<'_>) -> rusqlite::Result<Kept> {
    Ok(Kept::Gap {
        first: seq(row.get(0)?),
        last: seq(row.get(1)?),
        why: cause(row.get(2)?),
    })
}

/// A topic, from the column `at` on.
pub(super) fn topic(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<TopicInfo>> {
    let text = optional_text(row, at)?.and_then(Text::clean);
    let by = optional_text(row, at + 1)?.and_then(|nick| nick.parse::<Nickname>().ok());
    let Some((text, by)) = text.zip(by) else {
        return Ok(None);
    };
    Ok(Some(TopicInfo {
        text,
        by,
        at: moment(row.get(at + 2)?),
    }))
}

/// A cause, as it is kept.
pub(super) fn cause_number(why: GapCause) -> i64 {
    match why {
        GapCause::Crash => 0,
        GapCause::Unkept => 1,
        GapCause::Expired => 2,
    }
}

fn cause(number: i64) -> GapCause {
    match number {
        0 => GapCause::Crash,
        2 => GapCause::Expired,
        _ => GapCause::Unkept,
    }
}

fn optional_text<'a>(row: &'a Row<'_>, at: usize) -> rusqlite::Result<Option<&'a str>> {
    Ok(row.get_ref(at)?.as_str_or_null()?)
}

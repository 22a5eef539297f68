//! A history, line by line.

use std::io::Write;
use std::iter::Peekable;
use std::path::Path;

use chrono::{DateTime, Timelike, Utc};
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::json;

use super::{Failure, OfflineError, reader};
use crate::chat::{GapCause, Kept, RoomName};
use crate::shell::store::sqlite::{ids, rows};

/// What is exported.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportFilter {
    /// Only this room.
    pub room: Option<RoomName>,
    /// Only what was said from this moment on. Gaps have no time: those after the first
    /// line that is exported are.
    pub since: Option<DateTime<Utc>>,
}

/// How an exported line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    /// A JSON object for programs.
    Jsonl,
    /// A line of a log for people.
    Text,
}

/// Writes the history in a directory, room by room, each in its order: as it is at this
/// moment, whatever is said meanwhile. How many lines it has written.
///
/// # Errors
/// When there is no history, it cannot be read, or the output takes nothing more.
pub fn export(
    dir: &Path,
    filter: &ExportFilter,
    format: ExportFormat,
    out: &mut dyn Write,
) -> Result<u64, OfflineError> {
    let (mut connection, file) = reader(dir)?;
    let mut export = Export {
        since: filter.since,
        format,
        out,
        count: 0,
    };
    export
        .run(&mut connection, filter.room.as_ref())
        .map_err(|failure| failure.explain(&file, "The history could not be read"))?;
    Ok(export.count)
}

struct Export<'a> {
    since: Option<DateTime<Utc>>,
    format: ExportFormat,
    out: &'a mut dyn Write,
    count: u64,
}

impl Export<'_> {
    fn run(&mut self, connection: &mut Connection, only: Option<&RoomName>) -> Result<(), Failure> {
        // One transaction: everything is of the same moment.
        let transaction = connection.transaction()?;
        let mut next = transaction
            .prepare("SELECT key, id, name FROM rooms WHERE key > ?1 ORDER BY key LIMIT 1")?;
        let mut one = transaction.prepare("SELECT key, id, name FROM rooms WHERE key = ?1")?;
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        let mut found: Option<(String, i64, String)> = match only {
            Some(room) => one.query_row([room.folded()], read).optional()?,
            None => next.query_row([""], read).optional()?,
        };
        while let Some((key, id, name)) = found {
            self.room(&transaction, id, &name)?;
            found = match only {
                Some(_) => None,
                None => next.query_row([key], read).optional()?,
            };
        }
        Ok(())
    }

    fn room(&mut self, connection: &Connection, id: i64, name: &str) -> Result<(), Failure> {
        let mut gaps = connection
            .prepare_cached("SELECT first, last, why FROM gaps WHERE room = ?1 ORDER BY first")?;
        let mut gaps = gaps.query_map([id], rows::gap)?.peekable();
        let mut has_begun = self.since.is_none();
        if let Some((first, last)) = ids::message_ids(id, 0, i64::MAX) {
            let sql = format!(
                "SELECT {} FROM messages WHERE id BETWEEN ?1 AND ?2 AND at >= ?3 ORDER BY id",
                rows::MESSAGE
            );
            let mut lines = connection.prepare_cached(&sql)?;
            let since = self.since.map_or(i64::MIN, ids::nanoseconds);
            for line in lines.query_map(params![first, last, since], rows::message)? {
                let line = line?;
                while let Some(gap) = before(&mut gaps, &line)? {
                    if has_begun {
                        self.row(name, &gap)?;
                    }
                }
                has_begun = true;
                self.row(name, &line)?;
            }
        }
        for gap in gaps {
            let gap = gap?;
            if has_begun {
                self.row(name, &gap)?;
            }
        }
        Ok(())
    }

    fn row(&mut self, room: &str, row: &Kept) -> Result<(), Failure> {
        match self.format {
            ExportFormat::Jsonl => writeln!(self.out, "{}", object(room, row))?,
            ExportFormat::Text => writeln!(self.out, "{}", sentence(room, row))?,
        }
        self.count += 1;
        Ok(())
    }
}

/// The next gap, if it lies before a line.
fn before(
    gaps: &mut Peekable<impl Iterator<Item = rusqlite::Result<Kept>>>,
    line: &Kept,
) -> rusqlite::Result<Option<Kept>> {
    gaps.next_if(|gap| gap.as_ref().map_or(true, |gap| gap.first() < line.first()))
        .transpose()
}

fn object(room: &str, row: &Kept) -> serde_json::Value {
    match row {
        Kept::Line {
            seq,
            at,
            from,
            is_action,
            text,
        } => json!({
            "room": room,
            "seq": seq.0,
            "at": rfc_3339(*at),
            "nick": from.as_str(),
            "kind": if *is_action { "did" } else { "said" },
            "text": text.as_str(),
        }),
        Kept::Erased { seq, at } => json!({
            "room": room,
            "seq": seq.0,
            "at": rfc_3339(*at),
            "kind": "erased",
        }),
        Kept::Gap { first, last, why } => json!({
            "room": room,
            "kind": "gap",
            "first": first.0,
            "last": last.0,
            "why": match why {
                GapCause::Crash => "crash",
                GapCause::Unkept => "unkept",
                GapCause::Expired => "expired",
            },
        }),
    }
}

/// `2026-11-25T14:05:07.123456789Z`
fn rfc_3339(at: DateTime<Utc>) -> String {
    format!("{}T{}Z", at.date_naive(), at.time())
}

fn sentence(room: &str, row: &Kept) -> String {
    let time = |at: &DateTime<Utc>| {
        format!(
            "{} {}",
            at.date_naive(),
            at.time().with_nanosecond(0).unwrap_or_default()
        )
    };
    match row {
        Kept::Line {
            seq,
            at,
            from,
            is_action: false,
            text,
        } => format!("{} #{room} [{seq}] {from}: {text}", time(at)),
        Kept::Line {
            seq,
            at,
            from,
            is_action: true,
            text,
        } => format!("{} #{room} [{seq}] * {from} {text}", time(at)),
        Kept::Erased { seq, at } => format!("{} #{room} [{seq}] (erased)", time(at)),
        Kept::Gap { first, last, why } => {
            let why = match why {
                GapCause::Crash => "lost in a crash of the server, if anything was said",
                GapCause::Unkept => "could not be kept",
                GapCause::Expired => "no longer kept",
            };
            // As wide as a time, of which a gap has none.
            format!("{:19} #{room} [{first}..{last}] ({why})", "--")
        }
    }
}

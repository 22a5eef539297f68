//! Records into the database: one transaction, all or none.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rusqlite::{
    Connection, ErrorCode, OptionalExtension, Transaction, TransactionBehavior, params,
};

use super::ids::{RoomIds, message_id, message_ids, nanoseconds, number};
use super::index;
use super::rows::cause_number;
use crate::chat::{GapCause, Nickname, RoomName, Seq, Text, TopicInfo};
use crate::shell::store::{Record, Written};

/// Keeps records. The same records may come again, when it was not certain that they
/// were kept: that changes nothing.
pub(super) fn write(
    connection: &mut Connection,
    ids: &mut RoomIds,
    records: &[Record],
) -> rusqlite::Result<Written> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut batch = Batch {
        transaction: &transaction,
        ids,
        changes: BTreeMap::new(),
        written: Written::default(),
    };
    for record in records {
        batch.take(record)?;
    }
    let written = batch.finish()?;
    transaction.commit()?;
    Ok(written)
}

/// Notes a gap; one that begins with the same number is replaced.
pub(super) fn note_gap(
    connection: &Connection,
    room: i64,
    (first, last): (i64, i64),
    why: GapCause,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO gaps VALUES (?1, ?2, ?3, ?4)")?
        .execute((room, first, last, cause_number(why)))?;
    Ok(())
}

/// Raises the highest number that any room may have used.
pub(super) fn raise_highest(connection: &Connection, number: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE meta SET highest = ?1 WHERE highest < ?1")?
        .execute([number])?;
    Ok(())
}

/// One transaction. What changes of a room is gathered, and written once.
struct Batch<'a> {
    transaction: &'a Transaction<'a>,
    ids: &'a mut RoomIds,
    changes: BTreeMap<RoomName, Change>,
    written: Written,
}

/// What changes of a room.
struct Change {
    id: i64,
    /// The highest number that is kept, or will not be.
    last: i64,
    /// How many lines more it has.
    lines: i64,
    mark: Option<i64>,
    /// When its first new line was said.
    oldest: Option<i64>,
}

/// What is kept of a line besides its place.
struct Line<'a> {
    at: DateTime<Utc>,
    from: &'a Nickname,
    is_action: bool,
    text: &'a Text,
}

impl Batch<'_> {
    fn take(&mut self, record: &Record) -> rusqlite::Result<()> {
        match record {
            Record::Line {
                room,
                seq,
                at,
                from,
                is_action,
                text,
            } => {
                let line = Line {
                    at: *at,
                    from,
                    is_action: *is_action,
                    text,
                };
                self.keep(room, *seq, &line)
            }
            Record::Topic { room, topic } => self.set_topic(room, topic.as_ref()),
            Record::Mark { room, seq } => {
                self.change(room)?.mark = Some(number(*seq));
                Ok(())
            }
            Record::Gap {
                room,
                first,
                last,
                why,
            } => {
                let numbers = (number(*first), number(*last));
                self.note_jump(room, numbers.0)?;
                self.take_out(room, numbers)?;
                let id = self.change(room)?.id;
                let first = beyond_gap(self.transaction, id, numbers.0)?;
                if first > numbers.1 {
                    return Ok(());
                }
                self.leave_out(room, (first, numbers.1), *why)
            }
        }
    }

    fn keep(&mut self, room: &RoomName, seq: Seq, line: &Line<'_>) -> rusqlite::Result<()> {
        self.note_jump(room, number(seq))?;
        let change = self.change(room)?;
        let (id, may_come_again) = (change.id, number(seq) <= change.last);
        if may_come_again && has_expired(self.transaction, id, number(seq))? {
            return Ok(());
        }
        match insert(self.transaction, message_id(id, seq), line) {
            Ok(inserted) => {
                let change = self.change(room)?;
                change.lines += i64::from(inserted);
                change.last = change.last.max(number(seq));
                change.oldest.get_or_insert(nanoseconds(line.at));
                Ok(())
            }
            Err(error) if concerns_the_row_alone(&error) => {
                self.written.refused.push((room.clone(), seq));
                self.leave_out(room, (number(seq), number(seq)), GapCause::Unkept)
            }
            Err(error) => Err(error),
        }
    }

    /// Numbers that nobody says anything about are a gap: no hole is silent.
    fn note_jump(&mut self, room: &RoomName, seq: i64) -> rusqlite::Result<()> {
        let last = self.change(room)?.last;
        if seq > last + 1 {
            self.leave_out(room, (last + 1, seq - 1), GapCause::Unkept)?;
        }
        Ok(())
    }

    /// Nothing is kept under these numbers, even if it was not certain before.
    fn take_out(&mut self, room: &RoomName, (first, last): (i64, i64)) -> rusqlite::Result<()> {
        let id = self.change(room)?.id;
        let Some((first, last)) = message_ids(id, first, last) else {
            return Ok(());
        };
        let taken = delete(self.transaction, (first, last))?;
        self.change(room)?.lines -= taken;
        Ok(())
    }

    fn leave_out(
        &mut self,
        room: &RoomName,
        numbers: (i64, i64),
        why: GapCause,
    ) -> rusqlite::Result<()> {
        let change = self.change(room)?;
        change.last = change.last.max(numbers.1);
        let id = change.id;
        note_gap(self.transaction, id, numbers, why)
    }

    fn set_topic(&mut self, room: &RoomName, topic: Option<&TopicInfo>) -> rusqlite::Result<()> {
        let id = self.change(room)?.id;
        self.transaction
            .prepare_cached(
                "UPDATE rooms SET topic = ?2, topic_by = ?3, topic_at = ?4 WHERE id = ?1",
            )?
            .execute(params![
                id,
                topic.map(|topic| topic.text.as_str()),
                topic.map(|topic| topic.by.as_str()),
                topic.map(|topic| nanoseconds(topic.at)),
            ])?;
        Ok(())
    }

    fn change(&mut self, room: &RoomName) -> rusqlite::Result<&mut Change> {
        if !self.changes.contains_key(room) {
            let id = self.ids.find_or_add(self.transaction, room)?;
            let change = Change {
                id,
                last: last_of(self.transaction, id)?,
                lines: 0,
                mark: None,
                oldest: None,
            };
            self.changes.insert(room.clone(), change);
        }
        Ok(self
            .changes
            .get_mut(room)
            .expect("it was there, or has been put there"))
    }

    fn finish(self) -> rusqlite::Result<Written> {
        let mut highest = 0;
        for change in self.changes.values() {
            change.carry_out(self.transaction)?;
            highest = highest.max(change.last);
            if change.mark == Some(0) && forget_unused(self.transaction, change.id)? {
                self.ids.clear();
            }
        }
        raise_highest(self.transaction, highest)?;
        Ok(self.written)
    }
}

impl Change {
    fn carry_out(&self, connection: &Connection) -> rusqlite::Result<()> {
        connection
            .prepare_cached(
                "UPDATE rooms SET last = max(last, ?2), total = total + ?3, \
                 mark = ifnull(?4, mark) WHERE id = ?1",
            )?
            .execute((self.id, self.last, self.lines, self.mark))?;
        if self.oldest.is_some() {
            // Apart, so that the index is left alone when a room has lines already.
            connection
                .prepare_cached("UPDATE rooms SET oldest = ?2 WHERE id = ?1 AND oldest IS NULL")?
                .execute((self.id, self.oldest))?;
        }
        Ok(())
    }
}

/// The highest number of a room that is kept, or will not be.
fn last_of(connection: &Connection, room: i64) -> rusqlite::Result<i64> {
    connection
        .prepare_cached("SELECT last FROM rooms WHERE id = ?1")?
        .query_row([room], |row| row.get(0))
}

/// The first number from this one on that lies in no gap yet: it may have expired
/// meanwhile.
fn beyond_gap(connection: &Connection, room: i64, first: i64) -> rusqlite::Result<i64> {
    let last: Option<i64> = connection
        .prepare_cached(
            "SELECT last FROM gaps WHERE room = ?1 AND first <= ?2 ORDER BY first DESC LIMIT 1",
        )?
        .query_row((room, first), |row| row.get(0))
        .optional()?;
    Ok(last.map_or(first, |last| first.max(last + 1)))
}

/// Whether this number was kept, and is too old by now.
fn has_expired(connection: &Connection, room: i64, number: i64) -> rusqlite::Result<bool> {
    connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM gaps \
             WHERE room = ?1 AND first <= ?2 AND last >= ?2 AND why = ?3)",
        )?
        .query_row((room, number, cause_number(GapCause::Expired)), |row| {
            row.get(0)
        })
}

/// Forgets a room in which nothing was ever said, and which has no topic: anybody may
/// open rooms. Whether it was one.
fn forget_unused(connection: &Connection, room: i64) -> rusqlite::Result<bool> {
    let count = connection
        .prepare_cached("DELETE FROM rooms WHERE id = ?1 AND last = 0 AND topic IS NULL")?
        .execute([room])?;
    Ok(count > 0)
}

/// Removes messages with these ids, also from the index. How many there were.
fn delete(connection: &Connection, (first, last): (i64, i64)) -> rusqlite::Result<i64> {
    let mut select =
        connection.prepare_cached("SELECT id, text FROM messages WHERE id BETWEEN ?1 AND ?2")?;
    let mut found = select.query((first, last))?;
    let mut count = 0;
    while let Some(row) = found.next()? {
        let id = row.get(0)?;
        if let Some(text) = row.get_ref(1)?.as_str_or_null()?
            && index::has(connection, id)?
        {
            index::forget(connection, id, text)?;
        }
        count += 1;
    }
    drop(found);
    connection
        .prepare_cached("DELETE FROM messages WHERE id BETWEEN ?1 AND ?2")?
        .execute((first, last))?;
    Ok(count)
}

/// Whether the line was not there before. A line without an id is too far off to be
/// kept.
fn insert(connection: &Connection, id: Option<i64>, line: &Line<'_>) -> rusqlite::Result<bool> {
    let Some(id) = id else {
        let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_TOOBIG);
        return Err(rusqlite::Error::SqliteFailure(code, None));
    };
    let count = connection
        .prepare_cached(
            "INSERT INTO messages VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (id) DO NOTHING",
        )?
        .execute(params![
            id,
            nanoseconds(line.at),
            line.is_action,
            line.from.as_str(),
            line.text.as_str(),
        ])?;
    Ok(count == 1)
}

/// Whether the same row would be refused again, and others would not.
fn concerns_the_row_alone(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::TooBig | ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch)
    )
}

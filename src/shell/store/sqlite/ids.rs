//! Rooms, numbers and times as the database's whole numbers.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, params};

use crate::chat::{RoomName, Seq};

/// How many bits of a message's id are its number in the room; the others are the room.
/// So the lines of a room lie side by side.
const SEQ_BITS: u32 = 36;
/// The highest number under which a line can be kept.
const SEQ_MAX: i64 = (1 << SEQ_BITS) - 1;
/// The last room whose lines can be kept: rooms are numbered as they come.
const ROOM_MAX: i64 = (1 << (i64::BITS - 1 - SEQ_BITS)) - 1;

/// A message's id. `None` where there is none: it cannot be kept.
pub(super) fn message_id(room: i64, seq: Seq) -> Option<i64> {
    let seq = number(seq);
    (seq <= SEQ_MAX && room <= ROOM_MAX).then_some(room << SEQ_BITS | seq)
}

/// The ids of a room's messages with these numbers, both included. `None` where there
/// are none.
pub(in crate::shell::store) fn message_ids(room: i64, first: i64, last: i64) -> Option<(i64, i64)> {
    let last = last.min(SEQ_MAX);
    let exist = room <= ROOM_MAX && first <= last;
    exist.then_some((room << SEQ_BITS | first, room << SEQ_BITS | last))
}

/// The room that is in a message's id.
pub(super) fn room_of(message: i64) -> i64 {
    message >> SEQ_BITS
}

/// The number that is in a message's id.
pub(super) fn seq_of(message: i64) -> Seq {
    Seq(message.unsigned_abs() & SEQ_MAX.unsigned_abs())
}

/// A number, as it is kept.
pub(super) fn number(seq: Seq) -> i64 {
    i64::try_from(seq.0).unwrap_or(i64::MAX)
}

/// A number that is kept.
pub(super) fn seq(number: i64) -> Seq {
    Seq(number.unsigned_abs())
}

/// A moment, as it is kept: exact from 1677 to 2262, and the nearest of these beyond.
pub(in crate::shell::store) fn nanoseconds(at: DateTime<Utc>) -> i64 {
    let nearest = if at < DateTime::UNIX_EPOCH {
        i64::MIN
    } else {
        i64::MAX
    };
    at.timestamp_nanos_opt().unwrap_or(nearest)
}

/// A moment that is kept.
pub(super) fn moment(nanoseconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_nanos(nanoseconds)
}

/// The database's ids of rooms that were written to of late.
#[derive(Default)]
pub(super) struct RoomIds(BTreeMap<RoomName, i64>);

impl RoomIds {
    /// Over the years rooms are without number.
    const MAX: usize = 4_096;

    /// The id of a room, which begins to exist if it must.
    pub(super) fn find_or_add(
        &mut self,
        connection: &Connection,
        room: &RoomName,
    ) -> rusqlite::Result<i64> {
        if let Some(id) = self.0.get(room) {
            return Ok(*id);
        }
        let id = match find(connection, room)? {
            Some(id) => id,
            None => add(connection, room)?,
        };
        if self.0.len() >= Self::MAX {
            self.0.clear();
        }
        self.0.insert(room.clone(), id);
        Ok(id)
    }

    /// Forgets all: a room may not exist after all, when a transaction fails.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

/// The id of a room, if it exists.
pub(super) fn find(connection: &Connection, room: &RoomName) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached("SELECT id FROM rooms WHERE key = ?1")?
        .query_row([room.folded()], |row| row.get(0))
        .optional()
}

fn add(connection: &Connection, room: &RoomName) -> rusqlite::Result<i64> {
    connection
        .prepare_cached("INSERT INTO rooms (key, name) VALUES (?1, ?2)")?
        .insert(params![room.folded(), room.as_str()])
}

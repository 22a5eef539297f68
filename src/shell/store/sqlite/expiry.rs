//! Lines that are older than what the operator keeps.

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use super::ids::{message_ids, number, seq_of};
use super::index;
use super::writing::note_gap;
use crate::chat::GapCause;

/// Removes at most so many lines that were said before a moment, each room's from its
/// beginning on. How many more it could have been: none if there may be more to do.
pub(super) fn expire(
    connection: &mut Connection,
    before: i64,
    lines: u32,
) -> rusqlite::Result<u32> {
    let mut left = lines;
    if next(connection, before)?.is_none() {
        return Ok(left);
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    while left > 0 {
        let Some(room) = next(&transaction, before)? else {
            break;
        };
        let expired = forget_lines(&transaction, &room, before, left)?;
        settle(&transaction, room.id, &expired)?;
        left -= expired.lines.max(1);
    }
    transaction.commit()?;
    Ok(left)
}

/// A room with old lines.
struct Room {
    id: i64,
    indexed: i64,
}

/// The lines of a room that were removed.
#[derive(Default)]
struct Expired {
    lines: u32,
    /// The highest number among them.
    last: i64,
}

fn next(connection: &Connection, before: i64) -> rusqlite::Result<Option<Room>> {
    connection
        .prepare_cached(
            "SELECT id, indexed FROM rooms INDEXED BY rooms_by_age \
             WHERE oldest < ?1 ORDER BY oldest LIMIT 1",
        )?
        .query_row([before], |row| {
            Ok(Room {
                id: row.get(0)?,
                indexed: row.get(1)?,
            })
        })
        .optional()
}

fn forget_lines(
    connection: &Connection,
    room: &Room,
    before: i64,
    lines: u32,
) -> rusqlite::Result<Expired> {
    let mut expired = Expired::default();
    let Some((first, last)) = message_ids(room.id, 0, i64::MAX) else {
        return Ok(expired);
    };
    let mut select = connection.prepare_cached(
        "SELECT id, at, text FROM messages WHERE id BETWEEN ?1 AND ?2 ORDER BY id LIMIT ?3",
    )?;
    let mut found = select.query(params![first, last, lines])?;
    while let Some(row) = found.next()? {
        if row.get::<_, i64>(1)? >= before {
            break;
        }
        let id = row.get(0)?;
        let seq = number(seq_of(id));
        if let Some(text) = row.get_ref(2)?.as_str_or_null()?
            && seq <= room.indexed
        {
            index::forget(connection, id, text)?;
        }
        expired.lines += 1;
        expired.last = seq;
    }
    Ok(expired)
}

/// Removes the lines, and says in their place that they are no longer kept.
fn settle(connection: &Connection, room: i64, expired: &Expired) -> rusqlite::Result<()> {
    let numbers = (1, expired.last);
    if expired.lines > 0 {
        let ids = message_ids(room, 0, expired.last);
        connection
            .prepare_cached("DELETE FROM messages WHERE id BETWEEN ?1 AND ?2")?
            .execute(ids.unwrap_or_default())?;
        connection
            .prepare_cached("DELETE FROM gaps WHERE room = ?1 AND first <= ?2")?
            .execute([room, expired.last])?;
        note_gap(connection, room, numbers, GapCause::Expired)?;
    }
    let rest = message_ids(room, expired.last + 1, i64::MAX);
    connection
        .prepare_cached(
            "UPDATE rooms SET total = total - ?2, indexed = max(indexed, ?3), oldest = \
             (SELECT at FROM messages WHERE id BETWEEN ?4 AND ?5 ORDER BY id LIMIT 1) \
             WHERE id = ?1",
        )?
        .execute(params![
            room,
            expired.lines,
            expired.last,
            rest.map(|ids| ids.0),
            rest.map(|ids| ids.1),
        ])?;
    Ok(())
}

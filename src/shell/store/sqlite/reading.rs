//! What is kept of a room.

use rusqlite::{Connection, OptionalExtension, ToSql};

use super::ids::{self, message_ids, number, seq};
use super::rows::{self, MESSAGE, TOPIC};
use crate::chat::{Kept, RoomName, Seq};
use crate::shell::store::{End, Past};

/// See [`Store::recall`](crate::shell::store::Store::recall).
pub(super) fn recall(
    connection: &Connection,
    name: &RoomName,
    lines: u32,
) -> rusqlite::Result<Option<Past>> {
    let sql = format!("SELECT id, last, total, {TOPIC} FROM rooms WHERE key = ?1");
    let found = connection
        .prepare_cached(&sql)?
        .query_row([name.folded()], |row| {
            let past = Past {
                last: seq(row.get(1)?),
                total: row.get::<_, i64>(2)?.unsigned_abs(),
                topic: rows::topic(row, 3)?,
                tail: Vec::new(),
            };
            Ok((row.get(0)?, past))
        })
        .optional()?;
    let Some((id, mut past)) = found else {
        return Ok(None);
    };
    past.tail = tail(connection, id, lines)?;
    Ok(Some(past))
}

/// See [`Store::browse`](crate::shell::store::Store::browse).
pub(super) fn browse(
    connection: &Connection,
    room: &RoomName,
    (first, last): (Seq, Seq),
    rows: u32,
    end: End,
) -> rusqlite::Result<Vec<Kept>> {
    let Some(id) = ids::find(connection, room)?.filter(|_| first <= last) else {
        return Ok(Vec::new());
    };
    let numbers = (number(first), number(last));
    let mut found = messages(connection, id, numbers, rows, end)?;
    found.extend(gaps(connection, id, numbers, rows, end)?);
    found.sort_by_key(Kept::first);
    let surplus = found.len().saturating_sub(rows as usize);
    match end {
        End::Lowest => found.truncate(found.len() - surplus),
        End::Highest => drop(found.drain(..surplus)),
    }
    Ok(found)
}

/// The last lines, and the gaps among and after them.
fn tail(connection: &Connection, room: i64, lines: u32) -> rusqlite::Result<Vec<Kept>> {
    if lines == 0 {
        return Ok(Vec::new());
    }
    let mut tail = messages(connection, room, (0, i64::MAX), lines, End::Highest)?;
    let is_all = tail.len() < lines as usize;
    let lowest = tail.first().filter(|_| !is_all).map(Kept::first);
    let numbers = (lowest.map_or(0, number), i64::MAX);
    tail.extend(gaps(connection, room, numbers, u32::MAX, End::Highest)?);
    tail.sort_by_key(Kept::first);
    Ok(tail)
}

/// Lines with these numbers, in ascending order.
fn messages(
    connection: &Connection,
    room: i64,
    (first, last): (i64, i64),
    limit: u32,
    end: End,
) -> rusqlite::Result<Vec<Kept>> {
    let Some((first, last)) = message_ids(room, first, last) else {
        return Ok(Vec::new());
    };
    let order = order(end);
    let sql = format!(
        "SELECT {MESSAGE} FROM messages WHERE id BETWEEN ?1 AND ?2 ORDER BY id {order} LIMIT ?3"
    );
    let found = select(connection, &sql, &[&first, &last, &limit], rows::message)?;
    Ok(ascending(found, end))
}

/// Gaps that overlap these numbers, cut to them, in ascending order. Gaps do not overlap
/// each other: of those that begin before the numbers, only the last may reach them.
fn gaps(
    connection: &Connection,
    room: i64,
    (first, last): (i64, i64),
    limit: u32,
    end: End,
) -> rusqlite::Result<Vec<Kept>> {
    let order = order(end);
    let sql = format!(
        "SELECT max(first, ?2), min(last, ?3), why FROM gaps WHERE room = ?1 AND last >= ?2 AND first <= ?3 AND first >= \
         ifnull((SELECT max(first) FROM gaps WHERE room = ?1 AND first <= ?2), ?2) \
         ORDER BY first {order} LIMIT ?4"
    );
    let found = select(connection, &sql, &[&room, &first, &last, &limit], rows::gap)?;
    Ok(ascending(found, end))
}

fn select(
    connection: &Connection,
    sql: &str,
    parameters: &[&dyn ToSql],
    read: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<Kept>,
) -> rusqlite::Result<Vec<Kept>> {
    connection
        .prepare_cached(sql)?
        .query_map(parameters, read)?
        .collect()
}

fn order(end: End) -> &'static str {
    match end {
        End::Lowest => "ASC",
        End::Highest => "DESC",
    }
}

fn ascending(mut found: Vec<Kept>, end: End) -> Vec<Kept> {
    match end {
        End::Lowest => {}
        End::Highest => found.reverse(),
    }
    found
}

//! The search index, which follows what is written.
//!
//! Of each room it is known up to which number it is indexed. An index is made in
//! small transactions, by housekeeping or before the first search that needs it.

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use super::ids::{message_ids, number, room_of, seq_of};
use crate::shell::store::words::{version, words};

/// Makes the index anew, in time, if words are cut in another way than when it was made.
pub(in crate::shell::store) fn renew(connection: &mut Connection) -> rusqlite::Result<()> {
    let current = version();
    let made_by: String = connection.query_row("SELECT words FROM meta", [], |row| row.get(0))?;
    if made_by == current {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute_batch(
        "INSERT INTO search (search) VALUES ('delete-all');
         INSERT INTO search (search, rank) VALUES ('secure-delete', 1);
         UPDATE rooms SET indexed = 0;",
    )?;
    transaction.execute("UPDATE meta SET words = ?1", [current])?;
    transaction.commit()
}

/// Indexes at most so many lines, of whatever rooms. How many more it could have been:
/// none if there may be more to do.
pub(super) fn follow(connection: &mut Connection, lines: u32) -> rusqlite::Result<u32> {
    let mut left = lines;
    if next(connection)?.is_none() {
        return Ok(left);
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    while left > 0 {
        let Some(lag) = next(&transaction)? else {
            break;
        };
        left -= lag.shorten(&transaction, left)?;
    }
    transaction.commit()?;
    Ok(left)
}

/// Indexes at most so many lines of a room. Whether there were any.
pub(super) fn catch_up(
    connection: &mut Connection,
    room: i64,
    lines: u32,
) -> rusqlite::Result<bool> {
    let Some(lag) = of(connection, room)? else {
        return Ok(false);
    };
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    lag.shorten(&transaction, lines)?;
    transaction.commit()?;
    Ok(true)
}

/// Whether a line has been indexed.
pub(in crate::shell::store) fn has(connection: &Connection, id: i64) -> rusqlite::Result<bool> {
    let indexed: Option<i64> = connection
        .prepare_cached("SELECT indexed FROM rooms WHERE id = ?1")?
        .query_row([room_of(id)], |row| row.get(0))
        .optional()?;
    Ok(indexed.is_some_and(|indexed| number(seq_of(id)) <= indexed))
}

/// Takes an indexed line out of the index.
pub(in crate::shell::store) fn forget(
    connection: &Connection,
    id: i64,
    text: &str,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT INTO search (search, rowid, text) VALUES ('delete', ?1, ?2)")?
        .execute(params![id, indexed_text(text)])?;
    Ok(())
}

/// A room that the index lacks lines of.
struct Lag {
    room: i64,
    indexed: i64,
    last: i64,
}

fn next(connection: &Connection) -> rusqlite::Result<Option<Lag>> {
    connection
        .prepare_cached(
            "SELECT id, indexed, last FROM rooms INDEXED BY rooms_unindexed \
             WHERE indexed < last ORDER BY id LIMIT 1",
        )?
        .query_row([], Lag::read)
        .optional()
}

fn of(connection: &Connection, room: i64) -> rusqlite::Result<Option<Lag>> {
    connection
        .prepare_cached("SELECT id, indexed, last FROM rooms WHERE id = ?1 AND indexed < last")?
        .query_row([room], Lag::read)
        .optional()
}

impl Lag {
    fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            room: row.get(0)?,
            indexed: row.get(1)?,
            last: row.get(2)?,
        })
    }

    /// Indexes at most so many of the missing lines. How many there were, and at least
    /// one, as a room without any costs something too.
    fn shorten(&self, connection: &Connection, lines: u32) -> rusqlite::Result<u32> {
        let mut count = 0;
        let mut indexed = self.indexed;
        if let Some((first, last)) = message_ids(self.room, self.indexed + 1, self.last) {
            let mut select = connection.prepare_cached(
                "SELECT id, text FROM messages WHERE id BETWEEN ?1 AND ?2 ORDER BY id LIMIT ?3",
            )?;
            let mut insert =
                connection.prepare_cached("INSERT INTO search (rowid, text) VALUES (?1, ?2)")?;
            let mut found = select.query(params![first, last, lines])?;
            while let Some(row) = found.next()? {
                let id = row.get(0)?;
                if let Some(text) = row.get_ref(1)?.as_str_or_null()? {
                    insert.execute(params![id, indexed_text(text)])?;
                }
                indexed = number(seq_of(id));
                count += 1;
            }
        }
        if count < lines {
            indexed = self.last;
        }
        connection
            .prepare_cached("UPDATE rooms SET indexed = ?2 WHERE id = ?1")?
            .execute([self.room, indexed])?;
        Ok(count.max(1))
    }
}

/// What the index is told of a text: its words, which it takes as they are.
fn indexed_text(text: &str) -> String {
    words(text).join(" ")
}

//! Words looked for.

use std::collections::BTreeSet;

use rusqlite::{Connection, params};

use super::housekeeping::INDEX_LINES;
use super::ids::{self, message_ids};
use super::index;
use super::rows::{self, MESSAGE};
use crate::chat::{Findings, Kept, RoomName, Text};
use crate::shell::store::words::words;

/// One small step on the way to a search in these rooms. Whether it takes more.
pub(super) fn prepare(connection: &mut Connection, rooms: &[RoomName]) -> rusqlite::Result<bool> {
    for room in rooms {
        if let Some(id) = ids::find(connection, room)?
            && index::catch_up(connection, id, INDEX_LINES)?
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// See [`Store::search`](crate::shell::store::Store::search). Of a room, the latest
/// lines are those with the highest numbers.
pub(super) fn search(
    connection: &Connection,
    rooms: &[RoomName],
    words: &Text,
) -> rusqlite::Result<(Vec<(RoomName, Kept)>, bool)> {
    let mut found = Vec::new();
    let Some(query) = query(words.as_str()) else {
        return Ok((found, false));
    };
    for room in rooms {
        let Some(id) = ids::find(connection, room)? else {
            continue;
        };
        let lines = lines(connection, id, &query)?;
        found.extend(lines.into_iter().map(|line| (room.clone(), line)));
    }
    // Stable: what was said at the same moment stays in the order of rooms and numbers.
    found.sort_by_key(|(_, line)| line.at());
    let surplus = found.len().saturating_sub(Findings::LINES_MAX as usize);
    Ok((found.split_off(surplus), surplus > 0))
}

/// All of the words, in the index's language: each is quoted, and has nothing but
/// letters, digits and their marks in it.
fn query(text: &str) -> Option<String> {
    let words: BTreeSet<String> = words(text).into_iter().collect();
    let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
    (!quoted.is_empty()).then(|| quoted.join(" AND "))
}

/// The latest lines in a room that match, in ascending order, and one more than are
/// shown if there are so many.
fn lines(connection: &Connection, room: i64, query: &str) -> rusqlite::Result<Vec<Kept>> {
    let Some((first, last)) = message_ids(room, 0, i64::MAX) else {
        return Ok(Vec::new());
    };
    let mut matching = connection.prepare_cached(
        "SELECT rowid FROM search WHERE search MATCH ?1 AND rowid BETWEEN ?2 AND ?3 \
         ORDER BY rowid DESC LIMIT ?4",
    )?;
    let mut ids = matching
        .query_map(
            params![query, first, last, Findings::LINES_MAX + 1],
            |row| row.get(0),
        )?
        .collect::<rusqlite::Result<Vec<i64>>>()?;
    ids.reverse();
    let sql = format!("SELECT {MESSAGE} FROM messages WHERE id = ?1");
    let mut message = connection.prepare_cached(&sql)?;
    ids.into_iter()
        .map(|id| message.query_row([id], rows::message))
        .collect()
}

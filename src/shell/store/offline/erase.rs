//! What somebody said, taken back.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior};

use super::{OfflineError, existing};
use crate::chat::Nickname;
use crate::shell::store::sqlite::{explain, index, place};

/// How long somebody who reads the files is waited for.
const READERS_TIMEOUT: Duration = Duration::from_secs(3);

/// Takes back everything that was said under a nickname: the numbers stay, the words
/// and the name leave the files, topics that it set are cleared. How many lines there
/// were.
///
/// # Errors
/// When a server runs on the directory, there is no history, it cannot be written, or
/// somebody reads it: then the words are still in the files.
pub fn erase(dir: &Path, nick: &Nickname) -> Result<u64, OfflineError> {
    let file = existing(dir)?;
    let _lock = place::lock(dir)?;
    let mut connection = place::connect(&file)?;
    let failed = |error| explain(&file, "Not everything could be erased", &error);
    let count = run(&mut connection, nick).map_err(failed)?;
    if !leave_the_files(&connection).map_err(failed)? {
        return Err(OfflineError::BeingRead);
    }
    Ok(count)
}

fn run(connection: &mut Connection, nick: &Nickname) -> rusqlite::Result<u64> {
    // The copy that is made below may be too large for memory.
    connection.execute_batch("PRAGMA temp_store = FILE")?;
    index::renew(connection)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut count = 0;
    let said = "SELECT DISTINCT nick FROM messages WHERE nick IS NOT NULL";
    for spelling in spellings(&transaction, said, nick)? {
        forget_words(&transaction, &spelling)?;
        let blank = "UPDATE messages SET nick = NULL, text = NULL WHERE nick = ?1";
        count += transaction.execute(blank, [spelling])?;
    }
    let set = "SELECT DISTINCT topic_by FROM rooms WHERE topic_by IS NOT NULL";
    for spelling in spellings(&transaction, set, nick)? {
        let clear = "UPDATE rooms SET topic = NULL, topic_by = NULL, topic_at = NULL \
                     WHERE topic_by = ?1";
        transaction.execute(clear, [spelling])?;
    }
    transaction.commit()?;
    Ok(count as u64)
}

/// Makes the files anew, so that nothing is left of what was moved about in pages, or
/// stands in the log. Whether that could be done: somebody may be reading them.
fn leave_the_files(connection: &Connection) -> rusqlite::Result<bool> {
    connection.execute_batch("VACUUM")?;
    connection.busy_timeout(READERS_TIMEOUT)?;
    let is_busy: bool =
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    Ok(!is_busy)
}

/// The ways in which a nickname was written: in capitals, say.
fn spellings(connection: &Connection, sql: &str, nick: &Nickname) -> rusqlite::Result<Vec<String>> {
    let mut found = Vec::new();
    let mut select = connection.prepare(sql)?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let spelling: String = row.get(0)?;
        if spelling.parse::<Nickname>().is_ok_and(|name| name == *nick) {
            found.push(spelling);
        }
    }
    Ok(found)
}

/// Takes the lines of a nickname out of the search index, if they are in it already.
fn forget_words(connection: &Connection, spelling: &str) -> rusqlite::Result<()> {
    let mut select = connection.prepare("SELECT id, text FROM messages WHERE nick = ?1")?;
    let mut rows = select.query([spelling])?;
    while let Some(row) = rows.next()? {
        let id = row.get(0)?;
        if let Some(text) = row.get_ref(1)?.as_str_or_null()?
            && index::has(connection, id)?
        {
            index::forget(connection, id, text)?;
        }
    }
    Ok(())
}

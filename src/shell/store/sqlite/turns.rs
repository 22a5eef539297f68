//! The beginning and the end of a server's run.

use rusqlite::{Connection, TransactionBehavior};

use super::ids::seq;
use super::rows::cause_number;
use super::writing::raise_highest;
use crate::chat::GapCause;
use crate::shell::store::Beginning;

/// Closes the rooms that a crash left open.
pub(super) fn begin(connection: &mut Connection) -> rusqlite::Result<Beginning> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute(
        "INSERT OR REPLACE INTO gaps SELECT id, last + 1, mark, ?1 \
         FROM rooms INDEXED BY rooms_open WHERE mark > last",
        [cause_number(GapCause::Crash)],
    )?;
    let highest: Option<i64> = transaction.query_row(
        "SELECT max(mark) FROM rooms INDEXED BY rooms_open WHERE mark > last",
        [],
        |row| row.get(0),
    )?;
    transaction.execute(
        "UPDATE rooms INDEXED BY rooms_open SET last = mark WHERE mark > last",
        [],
    )?;
    raise_highest(&transaction, highest.unwrap_or_default())?;
    let highest = transaction.query_row("SELECT highest FROM meta", [], |row| row.get(0))?;
    transaction.commit()?;
    Ok(Beginning {
        highest: seq(highest),
    })
}

/// Frees the numbers that were set aside and not used, and leaves one file that is
/// whole by itself.
pub(super) fn end(connection: &mut Connection) -> rusqlite::Result<()> {
    connection.execute(
        "UPDATE rooms INDEXED BY rooms_open SET mark = last WHERE mark > last",
        [],
    )?;
    connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")
}

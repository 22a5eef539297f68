//! What can wait, in small steps.

use chrono::{DateTime, Utc};
use rusqlite::Connection;

use super::ids::nanoseconds;
use super::{expiry, index};

/// How many lines one transaction indexes: a few milliseconds.
pub(super) const INDEX_LINES: u32 = 500;
/// How many lines one transaction removes. Taking a line out of the index costs several
/// times as much as putting it in.
const EXPIRED_LINES: u32 = 100;
/// After so many changed pages, roughly, the write-ahead log is copied to the database:
/// a few megabytes.
const CHANGES_MAX: usize = 2_000;
/// How many pages each transaction changes besides those of its lines.
const CHANGES_OF_A_TRANSACTION: usize = 5;
/// How many unused pages are given back at once.
const PAGES_GIVEN_BACK: u32 = 500;

/// What is to be done some time.
#[derive(Default)]
pub(super) struct Housekeeping {
    /// How much was changed since the write-ahead log was copied, roughly in pages.
    changes: usize,
    /// The write-ahead log still holds what was removed from the database.
    owes_truncation: bool,
}

impl Housekeeping {
    /// So many records were written.
    pub(super) fn count(&mut self, records: usize) {
        self.changes += records + CHANGES_OF_A_TRANSACTION;
    }

    /// One step. Whether there is more to do now.
    pub(super) fn step(
        &mut self,
        connection: &mut Connection,
        expired_before: Option<DateTime<Utc>>,
    ) -> rusqlite::Result<bool> {
        if let Some(before) = expired_before {
            let left = expiry::expire(connection, nanoseconds(before), EXPIRED_LINES)?;
            self.owes_truncation |= left < EXPIRED_LINES;
            if left == 0 {
                return Ok(true);
            }
        }
        let left = index::follow(connection, INDEX_LINES)?;
        if left < INDEX_LINES {
            self.count((INDEX_LINES - left) as usize);
        }
        if self.owes_truncation {
            self.give_back(connection)?;
        }
        if self.changes > CHANGES_MAX {
            self.changes = 0;
            connection.execute_batch("PRAGMA wal_checkpoint(PASSIVE)")?;
        }
        Ok(left == 0)
    }

    /// What was removed leaves the files. Somebody who reads them keeps it from that for
    /// the moment: it is tried again with the next step.
    fn give_back(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        connection.execute_batch(&format!("PRAGMA incremental_vacuum({PAGES_GIVEN_BACK})"))?;
        connection.busy_timeout(std::time::Duration::ZERO)?;
        let is_busy: Result<bool, _> =
            connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0));
        connection.busy_timeout(super::place::BUSY_TIMEOUT)?;
        self.owes_truncation = is_busy?;
        Ok(())
    }
}

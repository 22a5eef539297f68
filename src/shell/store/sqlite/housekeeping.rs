//! What can wait, in small steps.

use std::fs::File;
use std::time::Duration;

use chrono::{DateTime, Utc};
use rusqlite::Connection;

use super::ids::nanoseconds;
use super::{expiry, index, place, scrub};

/// How many lines one transaction indexes: a few milliseconds.
pub(super) const INDEX_LINES: u32 = 250;
/// How many lines one transaction removes. Taking a line out of the index for good costs
/// about twenty times as much as putting it in.
const EXPIRED_LINES: u32 = 20;
/// After so many changed pages, roughly, the write-ahead log is copied to the database:
/// a few megabytes.
const CHANGES_MAX: usize = 2_000;
/// How many pages each transaction changes besides those of its lines.
const CHANGES_OF_A_TRANSACTION: usize = 5;
/// How many unused pages are given back at once.
const PAGES_GIVEN_BACK: u32 = 500;
/// How many pages are looked at in one step: a megabyte.
const PAGES_LOOKED_AT: u64 = 256;
/// All pages are looked at once there is one expired line for so many of them.
const PAGES_FOR_A_LINE: u64 = 16;

/// What is to be done some time.
#[derive(Default)]
pub(super) struct Housekeeping {
    /// How much was changed since the write-ahead log was copied, roughly in pages.
    changes: usize,
    /// The write-ahead log still holds what was removed from the database.
    owes_truncation: bool,
    /// Whose turn it was last: neither the index nor what expires keeps the other waiting.
    has_indexed: bool,
    /// How many lines expired since all pages were looked at.
    expired: u64,
    /// Which page is looked at next, while they are.
    wipes: Option<u64>,
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
        file: &File,
        expired_before: Option<DateTime<Utc>>,
    ) -> rusqlite::Result<bool> {
        self.copy_log(connection)?;
        self.has_indexed = !self.has_indexed;
        let has_more = match self.has_indexed {
            true => self.index(connection)? || self.expire(connection, expired_before)?,
            false => self.expire(connection, expired_before)? || self.index(connection)?,
        };
        if has_more {
            return Ok(true);
        }
        if self.owes_truncation || self.wipes.is_some() {
            return self.clear_up(connection, file);
        }
        Ok(false)
    }

    /// Copies the write-ahead log to the database once it is long.
    fn copy_log(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        if self.changes > CHANGES_MAX {
            self.changes = 0;
            connection.execute_batch("PRAGMA wal_checkpoint(PASSIVE)")?;
        }
        Ok(())
    }

    /// Indexes some lines. Whether there may be more.
    fn index(&mut self, connection: &mut Connection) -> rusqlite::Result<bool> {
        let left = index::follow(connection, INDEX_LINES)?;
        if left < INDEX_LINES {
            self.count((INDEX_LINES - left) as usize);
        }
        Ok(left == 0)
    }

    /// Removes some lines that have expired. Whether there may be more.
    fn expire(
        &mut self,
        connection: &mut Connection,
        expired_before: Option<DateTime<Utc>>,
    ) -> rusqlite::Result<bool> {
        let Some(before) = expired_before else {
            return Ok(false);
        };
        let left = expiry::expire(connection, nanoseconds(before), EXPIRED_LINES)?;
        self.owes_truncation |= left < EXPIRED_LINES;
        self.expired += u64::from(EXPIRED_LINES - left);
        Ok(left == 0)
    }

    /// What was removed leaves the files. Somebody who reads them keeps it from that for
    /// the moment: it is tried again with the next step.
    fn clear_up(&mut self, connection: &mut Connection, file: &File) -> rusqlite::Result<bool> {
        if self.wipes.is_none() {
            connection.execute_batch(&format!("PRAGMA incremental_vacuum({PAGES_GIVEN_BACK})"))?;
        }
        self.owes_truncation = !truncate_log(connection)?;
        if self.owes_truncation {
            return Ok(false);
        }
        self.changes = 0;
        if self.wipes.is_none() && self.expired > 0 {
            let pages: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
            if self.expired * PAGES_FOR_A_LINE >= pages.unsigned_abs() {
                self.expired = 0;
                self.wipes = Some(0);
            }
        }
        let Some(first) = self.wipes else {
            return Ok(false);
        };
        let (next, has_wiped) = scrub::wipe(connection, file, first, PAGES_LOOKED_AT)?;
        self.wipes = next;
        self.owes_truncation = has_wiped;
        Ok(next.is_some() || has_wiped)
    }
}

/// Copies the write-ahead log to the database and empties it, unless somebody reads.
/// Whether it could be done.
fn truncate_log(connection: &Connection) -> rusqlite::Result<bool> {
    connection.busy_timeout(Duration::ZERO)?;
    let is_busy: rusqlite::Result<bool> =
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0));
    connection.busy_timeout(place::BUSY_TIMEOUT)?;
    Ok(!is_busy?)
}

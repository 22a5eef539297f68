//! The store on a disk: an SQLite database in a directory.
//!
//! ```text
//! writing ─▶ rooms, messages, gaps ─▶ reading
//!                 │ housekeeping: later, in small steps
//!                 └▶ index ─▶ searching
//! ```
//!
//! Writing is one transaction into the write-ahead log and one wait for the disk. The
//! search index and what else costs time is left to housekeeping.

mod expiry;
mod housekeeping;
pub(super) mod ids;
pub(super) mod index;
pub(super) mod place;
mod reading;
pub(super) mod rows;
mod schema;
mod scrub;
mod searching;
mod trouble;
mod turns;
mod writing;

#[cfg(test)]
pub(super) mod tests;

use std::fs::File;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use rusqlite::Connection;

use super::{Beginning, End, Past, Record, Store, StoreError, Written};
use crate::chat::{Kept, RoomName, Seq, Text};
use housekeeping::Housekeeping;
use ids::RoomIds;
pub use trouble::OpenError;
pub(super) use trouble::explain;

/// Keeps everything in a directory, which nobody else writes to while this lives.
pub struct SqliteStore {
    // Before the lock, so that it is closed before another server may open it.
    connection: Connection,
    file: PathBuf,
    ids: RoomIds,
    housekeeping: Housekeeping,
    /// The database as bytes. It lives longer than the connection, as closing it would
    /// open that one's locks.
    bytes: File,
    _lock: File,
}

impl SqliteStore {
    /// Opens the store in a directory, or makes one there. What is there of others, or
    /// of a newer program, is left as it is.
    ///
    /// # Errors
    /// When it is in use, is not ours, or cannot be read or written.
    pub fn open(dir: &Path) -> Result<Self, OpenError> {
        let file = place::database(dir);
        // Before anything is made beside it, and again when nobody else can make one.
        place::is_ours(&file)?;
        place::make(dir)?;
        let lock = place::lock(dir)?;
        if !place::is_ours(&file)? {
            place::create(dir)?;
        }
        let bytes = File::open(&file).map_err(|source| OpenError::unusable(&file, source))?;
        let mut connection = place::connect(&file)?;
        index::renew(&mut connection)
            .map_err(|error| explain(&file, "The search index could not be made anew", &error))?;
        Ok(Self {
            connection,
            file,
            ids: RoomIds::default(),
            housekeeping: Housekeeping::default(),
            bytes,
            _lock: lock,
        })
    }

    fn explain(&self, what: &str, error: &rusqlite::Error) -> StoreError {
        explain(&self.file, what, error)
    }
}

impl Store for SqliteStore {
    async fn begin(&mut self) -> Result<Beginning, StoreError> {
        turns::begin(&mut self.connection)
            .map_err(|error| self.explain("What a crash left open could not be closed", &error))
    }

    async fn write(&mut self, records: &[Record]) -> Result<Written, StoreError> {
        let written = writing::write(&mut self.connection, &mut self.ids, records);
        if written.is_err() {
            self.ids.clear();
        }
        self.housekeeping.count(records.len());
        written.map_err(|error| self.explain("What is said could not be kept", &error))
    }

    async fn recall(&mut self, room: &RoomName, lines: u32) -> Result<Option<Past>, StoreError> {
        reading::recall(&self.connection, room, lines)
            .map_err(|error| self.explain("The history of a room could not be read", &error))
    }

    async fn browse(
        &mut self,
        room: &RoomName,
        numbers: (Seq, Seq),
        rows: u32,
        end: End,
    ) -> Result<Vec<Kept>, StoreError> {
        reading::browse(&self.connection, room, numbers, rows, end)
            .map_err(|error| self.explain("The history of a room could not be read", &error))
    }

    async fn search(
        &mut self,
        rooms: &[RoomName],
        words: &Text,
    ) -> Result<(Vec<(RoomName, Kept)>, bool), StoreError> {
        // On a disk that is full, what is indexed can be found all the same.
        while self.prepare_search(rooms).await.unwrap_or(false) {}
        searching::search(&self.connection, rooms, words)
            .map_err(|error| self.explain("The history could not be searched", &error))
    }

    async fn prepare_search(&mut self, rooms: &[RoomName]) -> Result<bool, StoreError> {
        searching::prepare(&mut self.connection, rooms)
            .map_err(|error| self.explain("The history could not be indexed", &error))
    }

    async fn tidy(&mut self, expired_before: Option<DateTime<Utc>>) -> Result<bool, StoreError> {
        self.housekeeping
            .step(&mut self.connection, &self.bytes, expired_before)
            .map_err(|error| self.explain("The history could not be tidied", &error))
    }

    async fn end(&mut self) -> Result<(), StoreError> {
        turns::end(&mut self.connection)
            .map_err(|error| self.explain("The history could not be closed", &error))
    }
}

//! What the database looks like, and how an older one becomes a newer one.

use rusqlite::{Connection, TransactionBehavior};

/// Stands in the header of our files ("roof"), and in no other application's.
pub(super) const APPLICATION_ID: u32 = 0x726F_6F66;

/// Each step makes a database of the next version; an empty file is version 0. A step
/// that has been released is never changed.
pub(super) const STEPS: &[&str] = &[FIRST];

/// A message's `id` holds its room and its number ([`super::ids`]). What was erased has
/// neither `nick` nor `text`. Times are nanoseconds since 1970, UTC.
///
/// The partial indexes find at once the rooms with something to do: those that a crash
/// left open, those that the search index lacks lines of, those with old lines.
///
/// The search index holds words alone, already cut and folded; `secure-delete` takes
/// them out of it for good, and not only from what is found.
const FIRST: &str = "
CREATE TABLE rooms (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    last INTEGER NOT NULL DEFAULT 0,
    mark INTEGER NOT NULL DEFAULT 0,
    total INTEGER NOT NULL DEFAULT 0,
    indexed INTEGER NOT NULL DEFAULT 0,
    oldest INTEGER,
    topic TEXT,
    topic_by TEXT,
    topic_at INTEGER
) STRICT;
CREATE INDEX rooms_open ON rooms (id) WHERE mark > last;
CREATE INDEX rooms_unindexed ON rooms (id) WHERE indexed < last;
CREATE INDEX rooms_by_age ON rooms (oldest) WHERE oldest IS NOT NULL;

CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    action INTEGER NOT NULL,
    nick TEXT,
    text TEXT
) STRICT;

CREATE TABLE gaps (
    room INTEGER NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    why INTEGER NOT NULL,
    PRIMARY KEY (room, first)
) STRICT, WITHOUT ROWID;

CREATE TABLE meta (
    highest INTEGER NOT NULL,
    words TEXT NOT NULL
) STRICT;
INSERT INTO meta VALUES (0, '');

CREATE VIRTUAL TABLE search USING fts5 (
    text, content = '', columnsize = 0, detail = none, tokenize = 'ascii'
);
INSERT INTO search (search, rank) VALUES ('secure-delete', 1);
";

/// Takes the steps that a database lacks, all or none.
pub(super) fn migrate(connection: &mut Connection, steps: &[&str]) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version = version(&transaction)? as usize;
    if version < steps.len() {
        for step in &steps[version..] {
            transaction.execute_batch(step)?;
        }
        transaction.pragma_update(None, "user_version", steps.len() as u32)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    }
    transaction.commit()
}

/// Which version a database is.
pub(super) fn version(connection: &Connection) -> rusqlite::Result<u32> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}
